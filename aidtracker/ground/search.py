"""What is searched, and how: the same for public lists, the search over all and the admin.

Names are kept in one text per row, written as people may type them. A word is found anywhere in
it: on PostgreSQL by an index of every two neighbouring characters, which also finds 核桃, where
three would be needed by others; on SQLite by reading the column.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import opencc
from django.db import connections, models
from django.db.models import Case, IntegerField, Model, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, StrIndex
from django.db.models.lookups import Exact, GreaterThan
from django.db.models.signals import post_migrate

from aidtracker.ground import batches  # noqa: F401 (registers `among`)
from aidtracker.ground.columns import PlainColumn
from aidtracker.ground.features import Searched
from aidtracker.ground.inner_queries import Numbers
from aidtracker.ground.pinyin import initials, romanised, syllables
from aidtracker.ground.schema import stored_columns
from aidtracker.ground.ways import Ways

# So that a word of a name is told from a name: aksu is one, Aksu Prefecture is another. Texts of
# before have blanks there until their rows are saved; then all their words rank as words.
BETWEEN_NAMES = "\n"
SEARCH_LENGTH = 64
SEARCH_WORDS = 5
# Of so many rows that a word finds, the numbers go along in the query; of more, their query.
FEW = 20_000

CHINESE_BLOCKS = ((0x3400, 0x9FFF), (0xF900, 0xFAFF))
TONES = re.compile("[\u0300\u0301\u0304\u030c]")
OTHER_MARKS = re.compile("[\u0300-\u036f]")
NUMBER = re.compile(r"(\d+(?:\.\d+)?)(万亿|亿|万|千|百)?")
SCALES = {"百": 2, "千": 3, "万": 4, "亿": 8, "万亿": 12}


# What is written


@cache
def simplified() -> dict[int, str]:
    """Each traditional character with its simplified form, whatever stands beside it."""
    characters = [chr(code) for first, last in CHINESE_BLOCKS for code in range(first, last + 1)]
    forms = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = zip(characters, forms, strict=True)
    return {ord(one): form for one, form in pairs if one != form}


def normal(text: str) -> str:
    """Text in the one form in which it is compared.

    Full width as half, traditional as simplified, small letters without accents (ü after l and n
    is v, as it is typed), numbers without separators.
    """
    text = unicodedata.normalize("NFKC", text).translate(simplified()).lower()
    if not text.isascii():
        text = unicodedata.normalize("NFC", TONES.sub("", unicodedata.normalize("NFD", text)))
        text = re.sub("(?<=[ln])ü", "v", text)
        text = OTHER_MARKS.sub("", unicodedata.normalize("NFD", text))
    return re.sub(r"(?<=\d),(?=\d{3})", "", text).replace("\0", "")


def search_text(names: Iterable[str]) -> str:
    """The searchable form of several names: as written, in pinyin, by initials, romanised."""
    forms = []
    for name in names:
        written = normal(name)
        forms += [written, "".join(syllables(written)), initials(written), *romanised(written)]
    return BETWEEN_NAMES.join(dict.fromkeys(form for form in forms if form))


class KnownText(str):
    """A search text that is known to be that of its row's present names."""


class SearchTextField(PlainColumn, models.TextField):
    """Names, aliases, pinyin and initials in one column, so that 核桃, hetao and ht all find it."""

    # Derived, so fixtures leave it out; filled on every save, unless it is known to be right.

    def __init__(self, *args, **kwargs):
        kwargs.update(editable=False, serialize=False, blank=True, default="")
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        text = getattr(model_instance, self.attname)
        if not isinstance(text, KnownText):
            text = model_instance.made_search_text()
            setattr(model_instance, self.attname, text)
        return text


def spare_search_text(row, before):
    """Let a row whose names are as they were `before` keep its search text without reading them."""
    for field in row._meta.concrete_fields:
        if isinstance(field, SearchTextField) and row.search_names == before.search_names:
            setattr(row, field.attname, KnownText(getattr(before, field.attname)))


# What is asked


def words_of(text: str) -> list[str]:
    """The words of a search, so few and short that no search is slow."""
    return normal(text[:SEARCH_LENGTH]).split()[:SEARCH_WORDS]


def ways_to_write(word: str) -> list[str]:
    """A word, and a number with 万 or 亿 also in full: 9.11亿元 is 911000000, too."""
    found = NUMBER.match(word)
    if not found or not found[2]:
        return [word]
    whole, _, decimals = found[1].partition(".")
    places = SCALES[found[2]]
    if len(decimals) > places:
        return [word]
    return [word, str(int(whole + decimals.ljust(places, "0")))]


def is_searched(model: type[Model]) -> bool:
    """Whether rows of a model can be found by words."""
    return issubclass(model, Searched) and bool(model.SEARCHED_IN or model.SEARCHED_WITH)


def search_rule(model: type[Any], text: str) -> Q:
    """The condition that a row, or one that it is found with, holds every word of `text`."""
    rule = Q()
    if model.SEARCHED_WITH:  # a figure is named 序列:原文数字, which stand in two rows
        text = re.sub(r"(?<=\S)[:：](?=\S)", " ", text)
    for word in words_of(text):
        rule &= word_rule(model, word)
    return rule


def word_rule(model: type[Any], word: str) -> Q:
    """The condition that a row, or one that it is found with, holds a word.

    It is said twice: first as indexes answer it, then by reading the rows that these found. Said
    at once, in an alternative, the database would take each row's text apart again.
    """
    found, read, numbers = [], [], 0
    for key in model.SEARCHED_WITH:
        related = model._meta.get_field(key).related_model
        by_index, by_row, many = ways_to_name(
            key, related._base_manager.filter(word_rule(related, word))
        )
        found.append(by_index)
        read.append(by_row)
        numbers += many
    ways = [(column, way) for column in model.SEARCHED_IN for way in ways_to_write(word)]
    may_hold = [Q(**{f"{column}__may_hold": way}) for column, way in ways]
    holds = [Q(**{f"{column}__has": way}) for column, way in ways]
    whole = any_of(*may_hold, *found) & any_of(*holds, *read)
    own = [any_of(*may_hold) & any_of(*holds)] if ways else []
    return Q(Ways(whole, [*own, *found], numbers)) if numbers else whole


def any_of(*rules: Q) -> Q:
    """The condition that at least one of some holds; of none, no row."""
    return Q(pk__in=()) | Q.create(rules, connector=Q.OR)


def closeness(model: type[Any], text: str) -> Any:
    """How close a row's names are to what was typed, from 0: its name is that, another name is,
    its name begins so, another one does, a word of one does, all others. Without words, or names,
    all are as close."""
    words = normal(text[:SEARCH_LENGTH]).strip()
    if not words or "search_text" not in model.SEARCHED_IN:
        return Value(0, IntegerField())
    edge = Value(BETWEEN_NAMES)
    names = Concat(edge, "search_text", edge, output_field=TextField())
    begins = f"{BETWEEN_NAMES}{words}"
    places = [StrIndex(names, Value(one)) for one in (f"{begins}{BETWEEN_NAMES}", begins)]
    ways = [way for place in places for way in (Exact(place, 1), GreaterThan(place, 0))]
    ways.append(GreaterThan(StrIndex(names, Value(f" {words}")), 0))
    cases = [When(way, then=at) for at, way in enumerate(ways)]
    return Case(*cases, default=len(cases), output_field=IntegerField())


def found_by(key: str, model: type[Any], word: str) -> Q:
    """The condition that a key names a row of `model` that a word finds."""
    return naming(key, model._base_manager.filter(word_rule(model, word)))


def naming(key: str, rows: QuerySet) -> Q:
    """The condition that a key names one of `rows`."""
    return ways_to_name(key, rows)[0]


def ways_to_name(key: str, rows: QuerySet) -> tuple[Q, Q, int]:
    """That a key names one of `rows`: as an index answers it, and for rows that were found; and how
    many numbers that goes by.

    The database uses an index for the numbers of a few rows; of very many, their query is better.
    """
    found = rows.order_by().values_list("pk", flat=True)
    few = list(found[: FEW + 1])
    if len(few) > FEW:
        return Q(**{f"{key}__in": found}), Q(**{f"{key}__in": found}), len(few)
    numbers = Numbers(few)
    by_index, by_row = Q(**{f"{key}__inside": numbers}), Q(**{f"{key}__among_found": numbers})
    return by_index, by_row, len(few)


class Has(models.Lookup):
    """`__has`: a text column holds a word, which is in the form that `normal` gives.

    A word that begins with a digit is not found within a longer number: 9.11 is not in 19.11.
    """

    lookup_name = "has"

    def as_sql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        sql, values = f"{column} LIKE %s ESCAPE '\\'", [*parameters, like(self.rhs, connection)]
        if not self.rhs[:1].isdecimal():
            return sql, values
        return f"({sql} AND {column} REGEXP %s)", [*values, *parameters, whole_number(self.rhs)]

    def as_postgresql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        # Of LIKE the database expects next to no rows, and then sorts very many.
        sql, values = f"strpos(lower({column}), %s) > 0", [*parameters, self.rhs]
        if not self.rhs[:1].isdecimal():
            return sql, values
        return f"({sql} AND {column} ~ %s)", [*values, *parameters, whole_number(self.rhs)]


class MayHold(models.Lookup):
    """`__may_hold`: a text column has all pairs of a word, which may stand apart, by an index."""

    lookup_name = "may_hold"

    def as_sql(self, compiler, connection):
        return "1 = 1", []

    def as_postgresql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        return f"{PAIRS.format(column)} @@ %s::tsquery", [*parameters, pairs_query(self.rhs)]


for kind in (models.CharField, models.TextField):
    for lookup in (Has, MayHold):
        kind.register_lookup(lookup)


def like(word: str, connection: Any) -> str:
    return f"%{connection.ops.prep_for_like_query(word)}%"


def whole_number(word: str) -> str:
    """The pattern for a word that begins with a digit, where no longer number holds it."""
    return f"(^|[^0-9.]){re.escape(word)}"


# Every two neighbouring characters of a column, and the last one alone: the pairs that begin at
# its odd and its even places. All of it stands still, so it can be indexed.
SPLIT = r"regexp_replace({text}, '(..)', E'\\1\x1f', 'g')"
PAIRS = (
    "array_to_tsvector(array_remove(string_to_array("
    + SPLIT.format(text="lower({0})")
    + r" || E'\x1f' || "
    + SPLIT.format(text="substr(lower({0}), 2)")
    + r", E'\x1f'), ''))"
)


def pairs_query(word: str) -> str:
    """The tsquery for all pairs of a word; of a single character, for what begins with it."""
    if len(word) == 1:
        return f"{quoted(word)}:*"
    pairs = {word[at : at + 2] for at in range(len(word) - 1)}
    return " & ".join(map(quoted, sorted(pairs)))


def quoted(pair: str) -> str:
    doubled = pair.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


# Names within a text: those of so many characters or more are found by how they begin, which an
# index tells; shorter ones, and those of rows with other names, are few.
BEGINNING = 6
NAMED_OTHERWISE = f"length(name) < {BEGINNING} OR NOT aliases = '[]'::jsonb"
# The same as a condition, of rows that know their `length`: worded so that the index answers it.
IS_NAMED_OTHERWISE = Q(length__lt=BEGINNING) | ~Q(aliases=[])


def beginnings_in(text: str) -> list[str]:
    """How the longer names that stand in a text may begin."""
    return sorted({text[at : at + BEGINNING] for at in range(len(text) - BEGINNING + 1)})


# What the database keeps for it


def searched_columns(app_config: Any) -> Iterator[tuple[str, str]]:
    for model in app_config.get_models():
        if is_searched(model):
            for name in model.SEARCHED_IN:
                yield model._meta.db_table, model._meta.get_field(name).column


def named_tables(app_config: Any) -> Iterator[str]:
    """The tables whose rows have a name and others."""
    for model in app_config.get_models():
        columns = {field.column for field in model._meta.concrete_fields}
        if is_searched(model) and {"name", "aliases"} <= columns:
            yield model._meta.db_table


def make_indexes(app_config: Any, using: str, **kwargs: Any) -> None:
    """Index the searched columns of an app on PostgreSQL, and how names begin, if they are not;
    after `migrate`.

    Migrations of both databases are one, and SQLite has no such index.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    stored = stored_columns()
    with connection.cursor() as cursor:
        for table, column in searched_columns(app_config):
            if column in stored.get(table, ()):
                name, pairs = f"{table}_{column}_pairs", PAIRS.format(f'"{column}"')
                make_index(cursor, name, f'"{table}" USING gin ({pairs})')
        for table in named_tables(app_config):
            if {"name", "aliases"} <= set(stored.get(table, ())):
                begins = f'"{table}" (left(name, {BEGINNING}))'
                make_index(cursor, f"{table}_name_begins", begins)
                make_index(
                    cursor, f"{table}_named_otherwise", f'"{table}" (id) WHERE {NAMED_OTHERWISE}'
                )


def make_index(cursor: Any, name: str, on: str) -> None:
    cursor.execute(f'CREATE INDEX IF NOT EXISTS "{name}" ON {on}')


def connect() -> None:
    """Let the indexes be made; called once when the site starts."""
    post_migrate.connect(make_indexes, dispatch_uid="aidtracker.ground.search")
