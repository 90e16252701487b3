"""The examples of docs/api.md do what they say, against a server; the page to try it answers."""

import html
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from projects.models import Observation

PAGE = Path(settings.BASE_DIR, "docs", "api.md")
SITE = "https://example.org"


def examples(language, site):
    text = PAGE.read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [one.replace(SITE, site) for one in found]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_examples_of_the_documentation_work(live_server: LiveServer) -> None:
    public = Observation.objects.published().count()
    ((shell,), (python,), (r,)) = (examples(one, live_server.url) for one in ("sh", "python", "r"))
    if shutil.which("curl"):
        rows = json.loads(run("sh", "-c", shell))["rows"]
        assert len(rows) == 2
        assert list(rows[0]) == ["printed", "value", "unit", "page"]
        assert rows[0]["page"].startswith(live_server.url)
    assert run(sys.executable, "-c", python).strip() == str(public)
    has_json = (
        shutil.which("Rscript")
        and not subprocess.run(
            ["Rscript", "-e", "library(jsonlite)"], capture_output=True, check=False
        ).returncode
    )
    if has_json:
        assert "name" in run("Rscript", "-e", r)


@pytest.mark.django_db
def test_page_tries_what_is_asked_and_shows_the_answer(client, settings):
    page = client.get("/api/?dataset=projects&status=completed&fields=name&limit=2&q=")
    text = html.unescape(page.content.decode())
    address = "http://testserver/api/v1/projects?limit=2&status=completed&fields=name"
    assert f"<code>{address}</code>" in text
    assert "回答（200）" in text
    for row in client.get(address).json()["rows"]:
        assert f'"name": "{row["name"]}"' in text
    assert '<option value="completed" selected>' in text
    refused = client.get("/api/?dataset=projects&limit=x").content.decode()
    assert "回答（400）" in refused
    assert "<script>" not in client.get("/api/?dataset=projects&q=<script>").content.decode()
    assert "观测值" in client.get("/api/?dataset=nonsense").content.decode()
    # What the problems are said to be is explained where their types lead.
    kind = client.get("/api/v1/projects?limit=x").json()["type"]
    assert f'id="{kind.partition("#")[2]}"' in text
