# SPDX-License-Identifier: EUPL-1.2
"""Finding cameras: WS-Discovery's probe by multicast, and by unicast to hosts that are named. Only at installation."""

from __future__ import annotations

import contextlib
import re
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from zegel.unit import clock
from zegel.unit.onvif.xml import Node, XmlRefused, read

GROUP, PORT = "239.255.255.250", 3702
MAX_FOUND = 256
_PROBE = (
    '<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
    'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header>'
    "<w:MessageID>uuid:{id}</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>"
    "<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>"
    "<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"
)
_PRINTABLE = re.compile(r"[^\x20-\x7e]+")


@dataclass(frozen=True)
class Camera:
    address: str
    name: str
    hardware: str


def discover(seconds: float, hosts: Sequence[str] = ()) -> list[Camera]:
    """Cameras that answered in that time, each once, by their own address."""
    probe = _PROBE.format(id=uuid.uuid4()).encode()
    found: dict[str, Camera] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        for target in [(GROUP, PORT), *map(_target, hosts)]:
            with contextlib.suppress(OSError):
                line.sendto(probe, target)
        until_s = clock.mono_s() + seconds
        while (left_s := until_s - clock.mono_s()) > 0 and len(found) < MAX_FOUND:
            line.settimeout(left_s)
            try:
                data, (host, _) = line.recvfrom(65_535)
            except TimeoutError:
                break
            except OSError:
                continue
            camera = read_match(data, host)
            if camera is not None:
                found.setdefault(camera.address, camera)
    return sorted(found.values(), key=lambda camera: camera.address)


def _target(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    return parts.hostname or text, parts.port or PORT


def read_match(data: bytes, host: str) -> Camera | None:
    """A ProbeMatch; the address is one of the host that answered, or nothing."""
    try:
        match = read(data).first("ProbeMatch")
    except XmlRefused:
        return None
    if match is None:
        return None
    addresses = [address for address in match.said("XAddrs").split() if urlsplit(address).hostname == host]
    address = next((address for address in addresses if address.startswith(("http://", "https://"))), None)
    return None if address is None else Camera(address, _scope(match, "name"), _scope(match, "hardware"))


def _scope(match: Node, word: str) -> str:
    for scope in match.said("Scopes").split():
        _, found, value = scope.partition(f"/{word}/")
        if found:
            return _PRINTABLE.sub(" ", unquote(value))[:80]
    return ""
