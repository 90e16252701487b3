"""Logging in: who may, what is kept of it, and when somebody has guessed too often."""

import math
from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ValidationError
from django.db.models import Max, Q, Sum
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.http import urlencode

from aidtracker.accounts.own_sessions import end_surplus
from aidtracker.accounts.second_step import ask_for_second_step
from aidtracker.accounts.sessions import start
from aidtracker.desk import unsaved
from aidtracker.desk.skin import AuthenticationForm
from aidtracker.trail import acts
from aidtracker.trail.models import Act

MINUTE = 60


class LockOut(AxesStandaloneBackend):
    """Refuses whoever has guessed too often; programs, without a request, do not guess."""

    def authenticate(self, request, **credentials):
        if request is not None:
            super().authenticate(request, **credentials)


class Guesses(AxesDatabaseHandler):
    """Counts wrong passwords: for a name from an address, and, up to more, for all from there."""

    def get_failures(self, request, credentials=None):
        """The failures that count; the limit at once where no try may be made now."""
        failures = super().get_failures(request, credentials)
        tries = recent_tries(request, credentials)
        request.is_shut_out = (tries["here"] or 0) >= settings.ADDRESS_FAILURE_LIMIT
        request.seconds_to_wait = seconds_to_wait(request, credentials, tries)
        is_refused = request.seconds_to_wait or request.is_shut_out
        return max(failures, settings.AXES_FAILURE_LIMIT) if is_refused else failures


def recent_tries(request: HttpRequest, credentials: dict[str, Any] | None) -> dict[str, Any]:
    """How many passwords were wrong lately from an address, and for a name, with the last of it."""
    here = Q(ip_address=request.axes_ip_address)
    named = Q(username=name_to_count(request, credentials))
    recent = AccessAttempt.objects.filter(
        here | named, attempt_time__gte=get_cool_off_threshold(request)
    )
    return recent.aggregate(
        here=Sum("failures_since_start", filter=here),
        named=Sum("failures_since_start", filter=named),
        last=Max("attempt_time", filter=named),
    )


def seconds_to_wait(
    request: HttpRequest, credentials: dict[str, Any] | None, tries: dict[str, Any]
) -> int:
    """How long until somebody may try a name that was guessed at from many addresses; 0: now.

    So a guesser with a thousand addresses is slowed and nobody is locked out: whoever logged in
    from an address lately is not held up there.
    """
    if (tries["named"] or 0) < settings.NAME_FAILURE_LIMIT or is_known_there(request, credentials):
        return 0
    passed = (timezone.now() - tries["last"]).total_seconds()
    return max(0, math.ceil(settings.NAME_SECONDS - passed))


def is_known_there(request, credentials):
    """Whether the person of a name logged in from this address within a month."""
    typed = (credentials or request.POST).get("username") or ""
    return Act.objects.filter(
        way=acts.Way.LOGIN,
        user__username=typed,
        address=request.axes_ip_address,
        at__gte=timezone.now() - timedelta(days=30),
    ).exists()


class StaffBackend(ModelBackend):
    """Django's own users; the session of an account that has ended belongs to nobody."""

    def get_user(self, user_id):
        """The user of a session with the account, in one query; None when either has ended."""
        user = User.objects.select_related("account__batch").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) and not has_ended(user) else None


def has_ended(user):
    account = getattr(user, "account", None)
    return account is not None and account.has_ended


class LoginForm(AuthenticationForm):
    """The admin's log-in; tells of an account's end only whoever knows its password."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "用户名或密码不对，请注意大小写。"
        f"连续输错 {settings.AXES_FAILURE_LIMIT} 次后须等待一段时间。"
    }

    @property
    def single_sign_on(self) -> str:
        """The address at which somebody logs in with a provider; empty where none is set."""
        query = urlencode({"next": self.request.GET.get("next", "")})
        return f"{reverse('admin:sso')}?{query}" if settings.OIDC_RP_CLIENT_ID else ""

    def confirm_login_allowed(self, user):
        try:
            super().confirm_login_allowed(user)
            refuse_ended(user)
        except ValidationError:
            record_failure(self.request, user.get_username())
            raise


def refuse_ended(user):
    if has_ended(user):
        last_day = user.account.last_day
        raise ValidationError(
            f"这个账号已于 {last_day:%Y-%m-%d} 到期。如仍需使用，请联系安全管理员延期。"
        )


# What is counted, and what a person sees who has guessed too often


def name_to_count(request, credentials):
    """The typed name in a form that cannot be read: people type passwords into its field."""
    return counted_name((credentials or request.POST).get("username") or "")


def counted_name(name):
    return salted_hmac("aidtracker.logins", name).hexdigest()


def locked_out_page(request, response, credentials):
    """The same for every name, whether or not there is such an account."""
    slowed = getattr(request, "seconds_to_wait", 0)
    seconds = slowed or int(get_cool_off(request).total_seconds())
    context = admin.site.each_context(request) | {
        "title": "暂时不能登录",
        "failures": settings.AXES_FAILURE_LIMIT,
        "address_failures": settings.ADDRESS_FAILURE_LIMIT,
        "minutes": seconds // MINUTE,
        "slowed": slowed,
    }
    page = render(request, "admin/locked_out.html", context, status=429)
    page["Retry-After"] = seconds
    return page


# What is kept in the audit trail; one without a page is a program's own


def record_failure(request, name):
    """Keep a failed log-in, with the account that it was for if there is one."""
    user = User.objects.filter(username=name).first()
    acts.record(acts.Way.LOGIN_FAILED, request=request, user=user)


def after_login(sender, request, user, **kwargs):
    start(request.session, user, request)
    end_surplus(user, request.session.session_key)
    is_half = ask_for_second_step(request, user)
    if request.path and not is_half:
        acts.record(acts.Way.LOGIN, request=request, user=user)
        remind_of_password(request, user)
        unsaved.remind(request, user, request.POST.get("next", ""))


def after_failure(sender, credentials, request=None, **kwargs):
    if request is not None:
        record_failure(request, credentials.get("username"))


def after_lock_out(sender, request, **kwargs):
    """Once a lock-out, not for each try during it, nor for those that only have to wait."""
    if getattr(request, "seconds_to_wait", 0):
        return
    if request.axes_failures_since_start is not None:
        user = User.objects.filter(username=request.axes_credentials.get("username")).first()
        subject = "整个网络地址" if getattr(request, "is_shut_out", False) else ""
        acts.record(acts.Way.LOCKED_OUT, request=request, user=user, subject=subject)


def after_logout(sender, request, user, **kwargs):
    if user is not None and request.path:
        acts.record(acts.Way.LOGOUT, request=request, user=user)
    if user is not None and settings.SHARED_MACHINES:
        unsaved.UnsavedForm.objects.filter(user=user).delete()


def remind_of_password(request, user):
    """Say, on the first page after log-in, that a password is old, where the site wants that."""
    days = settings.PASSWORD_REMINDER_DAYS
    account = getattr(user, "account", None)
    changed_at = account.password_changed_at if account else user.date_joined
    if days and changed_at < timezone.now() - timedelta(days=days):
        sentence = format_html(
            '密码已超过 {} 天没有修改，建议<a href="{}" class="text-link">现在修改</a>。',
            days,
            reverse("admin:password_change"),
        )
        messages.warning(request, sentence, fail_silently=True)


def connect():
    """Let log-ins be kept; called once when the site starts."""
    user_logged_in.connect(after_login, dispatch_uid="aidtracker.accounts.logins")
    user_login_failed.connect(after_failure, dispatch_uid="aidtracker.accounts.logins")
    user_logged_out.connect(after_logout, dispatch_uid="aidtracker.accounts.logins")
    user_locked_out.connect(after_lock_out, dispatch_uid="aidtracker.accounts.logins")
