"""Sessions of the staff: they end when nobody has done anything for a while, and after a day."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.views.decorators.cache import never_cache

from aidtracker.accounts.own_sessions import (
    ADDRESS,
    BROWSER,
    PROLONGED_AT,
    STARTED_AT,
    note,
)
from aidtracker.desk import unsaved
from aidtracker.pages.security import ADMIN_PREFIX
from aidtracker.trail.acts import address_of

# Not every request writes: a session is prolonged at most this often.
SECONDS = 60
LOOK = "look"
KEPT = "刚才提交的没有保存，填的内容都留着：您登录以后回到那里，接着填、再保存一次。"
# When its person last proved to be who they are.
PROVED_AT = "proved_at"
# More of what a browser says of itself is not kept.
BROWSER_LENGTH = 200


class StaffSessionMiddleware:
    """Prolongs the session of whoever works, and says so gently when one has ended.

    Pages that ask for nobody's session leave it alone.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
        ended = None
        if has_cookie and request.path_info.startswith(ADMIN_PREFIX):
            ended = end_if_old(request)
        response = self.get_response(request)
        if has_cookie and request.session.accessed:
            if request.user.is_authenticated:
                follow(request, response)
            elif leads_to_login(response):
                messages.info(request, sentence(), fail_silently=True)
                response = keep_sent(request, ended) or response
        return response


def follow(request, response):
    """What a request of somebody who is logged in does to the session, and to a form it saved."""
    note(request.session, request.user)
    if LOOK not in request.GET:
        prolong(request.session)
    if request.method == "POST" and response.status_code == 302:
        unsaved.forget(request, request.path)


def former_person(request):
    """The number of the person whose session a cookie named that is over by now; or None."""
    key = request.COOKIES[settings.SESSION_COOKIE_NAME]
    session = Session.objects.filter(session_key=key).first()
    return session.get_decoded().get(SESSION_KEY) if session else None


def keep_sent(request, ended):
    """Keep what was sent after the session had ended, for whoever it was (`ended`, if it was just
    now); the way to log in and back to it, or None if nothing was kept."""
    if request.method != "POST" or not unsaved.is_kept_for(request.path):
        return None
    person = ended or former_person(request)
    if person is None or not unsaved.keep(int(person), request.path, request.POST):
        return None
    messages.info(request, KEPT, fail_silently=True)
    return redirect_to_login(unsaved.way_back(request.path), reverse(settings.LOGIN_URL))


def start(session: SessionBase, user: User, request: HttpRequest | None = None) -> None:
    """Let a session count from a log-in; one that a program begins is nowhere."""
    session[STARTED_AT] = session[PROVED_AT] = int(time.time())
    if request is not None:
        session[ADDRESS] = address_of(request) or ""
        session[BROWSER] = request.headers.get("User-Agent", "")[:BROWSER_LENGTH]
    note(session, user)
    prolong(session)


def prolong(session):
    """Let a session's idle time count from now, unless it has done so just before."""
    now = int(time.time())
    if now - session.get(PROLONGED_AT, 0) >= SECONDS:
        session[PROLONGED_AT] = now


def end_if_old(request):
    """End a session that began too long ago, however busy its person is: that one's number."""
    age = time.time() - request.session.get(STARTED_AT, 0)
    if not request.user.is_authenticated or age < settings.SESSION_HOURS * 3600:
        return None
    person = request.user.pk
    request.session.flush()
    request.user = AnonymousUser()
    return person


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
    """Asked by a page on which somebody types; that alone prolongs the session.

    Tells who is logged in, for how long yet, and what a form needs to be sent. Asked with `LOOK`
    it leaves the session as it is.
    """
    if not request.user.is_staff:
        return HttpResponse(status=403)
    if LOOK not in request.GET:
        prolong(request.session)
    told = {
        "X-Person": str(request.user.pk),
        "X-Seconds": str(seconds_left(request.session)),
        "X-Token": get_token(request),
    }
    return HttpResponse(status=204, headers=told)


def seconds_left(session):
    """How long a session lasts if nobody does anything; never more than it really does."""
    now = int(time.time())
    idle = session.get(PROLONGED_AT, now) + settings.SESSION_COOKIE_AGE - now
    longest = session.get(STARTED_AT, now) + settings.SESSION_HOURS * 3600 - now
    return max(0, min(idle, longest))
