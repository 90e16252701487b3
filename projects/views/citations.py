"""How a figure is cited: in plain words, after GB/T 7714."""

from aidtracker.templatetags.formatting import partial_date, stated_period
from programs.models import Source
from projects.sums.claims import copies_words

# The document type marks of GB/T 7714-2015.
MARKS = {
    Source.Kind.NEWSPAPER: "N",
    Source.Kind.WEB: "EB/OL",
    Source.Kind.REPORT: "R",
    Source.Kind.PUBLIC: "Z",
}


def circumstances(observation):
    """When, and, without which a quotation would mislead, whether it is a target or agreed only."""
    words = stated_period(observation)
    return words if observation.is_ordinary else f"{words}，{observation.nature_words}"


def plain_citation(observation):
    """The figure and where it stands, for a sentence: 据《…》… 第 12 处."""
    return (
        f"{observation.series}：{observation.printed}（{circumstances(observation)}）。"
        f"据{document_words(observation.source)}第 {observation.number} 处。"
    )


def series_citation(series, observations):
    """A series and every document it draws on, for a sentence: 阿克苏市 网络零售额，3 个数字…

    `observations` are the figures shown, with their sources joined.
    """
    rows = list(observations)
    documents = dict.fromkeys(document_words(row.source) for row in rows)
    words = f"{series}：{len(rows)} 个数字{copies_words(rows)}"
    return f"{words}。据{'、'.join(documents)}。" if documents else f"{words}。"


def standard_citations(observations, today):
    """The documents of several figures after GB/T 7714-2015, each once, in order of appearance."""
    sources = {row.source_id: row.source for row in observations}
    return [standard_citation(source, today) for source in sources.values()]


def document_words(source):
    """A document with what is known of it: 《…》（某报，2020年1月19日）."""
    known = [source.publisher, source.published_on and partial_date(source.published_on)]
    where = "，".join(part for part in known if part)
    return f"《{source.title}》（{where}）" if where else f"《{source.title}》"


def standard_citation(source, today):
    """The document after GB/T 7714-2015, without what is not known of it.

    `today` stands as the day on which an online document was consulted.
    """
    mark = "EB/OL" if source.url else MARKS[source.kind]
    parts = [source.author, f"{source.title}[{mark}]"]
    if mark == "EB/OL":
        date = f"({source.published_on})" if source.published_on else ""
        parts += [f"{source.publisher}{date}[{today.isoformat()}]", source.url]
    else:
        parts.append(", ".join(part for part in (source.publisher, source.published_on) if part))
    return ". ".join(part for part in parts if part) + "."
