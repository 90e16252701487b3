"""What every page says of the site: who runs it, under which numbers, and where it stands."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class Site:
    """The site as the page of one request names it; what the settings leave open is empty."""

    request: HttpRequest

    @property
    def said(self) -> dict[str, str]:
        return settings.SITE

    @property
    def origin(self) -> str:
        """The one address the site is known by, or that under which it was asked."""
        return origin(self.request)

    @property
    def here(self) -> str:
        """The one address of this page, without conditions."""
        return f"{self.origin}{self.request.path}"

    @property
    def address_here(self) -> str:
        """The address of this page with its conditions, for a sheet of paper."""
        return f"{self.origin}{self.request.get_full_path()}"

    @property
    def domain(self) -> str:
        return self.origin.partition("//")[2]


def origin(request: HttpRequest) -> str:
    return settings.SITE["address"] or f"{request.scheme}://{request.get_host()}"


def absolute(request: HttpRequest, address: str) -> str:
    """An address of the site with the name of the site in front."""
    return f"{origin(request)}{address}"


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `site`."""
    return {"site": Site(request)}
