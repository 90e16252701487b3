"""Figures side by side: like beside like, what is missing said, differences as far as known."""

import csv
import io
import pickle
from datetime import date

import pytest

from aidtracker.testing import (
    make_headquarters,
    make_metric,
    make_observation,
    make_region,
    make_series,
)
from programs.models import Headquarters
from programs.views.flows import flows
from projects.models import Observation
from projects.sums.differences import difference, obstacle_between_times
from projects.views.compare import offered_ready
from projects.views.compare_kinds import ready
from projects.views.compare_lines import MOST

pytestmark = pytest.mark.django_db

ADDRESS = "/compare/"
YEAR_2019 = {"period_start": date(2019, 1, 1), "period_end": date(2019, 12, 31)}
YEAR_2020 = {"period_start": date(2020, 1, 1), "period_end": date(2020, 12, 31)}
MISSING = "7 份文献里没有这个数"


def asked(client, **query):
    return client.get(ADDRESS, query)


def cells(table):
    """The words of a table, row by row, with the remarks beside figures."""
    return [
        [(cell.items[0].text, *(cell.value.remarks if cell.value else ())) for cell in row.cells]
        for row in table.rows
    ]


def two_headquarters():
    return make_headquarters(donor=make_region()), make_headquarters(donor=make_region())


def compared(client, *figures, metric=None, slugs=None):
    """The first line of what two headquarters have, each figure a dict of fields."""
    metric = metric or make_metric(unit="元", kind="flow")
    several = two_headquarters()
    for one, figure in zip(several, figures, strict=True):
        given = {"accumulation": "period", **YEAR_2019, **figure}
        scope = given.pop("scope", "")
        series = make_series(metric=metric, headquarters=one, region=None, scope_note=scope)
        make_observation(series=series, **given)
    return asked(client, of="headquarters", pick=[one.slug for one in several]).context


@pytest.mark.once
def test_every_donor_is_there_with_what_the_record_has_of_it(client):
    context = asked(client, of="donors").context
    names = [row.cells[0].items[0] for row in context["records"].rows]

    assert len(names) == 19
    assert [client.get(item.url).status_code for item in names] == [200] * 19
    henan = next(row for row in context["records"].rows if row.cells[0].items[0].text == "河南省")
    assert [cell.items[0].text for cell in henan.cells[2:]] == ["0", "0", "0", "0"]


def test_who_chose_nothing_sees_what_most_have(client):
    answer = asked(client)
    context = answer.context
    assert context["asked"].of == "programs"
    assert {"超过30 亿元", "50亿元"} <= {
        row[at][0] for row in cells(context["shared"]) for at in (1, 2)
    }
    words = [item.text for item in context["ready"]] or [item.text for item in offered_ready()]
    assert "农产品销售额：2 个工程" in words
    assert pickle.loads(pickle.dumps(ready())) == ready()  # kept where a cache is shared
    for item in offered_ready():
        assert client.get(f"{ADDRESS}{item.url}").context["shared"], item


def test_donors_without_like_figures_are_told_in_words(client):
    page = asked(client, of="donors").content.decode()
    assert "这 19 个里，文献说到" in page
    assert page.index("两方以上有的数") < page.index("本库记录了多少")


def test_years_can_be_compared_of_what_is_measured_most(client):
    context = asked(client, of="periods").context
    links = [item for _, items in context["subjects"] for item in items]
    assert links
    assert client.get(f"{ADDRESS}{links[0].url}").context["columns"]


def test_donor_has_as_many_places_as_the_picture_of_who_aids_whom(client):
    drawn = flows()
    table = asked(client, of="donors").context["records"]
    counts = {row.cells[0].items[0].text: row.cells[1].items[0].text for row in table.rows}
    assert f"江苏省结对最多：{counts['江苏省']} 个" in drawn.title


def test_programmes_stand_side_by_side_and_what_is_missing_is_said(client):
    slugs = ["shicheng-baidian", "shicheng-baidian-upgrade", "shicheng-baidian-2"]
    context = asked(client, of="programs", pick=slugs).context
    sales = cells(context["shared"])[0]

    assert sales == [
        ("农产品销售额，累计",),
        ("超过30 亿元", "2017—2019年（推断）", "范围：阿克苏特色农产品", "原文称“销售额”"),
        (
            *("50亿元", "2020年1月—2021年6月（推断）", "范围：含第一师阿拉尔市"),
            *("原文称“销售额”", "范围不同，不相减"),
        ),
        (MISSING,),
    ]


def test_figure_of_one_alone_says_that_the_others_have_none(client):
    context = asked(client, of="headquarters", pick=["zhejiang", "hangzhou"]).context
    rows = {row[0][0]: row for row in cells(context["alone"])}

    assert rows["产业援疆资金投入，累计"][1:] == [
        ("浙江省援疆指挥部",),
        ("9.11 亿元", "2017—2019年（推断）", "原文称“援疆资金”"),
    ]
    assert context["alone"].caption == f"只有一方有的数；对其余 1 个，{MISSING}"


def test_like_figures_are_subtracted_as_far_as_their_words_allow(client):
    context = compared(client, {"printed": "100元"}, {"printed": "130元"})

    assert cells(context["shared"])[0][2] == ("130元", "2019年", "比第一个多 29—31元")


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"printed": "130元", **YEAR_2020}, "时间不同，不相减"),
        ({"printed": "130元", "scope": "线上"}, "范围不同，不相减"),
        ({"printed": "超过130元"}, "比第一个多 至少29.5元"),
        ({"printed": "超过30元"}, "比第一个照原文不能确定哪个大"),
    ],
    ids=["other time", "other scope", "open", "undecided"],
)
def test_what_cannot_be_subtracted_is_said(client, figure, words):
    context = compared(client, {"printed": "100元"}, figure)

    assert cells(context["shared"])[0][2][-1] == words


@pytest.mark.parametrize(
    "figure",
    [{"nature": "target"}, {"accumulation": "cumulative"}, {"price_basis": "comparable"}],
    ids=["nature", "accumulation", "prices"],
)
def test_unlike_figures_stand_on_no_line_together(client, figure):
    context = compared(client, {"printed": "100元"}, {"printed": "130元", **figure})

    assert context["shared"] is None
    assert len(context["alone"].rows) == 2


def test_rates_differ_by_percentage_points(client):
    metric = make_metric(unit="%", kind="ratio")
    rate = {"accumulation": "rate"}
    context = compared(
        client, {"printed": "60%", **rate}, {"printed": "超过64%", **rate}, metric=metric
    )

    assert cells(context["shared"])[0][2][-1].startswith("比第一个高 至少3")
    assert cells(context["shared"])[0][2][-1].endswith(" 个百分点")


def test_difference_of_hedged_figures_is_a_span():
    series = make_series(metric=make_metric(unit="元"))
    one, other = (make_observation(series=series, printed=words) for words in ("9.11亿元", "8亿元"))

    assert difference(one, other) == "多 0.605—1.615亿元"
    assert difference(other, one) == "少 0.605—1.615亿元"


def test_years_of_one_subject_are_compared_with_the_year_before(client):
    metric = make_metric(unit="元", kind="flow")
    series = make_series(metric=metric, headquarters=make_headquarters(), region=None)
    for printed, year in (("100元", YEAR_2019), ("130元", YEAR_2020)):
        make_observation(series=series, printed=printed, accumulation="period", **year)
    about = f"headquarters:{series.headquarters.slug}"
    context = asked(client, of="periods", about=about).context

    assert [column.name for column in context["columns"]] == ["2019年", "2020年"]
    assert cells(context["shared"])[0][2] == ("130元", "2020年", "比2019年多 29—31元")


def test_times_of_other_lengths_or_beginnings_are_not_subtracted():
    half = {"period_start": date(2020, 1, 1), "period_end": date(2020, 6, 30)}
    one = Observation(accumulation="period", **YEAR_2019)
    two = Observation(accumulation="cumulative", **YEAR_2019)

    assert obstacle_between_times(Observation(accumulation="period", **half), one) == (
        "期间长短不同或不明，不相减"
    )
    assert obstacle_between_times(Observation(accumulation="cumulative", **half), two) == (
        "累计的起点不同或不明，不相减"
    )
    assert obstacle_between_times(Observation(accumulation="period", **YEAR_2020), one) == ""


def test_metrics_of_one_subject_stand_beside_each_other_without_differences(client):
    context = asked(client, of="metrics", pick=["xie-yi-zi-jin", "dao-wei-zi-jin"]).context

    assert [
        ("浙江省援疆指挥部",),
        ("805.29 亿", "2017—2019年（推断）"),
        ("363.01 亿元", "2017—2019年（推断）", "原文称“实际到位资金”"),
    ] in cells(context["shared"])


def test_chart_of_the_first_line_has_an_address_of_its_own(client):
    slugs = ["shicheng-baidian", "shicheng-baidian-upgrade"]
    chart = asked(client, of="programs", pick=slugs).context["chart"]
    answer = client.get(chart.address)

    assert chart.title.startswith("农产品销售额：")
    assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert chart.title in answer.content.decode()


def test_choice_of_two_at_least_and_nineteen_at_most(client):
    few = asked(client, of="headquarters", pick="zhejiang").context
    keys = list(Headquarters.objects.values_list("slug", flat=True))
    many = asked(client, of="headquarters", pick=keys).context

    assert (len(few["columns"]), few["shared"]) == (1, None)
    assert len(many["columns"]) == MOST == 19
    assert "最多比较 19 个，只取了前 19 个。" in many["notices"]


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"of": "nonsense"}, "没有这一种比较，显示的是支援省市。"),
        ({"of": "programs", "pick": ["nothing", "here"]}, "有的所选没有记录或已改名，没有列出。"),
        ({"of": "periods", "about": "programs:nothing"}, "没有找到要比较的主体。"),
        ({"pick": "\x00"}, "地址中有不能识别的内容，已忽略。"),
    ],
)
def test_what_the_address_says_wrongly_is_told(client, query, notice):
    answer = asked(client, **query)

    assert answer.status_code == 200
    assert notice in answer.context["notices"]


def test_one_metric_is_chosen(client):
    picks = ["zhejiang", "hangzhou"]
    context = asked(client, of="headquarters", pick=picks, metric="dao-wei-zi-jin").context

    assert [row[0] for row in cells(context["alone"])] == [("到位资金，累计",)]


def test_file_has_the_cells_of_the_page_and_what_is_missing(client):
    query = {"of": "programs", "pick": ["shicheng-baidian", "shicheng-baidian-2"]}
    context = asked(client, **query).context
    answer = asked(client, **query, download="csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))

    assert rows[0][:3] == ["序号", "行", "并列的是"]
    assert len(rows) - 1 == 2 * len(context["alone"].rows)
    assert {row[10] for row in rows if row[2] == "十城百店2.0版"} == {MISSING}
    assert all(row[-1].startswith("http://testserver/sources/") for row in rows[1:] if row[11])


def test_withdrawn_figures_are_not_compared(client):
    context = compared(client, {"printed": "100元"}, {"printed": "130元", "status": "draft"})

    assert context["shared"] is None
    assert len(context["alone"].rows) == 1


def test_reader_who_has_the_page_is_told_that_it_is_the_same(client):
    first = asked(client, of="regions")
    again = client.get(ADDRESS, {"of": "regions"}, HTTP_IF_NONE_MATCH=first["ETag"])

    assert again.status_code == 304


def test_queries_do_not_grow_with_what_is_compared(client, django_assert_max_num_queries):
    keys = list(Headquarters.objects.values_list("slug", flat=True)[:MOST])
    with django_assert_max_num_queries(12):
        asked(client)
    with django_assert_max_num_queries(12):
        asked(client, of="headquarters", pick=keys)
    with django_assert_max_num_queries(12):
        asked(client, of="periods", about="headquarters:zhejiang")


def test_pages_lead_to_their_comparison(client):
    page = client.get("/headquarters/zhejiang/").context["page"]

    assert [client.get(item.url).status_code for item in page.ways_on] == [200, 200, 200]


def test_what_is_chosen_stands_first_in_the_form(client):
    context = asked(client, of="headquarters", pick=["zhejiang", "hangzhou"]).context

    assert {one.key for one in context["choices"][:2]} == {"zhejiang", "hangzhou"}


def test_what_only_one_has_is_told_of_each_in_turn_and_at_sight_where_nothing_is_shared(client):
    page = asked(client, of="donors", pick=["zhejiang", "guangdong"])
    assert page.context["shared"] is None
    first = [row[1] for row in cells(page.context["alone"])[:2]]
    assert sorted(first) == [("广东省",), ("浙江省",)]
    assert page.content.decode().count("<details open>") == 2
