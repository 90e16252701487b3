"""Which rows the public may see: one rule for pages, downloads, totals, counts and searches."""

from django.db.models import Q

PUBLISHED = "published"


def public_rule(model, path=""):
    """The condition that the public may see a row of `model`, which stands at the end of `path`.

    A reviewed row must be published, and so must the rows of `PUBLIC_WITH`, where it names them;
    some kinds of rows have a condition of their own.
    """
    prefix = f"{path}__" if path else ""
    rule = Q(**{f"{prefix}{model.REVIEW}": PUBLISHED}) if model.REVIEW else Q()
    rule &= model.public_condition(prefix)
    for name in model.PUBLIC_WITH:
        field = model._meta.get_field(name)
        named = public_rule(field.related_model, f"{prefix}{name}")
        rule &= (Q(**{f"{prefix}{name}": None}) | named) if field.null else named
    return rule
