"""How a figure and a series are cited: in plain words, and their documents."""

from datetime import date
from typing import Any

from aidtracker.pages.citing import ONLINE, Reference
from aidtracker.pages.sharing import named, only_known
from aidtracker.templatetags.formatting import stated_period
from programs.models import Source
from projects.sums.claims import copies_words

# The document type marks of GB/T 7714-2015.
MARKS = {
    Source.Kind.NEWSPAPER: "N",
    Source.Kind.WEB: ONLINE,
    Source.Kind.REPORT: "R",
    Source.Kind.PUBLIC: "Z",
}


def circumstances(observation):
    """When, and, without which a quotation would mislead, whether it is a target or agreed only,
    and what the document calls it."""
    # It stands in brackets itself, and none stand in brackets.
    words = stated_period(observation).replace("（推断）", "，推断")
    nature = "" if observation.is_ordinary else observation.nature_words
    return "，".join(filter(None, (words, nature, observation.called)))


def plain_citation(observation):
    """The figure and where it stands, for a sentence: 据《…》… 第 12 处."""
    return (
        f"{observation.series}：{observation.printed}（{circumstances(observation)}）。"
        f"据{observation.source.cited}第 {observation.number} 处。"
    )


def series_citation(series, observations):
    """A series and every document it draws on, for a sentence: 阿克苏市 网络零售额，3 个数字…

    `observations` are the figures shown, with their sources joined.
    """
    rows = list(observations)
    documents = dict.fromkeys(row.source.cited for row in rows)
    words = f"{series}：{len(rows)} 个数字{copies_words(rows)}"
    return f"{words}。据{'、'.join(documents)}。" if documents else f"{words}。"


def document_reference(source: Source, today: date) -> Reference:
    """A document as lists of references name it; `today` is when one online was consulted."""
    is_online = bool(source.url)
    return Reference(
        title=source.title,
        mark=ONLINE if is_online else MARKS[source.kind],
        author=source.author,
        publisher=source.publisher,
        published=source.published_on,
        url=source.url,
        accessed=today if is_online or MARKS[source.kind] == ONLINE else None,
    )


def based_on(source: Source) -> dict[str, Any]:
    """A document as schema.org names it."""
    return {
        "@type": "Article",
        "headline": source.title,
        **only_known(
            author=named("Person", source.author),
            publisher=named("Organization", source.publisher),
            datePublished=source.published_on,
            url=source.url,
        ),
    }
