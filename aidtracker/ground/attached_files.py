"""Files that people attach to a row: checked, and photographs made anew from their pixels alone.

What a camera put into a photograph (where it was taken, when, its number) stays outside: nothing of
the file as it was sent is kept. Documents are kept as they are and are only ever handed out to be
saved.
"""

import logging
import subprocess
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from PIL import Image, ImageCms, ImageOps

# The longest side of a picture as it is kept, and of its thumbnail, in pixels.
LONGEST, SMALL = 2400, 480
MOST_PIXELS = 64_000_000
QUALITY = 85
SCAN_SECONDS = 60
MB = 1024 * 1024
JPEG, PNG = "image/jpeg", "image/png"
PHOTOGRAPHS = (".jpg", ".jpeg", ".png", ".webp")
ALLOWED = "照片（JPEG、PNG、WebP）和 PDF、Word（.docx）、Excel（.xlsx）文件"


@dataclass(frozen=True)
class Accepted:
    """What is kept of a file: of a photograph also its size in pixels and a thumbnail."""

    content: bytes
    extension: str
    content_type: str
    thumbnail: bytes = b""
    width: int | None = None
    height: int | None = None


def accept(name: str, content: bytes) -> Accepted:
    """Check a file that somebody sent. Raises ValidationError with a sentence to show."""
    if not content:
        raise ValidationError(f"“{name}”是空的。")
    if len(content) > settings.ATTACHMENT_MB * MB:
        raise ValidationError(f"“{name}”太大：一个文件最大 {settings.ATTACHMENT_MB} MB。")
    extension = PurePath(name).suffix.lower()
    if extension not in (*PHOTOGRAPHS, *DOCUMENTS):
        raise ValidationError(f"“{name}”不收：只收{ALLOWED}。")
    scan(name, content)
    if extension in PHOTOGRAPHS:
        return photograph(name, content)
    content_type, is_one = DOCUMENTS[extension]
    if not is_one(content):
        raise ValidationError(f"“{name}”的内容不是 {extension[1:].upper()} 文件，或者带有宏。")
    return Accepted(content, extension, content_type)


# Viruses


def scan(name: str, content: bytes) -> None:
    """Ask the site's scanner, if it has one: its command reads the file and answers 0 or 1."""
    if not settings.VIRUS_SCAN:
        return
    try:
        done = subprocess.run(
            settings.VIRUS_SCAN, input=content, capture_output=True, timeout=SCAN_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        logging.getLogger(__name__).exception("The virus scanner gave no answer")
        raise ValidationError("查毒程序没有回答，文件没有保存；请稍后再试。") from None
    if done.returncode == 1:
        raise ValidationError(f"查毒程序认为“{name}”有病毒，没有保存。")
    if done.returncode:
        logging.getLogger(__name__).error("The virus scanner failed: %s", done.stderr[:500])
        raise ValidationError("查毒程序出错，文件没有保存；请联系管理员。")


# Documents


def is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-")


def office(part: str) -> Callable[[bytes], bool]:
    """Whether a file is an Office document with a part of this name, and without macros."""

    def is_one(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError):
            return False
        return part in names and not any(one.lower().endswith("vbaproject.bin") for one in names)

    return is_one


OFFICE = "application/vnd.openxmlformats-officedocument"
DOCUMENTS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    ".pdf": ("application/pdf", is_pdf),
    ".docx": (f"{OFFICE}.wordprocessingml.document", office("word/document.xml")),
    ".xlsx": (f"{OFFICE}.spreadsheetml.sheet", office("xl/workbook.xml")),
}


# Photographs


def photograph(name: str, content: bytes) -> Accepted:
    """A picture made anew: upright, in the colours of screens, no larger than needed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as sent:
                picture = upright(name, sent)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise ValidationError(too_large(name)) from None
    except (OSError, ValueError, SyntaxError, EOFError):
        # What a damaged file raises, as it comes from the library.
        raise ValidationError(f"“{name}”读不出来，可能已损坏，或不是照片。") from None
    has_gaps = picture.mode == "RGBA"
    content_type, extension = (PNG, ".png") if has_gaps else (JPEG, ".jpg")
    return Accepted(
        written(picture), extension, content_type, thumbnail(picture), picture.width, picture.height
    )


def too_large(name: str) -> str:
    return f"“{name}”的像素太多（最多 {MOST_PIXELS // 10_000} 万），请缩小后再上传。"


def upright(name: str, sent: Image.Image) -> Image.Image:
    """The pixels of a picture as somebody looks at it, and nothing else of it."""
    if sent.width * sent.height > MOST_PIXELS:
        raise ValidationError(too_large(name))
    sent.draft("RGB", (LONGEST, LONGEST))
    picture = in_screen_colours(ImageOps.exif_transpose(sent))
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    return clean


def in_screen_colours(picture: Image.Image) -> Image.Image:
    has_gaps = picture.has_transparency_data
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            screen = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(picture, source, screen, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            turned = None  # a profile that is none says nothing of the colours
        picture = turned or picture
    return picture.convert("RGBA" if has_gaps else "RGB")


def thumbnail(picture: Image.Image) -> bytes:
    small = picture.copy()
    small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return written(small)


def written(picture: Image.Image) -> bytes:
    file = BytesIO()
    if picture.mode == "RGBA":
        picture.save(file, "PNG", optimize=True)
    else:
        picture.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return file.getvalue()
