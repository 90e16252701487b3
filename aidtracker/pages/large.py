"""关怀版: large type for whoever asks for it, on pages that are the same for everybody.

The choice is in a cookie, and only one small stylesheet depends on it: without JavaScript.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

COOKIE = "large"
YEAR = 365 * 24 * 3600
STYLE = """\
html { font-size: 137.5%; }
:root { --quiet: var(--ink); }
body { line-height: 1.8; }
a, summary { text-underline-offset: .2em; }
input, select, button { min-height: 3rem; }
.site-nav > ul { flex-wrap: wrap; }
table.data th, table.data td { height: 3.25rem; }
.large-off { display: inline; }
.large-on { display: none; }
.chart-wide { display: none; }
.chart-compact { display: block; max-width: 44rem; }
@media (min-width: 641px) { .table-frame { overflow-x: auto; } }
@media (max-width: 1500px) { .detail-top.has-chart { display: block !important; } }
@media screen and (max-width: 640px) {
  .site-nav :is(summary, a) { padding-inline: .25rem; }
  .unfold-list + label { display: block; padding: .5rem 0; }
  .unfold-list:not(:checked) ~ .table-frame tbody tr:nth-child(n + 16) { display: none; }
  .is-compare .unfold-list:not(:checked) ~ section tbody tr:nth-child(n + 6) { display: none; }
  .unfold-list:not(:checked) ~ section .timeline > li:nth-child(n + 3) { display: none; }
  .unfold-list:not(:checked) ~ section .year-figures > li:nth-child(n + 2) { display: none; }
  .unfold-rows:not(:checked) ~ .table-frame:not(:has(:target)) tr:nth-child(n+3) { display: none; }
  section { margin-top: 1.25rem; }
  .source-text { line-height: 1.65; }
  .filters .buttons { flex: 1 0 100%; }
  .card-quote { -webkit-line-clamp: 2; line-clamp: 2; }
}
"""


def is_chosen(request: HttpRequest) -> bool:
    return bool(request.COOKIES.get(COOKIE))


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """The stylesheet of the choice: nothing for nearly everybody.

    Browsers keep it and ask each time whether it is still so; not all of them keep one for each
    cookie, as `Vary` has it.
    """
    said, name = (STYLE, '"large"') if is_chosen(request) else ("", '"plain"')
    response = HttpResponse(said, content_type="text/css; charset=utf-8")
    if name in request.META.get("HTTP_IF_NONE_MATCH", ""):
        response = HttpResponse(status=304)
    response["ETag"] = name
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ("Cookie",))
    return response


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Take the other choice, and go back to where it was made."""
    back = request.GET.get("back", "")
    is_own = back.startswith("/") and url_has_allowed_host_and_scheme(back, {request.get_host()})
    response = HttpResponseRedirect(back if is_own else "/")
    if is_chosen(request):
        response.delete_cookie(COOKIE, samesite="Lax")
    else:
        safe = {"secure": settings.HTTPS, "httponly": True, "samesite": "Lax"}
        response.set_cookie(COOKIE, "1", max_age=YEAR, **safe)
    patch_cache_control(response, no_store=True)
    return response
