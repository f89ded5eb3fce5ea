# SPDX-License-Identifier: EUPL-1.2
"""Nobody can send our server anywhere but to a browser's push service."""

from __future__ import annotations

import socket
import threading

import pytest

from zegel.server.kernel.configuration import push_test_origin
from zegel.server.kernel.errors import Misconfigured
from zegel.server.notify import endpoints, sending
from zegel.server.notify.endpoints import Endpoint, EndpointRefused
from zegel.server.notify.sending import Outcome, Parcel

PARCEL = Parcel(b"sealed", "vapid t=x, k=y", 60, "high")


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com/fcm/send/abc", "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/QABC", "https://wns2-db5p.notify.windows.com/w/?token=abc",
        "https://fcm.googleapis.com:443/wp/abc",
    ],
)  # fmt: skip
def test_the_services_of_browsers_are_known(url):
    assert endpoints.check(url).origin.startswith("https://")


@pytest.mark.parametrize(
    "url",
    [
        "", "nonsense", "http://fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "https://fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.example/x", "https://evilfcm.googleapis.com/x", "https://notify.windows.com/x",
        "https://evilnotify.windows.com/x", "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/latest/meta-data", "https://localhost/x",
        "file:///etc/passwd", "gopher://fcm.googleapis.com/x", "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com/a b", "https://fcm.googleapis.com:x/y",
        "https://fcm.googleapis.com\\@evil.example/x", "https://fcm.googleapis.com/\r\nHost: evil",
        "https://FCM.googleapis.com.evil/x", "https://fcm.googleapis.com%2eevil.example/x",
        "https://fcm.googleapis.com/" + "a" * 1000,
        "//fcm.googleapis.com/x", "https://fcm。googleapis。com/x",
    ],
)  # fmt: skip
def test_everything_else_is_refused(url):
    with pytest.raises(EndpointRefused):
        endpoints.check(url)


@pytest.mark.parametrize(
    "found",
    [
        [], ["127.0.0.1"], ["10.0.0.1"], ["192.168.1.1"], ["169.254.169.254"], ["100.64.0.1"], ["::1"],
        ["fe80::1%eth0"],
        ["fc00::1"], ["::ffff:10.0.0.1"], ["2002:0a00:0001::1"], ["0.0.0.0"], ["224.0.0.1"],
        ["142.250.1.1", "10.0.0.1"],
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused_even_by_one_of_its_addresses(found):
    with pytest.raises(EndpointRefused):
        endpoints.public_addresses(found)


def test_a_listed_name_that_resolves_to_this_machine_is_never_connected_to(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(0, 0, 0, "", ("127.0.0.1", 443))])
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("it connected"))
    with pytest.raises(EndpointRefused):
        sending.send(endpoints.check("https://fcm.googleapis.com/fcm/send/x"), PARCEL)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    asked, reached = [], []

    def resolve(host, port, **more):
        asked.append(host)
        return [(0, 0, 0, "", ("142.250.1.1", 443))]

    def connect(address, timeout):
        reached.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert sending.send(endpoints.check("https://fcm.googleapis.com/fcm/send/x"), PARCEL) is Outcome.LATER
    assert (asked, reached) == (["fcm.googleapis.com"], [("142.250.1.1", 443)])


def answering(status: str) -> tuple[str, list[bytes]]:
    """A service on this machine that answers once."""
    listening, heard = socket.create_server(("127.0.0.1", 0)), []

    def serve() -> None:
        with listening, listening.accept()[0] as caller:
            heard.append(caller.recv(65536))
            caller.sendall(f"HTTP/1.1 {status}\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".encode())

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}", heard


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("201 Created", Outcome.SENT), ("404 Not Found", Outcome.GONE), ("410 Gone", Outcome.GONE),
        ("429 Too Many Requests", Outcome.LATER), ("503 Service Unavailable", Outcome.LATER),
        ("302 Found", Outcome.REFUSED), ("307 Temporary Redirect", Outcome.REFUSED), ("403 Forbidden", Outcome.REFUSED),
    ],
)  # fmt: skip
def test_what_a_service_answers_is_understood_and_a_redirect_is_not_followed(status, outcome):
    origin, heard = answering(status)
    to = endpoints.check(f"{origin}/push/1", origin)
    assert sending.send(to, PARCEL) is outcome
    head = heard[0].decode()
    assert head.startswith("POST /push/1 ")
    for line in ("TTL: 60", "Urgency: high", "Content-Encoding: aes128gcm", "Authorization: vapid t=x, k=y"):
        assert line in head


def test_the_test_endpoint_is_one_origin_and_only_where_it_is_set():
    with pytest.raises(EndpointRefused):
        endpoints.check("http://127.0.0.1:9000/x")
    with pytest.raises(EndpointRefused):
        endpoints.check("http://127.0.0.1:9001/x", "http://127.0.0.1:9000")
    assert endpoints.check("http://127.0.0.1:9000/x", "http://127.0.0.1:9000") == Endpoint(
        "http", "127.0.0.1", 9000, "/x", "test"
    )


@pytest.mark.parametrize("text", ["http://10.0.0.1:9000", "http://localhost:9000", "http://127.0.0.1", "ftp://127.0.0.1:9"])
def test_a_test_endpoint_elsewhere_stops_the_start(text):
    with pytest.raises(Misconfigured):
        push_test_origin(text)


def test_no_test_endpoint_is_the_default():
    assert push_test_origin("") == ""


def test_every_service_is_listed_with_its_country():
    checked, found = endpoints.services()
    assert checked.year >= 2026
    assert all(service.operator and len(service.country) == 2 and service.hosts for service in found)
