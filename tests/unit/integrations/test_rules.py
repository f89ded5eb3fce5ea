# SPDX-License-Identifier: EUPL-1.2
"""Nobody can send our server anywhere but to the public internet; what it sends is signed as the standard says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import threading
from datetime import timedelta

import pytest

from zegel.server.integrations import rules, sending
from zegel.server.integrations.rules import Address, Fault


@pytest.mark.parametrize(
    ("url", "port", "target"),
    [
        ("https://shop.example/hook", 443, "/hook"), ("https://shop.example", 443, "/"),
        ("https://SHOP.example:8443/a?b=c", 8443, "/a?b=c"), ("https://xn--mller-kva.example/h", 443, "/h"),
    ],
)  # fmt: skip
def test_a_receiver_on_the_public_internet_is_called(url: str, port: int, target: str) -> None:
    found = rules.address(url)
    assert found is not None
    assert (found.scheme, found.port, found.target) == ("https", port, target)


@pytest.mark.parametrize(
    "url",
    [
        "", "nonsense", "http://shop.example/x", "https://shop.example:22/x", "https://shop.example:x/",
        "https://user@shop.example/x", "https://user:word@shop.example/", "https://shop.example/#part",
        "https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/latest/meta-data", "https://localhost/x",
        "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://0177.0.0.1/", "https://localhost./x",
        "https://db.internal/x", "https://printer.local/", "https://a.localhost/", "https://intranet/",
        "file:///etc/passwd", "gopher://shop.example/x", "https://shop.example/a b", "https://shop.example\\@evil/x",
        "https://shop.example/\r\nHost: evil", "https://shop.example/" + "a" * 500, "//shop.example/x",
        "https://shop。example/x", "https://-shop.example/", "https://shop..example/",
        "https://metadata.google.internal/",
        "https://shop%2eexample/x", "https://shop_x.example/",
    ],
)  # fmt: skip
def test_every_other_address_is_refused(url: str) -> None:
    assert rules.address(url) is None


def test_only_the_test_endpoint_itself_may_be_inside() -> None:
    testing = "http://127.0.0.1:9000"
    assert rules.address(testing + "/hook", testing) == Address("http", "127.0.0.1", 9000, "/hook")
    assert rules.address("http://127.0.0.1:9001/hook", testing) is None
    assert rules.address("http://127.0.0.1:9000@evil.example/", testing) is None


@pytest.mark.parametrize(
    "found",
    [
        [], ["127.0.0.1"], ["10.0.0.1"], ["192.168.1.1"], ["169.254.169.254"], ["100.64.0.1"], ["::1"],
        ["fe80::1%eth0"],
        ["fc00::1"], ["::ffff:10.0.0.1"], ["2002:0a00:0001::1"], ["0.0.0.0"], ["224.0.0.1"], ["64:ff9b::a00:1"],
        ["142.250.1.1", "10.0.0.1"], ["240.0.0.1"], ["2001:db8::1"],
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_called(found: list[str]) -> None:
    assert not sending.all_public(found)


def test_a_name_that_leads_outside_is() -> None:
    assert sending.all_public(["142.250.1.1", "2a00:1450:400e::200e"])


def test_nothing_is_connected_when_a_public_name_has_a_private_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    def connected(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(socket, "create_connection", connected)
    outcome = sending.send(Address("https", "shop.example", 443, "/"), b"{}", {})
    assert outcome == sending.Outcome(0, Fault.ADDRESS)


def _answering(answer: bytes) -> tuple[int, list[bytes], threading.Thread]:
    """A server that reads one request and answers like that."""
    listening = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        with listening, listening.accept()[0] as peer:
            peer.settimeout(5)
            heard.append(peer.recv(65536))
            peer.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listening.getsockname()[1], heard, thread


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, None)),
        (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", (302, Fault.STATUS)),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", (410, Fault.GONE)),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", (500, Fault.STATUS)),
        (b"not http at all\r\n\r\n", (0, Fault.UNREACHABLE)),
    ],
)
def test_a_redirect_is_not_followed(answer: bytes, outcome: tuple[int, Fault | None]) -> None:
    port, heard, thread = _answering(answer)
    to = Address("http", "127.0.0.1", port, "/hook?x=1")
    assert sending.send(to, b'{"a":1}', {"webhook-id": "m1"}, inside=True) == sending.Outcome(*outcome)
    thread.join(5)
    assert len(heard) == 1
    assert heard[0].startswith(b"POST /hook?x=1 HTTP/1.1")


def test_a_certificate_that_is_nobodys_is_refused() -> None:
    port, _heard, _thread = _answering(b"not tls")
    outcome = sending.send(Address("https", "127.0.0.1", port, "/"), b"{}", {}, inside=True)
    assert outcome.fault is Fault.CERTIFICATE


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """Standard Webhooks' reference libraries test with these values."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = rules.signature([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_changes_both_sign() -> None:
    old, new = b"a" * 32, b"b" * 32
    first, second = rules.signature([new, old], "id", 5, b"{}").split(" ")
    for key, made in ((new, first), (old, second)):
        assert made == "v1," + base64.b64encode(hmac.digest(key, b"id.5.{}", hashlib.sha256)).decode()


def test_attempts_wait_longer_and_longer_and_end() -> None:
    waits: list[timedelta] = []
    while (wait := rules.wait_after(len(waits) + 1)) is not None:
        waits.append(wait)
    assert waits == sorted(waits)
    assert timedelta(days=2) < sum(waits, timedelta()) < timedelta(days=3)
