"""The one page in English: what the data are, how figures are read, what the codes mean."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground.datasets import Dataset, declared
from aidtracker.pages.citing import own_reference
from aidtracker.pages.overview import count_records, list_url
from aidtracker.pages.paging import kept
from aidtracker.pages.sharing import Sharing, only_known, publisher, whole_files
from aidtracker.pages.site import absolute, origin
from aidtracker.sheets import public_columns, resource_for
from aidtracker.templatetags.formatting import plain
from projects.models import Observation
from projects.models.finding_kinds import Result
from projects.reading import bounds
from projects.reading.hedges import Qualifier
from projects.views.site import last_change

TITLE = "China’s Counterpart Aid to Xinjiang: figures as documents print them"
LEAD = (
    "A database of who aids whom in China’s paired assistance (对口支援) to Xinjiang, under which "
    "programmes, with which projects, firms, parks and outlets, and what was measured. Every "
    "figure is an attributed claim: it names its document, its place and its printed words."
)

DATASETS = {
    "headquarters": "donors’ working bodies in Xinjiang",
    "pairings": "which donor aids which place, with dates",
    "regions": "places on both sides: GB/T 2260 codes, own codes for XPCC divisions and villages",
    "batches": "three-year deployments of staff",
    "officials": "office holders as documents name them",
    "programs": "named programmes, plans and campaigns, with their versions and parts",
    "policies": "measures and rules that documents name",
    "categories": "categories of projects, by plan period",
    "sources": "the documents",
    "observations": "figures: one value of one series, as one document states it",
    "series": "one metric of one subject and scope",
    "metrics": "what is counted: definition, unit, kind, formula",
    "projects": "projects paid with aid money",
    "investments": "firms’ own investments that the headquarters brought in; no aid projects",
    "cases": "deals, projects in reserve and firms’ moves on their way through stages",
    "subsidies": "what is paid to lower a cost, with what it moved (premium to sum insured)",
    "targets": "what programmes and projects set out to do, counted: planned, done, until when",
    "enterprises": "firms, cooperatives, banks, associations",
    "sites": "industrial parks, workshops, plantations, centres",
    "outlets": "sales points of Xinjiang goods in donor cities",
    "assessment_schemes": "by which criteria outlets and workshops are rated",
    "assessments": "how each was rated in a round: total, outcome",
    "activities": "fairs, conferences, visits, training, milestones",
    "agreements": "framework agreements, memoranda, contracts",
    "awards": "honours: one row for each holder",
}
COLUMNS = {
    "source": "code of the document",
    "number": "position of the figure in the document, in reading order; with source: the key",
    "start": "first character of its words in the text, counted from 0",
    "end": "the character behind the last one",
    "printed": "the figure as printed, with hedge and unit",
    "value": "the number in the metric’s unit; empty for “dozens”",
    "value_high": "upper end of a printed range",
    "lower": "lower bound that the words allow; empty: none",
    "upper": "upper bound that the words allow; empty: none",
    "unit": "unit of the metric (元 yuan, 人 persons, 吨 tonnes …), never ten thousands",
    "qualifier": "hedge",
    "nature": "done, target, plan, agreed or estimated",
    "accumulation": "over the period, cumulative, at a moment, rate, rank or unclear",
    "period_start": "first day of the period",
    "period_end": "last day of the period",
    "as_of": "moment of a stock",
    "period_text": "the period as printed",
    "printed_name": "what the document calls it, where that is not the metric’s name",
    "metric": "what is counted",
    "series": "metric, subject and scope together",
    "region": "subject: place",
    "headquarters": "subject: headquarters",
    "program": "subject: programme",
    "project": "subject: aid project",
    "investment": "subject: investment project",
    "enterprise": "subject: firm",
    "site": "subject: park or other site",
    "outlet": "subject: outlet",
    "activity": "subject: activity",
    "first_scope": "aspect of the scope, from a list: of the total, of which, by channel …",
    "second_scope": "a second aspect of the scope",
    "third_scope": "a third aspect of the scope",
    "scope_note": "what the scope includes or leaves out",
    "attributed_to": "who is quoted",
    "rank": "which of several is shown first: preferred, normal, deprecated",
    "note": "note",
    "period_inferred": "whether we inferred the period",
    "rank_reason": "why it is preferred or deprecated",
    "correction_reason": "why a published figure was changed",
    "paragraph": "paragraph of the document",
    "obs_status": "provisional, revised, or the first after a break in the definition",
    "page": "the figure’s page on this site",
    "citation": "the document, its publisher and date, and which figure of it this is",
    "price_basis": "constant or current prices, where a document says so",
}
HEDGES = {
    Qualifier.EXACT: "no hedge; scaled numbers are right to half of their last printed digit",
    Qualifier.OVER: "超过, 逾, 突破, 以上: at least x, no upper bound",
    Qualifier.MORE: "多, 余: from x to the next step of its last non-zero digit (20多家: 20 to 30)",
    Qualifier.NEARLY: f"近, 接近: {plain(bounds.NEARLY)} x to x",
    Qualifier.ABOUT: f"约, 左右: x ± {plain(bounds.ABOUT * 100)} %",
    Qualifier.UNDER: "不足, 以下: 0 to x",
    Qualifier.RANGE: "a—b: from a to b",
}
NATURES = {
    "actual": "done",
    "target": "target",
    "plan": "planned",
    "agreement": "agreed only, as contracts signed",
    "estimate": "expected",
}
ACCUMULATIONS = {
    "period": "over the period",
    "cumulative": "since some beginning",
    "point": "at a moment",
    "rate": "rate or share",
    "rank": "rank",
    "unclear": "the document does not say",
}
RESULTS = {
    Result.CONTRADICTION: "the intervals do not meet: not all can be true as printed",
    Result.CANDIDATE: "may contradict, or may easily be confused",
    Result.UNCHECKED: "cannot be checked with what is known",
    Result.HOLDS: "agrees",
}


@dataclass(frozen=True)
class Row:
    """A dataset with its meaning in English, how many rows it has, and where they are."""

    name: str
    chinese: str
    words: str
    count: int
    url: str


@dataclass(frozen=True)
class Code:
    """A value as files and filters have it, its Chinese word and its meaning."""

    code: str
    chinese: str
    words: str


def english(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    here = absolute(request, reverse("english"))
    context = {
        "title": TITLE,
        "lead": LEAD,
        "datasets": rows(),
        "columns": columns(),
        "codes": [
            ("qualifier", "Hedges and their bounds", coded("qualifier", HEDGES)),
            ("nature", "Nature", coded("nature", NATURES)),
            ("accumulation", "Accumulation", coded("accumulation", ACCUMULATIONS)),
            ("results", "Results of checks", results()),
        ],
        "reference": own_reference(TITLE, here, None, today),
        "sharing": sharing(request, here),
        "updated": kept("last change", last_change),
        "licence": settings.SITE["licence"],
    }
    return render(request, "projects/english.html", context)


def rows() -> list[Row]:
    """The public datasets, the most asked for first."""
    counts = kept("records", count_records)
    known: dict[str, Dataset] = {one.name: one for one in declared()}
    return [
        Row(
            name,
            str(known[name].model._meta.verbose_name),
            words,
            counts.get(name, 0),
            list_url(known[name].model),
        )
        for name, words in DATASETS.items()
    ]


def columns() -> list[Code]:
    """The columns of the file of figures that the public gets, by code and by heading."""
    found = public_columns(resource_for(Observation))
    return [Code(one.code, one.heading, meaning_of(one.code)) for one in found]


def meaning_of(code: str) -> str:
    """A column in English; one beside another has the name of what that one names."""
    return COLUMNS.get(code) or f"name of the {code.rpartition('_')[0]}"


def coded(name: str, words: dict[str, str]) -> list[Code]:
    """The values of a figure's field of choices, each with its meaning."""
    choices = Observation._meta.get_field(name).flatchoices
    return [Code(value, str(label), words[value]) for value, label in choices]


def results() -> list[Code]:
    return [Code(one.value, one.label, RESULTS[one]) for one in Result]


def sharing(request: HttpRequest, here: str) -> Sharing:
    """The database itself as a data set."""
    site = origin(request)
    facts = only_known(
        inLanguage="en",
        keywords=["Xinjiang", "counterpart aid", "paired assistance", "对口援疆"],
        publisher=publisher(site),
        **whole_files(site, "observations"),
    )
    return Sharing(TITLE, LEAD, here, site, kind="Dataset", facts=facts)
