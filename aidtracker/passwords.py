"""Passwords: what they may not be, and when they were last changed."""

from axes.utils import reset
from django.core.exceptions import ValidationError
from django.utils import timezone

from aidtracker import acts
from aidtracker.logins import counted_name
from aidtracker.models import Act
from aidtracker.pinyin import syllables
from programs.models import Account

# Shorter names stand in many passwords by chance.
SHORTEST_NAME, SHORTEST_PINYIN = 2, 4


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
        """Any password will do."""

    def get_help_text(self):
        return ""

    def password_changed(self, password, user=None):
        Account.objects.update_or_create(
            user=user, defaults={"password_changed_at": timezone.now()}
        )
        doer = acts.current()
        Act.objects.create(
            way=Act.Way.ACCOUNT,
            user=doer.user,
            user_name=doer.user_name,
            address=doer.address,
            subject=f"用户 {user}",
            details=[["密码", "", "已重设"]],
        )
        reset(username=counted_name(user.get_username()))
