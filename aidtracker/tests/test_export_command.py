"""`manage.py export` writes the rows that the downloads hold."""

import csv
import io

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from aidtracker import testing
from aidtracker.ground.datasets import dataset_model, datasets
from aidtracker.sheets.reading import csv_texts
from aidtracker.tests.sheet_helpers import cells_of, exported
from programs.models import Region
from projects.models import Observation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("dataset", datasets())
def test_every_dataset_is_written_whole(dataset, tmp_path):
    path = tmp_path / "rows.csv"

    call_command("export", dataset, output=str(path))

    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    assert len(rows) == 1 + dataset_model(dataset).objects.count()


def test_standard_output_gets_the_bytes_of_a_download(capfdbinary):
    testing.make_observation(status=Observation.Status.DRAFT)

    call_command("export", "observations", "--all", headers="code")

    content = exported(Observation.objects.all(), "csv", "code")
    assert capfdbinary.readouterr().out == content


def test_workbook_is_written_to_a_file(tmp_path):
    region = testing.make_region(code="000001")
    path = tmp_path / "rows.xlsx"

    call_command("export", "regions", format="xlsx", headers="code", output=str(path))

    sheet = openpyxl.load_workbook(path).active
    assert [sheet["A1"].value, sheet["A2"].value] == ["code", region.code]


def test_workbook_goes_to_standard_output(capfdbinary):
    call_command("export", "batches", format="xlsx")

    assert capfdbinary.readouterr().out[:4] == b"PK\x03\x04"


def test_long_text_is_read_where_no_csv_was_read_before():
    region = testing.make_region(note="备" * (csv_texts.MAX_CELL + 1))
    csv.field_size_limit(131_072)  # Python's own

    [cells] = cells_of(Region.objects.filter(pk=region.pk))

    assert region.note in cells


@pytest.mark.parametrize("wrong", [["nothing"], ["regions", "--format=pdf"]])
def test_unknown_dataset_or_format_is_an_error(wrong):
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("export", *wrong)
