"""How long the preview of an import takes, beside what import-export itself would need.

Run `.venv/bin/python benchmarks/import_preview.py [ROWS …]` (2,000 and 20,000 if not given).
Everything happens in a database in memory: projects that are all new, then all unchanged, then all
changed, and import-export's stock rehearsal of 2,000 of them. Times are those of the processor, so
that others on the machine do not count; the ratio is to the first preview of new rows.
"""

import os
import sys
from pathlib import Path
from time import process_time

os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidtracker.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django

django.setup()

import tablib  # noqa: E402
from django.core.management import call_command  # noqa: E402
from import_export.resources import modelresource_factory  # noqa: E402

from aidtracker.sheets import rehearse, resource_for, sheet_of, store  # noqa: E402
from aidtracker.sheets.reading.sheets import Page  # noqa: E402
from aidtracker.testing import make_headquarters  # noqa: E402
from projects.models import Project  # noqa: E402

STOCK = 2_000
HEADINGS = [
    *("项目编号", "名称", "援疆指挥部", "状态", "计划开工", "计划完工"),
    *("总投资", "援疆资金计划", "资金到位", "资金拨付", "完成投资", "备注"),
]


def made_rows(count, headquarters, name):
    for number in range(count):
        amount = 120.0 + number
        yield [
            *(
                f"B-{count}-{number}",
                f"{name}{number}",
                headquarters.name,
                "在建",
                "2026-03",
                "2026-11",
            ),
            *(amount, amount / 2, amount / 2, amount / 4, amount / 8, ""),
        ]


def timed(function):
    start = process_time()
    result = function()
    return process_time() - start, result


def preview(rows):
    """Seconds that reading the records and rehearsing them takes, and the outcome."""
    resource = resource_for(Project)
    grid = list(enumerate([HEADINGS, *rows], 1))
    return timed(lambda: rehearse(resource, sheet_of(resource, [Page("", grid)])))


def stored(rows, fingerprint):
    resource = resource_for(Project)
    sheet = sheet_of(resource, [Page("", list(enumerate([HEADINGS, *rows], 1)))])
    return timed(lambda: store(resource, sheet, fingerprint))


def stock(rows):
    """Seconds of import-export's own rehearsal of some rows."""
    fields = ("code", "name", "headquarters", "status", "total_amount", "planned_amount")
    kind = modelresource_factory(
        Project, meta_options={"import_id_fields": ["code"], "fields": fields}
    )
    pk = Project.objects.values_list("headquarters", flat=True)[0]
    data = [(row[0], row[1], pk, "building", row[6], row[7]) for row in rows]
    dataset = tablib.Dataset(*data, headers=fields)
    return timed(lambda: kind().import_data(dataset, dry_run=True, raise_errors=True))[0]


def show(name, seconds, count, unit):
    each = seconds / count * 1e6
    sys.stdout.write(f"{name:36}{seconds:8.2f} s{each:10.0f} µs a row{each / unit:8.2f}\n")


def measure(count, headquarters, unit):
    """Show the times of an import of so many rows. Returns the unit of the ratios and the rows."""
    sys.stdout.write(f"{count} rows\n")
    old, new = (list(made_rows(count, headquarters, name)) for name in ("旧", "新"))
    seconds, outcome = preview(old)
    unit = unit or seconds / count * 1e6
    show("preview, all new", seconds, count, unit)
    seconds, outcome = stored(old, outcome.fingerprint)
    assert outcome.is_stored, outcome.problems[:3]
    show("confirmation, all new", seconds, count, unit)
    show("preview, all unchanged", preview(old)[0], count, unit)
    seconds, outcome = preview(new)
    show("preview, all changed", seconds, count, unit)
    seconds, outcome = stored(new, outcome.fingerprint)
    assert outcome.is_stored, outcome.problems[:3]
    show("confirmation, all changed", seconds, count, unit)
    return unit, new


def main(counts):
    call_command("migrate", verbosity=0, run_syncdb=True)
    headquarters = make_headquarters()
    unit = None
    for count in counts:
        unit, rows = measure(count, headquarters, unit)
    few = rows[:STOCK]
    show("import-export's own, changed", stock(few), len(few), unit)


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [STOCK, 20_000])
