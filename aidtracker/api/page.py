"""`/api/`: what programs can ask, and a form to try it, without a line of script."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from aidtracker.api.asked import MOST, OF_LISTS, USUAL, filterset_of
from aidtracker.api.door import RATE
from aidtracker.api.sets import ApiSet
from aidtracker.pages.listing import clean_parameters
from aidtracker.pages.problems import TITLES, Problem
from aidtracker.pages.site import absolute

FIRST = "observations"
SHOWN = "3"  # rows of an answer that is only tried
CHOICE = "dataset"


@dataclass(frozen=True)
class Trial:
    """A question as the form has it, and its answer."""

    request: HttpRequest
    found: ApiSet
    asked: QueryDict
    place: str
    answer: Any  # the view of the list

    @cached_property
    def parameters(self) -> dict[str, str]:
        known = (*self.found.conditions, *OF_LISTS)
        given = {name: self.asked[name] for name in known if self.asked.get(name)}
        return {"limit": SHOWN} | given

    @property
    def address(self) -> str:
        return absolute(self.request, f"{self.place}?{urlencode(self.parameters)}")

    @property
    def chosen_fields(self) -> str:
        return self.parameters.get("fields", "")

    @property
    def day(self) -> str:
        return self.parameters.get("as_of", "")

    @property
    def fields(self) -> list[Any]:
        """The conditions of the list, as its own form has them."""
        if self.found.list_page is None:
            return []
        conditions = {
            name: value for name, value in self.parameters.items() if name in self.found.conditions
        }
        form = filterset_of(self.found.list_page, self.request, conditions).form
        return list(form.visible_fields())

    @cached_property
    def response(self) -> HttpResponse:
        inner = HttpRequest()
        inner.META, inner.method = self.request.META, "GET"
        inner.path = inner.path_info = self.place
        inner.GET = QueryDict(urlencode(self.parameters))
        try:
            return self.answer(inner, self.found)
        except Problem as problem:
            return problem.response()

    @property
    def text(self) -> str:
        told = json.loads(self.response.content)
        return json.dumps(told, ensure_ascii=False, indent=2)


def trial(request: HttpRequest, sets: dict[str, ApiSet], prefix: str, answer: Any) -> HttpResponse:
    """The page; `answer` is the view that answers for a dataset."""
    asked, _ = clean_parameters(request.GET)
    found = sets.get(asked.get(CHOICE, ""), sets[FIRST])
    tried = Trial(request, found, asked, f"{prefix}{found.place}", answer)
    context = {
        "sets": sets.values(),
        "trial": tried,
        "rate": RATE,
        "usual": USUAL,
        "most": MOST,
        "prefix": prefix,
        "problems": TITLES.items(),
    }
    return render(request, "api/page.html", context)
