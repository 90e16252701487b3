"""Files that may be read, and files that are refused."""

import csv
import io
import time
import zipfile

import openpyxl
import pytest

from aidtracker.sheets.reading import csv_texts, uploads, workbook_safety
from aidtracker.sheets.reading.pages import SheetError
from aidtracker.sheets.reading.uploads import read_upload as pages_of
from aidtracker.sheets.reading.workbook_reader import MAX_ROWS
from aidtracker.sheets.reading.workbook_safety import MAX_CELLS
from aidtracker.sheets.writing.files import file_of


def read_upload(name, content):
    """The rows of a file's first sheet."""
    return pages_of(name, content)[0].rows


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def workbook(rows=(["甲", 1],)):
    return file_of("a.xlsx", ["名称", "数"], rows).getvalue()


def with_member(name, content, base=None):
    """A workbook with one more part."""
    target = io.BytesIO(base or workbook())
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def without_compression_flag(content):
    """The workbook with every part's flag of encryption set."""
    changed = bytearray(content)
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := content.find(start, place + 1)) >= 0:
            changed[place + offset] |= 1
    return bytes(changed)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_of_excel(encoding):
    assert read_upload("a.csv", "名称,数\r\n阿克苏,5\r\n".encode(encoding)) == [
        (1, ["名称", "数"]),
        (2, ["阿克苏", "5"]),
    ]


def test_cell_longer_than_excel_has_is_refused():
    """Some 90 KB of a workbook unpack to a cell of 90 MB, which to tidy takes a minute."""
    pages = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(pages, "w") as new:
        for name in old.namelist():
            text = "长" * 32_768
            new.writestr(name, old.read(name).replace("甲".encode(), text.encode()))
    with pytest.raises(SheetError, match="第 2 行有一格的文字超过 32767 个字"):
        read_upload("a.xlsx", pages.getvalue())


@pytest.mark.parametrize("part", [b"<c ", b"<row ", b"<row aaaaaaaa", b"<c r><f>"])
def test_searching_a_workbook_of_tags_without_end_takes_no_minutes(part):
    """Backtracking through the next tags took minutes for the 100 MB that 100 KB unpack to."""
    piece = part * (workbook_safety.MEGABYTE // len(part))
    begun = time.process_time()
    workbook_safety.check_piece(piece)
    assert not workbook_safety.HIDDEN_PART.search(piece)
    assert time.process_time() - begun < 0.5


def test_row_numbers_count_blank_rows_and_not_the_lines_of_a_cell():
    content = '名称\r\n\r\n"两\r\n行"\r\n甲\r\n'.encode()

    assert [number for number, _ in read_upload("a.CSV", content)] == [1, 3, 4]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "编号,一格很长的文字\r\n7,一格很长的文字\r\n8,一格很长的文字".encode()),
        ("a.xlsx", workbook([[7, "一格很长的文字"], [8, "一格很长的文字"]])),
    ],
    ids=["csv", "xlsx"],
)
def test_text_that_stands_in_many_rows_is_kept_once(name, content):
    [page] = pages_of(name, content)

    texts = [cells[1] for _, cells in page.rows[1:]]
    assert texts == ["一格很长的文字"] * 2
    assert texts[0] is texts[1]


def test_workbook_rows_keep_their_numbers():
    book = openpyxl.Workbook()
    book.active["A3"], book.active["A6"], book.active["B6"] = "名称", "甲", 2.5
    target = io.BytesIO()
    book.save(target)

    assert read_upload("a.xlsx", target.getvalue()) == [(3, ["名称", ""]), (6, ["甲", 2.5])]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "文件是空的"),
        ("a.csv", b"x" * (uploads.MAX_SIZE + 1), "超过 10 MB"),
        ("a.csv", workbook(), "内容却不是 CSV"),
        ("a.csv", b"a,b\n\x00,1\n", "不是 CSV 文本"),
        (
            "a.csv",
            "名称\n甲乙\n".encode() + "丙丁".encode("gb18030"),
            "混用了几种文字编码（第 3 行起）",
        ),
        ("a.csv", b'a,b\n"1" x,1\n', "引号或分隔有误"),
        ("a.csv", b"a\nb\n" + b"x" * (csv_texts.MAX_CELL + 1), "第 3 行.*有一格超过 200000 个字"),
        ("a.csv", b"a\n" * (MAX_ROWS + 1), "一次最多导入 100000 行"),
        ("a.csv", b"\xff\x81\xff,1\n", "文字编码"),
        ("a.xls", OLE, "另存为 .xlsx"),
        ("a.xlsm", workbook(), "只能导入"),
        ("a", workbook(), "只能导入"),
        ("a.xlsx", OLE, "密码"),
        ("a.xlsx", "名称\n甲".encode(), "内容却不是 Excel"),
        ("a.xlsx", workbook()[:400], "已损坏"),
        ("a.xlsx", with_member("xl/vbaProject.bin", b"x"), "带有宏"),
        ("a.xlsx", with_member("xl/macrosheets/sheet1.xml", b"<a/>"), "带有宏"),
        ("a.xlsx", workbook([["甲", 1]] * (MAX_ROWS + 1)), "一次最多导入 100000 行"),
        (
            "a.xlsx",
            with_member("xl/a.xml", b"<c></c>" * (MAX_CELLS + 1)),
            "单元格超过",
        ),
        ("a.xlsx", with_member("xl/x.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "DTD"),
        ("a.xlsx", with_member("xl/x.xml", "<!DOCTYPE a><a/>".encode("utf-16-le")), "DTD"),
        ("a.xlsx", with_member("XL/workbook.xml", b"<a/>"), "重复"),
        ("a.xlsx", without_compression_flag(workbook()), "加密"),
        ("a.xlsx", with_member("xl/big.bin", bytes(workbook_safety.MAX_UNPACKED + 1)), "过大"),
    ],
)
def test_file_is_refused_with_the_reason(name, content, words):
    csv.field_size_limit(csv_texts.MAX_CELL * 10)  # as libraries do, for the whole process
    with pytest.raises(SheetError, match=words):
        read_upload(name, content)


def test_zip_that_is_no_workbook_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "甲")

    with pytest.raises(SheetError, match="内容却不是 Excel"):
        read_upload("a.xlsx", target.getvalue())


def test_workbook_of_too_many_parts_is_refused():
    target = io.BytesIO(workbook())
    with zipfile.ZipFile(target, "a") as archive:
        for number in range(workbook_safety.MAX_MEMBERS):
            archive.writestr(f"{number}.xml", "")

    with pytest.raises(SheetError, match="过大"):
        read_upload("a.xlsx", target.getvalue())


def test_part_that_lies_about_its_size_is_refused():
    content = with_member("xl/big.bin", bytes(workbook_safety.MEGABYTE))
    place = content.rfind(b"PK\x01\x02")
    lying = content[: place + 24] + (5).to_bytes(4, "little") + content[place + 28 :]

    with pytest.raises(SheetError, match="已损坏"):
        read_upload("a.xlsx", lying)


def test_cell_far_away_fills_no_memory():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "名称", "甲"
    target = io.BytesIO()
    book.save(target)

    with pytest.raises(SheetError, match="过于复杂"):
        read_upload("a.xlsx", target.getvalue())


def test_csv_of_a_megabyte_of_line_ends_has_no_rows():
    assert read_upload("a.csv", b"\n" * workbook_safety.MEGABYTE) == []


def calculated(cell):
    """A workbook as another program writes it, with this cell in its first sheet."""
    target = io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(workbook([["甲", 77]])))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, content.replace(b'<c r="B2"><v>77</v></c>', cell))
    return target.getvalue()


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="B2"><f>1+2</f></c>',
        b'<c r="B2"><f>1+2</f><v></v></c>',
        b'<c r="B2" s="1"><f>1+2</f><v/></c>',
        b'<c r="B2"><f t="shared" si="0"/></c>',
    ],
)
def test_formula_without_a_result_is_known_where_it_stands(cell):
    assert read_upload("a.xlsx", calculated(cell))[1] == (2, ["甲", "#公式!"])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (b'<c r="B2"><f>1+2</f><v>3</v></c>', 3.0),
        (b'<c r="B2" t="str"><f>IF(A2="","",A2)</f><v></v></c>', ""),
        (b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        (b"<c r='B2' t='e'><v>#SPILL!</v></c>", "#SPILL!"),
        (b'<c r="B2"><v>1e999</v></c>', "inf"),
    ],
)
def test_formula_is_read_by_its_result(cell, value):
    assert read_upload("a.xlsx", calculated(cell))[1] == (2, ["甲", value])


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        (b'<row r="9" hidden="1"/>', "隐藏的或被筛选掉的"),
        (b"<x:row r='9' a='" + b"a" * 500 + b"' hidden='true'/>", "隐藏的或被筛选掉的"),
        (b'<workbookPr date1904="1"/>', "1904 日期系统"),
    ],
)
def test_what_is_worth_knowing_of_a_workbook_is_said(tag, words):
    [page] = pages_of("a.xlsx", with_member("xl/other.xml", tag))

    assert [words in notice for notice in page.notices] == [True]


def test_merged_cells_are_reported():
    book = openpyxl.Workbook()
    for row in (["名称", "数", "字"], ["甲", 5, "x"], ["乙", None, None]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.active.merge_cells("C2:C3")
    target = io.BytesIO()
    book.save(target)

    [page] = pages_of("a.xlsx", target.getvalue())

    assert sorted(page.joint) == [[2, 3, 1, 1], [2, 3, 2, 2]]


def test_text_that_very_many_cells_share_is_refused():
    """A shared string of 32,000 characters costs a cell twenty bytes, and its reader all of it."""
    long = "长" * 30_000
    book = workbook([["甲", "乙"]] * 1_000)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace("甲".encode(), long.encode()))

    with pytest.raises(SheetError, match=r"请分成几份|过于复杂|过大"):
        read_upload("a.xlsx", target.getvalue())


def test_euro_sign_of_chinese_windows_is_read():
    assert read_upload("a.csv", "名称,5€".encode("gbk", "ignore") + b"\x80") == [
        (1, ["名称", "5€"])
    ]


def test_csv_starts_with_the_mark_that_excel_needs():
    assert file_of("a.csv", ["名称"], [["甲"]]).getvalue() == "\ufeff名称\r\n甲\r\n".encode()
