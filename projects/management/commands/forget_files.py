"""Delete the files of attachments that no row names any more; to be called each day."""

from datetime import timedelta
from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand
from django.utils import timezone

from aidtracker.storage.kept_files import STORAGE, files_to_keep
from projects.models.attachments import FULL, SMALL, Attachment

# A backup that is being written, or one from before, may still need them.
DAYS = 7


class Command(BaseCommand):
    help = "删去已经没有记录的附件文件：七天前删除的，和上传中断留下的。"

    def handle(self, **options: Any) -> None:
        oldest = timezone.now() - timedelta(days=DAYS)
        Attachment.objects.filter(removed_at__lt=oldest).delete()
        rows = Attachment.objects.only("key", "extension")
        named = {one.place(variant) for one in rows.iterator() for variant in (FULL, SMALL)}
        storage, gone = storages[STORAGE], 0
        for name in [*files_to_keep()]:
            if name not in named and storage.get_modified_time(name) < oldest:
                storage.delete(name)
                gone += 1
        self.stdout.write(f"已删去 {gone} 个文件。")
