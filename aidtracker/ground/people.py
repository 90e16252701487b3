"""What people are called."""

import re

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def full_name(last_name, first_name):
    """张三: a Chinese name has the family name first and no space; Ann Lee otherwise."""
    joined = f"{last_name}{first_name}"
    return joined if CHINESE.search(joined) else f"{first_name} {last_name}".strip()


def called(user):
    """A person's own name; without one, the user name."""
    return full_name(user.last_name, user.first_name) or user.get_username()


def with_own_name(user_name, last_name, first_name):
    """张三（zhangsan）: a user name with the person's own name, where that is another."""
    name = full_name(last_name, first_name)
    return f"{name}（{user_name}）" if name not in ("", user_name) else user_name
