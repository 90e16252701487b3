"""Sessions of the staff: they end when nobody has done anything for a while, and after a day."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from aidtracker.pages.security import ADMIN_PREFIX

# Not every request writes: a session is prolonged at most this often.
SECONDS = 60
PROLONGED_AT, STARTED_AT = "prolonged_at", "started_at"


class StaffSessionMiddleware:
    """Prolongs the session of whoever works, and says so gently when one has ended.

    Pages that ask for nobody's session leave it alone.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
        if has_cookie and request.path_info.startswith(ADMIN_PREFIX):
            end_if_old(request)
        response = self.get_response(request)
        if has_cookie and request.session.accessed:
            if request.user.is_authenticated:
                prolong(request.session)
            elif leads_to_login(response):
                messages.info(request, sentence(), fail_silently=True)
        return response


def start(session):
    """Let a session count from a log-in."""
    session[STARTED_AT] = int(time.time())
    prolong(session)


def prolong(session):
    """Let a session's idle time count from now, unless it has done so just before."""
    now = int(time.time())
    if now - session.get(PROLONGED_AT, 0) >= SECONDS:
        session[PROLONGED_AT] = now


def end_if_old(request):
    """End a session that began too long ago, however busy its person is."""
    age = time.time() - request.session.get(STARTED_AT, 0)
    if request.user.is_authenticated and age >= settings.SESSION_HOURS * 3600:
        request.session.flush()
        request.user = AnonymousUser()


def leads_to_login(response):
    return response.get("Location", "").startswith(f"{reverse(settings.LOGIN_URL)}?")


def sentence():
    minutes, hours = settings.SESSION_COOKIE_AGE // 60, settings.SESSION_HOURS
    return (
        f"登录已结束：超过 {minutes} 分钟没有操作，或者登录已满 {hours} 小时，或者账号有变动。"
        "请重新登录，会回到刚才的页面。"
    )


@never_cache
def alive(request):
    """Asked by a page on which somebody types; that alone prolongs the session."""
    return HttpResponse(status=204 if request.user.is_staff else 403)
