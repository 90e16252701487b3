"""Forms of texts that both databases test by themselves, without a function of Django's.

SQLite has GLOB built in, but a REGEXP only while Django is connected: a constraint that calls it
makes the file unreadable for every other tool.
"""

import re

from django.db.models import CharField, Lookup

from aidtracker.ground.constraints import COMPARED

TOKENS = re.compile(r"\[\^?[^\]]+\]|.")


@CharField.register_lookup
class Glob(Lookup):
    """`__glob`: the whole text has one of the forms, separated by `|`, case counting.

    A form is made of characters, `?`, `*`, and classes such as `[0-9]` or `[^a-z]`.
    """

    lookup_name = "glob"

    def as_sqlite(self, compiler, connection):
        lhs, lhs_params = self.process_lhs(compiler, connection)
        forms = self.rhs.split("|")
        sql = " OR ".join(f"{lhs} GLOB %s" for _ in forms)
        return f"({sql})", [part for form in forms for part in (*lhs_params, form)]

    def as_postgresql(self, compiler, connection):
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return f"{lhs} ~ %s", [*lhs_params, in_regex(self.rhs)]


def in_regex(forms):
    """The regular expression that says the same as forms of GLOB."""
    written = "|".join(
        "".join(map(token_in_regex, TOKENS.findall(form))) for form in forms.split("|")
    )
    return f"^({written})$"


def is_of_form(text, forms):
    """What `__glob` says of a text."""
    return re.fullmatch(in_regex(forms), text, re.DOTALL) is not None


COMPARED[Glob.lookup_name] = is_of_form


def token_in_regex(token):
    if len(token) > 1:
        return token
    return {"*": ".*", "?": "."}.get(token) or re.escape(token)
