"""Delete how to reach readers whose reports were answered or are old."""

from typing import Any

from django.core.management.base import BaseCommand

from projects.models import Matter


class Command(BaseCommand):
    help = "删除读者报错中已答复的、超过 90 天的联系方式；每天运行一次。"

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"已删除 {Matter.objects.forget_contacts()} 条联系方式。")
