"""What the browser may load and do: strict everywhere, a little wider where the skin needs it."""

from csp.constants import SELF, UNSAFE_EVAL
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ADMIN_PREFIX = "/admin/"

# Alpine.js, inside django-unfold, evaluates the expressions it finds in attributes.
ADMIN_ADDITIONS = {"script-src": [SELF, UNSAFE_EVAL]}

# What no page here needs of a machine, even if somebody else's words got into one; and what
# passkeys and the buttons that copy do.
REFUSED = (
    *("accelerometer", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope"),
    *("magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb", "hid"),
)
NEEDED = ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS = ", ".join(
    [*(f"{name}=()" for name in REFUSED), *(f"{name}=(self)" for name in NEEDED)]
)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Send the policy of the settings, with ``ADMIN_ADDITIONS`` under ``ADMIN_PREFIX`` only."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response["Permissions-Policy"] = PERMISSIONS
        return super().process_response(request, response)

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMIN_PREFIX):
            parts.update = ADMIN_ADDITIONS | (parts.update or {})
        return parts
