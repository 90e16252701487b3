"""The conversation about a reviewed row, beside its form and in the lists of what waits."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponseRedirect

from aidtracker.desk.skin import ChangeList, form_of
from aidtracker.ground.scope import scope_of
from aidtracker.review.comments import conversation, last_words, may_speak, say
from aidtracker.review.steps import Standing, Story


def talk_about(row: Any, user: Any, story: Story, standing: Standing) -> dict[str, Any] | None:
    """What the panel above a row's form shows of its conversation; None for who is not to know."""
    if not standing.is_covered and not scope_of(user).reads_all:
        return None
    said = conversation(row, story.returns) if standing.is_discussed else story.returns
    return {"said": said, "may_speak": may_speak(row, user)}


def take_words(request: HttpRequest, row: Any, words: str) -> None:
    """Store what was said of a row, or tell why it is not."""
    try:
        say(row, request.user, words)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, "已留言，填报和留过言的人会收到通知。")


def comment(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """The button beside the conversation; back to the form."""
    row = model_admin.get_queryset(request).filter(pk=pk).first()
    if row is None or not model_admin.has_view_permission(request, row):
        raise Http404("No such row for this user.")
    take_words(request, row, request.POST.get("words", ""))
    return HttpResponseRedirect(model_admin.with_queue(request, form_of(row)))


class QueueList(ChangeList):
    """A page of a list; in a queue, whose rows are all for this user, with what was said last."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if self.queue:
            self.result_list = list(self.result_list)
            words = last_words(self.result_list)
            for row in self.result_list:
                row.last_words = words.get(row.pk, "")
