"""The small marks beside a figure: what checking it found, in a sign, a word and a colour."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from django.urls import reverse
from django.utils.text import slugify

from aidtracker.ground.addresses import address
from aidtracker.ground.pinyin import syllables
from projects.models.finding_kinds import Result

# Keys name figures as `source#number|source#number`; neither sign may stand in an address.
IN_ADDRESS = str.maketrans({"#": ".", "|": ","})
IN_KEY = str.maketrans({".": "#", ",": "|"})
SAID = "~"  # stands between what an address says and the key
LONGEST_SAID = 80
PLAIN = "!$&'()*+,;=/~:@"  # as `reverse` leaves it

NO_DOCUMENT = "无文献"
WITHOUT_DOCUMENT = f"{NO_DOCUMENT}：没有写明出自哪份文献，不作代表或最新的数"


@dataclass(frozen=True)
class Badge:
    """A mark beside a figure: its sign, its words, the class of its colour, where it leads."""

    sign: str
    words: str
    result: str
    url: str


def address_of(key: str, title: str) -> str:
    """The address of a finding: what it says, in pinyin, and its key, by which it is found.

    The key is the same as long as the finding is made; an address that says something else of it
    leads to this one.
    """
    said, found = spelled(title), quote(key.translate(IN_ADDRESS), safe=PLAIN)
    return address("finding-detail", f"{said}{SAID}{found}" if said else found)


@lru_cache(maxsize=4096)
def spelled(title: str) -> str:
    return slugify("-".join(syllables(title)))[:LONGEST_SAID].strip("-")


def key_in(address):
    """The key of the finding with that address."""
    return address.rpartition(SAID)[2].translate(IN_KEY)


def badges_of(figure, marks):
    """The badges of a figure, worst first, one for each result.

    `marks` are its findings as {key, result, title, computation}: open contradictions and
    candidates, and what holds. A check that holds marks the figure it is about, not those it was
    computed from.
    """
    if not figure.source.is_document:
        yield Badge("?", WITHOUT_DOCUMENT, Result.UNCHECKED.value, figure.source.get_absolute_url())
    about = f":{figure.source.code}#{figure.number}"
    for result in (Result.CONTRADICTION, Result.CANDIDATE, Result.HOLDS):
        found = [mark for mark in marks if mark["result"] == result]
        if result == Result.HOLDS:
            found = [mark for mark in found if mark["key"].endswith(about)]
        if found:
            yield badge(figure, result, found)


def badge(figure, result, marks):
    """One badge for all findings of one result; several lead to the list of them."""
    if len(marks) == 1:
        words, url = marks[0]["computation"], address_of(marks[0]["key"], marks[0]["title"])
    else:
        words = f"{len(marks)} 处"
        number = quote(f"{figure.source.code}.{figure.number}")
        url = f"{reverse('finding-list')}?observation={number}&result={result.value}"
    return Badge(result.sign, f"{result.label}：{words}", result.value, url)
