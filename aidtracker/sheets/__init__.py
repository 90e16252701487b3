"""Excel in, Excel out: every dataset as CSV and XLSX, and edited files back in, with a preview.

Rooms, lowest first: columns, reading, rehearsing, storing, writing. Other rooms of the site use
what stands here, and `storing.waiting` for uploads that wait for their confirmation.
"""

# ruff: noqa: F401

from aidtracker.sheets.columns import sql
from aidtracker.sheets.columns.cells import cell_text, plain_number
from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.columns.described import (
    IDENTIFIER,
    PublicColumn,
    Type,
    described_columns,
    in_lists,
    key_code,
)
from aidtracker.sheets.columns.lookups import LIST_SEPARATOR, key_labels
from aidtracker.sheets.columns.quantities import decimal_of
from aidtracker.sheets.columns.resources import SheetResource, resource_for
from aidtracker.sheets.columns.sets import FileColumn, Kind, name_of, public_columns
from aidtracker.sheets.columns.sql import AS_IT_IS
from aidtracker.sheets.columns.synonyms import also_called
from aidtracker.sheets.columns.widgets import LedgerWidget
from aidtracker.sheets.reading.decisions import NOT_IMPORTED, Decisions
from aidtracker.sheets.reading.pages import (
    MAX_ROWS,
    ManySheetsError,
    MissingKeyError,
    Sheet,
    SheetError,
)
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.reading.uploads import read_upload
from aidtracker.sheets.rehearsing.guards import Guard
from aidtracker.sheets.rehearsing.outcomes import Outcome
from aidtracker.sheets.rehearsing.rehearsal import rehearse
from aidtracker.sheets.rehearsing.rules import is_exempt, stored_values, unique_sets
from aidtracker.sheets.storing.remembering import decisions_for
from aidtracker.sheets.storing.storing import store
from aidtracker.sheets.writing.about import About, column_row, no_documents
from aidtracker.sheets.writing.annotated import annotated_file
from aidtracker.sheets.writing.extracts import Extract, csv_lines, with_crlf
from aidtracker.sheets.writing.files import (
    FORMATS,
    WITH_WORDS,
    chunks,
    csv_chunks,
    download,
    file_name,
    file_of,
)
from aidtracker.sheets.writing.json_rows import json_rows
from aidtracker.sheets.writing.prefilled import Prefilled, prefilled_file
from aidtracker.sheets.writing.taken import Member, TakenColumn, dated, taken_rows, taken_table
from aidtracker.sheets.writing.templates import template_file
from aidtracker.sheets.writing.workbooks import Beside, Sink, workbook_chunks
