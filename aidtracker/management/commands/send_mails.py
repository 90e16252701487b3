"""Mail the staff what is new and what is due; to be called every hour."""

from django.core.management.base import BaseCommand, CommandError

from aidtracker.desk.mails import send_mails


class Command(BaseCommand):
    help = "给工作人员发提醒邮件：新通知、要报的月报、节点、锁定的月份、账号到期。每小时运行一次。"

    def handle(self, **options: object) -> None:
        sent, failed = send_mails()
        self.stdout.write(f"已发 {sent} 封。")
        if failed:
            raise CommandError(f"{failed} 封没有发出，下次再试；原因见日志。")
