"""Names with numerals in them, such as 15115计划 and 十城百店: they hold digits, not figures."""

from itertools import chain

from aidtracker.ground.records import Record

NUMERAL = "[0-9一二三四五六七八九十百千万]"


def numeral_names():
    """The names and aliases of all records whose names hold a numeral: one query."""
    queries = [
        model.objects.filter(search_text__regex=NUMERAL).order_by().values_list("name", "aliases")
        for model in Record.__subclasses__()
    ]
    rows = queries[0].union(*queries[1:], all=True)
    return list(chain.from_iterable([name, *aliases] for name, aliases in rows))
