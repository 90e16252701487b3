"""What `make security` asks: code, dependencies, licences, an SBOM, secrets. Each says its verdict.

Findings somebody has looked at stand in `scripts/security/`; only others fail. What could not be
asked, as without a network, gives no verdict and is said so; with STRICT=1 that fails as well.

    make security          everything
    STRICT=1 make security a question without a verdict fails, too
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
KNOWN = ROOT / "scripts" / "security"
REPORTS = Path(os.environ.get("REPORTS") or ROOT / "security-reports")
LEFT_OUT = "*/tests/*,*/testing/*,*/migrations/*"
CODE = ("aidtracker", "programs", "projects", "benchmarks", "scripts", "deploy", "manage.py")
MOST_DAYS = timedelta(days=92)
GOOD, BAD, NONE = "好", "有问题", "没有结论"
# Licences that let the site be run and passed on; others are named for somebody to look at.
FREE = (
    *("MIT", "BSD", "Apache", "ISC", "PSF", "Python", "MPL", "Mozilla", "Unlicense", "LGPL"),
    *("HPND", "Zlib", "CC0", "0BSD", "Public Domain", "ZPL"),
)
# Looked at: djlint is a tool for templates and passed on to nobody; pyrage says MIT and Apache 2.0
# in its repository, not in its metadata; of text-unidecode's two licences the Artistic one is free.
LOOKED_AT = {"djlint", "pyrage", "text-unidecode"}
Verdict = tuple[str, str]


def run(program: str, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / program), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)


def tracked() -> list[str]:
    """The files of the repository, but for what is long and certainly no secret."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [
        name
        for name in listed.stdout.splitlines()
        if not name.endswith((".xz", ".mo", ".png", ".min.js", ".xls"))
        and not name.startswith(("fixtures/", "requirements"))
    ]


def code() -> Verdict:
    """Dangerous habits of at least medium weight, that were not there when somebody looked."""
    done = run("bandit", "-q", "-ll", "-r", *CODE, "-x", LEFT_OUT, "-f", "json")
    try:
        said = json.loads(done.stdout)
    except ValueError:
        return NONE, (done.stderr.strip().splitlines() or ["bandit 没有运行"])[-1]
    if said["errors"]:
        return NONE, f"读不了 {len(said['errors'])} 个文件"
    known = json.loads((KNOWN / "habits.json").read_text())
    found = Counter((one["filename"], one["test_id"]) for one in said["results"])
    new = [
        f"{name} {habit} {number} 处"
        for (name, habit), number in sorted(found.items())
        if number > known.get(name, {}).get(habit, 0)
    ]
    return (BAD, "; ".join(new)) if new else (GOOD, f"没有新的（{found.total()} 处看过）")


def holes() -> Verdict:
    """Known holes of what is locked. A package that could not be looked up has no verdict."""
    done = run(
        *("pip-audit", "--requirement", "requirements.txt", "--disable-pip", "--require-hashes"),
        *("--progress-spinner", "off", "--format", "json", "--timeout", "10"),
        timeout=float(os.environ.get("AUDIT_SECONDS") or 600),
    )
    (REPORTS / "pip-audit.json").write_text(done.stdout)
    return verdict_of_holes(done.stdout, done.stderr)


def verdict_of_holes(answer: str, errors: str) -> Verdict:
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        why = (errors.strip().splitlines() or ["没有回答"])[-1][:200]
        return NONE, f"没有网络或没有回答：{why}"
    holed = [f"{one['name']} {hole['id']}" for one in packages for hole in one.get("vulns", ())]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if holed:
        return BAD, "; ".join(holed)
    if skipped:
        return (
            NONE,
            f"{len(packages)} 个包中 {len(skipped)} 个没有查到（没有网络或镜像没有这项服务）",
        )
    return GOOD, f"{len(packages)} 个包没有已知的漏洞"


def licences() -> Verdict:
    """The licence of all that is installed, in a list; those that nobody expects are named."""
    found = sorted(
        {(one.metadata["Name"], one.version, licence_of(one)) for one in distributions()}
    )
    (REPORTS / "licences.txt").write_text("".join(f"{'  '.join(one)}\n" for one in found))
    odd = [
        f"{name}：{licence or '没有写明'}"
        for name, _, licence in found
        if not is_free(licence) and name not in LOOKED_AT
    ]
    most = "、".join(f"{name} {n}" for name, n in Counter(one[2] for one in found).most_common(3))
    return (BAD, "; ".join(odd)) if odd else (GOOD, f"{len(found)} 个包，最多的是 {most}")


def licence_of(package: Any) -> str:
    said = package.metadata
    classes = [
        one.rpartition(":: ")[2]
        for one in said.get_all("Classifier") or ()
        if one.startswith("License :: ") and not one.endswith("OSI Approved")
    ]
    named = said["License-Expression"] or ", ".join(classes) or said["License"] or ""
    return " ".join(named.split())[:80]


def is_free(licence: str) -> bool:
    return any(name in licence for name in FREE)


def parts() -> Verdict:
    """What the locked requirements are, as a CycloneDX bill of materials."""
    place = REPORTS / "sbom.cdx.json"
    done = run(
        *("cyclonedx-py", "requirements", "requirements.txt", "--output-reproducible"),
        *("--of", "JSON", "-o", str(place)),
    )
    if done.returncode or not place.is_file():
        return NONE, (done.stderr.strip().splitlines() or ["没有生成"])[-1]
    number = len(json.loads(place.read_text())["components"])
    return GOOD, f"{place.name}：{number} 个组成部分"


def secrets() -> Verdict:
    """Keys and passwords in files, but for those that somebody has looked at and that are none."""
    done = run("detect-secrets", "scan", "--slim", *tracked(), timeout=900)
    try:
        found = json.loads(done.stdout)["results"]
    except ValueError:
        return NONE, (done.stderr.strip().splitlines() or ["没有运行"])[-1]
    known = json.loads((KNOWN / "no_secrets.json").read_text())
    new = [f"{name}: {kind}" for name, kind in kinds(found) if kind not in known.get(name, ())]
    return (BAD, "; ".join(new)) if new else (GOOD, "没有新的")


def kinds(found: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, str]]:
    for name, several in sorted(found.items()):
        yield from ((name, kind) for kind in sorted({one["type"] for one in several}))


def age() -> Verdict:
    """When the packages were last locked anew: docs/security.md promises every three months."""
    done = subprocess.run(
        ["git", "log", "-1", "--format=%cs", "--", "requirements.txt"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return verdict_of_age(date.fromisoformat(done.stdout.strip()), date.today())


def verdict_of_age(locked: date, today: date) -> Verdict:
    """A day that comes by itself makes nothing wrong, but somebody should look."""
    words = f"上次锁定 {locked}，{(today - locked).days} 天前"
    is_late = today - locked > MOST_DAYS
    return (NONE, f"{words}，超过三个月：有没有新版本，请看一遍") if is_late else (GOOD, words)


QUESTIONS: tuple[tuple[str, Callable[[], Verdict]], ...] = (
    ("程序里危险的写法（bandit）", code),
    ("所用软件包已知的漏洞（pip-audit）", holes),
    ("所用软件包多久没有更新", age),
    ("所用软件包的许可证", licences),
    ("组成清单（SBOM，CycloneDX）", parts),
    ("留在文件里的密钥和密码（detect-secrets）", secrets),
)


def main() -> int:
    REPORTS.mkdir(exist_ok=True)
    verdicts = []
    for title, ask in QUESTIONS:
        try:
            verdict, words = ask()
        except (OSError, subprocess.SubprocessError) as error:
            verdict, words = NONE, str(error)[:200]
        print(f"{verdict:　<4} {title}：{words}", flush=True)
        verdicts.append(verdict)
    print(f"报告在 {REPORTS}/")
    is_strict = os.environ.get("STRICT") == "1"
    return int(BAD in verdicts or (is_strict and NONE in verdicts))


if __name__ == "__main__":
    sys.exit(main())
