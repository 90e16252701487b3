"""A figure is typed as printed, read before it is stored, and reviewed."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from aidtracker.testing import (
    make_metric,
    make_observation,
    make_region,
    make_series,
    make_site,
    make_source,
)
from aidtracker.trail.conflicts import marks
from projects.admin.reviewing import MOST_SEEN
from projects.corrections import corrections
from projects.models import Finding, Observation

pytestmark = pytest.mark.django_db

LIST = reverse("admin:projects_observation_changelist")
ADD = reverse("admin:projects_observation_add")
READ = reverse("admin:projects_observation_read_figure")


def series_in(unit):
    return make_series(metric=make_metric(unit=unit))


def type_figure(client, **typed):
    typed = {
        "printed": "超过30 亿元",
        "nature": "actual",
        "accumulation": "cumulative",
        "rank": "normal",
    } | typed
    for name in ("source", "series"):
        typed.setdefault(name, (make_source() if name == "source" else series_in("元")).pk)
    return client.post(ADD, typed)


def errors(response):
    return response.context["adminform"].form.errors


def test_figure_is_stored_with_what_its_words_say(admin_client):
    source = make_source()
    type_figure(admin_client, source=source.pk)
    row = Observation.objects.get(source=source)
    billion = Decimal(10) ** 9
    assert (row.printed, row.value, row.value_high, row.lower, row.upper, row.qualifier) == (
        "超过30 亿元",
        3 * billion,
        None,
        3 * billion,
        None,
        "over",
    )


def test_figure_without_a_number_comes_after_the_others(admin_client):
    source = make_source()
    make_observation(source=source, number=7)
    type_figure(admin_client, source=source.pk)
    type_figure(admin_client, source=source.pk)
    numbers = source.observations.order_by("number").values_list("number", flat=True)
    assert [*numbers] == [7, 8, 9]


def test_number_that_is_taken_is_refused(admin_client):
    source = make_source()
    make_observation(source=source, number=7)
    response = type_figure(admin_client, source=source.pk, number=7)
    assert errors(response)["number"] == ["这份文献已有同序号的观测值。"]


def test_figure_that_cannot_be_read_is_refused(admin_client):
    response = type_figure(admin_client, printed="很多")
    assert [message[:9] for message in errors(response)["printed"]] == ["看不懂数字“很多”"]


def test_figure_in_another_unit_than_its_metric_is_refused(admin_client):
    response = type_figure(admin_client, printed="5吨")
    assert list(errors(response)) == ["printed"]


def test_values_cannot_be_typed(admin_client):
    source = make_source()
    type_figure(admin_client, source=source.pk, value="1", upper="2", qualifier="about")
    row = Observation.objects.get(source=source)
    assert (row.value, row.upper, row.qualifier) == (Decimal(3_000_000_000), None, "over")


def test_next_figure_starts_with_the_same_document(admin_client):
    source = make_source()
    response = type_figure(admin_client, source=source.pk, _addanother="1")
    assert response.url == f"{ADD}?source={source.pk}"
    form = admin_client.get(response.url).context["adminform"].form
    assert form["source"].value() == str(source.pk)


# What is shown while a figure is typed


@pytest.mark.parametrize(
    ("printed", "unit", "sentence"),
    [
        ("超过30 亿元", "元", "数值 3000000000 元，下界 3000000000 元，无上界（超过）"),
        ("2646家", "家", "数值 2646 家（确数）"),
        ("475余人", "人", "数值 475 人，下界 475 人，上界 476 人（多、余）"),
        ("9.11亿元", "元", "数值 911000000 元，下界 910500000 元，上界 911500000 元（确数）"),
        ("1—2万名", "名", "数值 10000—20000 名，下界 10000 名，上界 20000 名（范围）"),
        ("几十位", "位", "数值不定，下界 20 位，上界 100 位（约）"),
    ],
)
def test_figure_is_read_aloud(admin_client, printed, unit, sentence):
    query = {"printed": printed, "series": series_in(unit).pk}
    assert admin_client.get(READ, query).json() == {
        "is_readable": True,
        "sentence": f"{printed} → {sentence}",
    }


@pytest.mark.parametrize("series", ["", "0", "九", "x", "9" * 30, "9" * 5000])
def test_figure_without_a_series_is_read_in_its_own_unit(admin_client, series):
    answer = admin_client.get(READ, {"printed": "20多家", "series": series}).json()
    assert answer["sentence"] == "20多家 → 数值 20 家，下界 20 家，上界 30 家（多、余）"


def test_figure_that_cannot_be_read_aloud_says_why(admin_client):
    answer = admin_client.get(READ, {"printed": "很多"}).json()
    assert (answer["is_readable"], answer["sentence"][:9]) == (False, "看不懂数字“很多”")


def test_only_staff_may_have_figures_read(client):
    assert client.get(READ).url == f"{reverse('admin:login')}?next={READ}"
    client.force_login(User.objects.create(username="旁人", is_staff=True))
    assert client.get(READ, {"printed": "5家"}).status_code == 403


def test_form_says_where_figures_are_read(admin_client):
    form = admin_client.get(ADD).context["adminform"].form
    assert form.fields["printed"].widget.attrs["data-read-figure"] == READ
    assert "admin/figure_preview.js" in str(form.media)


def test_series_shows_its_figures_as_printed_and_as_read(admin_client):
    figure = make_observation(printed="475余人", series=series_in("人"))
    page = admin_client.get(reverse("admin:projects_series_change", args=[figure.series_id]))
    change = reverse("admin:projects_observation_change", args=[figure.pk])
    assert f'<a href="{change}" class="text-link">475余人</a>' in page.content.decode()
    assert "数值 475 人，下界 475 人，上界 476 人（多、余）" in page.content.decode()


# Review


def choose(client, rows, action, **extra):
    """Choose rows in the list and run an action on them; the messages that follow."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    data = chosen | dict(marks(rows)) | extra
    return [str(message) for message in client.post(LIST, data, follow=True).context["messages"]]


def test_withdrawing_public_figures_asks_for_a_reason(admin_client):
    rows = [make_observation(), make_observation()]
    assert choose(admin_client, rows, "take_withdraw") == ["2 条观测值未撤回：请写明撤回理由。"]
    assert {row.status for row in Observation.objects.filter(pk__in=[r.pk for r in rows])} == {
        "published"
    }


def test_withdrawing_with_a_reason_is_a_correction(admin_client):
    row = make_observation()
    assert choose(admin_client, [row], "take_withdraw", reason="原文有误") == ["撤回：1 条观测值。"]
    assert [state.correction_reason for state in corrections()] == ["原文有误"]


def test_withdrawing_is_for_who_has_proved_lately_who_they_are(admin_client):
    row = make_observation()
    session = admin_client.session
    session["proved_at"] = 0
    session.save()
    typed = {"action": "take_withdraw", "_selected_action": [row.pk], "reason": "原文有误"}
    page = admin_client.post(LIST, typed | dict(marks([row])))
    assert page.context["title"] == "请再次证明是您本人"
    assert ("reason", "原文有误") in page.context["carried"]
    step = reverse("admin:projects_observation_step", args=[row.pk])
    said = {"step": "withdraw", "reason": "原文有误", "version": row.version}
    assert admin_client.post(step, said).context["title"] == "请再次证明是您本人"
    assert Observation.objects.get(pk=row.pk).status == "published"
    admin_client.post(step, said | {"_proof": "password"})
    assert Observation.objects.get(pk=row.pk).status == "withdrawn"


def test_published_figure_is_checked_against_the_others(admin_client):
    first = make_observation(printed="5家", as_of="2019-04-12")
    second = make_observation(
        printed="9家", as_of="2019-04-12", series=first.series, status="approved"
    )
    choose(admin_client, [second], "take_publish")
    found = Finding.objects.filter(observations=second, result="contradiction")
    assert found.count() == 1


def test_state_of_a_figure_is_not_typed(admin_client):
    source = make_source()
    type_figure(admin_client, source=source.pk, status="published")
    assert source.observations.get().status == "draft"


# Approving many


TEXT = "全市共有新企业271个。其中外来的约30家。"


def submitted(printed, **kwargs):
    """A figure of the text, handed in."""
    source = kwargs.pop("source", None) or make_source(text=TEXT)
    start = TEXT.index(printed)
    place = {"start": start, "end": start + len(printed)}
    return make_observation(
        source=source, series=series_in("家"), printed=printed, status="submitted", **place
    )


def approving(client, rows, **extra):
    """Choose rows in the list and approve them; the page that asks to look at each."""
    chosen = {"action": "take_approve", "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, chosen | dict(marks(rows)) | extra)


def statuses(rows):
    return [Observation.objects.get(pk=row.pk).status for row in rows]


def test_figures_are_seen_in_their_sentences_before_they_are_approved(admin_client):
    rows = [submitted("271个"), submitted("约30家")]
    page = approving(admin_client, rows)
    assert statuses(rows) == ["submitted", "submitted"]
    words = page.content.decode()
    assert "全市共有新企业<mark>271个</mark>" in words
    assert "其中外来的<mark>约30家</mark>" in words
    assert "数值 30 家，下界 27 家，上界 33 家（约）" in words
    assert " checked" not in words


def test_only_figures_that_were_ticked_are_approved(admin_client):
    rows = [submitted("271个"), submitted("约30家")]
    page = approving(admin_client, rows)
    approving(admin_client, rows[1:], seen="1", **dict(page.context["shown_versions"]))
    assert statuses(rows) == ["submitted", "approved"]


def test_figure_that_was_changed_since_it_was_seen_is_not_approved(admin_client):
    row = submitted("271个")
    page = approving(admin_client, [row])
    row.note = "改过"
    row.save()
    seen = {"seen": "1"} | dict(page.context["shown_versions"])
    response = admin_client.post(
        LIST,
        {"action": "take_approve", "_selected_action": row.pk, "seen": "1"} | seen,
        follow=True,
    )
    assert "在您打开列表后已被修改" in str(*response.context["messages"])
    assert statuses([row]) == ["submitted"]


def test_approving_a_whole_list_is_asked_figure_by_figure(admin_client):
    rows = [submitted("271个") for _ in range(MOST_SEEN + 2)]
    page = approving(admin_client, rows, seen="1", select_across="1")
    assert set(statuses(rows)) == {"submitted"}
    assert (len(page.context["rows"]), page.context["later"]) == (MOST_SEEN, 2)


def test_figures_that_cannot_be_approved_are_not_shown(admin_client):
    rows = [submitted("271个"), make_observation(status="draft")]
    page = approving(admin_client, rows)
    assert [one.row for one in page.context["rows"]] == rows[:1]
    assert [str(one) for one in page.context["messages"]] == [
        "1 条观测值未审核通过：现在的状态是“草稿”。"
    ]


def test_place_that_ends_before_it_begins_is_told_once(admin_client):
    source = make_source(text="甲公司招工120人。" * 5)
    jobs = make_series(metric=make_metric(unit="人"))
    place = {"printed": "120人", "start": 5, "end": 9}
    row = make_observation(source=source, series=jobs, status="draft", **place)
    page = reverse("admin:projects_observation_change", args=[row.pk])
    form = admin_client.get(page).context["adminform"].form
    data = {name: "" if value is None else value for name, value in form.initial.items()}
    sent = data | {"start": "22", "end": "15"} | dict(marks([row]))
    errors = admin_client.post(page, sent).context["adminform"].form.errors
    assert [words for found in errors.values() for words in found] == [
        "起止位置要么都填（起小于止），要么都不填。"
    ]


def test_figures_of_a_place_are_those_of_all_that_lies_and_stands_in_it(admin_client):
    county = make_region()
    village = make_region(parent=county)
    own = [
        make_observation(series=make_series(region=village), printed="11家"),
        make_observation(series=make_series(site=make_site(region=village)), printed="12家"),
    ]
    make_observation(printed="13家")
    page = admin_client.get(LIST, {"series__region__id__exact": county.pk})
    assert {*page.context["cl"].queryset} == {*own}
    metric = own[0].series.metric_id
    page = admin_client.get(LIST, {"series__metric__id__exact": metric})
    assert [*page.context["cl"].queryset] == own[:1]
    assert "地区（含下级）" in page.content.decode()
