"""Files that may be read, files that are refused, and where an upload waits."""

import io
import os
import time
import zipfile

import openpyxl
import pytest
from django.core import signing

from aidtracker.spreadsheets import storage, uploads
from aidtracker.spreadsheets.formats import csv_chunks, write_xlsx
from aidtracker.spreadsheets.sheets import SheetError
from aidtracker.spreadsheets.storage import Pending, TokenError, take
from aidtracker.spreadsheets.uploads import read_upload as pages_of


def read_upload(name, content):
    """The rows of a file's first sheet."""
    return pages_of(name, content)[0].rows


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def workbook(rows=(["甲", 1],)):
    target = io.BytesIO()
    write_xlsx(target, ["名称", "数"], rows)
    return target.getvalue()


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
    piece = part * (uploads.MEGABYTE // len(part))
    begun = time.process_time()
    uploads.check_piece(piece)
    assert not uploads.HIDDEN_PART.search(piece)
    assert time.process_time() - begun < 0.5


def test_row_numbers_count_blank_rows_and_not_the_lines_of_a_cell():
    content = '名称\r\n\r\n"两\r\n行"\r\n甲\r\n'.encode()

    assert [number for number, _ in read_upload("a.CSV", content)] == [1, 3, 4]


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
        ("a.csv", b"\xff\x81\xff,1\n", "文字编码"),
        ("a.xls", OLE, "另存为 .xlsx"),
        ("a.xlsm", workbook(), "只能导入"),
        ("a", workbook(), "只能导入"),
        ("a.xlsx", OLE, "密码"),
        ("a.xlsx", "名称\n甲".encode(), "内容却不是 Excel"),
        ("a.xlsx", workbook()[:400], "已损坏"),
        ("a.xlsx", with_member("xl/vbaProject.bin", b"x"), "带有宏"),
        ("a.xlsx", with_member("xl/x.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "DTD"),
        ("a.xlsx", with_member("xl/x.xml", "<!DOCTYPE a><a/>".encode("utf-16-le")), "DTD"),
        ("a.xlsx", with_member("XL/workbook.xml", b"<a/>"), "重复"),
        ("a.xlsx", without_compression_flag(workbook()), "加密"),
        ("a.xlsx", with_member("xl/big.bin", bytes(uploads.MAX_UNPACKED + 1)), "过大"),
    ],
)
def test_file_is_refused_with_the_reason(name, content, words):
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
        for number in range(uploads.MAX_MEMBERS):
            archive.writestr(f"{number}.xml", "")

    with pytest.raises(SheetError, match="过大"):
        read_upload("a.xlsx", target.getvalue())


def test_part_that_lies_about_its_size_is_refused():
    content = with_member("xl/big.bin", bytes(uploads.MEGABYTE))
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
    assert read_upload("a.csv", b"\n" * uploads.MEGABYTE) == []


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
def test_formula_without_a_result_is_refused(cell):
    with pytest.raises(SheetError, match="还没有算出结果的公式"):
        read_upload("a.xlsx", calculated(cell))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (b'<c r="B2"><f>1+2</f><v>3</v></c>', 3.0),
        (b'<c r="B2" t="str"><f>IF(A2="","",A2)</f><v></v></c>', ""),
    ],
)
def test_formula_is_read_by_its_result(cell, value):
    assert read_upload("a.xlsx", calculated(cell))[1] == (2, ["甲", value])


def test_csv_starts_with_the_mark_that_excel_needs():
    assert b"".join(csv_chunks(["名称"], [["甲"]])) == "\ufeff名称\r\n甲\r\n".encode()


# Where an upload waits


@pytest.fixture
def import_dir(settings, tmp_path):
    settings.IMPORT_DIR = tmp_path / "imports"
    return settings.IMPORT_DIR


PENDING = Pending("名单.csv", 7, "programs.Region", "print")


def test_upload_comes_back_once_to_whom_it_belongs(import_dir):
    token = PENDING.save(file=b"content")

    assert take(token, 7, "programs.Region", "file") == (PENDING, b"content")
    with pytest.raises(TokenError, match="已经确认过"):
        take(token, 7, "programs.Region", "file")
    assert list(import_dir.iterdir()) == []


@pytest.mark.parametrize(("user", "model"), [(8, "programs.Region"), (7, "programs.Batch")])
def test_upload_of_another_user_or_model_is_refused_and_kept(import_dir, user, model):
    token = PENDING.save(file=b"content")

    with pytest.raises(TokenError, match="不是您"):
        take(token, user, model, "file")
    assert take(token, 7, "programs.Region", "file") == (PENDING, b"content")


def test_forged_token_is_refused(import_dir):
    secret = import_dir.parent / "secret"
    secret.write_text("x")
    forged = signing.dumps({"stored": "../secret", **vars(PENDING)}, key="other", salt=storage.SALT)

    with pytest.raises(TokenError, match="已过期"):
        take(forged, 7, "programs.Region", "file")
    assert secret.read_text() == "x"


def test_old_uploads_are_purged(import_dir):
    PENDING.save(file=b"old")
    [old] = import_dir.iterdir()
    day_before = time.time() - storage.MAX_AGE - 60
    os.utime(old, (day_before, day_before))

    PENDING.save(file=b"new")

    assert [path.read_bytes() for path in import_dir.iterdir()] == [b"new"]


def test_upload_is_private(import_dir):
    PENDING.save(file=b"content")
    [stored] = import_dir.iterdir()

    assert (import_dir.stat().st_mode & 0o777, stored.stat().st_mode & 0o777) == (0o700, 0o600)
