"""Ask the API all that its document allows, and much that it does not, for as long as you like.

    python scripts/experiments/ask_api.py [examples for each address] [words in the address]

On the database of DATABASE_URL, in one process, without a network. Ends with 1 if schemathesis
finds anything. The tests ask the same, less often.
"""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
DOCUMENT = "/api/v1/openapi.json"


def findings(app: Any, examples: int, words: str = "", seed: int | None = None) -> Iterator[str]:
    """What schemathesis finds at the addresses with these words, one after the other."""
    document = schemathesis.openapi.from_wsgi(DOCUMENT, app)
    for result in document.get_all_operations():
        operation = result.ok()
        if not is_meant(operation.path, words):
            continue
        for mode in schemathesis.GenerationMode:
            yield from asked(operation, mode, examples, seed)


def is_meant(place: str, words: str) -> bool:
    return words in place.split("{")[0]


def asked(operation: Any, mode: Any, examples: int, seed: int | None) -> Iterator[str]:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=seed is not None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        # A client in one process unpacks nothing.
        case.call_and_validate(headers={"Accept-Encoding": "identity"})

    try:
        ask()
    except Unsatisfiable:
        return  # an address without parameters cannot be asked wrongly
    except BaseExceptionGroup as found:
        yield f"{operation.path} ({mode.value}): {'; '.join(map(str, found.exceptions))}"
    except Exception as found:
        yield f"{operation.path} ({mode.value}): {found}"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidtracker.settings")
    django.setup()
    from django.core.wsgi import get_wsgi_application

    from aidtracker.api import door
    from aidtracker.pages.rates import Rate

    door.RATE = Rate("api", seconds=60, of_one=10**9, of_all=10**9)
    logging.disable(logging.CRITICAL)
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    words = sys.argv[2] if len(sys.argv) > 2 else ""
    count = 0
    for found in findings(get_wsgi_application(), examples, words):
        print(found, flush=True)
        count += 1
    print(f"{count} findings, {examples} examples for each address and way")
    return bool(count)


if __name__ == "__main__":
    sys.exit(main())
