"""Public documents are everybody's, and say of their text what their one setting allows."""

import pytest
from django.urls import reverse

from aidtracker.ground.datasets import form_of
from aidtracker.testing import (
    make_finding,
    make_headquarters,
    make_observation,
    make_series,
    make_source,
    make_staff,
)
from programs.models import Source
from projects.models import Observation
from projects.tests.entry_pages import address

pytestmark = pytest.mark.django_db

BESIDE, APART = "银杏", "水曲柳"
TEXT = f"街上{BESIDE}成行，共有5家。{APART}不在这一句。"
CLERK = ("view", "add", "change")


@pytest.fixture
def figure():
    start = TEXT.index("5家")
    source = make_source(kind="newspaper", code="jie-shang", title="某报道", text=TEXT)
    row = make_observation(source=source, printed="5家", start=start, end=start + 2)
    other = make_observation(series=row.series, printed="9家")
    finding = make_finding(result="contradiction", kind="conflict")
    finding.observations.add(row, other)
    return row


def pages(figure):
    """All public pages, files and answers that could tell of a document's text."""
    finding = figure.findings.get()
    rows = (figure, figure.source, figure.series, figure.series.metric, finding)
    yield from (row.get_absolute_url() for row in rows)
    for name in ("source-list", "observation-list", "series-list", "finding-list"):
        yield from (reverse(name), f"{reverse(name)}?download=csv")
    yield from (f"{reverse(name)}?q={BESIDE}" for name in ("search", "search-names", "source-list"))
    yield from (f"{reverse(name)}?q={APART}" for name in ("search", "search-names", "source-list"))
    yield from (reverse("home"), reverse("correction-list"))


def told(client, figure):
    """Where the words beside a figure and those apart from it are told."""
    found = {BESIDE: set(), APART: set()}
    for page in pages(figure):
        response = client.get(page)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        words = content.decode("utf-8-sig").replace(f"q={BESIDE}", "").replace(f"q={APART}", "")
        for word, places in found.items():
            asked = page.endswith(f"q={word}")  # which says the word again
            if word in words and not asked:
                places.add(page)
    return found


@pytest.mark.once(but=4)
@pytest.mark.parametrize("kind", ["newspaper", "report"])
@pytest.mark.parametrize("setting", ["", "nothing", "sentence", "whole"])
def test_every_page_shows_of_a_text_what_its_document_allows(client, figure, kind, setting):
    source, finding = figure.source, figure.findings.get()
    Source.objects.filter(pk=source.pk).update(kind=kind, shown_text=setting)
    shown = setting or {"newspaper": "sentence", "report": "nothing"}[kind]
    own = {one.get_absolute_url() for one in (figure, finding, source)}
    found = told(client, figure)
    assert found[BESIDE] == (set() if shown == "nothing" else own)
    assert found[APART] == ({source.get_absolute_url()} if shown == "whole" else set())


@pytest.mark.parametrize("word", [BESIDE, APART])
def test_words_of_a_text_are_not_found(client, figure, word):
    Source.objects.filter(pk=figure.source_id).update(shown_text="nothing")
    for name in ("search", "source-list"):
        page = client.get(reverse(name), {"q": word}).content.decode()
        assert "某报道" not in page


# Whose


@pytest.fixture
def others_clerk(client):
    """A clerk of another headquarters than the one that brought the document in."""
    codes = [f"projects.{verb}_observation" for verb in CLERK] + ["programs.view_source"]
    client.force_login(make_staff(make_headquarters(name="乙指挥部"), permissions=codes))
    return client


def test_second_headquarters_records_its_own_figures_from_a_document(others_clerk, figure):
    Source.objects.filter(pk=figure.source_id).update(maintainer=make_headquarters())
    assert others_clerk.get(address(figure.source)).status_code == 200
    typed = {
        **{"source": figure.source_id, "number": 8, "printed": "5家"},
        **{"series": make_series(metric=figure.series.metric).pk},
        **{"nature": "actual", "accumulation": "point", "rank": "normal"},
    }
    others_clerk.post(reverse("admin:projects_observation_add"), typed)
    own = figure.source.observations.get(number=8)
    assert (own.maintainer.name, own.status) == ("乙指挥部", "draft")
    page = others_clerk.get(form_of(figure.source))
    assert not page.context["has_change_permission"]


@pytest.mark.parametrize("kind", ["newspaper", "report"])
def test_who_brings_in_a_document_that_is_here_is_told_which(client, figure, kind):
    source = figure.source
    source.accept_text(TEXT)
    Source.objects.filter(pk=source.pk).update(
        sha256=source.sha256, kind=kind, maintainer=make_headquarters()
    )
    codes = [f"programs.{verb}_source" for verb in CLERK]
    client.force_login(make_staff(make_headquarters(), permissions=codes))
    typed = {"code": "zai-ci", "title": "又一份", "kind": "newspaper", "pasted_text": TEXT}
    page = client.post(reverse("admin:programs_source_add"), typed).content.decode()
    assert "已有同一全文的文献" in page
    assert ("某报道" in page) == (kind == "newspaper")


def test_document_is_public_with_its_first_published_figure(client):
    source = make_source(kind="newspaper", maintainer=make_headquarters(), text=TEXT)
    figure = make_observation(source=source, status="approved")
    for status, code in (("approved", 404), ("published", 200)):
        Observation.objects.filter(pk=figure.pk).update(status=status)
        assert client.get(source.get_absolute_url()).status_code == code
        found = client.get(reverse("search"), {"q": source.title}).content.decode()
        assert (source.get_absolute_url() in found) == (code == 200)


# Staff who may read a document see all of it


@pytest.mark.once(but=4)
@pytest.mark.parametrize("setting", ["nothing", "sentence"])
@pytest.mark.parametrize("kind", ["newspaper", "report"])
@pytest.mark.parametrize("is_own", [True, False])
def test_staff_who_may_read_a_document_see_its_words_on_every_page(
    client, figure, setting, kind, is_own
):
    source, finding = figure.source, figure.findings.get()
    own, other = make_headquarters(), make_headquarters()
    Source.objects.filter(pk=source.pk).update(kind=kind, shown_text=setting, maintainer=own)
    client.force_login(make_staff(own if is_own else other, permissions=SEEING))
    found = told(client, figure)
    mine = {one.get_absolute_url() for one in (figure, finding, source)}
    is_open = is_own or kind == "newspaper"
    assert found[BESIDE] == (mine if is_open or setting == "sentence" else set())
    assert found[APART] == ({source.get_absolute_url()} if is_open else set())


SEEING = ("programs.view_source", "projects.view_observation", "projects.view_finding")


def test_who_is_only_logged_in_sees_what_the_public_sees(client, figure, django_user_model):
    Source.objects.filter(pk=figure.source_id).update(shown_text="nothing")
    for user in (make_staff(make_headquarters()), django_user_model.objects.create(username="a")):
        client.force_login(user)
        assert told(client, figure)[BESIDE] == set()


@pytest.mark.parametrize("kind", ["newspaper", "report"])
def test_form_of_a_finding_shows_the_sentences_that_its_reader_may_see(client, figure, kind):
    source = figure.source
    own = make_headquarters()
    Source.objects.filter(pk=source.pk).update(kind=kind, shown_text="nothing", maintainer=own)
    for maintainer, is_open in ((own, True), (make_headquarters(), kind != "report")):
        client.force_login(make_staff(maintainer, permissions=SEEING))
        page = client.get(form_of(figure.findings.get())).content.decode()
        assert (f"街上{BESIDE}成行，共有<mark>5家</mark>。" in page) == is_open
