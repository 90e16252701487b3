from datetime import date

import pytest

from aidtracker.testing import make_metric, make_observation, make_series, make_source
from projects.views.citations import document_reference, plain_citation, series_citation

pytestmark = pytest.mark.django_db

TODAY = date(2024, 7, 1)


def test_plain_citation_names_figure_period_document_and_place():
    source = make_source(title="某文", publisher="某报", published_on="2020-01-19")
    figure = make_observation(
        source=source,
        number=12,
        printed="超过30家",
        period_text="三年来",
        series=make_series(name="网点数"),
    )
    assert plain_citation(figure) == (
        "网点数：超过30家（原文“三年来”）。据《某文》（某报，2020年1月19日）第 12 处。"
    )


def test_plain_citation_has_no_brackets_in_brackets():
    figure = make_observation(
        period_start=date(2017, 1, 1),
        period_end=date(2019, 12, 31),
        is_period_inferred=True,
        nature="target",
        series=make_series(name="网点数"),
    )
    assert plain_citation(figure).partition("。")[0].endswith("（2017—2019年，推断，目标）")


def test_plain_citation_leaves_out_what_is_not_known_of_the_document():
    figure = make_observation(
        source=make_source(title="某文"), number=1, printed="5家", series=make_series(name="网点数")
    )
    assert plain_citation(figure) == "网点数：5家（—）。据《某文》第 1 处。"


def test_plain_citation_says_that_a_figure_is_a_target():
    figure = make_observation(
        nature="target", period_text="全年", series=make_series(name="网点数")
    )
    assert plain_citation(figure).partition("。")[0].endswith("（原文“全年”，目标）")


@pytest.mark.parametrize(
    ("fields", "citation"),
    [
        (
            {
                "kind": "newspaper",
                "author": "甲",
                "publisher": "某报",
                "published_on": "2020-01-19",
            },
            "甲. 某文[N]. 某报, 2020-01-19.",
        ),
        (
            {
                "kind": "web",
                "publisher": "某网",
                "published_on": "2020",
                "url": "https://a.example/x",
            },
            "某文[EB/OL]. 某网(2020)[2024-07-01]. https://a.example/x.",
        ),
        ({"kind": "report"}, "某文[R]."),
    ],
)
def test_standard_citation_follows_the_kind_of_document(fields, citation):
    assert str(document_reference(make_source(title="某文", **fields), TODAY)) == citation


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("", ""),
        ("https://a.example/x", "https://a.example/x#:~:text=1%2D2%20%E4%B8%87%E5%90%8D"),
        ("https://a.example/x#p", "https://a.example/x#p:~:text=1%2D2%20%E4%B8%87%E5%90%8D"),
    ],
)
def test_text_link_encodes_the_printed_words(url, link):
    figure = make_observation(
        source=make_source(url=url),
        printed="1-2 万名",
        series=make_series(metric=make_metric(unit="名")),
    )
    assert figure.place_on_web == link


def test_series_citation_names_each_document_once():
    series = make_series(name="网点数")
    source = make_source(title="某文", publisher="某报", published_on="2020")
    figures = [make_observation(series=series, source=source) for _ in range(2)]
    figures.append(make_observation(series=series, source=make_source(title="又一文")))

    assert series_citation(series, figures) == (
        "网点数：3 个数字。据《某文》（某报，2020年）、《又一文》。"
    )


def test_series_citation_without_figures_names_no_document():
    assert series_citation(make_series(name="网点数"), []) == "网点数：0 个数字。"
