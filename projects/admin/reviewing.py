"""Submitting, approving, returning, publishing and withdrawing in the admin."""

from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from aidtracker.accounts.step_up import proof_page
from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.lists import MADE_AT, is_for_all
from aidtracker.desk.proposing import Proposing
from aidtracker.desk.skin import ReasonActionForm, form_of
from aidtracker.review.proposals import readable_revisions
from aidtracker.review.reviewed import HANDED_IN, HANDED_ON, may_correct, may_publish, review_again
from aidtracker.review.steps import (
    APPROVE,
    PUBLISH,
    STEPS,
    SUBMIT,
    WITHDRAW,
    Referee,
    Step,
    StepTaken,
    changed_since,
    hidden_wholes,
    possible_steps,
    steps_of,
    story_of,
    take_step,
)
from aidtracker.trail.conflicts import hold, marks, row_number
from projects.admin.talking import QueueList, comment, take_words, talk_about
from projects.models import Review, Revision
from projects.models.reports import MonthlyReport
from projects.warnings import for_reports

# What who entered a row may take back without asking anybody.
DELETABLE = (Review.DRAFT, Review.RETURNED)
# In which states it matters what was changed since somebody judged a row before.
JUDGED_AGAIN = (*HANDED_ON, *DELETABLE)
# What the address of a form calls the conditions of the list that led there.
FILTERS = "_changelist_filters"
MOST_WAITING = 1000  # rows of a queue that are looked at to find the next one
# What says that the rows of an action were shown one by one, and how many are at once.
SEEN = "seen"
MOST_SEEN = 50
# A button beside those of the form, as the skin wants it.
SAVE_AND_SUBMIT = {"action_name": "_submit", "description": "保存并提交", "icon": "", "attrs": {}}


def must_propose(row, user):
    """Whether a user can change a stored row only by a revision that others approve."""
    return row is not None and row.is_published and row.is_only_proposed_by(user)


def warnings_of(row):
    """What the rules say of a monthly report: who approves it reads it with the report."""
    if not isinstance(row, MonthlyReport):
        return []
    return for_reports([row]).get(row.pk, [])


@dataclass(frozen=True)
class Seen:
    """A row as who approves it is to see it first: what it says, and what is to be told of it."""

    row: Any
    words: str
    cautions: Collection[str] = ()


def taking(step):
    """A bulk action: the chosen rows take a step; what is to be seen first is shown and asked."""

    @admin.action(description=step.label)
    def act(model_admin, request, queryset):
        page = model_admin.page_before(step, request, queryset)
        if page is not None:
            return page
        if step == PUBLISH and "wholes" in request.POST:
            model_admin.publish_wholes(request, queryset)
        if step.asks:
            return model_admin.step_with_words(request, step, queryset)
        model_admin.step_with(request, step, queryset, request.POST.get("reason", ""))
        return None

    act.__name__ = f"take_{step.name}"
    return act


class ReviewedAdmin(admin.ModelAdmin):
    """For the ModelAdmin of a reviewed model: the steps as buttons of a form and as bulk actions.

    Put it first among the bases.
    """

    action_form = ReasonActionForm
    actions = tuple(taking(step) for step in STEPS)
    change_form_outer_before_template = "admin/projects/review_panel.html"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        missing = [one for one in (WorkToDo, self.model.REVIEW) if one not in self.list_filter]
        vars(self)["list_filter"] = (*missing, *self.list_filter)

    def has_change_permission(self, request, obj=None):
        """Also, of a published row, who may correct it for a reason."""
        if super().has_change_permission(request, obj):
            return True
        if not may_correct(request.user, self.model) or self.model is Revision:
            return False
        return obj is None or (obj.is_published and self.is_own(request, obj))

    # What is shown

    def get_changelist(self, request, **kwargs):
        return QueueList

    def get_list_display(self, request):
        columns = super().get_list_display(request)
        return [state_column(name) if name == self.model.REVIEW else name for name in columns]

    def get_readonly_fields(self, request, obj=None):
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, *(name for name in self.review_fields if name not in fixed))

    @property
    def review_fields(self):
        return self.model.REVIEW, "review_comment"

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["review"] = self.panel(request, obj) if obj else None
        if self.offers_to_submit(request, obj):
            buttons = context.get("actions_submit_line", ())
            context["actions_submit_line"] = [*buttons, SAVE_AND_SUBMIT]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def offers_to_submit(self, request, row):
        """Whether what is saved in the form of a row, None for a new one, can be handed on."""
        if row is None:
            return SUBMIT.is_allowed(request.user, self.model)
        if not self.has_change_permission(request, row):
            return False
        if must_propose(row, request.user):
            return SUBMIT.is_allowed(request.user, Revision)
        return not row.is_published

    def panel(self, request, row):
        """What stands above the form of a stored row about its review."""
        standing, story = possible_steps(row, request.user), story_of(row)
        steps = standing.steps
        proposes = must_propose(row, request.user) and self.has_change_permission(request, row)
        return {
            "label": state_label(row),
            "comment": row.review_comment if row.review_state not in HANDED_IN else "",
            "story": story.moments,
            "talk": talk_about(row, request.user, story, standing),
            "steps": steps,
            "note": standing.note,
            "warnings": warnings_of(row),
            "proposals": self.proposals(request, row) if standing.is_proposed else [],
            "rivals": [],
            "proposes": proposes,
            "corrects": row.is_published and not proposes and may_correct(request.user, self.model),
            "since": changed_since(row) if row.review_state in JUDGED_AGAIN else None,
            "queue": request.GET.get(FILTERS, ""),
            "hidden": hidden_wholes([row]) if PUBLISH in steps else [],
            "wholes": publishable_wholes([row], request.user) if PUBLISH in steps else [],
            "address": reverse(f"admin:{self.name_of_step}", args=[row.pk]),
            "version": row.version,
        }

    def proposals(self, request, row):
        """Changes of a published row that wait for others."""
        is_open = row.is_published and not isinstance(row, Revision)
        return readable_revisions(row, request.user) if is_open else []

    # What is seen before it is approved

    def page_before(
        self, step: Step, request: HttpRequest, rows: QuerySet
    ) -> HttpResponseBase | None:
        """The page between choosing rows and a step with them; None if there is none any more."""
        if step == WITHDRAW:
            return proof_page(request)
        if SEEN in request.POST and not is_for_all(request.POST):
            return None
        pages = {APPROVE: self.page_to_see, PUBLISH: self.page_of_unseen}
        return pages[step](request, rows) if step in pages else None

    def to_be_seen(self, rows: list[Any]) -> list[Seen] | None:
        """Rows of a list as who approves them is to see them first; None if nothing is asked."""
        return None

    def page_to_see(self, request: HttpRequest, rows: QuerySet) -> TemplateResponse | None:
        """The chosen rows that can be approved, each to be ticked; None if there is nothing to see.

        Of those that cannot be approved the page says why.
        """
        found = list(rows)
        referee = Referee(rows.order_by(), request.user)
        able = [row for row in found if not referee.obstacle(APPROVE, row)]
        shown = self.to_be_seen(able[:MOST_SEEN]) if able else None
        if shown is None:
            return None
        if len(able) < len(found):
            kept = {row.pk for row in able}
            others = [row.pk for row in found if row.pk not in kept]
            self.step_with(request, APPROVE, rows.filter(pk__among=others))
        context = {
            **self.admin_site.each_context(request),
            "title": f"审核通过：{self.opts.verbose_name} {len(able)} 条",
            "opts": self.opts,
            "rows": shown,
            "later": len(able) - len(shown),
            "shown_versions": marks(one.row for one in shown),
            "address": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/projects/approve.html", context)

    def page_of_unseen(self, request: HttpRequest, rows: QuerySet) -> TemplateResponse | None:
        """What of the chosen rows would stay unseen if they were published, and which others can
        be published along; None if all would be seen, or none can be published."""
        if not self.model.PUBLIC_WITH:
            return None
        referee = Referee(rows.order_by(), request.user)
        chosen = rows.select_related(*self.model.PUBLIC_WITH)[: MOST_WAITING + 1]
        able = [row for row in chosen if not referee.obstacle(PUBLISH, row)]
        hidden = hidden_wholes(able)
        if not hidden:
            return None
        names = ("action", MADE_AT, "select_across")
        context = {
            **self.admin_site.each_context(request),
            "title": f"发布：{self.opts.verbose_name} {len(able)} 条",
            "opts": self.opts,
            "hidden": hidden[:MOST_SEEN],
            "later": len(hidden[MOST_SEEN:]),
            "wholes": publishable_wholes(able, request.user),
            "picked": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "carried": [(name, request.POST.get(name, "")) for name in names],
            "address": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/projects/publish.html", context)

    # Steps

    @property
    def name_of_step(self):
        return f"{self.opts.app_label}_{self.opts.model_name}_step"

    def get_urls(self):
        view = self.admin_site.admin_view(self.step_view)
        return [path("<int:pk>/step/", view, name=self.name_of_step), *super().get_urls()]

    def get_actions(self, request):
        """Without the steps that this user may take with no row at all."""
        found = super().get_actions(request)
        for step in STEPS:
            if step not in steps_of(self.model) or not step.is_allowed(request.user, self.model):
                found.pop(f"take_{step.name}", None)
        return found

    @method_decorator(require_POST)
    def step_view(self, request, pk):
        """A button of the panel; on to the next row of the queue one came from, or back."""
        if request.POST.get("step") == "comment":
            return comment(self, request, pk)
        if request.POST.get("step") == WITHDRAW.name and (asked := proof_page(request)):
            return asked
        outcome, waiting = None, self.waiting(request)
        with transaction.atomic():
            # Else a change that is just being stored would be approved unseen.
            hold(self.model, [row_number(str(pk))])
            rows = self.get_queryset(request).filter(pk=pk)
            step = next((one for one in STEPS if one.name == request.POST.get("step")), None)
            row = rows.first()
            if row is None or step is None or not self.has_view_permission(request, row):
                raise Http404("No such row or step for this user.")
            if str(row.version) == request.POST.get("version"):
                if step == PUBLISH and "wholes" in request.POST:
                    self.publish_wholes(request, [row])
                outcome = self.step_with(request, step, rows, request.POST.get("reason", ""))
                answer = request.POST.get("answer", "").strip()
                if step == SUBMIT and outcome.done and answer:
                    take_words(request, row, answer)
            else:
                words = "您打开之后，这条记录有改动；请核对现在的内容再操作。"
                messages.error(request, words)
        if waiting and outcome is not None and outcome.done:
            return self.onward(request, pk, waiting)
        return HttpResponseRedirect(self.with_queue(request, form_of(row)))

    def publish_wholes(self, request: HttpRequest, rows: Iterable[Any]) -> None:
        """Publish what some rows are public with, as far as the user can."""
        wholes = publishable_wholes(rows, request.user)
        for model in {type(one) for one in wholes}:
            own = model._base_manager.filter(pk__in=[one.pk for one in wholes])
            outcome = take_step(PUBLISH, own, request.user)
            self.tell(request, outcome, model._meta.verbose_name)

    def waiting(self, request: HttpRequest) -> list[int]:
        """The numbers of the rows in the list that the form was opened from, if that is a queue."""
        listed = copy(request)
        listed.method, listed.GET = "GET", QueryDict(request.POST.get("queue", ""))
        if WorkToDo.parameter_name not in listed.GET:
            return []
        try:
            rows = self.get_changelist_instance(listed).queryset
        except IncorrectLookupParameters:
            return []
        return list(rows.values_list("pk", flat=True)[:MOST_WAITING])

    def onward(self, request: HttpRequest, pk: int, waiting: list[int]) -> HttpResponseRedirect:
        """To the row behind that of a number in its queue, or to the first; else to the list."""
        at = waiting.index(pk) + 1 if pk in waiting else 0
        others = [one for one in (*waiting[at:], *waiting[:at]) if one != pk]
        row = self.get_queryset(request).filter(pk__in=others[:1]).first()
        if row is None:
            messages.info(request, "这个队列办完了。")
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            return HttpResponseRedirect(f"{reverse(name)}?{request.POST['queue']}")
        messages.info(request, f"下面是队列中的下一条，还有 {len(others)} 条。")
        return HttpResponseRedirect(self.with_queue(request, form_of(row)))

    def with_queue(self, request: HttpRequest, address: str) -> str:
        queue = request.POST.get("queue", "")
        return f"{address}?{urlencode({FILTERS: queue})}" if queue else address

    def step_with(self, request, step, rows, words=""):
        """Let rows take a step and tell the user what came of it."""
        outcome = take_step(step, rows, request.user, words)
        self.tell(request, outcome, self.opts.verbose_name)
        return outcome

    def tell(self, request: HttpRequest, outcome: StepTaken, name: str) -> None:
        for is_good, sentence in outcome.sentences(name):
            level = messages.SUCCESS if is_good else messages.WARNING
            messages.add_message(request, level, sentence)

    def step_with_words(
        self, request: HttpRequest, step: Step, rows: QuerySet
    ) -> TemplateResponse | None:
        """Let rows take a step that asks for words: each with its own, if it has some, else with
        those for all. Without any, the page asks for them, and no row that was chosen is lost."""
        own: dict[str, list[str]] = {}
        for number in request.POST.getlist(ACTION_CHECKBOX_NAME):
            if words := request.POST.get(f"reason-{number}", "").strip():
                own.setdefault(words, []).append(number)
        for words, numbers in own.items():
            self.step_with(request, step, rows.filter(pk__in=numbers), words)
        rest = rows.exclude(pk__in=[number for numbers in own.values() for number in numbers])
        words = request.POST.get("reason", "").strip()
        if not rest.exists():
            return None
        referee = Referee(rest.order_by(), request.user)
        able = [] if words else [row for row in rest if not referee.obstacle(step, row)]
        self.step_with(request, step, rest, words)
        return self.page_for_words(request, step, able) if able else None

    def page_for_words(self, request: HttpRequest, step: Step, rows: list) -> TemplateResponse:
        """The chosen rows that can take a step as soon as somebody says why, one by one or all."""
        is_whole = is_for_all(request.POST)
        sent = {name: request.POST.get(name, "") for name in ("action", MADE_AT, "select_across")}
        context = {
            **self.admin_site.each_context(request),
            "title": f"{step.label}：{self.opts.verbose_name} {len(rows)} 条",
            "opts": self.opts,
            "step": step,
            "rows": rows[:MOST_SEEN],
            "later": rows[MOST_SEEN:],
            "is_whole": is_whole,
            "carried": sent.items(),
            "shown_versions": marks(rows),
            "address": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/projects/step_words.html", context)

    # Saving

    def may_change_parts(self, request, row):
        """What belongs to a published row can not be proposed, so it is only shown."""
        return not must_propose(row, request.user)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.instance.entered_below = [
            (one.model, [row.pk for row in one.new_objects]) for one in formsets if one.model.REVIEW
        ]
        if form.edit.is_proposal:
            return
        parts = (one for one in formsets if not one.model.REVIEW)
        are_changed = change and any(formset.has_changed() for formset in parts)
        fell = are_changed and review_again(self.model.objects.filter(pk=form.instance.pk))
        if form.edit.fell_back or fell:
            messages.warning(request, "内容有改动，已回到草稿；请重新提交。")

    def response_add(self, request, obj, post_url_continue=None):
        self.submit_if_asked(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        if not isinstance(obj, Proposing):
            self.submit_if_asked(request, obj)
        return super().response_change(request, obj)

    def submit_if_asked(self, request, row):
        """The row, and what was entered with it that has a review of its own."""
        if "_submit" not in request.POST:
            return
        for model, numbers in ((type(row), [row.pk]), *vars(row).get("entered_below", ())):
            if numbers and SUBMIT.is_allowed(request.user, model):
                rows = model._base_manager.filter(pk__in=numbers)
                self.tell(request, take_step(SUBMIT, rows, request.user), model._meta.verbose_name)

    # Deleting

    def has_delete_permission(self, request, obj=None):
        """What was handed on is not deleted but by who may publish; a published row whose
        corrections the public is told is taken back instead, for a reason."""
        allowed = super().has_delete_permission(request, obj)
        if obj is not None and self.model.TELLS_CORRECTIONS and obj.is_published:
            return False
        kept = obj is not None and obj.review_state not in DELETABLE
        return allowed and not (kept and not may_publish(request.user, self.model))


def publishable_wholes(rows: Iterable[Any], user: Any) -> list[Any]:
    """Those rows without which some would stay unseen that a user can publish with them."""
    by_model: dict[Any, list[Any]] = {}
    for one in hidden_wholes(rows):
        by_model.setdefault(type(one), []).append(one)
    found = []
    for model, wholes in by_model.items():
        own = model._base_manager.filter(pk__in=[one.pk for one in wholes])
        referee = Referee(own, user)
        found += [one for one in wholes if not referee.obstacle(PUBLISH, one)]
    return found


def state_column(name):
    """The column of a list for the states of its rows."""
    column = admin.display(description="审核状态", ordering=name)(state_with_comment)
    column.__name__ = name
    return column


def state_with_comment(row: Any) -> str:
    """The state; of a returned row also why it was returned, in a queue what was said last."""
    why = getattr(row, "review_comment", "") if row.review_state == Review.RETURNED else ""
    words = [one for one in (why, getattr(row, "last_words", "")) if one]
    lines = format_html_join("", '<span class="review-why">{}</span>', ((one,) for one in words))
    return format_html("{}{}", state_label(row), lines)


def state_label(row):
    """The state as a coloured label."""
    state = row.review_state
    return format_html('<span class="review-state" data-state="{}">{}</span>', state, state.label)
