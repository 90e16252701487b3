"""The record in the formats of others: IATI 2.03, valid and by its rules; SDMX-CSV 2.0."""

import csv
import hashlib
import io
import json
import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from aidtracker.testing import (
    make_batch,
    make_enterprise,
    make_headquarters,
    make_metric,
    make_observation,
    make_program,
    make_project,
    make_project_party,
    make_project_plan,
    make_region,
    make_series,
    make_source,
)
from programs.models import Headquarters, Program
from projects.checks.recomputing import recompute
from projects.exchange.iati import OWN
from projects.exchange.sdmx import COMPONENTS, DIMENSIONS, TIME
from projects.models import Observation, Project, Review, ScopeEntry
from projects.tests.iati_rules import broken

pytestmark = pytest.mark.django_db

IATI = Path(__file__).with_name("iati")
AID = {"aid": OWN}
ACTIVITIES, ORGANISATIONS = "/iati/activities.xml", "/iati/organisations.xml"
FIGURES = "/sdmx/figures.csv"
# Which code list each attribute is of.
LISTS = {
    "activity-status/@code": "ActivityStatus",
    "activity-date/@type": "ActivityDateType",
    "participating-org/@role": "OrganisationRole",
    "participating-org/@type": "OrganisationType",
    "reporting-org/@type": "OrganisationType",
    "other-identifier/@type": "OtherIdentifierType",
    "sector/@vocabulary": "SectorVocabulary",
    "sector[@vocabulary='1']/@code": "Sector",
    "related-activity/@type": "RelatedActivityType",
    "document-link/category/@code": "DocumentCategory",
    "document-link/language/@code": "Language",
    "document-link/@format": "FileFormat",
    "recipient-country/@code": "Country",
    "budget/@type": "BudgetType",
    "budget/@status": "BudgetStatus",
    "total-budget/@status": "BudgetStatus",
    "result/@type": "ResultType",
    "indicator/@measure": "IndicatorMeasure",
    "@default-currency": "Currency",
}


def told(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return b"".join(response)


@cache
def schema(name):
    return etree.XMLSchema(etree.parse(IATI / f"iati-{name}-schema.xsd"))


@cache
def rules():
    return json.loads((IATI / "standard.json").read_text())


@cache
def codes():
    return json.loads((IATI / "codes.json").read_text())


def checked(client, address):
    """A file that the schema, the rules and the code lists allow."""
    tree = etree.fromstring(told(client, address)).getroottree()
    name = Path(address).stem
    schema(name).assertValid(tree)
    assert broken(rules(), tree) == []
    for path, used in LISTS.items():
        wrong = set(tree.xpath(f"//{path}")) - set(codes()[used])
        assert not wrong, (path, wrong)
    return tree


def activity(tree, row):
    kind = "projects" if isinstance(row, Project) else "programs"
    (found,) = tree.xpath(f"//iati-activity[iati-identifier='AIDTRACKER-{kind}-{row.slug}']")
    return found


def test_what_iati_says_is_as_it_was_taken():
    sums = dict(
        re.findall(
            r"^\| `([\w.-]+)` .*`([0-9a-f]{64})` \|$", (IATI / "README.md").read_text(), re.M
        )
    )
    assert {name: hashlib.sha256((IATI / name).read_bytes()).hexdigest() for name in sums} == sums
    assert len(sums) == 5


def test_rules_find_what_breaks_them():
    date = "<activity-date type='2' iso-date='2099-01-01'/>"
    text = f"<iati-activities><iati-activity><title/>{date}</iati-activity></iati-activities>"
    found = {one.partition(" ")[0] for one in broken(rules(), etree.fromstring(text).getroottree())}
    assert {"6.2.2", "4.3.1", "11.1.4"} <= found
    assert "6.11.1" not in found


def test_iati_has_every_public_project_and_programme(client):
    tree = checked(client, ACTIVITIES)
    named = len(tree.xpath("//iati-activity")) + len(tree.xpath("//aid:left-out", namespaces=AID))
    public = Project.objects.published().count() + Program.objects.published().count()
    assert named == public
    # Those of the documents: all projects, and the programmes that somebody carries.
    assert len(tree.xpath("//iati-activity[@hierarchy='2']")) == Project.objects.published().count()
    assert {one.get("reason")[:8] for one in tree.xpath("//aid:left-out", namespaces=AID)} == {
        "没有牵头的指挥部"
    }


def test_iati_has_every_headquarters_with_its_budget(client):
    tree = checked(client, ORGANISATIONS)
    assert len(tree.xpath("//iati-organisation")) == Headquarters.objects.count()
    ours = "//iati-organisation[organisation-identifier='AIDTRACKER-headquarters-zhejiang']"
    # 光明日报 2022-03-21: 210315万元 for 2022.
    (budget,) = tree.xpath(f"{ours}/total-budget")
    assert budget.xpath("period-start/@iso-date") == ["2022-01-01"]
    assert budget.find("value").text == "2103150000"
    assert budget.xpath("aid:stated/@printed", namespaces=AID) == ["210315万元"]


def test_activity_says_what_is_known_and_leaves_out_the_rest(client, time_machine):
    time_machine.move_to("2026-06-15T12:00:00+08:00", tick=False)
    place, firm = make_region(), make_enterprise(name="甲公司")
    program = make_program(name="总工程", starts_on="2020", headquarters=make_headquarters())
    known = make_project(
        name="甲<&>乙\x0b",
        status="building",
        planned_start="2024-03",
        actual_completion="2026",
        regions=[place],
        programs=[program],
        total_amount=Decimal("1500.5"),
        planned_amount=0,
    )
    make_project_party(project=known, role="builder", enterprise=firm, headquarters=None)
    make_project_party(project=known, role="implementer", enterprise=firm, headquarters=None)
    make_project_party(
        project=known, role="owner", enterprise=None, headquarters=known.headquarters
    )
    said = {"project": known, "year": 2025, "review": Review.PUBLISHED}
    make_project_plan(**said, number=1, amount=Decimal("10"))
    make_project_plan(**said, number=2, amount=Decimal("12.25"), reason="调整")
    document = make_source(kind="public", published_on="2021-05")
    of_batch = make_project(batch=make_batch(starts_on="2023"), status="")
    of_document = make_project(status="", sources=[document])
    of_plan = make_project(batch=make_batch(starts_on="2023"), status="")
    make_project_plan(project=of_plan, year=2024, number=1, review=Review.PUBLISHED)
    of_program = make_project(programs=[program], sources=[document])
    finished = make_project(sources=[document], actual_completion="2019-05")
    inner = make_program(parent=program, headquarters=program.headquarters)
    nowhere = make_project(name="没有日期的", status="")

    tree = checked(client, ACTIVITIES)

    found = activity(tree, known)
    assert found.findtext("title/narrative") == "甲<&>乙"
    dates = {one.get("type"): one.get("iso-date") for one in found.iter("activity-date")}
    assert dates == {"1": "2024-03-01", "4": "2026-06-15"}
    assert found.xpath("activity-date/@aid:precision", namespaces=AID) == ["2024-03", "2026"]
    assert found.xpath("activity-status/@code") == ["2"]
    assert found.xpath("location/@ref") == [place.code]
    # Each once in a role, whatever else it is in the ledger.
    assert found.xpath("participating-org[@role='4']/narrative/text()") == ["甲公司"]
    leading = f"AIDTRACKER-headquarters-{known.headquarters.slug}"
    assert found.xpath("participating-org[@role='2']/@ref") == [leading]
    assert found.xpath("related-activity/@ref") == [f"AIDTRACKER-programs-{program.slug}"]
    budgets = [(one.get("type"), one.findtext("value")) for one in found.iter("budget")]
    assert budgets == [("2", "122500")]
    amounts = {one.get("name"): one.text for one in found.xpath("aid:amount", namespaces=AID)}
    assert amounts == {"total_amount": "1500.5", "planned_amount": "0"}
    assert found.find("transaction") is None
    for row, basis, starts in (
        (of_batch, "batch", "2023-01-01"),
        (of_document, "document", "2021-05-01"),
        (of_plan, "plan", "2024-01-01"),
        (of_program, "programme", "2020-01-01"),
        (inner, "programme", "2020-01-01"),
        (finished, "end", "2019-05-01"),
    ):
        start = activity(tree, row).find("activity-date[@type='1']")
        assert (start.get(f"{{{OWN}}}basis"), start.get("iso-date")) == (basis, starts)
        assert start.findtext("narrative").startswith("文献没有说开始的日期")
        assert start.xpath("narrative[@xml:lang='en']")
    assert activity(tree, of_document).xpath("activity-status/@aid:inferred", namespaces=AID)
    left = tree.xpath("//aid:left-out[@name='没有日期的']/@ref", namespaces=AID)
    assert left == [f"AIDTRACKER-projects-{nowhere.slug}"]


def test_two_figures_that_cannot_both_be_true_both_stand(client):
    project = make_project(planned_start="2020")
    series = make_series(project=project)
    year = {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31)}
    make_observation(
        series=series, source=make_source(code="one"), number=1, printed="超过30家", **year
    )
    make_observation(
        series=series, source=make_source(code="two"), number=4, printed="20家", **year
    )
    make_observation(series=series, number=1, printed="50家", nature="target", **year)
    make_observation(series=series, number=1, printed="几十家", **year)

    found = activity(checked(client, ACTIVITIES), project)

    (period,) = found.iter("period")
    assert [one.get("value") for one in period.iter("actual")] == ["30", "20"]
    assert [one.get("value") for one in period.iter("target")] == ["50"]
    stated = period.xpath("actual/aid:stated", namespaces=AID)
    assert [(one.get("printed"), one.get("hedge")) for one in stated] == [
        ("超过30家", "over"),
        ("20家", "exact"),
    ]
    assert "upper" not in stated[0].attrib
    assert client.get(stated[0].get("href")).status_code == 200


def test_files_show_nothing_that_is_not_public(client):
    def all_files():
        return [
            re.sub(rb'generated-datetime="[^"]*"', b"", told(client, address))
            for address in (ACTIVITIES, ORGANISATIONS, FIGURES)
        ]

    public = make_project(planned_start="2020")
    program = make_program(starts_on="2020")
    before = all_files()
    ours = {"headquarters": public.headquarters, "planned_start": "2020"}
    hidden = make_project(review=Review.DRAFT, programs=[program], **ours)
    make_project_party(project=hidden, headquarters=public.headquarters, enterprise=None)
    make_project_plan(project=public, review=Review.DRAFT)
    make_observation(series=make_series(project=hidden))
    make_observation(series=make_series(project=public), status=Review.SUBMITTED)
    make_observation(series=make_series(headquarters=public.headquarters), status=Review.DRAFT)
    public.sources.add(make_source(kind="report", url="https://example.org/x"))
    assert all_files() == before


def test_files_ask_the_same_questions_for_any_number_of_rows(client):
    def asked():
        counts = []
        for address in (ACTIVITIES, ORGANISATIONS, FIGURES, "/sdmx/structure.json"):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address)
                b"".join(response) if response.streaming else response.content
            counts.append(len(queries))
        return counts

    few = asked()
    for number in range(1, 12):
        project = make_project(planned_start="2020", regions=[make_region()])
        make_observation(series=make_series(project=project), source=make_source(), number=number)
        make_headquarters()
    assert asked() == few
    assert max(few) <= 12


def test_file_that_did_not_change_is_not_sent_again(client):
    for address in (ACTIVITIES, FIGURES, "/sdmx/structure.json"):
        first = client.get(address)
        if first.streaming:
            b"".join(first)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")


# SDMX


def rows(client):
    return list(csv.DictReader(io.StringIO(told(client, FIGURES).decode())))


def test_sdmx_has_every_figure_with_a_time_once(client):
    found = rows(client)
    dimensions = [one.code for one in (*DIMENSIONS, TIME)]
    assert list(found[0]) == ["STRUCTURE", "STRUCTURE_ID", "ACTION", *(x.code for x in COMPONENTS)]
    assert len({tuple(one[name] for name in dimensions) for one in found}) == len(found)
    timeless = {"period_start": None, "period_end": None, "as_of": None}
    with_time = Observation.objects.published().exclude(**timeless).count()
    assert len(found) == with_time > 200
    assert all(one[name] for one in found for name in dimensions)
    assert all(
        re.fullmatch(r"[A-Za-z0-9_@$-]+", one[name]) for one in found for name in dimensions[:-1]
    )


@pytest.mark.parametrize(
    ("start", "end", "on", "written"),
    [
        ("2019-01-01", "2019-12-31", None, "2019"),
        ("2017-01-01", "2019-12-31", None, "2017-01-01/P3Y"),
        ("2019-02-01", "2019-02-28", None, "2019-02"),
        ("2020-02-01", "2020-02-28", None, "2020-02-01/P28D"),
        ("2020-02-01", "2020-02-29", None, "2020-02"),
        ("2019-04-01", "2019-06-30", None, "2019-Q2"),
        ("2019-07-01", "2019-12-31", None, "2019-S2"),
        ("2019-12-31", "2020-01-01", None, "2019-12-31/P2D"),
        ("2019-01-01", None, "2019-06-30", "2019-S1"),
        ("2018-05-01", None, "2019-06-30", "2018-05-01/P426D"),
        (None, None, "2019-06-30", "2019-06-30"),
        (None, "2019-12-31", None, "2019-12-31"),
        ("2019-12-01", None, None, "2019-12-01"),
    ],
)
def test_sdmx_writes_times(start, end, on, written):
    days = [one and date.fromisoformat(one) for one in (start, end, on)]
    figure = make_observation(period_start=days[0], period_end=days[1], as_of=days[2])
    found = Observation.objects.filter(pk=figure.pk).values_list(TIME.write(""), flat=True)
    assert list(found) == [written]


def test_sdmx_says_what_a_figure_is(client):
    metric = make_metric(name="试数", unit="家")
    region, project = make_region(), make_project()
    series = make_series(metric=metric, region=region, project=project)
    source = make_source(code="said", title="=SUM(A1)，“某报”")
    when = {"as_of": date(2024, 6, 30)}
    make_observation(
        series=series, source=source, number=1, printed="超过30家", obs_status="provisional", **when
    )
    make_observation(series=series, source=source, number=2, printed="几十家", **when)
    make_observation(series=series, source=source, number=3, printed="30家")
    first, second = [one for one in rows(client) if one["STATEMENT"].startswith("said-")]
    assert first["SUBJECT"] == f"region@{region.slug}$project@{project.slug}"
    assert (first["METRIC"], first["SCOPE"]) == (metric.slug, "_Z")
    assert (first["OBS_VALUE"], first["OBS_STATUS"], first["HEDGE"]) == ("30", "P", "over")
    assert (first["LOWER"], first["UPPER"], first["SOURCE"]) == ("30", "", "=SUM(A1)，“某报”")
    assert (second["OBS_VALUE"], second["OBS_STATUS"]) == ("", "O")
    assert first["PAGE"] == "http://testserver/observations/said/1/"


def test_sdmx_structure_defines_what_the_file_has(client):
    region, project = make_region(), make_project()
    apples, with_xpcc = ScopeEntry.objects.filter(code__in=("apples", "with-xpcc")).order_by("code")
    entries = {"first_scope": apples, "second_scope": with_xpcc}
    series = make_series(region=region, project=project, **entries)
    make_observation(series=series, as_of=date(2024, 6, 30))
    make_observation(
        series=make_series(region=make_region()), status=Review.DRAFT, as_of=date(2024, 6, 30)
    )
    data = json.loads(told(client, "/sdmx/structure.json"))["data"]
    parts = data["dataStructures"][0]["dataStructureComponents"]
    dimensions = [one["id"] for one in parts["dimensionList"]["dimensions"]]
    time = parts["dimensionList"]["timeDimension"]["id"]
    measures = [one["id"] for one in parts["measureList"]["measures"]]
    attributes = [one["id"] for one in parts["attributeList"]["attributes"]]
    assert [*dimensions, time, *measures, *attributes] == [one.code for one in COMPONENTS]
    lists = {one["id"]: {code["id"] for code in one["codes"]} for one in data["codelists"]}
    found = rows(client)
    for one in COMPONENTS:
        if one.list_name:
            assert {row[one.code] for row in found} - {""} <= lists[f"CL_{one.list_name}"]
    # Of what the file tells each subject and scope once, and of nothing else.
    for name in ("SUBJECT", "SCOPE"):
        assert {row[name] for row in found} == lists[f"CL_{name}"]
    names = {code["id"]: code["name"] for one in data["codelists"] for code in one["codes"]}
    assert names[f"region@{region.slug}$project@{project.slug}"] == f"{region}，{project}"
    assert names["apples$with-xpcc"] == f"{apples}，{with_xpcc}"
    of_dimension = {
        one["id"]: one["localRepresentation"].get("enumeration", "")
        for one in parts["dimensionList"]["dimensions"]
    }
    assert of_dimension["SUBJECT"].endswith("Codelist=AIDTRACKER:CL_SUBJECT(1.0.0)")
    assert found[0]["STRUCTURE_ID"] == "AIDTRACKER:FIGURES(1.0.0)"


# Where figures of the API come from


def test_figure_of_the_api_tells_where_it_comes_from(client, time_machine):
    time_machine.move_to("2026-03-01T12:00:00+08:00", tick=False)
    series = make_series()
    source = make_source(code="told", title="某文", publisher="某报", url="https://example.org/a")
    year = {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31)}
    figure = make_observation(
        series=series, source=source, number=1, printed="超过30家", start=4, end=9, **year
    )
    make_observation(series=series, source=make_source(), number=1, printed="20家", **year)
    time_machine.move_to("2026-04-01T12:00:00+08:00", tick=False)
    figure.printed, figure.correction_reason = "超过40家", "看错了"
    figure.clean()
    figure.save()
    recompute()

    told = client.get("/api/v1/observations/told/1").json()["provenance"]

    assert told["document"] == {
        "code": "told",
        "title": "某文",
        "publisher": "某报",
        "published_on": None,
        "url": "https://example.org/a",
        "page": "http://testserver/sources/told/",
    }
    words = told["words"]
    assert (words["printed"], words["hedge"], words["start"], words["end"]) == (
        *("超过40家", "over"),
        *(4, 9),
    )
    assert words["address"] == "http://testserver/sources/told/#o1"
    assert words["on_web"].startswith("https://example.org/a#:~:text=")
    assert told["bounds"] == {"lower": 40, "upper": None}
    (corrected,) = told["corrections"]
    assert corrected["reason"].startswith("看错了")
    change = {"label": "原文数字", "before": "超过30家", "after": "超过40家"}
    assert change in corrected["changes"]
    (found,) = [one for one in told["findings"] if one["result"] == "contradiction"]
    assert client.get(found["address"]).status_code == 200

    then = client.get("/api/v1/observations/told/1?as_of=2026-03-05").json()
    assert (then["printed"], then["value"]) == ("超过30家", 30)
    assert then["provenance"]["words"]["printed"] == "超过30家"
    assert then["provenance"]["bounds"]["lower"] == 30
    assert then["provenance"]["corrections"] == []
