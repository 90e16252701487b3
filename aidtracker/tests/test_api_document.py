"""What the API answers agrees with its document, whatever is asked (schemathesis)."""

import logging

import pytest
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from aidtracker.api import door
from aidtracker.pages.rates import Rate
from scripts.experiments.ask_api import findings

pytestmark = pytest.mark.django_db
# Datasets of each kind, a few times; `scripts/experiments/ask_api.py` asks all, and more.
TIMES = {"observations": 4, "projects": 2, "findings": 2, "project-parties": 2}


@pytest.fixture
def app(monkeypatch):
    """The site as a server has it, on the connection of the test."""
    monkeypatch.setattr(door, "RATE", Rate("api", seconds=60, of_one=10**6, of_all=10**6))
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    logging.disable(logging.CRITICAL)
    yield WSGIHandler()
    logging.disable(logging.NOTSET)
    for signal in ends:
        signal.connect(close_old_connections)


def test_document_is_openapi_3_1(client, settings):
    document = client.get("/api/v1/openapi.json").json()
    assert document["servers"] == [{"url": "/"}]
    settings.SITE = settings.SITE | {"address": "https://data.example.org"}
    caches["pages"].clear()
    named = client.get("/api/v1/openapi.json").json()
    assert named["servers"] == [{"url": "https://data.example.org"}]
    assert document["openapi"] == "3.1.0"
    assert "ProblemDetails" in document["components"]["schemas"]
    for place, operations in document["paths"].items():
        for operation in operations.values():
            names = {one["name"] for one in operation["parameters"]}
            assert "{" in place or place == "/api/v1/" or {"limit", "cursor", "fields"} <= names
            problems = operation["responses"]["503"]["content"]
            assert list(problems) == ["application/problem+json"]


def test_no_answer_differs_from_the_document(app):
    found = [
        one
        for place, times in TIMES.items()
        for one in findings(app, times, f"/api/v1/{place}", seed=1)
    ]
    assert found == []
