"""Create the first administrator of a new site."""

import secrets

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

USERNAME = "admin"
PASSWORD_BYTES = 12  # 96 random bits, printed as 16 characters


class Command(BaseCommand):
    help = "没有任何用户时，创建第一个管理员，并显示一次随机密码。"

    def handle(self, **options: object) -> None:
        users = get_user_model()._default_manager
        if users.exists():
            self.stdout.write("已有用户，不再创建管理员。")
            return
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        users.create_superuser(username=USERNAME, password=password)
        self.stdout.write(
            "\n"
            "  已创建第一个管理员，密码只显示这一次，请记下并尽快修改：\n"
            f"  用户名：{USERNAME}\n"
            f"  密码：{password}\n"
        )
