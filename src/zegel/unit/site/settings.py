# SPDX-License-Identifier: EUPL-1.2
"""What the installer set up on site: panels and their keys, the broker, cameras' ONVIF addresses. One private file.

None of it turns anything on: that the owner's signed policy does. Keys and passwords stay in this file.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from zegel.unit.config import Home
from zegel.unit.errors import ConfigError
from zegel.unit.files import private_directory, write_atomic

DC09_PORT = 9999
MQTT_PORT, MQTTS_PORT = 1883, 8883
_ACCOUNT = re.compile(r"[0-9A-F]{3,16}")
_INTERFACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}")
KEY_SIZES = (16, 24, 32)


class PanelKey(msgspec.Struct, frozen=True):
    """A panel that reports to this unit. `key` None: it speaks in clear on the site's own network.

    `poll_s`: how often it promised to be heard; 0: never promised.
    """

    account: str
    key: bytes | None = None
    poll_s: int = 0
    grace_s: int = 30

    def __repr__(self) -> str:
        return f"PanelKey({self.account}, key={'…' if self.key else None})"


class Dc09(msgspec.Struct, frozen=True):
    """Where panels are listened to: TCP and UDP on the same port."""

    host: str
    port: int = DC09_PORT
    interface: str | None = None


class Mqtt(msgspec.Struct, frozen=True):
    """The house's broker. `ca`: a PEM file, for mqtts with a certificate of the house's own."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""
    ca: str | None = None

    def __repr__(self) -> str:
        return f"Mqtt({self.host}:{self.port}, tls={self.tls})"


class Onvif(msgspec.Struct, frozen=True):
    """A camera's ONVIF address. `camera` is its name in the unit's configuration."""

    camera: str
    address: str
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Onvif({self.camera!r})"


class Site(msgspec.Struct, frozen=True):
    dc09: Dc09 | None = None
    panels: list[PanelKey] = []
    mqtt: Mqtt | None = None
    onvif: list[Onvif] = []

    @property
    def empty(self) -> bool:
        """Nothing is set up, so no site process is ever needed."""
        return self.dc09 is None and self.mqtt is None and not self.onvif


def load(home: Home) -> Site:
    """An empty one where nothing was set up. Raises ConfigError."""
    path = home.site
    try:
        data = path.read_bytes()
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"{path} can be read by others: it holds panels' keys; renew them and `chmod 600` it")
        return msgspec.msgpack.decode(data, type=Site)
    except FileNotFoundError:
        return Site()
    except OSError as error:
        raise ConfigError(f"{path} can't be read ({error.strerror})") from None
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{path} is damaged: {error}") from None


def save(home: Home, site: Site) -> None:
    private_directory(home.directory)
    write_atomic(home.site, msgspec.msgpack.encode(site))


def with_panel(site: Site, panel: PanelKey) -> Site:
    """Raises ConfigError."""
    if not _ACCOUNT.fullmatch(panel.account):
        raise ConfigError("an account is 3 … 16 digits of 0-9 and A-F")
    others = [item for item in site.panels if item.account != panel.account]
    return msgspec.structs.replace(site, panels=sorted([*others, panel], key=lambda item: item.account))


def without_panel(site: Site, account: str) -> Site:
    left = [item for item in site.panels if item.account != account.upper()]
    if len(left) == len(site.panels):
        raise ConfigError(f"there is no panel {account}: `zegel unit panel list` names them")
    return msgspec.structs.replace(site, panels=left)


def with_onvif(site: Site, camera: Onvif) -> Site:
    others = [item for item in site.onvif if item.camera != camera.camera]
    return msgspec.structs.replace(site, onvif=sorted([*others, camera], key=lambda item: item.camera))


def read_key(text: str, form: str) -> bytes:
    """A panel's AES key as it was written down, in the form that is said, never guessed. Raises ConfigError."""
    text = text.strip()
    try:
        key = bytes.fromhex(text) if form == "hex" else text.encode("ascii")
    except (ValueError, UnicodeEncodeError):
        raise ConfigError(f"that is no key in {form}: nothing was stored") from None
    if len(key) not in KEY_SIZES:
        raise ConfigError("a key has 32, 48 or 64 hex digits, or 16, 24 or 32 characters: nothing was stored")
    return key


@dataclass(frozen=True)
class Listen:
    """A checked place to listen at."""

    host: str
    port: int
    interface: str | None
    family: socket.AddressFamily


def check_listen(wanted: Dc09) -> Listen:
    """A place on the site's own network. A public address, or any, needs the interface named. Raises ConfigError."""
    try:
        address = ipaddress.ip_address(wanted.host)
    except ValueError:
        raise ConfigError(f"'{wanted.host}' is no address: give this unit's own on the panels' network") from None
    if not 0 < wanted.port < 65536:
        raise ConfigError(f"{wanted.port} is no port")
    local = (address.is_private or address.is_loopback or address.is_link_local) and not address.is_unspecified
    if not local and not wanted.interface:
        raise ConfigError(
            f"{wanted.host} is not an address of a local network only: name the interface (--interface eth1) as well"
        )
    if wanted.interface and not _is_interface(wanted.interface):
        raise ConfigError(f"there is no interface '{wanted.interface}' here")
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    return Listen(wanted.host, wanted.port, wanted.interface, family)


def _is_interface(name: str) -> bool:
    """Without asking by netlink, which the service may not (deploy/zegel-unit.service)."""
    return bool(_INTERFACE.fullmatch(name)) and Path("/sys/class/net", name).exists()


def read_listen(text: str, interface: str | None) -> Dc09:
    """`HOST[:PORT]`, IPv6 in brackets. Raises ConfigError."""
    parts = urlsplit(f"//{text}")
    try:
        wanted = Dc09(parts.hostname or "", parts.port or DC09_PORT, interface)
    except ValueError:
        raise ConfigError(f"'{text}': write ADDRESS or ADDRESS:PORT") from None
    check_listen(wanted)
    return wanted


def read_mqtt(url: str, user: str, password: str, ca: str | None) -> Mqtt:
    """`mqtt://HOST[:PORT]` or `mqtts://…`. Raises ConfigError."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise ConfigError(f"'{url}': the port is no number below 65536") from None
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.username:
        raise ConfigError("write the broker as mqtt://host or mqtts://host; user and password are asked for")
    tls = parts.scheme == "mqtts"
    if ca is not None and not Path(ca).is_file():
        raise ConfigError(f"--ca {ca}: there is no such file")
    ca = str(Path(ca).resolve()) if ca else None
    return Mqtt(parts.hostname, port or (MQTTS_PORT if tls else MQTT_PORT), tls, user, password, ca)


def check_onvif(address: str) -> str:
    """`http://HOST[:PORT]/onvif/device_service`; a host alone gets the usual path. Raises ConfigError."""
    text = address if "://" in address else f"http://{address}"
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ConfigError("write the camera as http://host/onvif/device_service; user and password are asked for")
    return text if parts.path not in ("", "/") else f"{parts.scheme}://{parts.netloc}/onvif/device_service"
