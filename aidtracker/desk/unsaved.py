"""What was typed into forms of the admin and not saved yet: it outlives the log-in, for a day.

A form is kept for the person who typed into it, at the address that it is sent to, on the server:
the browser of a machine that many use has nothing of it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from aidtracker.pages.refusals import in_words
from aidtracker.pages.security import ADMIN_PREFIX

# In the address of a form: show it as it was kept.
AGAIN = "again"
# What a session remembers, so that a form's page need not ask: {address: when it was kept}.
REMEMBERED = "unsaved"
MOST_LETTERS = 400_000
TOLD = 3
MOST_FORMS = 50  # of one person
# Pages that show what was kept in the form itself; what went elsewhere is sent once more as it is.
REFILLED = ("_add", "_change", "_enter")
# Log-ins and what proves who somebody is, and the page of what is kept itself.
NEVER_KEPT = (
    *("log", "alive", "unsaved", "prove", "password", "auth_", "own_security", "add_app"),
    *("second_step", "sso", "passkey"),
)
LEFT_OUT = ("csrfmiddlewaretoken",)


class UnsavedFormQuerySet(models.QuerySet):
    """Forms that are kept, each for its person alone."""

    def fresh(self, user: Any) -> "UnsavedFormQuerySet":
        """Those of a user that are not too old to come back."""
        oldest = timezone.now() - timedelta(hours=settings.UNSAVED_HOURS)
        return self.filter(user=user, kept_at__gte=oldest)

    def purge(self, user_id: int) -> None:
        """Delete what is too old, and of one person's forms all but the latest."""
        oldest = timezone.now() - timedelta(hours=settings.UNSAVED_HOURS)
        self.filter(kept_at__lt=oldest).delete()
        own = self.filter(user=user_id).order_by("-kept_at")
        older = list(own.values_list("pk", flat=True)[MOST_FORMS:])
        if older:
            self.filter(pk__in=older).delete()


class UnsavedForm(models.Model):
    """未保存的内容: what a person typed into the form of one address, as the form would send it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="用户", related_name="+"
    )
    address = models.CharField("地址", max_length=300)
    typed = models.JSONField("填的内容", default=dict)
    kept_at = models.DateTimeField("留存时间", db_index=True)

    objects = UnsavedFormQuerySet.as_manager()

    class Meta:
        verbose_name = "未保存的内容"
        verbose_name_plural = "未保存的内容"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("user", "address"), name="unsaved_form_once"),
        )

    def __str__(self) -> str:
        return self.address

    @property
    def data(self) -> QueryDict:
        """What was typed, as a request has it."""
        found = QueryDict(mutable=True)
        for name, values in self.typed.items():
            found.setlist(name, values)
        return found


# Keeping


def keep(user_id: int, address: str, data: QueryDict) -> bool:
    """Keep what was typed for a person; False for what must not be kept: passwords, or too much."""
    typed = {name: data.getlist(name) for name in data if name not in LEFT_OUT}
    letters = sum(len(value) for values in typed.values() for value in values)
    if not typed or letters > MOST_LETTERS or any("password" in name for name in typed):
        return False
    kept = {"typed": typed, "kept_at": timezone.now()}
    UnsavedForm.objects.update_or_create(user_id=user_id, address=address, defaults=kept)
    UnsavedForm.objects.purge(user_id)
    return True


def is_kept_for(address: str) -> bool:
    """Whether an address is one of the admin to which forms are sent."""
    if not address.startswith(ADMIN_PREFIX) or len(address) > 300:
        return False
    try:
        name = resolve(address).url_name or ""
    except Resolver404:
        return False
    return not name.startswith(NEVER_KEPT)


def remember(request: HttpRequest, address: str) -> None:
    known = request.session.get(REMEMBERED, {})
    if address not in known:
        request.session[REMEMBERED] = known | {address: timezone.now().isoformat()}


def forget(request: HttpRequest, address: str) -> None:
    """A form was saved, or given up."""
    known = request.session.get(REMEMBERED, {})
    if known.pop(address, None):
        request.session[REMEMBERED] = known
        UnsavedForm.objects.filter(user=request.user.pk, address=address).delete()


def remember_all(request: HttpRequest, user: Any) -> list[UnsavedForm]:
    """Let a new session know what forms are kept for its person; those forms."""
    forms = list(UnsavedForm.objects.fresh(user).defer("typed").order_by("-kept_at"))
    if forms:
        request.session[REMEMBERED] = {one.address: one.kept_at.isoformat() for one in forms}
    return forms


# Coming back


def way_back(address: str) -> str:
    """Where a form stands again as it was kept."""
    if str(resolve(address).url_name).endswith(REFILLED):
        return f"{address}?{AGAIN}=1"
    return f"{reverse('unsaved')}?{urlencode({'at': address})}"


def name_of(address: str) -> str:
    """What was being done at an address: 新增企业."""
    return in_words(resolve(address).url_name or "")[0]


def kept_for(request: HttpRequest, address: str) -> UnsavedForm | None:
    return UnsavedForm.objects.fresh(request.user).filter(address=address).first()


def asked_for(request: HttpRequest) -> UnsavedForm | None:
    """The kept form that a page was asked to show; None for any other request."""
    if request.method != "GET" or AGAIN not in request.GET:
        return None
    form = kept_for(request, request.path)
    if form is not None:
        request.refilled = form.kept_at  # type: ignore[attr-defined]
    return form


def waits_here(request: HttpRequest) -> datetime | None:
    """When something was kept of the form at this address, if that is not what is shown."""
    at = request.session.get(REMEMBERED, {}).get(request.path)
    is_shown = request.method != "GET" or AGAIN in request.GET
    return datetime.fromisoformat(at) if at and not is_shown else None


def refill(request: HttpRequest) -> None:
    """Let a form's page be made of what was kept; it is looked at, not saved (`Refilled`)."""
    if (form := asked_for(request)) is not None:
        request.method, request.POST = "POST", form.data  # type: ignore[assignment]


class Refilled:
    """For the class of a form that is shown as it was kept: whatever it holds, it is not saved."""

    def is_valid(self) -> bool:
        super().is_valid()  # type: ignore[misc]
        return False


def shown_only(form: Any) -> Any:
    """A class of forms of which none is saved."""
    return type(form)(form.__name__, (Refilled, form), {})


def remind(request: HttpRequest, user: Any, wanted: str) -> None:
    """Say after a log-in which forms were not saved, and lead to them, unless the page that was
    `wanted` is one of them."""
    forms = remember_all(request, user)[:TOLD]
    if not forms or wanted in {way_back(one.address) for one in forms}:
        return
    named = [(way_back(one.address), name_of(one.address), moment(one.kept_at)) for one in forms]
    listed = format_html_join("、", '<a href="{}" class="text-link">{}</a>（{}）', named)
    messages.info(request, format_html("有填了没有保存的：{}。", listed), fail_silently=True)


def moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M}"


# Pages


@require_POST
def keep_typed(request: HttpRequest) -> HttpResponse:
    """Asked by a page into which somebody types: keeps the form, or forgets it (`drop`)."""
    address = request.GET.get("at", "")
    if not request.user.is_staff or not is_kept_for(address):
        return HttpResponse(status=403)
    if "drop" in request.GET:
        forget(request, address)
        return HttpResponseRedirect(address)
    if not keep(request.user.pk, address, request.POST):
        return HttpResponse(status=413)
    remember(request, address)
    return HttpResponse(status=204)


@never_cache
def unsaved(request: HttpRequest) -> HttpResponse:
    """What was sent when the log-in had ended, to be sent once more; kept by `POST`."""
    if request.method == "POST":
        return keep_typed(request)
    address = request.GET.get("at", "")
    form = kept_for(request, address) if request.user.is_staff else None
    if form is None:
        return HttpResponseRedirect(reverse("admin:index"))
    context = {
        "title": f"登录结束时提交的：{name_of(address)}",
        "advice": "登录结束时提交的内容没有保存，已为您留着。",
        "address": address,
        "typed": [(name, value) for name, values in form.data.lists() for value in values],
        "is_asked": True,
        "needs_token": True,
    }
    return render(request, "failure.html", context)
