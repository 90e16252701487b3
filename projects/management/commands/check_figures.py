"""Check all published figures against each other and against the ledgers."""

from django.core.management.base import BaseCommand

from aidtracker.trail.acts import CommandActs
from projects.checks.recomputing import recompute
from projects.models import Finding


class Command(CommandActs, BaseCommand):
    help = "核对全部已发布的观测值，更新核对结果；人写的处理和说明保留。"

    def handle(self, *args, **options):
        counts = recompute()
        words = (f"{result.label}{counts[result]}条" for result in Finding.Result)
        self.stdout.write(f"核对完毕：{'，'.join(words)}。")
        kept = Finding.objects.filter(is_current=False).count()
        if kept:
            self.stdout.write(f"另有{kept}条处理过的已不再成立，留存。")
