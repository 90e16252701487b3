"""报错: a reader says what is wrong with a row, gets a receipt, and looks up the answer.

None of these pages is kept or made for more than the one who asks: public pages only link here.
"""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django.views.generic import View

from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.keys import key_of
from aidtracker.ground.scope import is_to_many
from aidtracker.pages.details import DetailPage
from aidtracker.pages.rates import Rate, in_words, refused, too_often
from aidtracker.trail.acts import Way, doing
from projects.models import Matter
from projects.models.matters import CONTACT_DAYS

REPORTS = Rate("report", seconds=3600, of_one=5, of_all=200)
LOOK_UPS = Rate("answer", seconds=600, of_one=30, of_all=3000)
MOST_LINKS = 3
# Marks that turn the direction of a line let a text look like another.
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
FIELDS = ("message", "basis", "contact")


def plain_text(text: str) -> str:
    """A text without signs that nobody sees, but for ends of lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        sign
        for sign in text
        if sign == "\n" or (unicodedata.category(sign) not in ("Cc", "Cs") and sign not in TURNING)
    ).strip()


class MatterForm(forms.ModelForm):
    """What a reader may say; whatever is not filled in is not asked again."""

    # Nobody sees it: who fills it in fills in everything, as programs do.
    website = forms.CharField(required=False, label="请留空")

    class Meta:
        model = Matter
        fields = FIELDS
        widgets = {
            "message": forms.Textarea({"rows": 6}),
            "basis": forms.Textarea({"rows": 3}),
            "contact": forms.TextInput({"autocomplete": "off"}),
        }

    def clean_message(self) -> str:
        return self.clean_text("message")

    def clean_basis(self) -> str:
        return self.clean_text("basis")

    def clean_contact(self) -> str:
        return plain_text(self.cleaned_data["contact"]).replace("\n", " ")

    def clean_text(self, name: str) -> str:
        text = plain_text(self.cleaned_data[name])
        if text.count("://") > MOST_LINKS:
            raise ValidationError(f"最多写 {MOST_LINKS} 个网址。")
        return text

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError("“请留空”一栏要空着。")
        return ""


def page_at(request: HttpRequest, address: str) -> Any:
    """The public page of a row at an address, with its row; None where there is none."""
    try:
        match = resolve(address.partition("?")[0].partition("#")[0])
    except Resolver404:
        return None
    kind = getattr(match.func, "view_class", None)
    if kind is None or not issubclass(kind, DetailPage):
        return None
    page = kind()
    page.setup(request, **match.kwargs)
    try:
        page.row = page.find(**match.kwargs)
    except Http404:
        return None
    return page


def keeper_of(row: Any) -> int | None:
    """The number of the headquarters that a row belongs to, the first that is named."""
    for path in row.OWNERS:
        rows = type(row)._base_manager.filter(Q(**{f"{path}__isnull": False}), pk=row.pk)
        if is_to_many(type(row), path):
            rows = rows.order_by(path)
        if found := rows.values_list(path, flat=True).first():
            return found
    return None


def take(page: Any, form: MatterForm) -> Matter:
    """Keep what a reader says, for whoever the row belongs to; of the reader nothing is kept."""
    matter: Matter = form.save(commit=False)
    if page is not None:
        matter.page, row = page.row.get_absolute_url(), page.row
        matter.dataset, matter.row_id, matter.row_key = (
            dataset_name(page.model),
            row.pk,
            key_of(row),
        )
        matter.headquarters_id = keeper_of(row)
    with doing(Way.READER, subject=Matter._meta.verbose_name):
        matter.save()
    return matter


class ReportPage(View):
    """The form, and what becomes of what it sends."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return unkept(super().dispatch(request, *args, **kwargs))

    def get(self, request: HttpRequest) -> HttpResponse:
        return report_page(request, MatterForm(), request.GET.get("about", ""))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form, about = MatterForm(request.POST), request.POST.get("about", "")
        if not form.is_valid():
            return report_page(request, form, about, status=422)
        if seconds := REPORTS.wait(request):
            page = report_page(request, form, about, status=429, wait=in_words(seconds))
            return refused(page, seconds)
        matter = take(page_at(request, about), form)
        return HttpResponseRedirect(f"{reverse('report-answer', args=[matter.number])}?new")


def report_page(
    request: HttpRequest, form: MatterForm, about: str = "", status: int = 200, **said: str
) -> HttpResponse:
    """The form and the way to an answer; `said` is what keeps either from going on."""
    context = {"form": form, "about": page_at(request, about), "days": CONTACT_DAYS, **said}
    return render(request, "projects/report.html", context, status=status)


def unkept(response: HttpResponseBase) -> HttpResponseBase:
    """Only for who asked, and for no index of a search engine."""
    patch_cache_control(response, no_store=True, private=True)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def look_up(request: HttpRequest) -> HttpResponse:
    """From the receipt that somebody typed to the page of the answer."""
    typed = "".join(sign for sign in request.GET.get("number", "").upper() if sign.isalnum())
    number = "-".join(typed[at : at + 4] for at in range(0, len(typed), 4))[:20]
    if not number:
        return unkept(HttpResponseRedirect(reverse("report-error")))
    return unkept(HttpResponseRedirect(reverse("report-answer", args=[number])))


@require_safe
def answer(request: HttpRequest, number: str) -> HttpResponseBase:
    """What became of what a reader said; whoever has the receipt sees it."""
    if seconds := LOOK_UPS.wait(request):
        return unkept(too_often(request, seconds))
    matter = (
        Matter.objects.only(*SHOWN).filter(kind=Matter.Kind.ERROR, number=number.upper()).first()
    )
    if matter is None:
        return unkept(report_page(request, MatterForm(), status=404, missing=number))
    address = request.build_absolute_uri(reverse("report-answer", args=[matter.number]))
    context = {"matter": matter, "row": matter.about, "address": address}
    return unkept(render(request, "projects/report_answer.html", context))


SHOWN = (
    *("number", "raised_on", "page", "dataset", "row_id", "row_key"),
    *("message", "basis", "state", "due_on", "answer", "answered_on"),
)
