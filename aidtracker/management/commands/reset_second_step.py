"""Reset somebody's second step from the machine itself, where nobody else may in the admin."""

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from aidtracker.accounts.factors import reset
from aidtracker.accounts.own_sessions import end_sessions
from aidtracker.trail.acts import CommandActs


class Command(CommandActs):
    help = "重置一个用户的第二步验证并结束其登录；用于安全管理员自己丢失手机而没有别人能办理时。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="用户名")

    def handle(self, *args: str, name: str, **options: object) -> None:
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"没有用户 {name}。")
        reset(user)
        end_sessions(user)
        self.stdout.write(f"已重置 {name} 的第二步验证。")
