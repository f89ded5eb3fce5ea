# SPDX-License-Identifier: EUPL-1.2
"""A camera that speaks ONVIF on loopback: device, media, PTZ, events by PullPoint, stills; for tests.

It checks the sign-in as cameras do (WS-Security's UsernameToken digest, each nonce once, its own clock; HTTP digest for
stills), remembers what it was told to do, and its head really moves while nobody stops it.
"""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from xml.etree import ElementTree

USER, PASSWORD = "unit", "of the camera"
NONCE = "0123456789abcdef"
TT = "http://www.onvif.org/ver10/schema"


@dataclass
class Head:
    """Where the camera looks: −1…1, at so much a second at full speed."""

    x: float = 0.0
    y: float = 0.0
    vx: float = 0.0
    vy: float = 0.0
    since: float = field(default_factory=time.monotonic)
    until: float | None = None
    speed: float = 0.5

    def now(self) -> tuple[float, float]:
        at = time.monotonic()
        end = at if self.until is None else min(at, self.until)
        took = max(0.0, end - self.since)
        self.x = max(-1.0, min(1.0, self.x + self.vx * self.speed * took))
        self.y = max(-1.0, min(1.0, self.y + self.vy * self.speed * took))
        self.since = max(end, self.since)
        if self.until is not None and at >= self.until:
            self.vx = self.vy = 0.0
            self.since, self.until = at, None
        return self.x, self.y

    def go(self, vx: float, vy: float, for_s: float | None) -> None:
        self.now()
        self.vx, self.vy, self.since = vx, vy, time.monotonic()
        self.until = None if for_s is None else self.since + for_s

    def jump(self, x: float, y: float) -> None:
        self.go(0.0, 0.0, None)
        self.x, self.y = x, y


class OnvifCamera:
    """`with OnvifCamera() as camera: camera.address`. `said` lists the calls that it obeyed."""

    def __init__(self, *, ptz: bool = True, places: bool = True, ahead_s: float = 0.0, still: bytes = b"") -> None:
        self.ptz, self.places, self.ahead_s, self.still = ptz, places, ahead_s, still
        self.head = Head()
        self.said: list[tuple[str, str]] = []
        self.presets = {"1": ("Gate", (0.5, 0.0)), "2": ("Door", (-0.9, 0.2))}
        self.down = False
        self.answer: bytes | None = None
        self.stills = 0
        self.subscriptions = 0
        self.renewals = 0
        self.lasts_s = 60.0
        self.motion = False
        self._notices: list[str] = []
        self._initial = True
        self._news = threading.Condition()
        self._nonces: set[bytes] = set()
        camera = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, answer = (503, b"") if camera.down else camera._soap(body)
                self._send(status, "application/soap+xml", answer)

            def do_GET(self) -> None:
                if camera.down:
                    self._send(503, "text/plain", b"")
                elif self.path.startswith("/still") and not camera._signed_in("GET", self.headers.get("Authorization")):
                    self._send(401, "text/plain", b"", f'Digest realm="camera", qop="auth", nonce="{NONCE}"')
                else:
                    camera.stills += 1
                    self._send(200, "image/jpeg", camera.still)

            def _send(self, status: int, media_type: str, body: bytes, challenge: str = "") -> None:
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                if challenge:
                    self.send_header("WWW-Authenticate", challenge)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/onvif/device_service"

    @property
    def still_address(self) -> str:
        return f"http://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/still.jpg"

    def __enter__(self) -> OnvifCamera:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    # -- what a test does

    def tell(self, topic: str, source: dict[str, str], data: dict[str, str], operation: str = "Changed") -> None:
        """An event to whoever pulls."""
        with self._news:
            self._notices.append(self._notice(topic, source, data, operation))
            self._news.notify_all()

    def calls(self, *names: str) -> list[str]:
        return [name for name, _ in self.said if not names or name in names]

    def forget_subscriptions(self) -> None:
        """As a camera does that was restarted: who pulls is refused, and begins anew."""
        self.subscriptions += 1

    # -- answering

    def _soap(self, body: bytes) -> tuple[int, bytes]:
        if self.answer is not None:
            return 200, self.answer
        root = ElementTree.fromstring(body)
        request = next(iter(root.find("{http://www.w3.org/2003/05/soap-envelope}Body")))  # type: ignore[arg-type]
        name = request.tag.rpartition("}")[2]
        if name != "GetSystemDateAndTime" and not self._secure(root):
            return 400, _fault("ter:NotAuthorized")
        answer = getattr(self, f"_{name}", None)
        if answer is None:
            return 400, _fault("ter:ActionNotSupported")
        text = ElementTree.tostring(request, encoding="unicode")
        inner = answer(request, text)
        if inner is None:
            return 400, _fault("ter:InvalidArgVal")
        self.said.append((name, text))
        return 200, _envelope(f"<r:{name}Response xmlns:r='urn:r' xmlns:tt='{TT}'>{inner}</r:{name}Response>")

    def _secure(self, root: ElementTree.Element) -> bool:
        told = {node.tag.rpartition("}")[2]: node.text or "" for node in root.iter()}
        try:
            nonce, created = base64.b64decode(told["Nonce"]), told["Created"]
            digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + PASSWORD.encode()).digest()).decode()
            at = datetime.fromisoformat(created)
        except (KeyError, ValueError):
            return False
        in_time = abs((at - self._now()).total_seconds()) < 10
        fresh = nonce not in self._nonces
        self._nonces.add(nonce)
        return told.get("Username") == USER and told.get("Password") == digest and in_time and fresh

    def _signed_in(self, method: str, header: str | None) -> bool:
        told = dict(re.findall(r'(\w+)="?([^",]*)"?', header or ""))

        def hashed(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode()).hexdigest()

        try:
            secret, asked = hashed(USER, "camera", PASSWORD), hashed(method, told["uri"])
            wanted = hashed(secret, NONCE, told["nc"], told["cnonce"], "auth", asked)
        except KeyError:
            return False
        return told.get("response") == wanted

    def _now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    def _GetSystemDateAndTime(self, request: object, text: str) -> str:
        at = self._now()
        day = f"<tt:Date><tt:Year>{at.year}</tt:Year><tt:Month>{at.month}</tt:Month><tt:Day>{at.day}</tt:Day></tt:Date>"
        hour = f"<tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}</tt:Minute><tt:Second>{at.second}</tt:Second>"
        utc = f"<tt:UTCDateTime><tt:Time>{hour}</tt:Time>{day}</tt:UTCDateTime>"
        return f"<r:SystemDateAndTime>{utc}</r:SystemDateAndTime>"

    def _GetDeviceInformation(self, request: object, text: str) -> str:
        return "<r:Manufacturer>Test</r:Manufacturer><r:Model>Head 1</r:Model><r:FirmwareVersion>1</r:FirmwareVersion>"

    def _GetCapabilities(self, request: object, text: str) -> str:
        """It believes that it stands elsewhere, as cameras behind a router do."""
        parts = ["Media", "Events"] + (["PTZ"] if self.ptz else [])
        each = [f"<tt:{p}><tt:XAddr>http://192.0.2.77/onvif/{p.lower()}</tt:XAddr></tt:{p}>" for p in parts]
        return f"<r:Capabilities>{''.join(each)}</r:Capabilities>"

    def _GetProfiles(self, request: object, text: str) -> str:
        turns = "<tt:PTZConfiguration/>" if self.ptz else ""
        size = "<tt:Resolution><tt:Width>640</tt:Width><tt:Height>360</tt:Height></tt:Resolution>"
        video = f"<tt:VideoEncoderConfiguration><tt:Encoding>H264</tt:Encoding>{size}</tt:VideoEncoderConfiguration>"
        return f"<r:Profiles token='p0'><tt:Name>main</tt:Name>{video}{turns}</r:Profiles>"

    def _GetStreamUri(self, request: object, text: str) -> str:
        return "<r:MediaUri><tt:Uri>rtsp://127.0.0.1:8554/main</tt:Uri></r:MediaUri>"

    def _GetSnapshotUri(self, request: object, text: str) -> str:
        return f"<r:MediaUri><tt:Uri>http://127.0.0.1:{self.port}/still.jpg</tt:Uri></r:MediaUri>"

    def _GetPresets(self, request: object, text: str) -> str:
        def place(x: float, y: float) -> str:
            return f"<tt:PTZPosition><tt:PanTilt x='{x}' y='{y}'/></tt:PTZPosition>" if self.places else ""

        return "".join(
            f"<r:Preset token='{token}'><tt:Name>{name}</tt:Name>{place(*at)}</r:Preset>"
            for token, (name, at) in self.presets.items()
        )

    def _GetStatus(self, request: object, text: str) -> str:
        x, y = self.head.now()
        place = f"<tt:Position><tt:PanTilt x='{x:.4f}' y='{y:.4f}'/></tt:Position>" if self.places else ""
        return f"<r:PTZStatus>{place}</r:PTZStatus>"

    def _ContinuousMove(self, request: ElementTree.Element, text: str) -> str:
        turn = next(node for node in request.iter() if node.tag.endswith("PanTilt"))
        lasts = re.search(r"PT([0-9.]+)S", text)
        self.head.go(float(turn.get("x", 0)), float(turn.get("y", 0)), float(lasts[1]) if lasts else None)
        return ""

    def _Stop(self, request: object, text: str) -> str:
        self.head.go(0.0, 0.0, None)
        return ""

    def _GotoPreset(self, request: ElementTree.Element, text: str) -> str | None:
        token = next((node.text for node in request.iter() if node.tag.endswith("PresetToken")), "") or ""
        if token not in self.presets:
            return None
        self.head.jump(*self.presets[token][1])
        return ""

    def _GotoHomePosition(self, request: object, text: str) -> str:
        self.head.jump(0.0, 0.0)
        return ""

    # -- events

    def _CreatePullPointSubscription(self, request: object, text: str) -> str:
        self.subscriptions += 1
        with self._news:
            self._initial = True
        address = f"http://192.0.2.77/onvif/pull/{self.subscriptions}"
        parameter = f"<s:Id xmlns:s='urn:s'>{self.subscriptions}</s:Id>"
        reference = f"<w:Address xmlns:w='urn:w'>{address}</w:Address>"
        extra = f"<w:ReferenceParameters xmlns:w='urn:w'>{parameter}</w:ReferenceParameters>"
        return f"<r:SubscriptionReference>{reference}{extra}</r:SubscriptionReference>{self._times()}"

    def _times(self) -> str:
        now, end = self._now().isoformat(), (self._now() + timedelta(seconds=self.lasts_s)).isoformat()
        return f"<r:CurrentTime>{now}</r:CurrentTime><r:TerminationTime>{end}</r:TerminationTime>"

    def _PullMessages(self, request: object, text: str) -> str:
        with self._news:
            if self._initial:
                self._initial = False
                state = {"State": str(self.motion).lower()}
                first = self._notice("tns1:VideoSource/MotionAlarm", {"Source": "v0"}, state, "Initialized")
                self._notices.insert(0, first)
            if not self._notices:
                self._news.wait(0.3)
            notices, self._notices = self._notices, []
        return self._times() + "".join(notices)

    def _Renew(self, request: object, text: str) -> str:
        self.renewals += 1
        return self._times()

    def _Unsubscribe(self, request: object, text: str) -> str:
        return ""

    def _notice(self, topic: str, source: dict[str, str], data: dict[str, str], operation: str) -> str:
        def items(pairs: dict[str, str]) -> str:
            return "".join(f"<tt:SimpleItem Name='{name}' Value='{value}'/>" for name, value in pairs.items())

        message = (
            f"<tt:Message UtcTime='{self._now().isoformat()}' PropertyOperation='{operation}'>"
            f"<tt:Source>{items(source)}</tt:Source><tt:Data>{items(data)}</tt:Data></tt:Message>"
        )
        told = f"<w:Topic>{topic}</w:Topic><w:Message>{message}</w:Message>"
        return f"<w:NotificationMessage xmlns:w='urn:w'>{told}</w:NotificationMessage>"


class Beacon:
    """Answers WS-Discovery's probe by unicast."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._address = address
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                data, back = self._socket.recvfrom(65_535)
            except OSError:
                return
            if b"NetworkVideoTransmitter" in data:
                for address in ("http://192.0.2.1/onvif", self._address):
                    self._socket.sendto(self._match(address), back)

    @staticmethod
    def _match(address: str) -> bytes:
        scopes = "onvif://www.onvif.org/name/Head%201 onvif://www.onvif.org/hardware/H1"
        return _envelope(
            "<d:ProbeMatches xmlns:d='urn:d'><d:ProbeMatch>"
            f"<d:Scopes>{scopes}</d:Scopes><d:XAddrs>{address}</d:XAddrs></d:ProbeMatch></d:ProbeMatches>"
        )


def _envelope(body: str) -> bytes:
    soap = "http://www.w3.org/2003/05/soap-envelope"
    return f'<?xml version="1.0"?><s:Envelope xmlns:s="{soap}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


def _fault(code: str) -> bytes:
    return _envelope(
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode></s:Code></s:Fault>"
    )
