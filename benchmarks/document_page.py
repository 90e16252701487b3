"""How long a document's text takes to mark, on its public page and on the page of entering.

Run `.venv/bin/python benchmarks/document_page.py`. The text is made here, without a database:
200,000 characters, 2,000 recorded figures, 100 skipped phrases, 300 open ones. Each time is the
best of five; beside it stands its ratio to escaping the plain text, which any page must do.
"""

import os
import sys
from pathlib import Path
from timeit import repeat

import django
from django.utils.html import escape

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidtracker.settings")
django.setup()

from programs.models import Source  # noqa: E402
from projects.entry import document as entry  # noqa: E402
from projects.models import Observation, Series, SkippedPhrase  # noqa: E402
from projects.reading import phrases  # noqa: E402
from projects.reading.marked_text import figure_span, marked_text, open_span, skipped_span  # noqa: E402

LENGTH = 200_000
RECORDED, SKIPPED, OPEN = 2_000, 100, 300
LIMIT = 0.3  # seconds


def made_text():
    """Sentences with one figure each, filled with words to the full length."""
    count = RECORDED + SKIPPED + OPEN
    filling = "某某单位按照计划推进各项工作，" * 6
    width = LENGTH // count
    sentences = (f"第{number}段落增加{number % 90 + 10}万元。" for number in range(count))
    return "".join((sentence + filling)[:width] for sentence in sentences)


def made_rows(text):
    """The phrases of the text and the rows that deal with most of them."""
    figures = [one for one in phrases.find(text) if one.kind == "figure"]
    source = Source(code="benchmark", title="基准", text=text)
    series = Series(name="某单位 增加金额")
    recorded = [
        Observation(source=source, series=series, number=number, start=one.start, end=one.end)
        for number, one in enumerate(figures[:RECORDED], 1)
    ]
    for row in recorded:
        row.is_visible = True
    skipped = [
        SkippedPhrase(source=source, start=one.start, end=one.end, reason="rule")
        for one in figures[RECORDED : RECORDED + SKIPPED]
    ]
    return source, recorded, skipped


def public_page(source, recorded, skipped):
    spans = [*map(figure_span, recorded), *map(skipped_span, skipped)]
    found = covered(source, recorded, skipped)
    return marked_text(source.text, [*spans, *map(open_span, found.open)])


def entry_page(source, recorded, skipped):
    document = entry.Document(source, user=None)
    document.figures, document.skipped = recorded, skipped
    document.coverage = covered(source, recorded, skipped)
    return document.html


def covered(source, recorded, skipped):
    places = ([(row.start, row.end) for row in rows] for rows in (recorded, skipped))
    return phrases.coverage(phrases.find(source.text), *places)


def best(function):
    return min(repeat(function, number=1, repeat=5))


def main():
    source, recorded, skipped = made_rows(made_text())
    found = covered(source, recorded, skipped)
    sys.stdout.write(
        f"{len(source.text)} characters: {len(found.recorded)} recorded,"
        f" {len(found.skipped)} skipped, {len(found.open)} open\n"
    )
    plain = best(lambda: escape(source.text))
    times = {
        "plain text, escaped": plain,
        "finding the phrases": best(lambda: phrases.find(source.text)),
        "public page": best(lambda: public_page(source, recorded, skipped)),
        "page of entering": best(lambda: entry_page(source, recorded, skipped)),
    }
    for name, seconds in times.items():
        note = "" if seconds < LIMIT else f"  over the limit of {LIMIT * 1000:.0f} ms"
        sys.stdout.write(f"{name:22} {seconds * 1000:8.1f} ms {seconds / plain:8.1f}×{note}\n")


if __name__ == "__main__":
    main()
