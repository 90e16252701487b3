"""Passwords that were stolen elsewhere: looked up in a list that lies on this machine."""

import logging
import os
from hashlib import sha1
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError

# No line of such a list is longer: a hash of 40 signs, how often it was seen, the end.
LONGEST = 64


class BreachValidator:
    """Refuses what stands in the site's list of breached passwords, if it has one.

    The list is that of Have I Been Pwned in one file, ordered: a SHA-1 in each line, what follows
    it left alone. It may have a billion lines: some thirty are read.
    """

    def validate(self, password: str, user: Any = None) -> None:
        if not settings.BREACHED_PASSWORDS:
            return
        wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        try:
            with Path(settings.BREACHED_PASSWORDS).open("rb") as listed:
                is_known = stands_in(listed, wanted)
        except OSError:
            logging.getLogger(__name__).exception("The list of breached passwords cannot be read")
            raise ValidationError("泄露密码名单读不了，密码没有保存；请联系管理员。") from None
        if is_known:
            raise ValidationError(
                "这个密码在别处泄露过，已被收进公开的泄露密码名单。请换一个只在这里用的密码。",
                code="password_is_breached",
            )

    def get_help_text(self) -> str:
        return ""


def stands_in(listed: BinaryIO, wanted: bytes) -> bool:
    """Whether a line of an ordered file begins with a hash.

    The line is looked for between two places, of which the first is never behind it.
    """
    first, end = 0, listed.seek(0, os.SEEK_END)
    while end - first > LONGEST:
        middle = (first + end) // 2
        listed.seek(middle)
        listed.readline(LONGEST)  # the rest of the line before
        begin = listed.tell()
        if begin >= end or listed.readline(LONGEST)[: len(wanted)].upper() > wanted:
            end = middle
        else:
            first = begin
    listed.seek(first)
    lines = listed.read(end - first + 2 * LONGEST).splitlines()
    return any(line[: len(wanted)].upper() == wanted for line in lines)
