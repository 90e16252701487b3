"""How long the preview of an import takes, beside what import-export itself would need.

Run `.venv/bin/python benchmarks/import_preview.py [ROWS]` (20,000 if not given). Everything
happens in a database in memory: projects that are all new, then all unchanged, then all changed,
and import-export's stock rehearsal of the first 2,000 of them. Each time is µs a row.
"""

import os
import sys
from pathlib import Path
from time import perf_counter

os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidtracker.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django

django.setup()

import tablib  # noqa: E402
from django.core.management import call_command  # noqa: E402
from import_export.resources import modelresource_factory  # noqa: E402

from aidtracker.spreadsheets.rehearsal import rehearse  # noqa: E402
from aidtracker.spreadsheets.resources import resource_for  # noqa: E402
from aidtracker.spreadsheets.sheets import Page, sheet_of  # noqa: E402
from aidtracker.spreadsheets.storing import store  # noqa: E402
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
            *(f"B-{number}", f"{name}{number}", headquarters.name, "在建", "2026-03", "2026-11"),
            *(amount, amount / 2, amount / 2, amount / 4, amount / 8, ""),
        ]


def timed(function):
    start = perf_counter()
    result = function()
    return perf_counter() - start, result


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
    ratio = f"{each / unit:8.2f}" if unit else " " * 8
    sys.stdout.write(f"{name:36}{seconds:8.2f} s{each:10.0f} µs a row{ratio}\n")
    return each


def main(count):
    call_command("migrate", verbosity=0, run_syncdb=True)
    headquarters = make_headquarters()
    old, new = (list(made_rows(count, headquarters, name)) for name in ("旧", "新"))
    seconds, outcome = preview(old)
    unit = show("preview, all new", seconds, count, None)
    seconds, outcome = stored(old, outcome.fingerprint)
    assert outcome.is_stored, outcome.problems[:3]
    show("confirmation, all new", seconds, count, unit)
    show("preview, all unchanged", preview(old)[0], count, unit)
    seconds, outcome = preview(new)
    show("preview, all changed", seconds, count, unit)
    seconds, outcome = stored(new, outcome.fingerprint)
    assert outcome.is_stored, outcome.problems[:3]
    show("confirmation, all changed", seconds, count, unit)
    few = min(count, STOCK)
    show("import-export's own, changed", stock(old[:few]), few, unit)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
