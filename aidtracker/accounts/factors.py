"""What proves that a person is who logs in, beside the password: an app's codes, passkeys, and
recovery codes for when both are lost."""

import hashlib
import re
import secrets
from base64 import b32encode, b64encode
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from aidtracker.accounts.grants import may_grant
from aidtracker.trail import acts

# Of each kind a person may have so many: an app on two telephones, keys at home and at work.
MOST = 5
CODES = 10
APP, PASSKEY, RECOVERY = "验证器", "通行密钥", "恢复码"
TITLE = "第二步验证"
KINDS: dict[type[Device], str] = {TOTPDevice: APP, WebAuthnCredential: PASSKEY}


class Proof(NamedTuple):
    """What came of a typed code: what it was one of, or how long until the next may be tried."""

    kind: str = ""
    seconds: int = 0


def has_factor(user: User) -> bool:
    """Whether somebody proves more than a password, asked at each log-in in one query."""
    own = [Exists(model.objects.filter(user=OuterRef("pk"), confirmed=True)) for model in KINDS]
    return User.objects.filter(Q(own[0]) | Q(own[1]), pk=user.pk).exists()


def has_passkey(user: User) -> bool:
    return WebAuthnCredential.objects.filter(user=user, confirmed=True).exists()


def is_demanded_of(user: User) -> bool:
    """Whether the site demands a second step: of who grants rights, makes accounts or publishes, or
    of everybody."""
    if not settings.SECOND_FACTOR:
        return False
    if settings.SECOND_FACTOR_FOR_ALL:
        return True
    rights = user.get_all_permissions()
    publishes = any(right.partition(".")[2].startswith("publish_") for right in rights)
    return publishes or may_grant(user) or user.has_perm("auth.change_user")


def factors_of(user: User) -> list[tuple[str, Device]]:
    """The apps and passkeys of a person, oldest first, each with its kind."""
    found = [
        (kind, row) for model, kind in KINDS.items() for row in model.objects.filter(user=user)
    ]
    return sorted(found, key=lambda entry: entry[1].created_at)


def check_code(user: User, typed: str) -> Proof:
    """Try what somebody typed: six digits are an app's, the rest a recovery code, used up by it."""
    code = re.sub(r"[\s-]", "", typed).upper()
    is_apps = code.isdecimal() and code.isascii()
    model = TOTPDevice if is_apps else StaticDevice
    waits = []
    for device in model.objects.filter(user=user, confirmed=True):
        word = code if is_apps else kept_code(device.name, code)
        if verify_token(user, device.persistent_id, word):
            return Proof(APP if is_apps else RECOVERY)
        device.refresh_from_db()
        waits.append(seconds_to_wait(device))
    return Proof(seconds=min(waits, default=0))


def seconds_to_wait(device: TOTPDevice | StaticDevice) -> int:
    """How long a device that was wrong takes no code: 1, 2, 4, 8 … seconds."""
    is_open, said = device.verify_is_allowed()
    if is_open:
        return 0
    return max(1, round((said["locked_until"] - timezone.now()).total_seconds()))


# Recovery codes


def new_codes(user: User) -> list[str]:
    """Codes instead of the former ones, told this once: kept is only what they can be known by."""
    codes = [b32encode(secrets.token_bytes(10)).decode() for _ in range(CODES)]
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name=secrets.token_hex(16))
        tokens = [StaticToken(device=device, token=kept_code(device.name, code)) for code in codes]
        StaticToken.objects.bulk_create(tokens)
        acts.keep(acts.Way.ACCOUNT, f"用户 {user}", [[RECOVERY, "", "已生成新的"]])
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def kept_code(salt: str, code: str) -> str:
    """A code as the table keeps it: slow to guess from, and by a salt different each time."""
    kept = hashlib.scrypt(code.encode(), salt=salt.encode(), n=2**13, r=8, p=1, dklen=12)
    return b64encode(kept).decode()


def codes_left(user: User) -> int:
    return StaticToken.objects.filter(device__user=user).count()


# Added and taken away


def tell(user: User, kind: str, old: str, new: str) -> None:
    acts.keep(acts.Way.ACCOUNT, f"用户 {user}", [[f"{TITLE}：{kind}", old, new]])


def add_app(user: User, key: str, name: str, code: str) -> bool:
    """Keep an app if it shows by a code, used up by that, that it knows the key."""
    with transaction.atomic():
        device = TOTPDevice(user=user, key=key, name=name[:64])
        # Stores itself, with what it has seen.
        is_right = device.verify_token(code.strip())
        if is_right:
            tell(user, APP, "", "已添加")
        transaction.set_rollback(not is_right)
    return is_right


def remove(user: User, kind: str, number: int) -> bool:
    """Take a factor away; not the last one of somebody of whom the site demands one."""
    with transaction.atomic():
        own = factors_of(User.objects.select_for_update().get(pk=user.pk))
        found = [row for one, row in own if (one, row.pk) == (kind, number)]
        if not found or (len(own) == 1 and is_demanded_of(user)):
            return False
        found[0].delete()
        if len(own) == 1:
            StaticDevice.objects.filter(user=user).delete()
        tell(user, kind, "有", "已删除")
    return True


def reset(user: User) -> None:
    """Take all factors of a person away, who has lost them: told in the audit trail."""
    with transaction.atomic():
        for model in (*KINDS, StaticDevice):
            model.objects.filter(user=user).delete()
        acts.keep(acts.Way.ACCOUNT, f"用户 {user}", [[TITLE, "有", "已重置"]])
