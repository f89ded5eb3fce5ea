# SPDX-License-Identifier: EUPL-1.2
"""Things that call the alarm centre of a running demo, as a visitor's own panel, camera or system would.

    zegel demo send burglary | fire | holdup | tamper | open | poll     the villa's panel (encrypted DC-09), the yard's
    zegel demo send storm --count 500                                   a street of panels, all at once
    zegel demo send mail                                                a camera that only knows e-mail, with a picture
    zegel demo send webhook                                             another system, over HTTP with a key

It reads where the demo listens, and the demo's own secrets, from its folder.
"""

from __future__ import annotations

import argparse
import io
import json
import smtplib
import socket
import ssl
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import cycle
from pathlib import Path
from typing import Any

from zegel.demo import panels
from zegel.demo.scene import Installation
from zegel.demo.world import WORLD
from zegel.protocols import dc09
from zegel.unit import clock

WITHIN_S = 10.0
DAY_MS = 86_400_000
# What a visitor calls it: whose panel, the SIA code, the zone.
CALLS = {
    "burglary": ("7001", "BA", "2"),
    "fire": ("7002", "FA", "1"),
    "holdup": ("7001", "HA", "8"),
    "tamper": ("7001", "TA", "3"),
    "open": ("7001", "OP", "1"),
    "close": ("7001", "CL", "1"),
}
STORM = ("BA", "BA", "TA", "BA", "YT", "BA", "FA", "BA", "BA", "HA")


class NotSent(Exception):
    """It did not arrive; the message says why."""


@dataclass
class Ports:
    """Where the running installation listens."""

    dc09: int
    smtp: int


def ports(data: Path) -> Ports:
    """Raises NotSent when nothing runs there."""
    try:
        said = json.loads((data / "run" / "serve.json").read_text())
    except (OSError, ValueError):
        raise NotSent(f"no demo runs in {data.parent}: start one with make demo") from None
    return Ports(said["dc09_port"], said["smtp_port"])


# --- panels ---


def panel_key(account: str) -> dc09.Key:
    """Of a panel of the demo's world."""
    found = next(panel for site in WORLD.sites for panel in site.panels if panel.account == account)
    return dc09.Key.of(found.key, "hex")


@contextmanager
def dialled(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), WITHIN_S) as line:
        yield line


def call(line: socket.socket, account: str, code: str, zone: str, seq: int, *, encrypted: bool = True) -> bytes:
    """One event of a panel, and the receiver's answer. Raises OSError."""
    words = f"#{account}|Nri1/{code}{zone}"
    key = panel_key(account) if encrypted else None
    line.sendall(dc09.write("SIA-DCS", account, words, seq=seq, key=key, now_ms=clock.wall_ms()))
    return heard(line)


def heard(line: socket.socket) -> bytes:
    """The next whole answer. Raises ConnectionError."""
    framer = dc09.Framer()
    while True:
        part = line.recv(4096)
        if not part:
            raise ConnectionError("the receiver hung up")
        if frames := framer.feed(part):
            return frames[0]


def token(answer: bytes) -> str:
    return answer.split(b'"')[1].decode("ascii", "replace")


def send_call(data: Path, name: str) -> str:
    account, code, zone = CALLS[name]
    with dialled(ports(data).dc09) as line:
        answer = token(call(line, account, code, zone, clock.wall_ms() % 9999 + 1))
    if answer != "*ACK":
        raise NotSent(f"the receiver answered {answer}")
    return f"panel {account} said {code}, zone {zone}, encrypted: acknowledged"


def send_poll(data: Path) -> str:
    with dialled(ports(data).dc09) as line:
        line.sendall(dc09.write("NULL", "7001", "", seq=0, key=panel_key("7001"), now_ms=clock.wall_ms()))
        return f"panel 7001 polled: {token(heard(line))}"


def send_storm(place: Installation, count: int) -> str:
    """As many panels at as many shops, each with one event; hold-ups and fires among them."""
    made = panels.street(place, count)
    dialler = panels.Dialler(made)
    begun = clock.mono_s()
    for account, code in zip(made.accounts, cycle(STORM), strict=False):
        dialler.say(account, code)
    dialler.close()
    return f"{count} panels alarmed within {clock.mono_s() - begun:.1f} s, each acknowledged"


# --- a camera that mails ---


def mail_address(place: Installation) -> str:
    """The yard's old camera: added by its technician the first time, its address kept in the demo's folder."""
    kept = place.data.parent / "mail-camera"
    if not kept.exists():
        wish = {"site_id": str(WORLD.site("yard").id), "name": "Old gate camera"}
        kept.write_text(place.client("technician").http.post("/api/v1/mail-cameras", wish)["address"])
    return kept.read_text()


def a_picture(clip: Path | None) -> bytes:
    """A JPEG: a frame of the clip, or a plain field where there is none."""
    import av

    if clip is not None and clip.exists():
        with av.open(str(clip)) as source:
            frame = next(source.decode(video=0))
            return _jpeg(frame)
    return _jpeg(av.VideoFrame(640, 360, "yuvj420p"))


def _jpeg(frame: Any) -> bytes:
    import av

    with io.BytesIO() as buffer, av.open(buffer, "w", format="mjpeg") as out:
        stream = out.add_stream("mjpeg")
        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuvj420p"
        for packet in [*stream.encode(frame.reformat(format="yuvj420p")), *stream.encode(None)]:
            out.mux(packet)
        return buffer.getvalue()


def send_mail(place: Installation, picture: bytes) -> str:
    address = mail_address(place)
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Gate: Intrusion Detection", "camera@yard.example", address
    message.set_content(
        "This is an automatically generated e-mail from your IPC.\n\nEVENT TYPE: Intrusion Detection\n"
        "IPC NAME: Old gate camera\nCHANNEL NUMBER: 1\n"
    )
    message.add_attachment(picture, maintype="image", subtype="jpeg", filename="gate.jpg")
    context = ssl.create_default_context(cafile=str(place.ca))
    context.check_hostname = False
    with smtplib.SMTP("127.0.0.1", ports(place.data).smtp, timeout=WITHIN_S) as client:
        client.starttls(context=context)
        client.send_message(message, "camera@yard.example", [address])
    return f"a mail with a picture of {len(picture)} bytes, over TLS: stored"


# --- another system ---


def send_webhook(place: Installation) -> str:
    made = place.client("technician").http.post("/api/v1/integrations", {
        "owner_id": str(WORLD.party("dehaan").id), "name": "Weather mast", "scopes": ["signals.write"],
        "site_ids": [str(WORLD.site("yard").id)], "until_ms": clock.wall_ms() + DAY_MS,
    })  # fmt: skip
    body = {"site_id": str(WORLD.site("yard").id), "class": "technical", "code": "storm", "text": "Wind 11 Beaufort"}
    request = urllib.request.Request(
        f"{place.origin}/api/v1/integrations/signals", json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {made['key']}",
         "Idempotency-Key": f"demo-{clock.wall_ms()}"},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
        return f"over HTTP with a key of its own: {json.loads(answer.read())}"


# --- the command ---


def main(argv: Sequence[str]) -> int:
    """`zegel demo send WHAT`. The exit status."""
    parser = argparse.ArgumentParser(prog="zegel demo send", description="Calls the running demo's alarm centre.")
    parser.add_argument("what", choices=[*CALLS, "poll", "storm", "mail", "webhook"])
    parser.add_argument("--count", type=int, default=100, help="how many panels join the storm (at most 1000)")
    parser.add_argument("--folder", type=Path, default=None, help="the demo's folder (default: var/demo)")
    words = parser.parse_args(argv)
    from zegel.demo import scene
    from zegel.demo.visit import DEFAULT_FOLDER

    folder = (words.folder or DEFAULT_FOLDER).absolute()
    try:
        ports(folder / "server")
        print(_sent(words.what, folder, lambda: scene.running(folder), min(max(words.count, 1), 1000)))
    except (NotSent, OSError, smtplib.SMTPException) as error:
        print(f"zegel demo send: {error}", file=sys.stderr)
        return 1
    return 0


def _sent(what: str, folder: Path, place: Callable[[], Installation], count: int) -> str:
    if what in CALLS:
        return send_call(folder / "server", what)
    if what == "poll":
        return send_poll(folder / "server")
    if what == "storm":
        return send_storm(place(), count)
    if what == "mail":
        return send_mail(place(), a_picture(Path("var/clips/demo.mp4")))
    return send_webhook(place())
