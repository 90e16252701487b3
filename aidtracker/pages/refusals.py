"""What the admin says in place of a page: which right is missing, or that there is no such row."""

from collections.abc import Callable
from copy import copy

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from aidtracker.pages.security import ADMIN_PREFIX

# What a page of a model is for, by the end of its name: (right, word).
RIGHTS = {
    "changelist": ("view", "查看"),
    "history": ("view", "查看"),
    "state": ("change", "恢复旧版"),
    "export": ("view", "导出"),
    "deleted": ("view", "查看"),
    "add": ("add", "新增"),
    "change": ("change", "修改"),
    "delete": ("delete", "删除"),
    "import": ("import", "导入"),
    "import_template": ("import", "导入"),
}
NO_RIGHT = "您的账号没有“{what}”的权限。需要时请联系安全管理员，由他给您的账号分组或定所属指挥部。"
NOT_THIS_ROW = (
    "您有“{what}”的权限，但这里的记录不归您的指挥部维护，或者它现在的状态不允许。"
    "账号所属的指挥部由安全管理员定。"
)
# What can be asked for in place of a page that is refused: (words, address) by the apps.
ASKED: list[Callable[[HttpRequest, str], tuple[str, str] | None]] = []
NO_PAGE = "地址可能有误，或者这条记录已被删除、不归您的指挥部。账号所属的指挥部由安全管理员定。"


def is_for_staff(request):
    """Whether a page of the admin was asked for by somebody who is logged in there."""
    user = getattr(request, "user", None)
    return request.path_info.startswith(ADMIN_PREFIX) and user is not None and user.is_staff


def refusal(request):
    """The page that says which right is missing, and who gives it."""
    what, has_right = asked_for(request)
    name = getattr(request.resolver_match, "url_name", None) or ""
    ways = [way for find in ASKED if (way := find(request, name))]
    words = NOT_THIS_ROW if has_right else NO_RIGHT
    if ways:
        words = "“{what}”由维护这份名录的人办。缺什么，可以在这里申请，有了答复会提醒您。"
    return page(request, 403, "没有权限", words.format(what=what), ways)


def nothing_there(request):
    return page(request, 404, "没有这一页", NO_PAGE)


def asked_for(request):
    """What a request needs a right for, in words, and whether its user has that right."""
    words, right = in_words(getattr(request.resolver_match, "url_name", None) or "")
    return words, bool(right) and request.user.has_perm(right)


def in_words(name):
    """What the page of an address's name does, in words, and the right to it; "" without one."""
    for model in filter(admin.site.is_registered, apps.get_models()):
        app, kind = model._meta.app_label, model._meta.model_name
        is_here, door = name.startswith(f"{app}_{kind}_"), name.removeprefix(f"{app}_{kind}_")
        if is_here and door in RIGHTS:
            right, word = RIGHTS[door]
            return f"{word}{model._meta.verbose_name}", f"{app}.{right}_{kind}"
    return "打开或执行这一项", ""


def page(request, status, title, advice, ways=()):
    """In the admin's look, with the ways back: to its first page, or to another log-in."""
    again = f"{reverse('admin:login')}?{urlencode({'next': request.get_full_path()})}"
    context = frame(request) | {"title": title, "advice": advice, "again": again, "ways": ways}
    return render(request, "admin/refused.html", context, status=status)


def frame(request):
    """What the admin's pages have around them, without the menu: that asks for each right."""
    visitor = copy(request)
    visitor.user = AnonymousUser()
    return admin.site.each_context(visitor)
