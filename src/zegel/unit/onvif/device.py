# SPDX-License-Identifier: EUPL-1.2
"""One camera by ONVIF (Core, Media, PTZ and Event services). Blocking: call it in a thread.

A camera's word about where its services are is followed to its own host only. Its clock is read first, because the
sign-in of WS-Security (UsernameToken with digest) is dated by it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit
from xml.sax.saxutils import escape, quoteattr

from zegel.unit import clock
from zegel.unit.onvif.xml import Node, XmlRefused, read
from zegel.unit.web import TIMEOUT_S, Web, WebError

DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
EVENTS = "http://www.onvif.org/ver10/events/wsdl"
NOTIFY = "http://docs.oasis-open.org/wsn/b-2"
SCHEMA = "http://www.onvif.org/ver10/schema"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
_BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WORD = re.compile(r"[^\x21-\x7e]+")
LIVES_S = 60
"""How long a subscription is asked for; it is renewed at half of what is granted."""
MAX_PROFILES, MAX_PRESETS = 16, 64
FULL = 1000


class OnvifError(Exception):
    """The camera can't be asked, or refuses. `code` is a word for reports."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


@dataclass(frozen=True)
class Profile:
    token: str
    name: str
    encoding: str
    width: int
    height: int
    stream: str
    ptz: bool


@dataclass(frozen=True)
class Preset:
    """`place`: (pan, tilt) in −1…1 where the camera tells it."""

    token: str
    name: str
    place: tuple[float, float] | None


@dataclass(frozen=True)
class Looked:
    """What a camera says of itself. Capabilities are the link's words."""

    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    profiles: tuple[Profile, ...] = ()
    snapshot: str = ""
    presets: tuple[Preset, ...] = ()
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notice:
    """One event as it was told. `operation`: Initialized (how things are), Changed, Deleted, or "" (a moment)."""

    topic: str
    operation: str
    source: dict[str, str]
    data: dict[str, str]
    utc: str


@dataclass
class Device:
    address: str
    user: str = ""
    password: str = field(default="", repr=False)
    _web: Web = field(init=False, repr=False)
    _services: dict[str, str] = field(default_factory=dict)
    _ahead_s: float | None = None
    _profile: Profile | None = None
    _presets: tuple[Preset, ...] = ()

    def __post_init__(self) -> None:
        self._web = Web(self.user, self.password)

    # -- getting to know it

    def look(self) -> Looked:
        """Asks for everything that installation and the alarm centre's screen need. Raises OnvifError."""
        self._meet()
        told = self.call(DEVICE, "GetDeviceInformation")
        profiles = tuple(self._profiles())
        self._profile = next((profile for profile in profiles if profile.ptz), None)
        still = self._snapshot(profiles)
        can = {"video", "live", "pre_alarm"} if any(profile.stream for profile in profiles) else set()
        can |= {"stills"} if still else set()
        if self._profile is not None and PTZ in self._services:
            can.add("ptz")
            self._presets = tuple(self._ask_presets(self._profile))
        return Looked(
            _short(told.said("Manufacturer")), _short(told.said("Model")), _short(told.said("FirmwareVersion")),
            profiles, still, self._presets, tuple(sorted(can)),
        )  # fmt: skip

    def _meet(self) -> None:
        """Its clock, and where its services are; once."""
        if self._services:
            return
        self._ahead_s = self._clock_ahead_s()
        found = self.call(DEVICE, "GetCapabilities", "<Category>All</Category>")
        services = {DEVICE: self.address}
        for name, space in (("Media", MEDIA), ("PTZ", PTZ), ("Events", EVENTS)):
            node = found.first(name)
            address = node.said("XAddr") if node else ""
            if address:
                services[space] = self._own(address)
        self._services = services

    def _clock_ahead_s(self) -> float:
        """How far the camera's clock is ahead of ours; asked without signing in, as the standard allows."""
        try:
            told = self._post(self.address, _envelope(f'<GetSystemDateAndTime xmlns="{DEVICE}"/>')).first("UTCDateTime")
            assert told is not None
            day, time = told.find("Date"), told.find("Time")
            assert day is not None
            assert time is not None
            year, month, date = (int(day.said(name)) for name in ("Year", "Month", "Day"))
            hour, minute, second = (int(time.said(name)) for name in ("Hour", "Minute", "Second"))
            there = datetime(year, month, date, hour, minute, second, tzinfo=UTC)
        except (OnvifError, AssertionError, ValueError):
            return 0.0
        return (there - _EPOCH).total_seconds() - clock.wall_ms() / 1000

    def _own(self, address: str) -> str:
        """A service's address at the camera's own host: it may know itself by another one."""
        told, mine = urlsplit(address), urlsplit(self.address)
        try:
            port = told.port
        except ValueError:
            port = None
        host = f"[{mine.hostname}]" if ":" in (mine.hostname or "") else mine.hostname or ""
        same = told.hostname == mine.hostname
        netloc = mine.netloc if not same else host + (f":{port}" if port else "")
        return urlunsplit((mine.scheme if not same else told.scheme or mine.scheme, netloc, told.path, told.query, ""))

    def _profiles(self) -> list[Profile]:
        found = self.call(MEDIA, "GetProfiles")
        return [self._profile_of(node) for node in list(found.all("Profiles"))[:MAX_PROFILES]]

    def _profile_of(self, node: Node) -> Profile:
        token, encoder = node.attributes.get("token", ""), node.find("VideoEncoderConfiguration")
        size = encoder.find("Resolution") if encoder else None
        setup = (
            f'<StreamSetup><Stream xmlns="{SCHEMA}">RTP-Unicast</Stream><Transport xmlns="{SCHEMA}"><Protocol>RTSP'
            f"</Protocol></Transport></StreamSetup><ProfileToken>{escape(token)}</ProfileToken>"
        )
        stream = self._uri("GetStreamUri", setup)
        return Profile(
            token, _short(node.said("Name")), encoder.said("Encoding") if encoder else "",
            _number(size.said("Width") if size else ""), _number(size.said("Height") if size else ""), stream,
            node.find("PTZConfiguration") is not None,
        )  # fmt: skip

    def _snapshot(self, profiles: tuple[Profile, ...]) -> str:
        if not profiles:
            return ""
        return self._uri("GetSnapshotUri", f"<ProfileToken>{escape(profiles[0].token)}</ProfileToken>")

    def _uri(self, name: str, body: str) -> str:
        """An address that the camera gives, "" where it has none; never one of another host."""
        try:
            address = self.call(MEDIA, name, body).said("MediaUri", "Uri")
        except OnvifError:
            return ""
        return address if urlsplit(address).hostname == urlsplit(self.address).hostname else ""

    def _ask_presets(self, profile: Profile) -> list[Preset]:
        try:
            found = self.call(PTZ, "GetPresets", f"<ProfileToken>{escape(profile.token)}</ProfileToken>")
        except OnvifError:
            return []
        presets = []
        for node in list(found.all("Preset"))[:MAX_PRESETS]:
            name = node.said("Name").strip()[:64] or node.attributes.get("token", "")[:64]
            presets.append(Preset(node.attributes.get("token", ""), name, _place(node.find("PTZPosition"))))
        return [preset for preset in presets if preset.token and preset.name and preset.name.isprintable()]

    # -- turning it

    def _turnable(self) -> Profile:
        if self._profile is None:
            self.look()
        if self._profile is None or PTZ not in self._services:
            raise OnvifError("no_ptz", "the camera can't be turned")
        return self._profile

    def place(self) -> tuple[float, float] | None:
        """Where it looks: (pan, tilt) in −1…1; None when it does not tell."""
        found = self.call(PTZ, "GetStatus", f"<ProfileToken>{escape(self._turnable().token)}</ProfileToken>")
        status = found.first("PTZStatus")
        return _place(status.find("Position") if status else None)

    def move(self, pan: int, tilt: int, zoom: int, for_s: float) -> None:
        """Thousandths of full speed; it stops by itself a little after `for_s`."""
        x, y, z = (f"{value / FULL:.3f}" for value in (pan, tilt, zoom))
        self.call(
            PTZ, "ContinuousMove",
            f"<ProfileToken>{escape(self._turnable().token)}</ProfileToken><Velocity>"
            f'<PanTilt xmlns="{SCHEMA}" x="{x}" y="{y}"/><Zoom xmlns="{SCHEMA}" x="{z}"/></Velocity>'
            f"<Timeout>PT{for_s + 0.5:.1f}S</Timeout>",
        )  # fmt: skip

    def stop(self) -> None:
        token = escape(self._turnable().token)
        self.call(PTZ, "Stop", f"<ProfileToken>{token}</ProfileToken><PanTilt>true</PanTilt><Zoom>true</Zoom>")

    def preset(self, name: str) -> Preset:
        """Raises OnvifError `unknown_preset`."""
        self._turnable()
        found = next((preset for preset in self._presets if preset.name == name), None)
        if found is None:
            raise OnvifError("unknown_preset", "the camera has no such preset")
        return found

    def go_to(self, preset: Preset) -> None:
        token = escape(self._turnable().token)
        body = f"<ProfileToken>{token}</ProfileToken><PresetToken>{escape(preset.token)}</PresetToken>"
        self.call(PTZ, "GotoPreset", body)

    def home(self) -> None:
        token = escape(self._turnable().token)
        self.call(PTZ, "GotoHomePosition", f"<ProfileToken>{token}</ProfileToken>")

    # -- its events

    def subscribe(self) -> Subscription:
        """A PullPoint. Raises OnvifError `no_events` where it has none."""
        self._meet()
        if EVENTS not in self._services:
            raise OnvifError("no_events", "the camera tells no events")
        made = self.call(
            EVENTS, "CreatePullPointSubscription",
            f"<InitialTerminationTime>PT{LIVES_S}S</InitialTerminationTime>",
        )  # fmt: skip
        reference = made.find("SubscriptionReference")
        address = reference.said("Address") if reference else ""
        if reference is None or not address:
            raise OnvifError("no_events", "the camera named no subscription")
        extra = reference.find("ReferenceParameters")
        headers = "".join(child.written() for child in extra.children) if extra else ""
        return Subscription(self, self._own(address), headers, _lasts_s(made), clock.mono_s())

    # -- SOAP

    def call(
        self, space: str, name: str, body: str = "", *, address: str = "", headers: str = "", action: str = "",
        timeout_s: float = TIMEOUT_S,
    ) -> Node:  # fmt: skip
        """The answer's element. Raises OnvifError: unreachable, refused_password, refused, garbage."""
        action = action or f"{space}/{name}"
        head = self._security() + headers + f'<Action xmlns="{ADDRESSING}">{action}</Action>'
        told = self._post(
            address or self._services.get(space, self.address),
            _envelope(f'<{name} xmlns="{space}">{body}</{name}>', head), timeout_s,
        )  # fmt: skip
        answer = told.first(f"{name}Response")
        if answer is None:
            raise OnvifError("garbage", "the camera answers something else than it was asked")
        return answer

    def _post(self, address: str, envelope: str, timeout_s: float = TIMEOUT_S) -> Node:
        headers = {"Content-Type": "application/soap+xml; charset=utf-8", "Connection": "close"}
        try:
            answer = self._web.ask("POST", address, envelope.encode(), headers, timeout_s)
        except WebError as error:
            raise OnvifError("unreachable", f"the camera can't be reached: {error.reason}") from None
        if answer.status in (401, 403):
            raise OnvifError("refused_password", "the camera refuses user or password")
        try:
            told = read(answer.body)
        except XmlRefused as error:
            raise OnvifError("garbage", str(error)) from None
        if told.first("Fault") is not None:
            said = " ".join(node.text for node in told.all("Value"))
            if "NotAuthorized" in said or "FailedAuthentication" in said:
                raise OnvifError("refused_password", "the camera refuses user or password")
            raise OnvifError("refused", "the camera refuses: " + _short(_reason(told)))
        return told

    def _security(self) -> str:
        """UsernameToken with a digest: SHA-1(nonce ‖ created ‖ password), as ONVIF prescribes it."""
        if not self.user:
            return ""
        there = _EPOCH + timedelta(seconds=clock.wall_ms() / 1000 + (self._ahead_s or 0.0))
        created, nonce = there.strftime("%Y-%m-%dT%H:%M:%S.000Z"), os.urandom(16)
        digest = hashlib.sha1(nonce + created.encode() + self.password.encode()).digest()
        return (
            f'<Security xmlns="{_WSSE}"><UsernameToken><Username>{escape(self.user)}</Username>'
            f"<Password Type={quoteattr(_DIGEST)}>{base64.b64encode(digest).decode()}</Password>"
            f"<Nonce EncodingType={quoteattr(_BASE64)}>{base64.b64encode(nonce).decode()}</Nonce>"
            f'<Created xmlns="{_WSU}">{created}</Created></UsernameToken></Security>'
        )


@dataclass
class Subscription:
    """A PullPoint, renewed at half of its life."""

    device: Device
    address: str
    headers: str
    lasts_s: float
    since_s: float

    def pull(self, wait_s: float = 10.0) -> list[Notice]:
        """What happened; waits at the camera for `wait_s`. Raises OnvifError."""
        if clock.mono_s() - self.since_s >= self.lasts_s / 2:
            self.renew()
        wait_s = min(wait_s, max(1.0, self.lasts_s / 4))
        told = self.device.call(
            EVENTS, "PullMessages", f"<Timeout>PT{wait_s:.0f}S</Timeout><MessageLimit>100</MessageLimit>",
            address=self.address, headers=self._to(),
            action="http://www.onvif.org/ver10/events/wsdl/PullPointSubscription/PullMessagesRequest",
            timeout_s=wait_s + TIMEOUT_S,
        )  # fmt: skip
        return [notice for node in told.all("NotificationMessage") if (notice := _notice(node)) is not None]

    def renew(self) -> None:
        told = self.device.call(
            NOTIFY, "Renew", f"<TerminationTime>PT{LIVES_S}S</TerminationTime>", address=self.address,
            headers=self._to(), action="http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest",
        )  # fmt: skip
        self.lasts_s, self.since_s = _lasts_s(told), clock.mono_s()

    def end(self) -> None:
        self.device.call(
            NOTIFY, "Unsubscribe", address=self.address, headers=self._to(),
            action="http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/UnsubscribeRequest",
        )  # fmt: skip

    def _to(self) -> str:
        return f'{self.headers}<To xmlns="{ADDRESSING}">{escape(self.address)}</To>'


def _envelope(body: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}"><s:Header>{head}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def _lasts_s(told: Node) -> float:
    """How long the camera says that a subscription lasts, by its own two times."""
    begins, ends = _time_s(told.said("CurrentTime")), _time_s(told.said("TerminationTime"))
    if begins is None or ends is None or not 2 <= ends - begins <= 86_400:
        return float(LIVES_S)
    return ends - begins


def _time_s(text: str) -> float | None:
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def _notice(node: Node) -> Notice | None:
    topic, message = node.said("Topic"), node.find("Message", "Message")
    if not topic or message is None:
        return None
    return Notice(
        topic[:200], message.attributes.get("PropertyOperation", ""), _items(message.find("Source")),
        _items(message.find("Data")), message.attributes.get("UtcTime", "")[:40],
    )  # fmt: skip


def _items(node: Node | None) -> dict[str, str]:
    items = [] if node is None else list(node.all("SimpleItem"))[:16]
    return {item.attributes.get("Name", "")[:64]: item.attributes.get("Value", "")[:200] for item in items}


def _place(node: Node | None) -> tuple[float, float] | None:
    at = node.find("PanTilt") if node else None
    try:
        return (float(at.attributes["x"]), float(at.attributes["y"])) if at else None
    except (KeyError, ValueError):
        return None


def _reason(told: Node) -> str:
    node = told.first("Text")
    return node.text if node else "without a reason"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _short(text: str) -> str:
    return _WORD.sub(" ", text).strip()[:80]
