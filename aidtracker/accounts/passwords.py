"""Passwords: what they may not be, who set them last, and that this should be their owner."""

from axes.utils import reset
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.timezone import localtime

from aidtracker.accounts.grants import account_model
from aidtracker.accounts.logins import counted_name
from aidtracker.ground.pinyin import syllables
from aidtracker.pages.security import ADMIN_PREFIX
from aidtracker.trail import acts

# Shorter names stand in many passwords by chance.
SHORTEST_NAME, SHORTEST_PINYIN = 2, 4
# The pages of the admin that open before one's own password is chosen.
OPEN_PAGES = {"password_change", "login", "logout", "jsi18n", "alive"}


class NameValidator:
    """Refuses a password that holds the person's name, in characters or in pinyin.

    Django's own measure of likeness misses both: two characters are little in ten, and it does
    not know pinyin.
    """

    def validate(self, password, user=None):
        words = password.lower().replace(" ", "")
        if user is not None and any(name in words for name in names_of(user)):
            raise ValidationError("密码中不能有本人的姓名或其拼音。", code="password_has_name")

    def get_help_text(self):
        return "密码中不能有本人的姓名或其拼音。"


def names_of(user):
    """The person's full name, in characters and in pinyin, either part first."""
    for parts in ((user.last_name, user.first_name), (user.first_name, user.last_name)):
        name = "".join(parts).lower().replace(" ", "")
        pinyin = "".join(part for text in parts for part in syllables(text)).lower()
        if len(name) >= SHORTEST_NAME:
            yield name
        if len(pinyin) >= SHORTEST_PINYIN:
            yield pinyin


class PasswordChange:
    """Keeps when and by whom each password was changed; Django tells validators of every change.

    A new password also ends the waiting after wrong ones.
    """

    def validate(self, password, user=None):
        """Refuses the present password: with it, what somebody else set would stay known."""
        if user is not None and user.pk and user.check_password(password):
            raise ValidationError("新密码不能与现在的相同。", code="password_is_old")

    def get_help_text(self):
        return ""

    def password_changed(self, password, user=None):
        doer = acts.current()
        is_own = doer.user_id == user.pk
        changed = {
            "password_changed_at": timezone.now(),
            "password_set_by": "" if is_own else doer.who or doer.get_way_display(),
        }
        account_model()._default_manager.update_or_create(user=user, defaults=changed)
        acts.keep(acts.Way.ACCOUNT, f"用户 {user}", [["密码", "", "已重设"]])
        reset(username=counted_name(user.get_username()))


class OwnPasswordFirst:
    """Opens nothing of the admin to whose password somebody else knows, but the page for a new one.

    So whoever sets a password and logs in with it must change it, and the owner finds out.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        is_closed = request.path_info.startswith(ADMIN_PREFIX)
        if not is_closed or request.resolver_match.url_name in OPEN_PAGES:
            return None
        account = getattr(request.user, "account", None)
        if account is None or not account.password_set_by:
            return None
        messages.warning(request, notice(account), fail_silently=True)
        return redirect("admin:password_change")


def notice(account):
    at = localtime(account.password_changed_at)
    return (
        f"您的密码于 {at:%Y-%m-%d %H:%M} 由{account.password_set_by}设定；"
        "如非您要求，请告知安全管理员。请先改为只有您自己知道的密码，再使用后台。"
    )
