"""Passwords: what they may not be, who set them last, and that this should be their owner."""

import re
from collections.abc import Iterator

from axes.utils import reset
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.db.models import Model
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.timezone import localtime
from zxcvbn import zxcvbn

from aidtracker.accounts.grants import account_model
from aidtracker.accounts.logins import counted_name
from aidtracker.ground.pinyin import syllables
from aidtracker.pages.security import ADMIN_PREFIX
from aidtracker.trail import acts

# Shorter names stand in many passwords by chance.
SHORTEST_NAME, SHORTEST_PINYIN = 2, 4
# A guesser who knows the place, the work and the year needs ten to the power of so many tries.
LEAST_TRIES, LEAST_TRIES_OF_THE_REST = 9, 6
# More is not looked at: it would take long, and is long enough.
READ = 72
# What people build from who work here, as it is typed.
WORDS_OF_THE_WORK = (
    *("xinjiang", "yuanjiang", "duikou", "zhiyuan", "bingtuan", "zhihuibu", "qianfang", "zhongguo"),
    *("gongzuo", "ganbu", "admin", "guanliyuan", "mima", "woai", "women", "huanying", "aidtracker"),
    *("shengchan", "jianshe", "diqu", "zizhiqu", "zhengfu", "fagaiwei", "chanye", "xiangmu", "aid"),
)
# Names of places are mostly typed without what kind of place it is.
KINDS_OF_PLACE = re.compile("(diqu|zizhiqu|zizhizhou|zizhixian|sheng|zhou|shi|xian|shizhihuibu)$")
# Parts that anybody tries: years and dates, keys in a row, repetitions, what stands in every list.
TRIED = {"regex", "date", "spatial", "sequence", "repeat"}
# Whose names are no secret either; apps put theirs in when they start.
named_here: list[type[Model]] = []
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


class GuessValidator:
    """Refuses what somebody finds who knows the place, the work, the year and the keyboard.

    Measured by zxcvbn, to which the names of the record are words that are tried first. What
    remains beside such words must stand some tries of its own: xinjiang@yuanjiang2026 is long,
    but nothing else.
    """

    def validate(self, password, user=None):
        known = {*WORDS_OF_THE_WORK, *names_of_the_record()}
        if user is not None:
            known |= {user.get_username().lower(), *names_of(user)}
        words, signs = sorted(known), password[:READ]
        whole = zxcvbn(signs, user_inputs=words)
        # What stands between words hides none of them.
        parts = zxcvbn(re.sub(r"[\W_]", "", signs) or "-", user_inputs=words)["sequence"]
        rest = sum(
            float(part["guesses_log10"])
            for part in parts
            if part["pattern"] not in TRIED and part.get("dictionary_name") != "user_inputs"
        )
        if whole["guesses_log10"] < LEAST_TRIES or rest < LEAST_TRIES_OF_THE_REST:
            raise ValidationError(
                "这个密码容易被猜到：其中多是地名、工作用语、年份、键盘上相邻的键或常见密码。"
                "请换成几个互不相关的词，或再长一些。",
                code="password_is_guessed",
            )

    def get_help_text(self):
        return "不要用地名、单位、年份、“援疆”等工作用语或键盘上相邻的键拼成密码。"


def names_of_the_record() -> Iterator[str]:
    """The names of places and organisations, in pinyin and romanised, as they are searched.

    None while the database has no such table yet, as before the first migration.
    """
    for model in named_here:
        try:
            with transaction.atomic():
                texts = [*model._default_manager.values_list("search_text", flat=True)]
        except Error:
            continue
        for word in {word for text in texts for word in text.split() if len(word) > 3}:
            yield word
            yield KINDS_OF_PLACE.sub("", word)


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
