"""Uploads between preview and confirmation: each for its uploader alone, once, and for a day."""

from django.core import signing
from django.db.models import Model

from aidtracker.sheets.storing.models import MAX_AGE, State, Upload

SALT = "aidtracker.sheets"
MAX_WAITING = 10  # uploads of one user
EXPIRED = "这次导入已过期，请重新上传文件。"
GONE = "这次导入已经确认过或已过期：确认过的在“操作记录”里；没有的，请重新上传文件。"

BUSY = (
    "这份文件正在导入，请过两分钟到“操作记录”里看：有了就是导入好了；"
    "没有，就是中断了，什么也没有保存，回到预览再确认一次。"
)


class TokenError(ValueError):
    """A confirmation that is forged, used, too old or somebody else's."""


def keep(upload: Upload) -> str:
    """Store an upload until it is confirmed; returns the signed token for it."""
    Upload.objects.purge()
    waiting = Upload.objects.filter(user=upload.user_id, state=State.WAITING)
    older = waiting.order_by("-created_at").values_list("pk", flat=True)[MAX_WAITING - 1 :]
    Upload.objects.filter(pk__in=list(older)).delete()
    upload.save(force_insert=True)
    return token_of(upload)


def token_of(upload: Upload) -> str:
    return signing.dumps(str(upload.pk), salt=SALT)


def opened(token: str, user_id: int, model: type[Model]) -> Upload:
    """The upload of a token, which waits for this user on the page of this model.

    One that could not be stored, or whose process died, can be looked at once more. Raises
    TokenError.
    """
    try:
        pk = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise TokenError(EXPIRED) from error
    upload = Upload.objects.filter(pk=pk).first()
    if upload is None:
        raise TokenError(GONE)
    if (upload.user_id, upload.model) != (user_id, model._meta.label):
        raise TokenError("这次导入不是您在这里上传的，请重新上传文件。")
    if upload.state == State.RUNNING and not upload.is_abandoned:
        raise TokenError(BUSY)
    if upload.state not in (State.WAITING, State.REFUSED, State.RUNNING):
        raise TokenError(GONE)
    return upload
