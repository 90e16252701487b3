"""A dataset as a file of each format, written while its rows are read: memory does not grow.

Columns stand under their codes and choices by theirs, typed as far as the format has types; Excel
alone is for people, with Chinese headings and words. What is unknown is nothing at all.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from aidtracker.opendata.registry import OpenDataset
from aidtracker.pages.terms import about
from aidtracker.sheets import (
    AS_IT_IS,
    IDENTIFIER,
    LIST_SEPARATOR,
    Beside,
    Extract,
    PublicColumn,
    Sink,
    Type,
    column_row,
    csv_chunks,
    json_rows,
    public_columns,
    resource_for,
    workbook_chunks,
)

ROWS = 500
FIRST = 20  # nobody waits for more to see that rows come
# So many bytes of CSV become one group of rows in Parquet.
BLOCK = 4 * 1024 * 1024


@dataclass(frozen=True)
class Format:
    """A kind of file: its ending, its name, its media type, and what writes it."""

    ending: str
    label: str
    media_type: str
    write: Callable[[OpenDataset, str], Iterator[bytes]]


def extract(found: OpenDataset, columns: Sequence[PublicColumn]) -> Extract:
    return Extract(found.rows(), [column.file for column in columns], is_whole=True)


def as_csv(found: OpenDataset, site: str) -> Iterator[bytes]:
    columns = found.columns(site)
    yield from csv_chunks([one.code for one in columns], extract(found, columns).csv())


def as_excel(found: OpenDataset, site: str) -> Iterator[bytes]:
    key = [one.file for one in found.columns() if one.code == IDENTIFIER]
    columns = [*key, *public_columns(resource_for(found.model), site=site)]
    rows = Extract(found.rows(), columns, is_whole=True)
    said = about(found.title, f"{site}/data/{found.name}/")
    beside = Beside(about=lambda: said.sheet([column_row(one) for one in found.columns()]))
    return workbook_chunks([one.heading for one in columns], rows.texts(), rows.kinds, beside)


# JSON Lines


def as_json_lines(found: OpenDataset, site: str) -> Iterator[bytes]:
    columns = found.columns(site)
    rows, many = json_rows(extract(found, columns), columns), FIRST
    while part := list(islice(rows, many)):
        yield "".join(f"{row}\n" for row in part).encode()
        many = ROWS


# Parquet

ARROW: dict[Type, pa.DataType] = {
    Type.INTEGER: pa.int64(),
    Type.BOOLEAN: pa.bool_(),
    Type.DAY: pa.date32(),
}
LISTS = pa.list_(pa.string())


def arrow_type(column: PublicColumn) -> pa.DataType:
    if column.type is Type.DECIMAL:
        return pa.decimal128(*column.digits)
    return ARROW.get(column.type, pa.string())


def arrow_schema(columns: Sequence[PublicColumn]) -> pa.Schema:
    """The types of a file, each column with what it means."""
    return pa.schema(
        [
            pa.field(
                one.code,
                LISTS if one.type is Type.LIST else arrow_type(one),
                metadata={"label": one.label, "definition": one.definition, "unit": one.unit},
            )
            for one in columns
        ]
    )


def as_parquet(found: OpenDataset, site: str) -> Iterator[bytes]:
    columns, sink = found.columns(site), Sink()
    schema = arrow_schema(columns)
    read = pyarrow.csv.ReadOptions(column_names=[one.code for one in columns], use_threads=False)
    split = pyarrow.csv.ParseOptions(newlines_in_values=True)
    typed = pyarrow.csv.ConvertOptions(
        column_types={one.code: arrow_type(one) for one in columns},
        null_values=[""],
        strings_can_be_null=True,
        true_values=["true"],
        false_values=["false"],
    )
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        yield sink.taken()
        for block in blocks(extract(found, columns).csv(AS_IT_IS)):
            table = pyarrow.csv.read_csv(BytesIO(block), read, split, typed)
            writer.write_table(with_lists(table, schema))
            yield sink.taken()
    yield sink.taken()


def blocks(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Whole lines of CSV, several megabytes at a time."""
    block = bytearray()
    for part in parts:
        block += part
        if len(block) >= BLOCK:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def with_lists(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with its texts of several names as lists of them; nothing is an empty one."""
    for at, field in enumerate(schema):
        if field.type == LISTS:
            texts = table.column(at)
            lists = pc.split_pattern(pc.fill_null(texts, ""), LIST_SEPARATOR)
            empty = pa.scalar([], LISTS)
            lists = pc.if_else(pc.is_valid(texts), lists, empty)
            table = table.set_column(at, field, lists)
    return table.cast(schema)


FORMATS = {
    one.ending: one
    for one in (
        Format("csv", "CSV", "text/csv; charset=utf-8", as_csv),
        Format(
            "xlsx",
            "Excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            as_excel,
        ),
        Format("jsonl", "JSON Lines", "application/jsonl", as_json_lines),
        Format("parquet", "Parquet", "application/vnd.apache.parquet", as_parquet),
    )
}
