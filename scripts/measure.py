"""Measure the code: lines by room, the longest functions, files and templates, and slivers.

Advice, not limits. A sliver is a file of under 40 lines that a single module imports; where that
is its only user, it may stand in that module.
"""

import ast
import sys
from collections import Counter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
APPS = ("aidtracker", "programs", "projects")
NOT_APPLICATION = {"tests", "testing", "migrations"}
SLIVER = 40
SHOWN = 12


def modules() -> dict[str, Path]:
    """Return the files of the application by the name of their module."""
    found = {}
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*.py")):
        place = path.relative_to(ROOT)
        if not NOT_APPLICATION & {*place.parts}:
            found[".".join(place.with_suffix("").parts).removesuffix(".__init__")] = path
    return found


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> dict[str, int]:
    """Return how many lines each function of a file has."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = (node for node in ast.walk(tree) if isinstance(node, kinds))
    return {
        f"{node.name}, line {node.lineno}": (node.end_lineno or node.lineno) - node.lineno + 1
        for node in found
    }


def slivers(files: dict[str, Path]) -> dict[str, int]:
    """Return the small files that one module of the application imports, with that module."""
    sys.path.insert(0, str(ROOT))
    graph = grimp.build_graph(*APPS, cache_dir=None)
    found = {}
    for module, path in files.items():
        users = graph.find_modules_that_directly_import(module) & files.keys()
        if 0 < lines_of(path) < SLIVER and len(users) == 1 and path.stem != "__init__":
            found[f"{module} < {users.pop()}"] = lines_of(path)
    return found


def show(title: str, counted: dict[str, int], shown: int | None = SHOWN) -> None:
    print(f"\n{title}")
    for name, lines in Counter(counted).most_common(shown):
        print(f"{lines:7} {name}")


def main() -> None:
    files = modules()
    lines = {name: lines_of(path) for name, path in files.items()}
    rooms: Counter[str] = Counter()
    for name, count in lines.items():
        rooms[".".join(name.split(".")[:2])] += count
    sizes = {
        f"{name}.{function}": size
        for name, path in files.items()
        for function, size in functions(path).items()
    }
    templates = {
        str(path.relative_to(ROOT)): lines_of(path) for path in ROOT.glob("templates/**/*.html")
    }
    show(f"Lines by room, {sum(lines.values())} in {len(files)} files", rooms, shown=None)
    show("Longest files", lines)
    show(f"Longest functions, of {len(sizes)}", sizes)
    show("Longest templates", templates)
    found = slivers(files)
    show(f"Slivers, {len(found)}", found, shown=None)


if __name__ == "__main__":
    main()
