"""What a site is asked from within, by `manage.py shell`: its rows, its pages, its forms.

Each text below is run by a program that may be of another day than this file, so it uses nothing
but Django; it prints one line of JSON behind `FOUND`.
"""

import json
from typing import Any

from sites import Site

# Every row of every table as a hash over some columns, by default all there are.
ROWS = """
import hashlib, json
from django.db import connection
known = json.loads('''{known}''')
found = {{}}
with connection.cursor() as cursor:
    for table in connection.introspection.table_names(cursor):
        # Not by the description of a table, which Django cannot read where SQLite has long checks.
        cursor.execute(f"SELECT * FROM {{connection.ops.quote_name(table)}} LIMIT 0")
        there = [one[0] for one in cursor.description]
        columns = known.get(table) or sorted(there)
        if not {{*columns}} <= {{*there}}:
            found[table] = {{"columns": columns, "rows": ["column gone"]}}
            continue
        names = ", ".join(connection.ops.quote_name(one) for one in columns)
        cursor.execute(f"SELECT {{names}} FROM {{connection.ops.quote_name(table)}}")
        rows = sorted(hashlib.sha1(repr(row).encode()).hexdigest()[:16] for row in cursor)
        found[table] = {{"columns": columns, "rows": rows}}
print("FOUND" + json.dumps(found))
"""

# Rows that are not as their latest state, over the columns that the states had before.
HISTORIES = """
import json
from django.apps import apps
known = json.loads('''{known}''')
found = {{"models": 0, "rows": 0, "without": 0, "differ": []}}
for model in apps.get_models():
    history = getattr(getattr(model, "history", None), "model", None)
    if history is None or model._meta.proxy or history._meta.db_table not in known:
        continue
    columns = {{*known[history._meta.db_table]}}
    names = [one.attname for one in model._meta.concrete_fields if one.column in columns]
    latest = {{}}
    for state in history.objects.order_by("history_id").values("history_type", *names).iterator():
        latest[state[model._meta.pk.attname]] = state
    found["models"] += 1
    for row in model._base_manager.values(*names).iterator():
        found["rows"] += 1
        state = latest.pop(row[model._meta.pk.attname], None)
        if state is None:
            found["without"] += 1
        elif {{name: state[name] for name in names}} != row or state["history_type"] == "-":
            found["differ"].append([model.__name__, row[model._meta.pk.attname]])
    ghosts = [pk for pk, state in latest.items() if state["history_type"] != "-"]
    found["differ"] += [[model.__name__, pk] for pk in ghosts]
print("FOUND" + json.dumps(found, default=str))
"""

# Every kind of page some times, as a visitor and as one of the staff who may do everything; then
# one row of each model is saved by its form, with another word in its note.
PAGES = """
import json, re
from collections import Counter, deque
from html import unescape
from urllib.parse import urljoin, urlsplit
from lxml import html
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import Resolver404, resolve, reverse
EACH, LEFT_ALONE = {each}, {{"admin:logout", "set_language"}}
kinds, codes, faults, saved, refused = Counter(), Counter(), [], 0, []
def body_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
def crawl(client, who, *start):
    waiting, seen = deque(start), {{*start}}
    while waiting:
        address = waiting.popleft()
        try:
            match = resolve(urlsplit(address).path)
        except Resolver404:
            continue
        kind = who, match.view_name or match.route, bool(urlsplit(address).query)
        if kinds[kind] >= EACH or match.view_name in LEFT_ALONE:
            continue
        kinds[kind] += 1
        # Each time from another address, so that no limit for a visitor is reached.
        at = sum(kinds.values())
        answer = client.get(address, REMOTE_ADDR=f"10.0.{{at // 250}}.{{at % 250}}")
        body = body_of(answer)
        codes[answer.status_code] += 1
        if answer.status_code >= 500:
            faults.append(f"{{who}} GET {{address}}: {{answer.status_code}}")
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for found in re.findall(rb'href="([^"#]+)', body):
            target = urljoin(address, unescape(found.decode("utf-8", "replace")))
            if target.startswith("/") and not target.startswith("/static/") and target not in seen:
                seen.add(target)
                waiting.append(target)
visitor = Client(HTTP_HOST="localhost", raise_request_exception=False)
staff = Client(HTTP_HOST="localhost", raise_request_exception=False)
staff.force_login(
    User.objects.get(username="writer0"), "aidtracker.accounts.logins.StaffBackend"
)
crawl(visitor, "visitor", "/", "/data/", "/api/v1/", "/sitemap.xml")
crawl(staff, "staff", "/admin/", *(
    reverse(f"admin:{{model._meta.app_label}}_{{model._meta.model_name}}_changelist")
    for model in admin.site._registry
))
for model in admin.site._registry:
    name, row = f"admin:{{model._meta.label_lower.replace('.', '_')}}", model.objects.last()
    if model._meta.app_label not in ("programs", "projects") or row is None:
        continue
    address = reverse(f"{{name}}_change", args=(row.pk,))
    page = staff.get(address)
    if page.status_code != 200:
        continue
    page = html.fromstring(body_of(page).decode())
    # The button that saves stands in its form, or names it.
    named = page.xpath("//*[@name='_save']/@form")
    forms = [
        one for one in page.forms
        if one.xpath(".//*[@name='_save']") or one.get("id") in named
    ]
    if not forms:
        continue
    values = dict(forms[0].form_values()) | {{"_save": "1"}}
    for field in ("note", "correction_reason", "change_reason"):
        if page.xpath("//*[@name=$field]", field=field):  # or beside its form
            values[field] = "{word}"
    answer = staff.post(address, values)
    if answer.status_code >= 500:
        faults.append(f"POST {{address}}: {{answer.status_code}}")
    elif answer.status_code == 302:
        saved += 1
    else:
        answered = html.fromstring(answer.content.decode())
        said = answered.xpath("//*[contains(@class, 'errorlist')]//text()")
        refused.append([model.__name__, " ".join(said)[:80]])
print("FOUND" + json.dumps({{
    "kinds": len(kinds), "codes": codes, "faults": faults, "saved": saved, "refused": refused
}}))
"""


def ask(site: Site, text: str, **given: Any) -> Any:
    """What a program finds, which may be of another day."""
    words = {name: one if isinstance(one, str) else json.dumps(one) for name, one in given.items()}
    said = site.manage("shell", "--no-imports", given=text.format(**words))
    return json.loads(said.partition("FOUND")[2])


def columns_of(rows: dict[str, dict[str, list[str]]]) -> dict[str, list[str]]:
    return {table: one["columns"] for table, one in rows.items()}


def lost(before: dict[str, Any], after: dict[str, Any], apart: set[str]) -> dict[str, int]:
    """How many rows of each table are not there any more, or not as they were."""
    missing = {
        table: len({*one["rows"]} - {*after.get(table, {}).get("rows", ())})
        for table, one in before.items()
        if table not in apart
    }
    return {table: many for table, many in missing.items() if many}
