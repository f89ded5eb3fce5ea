# SPDX-License-Identifier: EUPL-1.2
"""Where a push message may go. What keeps our server from being sent anywhere else by whoever registers an address:

- Only https, only port 443, only hosts of the dated list (push_services.toml): no address, user, port or fragment of
  the asker's own.
- The name is looked up by us, every address that it has must be a public one, and the connection goes to the address
  that was checked, not to a second answer.
- No redirect is followed, no proxy of the environment is used, and of the answer only the status is read.
- For tests one loopback address may be named by the installation (ZEGEL_PUSH_TEST_ENDPOINT). It is said in the log at
  start, on the page of notifications and by the API.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zegel.server.kernel.errors import ZegelError

LONGEST = 1000
TESTING = "test"


class EndpointRefused(ZegelError):
    """An address that is no push service's."""

    code = "endpoint_refused"


@dataclass(frozen=True)
class Service:
    """A browser maker's push service: a sub-processor of notifications."""

    name: str
    operator: str
    country: str
    hosts: tuple[str, ...]

    def has(self, host: str) -> bool:
        return any(host == known or (known.startswith(".") and host.endswith(known)) for known in self.hosts)


@dataclass(frozen=True)
class Endpoint:
    """An address that may be sent to. `origin` is what a VAPID token is for."""

    scheme: str
    host: str
    port: int
    target: str
    operator: str

    @property
    def origin(self) -> str:
        port = "" if self.port == 443 and self.scheme == "https" else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


@cache
def services() -> tuple[date, tuple[Service, ...]]:
    """The list, and when it was checked."""
    raw = tomllib.loads(resources.files("zegel.server.notify").joinpath("push_services.toml").read_text("utf-8"))
    found = tuple(Service(s["name"], s["operator"], s["country"], tuple(s["hosts"])) for s in raw["service"])
    return raw["checked"], found


CARRIES = gettext_noop("carries notifications, encrypted, to whoever lets his browser of this maker be told")


def operators() -> list[tuple[str, str]]:
    """(name, country) of who runs these services: sub-processors (CARRIES) of whoever lets a browser be told."""
    return list(dict.fromkeys((one.operator, one.country) for one in services()[1]))


def check(url: str, testing: str = "") -> Endpoint:
    """Raises EndpointRefused. `testing`: the installation's own test endpoint (an origin), or empty."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused() from None
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _refused()
    host = (parts.hostname or "").lower()
    if parts.username is not None or parts.password is not None or parts.fragment or not parts.path.startswith("/"):
        raise _refused()
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    if testing and f"{parts.scheme}://{parts.netloc}" == testing:
        return Endpoint(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), target, TESTING)
    if parts.scheme != "https" or port not in {None, 443}:
        raise _refused()
    service = next((one for one in services()[1] if one.has(host)), None)
    if service is None:
        raise _refused()
    return Endpoint("https", host, 443, target, service.operator)


def public_addresses(found: Sequence[str]) -> list[str]:
    """What a name was resolved to. Raises EndpointRefused when there is none, or one that isn't public."""
    addresses = [ipaddress.ip_address(text.split("%")[0]) for text in found]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise EndpointRefused(_("The push service's name leads to an address that is not public."))
    return [str(address) for address in addresses]


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None and not inner.is_global:
        return False
    return address.is_global and not address.is_multicast


def _refused() -> EndpointRefused:
    return EndpointRefused(
        _("This is not the address of a browser's push service that this installation knows."),
        action=_("Use the button on the notifications page; your administrator can add a browser's service."),
    )
