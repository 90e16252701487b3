"""Cells as the database itself writes them: a file then costs little more than reading its rows.

The texts are those that `SheetColumn.text` gives, on PostgreSQL and on SQLite alike.
"""

from typing import Any

from django.db.models import (
    DateField,
    DecimalField,
    Expression,
    F,
    Field,
    Func,
    IntegerField,
    Model,
    OuterRef,
    Subquery,
    TextField,
)

from aidtracker.ground.exact_numbers import ExactDecimalField
from aidtracker.ground.features import fields_at
from aidtracker.ground.keys import KEY_SEPARATOR
from aidtracker.ground.publication import public_rule

LIST_SEPARATOR = "\uff1b"  # the full-width semicolon

# SQL on PostgreSQL and on SQLite, or the same on both; [x] stands for the value.
Words = tuple[str, str] | str
AS_IT_IS = "[x]"
AS_TEXT: Words = ("[x]::text", "CAST([x] AS TEXT)")
# SQLite's own driver would make a date of a column that nothing is done to.
DAY: Words = ("[x]", "CAST([x] AS TEXT)")
MONTH: Words = ("TO_CHAR([x], 'YYYY-MM')", "SUBSTR([x], 1, 7)")
YES_NO: Words = "CASE WHEN [x] THEN '是' WHEN NOT [x] THEN '否' END"
TRUE_FALSE: Words = "CASE WHEN [x] THEN 'true' WHEN NOT [x] THEN 'false' END"
NAMES: Words = (
    "CASE WHEN JSONB_TYPEOF([x]) = 'array' THEN (SELECT"
    f" STRING_AGG(name, '{LIST_SEPARATOR}' ORDER BY at)"
    " FROM JSONB_ARRAY_ELEMENTS_TEXT([x]) WITH ORDINALITY AS names (name, at)) END",
    f"(SELECT GROUP_CONCAT(value, '{LIST_SEPARATOR}') FROM JSON_EACH([x]))",
)
# SQLite keeps the text that Python wrote, with its escapes: what reads it must write it.
STRUCTURE: Words = ("CASE WHEN [x] NOT IN ('{}', '[]', 'null') THEN [x]::text END", "[x]")
# As `cells.mark`; nothing for an empty text. Mostly the first character says that all is well.
MARKED = (
    "CASE WHEN [x] IS NULL THEN NULL WHEN [x]{collation} >= 'A' THEN [x] WHEN [x] = '' THEN NULL"
    " WHEN {code}(LTRIM([x], '''')) IN (9, 13, 43, 45, 61, 64) THEN '''' || [x] ELSE [x] END"
)
MARKED_WORDS: Words = (
    MARKED.format(collation=' COLLATE "C"', code="ASCII"),
    MARKED.format(collation="", code="UNICODE"),
)
# The named rows of a many-to-many relation, in the order of their keys.
LISTED = (
    f"SELECT STRING_AGG(x, '{LIST_SEPARATOR}' ORDER BY k COLLATE \"C\") AS x"
    " FROM (%(subquery)s) AS named",
    f"SELECT GROUP_CONCAT(x, '{LIST_SEPARATOR}') AS x"
    " FROM (SELECT x FROM (%(subquery)s) ORDER BY k)",
)


def words_for(words: Words, connection: Any) -> str:
    return both(words)[connection.vendor == "sqlite"]


class Written(Func):
    """A value, or several that belong together, as text in the words of the database."""

    output_field = TextField()

    def __init__(self, *expressions: Any, words: Words = AS_IT_IS) -> None:
        super().__init__(*expressions)
        self.words = words

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        sql, params = self.value(compiler)
        words = words_for(self.words, connection)
        return words.replace("[x]", sql), [*params] * words.count("[x]")

    def value(self, compiler: Any) -> tuple[str, list[Any]]:
        (source,) = self.get_source_expressions()
        return compiler.compile(source)


class KeyText(Written):
    """The parts of a natural key as `keys.key_text` joins them."""

    def value(self, compiler: Any) -> tuple[str, list[Any]]:
        found = [compiler.compile(source) for source in self.get_source_expressions()]
        nothing = " AND ".join(f"{sql} IS NULL" for sql, _ in found)
        joined = f" || '{KEY_SEPARATOR}' || ".join(f"COALESCE({sql}, '')" for sql, _ in found)
        params = [param for _, several in found for param in several]
        return f"CASE WHEN NOT ({nothing}) THEN {joined} END", params * 2


class Composed(Written):
    """Words around values: the address of a row's page, the name of a row that has none."""

    def __init__(self, *expressions: Any, pieces: tuple[str, ...], words: Words = AS_IT_IS) -> None:
        super().__init__(*expressions, words=words)
        self.pieces = pieces

    def value(self, compiler: Any) -> tuple[str, list[Any]]:
        found = [compiler.compile(source) for source in self.get_source_expressions()]
        sql = literal(self.pieces[0])
        for (part, _), piece in zip(found, self.pieces[1:], strict=True):
            sql += f" || {part} || {literal(piece)}"
        return sql, [param for _, several in found for param in several]


class Cited(Written):
    """Values with words around each, and commas between those that there are."""

    def __init__(
        self, *expressions: Any, pieces: tuple[tuple[str, str], ...], words: Words = AS_IT_IS
    ) -> None:
        super().__init__(*expressions, words=words)
        self.pieces = pieces

    def value(self, compiler: Any) -> tuple[str, list[Any]]:
        found = [compiler.compile(source) for source in self.get_source_expressions()]
        parts, comma = [], ""
        for (part, _), (before, behind) in zip(found, self.pieces, strict=True):
            said = f"{literal(comma + before)} || {part} || {literal(behind)}"
            parts.append(f"CASE WHEN COALESCE({part}, '') <> '' THEN {said} ELSE '' END")
            comma = "，"
        return " || ".join(parts), [one for _, several in found for one in (*several, *several)]


class Listed(Subquery):
    """What a many-to-many relation names, in one cell."""

    output_field = TextField()

    def __init__(self, rows: Any, words: Words = AS_IT_IS, **kwargs: Any) -> None:
        super().__init__(rows, **kwargs)
        self.words = words

    def as_sql(
        self, compiler: Any, connection: Any, template: str | None = None, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        words = words_for(self.words, connection).replace("[x]", "x")
        template = f"(SELECT {words} FROM ({words_for(LISTED, connection)}) AS listed)"
        return super().as_sql(compiler, connection, template, **context)


def within(outer: Words, inner: Words) -> Words:
    """Words whose value is written by other words."""
    pairs = zip(both(outer), both(inner), strict=True)
    on_postgresql, on_sqlite = (one.replace("[x]", other) for one, other in pairs)
    return on_postgresql, on_sqlite


def both(words: Words) -> tuple[str, str]:
    return (words, words) if isinstance(words, str) else words


def literal(text: str) -> str:
    """A text of ours in SQL that also has parameters."""
    quoted = text.replace("'", "''").replace("%", "%%")
    return f"'{quoted}'"


def labels(choices: dict[str, str]) -> str:
    """The words for a choice by its label; a value that is none stays."""
    cases = " ".join(
        f"WHEN {literal(value)} THEN {literal(text)}" for value, text in choices.items()
    )
    return f"CASE [x] {cases} ELSE [x] END"


def number(field: Field) -> Words:
    """The words for a number without trailing zeros."""
    if not isinstance(field, DecimalField):
        return AS_IT_IS
    size = field.decimal_places
    if not isinstance(field, ExactDecimalField):
        digits = f"PRINTF('%%.{size}f', [x])"
    else:
        # Kept as a whole number of its smallest parts, of which a float would lose some.
        one, sign = 10**size, "CASE WHEN [x] < 0 THEN '-' ELSE '' END"
        digits = f"PRINTF('%%s%%d.%%0{size}d', {sign}, ABS([x]) / {one}, ABS([x]) %% {one})"
    on_sqlite = f"CASE WHEN [x] IS NOT NULL THEN RTRIM(RTRIM({digits}, '0'), '.') END"
    return "TRIM_SCALE([x])", on_sqlite


def key_of(path: str, model: type[Model], words: Words = AS_IT_IS) -> Expression:
    """The natural key of the row at the end of a path."""
    parts = [part_of_key(f"{path}__{key}", fields_at(model, key)[-1]) for key in model.KEY]
    kind = KeyText if len(parts) > 1 else Written
    return kind(*parts, words=words)


def part_of_key(path: str, field: Field) -> Expression:
    """One value of a key, as text."""
    is_text = not isinstance(field, DateField | IntegerField)
    return Written(F(path), words=AS_IT_IS if is_text else AS_TEXT)


def links(field: Any, *, is_public: bool) -> Any:
    """What links rows by a many-to-many field, for one row; only public ones for the public."""
    found = field.remote_field.through._base_manager.order_by()
    found = found.filter(**{field.m2m_field_name(): OuterRef("pk")})
    rule = public_rule(field.related_model, field.m2m_reverse_field_name()) if is_public else None
    return found.filter(rule) if rule else found


def listed(field: Any, name: str, words: Words, *, is_public: bool) -> Expression:
    """The keys of what a many-to-many field names or, in the same order, its names."""
    end = field.m2m_reverse_field_name()
    key = key_of(end, field.related_model)
    rows = links(field, is_public=is_public).annotate(
        k=key, x=Written(F(f"{end}__{name}")) if name else key
    )
    return Listed(rows.values("k", "x"), words)
