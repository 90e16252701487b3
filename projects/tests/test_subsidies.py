"""Subsidies: what one yuan moved, and sums by year and kind that explain themselves."""

from decimal import Decimal

import pytest

from aidtracker.sheets import chunks
from aidtracker.testing import make_enterprise, make_headquarters, make_subsidy
from projects.models import Subsidy

pytestmark = pytest.mark.django_db

INSURED = {"kind": "premium", "moved": "insured", "starts_on": "2031-05"}


@pytest.mark.parametrize(
    ("paid", "moved", "words"),
    [
        (400, 5000, "12.5 倍（保额 5000万元 ÷ 补贴 400万元）"),
        (Decimal("0.3"), 1, "3.33 倍（保额 1万元 ÷ 补贴 0.3万元）"),
        (0, 5000, ""),
        (None, 5000, ""),
        (400, None, ""),
    ],
)
def test_leverage_states_its_base(paid, moved, words):
    row = Subsidy(amount=paid, moved="insured", moved_amount=moved)
    assert row.leverage_words == words


def lines(page):
    """The sums by year and kind as a reader sees them."""
    found = page.context["by_kind"]
    labels = [heading.label for heading in found.headings]
    cells = ([cell.items[0] for cell in row.cells] for row in found.rows)
    return [dict(zip(labels, items, strict=True)) for items in cells]


def test_sums_divide_only_what_gives_both_amounts(client):
    make_subsidy(amount=100, moved_amount=2000, **INSURED)
    make_subsidy(amount=300, moved_amount=3000, **INSURED)
    make_subsidy(amount=50, **INSURED)
    make_subsidy(moved_amount=900, **INSURED)
    make_subsidy(amount=7, kind="interest", moved="loan", moved_amount=70, starts_on="2031")
    make_subsidy(amount=1000, review="draft", **INSURED)
    page = client.get("/subsidies/", {"year": "2031"})
    premium = next(one for one in lines(page) if one["类型"].text == "保费补贴")
    assert premium["补贴金额"].text == "已知 3 项：450万元；另 1 项没有给出金额"
    assert premium["撬动金额"].text == "保额 5900万元"
    assert premium["杠杆"].text == "12.5 倍（保额 5000万元 ÷ 补贴 400万元，2 项）"
    assert premium["记录"].text == "4 项"
    assert client.get(premium["记录"].url).context["links"].total == 4


def test_line_that_states_no_year_leads_to_just_its_rows(client):
    row = make_subsidy(kind="power", amount=1)
    make_subsidy(kind="power", amount=1, starts_on="2031")
    make_subsidy(kind="power", amount=1, moved="sales")
    page = client.get("/subsidies/", {"kind": "power"})
    urls = [one["记录"].url for one in lines(page)]
    found = [client.get(url).context["table"].rows for url in urls]
    assert [len(rows) for rows in found] == [1, 1, 1]
    assert row.name in [rows[0].cells[0].items[0].text for rows in found]


def test_what_is_moved_by_several_kinds_is_not_added_up(client):
    make_subsidy(amount=1, moved_amount=2, **INSURED)
    labels = [label for label, _ in client.get("/subsidies/").context["totals"]]
    assert labels == ["补贴金额"]


def test_page_names_whom_it_helps(client):
    firm = make_enterprise(name="甲果业")
    row = make_subsidy(enterprise=firm, headquarters=make_headquarters(name="乙指挥部"))
    page = client.get(row.get_absolute_url()).content.decode()
    assert "保费补贴，补给甲果业，记在乙指挥部名下。" in page
    assert row.name in client.get(firm.get_absolute_url()).content.decode()


def test_public_file_has_names_beside_codes(client):
    make_subsidy(name="丙补贴", amount=3, project=None, **INSURED)
    text = b"".join(chunks(Subsidy.objects.published(), "csv", is_public=True)).decode()
    heading = text.splitlines()[0]
    assert "补贴金额（万元）" in heading
    assert "撬动的是什么" in heading
    assert "丙补贴" in text
