"""What the browser may load: strict everywhere, a little wider where the admin's skin needs it."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ADMIN_PREFIX = "/admin/"

# Alpine.js, inside django-unfold, evaluates the expressions it finds in attributes.
ADMIN_ADDITIONS = {
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
}


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Send the policy of the settings, with ``ADMIN_ADDITIONS`` under ``ADMIN_PREFIX`` only."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMIN_PREFIX):
            parts.update = ADMIN_ADDITIONS | (parts.update or {})
        return parts
