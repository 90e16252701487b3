"""Sessions of the staff: they end when nobody has done anything for a while."""

import time

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

# Not every request writes: a session is prolonged at most this often.
SECONDS = 60
PROLONGED_AT = "prolonged_at"


class StaffSessionMiddleware:
    """Prolongs the session of whoever works, and says so gently when one has ended.

    Pages that ask for nobody's session leave it alone.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.accessed:
            if request.user.is_authenticated:
                prolong(request.session)
            elif leads_to_login(response):
                messages.info(request, sentence(), fail_silently=True)
        return response


def prolong(session):
    """Let a session count from now, unless it has done so just before."""
    now = int(time.time())
    if now - session.get(PROLONGED_AT, 0) >= SECONDS:
        session[PROLONGED_AT] = now


def leads_to_login(response):
    return response.get("Location", "").startswith(f"{reverse(settings.LOGIN_URL)}?")


def sentence():
    minutes = settings.SESSION_COOKIE_AGE // 60
    return (
        f"登录已结束：超过 {minutes} 分钟没有操作，或者账号有变动。请重新登录，会回到刚才的页面。"
    )


@never_cache
def alive(request):
    """Asked by a page on which somebody types; that alone prolongs the session."""
    return HttpResponse(status=204 if request.user.is_staff else 403)
