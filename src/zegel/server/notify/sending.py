# SPDX-License-Identifier: EUPL-1.2
"""Carries one push message to its push service (RFC 8030). See `endpoints` for where it may go."""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from enum import Enum
from functools import cache

from zegel.server.notify.endpoints import TESTING, Endpoint, public_addresses

CONNECT_S, ANSWER_S = 5.0, 8.0


class Outcome(Enum):
    SENT = "sent"
    GONE = "gone"  # 404, 410: this subscription is no more
    LATER = "later"  # 429, 5xx, no connection: again
    REFUSED = "refused"  # it will not take it: said on the page


@dataclass(frozen=True)
class Parcel:
    """`ttl_s`: for how long the service keeps it for a phone that is off; `urgency` and `topic`: RFC 8030 §5.3, 5.4."""

    body: bytes
    authorization: str
    ttl_s: int
    urgency: str
    topic: str = ""


def send(to: Endpoint, parcel: Parcel) -> Outcome:
    """One attempt. Raises EndpointRefused when the name leads where it may not."""
    headers = {
        "Content-Type": "application/octet-stream", "Content-Encoding": "aes128gcm", "TTL": str(parcel.ttl_s),
        "Urgency": parcel.urgency, "Authorization": parcel.authorization, "Content-Length": str(len(parcel.body)),
    } | ({"Topic": parcel.topic} if parcel.topic else {})  # fmt: skip
    try:
        connection = _connect(to)
    except OSError:
        return Outcome.LATER
    try:
        connection.request("POST", to.target, parcel.body, headers)
        return of_status(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return Outcome.LATER
    finally:
        connection.close()


def of_status(status: int) -> Outcome:
    """What an answer means; a redirect is a refusal."""
    if 200 <= status < 300:
        return Outcome.SENT
    if status in {404, 410}:
        return Outcome.GONE
    return Outcome.LATER if status == 429 or status >= 500 else Outcome.REFUSED


def _connect(to: Endpoint) -> http.client.HTTPConnection:
    """To the very address that was checked; the certificate is checked against the name."""
    found = {str(info[4][0]) for info in socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)}
    addresses = sorted(found) if to.operator == TESTING else public_addresses(sorted(found))
    opened = _reach(addresses, to.port)
    try:
        if to.scheme == "https":
            opened = _trusted().wrap_socket(opened, server_hostname=to.host)
    except OSError:
        opened.close()
        raise
    opened.settimeout(ANSWER_S)
    connection = http.client.HTTPConnection(to.host, to.port)
    connection.sock = opened
    return connection


def _reach(addresses: list[str], port: int) -> socket.socket:
    last: OSError = OSError("no address")
    for address in addresses[:3]:
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
