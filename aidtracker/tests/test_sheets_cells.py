"""Cells as Excel and programs find them: typed, plain, and harmless."""

import csv
import datetime
import io
from decimal import Decimal

import openpyxl
import pytest

from aidtracker import testing
from aidtracker.sheets import download, resource_for
from aidtracker.sheets.writing import workbooks
from aidtracker.tests.sheet_helpers import cells_of, exported, imported, sheet
from programs.models import Region
from projects.models import Observation, Project

pytestmark = pytest.mark.django_db


def test_observations_have_the_published_columns_in_order():
    published = [
        *("source", "number", "start", "end", "printed", "value", "value_high", "lower", "upper"),
        *("unit", "qualifier", "nature", "accumulation", "period_start", "period_end", "as_of"),
        *("period_text", "printed_name", "metric", "series", "region", "headquarters", "program"),
        *("project", "investment", "enterprise", "site", "outlet", "activity", "scope_note"),
        *("attributed_to", "status", "rank", "note"),
    ]

    more = [
        *("period_inferred", "rank_reason", "correction_reason", "paragraph"),
        *("obs_status", "price_basis", "first_scope", "second_scope", "third_scope"),
        *("review_comment", "maintainer", "version"),
    ]

    headings = resource_for(Observation).headings(codes=True)

    assert headings == [*published, *more]


def test_observation_cells_are_plain():
    series = testing.make_series(metric=testing.make_metric(unit="元"), scope_note="含兵团，某地")
    row = testing.make_observation(
        series=series, printed="超过9.11亿元", as_of=datetime.date(2019, 6, 3)
    )
    content = exported(Observation.objects.filter(pk=row.pk), "csv", "code")

    [cells] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))

    assert cells["value"] == cells["lower"] == "911000000"
    assert (cells["value_high"], cells["upper"]) == ("", "")
    assert (cells["qualifier"], cells["as_of"]) == ("over", "2019-06-03")
    assert (cells["unit"], cells["first_scope"]) == ("元", "with-xpcc")
    assert cells["scope_note"] == "某地"
    assert (cells["region"], cells["metric"]) == (series.region.code, series.metric.name)


def test_download_holds_only_what_the_queryset_holds():
    draft = testing.make_observation(status=Observation.Status.DRAFT)
    approved = testing.make_observation(source=draft.source)
    rows = Observation.objects.published().filter(source=draft.source)

    content = exported(rows, "csv", "code").decode("utf-8-sig")

    numbers = [row["number"] for row in csv.DictReader(io.StringIO(content))]
    assert numbers == [str(approved.number)]


def test_download_names_the_dataset_and_the_day(monkeypatch):
    day = datetime.date(2026, 6, 1)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: day)

    response = download(Observation.objects.none(), "csv")

    assert response["Content-Disposition"] == 'attachment; filename="observations-2026-06-01.csv"'


@pytest.mark.parametrize(("file_format", "headers"), [("xls", "label"), ("csv", "名称")])
def test_download_of_an_unknown_kind_is_an_error(file_format, headers):
    with pytest.raises(ValueError, match="No such download"):
        download(Region.objects.all(), file_format, headers)


def test_workbook_has_typed_cells_and_runs_no_formula():
    site = testing.make_site(
        name="=HYPERLINK(1)", area=Decimal("1234.5"), opened_on="2019-06-03", note="https://a.cn"
    )
    content = exported(type(site).objects.filter(pk=site.pk), "xlsx", "code")

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = {heading.value: cell for heading, cell in zip(sheet[1], sheet[2], strict=True)}

    assert (cells["name"].data_type, cells["name"].value) == ("s", "=HYPERLINK(1)")
    assert (cells["area"].data_type, cells["area"].value) == ("n", 1234.5)
    assert (cells["opened_on"].value, cells["opened_on"].number_format) == (
        datetime.datetime(2019, 6, 3),
        "yyyy-mm-dd",
    )
    assert cells["note"].hyperlink is None
    assert (sheet.freeze_panes, sheet["A1"].font.bold) == ("A2", True)
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(2, sheet.max_column).coordinate}"


def test_workbook_keeps_codes_as_text_and_half_dates_as_text():
    region = testing.make_region(code="991901", valid_from="2012-03")
    content = exported(Region.objects.filter(pk=region.pk), "xlsx", "code")

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = {heading.value: cell.value for heading, cell in zip(sheet[1], sheet[2], strict=True)}

    assert (cells["code"], cells["valid_from"], cells["valid_to"]) == ("991901", "2012-03", None)


def test_text_too_long_for_excel_is_named_and_changes_nothing():
    region = testing.make_region(note="长" * 40_000)
    content = exported(Region.objects.filter(pk=region.pk), "xlsx", "label")

    assert imported(Region, content, "xlsx").unchanged == 1


def test_csv_opens_in_excel_and_runs_no_formula():
    region = testing.make_region(name="=1+1", note="-5")
    content = exported(Region.objects.filter(pk=region.pk), "csv", "code")

    [cells] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))

    assert content[:3] == b"\xef\xbb\xbf"
    assert (cells["name"], cells["note"]) == ("'=1+1", "'-5")

    # What a row without a name is called begins with the name of another one.
    project = testing.make_project(batch=testing.make_batch(owner=region, number=10))
    content = exported(Project.objects.filter(pk=project.pk), "csv", "code")
    [cells] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert cells["batch_name"] == "'=1+1第10批"


def test_choices_have_labels_under_chinese_headings_and_codes_under_codes():
    region = testing.make_region(level=Region.Level.COUNTY)
    rows = Region.objects.filter(pk=region.pk)

    [labels], [codes] = cells_of(rows), cells_of(rows, codes=True)

    assert (labels[3], codes[3]) == ("县级", "county")


def test_related_rows_stand_by_their_natural_keys():
    owner = testing.make_region(code="990000")
    sources = [testing.make_source(code="b"), testing.make_source(code="a")]
    project = testing.make_project(
        batch=testing.make_batch(owner=owner, number=10), sources=sources
    )

    [cells] = cells_of(Project.objects.filter(pk=project.pk))
    row = dict(zip(resource_for(Project).headings(), cells, strict=True))

    assert (row["批次"], row["出处"]) == ("990000 / 10", "a；b")


def test_headings_of_money_state_its_unit_and_are_read_again():
    resource = resource_for(Project)
    headings = dict(zip(resource.headings(codes=True), resource.headings(), strict=True))

    found = sheet(Project, ["项目编号", headings["total_amount"]], ["P-1", "5"])

    assert headings["total_amount"] == "总投资（万元）"
    assert (found.columns[1], found.notices) == (("total_amount", 1, "万元"), [])


def test_figure_of_eighteen_digits_is_exact_in_a_file():
    row = testing.make_observation()
    rows = Observation.objects.filter(pk=row.pk)
    number = Decimal("123456789012345.678")
    rows.update(value=number, lower=number, upper=number)

    [cells] = csv.DictReader(io.StringIO(exported(rows, "csv", "code").decode("utf-8-sig")))

    assert (cells["value"], cells["lower"], cells["upper"]) == (str(number),) * 3


def test_public_file_has_names_and_addresses_and_nothing_of_the_staff():
    row = testing.make_project(regions=[testing.make_region(code="990001", name="甲县")])
    content = download(
        Project.objects.filter(pk=row.pk), "csv", is_public=True, site="https://a.cn"
    ).getvalue()

    [cells] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))

    assert (cells["受援地"], cells["受援地名称"]) == ("990001", "甲县")
    assert cells["本站网页"] == f"https://a.cn{row.get_absolute_url()}"
    assert {"版本", "审核状态", "退回意见", "更正理由"} & cells.keys() == set()


def test_rows_beyond_a_sheet_stand_on_the_next(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    rows = [[f"行{number}", Decimal(number)] for number in range(5)]

    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(workbooks.workbook_chunks(["名称", "数"], rows)))
    )

    assert [[*sheet.values] for sheet in book] == [
        [("名称", "数"), ("行0", 0), ("行1", 1)],
        [("名称", "数"), ("行2", 2), ("行3", 3)],
        [("名称", "数"), ("行4", 4)],
    ]
