"""The rules of an IATI ruleset (`iati/standard.json`), as far as our files can break them."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# Which of our identifiers are registered is no matter of the file.
OF_REGISTERED = {"1.14.8", "1.18.8"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def broken(ruleset: dict[str, Any], tree: Any) -> list[str]:
    """Every rule that an element breaks, with its message."""
    found = []
    for place, rules in ruleset.items():
        for element in tree.xpath(place):
            for name, cases in rules.items():
                for case in cases["cases"]:
                    found += breaks(name, case, element)
    return found


def breaks(name: str, case: dict[str, Any], element: Any) -> list[str]:
    if name == "loop":
        return looped(case, element)
    info = case.get("ruleInfo", {})
    if info.get("id") in OF_REGISTERED:
        return []
    if "condition" in case and not element.xpath(case["condition"]):
        return []
    return [] if RULES[name](case, element) else [f"{info.get('id')} {info.get('message')}"]


def looped(case: dict[str, Any], element: Any) -> list[str]:
    found = []
    for value in set(element.xpath(case["foreach"])):
        for name, cases in case["do"].items():
            for one in cases["cases"]:
                found += breaks(name, filled(one, str(value)), element)
    return found


def filled(case: Any, value: str) -> Any:
    if isinstance(case, str):
        return case.replace("$1", value)
    if isinstance(case, list):
        return [filled(one, value) for one in case]
    return {k: filled(v, value) for k, v in case.items()} if isinstance(case, dict) else case


def at(case: dict[str, Any], element: Any) -> list[Any]:
    return [one for path in case["paths"] for one in element.xpath(path)]


def text(one: Any) -> str:
    return one if isinstance(one, str) else one.text or ""


def day(path: str, element: Any) -> date | None:
    if path == "NOW":
        return date.today()
    found = element.xpath(path)
    return date.fromisoformat(found[0][:10]) if found else None


def one_or_all(case: dict[str, Any], element: Any) -> bool:
    if element.xpath(case["one"]):
        return True
    if case["all"] == "lang":
        return all(one.get(LANG) for one in element.iter("narrative"))
    if case["all"] == "currency":
        return all(one.get("currency") for one in element.iter("value"))
    return all(one.find("sector") is not None for one in element.iter("transaction"))


def date_order(case: dict[str, Any], element: Any) -> bool:
    less, more = day(case["less"], element), day(case["more"], element)
    return less is None or more is None or less <= more


def time_limit(case: dict[str, Any], element: Any) -> bool:
    start, end = day(case["start"], element), day(case["end"], element)
    return start is None or end is None or (end - start).days <= 366


def between_dates(case: dict[str, Any], element: Any) -> bool:
    found = [day(case[name], element) for name in ("start", "date", "end")]
    return None in found or found == sorted(found)


def date_now(case: dict[str, Any], element: Any) -> bool:
    found = element.xpath(case["date"])
    return not found or datetime.fromisoformat(found[0]) <= datetime.now().astimezone()


def startswith(case: dict[str, Any], element: Any) -> bool:
    prefixes = [text(one) for path in case["prefix"] for one in element.xpath(path)]
    return all(text(one).startswith(tuple(prefixes)) for one in at(case, element))


def in_range(case: dict[str, Any], element: Any) -> bool:
    return all(case["min"] <= Decimal(text(one)) <= case["max"] for one in at(case, element))


RULES = {
    "atleast_one": lambda case, element: bool(at(case, element)),
    "no_more_than_one": lambda case, element: len(at(case, element)) <= 1,
    "unique": lambda case, element: len({*map(text, at(case, element))}) == len(at(case, element)),
    "regex_matches": lambda case, element: all(
        re.search(case["regex"], text(one)) for one in at(case, element)
    ),
    "no_spaces": lambda case, element: all(
        text(one) == text(one).strip() for one in at(case, element)
    ),
    "strict_sum": lambda case, element: (
        sum(Decimal(text(one)) for one in at(case, element)) == case["sum"]
    ),
    "if_then": lambda case, element: not element.xpath(case["if"]) or element.xpath(case["then"]),
    "one_or_all": one_or_all,
    "date_order": date_order,
    "time_limit": time_limit,
    "between_dates": between_dates,
    "date_now": date_now,
    "startswith": startswith,
    "range": in_range,
}
