"""边读边录: a document beside a form, for whoever may add figures."""

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_safe

from aidtracker.desk import unsaved
from aidtracker.ground.batches import held
from aidtracker.ground.changes import after_change
from aidtracker.ground.scope import check_owner, readable, scope_of
from aidtracker.trail import acts
from programs.models import Source
from programs.models.sources import checksum
from projects.admin.readings import read_aloud, reading
from projects.entry.document import SOURCE, Document, collapse, last_entry
from projects.entry.forms import FigureForm, SeriesForm, SkipForm
from projects.entry.periods import periods_before
from projects.entry.proposals import (
    Place,
    metric_options,
    scope_options,
    series_options,
    subject_options,
)
from projects.entry.same_shape import SameShape
from projects.entry.wordings import Said, said_before
from projects.models import Observation, Series

OPTIONS = {
    "series": series_options,
    "metric": metric_options,
    "subject": subject_options,
    "scope": scope_options,
}
# What the next figure of a document most often shares with the last one.
KEPT = (
    *("nature", "accumulation", "period_start", "period_end", "as_of", "period_text"),
    *("is_period_inferred", "maintainer"),
)
SAID = ("nature", "accumulation")
CARRIED = "沿用上一条，原文没有说，请核对"
MOST_DIGITS = 10  # of a place: no text is as long


class EntryPages(admin.ModelAdmin):
    """The pages of entering, below those of the admin of figures."""

    def get_urls(self):
        pages = (
            ("enter", "enter/<slug:code>/", self.enter),
            ("enter_find", "enter/<slug:code>/find/", self.find),
            ("enter_nearby", "enter/<slug:code>/nearby/", self.show_nearby),
        )
        own = [
            path(route, self.admin_site.admin_view(view), name=f"projects_observation_{name}")
            for name, route, view in pages
        ]
        return own + super().get_urls()

    def rows_for(self, request, *, to_read=False):
        """The documents a user may read, for who may add figures, or see them `to_read` only."""
        may_read = to_read and self.has_view_or_change_permission(request)
        if not (may_read or self.has_add_permission(request)):
            raise PermissionDenied
        return readable(Source.objects.all(), request.user)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def enter(self, request, code):
        """The page; what its buttons do is told apart by the button's value."""
        rows = self.rows_for(request, to_read=request.method != "POST")
        if request.method != "POST":
            return self.entry_page(request, get_object_or_404(rows, code=code))
        actions = {"skip": self.skip, "undo": self.undo, "series": self.add_series}
        actions["alike"] = self.record_alike
        act = actions.get(request.POST.get("action"), self.record)
        with transaction.atomic():
            # Locked, so that two people do not record one phrase at the same moment.
            source = get_object_or_404(held(rows), code=code)
            acts.describe(way=acts.Way.ENTRY, subject=source.title, details=[[SOURCE, source.code]])
            return act(request, source)

    # What the buttons do

    def record(self, request, source):
        form = FigureForm(source, request.user, request.POST)
        if not form.is_valid():
            return self.entry_page(request, source, figure_form=form)
        row = form.save()
        log(request, row, ADDITION)
        words = f"已存为草稿：第 {row.number} 号，{row.printed} → {reading(row)}，{row.series}。"
        messages.success(request, words)
        return onward(request, row.end)

    def record_alike(self, request, source):
        """Figures of the shape of the last one, all that were ticked or none."""
        shape = SameShape(Document(source, request.user), request.user)
        ticked = {*request.POST.getlist("alike")}
        chosen = [one for one in shape.found if one.key in ticked]
        if len(chosen) < len(ticked) or not chosen:
            messages.error(request, "没有录：没有勾选，或打开之后有改动；请重新勾选。")
            return self.entry_page(request, source)
        if any(one.is_new for one in chosen):
            require(request, "projects.add_series")
        try:
            with transaction.atomic():
                rows = [enter_alike(request, source, shape.last, one) for one in chosen]
        except ValidationError as error:
            messages.error(request, f"没有录：{'；'.join(error.messages)}")
            return self.entry_page(request, source)
        after_change()
        words = "、".join(
            f"{one.subject} {row.printed}" for one, row in zip(chosen, rows, strict=True)
        )
        messages.success(request, f"已存为草稿 {len(rows)} 条：{words}。")
        return onward(request, rows[-1].end)

    def skip(self, request, source):
        require(request, "projects.add_skippedphrase")
        form = SkipForm(source, request.user, request.POST)
        if not form.is_valid():
            return self.entry_page(request, source, skip_form=form)
        row = form.save()
        log(request, row, ADDITION)
        words = collapse(source.text[row.start : row.end])
        messages.success(request, f"已略过“{words}”：{row.get_reason_display()}。")
        return onward(request, row.end)

    def undo(self, request, source):
        row = last_entry(request.user, source)
        if row is None:
            messages.warning(request, "没有可以撤销的：你在这里的上一条已不是草稿，或有人改过。")
            return self.entry_page(request, source)
        log(request, row, DELETION)
        row.delete()
        if isinstance(row, Series):
            after_change()
            messages.success(request, f"已撤销{name_of(row)}。")
            return onward(request, position(request.POST.get("start", "")))
        messages.success(request, f"已撤销{name_of(row)}。")
        return onward(request, row.start or 0)

    def add_series(self, request, source):
        require(request, "projects.add_series")
        form = SeriesForm(request.user, request.POST)
        if not form.is_valid():
            return self.entry_page(request, source, series_form=form)
        series, is_new = form.save()
        if is_new:
            log(request, series, ADDITION)
            after_change()
        done = "已新建并选用" if is_new else "已有这个序列，已选用"
        messages.success(request, f"{done}：{series}。")
        return self.entry_page(request, source, chosen=series)

    # What is shown

    def entry_page(self, request, source, chosen=None, **bound):
        """The page with the forms as they were sent; `bound` are those with errors."""
        document = Document(source, request.user)
        typed = starting_values(request, document)
        if chosen:
            typed |= {"series": chosen.name, **dict.fromkeys(SeriesForm.base_fields, "")}
        forms = {
            "figure_form": FigureForm(source, request.user, initial=typed),
            "skip_form": SkipForm(source, request.user, initial=typed),
            "series_form": SeriesForm(request.user, initial=typed),
        }
        forms |= bound
        sent = next(iter(bound.values()), forms["figure_form"])
        context = {
            **self.admin_site.each_context(request),
            "title": f"边读边录：{source.title}",
            "unsaved_at": unsaved.waits_here(request),
            "refilled_at": getattr(request, "refilled", None),
            "opts": self.opts,
            "document": document,
            "may_enter": self.has_add_permission(request),
            "alike": [],  # asked for once the page is there
            "marks": marks_of(request, document, typed),
            "owner_field": sent["maintainer"] if "maintainer" in sent.fields else None,
            **forms,
            **beside(request, document, typed),
        }
        return TemplateResponse(request, "admin/projects/entry.html", context)

    @method_decorator(require_safe)
    def find(self, request, code):
        """What fits the words typed into a field, as JSON: value, number and remark of each."""
        source = get_object_or_404(self.rows_for(request), code=code)
        options = OPTIONS.get(request.GET.get("kind"), series_options)
        start, end = place_of(request.GET)
        place = Place(request.user, source, start, end, request.GET.get("printed", ""))
        found = options(place, request.GET.get("q", "").replace("\0", ""))
        return JsonResponse({"options": [vars(option) for option in found]})

    @method_decorator(require_safe)
    def show_nearby(self, request, code):
        """The periods named before a place, and the figures recorded there: a part of the page."""
        source = get_object_or_404(self.rows_for(request), code=code)
        document = Document(source, request.user)
        context = {"nearby": nearby(document, request.GET), "alike": []}
        if self.has_add_permission(request):
            shape = SameShape(document, request.user)
            context |= {"alike": shape.found, "last": shape.last}
        return TemplateResponse(request, "admin/projects/entry_nearby.html", context)


def enter_alike(request, source, last, one):
    """A figure as the last one was entered, and its series if there is none yet; ValidationError,
    which names it, if it cannot be."""
    series = one.series
    if one.is_new:
        series.maintainer = last.maintainer
        series.full_clean()
        check_owner(series, request.user)
        series.save()
        log(request, series, ADDITION)
    kept = {name: getattr(last, last._meta.get_field(name).attname) for name in KEPT}
    place = {"start": one.start, "end": one.end, "printed": one.printed, "series": series.name}
    kept |= place | {"text_sha256": checksum(source.text)}
    kept = {name: value for name, value in kept.items() if value not in (None, False)}
    form = FigureForm(source, request.user, kept)
    if not form.is_valid():
        why = "".join(words for found in form.errors.values() for words in found)
        raise ValidationError(f"“{one.printed}”（{one.subject}）：{why}")
    row = form.save()
    log(request, row, ADDITION)
    return row


def require(request, permission):
    if not request.user.has_perm(permission):
        raise PermissionDenied


def log(request, row, flag):
    """Into the history that the admin keeps of every row."""
    words: list[dict[str, dict]] = [{"added": {}}] if flag == ADDITION else []
    LogEntry.objects.log_actions(request.user.pk, [row], flag, words, single_object=True)


def onward(request, place):
    """To the same page, at the first open phrase from `place` on."""
    return HttpResponseRedirect(f"{request.path}?at={place}#entry-form")


def place_of(data):
    """`start` and `end` as numbers."""
    return tuple(position(data.get(name, "")) for name in ("start", "end"))


def position(typed):
    """What was typed as a place in a text; 0 for what is none."""
    text = str(typed)
    return int(text) if text.isdecimal() and len(text) < MOST_DIGITS else 0


def name_of(row):
    """What undoing would take back, in words; empty for nothing."""
    if row is None:
        return ""
    if isinstance(row, Series):
        return f"新建的序列“{row}”"
    if isinstance(row, Observation):
        return f"第 {row.number} 号“{row.printed}”"
    return f"略过的{row.place_in_words}"


def starting_values(request, document):
    """What the form begins with: as it was sent, else the next phrase and what the last one had."""
    if request.method == "POST":
        return {"printed": "", **request.POST.dict()}
    if (kept := unsaved.asked_for(request)) is not None:
        return {"printed": "", **kept.data.dict()}
    last: dict = {"maintainer": document.source.maintainer_id}
    for row in document.latest[:1]:
        last = {name: getattr(row, row._meta.get_field(name).attname) for name in KEPT}
    start, end = next_place(request, document)
    if start == end:
        return last | {"printed": ""}
    said = said_at(document, start, end)
    last |= {name: one.value for name, one in said.items()}
    last |= period_said(document, start) if document.latest else {}
    return last | {"start": start, "end": end, "printed": document.printed_at(start, end)}


def said_at(document, start, end) -> dict[str, Said]:
    """What the words before a place say of the figure there."""
    return said_before(document.source.text, start, end, document.source)


def period_said(document, start):
    """The time named in the sentence before a figure, in place of the one carried over."""
    for period in periods_before(document.source.text, start, document.source)[:1]:
        days = (period.start, period.end, period.as_of)
        if any(days) and not period.is_inferred:
            names = ("period_start", "period_end", "as_of", "period_text", "is_period_inferred")
            return dict(zip(names, (*days, period.words, False), strict=True))
    return {}


def marks_of(request, document, typed):
    """On what each value rests that nobody chose: words of the document, or the last figure."""
    start, end = place_of(typed)
    said = said_at(document, start, end) if start < end else {}
    is_fresh = request.method != "POST" and not unsaved.asked_for(request)
    carried = CARRIED if document.latest and is_fresh else ""
    marks = {name: f"据原文“{said[name].words}”" if name in said else carried for name in SAID}
    period = period_said(document, start) if document.latest else {}
    if period:
        marks["period"] = f"据原文“{period['period_text']}”，请核对"
    return {"period": carried} | marks if is_fresh else dict.fromkeys((*SAID, "period"), "")


def next_place(request, document):
    """The place that the address asks for, else that of the next open phrase, else an empty one."""
    start, end = place_of(request.GET)
    if start < end <= len(document.source.text):
        return start, end
    phrase = document.next_open(position(request.GET.get("at", "")))
    return (phrase.start, phrase.end) if phrase else (0, 0)


def beside(request, document, typed):
    """What stands beside the forms: what can be undone, the latest figures, proposals."""
    source, user = document.source, request.user
    start, end = place_of(typed)
    last = document.latest[0].series if document.latest and scope_of(user).reads_all else None
    place = Place(user, source, start, end, typed["printed"], last)
    return {
        "last_entry": name_of(last_entry(request.user, source)),
        "recent": document.latest,
        "reading": read_aloud(place.printed) if place.printed else None,
        "nearby": nearby(document, typed),
        "series_options": series_options(place),
        "may_skip": request.user.has_perm("projects.add_skippedphrase"),
        "may_add_series": request.user.has_perm("projects.add_series"),
        "may_add_metric": request.user.has_perm("projects.add_metric"),
    }


def nearby(document, data):
    """The periods named before the place in a form, and what was recorded or skipped there."""
    start, end = place_of(data)
    source = document.source
    return {
        "said": said_at(document, start, end) if start < end else {},
        "periods": periods_before(source.text, start, source),
        "figures": document.recorded_at(start, end)[:3],
        "skipped": document.skipped_at(start, end)[:3],
    }
