"""Photographs and documents of a project, a site or an activity."""

from pathlib import PurePath
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground.attached_files import Accepted, accept
from aidtracker.ground.batches import held
from aidtracker.ground.constraints import row_check
from aidtracker.ground.scope import may, may_change
from projects.models.activities import Activity
from projects.models.projects import Project
from projects.models.sites import Site

# What can have attachments, by the name of the key to it.
HOLDERS: dict[str, Any] = {"project": Project, "site": Site, "activity": Activity}
MOST = 200  # of one row
STORAGE = "attachments"  # among the storages of the settings
FULL, SMALL = "full", "small"


class AttachmentQuerySet(models.QuerySet):
    def of(self, row: Any) -> Self:
        return self.filter(**{row._meta.model_name: row})

    def public(self) -> Self:
        """Those that the public may see: they say so, and what they belong to is public."""
        rule = Q()
        for name, model in HOLDERS.items():
            rule |= Q(**{f"{name}__in": model.objects.published().order_by().values("pk")})
        return self.filter(rule, is_public=True)


class Attachment(models.Model):
    """附件: a photograph or document; the file is in the storage, under a name of its own."""

    # What it belongs to
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        verbose_name="援疆项目",
        null=True,
        blank=True,
        related_name="attachments",
    )
    site = models.ForeignKey(
        Site, models.PROTECT, verbose_name="场所", null=True, blank=True, related_name="attachments"
    )
    activity = models.ForeignKey(
        Activity,
        models.PROTECT,
        verbose_name="活动",
        null=True,
        blank=True,
        related_name="attachments",
    )

    # The file
    key = models.UUIDField("文件号", default=uuid4, unique=True, editable=False)
    name = models.CharField("文件名", max_length=120)
    extension = models.CharField("扩展名", max_length=8)
    content_type = models.CharField("文件类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    width = models.PositiveIntegerField("宽", null=True, blank=True)
    height = models.PositiveIntegerField("高", null=True, blank=True)

    # What is said of it
    caption = models.CharField("说明", max_length=200, blank=True)
    is_public = models.BooleanField("公开", default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    added_at = models.DateTimeField("上传时间", default=timezone.now)
    # Then it belongs to nothing any more; row and file go some days later.
    removed_at = models.DateTimeField("删除时间", null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ("pk",)
        default_permissions = ()
        constraints = (
            row_check(
                "attachment_of_one_row",
                Q(removed_at__isnull=False, project=None, site=None, activity=None)
                | Q(project__isnull=False, site=None, activity=None)
                | Q(project=None, site__isnull=False, activity=None)
                | Q(project=None, site=None, activity__isnull=False),
                "附件属于一个项目、场所或活动，且只属于一个。",
            ),
            row_check(
                "public_attachment_has_a_caption",
                Q(is_public=False) | ~Q(caption=""),
                "公开的照片和附件要有说明。",
            ),
        )

    def __str__(self) -> str:
        return self.caption or self.name

    def get_absolute_url(self) -> str:
        return reverse("attachment", args=[self.key, FULL])

    @property
    def row(self) -> Any:
        """What it belongs to."""
        return next(row for name in HOLDERS if (row := getattr(self, name)) is not None)

    @property
    def is_picture(self) -> bool:
        return self.width is not None

    def place(self, variant: str = FULL) -> str:
        """Where the file is in the storage."""
        name, end = self.key.hex, "-small" if variant == SMALL else ""
        return f"{name[:2]}/{name}{end}{self.extension}"

    def remove(self) -> None:
        self.project = self.site = self.activity = None
        self.is_public, self.removed_at = False, timezone.now()
        self.save()

    def opened(self, variant: str) -> File:
        """The file or its thumbnail. Raises Http404 for none."""
        if variant not in (FULL, SMALL) or (variant == SMALL and not self.is_picture):
            raise Http404("There is no such file.")
        try:
            return storages[STORAGE].open(self.place(variant))
        except OSError:
            raise Http404("The storage has no such file.") from None


# Who may do what


def may_attach(row: Any, user: Any) -> bool:
    """Who may change a row of its kind, in their own charge, adds files and their captions."""
    return may(user, "change", type(row)) and may_change(row, user)


def may_show(row: Any, user: Any) -> bool:
    """Of a reviewed row the files become public as the row does: by who may publish."""
    verb = "publish" if type(row).REVIEW else "change"
    return may(user, verb, type(row)) and may_change(row, user)


# Storing


def attach(row: Any, user: Any, name: str, content: bytes, caption: str = "") -> Attachment:
    """Check a file and keep it with a row. Raises ValidationError.

    First the file, then the row that names it: a file without one is forgotten later, a row never
    names a file that is not there.
    """
    name = shown_name(name)
    accepted = accept(name, content)
    said = {row._meta.model_name: row, "added_by": user, "caption": caption.strip()}
    made = Attachment(**said, name=name, **kept(accepted))
    made.full_clean(exclude=("added_by",))
    put(made.place(), accepted.content)
    if made.is_picture:
        put(made.place(SMALL), accepted.thumbnail)
    with transaction.atomic():
        held(type(row)._base_manager.filter(pk=row.pk)).get()
        if Attachment.objects.of(row).count() >= MOST:
            raise ValidationError(f"一条记录最多 {MOST} 个附件。")
        made.save(force_insert=True)
    return made


def kept(accepted: Accepted) -> dict[str, Any]:
    return {
        "extension": accepted.extension,
        "content_type": accepted.content_type,
        "size": len(accepted.content),
        "width": accepted.width,
        "height": accepted.height,
    }


def shown_name(name: str) -> str:
    """A file's name without its folders and what cannot be printed, short enough to be kept."""
    plain = "".join(one for one in PurePath(name.replace("\\", "/")).name if one.isprintable())
    stem, extension = PurePath(plain).stem, PurePath(plain).suffix
    return f"{stem[: 120 - len(extension)]}{extension}"[:120] or "文件"


def put(place: str, content: bytes) -> None:
    """Store a file under just this name."""
    storage = storages[STORAGE]
    stored = storage.save(place, ContentFile(content))
    if stored != place:
        storage.delete(stored)
        raise ValidationError("文件没有保存，请再试一次。")
