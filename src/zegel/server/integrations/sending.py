# SPDX-License-Identifier: EUPL-1.2
"""Carries one delivery. What keeps this server from being sent anywhere else by whoever registers an address:

- Only what `rules.address` lets through; the name is looked up by us each time, every address that it has must be a
  public one, and the connection goes to the address that was checked, not to a second answer.
- TLS with a certificate of that name. No redirect is followed, no proxy of the environment is used; of the answer only
  the status is read, and within a time.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from zegel.server.integrations.rules import Address, Fault

CONNECT_S, ANSWER_S = 5.0, 10.0


@dataclass(frozen=True)
class Outcome:
    """`fault`: None when it was taken (2xx)."""

    status: int
    fault: Fault | None


def send(to: Address, body: bytes, headers: Mapping[str, str], *, inside: bool = False) -> Outcome:
    """One attempt; never raises for what the other side does. `inside`: the installation's own test endpoint, the only
    one that may be in a private network."""
    try:
        addresses = sorted({str(info[4][0]) for info in socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)})
    except OSError:
        return Outcome(0, Fault.UNREACHABLE)
    if not inside and not all_public(addresses):
        return Outcome(0, Fault.ADDRESS)
    try:
        connection = _connect(to, addresses)
    except ssl.SSLError:
        return Outcome(0, Fault.CERTIFICATE)
    except OSError:
        return Outcome(0, Fault.UNREACHABLE)
    try:
        connection.request("POST", to.target, body, dict(headers))
        return of_status(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return Outcome(0, Fault.UNREACHABLE)
    finally:
        connection.close()


def of_status(status: int) -> Outcome:
    """What an answer means; a redirect is none."""
    if 200 <= status < 300:
        return Outcome(status, None)
    return Outcome(status, Fault.GONE if status == 410 else Fault.STATUS)


def all_public(addresses: list[str]) -> bool:
    """There is one, and each is on the public internet, also inside its wrappings (mapped, 6to4, NAT64, Teredo)."""
    return bool(addresses) and all(_is_public(ipaddress.ip_address(one.split("%")[0])) for one in addresses)


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not _is_public(inner):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _connect(to: Address, addresses: list[str]) -> http.client.HTTPConnection:
    """To the very address that was checked; the certificate is checked against the name."""
    opened = _reach(addresses, to.port)
    try:
        opened.settimeout(ANSWER_S)
        if to.scheme == "https":
            opened = _trusted().wrap_socket(opened, server_hostname=to.host)
    except OSError:
        opened.close()
        raise
    connection = http.client.HTTPConnection(to.host, to.port)
    connection.sock = opened
    return connection


def _reach(addresses: list[str], port: int) -> socket.socket:
    last: OSError = OSError("no address")
    for address in addresses[:2]:
        try:
            return socket.create_connection((address, port), CONNECT_S)
        except OSError as error:
            last = error
    raise last


@cache
def _trusted() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
