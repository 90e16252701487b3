"""What the words before a figure say of its nature and of how it is counted up."""

import pytest

from aidtracker.testing import make_metric, make_region, make_series, make_source
from programs.models import Source
from projects.entry.wordings import doubts, said_before
from projects.models import Metric, Observation
from projects.tests.entry_pages import address, errors, log_in

SOURCE = Source(published_on="2024-06-01")


@pytest.mark.parametrize(
    ("sentence", "figure", "nature", "accumulation"),
    [
        ("今年计划投资3亿元", "3亿元", "plan", "period"),
        ("完成年度计划的92.4%", "92.4%", None, "rate"),
        ("计划内项目已完成投资3亿元", "3亿元", None, None),
        ("按计划投资3亿元", "3亿元", None, None),
        ("实施15115计划，培训500人", "500人", None, None),
        ("到2026年，建成大棚500座", "500座", "target", None),
        ("到2023年，建成大棚500座", "500座", None, None),
        ("力争接待游客100万人次", "100万人次", "target", None),
        ("预计带动就业300人", "300人", "estimate", None),
        ("签约项目6个，协议资金19.11亿元", "19.11亿元", "agreement", None),
        ("用工由200人增加到300人", "300人", None, "point"),
        ("年销售额从300万元增加到800万元", "800万元", None, None),
        ("截至2024年5月底，累计到位资金5亿元", "5亿元", None, "cumulative"),
        ("截至2024年上半年，有电商2646家", "2646家", None, "point"),
        ("今年新增企业12家", "12家", None, "period"),
        ("去年计划投资2亿元。今年到位3亿元", "3亿元", None, "period"),
        ("累计观看2882万人次，培训271期", "271期", None, None),
        ("累计争创示范县5个，网商共计13320家", "13320家", None, None),
        ("累计培训学员9000余人次", "9000余人次", None, "cumulative"),
        ("完善现有卫星工厂，并新增工厂2家", "2家", None, None),
        ("现有网商3000家", "3000家", None, "point"),
        ("增速居全疆第三位", "第三位", None, "rank"),
        ("建成厂房4万平方米", "4万平方米", None, None),
    ],
)
def test_nearest_words_decide(sentence, figure, nature, accumulation):
    start = sentence.rindex(figure)
    said = said_before(sentence, start, start + len(figure), SOURCE)
    assert said.get("nature") == nature if nature is None else said["nature"].value == nature
    found = said.get("accumulation")
    assert (found.value if found else None) == accumulation


@pytest.mark.parametrize(
    ("sentence", "kind", "unit", "nature", "accumulation", "doubted"),
    [
        ("计划投资3亿元", "flow", "元", "actual", "period", "性质却是“完成”"),
        ("计划投资3亿元", "flow", "元", "plan", "period", ""),
        ("完成投资3亿元", "flow", "元", "actual", "period", ""),
        ("覆盖率达到9%", "ratio", "%", "actual", "point", "是比率，累计方式却是“时点”"),
        ("覆盖率达到9%", "ratio", "%", "actual", "rate", ""),
        ("建成9座", "stock", "座", "actual", "rate", "不是比率，累计方式却是“比率”"),
        ("居第3位", "rank", "位", "actual", "point", "是排名，累计方式却是“时点”"),
    ],
)
def test_doubts_are_told(sentence, kind, unit, nature, accumulation, doubted):
    at = next(place for place, letter in enumerate(sentence) if letter.isdecimal())
    metric = Metric(name="某指标", kind=kind, unit=unit)
    said = said_before(sentence, at, len(sentence), SOURCE)
    found = "".join(doubts(said, nature, accumulation, metric))
    assert doubted in found
    assert bool(found) == bool(doubted)


@pytest.mark.django_db
def test_plan_is_not_stored_as_done_unless_that_is_meant(client):
    clerk = log_in(client, "add_observation")
    text = "今年计划投资3亿元。"
    source = make_source(text=text, published_on="2024")
    series = make_series(metric=make_metric(unit="元"), region=make_region())
    sent = {
        "action": "save",
        "start": text.index("3"),
        "end": text.index("。"),
        "printed": "3亿元",
        "series": series.name,
        "nature": "actual",
        "accumulation": "period",
    }
    page = clerk.get(address(source))
    sent["text_sha256"] = page.context["figure_form"].initial["text_sha256"]
    assert page.context["figure_form"]["nature"].value() == "plan"
    response = clerk.post(address(source), sent)
    assert errors(response) == [
        "原文写“计划”，像是计划，性质却是“完成”。没有保存；请核对。",
    ]
    assert 'name="is_meant"' in response.content.decode()
    clerk.post(address(source), sent | {"is_meant": "on"})
    assert Observation.objects.get(source=source).nature == "actual"


@pytest.mark.django_db
def test_words_of_another_place_are_told_to_the_page(client):
    clerk = log_in(client, "add_observation")
    source = make_source(text="累计到位5亿元，明年计划投资3亿元。")
    page = clerk.get(address(source, "enter_nearby"), {"start": 15, "end": 18}).content.decode()
    assert 'data-nature="plan" data-nature-words="计划"' in page
