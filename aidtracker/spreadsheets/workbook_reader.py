"""A process of its own that reads one workbook: a hostile one can fill no memory but its own.

Run as `python workbook_reader.py FILE`: writes the filled rows of the first sheet as JSON, one a
line: its number as in Excel, then its cells, each a text, number, boolean, or
`{"date": "2019-06-03"}`.
Imports nothing of the site.
"""

import json
import resource
import sys
from datetime import date, datetime
from itertools import islice

import python_calamine

MEMORY = 1_500_000_000
SECONDS = 30
MAX_COLUMNS = 500
# More than an import takes: what comes after is not worth reading.
MAX_ROWS = 60_000


def portable(value):
    """A cell as JSON can say it."""
    if isinstance(value, datetime):
        midnight = value.time() == datetime.min.time()
        return {"date": (value.date() if midnight else value).isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value if isinstance(value, str | int | float) else str(value)


def main(path):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    with python_calamine.CalamineWorkbook.from_path(path) as workbook:
        sheet = workbook.get_sheet_by_index(0)
        filled = (
            (number, row)
            for number, row in enumerate(sheet.iter_rows(), 1)
            if row.count("") < len(row)
        )
        for number, row in islice(filled, MAX_ROWS):
            json.dump([number, *map(portable, row[:MAX_COLUMNS])], sys.stdout)
            sys.stdout.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
