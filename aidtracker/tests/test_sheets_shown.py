"""What a person sees in a workbook counts: shared cells, formats, formulas, commas."""

import datetime
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from aidtracker import testing
from aidtracker.sheets import resource_for
from aidtracker.sheets.reading.pages import SheetError
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.reading.uploads import read_upload
from aidtracker.sheets.rehearsing.rehearsal import rehearse
from aidtracker.tests.sheet_helpers import messages
from projects.models import InvestmentReport, Project

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HEADINGS = ["项目编号", "名称", "总投资", "援疆资金计划", "备注"]


@pytest.fixture(autouse=True)
def projects():
    return [testing.make_project(code=f"P-{number}", name="旧") for number in (1, 2)]


def book_of(rows, formats=(), merged=()):
    """The bytes of a workbook with rows from A1 on; `formats` are (cell, format)."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for at, code in formats:
        book.active[at].number_format = code
    for cells in merged:
        book.active.merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def outcome_of(content, model=Project, name="台账.xlsx"):
    resource = resource_for(model)
    return rehearse(resource, sheet_of(resource, read_upload(name, content)))


def changes(outcome):
    return [{one.heading: one.new for one in row.changes} for row in outcome.rows]


# Shared cells


@pytest.mark.parametrize("amount", [500, 500.5, "500", "500万元", "约500"])
@pytest.mark.parametrize("merged", ["C2:C3", "C2:D2", "C2:D3"])
def test_amount_of_merged_cells_is_refused(amount, merged):
    rows = [HEADINGS, ["P-1", "甲", amount], ["P-2", "乙"]]

    with pytest.raises(SheetError, match=r"“总投资”是合并的单元格，分不清每[行列]各是多少"):
        outcome_of(book_of(rows, merged=[merged]))


def test_whole_number_of_merged_cells_is_refused():
    report = testing.make_investment_report()
    rows = [
        ["招商项目", "月份", "月末就业人数"],
        *([report.investment.code, f"2026-0{n}", 200] for n in (3, 4)),
    ]

    with pytest.raises(SheetError, match="“月末就业人数”是合并的单元格"):
        outcome_of(book_of(rows, merged=["C2:C3"]), InvestmentReport)


@pytest.mark.parametrize(
    ("rows", "merged"),
    [
        ([["P-1", "甲", 5], ["合计", None, 5]], "A3:B3"),
        ([["P-1", "甲", 5], ["注：以上各项均为计划数"]], "A3:E3"),
        ([["P-1", "甲", "—"], ["P-2", "乙"]], "C2:C3"),
        ([["P-1", "甲", 5, None, "同"], ["P-2", "乙", 6]], "E2:E3"),
        ([["P-1", "甲", 5], []], "C2:C3"),
    ],
    ids=["total", "note", "nothing", "words", "one record"],
)
def test_merged_cells_that_share_no_amount_are_read(rows, merged):
    assert outcome_of(book_of([HEADINGS, *rows], merged=[merged])).changed


def test_table_that_begins_in_another_column_is_read_at_its_place():
    rows = [[None, None, *HEADINGS], [None, None, "P-1", "甲", 5, 4], [None, None, "P-2", "乙", 6]]

    found = outcome_of(book_of(rows, merged=["D2:D3"]))

    assert [one["名称"] for one in changes(found)] == ["甲", "甲"]
    with pytest.raises(SheetError, match="“总投资”是合并"):
        outcome_of(book_of(rows, merged=["E2:E3"]))


# Commas


@pytest.mark.parametrize(
    "line",
    ["P-1,甲,1,500,300,注", "P-1,甲,500,1,300,", "P-1,甲,1,500,300,,", "P-1,甲,乙,5,4,注"],
)
def test_line_of_csv_that_is_longer_than_the_headings_is_refused(line):
    content = f"{','.join(HEADINGS)}\n{line}\nP-2,乙,5,4,\n".encode()

    found = outcome_of(content, name="台账.csv")

    [(number, heading, words)] = messages(found)
    assert (number, heading, found.changed, found.failed) == (2, "第 6 格起", 1, 1)
    assert "逗号没有加引号" in words


def line_of(line, others="P-2,乙,5,4,\n"):
    content = f"{','.join(HEADINGS)}\n{line}\n{others}".encode()
    return outcome_of(content, name="台账.csv")


@pytest.mark.parametrize(
    ("line", "others", "is_error"),
    [
        ("P-1,甲,1,500,500", "P-2,乙,5,4,\n", True),  # a number among the notes
        ("P-1,甲,1,500", "P-2,乙,5\n", True),  # longer than the line beside it
        ("P-1,甲,1,500", "", False),  # perhaps both are meant
        ("P-1,甲,120,100,", "P-2,乙,5,4,\n", None),
        ("P-1,甲,120,100,注", "P-2,乙,5,4,\n", None),
    ],
)
def test_number_of_csv_that_a_comma_may_have_split_is_said(line, others, is_error):
    problems = [one for one in line_of(line, others).problems if "没有加引号" in one.message]
    assert [one.is_error for one in problems] == ([] if is_error is None else [is_error])


@pytest.mark.parametrize("line", ["P-1,甲,5,4,,", "P-1,甲,5,4,,,,", '"P-1",甲,"1,500",4,注', "P-1"])
def test_line_of_csv_with_nothing_more_is_read(line):
    content = f"{','.join(HEADINGS)}\n{line}\n".encode()

    assert "第 6 格起" not in [
        heading for _, heading, _ in messages(outcome_of(content, name="a.csv"))
    ]


# Formats


def read_cell(value, code):
    """A cell with a format, as it is read."""
    [page] = read_upload("a.xlsx", book_of([["甲"], [value]], formats=[("A2", code)]))
    return page.rows[1][1][0]


DAY = datetime.date(2024, 3, 1)


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        (0.65, "0%", "65%"),
        (0.6543, "0.00%", "65.43%"),
        (123, "00000", "00123"),
        (DAY, 'yyyy"年"m"月"', "2024年3月"),
        (DAY, '[$-804]yyyy"年"m"月";@', "2024年3月"),
        (DAY, "mmm-yy", "2024年3月"),
        (DAY, "yyyy\\-mm", "2024年3月"),
        (DAY, "yyyy", "2024年"),
        (DAY, "yyyy-mm-dd", DAY),
        (DAY, "d-mmm-yy", DAY),
        (5, '0"亩"', "5亩"),
        (15000, '0!.0,"万元"', "1.5万元"),
        (15000, '[>=10000]0!.0,"万";0', "1.5万"),
        (500, '[>=10000]0!.0,"万";0', 500),
        (12345000, "#,##0.0,", "12345"),
        (1200, "[$$-409]#,##0.00", "$1200"),
        (1200, '"￥"#,##0.00', 1200),
        (7, '"T-"000', "T-007"),
        (-5, '0"元";-0"元"', "-5元"),
        (5, '0,,"百万"', "0.000005百万"),
        (-1200, "#,##0_);(#,##0)", -1200),
        (0, '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', 0),
        (0, "0;-0;;@", ""),
        (5, ";;;", "#格式!"),
        (13800001111, "000\\-0000\\-0000", "#格式!"),
        (1.5, "0_ ", 1.5),
        (1234567, "0.00E+00", 1234567),
        ("阿克苏", '@"市"', "阿克苏市"),
        (True, "0%", True),
    ],
)
def test_what_a_cell_shows_is_read(value, code, seen):
    assert read_cell(value, code) == seen


def test_code_that_excel_took_for_a_date_is_refused():
    rows = [["项目编号", "名称"], [DAY, "甲"]]
    [problem] = outcome_of(book_of(rows, formats=[("A2", "m-d")])).problems
    assert "当成了日期" in problem.message


def test_percent_in_a_column_of_money_is_refused_and_a_month_stays_one():
    rows = [["项目编号", "总投资", "计划开工"], ["P-1", 0.65, DAY], ["P-2", 5, DAY]]
    formats = [("B2", "0%"), ("C3", 'yyyy"年"m"月"')]

    found = outcome_of(book_of(rows, formats))

    assert messages(found) == [(2, "总投资", "这一列不填百分数。")]
    assert changes(found) == [{"总投资（万元）": "5", "计划开工": "2024-03"}]


def test_number_that_a_format_alters_is_refused():
    rows = [["项目编号", "总投资", "备注"], ["P-1", 5, 7]]

    found = outcome_of(book_of(rows, [("B2", ";;;"), ("C2", "00000")]))

    [(_, heading, words)] = messages(found)
    assert heading == "总投资"
    assert "显示格式把数改了样" in words


# Formulas


def test_formula_without_a_result_is_named_at_its_cell():
    rows = [["项目编号", "总投资", "我的列"], ["P-1", "=1+2", "=3"], ["P-2", 5]]

    found = outcome_of(book_of(rows))

    [(number, heading, words)] = messages(found)
    assert (number, heading, found.changed) == (2, "总投资", 1)
    assert words == "公式还没有算出结果；请用 Excel 打开、保存一次再上传，或直接填数。"


def test_formula_without_a_result_on_another_sheet_does_no_harm():
    book = openpyxl.Workbook()
    for row in (["项目编号", "总投资"], ["P-1", 5]):
        book.active.append(row)
    book.create_sheet("测算")["A1"] = "=1+2"
    content = io.BytesIO()
    book.save(content)

    assert outcome_of(content.getvalue()).changed == 1


# Other workbooks

OLD = Path(__file__).parent / "files" / "old.xls"
SHOWN = OLD.with_name("shown.xls")
OPEN = """<office:document-content xmlns:office="o" xmlns:text="x" xmlns:table="t"><office:body>
<office:spreadsheet><table:table table:name="台账">{}</table:table></office:spreadsheet>
</office:body></office:document-content>"""


SAID_BY_OFFICE = '<office:body xmlns:calcext="c"'
VALUE_NAMES = {"date": "date-value", "string": "name"}


def open_document(*rows, **parts):
    """The bytes of an OpenDocument workbook; a cell is (kind, value, text shown)."""
    cell = '<table:table-cell office:value-type="{}" office:{}="{}"><text:p>{}</text:p>'
    body = "".join(
        "<table:table-row>"
        + "".join(
            cell.format(kind, VALUE_NAMES.get(kind, "value"), value, text) + "</table:table-cell>"
            for kind, value, text in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", OPEN.format(body))
        for name, text in ({"META-INF/manifest.xml": "<manifest/>"} | parts).items():
            book.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize("name", ["台账.xls", "台账.et", "台账.xlsx"])
def test_old_workbook_is_read_whatever_it_is_called(name):
    [page] = read_upload(name, OLD.read_bytes())

    assert page.rows[1] == (2, ["P-1", "甲", 1200.5, datetime.date(2024, 3, 5)])
    assert page.rows[2][1][2:] == ["65%", "2024年3月"]
    assert page.joint == [[4, 5, 2, 2]]
    assert page.notices == []


def test_old_workbook_shows_formats_and_errors_of_every_kind_of_record():
    shown = ["百分", "65%"], ["亿", "1.5亿元"], ["补零", "00123"], ["错", "#DIV/0!"]

    [page] = read_upload("台账.xls", SHOWN.read_bytes())

    found = dict(zip(page.rows[0][1], page.rows[1][1], strict=True))
    assert {name: found[name] for name, _ in shown} == dict(shown)
    assert (found["月"], found["日"]) == ("2024年3月", datetime.date(2024, 3, 5))
    assert [found["多1"], found["多2"]] == ["100%", "200%"]


@pytest.mark.parametrize("at", [30, 48, 60, 76, 512, 700, 1_500, 2_000, 2_600])
def test_old_workbook_whose_formats_cannot_be_followed_says_so_or_is_refused(at):
    content = bytearray(SHOWN.read_bytes())
    content[at : at + 40] = b"\xff" * 40
    try:
        pages = read_upload("台账.xls", bytes(content))
    except SheetError:
        return
    assert all(isinstance(page.rows, list) for page in pages)


def test_open_document_is_read_as_it_is_shown():
    rows = [
        [("string", "", "项目编号"), ("string", "", "总投资"), ("string", "", "计划开工")],
        [("string", "", "P-1"), ("float", "1200.5", "1,200.50"), ("date", "2024-03-05", "24/3/5")],
        [("float", "7", "007"), ("percentage", "0.65", "65%"), ("date", "2024-03-01", "2024年3月")],
    ]

    [page] = read_upload("台账.ods", open_document(*rows))

    assert [cells for _, cells in page.rows[1:]] == [
        ["P-1", 1200.5, datetime.date(2024, 3, 5)],
        ["007", "65%", "2024年3月"],
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (open_document(**{"Basic/script.xml": "x"}), "带有宏"),
        (open_document(**{"META-INF/manifest.xml": "<encryption-data/>"}), "设有密码"),
        (OLD.read_bytes() + "_VBA_PROJECT".encode("utf-16-le"), "带有宏"),
        (OLD.read_bytes()[:600], "密码"),
        (b"<html><table></table></html>", "不是 Excel 工作簿"),
    ],
    ids=["macros", "password", "old macros", "torn", "page"],
)
def test_other_workbook_that_cannot_be_read_is_refused(content, words):
    with pytest.raises(SheetError, match=words):
        read_upload("台账.xls", content)


def test_error_of_an_open_document_is_no_empty_cell():
    cell = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string"'
        ' office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
        "</table:table-cell>"
    )
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(open_document())) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            row = f"<table:table-row>{cell}</table:table-row></table:table>"
            text = text.replace("</table:table>", row).replace("<office:body", SAID_BY_OFFICE)
            new.writestr(name, text)

    [page] = read_upload("台账.ods", content.getvalue())

    assert page.rows == [(1, ["#DIV/0!"])]


def test_merged_cells_of_an_open_document_are_told():
    cell = (
        '<table:table-cell {}office:value-type="{}" office:value="{}"><text:p>{}</text:p>'
        "</table:table-cell>"
    )
    covered = '<table:covered-table-cell table:number-columns-repeated="{}"/>'
    last = [cell.format("", "string", "", text) for text in ("P-2", "乙")]
    rows = [
        cell.format('table:number-columns-spanned="3" ', "string", "", "台账") + covered.format(2),
        "".join(cell.format("", "string", "", text) for text in ("项目编号", "名称", "总投资")),
        cell.format("", "string", "", "P-1")
        + cell.format("", "string", "", "甲")
        + cell.format('table:number-rows-spanned="2" ', "float", "500", "500"),
        "".join(last) + covered.format(1),
    ]
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    empty = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", OPEN.format(empty + body).replace('office:value=""', ""))
        book.writestr("META-INF/manifest.xml", "<manifest/>")

    [page] = read_upload("台账.ods", content.getvalue())

    assert page.joint == [[3, 3, 0, 2], [5, 6, 2, 2]]
    assert page.rows[-1] == (6, ["P-2", "乙", 500])
    with pytest.raises(SheetError, match="第 5–6 行“总投资”是合并的单元格"):
        sheet_of(resource_for(Project), [page])
