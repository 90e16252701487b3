"""推进看板: the cases of a pipeline as cards under their stages; each is moved by its own form."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from aidtracker.desk.theme import may_open
from aidtracker.ground.scope import may, readable, scope_of
from aidtracker.trail import acts
from projects.admin.grid import asked_headquarters
from projects.admin.moving import follow_up, move
from projects.models import FollowUp, Pipeline, PipelineCase, PipelineStage, Review, StageEntry
from projects.monthly.grid import headquarters_seen_by
from projects.sums.funnels import Funnel, funnel, paths_of

MOST_CARDS = 25  # in a stage


@dataclass
class Lane:
    """A stage and the cases that stand in it; without a stage those that have not begun."""

    stage: PipelineStage | None
    ahead: list[PipelineStage]
    total: int
    cards: list[PipelineCase] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.stage.name if self.stage else "未开始"

    @property
    def is_end(self) -> bool:
        return bool(self.stage and self.stage.outcome)

    @property
    def is_cut(self) -> bool:
        return len(self.cards) < self.total

    @property
    def stalled_words(self) -> str:
        """停滞 3; 停滞至少 25 where all that are shown are, and there are more."""
        found = sum(card.is_stalled for card in self.cards)
        least = "至少" * (self.is_cut and found == len(self.cards))
        return f"停滞{least} {found}" if found else ""


@require_http_methods(["GET", "HEAD", "POST"])
def board(request: HttpRequest) -> HttpResponse:
    """The board of one pipeline; its forms move a card or say what is done next."""
    if not may_open(PipelineCase, request):
        raise PermissionDenied
    if request.method == "POST":
        return act(request)
    pipelines = list(Pipeline.objects.order_by("pk"))
    pipeline, own = chosen(request, pipelines), headquarters_seen_by(request.user)
    one = asked_headquarters(request, own)
    cases = readable(PipelineCase.objects.filter(pipeline=pipeline), request.user)
    cases = cases.filter(headquarters=one) if one else cases
    stages = list(pipeline.stages.order_by("number")) if pipeline else []
    counts = funnel_of(cases, stages)
    context = {
        **admin.site.each_context(request),
        "title": "推进看板",
        "pipelines": pipelines,
        "pipeline": pipeline,
        "headquarters": own,
        "chosen": one,
        "lanes": lanes(counts, mark_own(cards_of(cases), request.user)),
        "funnel": counts,
        "today": timezone.localdate(),
        "may_move": may(request.user, "add", StageEntry),
        "may_follow": may(request.user, "add", FollowUp) and may(request.user, "change", FollowUp),
        "may_add": may(request.user, "add", PipelineCase),
    }
    return TemplateResponse(request, "admin/projects/board.html", context)


def chosen(request: HttpRequest, pipelines: list[Pipeline]) -> Pipeline | None:
    """The pipeline that the address names, else that of the case which was entered last."""
    if asked := request.GET.get("pipeline", ""):
        found = [one for one in pipelines if one.slug == asked]
        if not found:
            raise Http404("No such pipeline.")
    else:
        last = readable(PipelineCase.objects.order_by("-pk"), request.user)
        number = last.values_list("pipeline", flat=True).first()
        found = [one for one in pipelines if one.pk == number]
    return next(iter((*found, *pipelines)), None)


def cards_of(cases: Any) -> list[PipelineCase]:
    """What is pursued, of each stage those that are longest in it; what has stalled first."""
    entries = StageEntry.objects.standing()
    numbers = cases.under_way().longest_in_stage(entries, MOST_CARDS).values_list("pk", flat=True)
    rows = PipelineCase.objects.filter(pk__in=list(numbers)).with_stage(entries)
    rows = rows.select_related("enterprise", "headquarters").prefetch_related("follow_ups")
    return sorted(rows, key=lambda card: (not card.is_stalled, card.entered_on))


def mark_own(cards: list[PipelineCase], user: Any) -> list[PipelineCase]:
    """Cards that know whether the user may move them, and what was entered to follow them up."""
    scope = scope_of(user)
    for card in cards:
        card.is_own = scope.changes_all or card.headquarters_id in scope.headquarters
        card.follow = next(iter(card.follow_ups.all()), None) or FollowUp(version=0)
        card.seen = card.reached["stage"] if card.reached else ""
    return cards


def lanes(counts: Funnel | None, cards: list[PipelineCase]) -> list[Lane]:
    if counts is None:
        return [Lane(None, [], len(cards), cards)] if cards else []
    stages = [line.stage for line in counts.lines]
    found = {None: Lane(None, stages, counts.unbegun)}
    for at, line in enumerate(counts.lines, 1):
        found[line.stage.pk] = Lane(line.stage, stages[at:], line.here)
    for card in cards:
        found[card.reached["stage"] if card.reached else None].cards.append(card)
    return [lane for lane in found.values() if lane.stage or lane.cards]


def funnel_of(cases: Any, stages: list[PipelineStage]) -> Funnel | None:
    """The funnel of what the board shows, drafts included; the stages are read already."""
    if not stages:
        return None
    kept = cases.exclude(review=Review.WITHDRAWN)
    paths = paths_of(kept, StageEntry.objects.standing(), stages)
    return funnel(stages, paths.get(stages[0].pipeline_id, []))


def act(request: HttpRequest) -> HttpResponse:
    """Do what a card's form says, and tell what became of it."""
    sent = request.POST
    number = sent.get("case", "")
    try:
        if sent.get("act") == "move":
            told = {name: sent.get(name, "") for name in ("stage", "on", "seen")}
            entry = move(number, **told, user=request.user)
            messages.success(request, moved(entry))
        elif sent.get("act") == "follow":
            found = follow_up(
                number, words=sent.dict(), version=sent.get("version", ""), user=request.user
            )
            messages.success(request, f"已记下“{found.case}”的跟进。")
        else:
            messages.error(request, "没有这样的操作。")
    except ValidationError as error:
        for words in error.messages:
            messages.error(request, words)
    return HttpResponseRedirect(f"{request.get_full_path()}#case-{number}")


def moved(entry: StageEntry) -> str:
    """What was entered, and where that can be undone."""
    trail = reverse("admin:aidtracker_act_change", args=[acts.current().pk])
    words = '“{}”已进入“{}”，是草稿，待提交审核。<a href="{}">查看或撤销</a>'
    return format_html(words, entry.case, entry.stage.name, trail)
