"""Choices that fit what else a form says: only those are offered (`FITS` of a model).

A form tells the script of the page (`narrowed.js`) which of its inputs decide; the script sends
what stands there with each search, and asks anew whether what was chosen fits as they change.
"""

import json
from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse

from aidtracker.ground.features import fields_at
from aidtracker.ground.fits import NOTHING, Fit, fitting, head_of, paths_of, wrong_with
from aidtracker.ground.scope import is_scoped, readable
from aidtracker.trail.conflicts import row_number


def tell_fits(form: Any, whole: str = "", number: int | None = None) -> None:
    """Tell each choice of a form for a row that has to fit what it has to fit.

    `whole` names the foreign key to the row with a number below which the form stands, whose own
    form has inputs that decide, too.
    """
    for name, fits in getattr(form._meta.model, "FITS", {}).items():
        if name in form.fields:
            widget = form.fields[name].widget
            told = json.dumps(deciding(form, fits, whole, number))
            # The admin wraps it in links to other forms.
            getattr(widget, "widget", widget).attrs["data-fits"] = told


def tell_fits_of_many(widget: Any, rows: Any, name: str) -> None:
    """Tell a choice for many rows what it has to fit, where that is the same for all of them.

    Of rows that differ in it, whoever stores them says which the choice does not fit.
    """
    fits = getattr(rows.model, "FITS", {}).get(name, ())
    heads = sorted({head_of(path) for path in paths_of(fits)})
    said = [*rows.order_by().values(*heads).distinct()[:2]] if heads else [{}]
    if fits and len(said) == 1:
        known = {head: value for head, value in said[0].items() if value is not None}
        widget.attrs["data-fits"] = json.dumps({"own": [], "above": {}, "known": known})


def deciding(form: Any, fits: tuple[Fit, ...], whole: str, number: int | None) -> dict[str, Any]:
    """Where what decides stands: in inputs of the row, of the form above it, or known already."""
    own: list[str] = []
    above: dict[str, str] = {}
    known: dict[str, int] = {}
    for path in paths_of(fits):
        head, _, rest = path.partition("__")
        if head == whole:
            above |= {f"{head}__{head_of(rest)}": head_of(rest)} if rest else {}
            known |= {head: number} if number else {}
        elif head in form.fields and not form.fields[head].disabled:
            own.append(head)
        elif stored := getattr(form.instance, f"{head}_id"):
            known[head] = stored
    return {"own": own, "above": above, "known": known}


class NarrowedChoices(AutocompleteJsonView):
    """What a choice by typing finds: of rows that have to fit something, those that do."""

    model_admin: Any
    fits: tuple[Fit, ...] = ()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _, self.model_admin, field, _ = self.process_request(request)
        fits = getattr(field.model, "FITS", {}).get(field.name, ())
        if not fits or "fits" not in request.GET:
            return super().get(request, *args, **kwargs)
        if not self.has_perm(request):
            raise PermissionDenied
        self.fits, self.asked = fits, Asked(field.model, fits, request)
        if "chosen" in request.GET:
            return JsonResponse({"wrong": self.wrong(row_number(request.GET["chosen"]))})
        answer = super().get(request, *args, **kwargs)
        why = "" if self.object_list else self.asked.why_nothing or self.why_unfit()
        return JsonResponse(line(why)) if why else answer

    def why_unfit(self) -> str:
        """Why the first that was searched for, and would be found, does not fit."""
        one = super().get_queryset().first() if self.term else None
        words = self.wrong(one.pk) if one else ""
        return words if str(one) in words or not words else f"“{one}”：{words}"

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if not self.fits:
            return rows
        own = rows.model._base_manager.filter(fitting(self.fits, self.asked.values))
        return rows.none() if self.asked.lacks else rows.filter(pk__in=own.order_by().values("pk"))

    def wrong(self, chosen: int | None) -> str:
        """Why what was chosen does not fit; empty if it does, or is none that the user may see."""
        rows = self.model_admin.get_queryset(self.request).filter(pk=chosen)
        row = None if chosen is None or self.asked.lacks else rows.first()
        words = wrong_with(rows, self.fits, self.asked.values) if row else ""
        return words.format(one=row)


class Asked:
    """What a request says of the row for which something is chosen, as far as the user may know.

    `values` by path; `lacks` says whether something is left empty without which no row can be, and
    `why_nothing` what to say if nothing fits.
    """

    def __init__(self, model: Any, fits: tuple[Fit, ...], request: HttpRequest) -> None:
        self.model, self.request = model, request
        self.values: dict[str, Any] = {}
        self.unsaid: dict[str, str] = {}
        for path in paths_of(fits):
            self.read(path)
        needed = [path for path in self.unsaid if not fields_at(model, head_of(path))[0].null]
        self.lacks = bool(needed)
        rules = [(fit, fitting([fit], self.values)) for fit in fits]
        needed += [path for fit, rule in rules if rule for path in fit.by if path in self.unsaid]
        # What may be left empty is one way of several to say for whom something is chosen.
        between = "、" if self.lacks else "或"
        labels = between.join(f"“{label}”" for label in dict.fromkeys(map(self.unsaid.get, needed)))
        closed = next((fit.words for fit, rule in rules if rule == NOTHING), "")
        self.why_nothing = f"请先填{labels}。" if labels else closed

    def read(self, path: str) -> None:
        """Find the value at a path by the input that says most of it."""
        steps = path.split("__")
        ways = ["__".join(steps[:end]) for end in range(len(steps), 0, -1)]
        keys = [one for one in ways if fields_at(self.model, one)[-1].is_relation]
        way = next((one for one in keys if one in self.request.GET), steps[0])
        field, rest = fields_at(self.model, way)[-1], path[len(way) + 2 :]
        number = row_number(self.request.GET.get(way, ""))
        found = [] if number is None else self.rows(field, number).values_list(rest or "pk")
        self.values[path] = next((value for (value,) in found), None)
        if not found:
            self.unsaid[path] = str(field.verbose_name)

    def rows(self, field: Any, number: int) -> Any:
        rows = field.related_model._default_manager.filter(pk=number)
        return readable(rows, self.request.user) if is_scoped(rows.model) else rows


def line(words: str) -> dict[str, Any]:
    """What is found in place of rows: a line that cannot be chosen and says why there are none."""
    # Without a number it would count as the empty choice, which is not listed.
    found = {"id": "0", "text": words, "disabled": True}
    return {"results": [found], "pagination": {"more": False}}
