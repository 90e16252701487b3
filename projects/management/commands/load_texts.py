"""Load the texts of documents from a folder, each recognised by the sha256 of its bytes."""

import hashlib
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from aidtracker.trail.acts import CommandActs
from programs.models import Source

LARGEST_FILE = 20 * 1024 * 1024


class Command(CommandActs, BaseCommand):
    help = "从文件夹载入文献全文：按 SHA-256 认出登记过的文献，其余文件不动，也不新增文献。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--show",
            choices=Source.Shown.values,
            help="载入的文献公开显示多少原文：nothing 不显示、sentence 数字所在的句子、whole 全文",
        )
        parser.add_argument("folder", type=Path, help="存放全文文件（UTF-8 纯文本）的文件夹")

    def handle(self, *args, folder, show=None, **options):
        self.show = show
        if not folder.is_dir():
            raise CommandError(f"没有这个文件夹：{folder}")
        files = [path for path in sorted(folder.iterdir()) if path.is_file()]
        outcomes = [self.load(path) for path in files]
        self.stdout.write(
            f"全文：新载入 {outcomes.count('loaded')} 篇，"
            f"原已载入 {outcomes.count('kept')} 篇，未登记的文件 {outcomes.count('unknown')} 个。"
        )

    def load(self, path):
        """Give one file's text to the source it belongs to; returns loaded, kept or unknown."""
        if path.stat().st_size > LARGEST_FILE:
            self.stdout.write(f"  太大，没有读取：{path.name}")
            return "unknown"
        content = path.read_bytes()
        source = Source.objects.filter(sha256=hashlib.sha256(content).hexdigest()).first()
        if source is None:
            self.stdout.write(f"  未登记：{path.name}")
            return "unknown"
        is_new = not source.has_text
        if is_new:
            source.accept_text(content)
        is_set = self.show not in (None, source.shows)
        if is_set:
            source.shown_text = self.show
            shown = source.get_shown_text_display()
            when = timezone.localtime()
            source.correction_reason = f"{when:%Y-%m-%d %H:%M} 设定公开显示的原文：{shown}"
        if is_new or is_set:
            source.save()
        if not is_new:
            return "kept"
        self.stdout.write(f"  已载入：{path.name} → 《{source.title}》")
        if source.moved.lost:
            words = f"{source.moved.lost} 处数字的位置与全文不符，待重新定位"
            self.stdout.write(f"    {words}（后台：观测值 → 筛选 → 待重新定位）")
        return "loaded"
