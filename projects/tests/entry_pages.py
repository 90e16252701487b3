"""A short document, and the page for entering its figures, as requests."""

import hashlib
import re
from html import unescape

from django.urls import reverse

from aidtracker.testing import (
    make_enterprise,
    make_metric,
    make_series,
    make_source,
    make_staff,
)
from programs.models import Account

TEXT = "𠮷县简报 <一>\r\n2019年上半年，甲公司招工120人，销售超过30 亿元；乙公司招工45人。\r\n"
PEOPLE, MONEY, OTHERS = "120人", "超过30 亿元", "45人"
# The rights to add figures, skipped phrases and series, and nothing else.
CLERK = ("add_observation", "add_skippedphrase", "add_series")


def make_bulletin():
    return make_source(code="jian-bao", title="简报", text=TEXT, published_on="2020-03-01")


def make_jobs():
    metric = make_metric(name="招工人数", unit="人")
    return make_series(
        name="甲公司 招工人数", metric=metric, enterprise=make_enterprise(name="甲公司")
    )


def log_in(client, *permissions):
    rights = [f"projects.{codename}" for codename in permissions]
    user = make_staff(permissions=rights, reach=Account.Reach.CHANGES_ALL)
    client.force_login(user)
    client.user = user
    return client


def address(source, page="enter"):
    return reverse(f"admin:projects_observation_{page}", args=[source.code])


def typed(words, series="", **kwargs):
    """What the form sends for words of the text."""
    start = TEXT.index(words)
    return {
        "action": "save",
        "text_sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "start": start,
        "end": start + len(words),
        "printed": words,
        "series": str(series),
        "nature": "actual",
        "accumulation": "period",
        **kwargs,
    }


def errors(response):
    found = re.findall(r'class="entry-error">(.*?)</p>', response.content.decode())
    return [unescape(words) for words in found]


def message(response):
    """The last of the messages on a page."""
    found = re.findall(r'class="entry-message[^>]*>(.*?)</p>', response.content.decode())
    return unescape(found[-1])
