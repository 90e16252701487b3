"""Answers that hand out a file somebody uploaded: whatever is in it, it can do nothing here."""

from typing import Any

from django.http import FileResponse

# Shown by browsers; all else is only handed out to be saved.
SHOWN = ("image/jpeg", "image/png")
POLICY = "default-src 'none'; sandbox"


def handed_out(content: Any, name: str, content_type: str) -> FileResponse:
    """An open file under its name, with the headers that keep it from doing harm.

    How long it may be kept is said as of pages (`kept.KeptPages`): it may be taken back, so whoever
    has it asks again each time.
    """
    is_attachment = content_type not in SHOWN
    response = FileResponse(
        content, as_attachment=is_attachment, filename=name, content_type=content_type
    )
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
