"""What programs are told where they cannot be answered: problem details (RFC 9457).

People who write programs read the Chinese sentence, programs the type: an address of the page that
explains it. Answers of the site to whoever asks under `PREFIX` have this form, whatever broke.
"""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

PREFIX = "/api/"
PAGE = "/api/"
TYPE = "application/problem+json"
TITLES = {
    "unknown-parameter": "没有这一参数",
    "invalid-parameter": "参数不能识别",
    "conflicting-parameters": "参数不能一起用",
    "unknown-row": "条件所指的记录不存在",
    "ambiguous-row": "条件所指的记录不止一个",
    "unknown-cursor": "cursor 不属于这一问",
    "not-found": "没有这一记录或地址",
    "method-not-allowed": "只能读取",
    "too-many-requests": "问得太频繁",
    "unavailable": "暂时不能回答",
    "internal-error": "程序出错",
}


class Problem(Exception):  # noqa: N818 (RFC 9457 calls it so)
    """Why a request cannot be answered; `further` stands beside the members of the standard."""

    def __init__(self, status: int, kind: str, detail: str, **further: Any) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.further = status, kind, detail, further

    def response(self) -> HttpResponse:
        told = {
            "type": f"{PAGE}#{self.kind}",
            "title": TITLES[self.kind],
            "status": int(self.status),
            "detail": self.detail,
            **self.further,
        }
        text = json.dumps(told, ensure_ascii=False)
        found = HttpResponse(text, status=self.status, content_type=TYPE)
        found["Cache-Control"] = "no-store"
        return found


def is_asked_by_program(request: HttpRequest) -> bool:
    """Whether an answer is for a program: under the API's prefix, but for the page about it."""
    return request.path_info.startswith(PREFIX) and request.path_info != PAGE


def not_found() -> HttpResponse:
    detail = "地址可能写错，或者这一记录没有公开。"
    return Problem(HTTPStatus.NOT_FOUND, "not-found", detail).response()


def internal_error() -> HttpResponse:
    detail = "这一请求没有完成，已记入日志；请过一会儿再试。"
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", detail).response()
