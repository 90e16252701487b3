"""Another text in the place of a document's: kept versions, figures that find their words again."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from aidtracker.testing import (
    make_metric,
    make_observation,
    make_series,
    make_skipped_phrase,
    make_source,
    make_staff,
)
from aidtracker.tests.sheet_helpers import stored
from aidtracker.trail.conflicts import marks
from programs.models import Source
from programs.models.sources import checksum
from projects.models import Observation

pytestmark = pytest.mark.django_db

OLD = "引言。新增就业岗位271个，三种说法。引进企业18家。又有18家。"
NEW = "新版引言，更长。新增就业岗位271 个，三种说法。引进企业19家。又有18家。"
REASON = "原文件缺一段"


@pytest.fixture
def source():
    source = make_source(code="jian-bao")
    source.accept_text(OLD)
    source.save()
    return source


def figure(source, number, words, unit, after=0, **kwargs):
    start = OLD.index(words, after)
    series = make_series(metric=make_metric(unit=unit))
    place = {"start": start, "end": start + len(words)}
    return make_observation(
        source=source, number=number, printed=words, series=series, **place, **kwargs
    )


def said(row):
    row.refresh_from_db()
    return None if row.start is None else NEW[row.start : row.end]


def test_figures_find_their_words_in_the_new_text(source):
    jobs, firms = figure(source, 1, "271个", "个"), figure(source, 2, "18家", "家")
    more = figure(source, 3, "18家", "家", after=OLD.index("又有"))
    phrase = make_skipped_phrase(source=source, start=OLD.index("三种"), end=OLD.index("三种") + 2)

    moved = source.replace_text(NEW, REASON)

    assert (moved.found, moved.lost) == (3, 1)
    assert (said(jobs), said(firms), said(more), said(phrase)) == ("271 个", None, "18家", "三种")
    assert (jobs.correction_reason, jobs.version) == (REASON, 2)
    assert list(Observation.objects.lost()) == [firms]
    assert jobs.history.first().start == jobs.start
    assert source.text_versions.get().text == OLD


def test_lost_figure_gets_a_place_from_a_person(source):
    firms = figure(source, 2, "18家", "家", status="draft")
    source.replace_text(NEW, REASON)
    firms.refresh_from_db()
    firms.start = NEW.index("18家")
    firms.end = firms.start + 3
    firms.save()
    assert not Observation.objects.lost().exists()


def test_another_text_is_refused_without_a_reason(source):
    with pytest.raises(ValidationError, match="写明“替换全文的理由”"):
        source.accept_text(NEW)


def test_a_text_that_is_not_loaded_is_not_replaced(source):
    row = figure(source, 1, "271个", "个")
    type(source).objects.filter(pk=source.pk).update(text="")
    source.refresh_from_db()
    with pytest.raises(ValidationError, match="请先载入登记的全文"):
        source.accept_text(NEW, REASON)
    row.refresh_from_db()
    assert (row.start, row.version) == (OLD.index("271个"), 1)


def test_form_does_not_replace_a_text_that_is_not_loaded(source, admin_client):
    type(source).objects.filter(pk=source.pk).update(text="")
    source.refresh_from_db()
    response = post(admin_client, source, pasted_text=NEW, replace_reason=REASON)
    errors = response.context["adminform"].form.errors
    assert "请先载入登记的全文" in errors["pasted_text"][0]


def post(client, source, **typed):
    page = reverse("admin:programs_source_change", args=[source.pk])
    form = client.get(page).context["adminform"].form
    data = {name: "" if value is None else value for name, value in form.initial.items()}
    return client.post(page, data | typed | dict(marks([source])), follow=True)


def test_form_replaces_the_text_for_a_reason_and_says_what_was_lost(source, admin_client):
    figure(source, 1, "271个", "个")
    figure(source, 2, "18家", "家")
    file = SimpleUploadedFile("新版.txt", NEW.encode("gb18030"))
    response = post(admin_client, source, text_file=file, replace_reason=REASON)
    assert "1 处数字重新定位，1 处没有找到" in response.content.decode()
    source.refresh_from_db()
    assert (source.text, source.text_versions.count()) == (NEW, 1)
    lost = reverse("admin:projects_observation_changelist", query={"place": "lost"})
    assert len(admin_client.get(lost).context["cl"].result_list) == 1


def test_form_takes_a_pasted_text_and_asks_for_a_reason_for_another(admin_client):
    source = make_source(code="tie")
    post(admin_client, source, pasted_text="共5家。\n")
    source.refresh_from_db()
    assert source.text == "共5家。\n"
    response = post(admin_client, source, pasted_text="共6家。")
    errors = response.context["adminform"].form.errors
    assert "写明“替换全文的理由”" in errors["pasted_text"][0]


@pytest.mark.parametrize("digest", ["", "b" * 64])
def test_checksum_of_a_text_that_is_loaded_does_not_change_alone(source, digest):
    line = (source.code, source.title, digest)
    outcome = stored(Source, ["code", "title", "sha256"], line)
    assert not outcome.is_stored
    source.sha256 = digest
    with pytest.raises(ValidationError) as caught:
        source.save()
    assert list(caught.value.error_dict) == ["sha256"]


# Who may


@pytest.mark.parametrize("verb", ["change", "publish"])
@pytest.mark.parametrize("status", ["draft", "published"])
def test_text_of_published_figures_is_replaced_by_who_may_publish(
    client, headquarters, source, verb, status
):
    source.maintainer = headquarters
    source.save()
    figure(source, 1, "271个", "个", status=status)
    codes = ["view_source", "change_source"]
    permissions = [f"programs.{code}" for code in codes] + [f"projects.{verb}_observation"]
    client.force_login(make_staff(headquarters, permissions=permissions))
    response = post(client, source, pasted_text=NEW, replace_reason=REASON)
    source.refresh_from_db()
    is_allowed = verb == "publish" or status == "draft"
    assert (source.text == NEW) == is_allowed
    if not is_allowed:
        errors = response.context["adminform"].form.errors
        assert "您没有发布它们的权限" in errors["pasted_text"][0]


def test_replaced_text_of_published_figures_is_told(client, source):
    row = figure(source, 1, "271个", "个")
    source.replace_text(NEW, REASON)
    for address in (reverse("correction-list"), row.get_absolute_url()):
        page = client.get(address).content.decode()
        assert page.count("全文换成了新版") == page.count(REASON) == 1


def test_text_replaced_before_its_figures_were_public_is_not_told(client, source):
    row = figure(source, 1, "271个", "个", status="approved")
    source.replace_text(NEW, REASON)
    row.refresh_from_db()
    row.status = "published"
    row.save()
    assert "全文换成了新版" not in client.get(reverse("correction-list")).content.decode()


# A first text


def untold(source):
    """The document, as it is where its text was never loaded, but for its checksum if known."""
    Source.objects.filter(pk=source.pk).update(text="", sha256="")
    source.refresh_from_db()
    return source


def recorded(source, number, words, start, **kwargs):
    """A figure recorded without the text, which nothing could compare it with."""
    series = make_series(metric=make_metric(unit="个"))
    place = {"start": start, "end": start + len(words)}
    return make_observation(
        source=source, number=number, printed=words, series=series, **place, **kwargs
    )


@pytest.fixture
def unread(source):
    return untold(source)


@pytest.mark.parametrize("door", ["save", "form", "command"])
def test_first_text_is_compared_with_the_places_recorded_before_it(
    unread, admin_client, tmp_path, capsys, door
):
    right = recorded(unread, 1, "271个", OLD.index("271个"))
    wrong = recorded(unread, 2, "999个", OLD.index("271个"))
    part = recorded(unread, 3, "71个", OLD.index("71个"))
    beyond = recorded(unread, 4, "5个", 500)
    if door == "save":
        unread.accept_text(OLD)
        unread.save()
    elif door == "form":
        page = post(admin_client, unread, pasted_text=OLD).content.decode()
        assert "1 处数字与全文相符，3 处没有找到" in page
    else:
        Source.objects.filter(pk=unread.pk).update(sha256=checksum(OLD))
        (tmp_path / "a.txt").write_bytes(OLD.encode())
        call_command("load_texts", tmp_path)
        assert "3 处数字的位置与全文不符，待重新定位" in capsys.readouterr().out
    unread.refresh_from_db()
    right.refresh_from_db()
    assert (unread.text, right.start) == (OLD, OLD.index("271个"))
    assert right.is_anchored(unread.sha256)
    assert right.correction_reason == ""
    assert list(Observation.objects.lost().order_by("number")) == [wrong, part, beyond]
    assert not unread.text_versions.exists()


def test_first_text_finds_words_that_an_anchor_remembers(source):
    row = figure(source, 1, "271个", "个")
    gone = figure(source, 2, "18家", "家")
    untold(source)
    source.accept_text(NEW)
    source.save()
    gone.refresh_from_db()
    assert (said(row), gone.is_lost) == ("271 个", True)


def test_first_text_leaves_figures_alone_that_stand_as_they_were_anchored(source):
    row = figure(source, 1, "271个", "个")
    Source.objects.filter(pk=source.pk).update(text="")
    source.refresh_from_db()
    source.accept_text(OLD)
    source.save()
    row.refresh_from_db()
    assert (row.version, source.moved.found, source.moved.lost) == (1, 1, 0)


@pytest.mark.parametrize("shown", ["sentence", "whole"])
def test_other_words_at_a_place_are_never_marked(client, source, shown):
    right = figure(source, 1, "271个", "个")
    wrong = figure(source, 2, "18家", "家")
    Observation.objects.filter(pk=wrong.pk).update(start=0, end=3)
    Source.objects.filter(pk=source.pk).update(shown_text=shown)
    page = client.get(source.get_absolute_url()).content.decode()
    assert re.findall(r'<mark id="(o\d)"', page) == ["o1"]
    assert "<mark>" in client.get(right.get_absolute_url()).content.decode()
    assert "<mark>" not in client.get(wrong.get_absolute_url()).content.decode()


def test_text_changes_at_no_door_without_a_reason_and_a_version(source):
    source.text, source.sha256 = NEW, checksum(NEW)
    with pytest.raises(ValidationError, match="替换全文的理由"), transaction.atomic():
        source.save()
    source.text_reason = REASON
    source.save()
    assert source.text_versions.get().text == OLD
