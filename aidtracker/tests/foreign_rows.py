"""Two headquarters, rows of either, and forms filled in as a person would send them."""

from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from aidtracker.ground.datasets import record_models
from aidtracker.ground.records import KeyedModel
from aidtracker.ground.scope import owner_field
from aidtracker.review.reviewed import Reviewed
from aidtracker.testing import make_headquarters, make_observation, make_staff
from aidtracker.tests.admin_pages import make
from aidtracker.trail.conflicts import marks
from programs.models import Source
from projects.models import Finding

APPS = ("programs", "projects", "aidtracker")
RECORDS = [one for one in record_models() if admin.site.is_registered(one)]
PRIVATE = [model for model in RECORDS if not model.IS_SHARED]
# What a person might type into, the first of them that a form offers.
TYPED = ("note", "name", "title", "explanation", "reason", "computation")


def model_id(model):
    return model.__name__


def owned_by(headquarters, model, **kwargs):
    """A row of any model, a draft where there are drafts, that belongs to a headquarters."""
    if issubclass(model, Reviewed):
        kwargs.setdefault(model.REVIEW, "draft")
    if model is Source:  # public documents are everybody's
        kwargs.setdefault("kind", Source.Kind.REPORT)
    if model is Finding:
        figure = make_observation(maintainer=headquarters, status="draft")
        kwargs.setdefault("observations", [figure])
    field = owner_field(model)
    if field is not None and field.name not in kwargs:
        rest = model.OWNERS[0].partition("__")[2]
        owner = owned_by(headquarters, field.related_model) if rest else headquarters
        kwargs[field.name] = owner
    return make(model, **kwargs)


def staff(*headquarters, verbs=None, **kwargs):
    """A user with all rights in the record, or with those whose codes begin with one of `verbs`."""
    user = make_staff(*headquarters, **kwargs)
    user.user_permissions.add(
        *(pk for pk, code in rights() if verbs is None or code.split("_")[0] in verbs)
    )
    return User.objects.get(pk=user.pk)


@cache
def rights():
    """The rights in the record, as numbers and codes: the same in every test."""
    rows = Permission.objects.filter(content_type__app_label__in=APPS)
    return tuple(rows.values_list("pk", "codename"))


def state(row):
    """All that is stored of a row; None if it is gone."""
    stored = type(row)._base_manager.filter(pk=row.pk).first()
    if stored is None:
        return None
    fields = {field.attname: getattr(stored, field.attname) for field in row._meta.concrete_fields}
    links = {
        field.name: sorted(getattr(stored, field.name).values_list("pk", flat=True))
        for field in row._meta.many_to_many
    }
    return fields | links


# Forms


def page_of(row, page, *args):
    model: Any = row if isinstance(row, type) else type(row)
    numbers = () if isinstance(row, type) else (row.pk,)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(name, args=(*numbers, *args))


def filled(response):
    """What a browser would send back from a form's page: {name: value}."""
    page = response.context_data
    inlines = [inline.formset for inline in page["inline_admin_formsets"]]
    forms = [page["adminform"].form]
    for formset in inlines:
        forms += [formset.management_form, *formset.initial_forms]
    shown = dict(page["shown_versions"])
    return shown | {name: value for form in forms for name, value in values(form)}


def versions(rows):
    """The hidden inputs by which a page says which versions it shows."""
    return dict(marks(type(row).objects.get(pk=row.pk) for row in rows))


def values(form):
    for bound in form:
        value = bound.value()
        if value is True or not (value is None or value is False):
            yield bound.html_name, "on" if value is True else value


def typed_into(form):
    """The name of a form's field for free words."""
    free = [name for name in TYPED if name in form.fields]
    words = [
        name
        for name, field in form.fields.items()
        if type(field).__name__ == "CharField" and not field.widget.is_hidden
    ]
    return (free or words or [None])[0]


def relations(model):
    """The fields of a model that name rows which not everyone may read."""
    return [
        field
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if field.is_relation
        and issubclass(field.related_model, KeyedModel)
        and not field.related_model.IS_SHARED
    ]


def two_headquarters():
    return make_headquarters(name="甲指挥部"), make_headquarters(name="乙指挥部")


def is_owner_path(field):
    """Whether whom a row belongs to is said by the row that a field names."""
    return any(owner.startswith(f"{field.name}__") for owner in field.model.OWNERS)
