"""How often a visitor may ask for what is not kept: counted in the cache, where there is one."""

import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.core.cache import cache
from django.http import HttpRequest
from redis import RedisError

from aidtracker.trail.acts import address_of

# What one household or office has of the addresses of IPv6.
NETWORK = 64


@dataclass(frozen=True)
class Rate:
    """So many times in so many seconds for one visitor, and for all together."""

    name: str
    seconds: int
    of_one: int
    of_all: int

    def wait(self, request: HttpRequest) -> int:
        """Count a request: 0 if it may be, else how many seconds until it may.

        Without the shared cache each process counts for itself; one that is away lets all in.
        """
        now = int(time.time())
        window, left = now // self.seconds, self.seconds - now % self.seconds
        counts = [(visitor(request), self.of_one), ("all", self.of_all)]
        with suppress(RedisError):
            for who, limit in counts:
                place = f"rate:{self.name}:{window}:{who}"
                cache.add(place, 0, self.seconds)
                if cache.incr(place) > limit:
                    return left
        return 0


def visitor(request: HttpRequest) -> str:
    """Who asks, as far as the network tells, in a form that does not tell it on."""
    said = address_of(request) or ""
    if said and ip_address(said).version > 4:
        said = str(ip_network(f"{said}/{NETWORK}", strict=False))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
