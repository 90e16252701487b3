"""What a document calls a figure, where that is not the metric's name, is said with the figure."""

import csv
import io

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from python_calamine import load_workbook

from aidtracker.testing import make_metric, make_observation, make_series, make_source
from programs.models.sources import checksum
from projects.charts.side_by_side import side_by_side
from projects.models import Observation
from projects.tests.test_charts import chart_of, chart_with, yearly
from projects.views.citations import plain_citation

pytestmark = pytest.mark.django_db
CALLED = "原文称“援疆资金”"


def figure(code, number):
    return Observation.objects.with_subjects().get(source__code__startswith=code, number=number)


@pytest.mark.parametrize(
    ("name", "called"),
    [("援疆资金", CALLED), ("", ""), ("援疆专款", "")],
    ids=["another", "none", "the metric's own"],
)
def test_figure_says_another_name_than_its_metric_has(name, called):
    series = make_series(metric=make_metric(name="援疆专款", unit="元"))

    assert make_observation(series=series, printed_name=name).called == called


@pytest.mark.parametrize(
    "address",
    [
        "/observations/001_3c903b8bc122f77e/1/",
        "/observations/?metric=chan-ye-yuan-jiang-zi-jin-tou-ru",
        "/sources/001_3c903b8bc122f77e/",
        "/metrics/chan-ye-yuan-jiang-zi-jin-tou-ru/",
        "/series/zhe-jiang-sheng-yuan-jiang-zhi-hui-bu-chan-ye-yuan-jiang-zi-jin-tou-ru/",
        "/headquarters/zhejiang/",
        "/",
    ],
)
def test_pages_say_what_the_document_calls_it(client, address):
    assert CALLED in client.get(address).text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_have_a_column_of_it(client, kind):
    address = f"{reverse('observation-list')}?source=001_3c903b8bc122f77e&download={kind}"
    content = b"".join(client.get(address).streaming_content)
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    at = next(at for at, row in enumerate(rows) if "原文名称" in row)

    said = dict(zip(rows[at], rows[at + 1], strict=True))
    assert (said["原文数字"], said["原文名称"]) == ("9.11 亿元", "援疆资金")


def test_citation_says_it():
    assert "（2017—2019年，推断，原文称“援疆资金”）" in plain_citation(figure("001", 1))


def test_caption_says_the_one_name_of_all_figures():
    chart = chart_with(yearly("1元", printed_name="捐款"), yearly("2元", printed_name="捐款"))

    assert "单位：元。原文称“捐款”。据《" in chart.caption


def test_caption_says_which_figures_have_another_name():
    assert "2018年的39.31亿元，原文称“旅游总消费”。据《" in chart_of("001", 44).caption


def test_chart_of_several_things_says_it():
    chart = side_by_side("of", [figure("001", 1), figure("004", 1)])

    assert f"。{CALLED}。据《" in chart.caption
    assert chart.description.count(f"，{CALLED}，完成") == 2


@pytest.fixture
def draft():
    text = "三年来，累计投入援疆 资金9.11 亿元。"
    source = make_source(text=text, sha256=checksum(text))
    series = make_series(metric=make_metric(unit="元"))
    place = {"start": text.index("9"), "end": text.index("。")}
    return make_observation(
        source=source, series=series, printed="9.11 亿元", status="draft", **place
    )


def test_name_stands_in_the_text_whatever_its_spaces(draft):
    draft.printed_name = "援疆资金"
    draft.full_clean()


def test_name_that_the_text_does_not_have_is_refused(draft):
    draft.printed_name = "扶贫资金"

    with pytest.raises(ValidationError) as refused:
        draft.full_clean()
    said = f"《{draft.source}》的全文里没有“扶贫资金”；请照原文写，原文没有称呼就留空。"
    assert refused.value.message_dict == {"printed_name": [said]}


def test_name_of_a_published_figure_changes_only_for_a_reason():
    row = make_observation(status="published")
    row.printed_name = "援疆资金"

    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.error_dict) == ["correction_reason"]


def test_name_is_found(client):
    row = make_observation(printed_name="旅游总开支")

    assert row.get_absolute_url() in client.get("/observations/?q=旅游总开支").text


def test_program_of_before_stores_figures_without_it():
    row = make_observation()
    names = [one.column for one in Observation._meta.concrete_fields]
    names = [name for name in names if name not in ("id", "printed_name", "number")]
    columns = ", ".join(f'"{name}"' for name in names)
    table = Observation._meta.db_table

    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} ({columns}, "number") SELECT {columns}, 999 FROM {table}'
            " WHERE id = %s",
            [row.pk],
        )
    assert Observation.objects.get(source=row.source, number=999).printed_name == ""
