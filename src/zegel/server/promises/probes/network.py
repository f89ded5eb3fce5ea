# SPDX-License-Identifier: EUPL-1.2
"""What anybody on the network sees: pages fetched by plain requests, cookies, foreign addresses, and how connections
are protected."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from zegel.server.kernel import smtp, software
from zegel.server.promises.probing import Look, probe
from zegel.server.promises.rules import Every, Result, Why, judged, unproven

TIMEOUT_S = 5
PAGES = ("/", "/sign-in", "/verify", "/promises", "/statement", "/recovery", "/kit")
LANGUAGES = ("nl", "sv", "de", "en")
LARGEST = 2 << 20
_LOADED = re.compile(
    r"""<(?:script|img|iframe|link|video|audio|source|object|embed)\b[^>]*?(?:src|href|data)=["']([^"']+)""", re.I
)
_OUTDATED = ssl.TLSVersion.TLSv1_1


class NotReached(Exception):
    """This installation did not answer itself."""


@dataclass(frozen=True)
class Page:
    status: int
    cookies: tuple[str, ...]
    policy: str
    type: str
    text: str


Fetch = Callable[[str], Page]


def fetched(path: str) -> Page:
    """By a plain request, as a stranger. Raises NotReached."""
    at = urlsplit(settings.ORIGIN)
    kind = http.client.HTTPSConnection if at.scheme == "https" else http.client.HTTPConnection
    connection = kind(at.netloc, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": "identity", "Accept-Language": "en"})
        answer = connection.getresponse()
        data = answer.read(LARGEST)
    except (OSError, http.client.HTTPException):
        raise NotReached from None
    finally:
        connection.close()
    cookies = tuple(value.partition("=")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")
    return Page(
        answer.status, cookies, answer.getheader("Content-Security-Policy", "") or "",
        answer.getheader("Content-Type", "") or "", data.decode("utf-8", "replace"),
    )  # fmt: skip


def allowed_cookies() -> frozenset[str]:
    """The functional ones: the session, its guard against forged requests, the language, a device that signs in."""
    return frozenset(
        (
            settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME,
            settings.DEVICE_COOKIE_NAME,
        )
    )  # fmt: skip


def faults_of(path: str, page: Page, host: str) -> list[str]:
    """What a page does that it may not: another cookie, something loaded from elsewhere, a policy that allows that."""
    found = [f"{path} cookie {name[:40]}" for name in page.cookies if name not in allowed_cookies()]
    for address in _LOADED.findall(page.text):
        at = urlsplit(address)
        if at.netloc and at.netloc != host:
            found.append(f"{path} {at.netloc[:60]}")
    if "default-src 'self'" not in page.policy and "default-src 'none'" not in page.policy:
        found.append(f"{path} policy")
    return found


@probe("C4")
def pages_set_no_other_cookie(look: Look) -> Result:
    """A page that is not there is no page: it counts as tried only when it was shown."""
    tried, fell = 0, []
    try:
        for path in PAGES:
            look.on_time()
            page = fetched(f"{path}?of={look.provider_id}")
            tried += page.status == 200
            fell += faults_of(path, page, urlsplit(settings.ORIGIN).netloc)
    except NotReached:
        return unproven(Why.NOT_REACHED)
    return judged(tried, fell)


@probe("A13")
def statement_is_read_by_all(look: Look) -> Result:
    """The statement in four languages, and as a file, without signing in; the site's certificate, where it has one; and
    what is installed against the newest list of known weaknesses, where one was fetched."""
    tried, fell = _certificate(look.now)
    weak = software.faults(settings.DATA, look.now)
    tried, fell = tried + weak[0], fell + weak[1]
    try:
        for language in LANGUAGES:
            look.on_time()
            page = fetched(f"/statement?of={look.provider_id}&lang={language}")
            if page.status != 200 or f'lang="{language}"' not in page.text:
                fell.append(f"/statement {language}")
        file = fetched(f"/statement.pdf?of={look.provider_id}&lang=en")
        if file.status != 200 or "pdf" not in file.type:
            fell.append("/statement.pdf")
    except NotReached:
        return unproven(Why.NOT_REACHED)
    return judged(tried + len(LANGUAGES) + 1, fell)


def _certificate(now: datetime) -> tuple[int, list[str]]:
    """On this machine alone there is none."""
    at = urlsplit(settings.ORIGIN)
    if at.scheme != "https":
        return 0, []
    try:
        ends = software.certificate_ends(at.hostname or "", at.port or 443)
    except (OSError, ValueError):
        return 1, ["certificate"]
    return 1, [f"certificate ends {ends.date().isoformat()}"] if ends - now < software.RENEW_BEFORE else []


@probe("C17", every=Every.HOUR)
def connections_are_protected(look: Look) -> Result:
    """Settings, and an attempt with an outdated version of TLS. On this machine alone nothing crosses the internet."""
    at = urlsplit(settings.ORIGIN)
    if at.scheme != "https":
        local = at.hostname in {"localhost", "127.0.0.1", "::1"}
        return unproven(Why.NO_TLS) if local else judged(1, ["origin"])
    wanted = {
        "session_cookie": settings.SESSION_COOKIE_SECURE, "csrf_cookie": settings.CSRF_COOKIE_SECURE,
        "hsts": settings.SECURE_HSTS_SECONDS >= 31_536_000, "mail": mail_is_protected(),
    }  # fmt: skip
    fell = [name for name, holds in wanted.items() if not holds]
    if accepts_outdated(at.hostname or "", at.port or 443):
        fell.append("outdated_tls")
    return judged(len(wanted) + 1, fell)


def mail_is_protected() -> bool:
    """Letters leave over verified TLS, or not at all; and a server without TLS, made for this, gets nothing."""
    if str(settings.EMAIL_BACKEND).startswith("django.core.mail.backends.smtp"):
        return False
    chosen = smtp.setting("EMAIL_SECURITY")
    if chosen is not None and chosen not in {smtp.Security.STARTTLS, smtp.Security.TLS}:
        return False
    return plain_server_gets_nothing()


def plain_server_gets_nothing() -> bool:
    """A server on this machine that speaks no TLS; True when it heard a greeting, and nothing of a letter."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        listening.settimeout(TIMEOUT_S)
        hearing = pool.submit(_hear, listening)
        try:
            smtp.opened(smtp.Where("127.0.0.1", listening.getsockname()[1], smtp.Security.STARTTLS)).close()
            kept = False
        except smtp.WaitsForTls as waits:
            kept = waits.why is smtp.Why.NO_TLS
        return kept and hearing.result() <= {b"EHLO", b"HELO", b"QUIT"}


def _hear(listening: socket.socket) -> set[bytes]:
    """The commands of one conversation."""
    said: set[bytes] = set()
    connection, _address = listening.accept()
    with connection, connection.makefile("rwb", buffering=0) as line:
        connection.settimeout(TIMEOUT_S)
        line.write(b"220 plain.test\r\n")
        while command := line.readline():
            said.add(command[:4].strip().upper())
            line.write(b"250 fine\r\n")
    return said


def accepts_outdated(host: str, port: int) -> bool:
    """Whether somebody who speaks nothing newer than TLS 1.1 is let in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        context.maximum_version = _OUTDATED
        with socket.create_connection((host, port), TIMEOUT_S) as raw, context.wrap_socket(raw, server_hostname=host):
            return True
    except (OSError, ValueError):
        return False
