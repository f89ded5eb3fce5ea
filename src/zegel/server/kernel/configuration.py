# SPDX-License-Identifier: EUPL-1.2
"""Reads the addresses of an installation's environment. Pure; a half-written one is refused with what to write
instead."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from zegel.server.kernel.errors import Misconfigured

POOL_SIZE = 24
# Nobody waits for a row longer than this, and nothing runs longer than that: what is stuck fails and is tried again,
# and holds nobody else up. Migrations have no such limits.
LOCK_TIMEOUT_S, STATEMENT_TIMEOUT_S = 10, 60


def database_from_url(url: str, *, pool: bool, limits: bool = True) -> dict[str, Any]:
    """A Django database from `postgresql://user:password@host:port/name?option=…` (host may be an option: a socket's
    folder).

    `pool`: connections are shared between a process's threads; off in workers, which hold theirs for long. `limits`:
    no statement waits or runs for ever.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise Misconfigured(
            "DATABASE_URL is not a PostgreSQL address.", action="Write postgresql://user:password@host:5432/name."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {key: value for key, value in query.items() if key not in {"host", "port"}}
    options["application_name"] = "zegel"
    if limits:
        timeouts = f"-c lock_timeout={LOCK_TIMEOUT_S}s -c statement_timeout={STATEMENT_TIMEOUT_S}s"
        options["options"] = f"{options.get('options', '')} {timeouts}".strip()
    if pool:
        options["pool"] = {"min_size": 1, "max_size": POOL_SIZE, "timeout": 10, "max_idle": 120}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or (str(parts.port) if parts.port else ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if pool else None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def email_from_url(url: str) -> dict[str, Any]:
    """The mail settings of `smtp://user:password@host:587` (STARTTLS), `smtps://…:465`, `console:`, or
    `plain-local://127.0.0.1:2500`, a sink on this machine. Options: from=, dkim=SELECTOR, ca=/file.pem,
    onward=require, otherwise=link, bounces=DOMAIN (kernel.smtp says what they mean).

    Raises Misconfigured for anything that would send letters without verified TLS.
    """
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme not in _MAIL_SCHEMES or not parts.hostname:
        raise Misconfigured(
            "EMAIL_URL is not an address of a mail server.",
            action="Write smtp://user:password@host:587, smtps://user:password@host:465, or console:.",
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    _check_protected(parts.scheme, parts.hostname, query)
    security, port = _MAIL_SCHEMES["smtps" if query.get("ssl") == "1" else parts.scheme]
    return {
        "EMAIL_BACKEND": "zegel.server.kernel.smtp.Backend",
        "EMAIL_SECURITY": security,
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_CA": query.get("ca", ""),
        "EMAIL_ONWARD": query.get("onward") == "require",
        "EMAIL_OTHERWISE": query.get("otherwise", "wait"),
        "EMAIL_DKIM": query.get("dkim", ""),
        "EMAIL_BOUNCES": query.get("bounces", ""),
        "DEFAULT_FROM_EMAIL": query.get("from", "zegel@localhost"),
    }


_MAIL_SCHEMES = {"smtp": ("starttls", 587), "smtps": ("tls", 465), "plain-local": ("plain_local", 2500)}
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


def _check_protected(scheme: str, host: str, query: dict[str, str]) -> None:
    """Raises Misconfigured."""
    if scheme == "plain-local" and not _is_loopback(host):
        raise Misconfigured(
            f"EMAIL_URL names {host} as a sink on this machine, and it is no address of this machine.",
            action="Write plain-local://127.0.0.1:PORT, or smtp://host:587: letters leave over TLS only.",
        )
    if scheme != "plain-local" and (query.get("tls", "1") != "1" or query.get("ssl", "1") != "1"):
        raise Misconfigured(
            "EMAIL_URL switches TLS off, and letters leave over verified TLS only.",
            action="Take tls=0 or ssl=0 away; a server with a certificate of your own: ca=/path/of/authority.pem.",
        )
    if query.get("otherwise", "wait") not in {"wait", "link"} or query.get("onward", "require") != "require":
        raise Misconfigured(
            "EMAIL_URL has an option that means nothing.", action="otherwise=wait or link; onward=require or nothing."
        )
    if query.get("bounces") and not _DOMAIN.fullmatch(query["bounces"]):
        raise Misconfigured("EMAIL_URL's bounces is no domain.", action="Write bounces=mail.example.org.")
    if query.get("dkim") and not _SELECTOR.fullmatch(query["dkim"]):
        raise Misconfigured("EMAIL_URL's dkim is no selector.", action="Write a short word: dkim=zegel.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def security_contact(text: str) -> str:
    """ZEGEL_SECURITY_CONTACT: an address as RFC 9116 wants it, or nothing."""
    if text and (urlsplit(text).scheme not in {"mailto", "https"} or re.search(r"[\s<>]", text)):
        raise Misconfigured(
            "ZEGEL_SECURITY_CONTACT is no address.", action="Write mailto:security@example.org or https://…."
        )
    return text


def push_test_origin(text: str) -> str:
    """ZEGEL_PUSH_TEST_ENDPOINT: the origin of a push service on this machine, for tests, or nothing."""
    if not text:
        return ""
    parts = urlsplit(text)
    try:
        local, port = ip_address(parts.hostname or "").is_loopback, parts.port
    except ValueError:
        local, port = False, None
    if not local or port is None or parts.scheme not in {"http", "https"} or parts.path not in {"", "/"}:
        raise Misconfigured(
            "ZEGEL_PUSH_TEST_ENDPOINT is not an address of this machine.", action="Write http://127.0.0.1:9000."
        )
    return f"{parts.scheme}://{parts.netloc}"


def origin_parts(origin: str) -> tuple[str, str]:
    """Scheme and host of the browser's address. Only https, or http on the machine itself: elsewhere a browser has no
    cryptography (it isn't a secure context), and nothing would open."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    local = host in {"localhost", "127.0.0.1", "::1"} or host.endswith(".localhost")
    if parts.scheme not in {"https", "http"} or not host or parts.path or (parts.scheme == "http" and not local):
        raise Misconfigured(
            f"'{origin}' can't be a browser's address of Zegel.",
            action="Write https://host, or http://localhost:8000 on the machine itself.",
        )
    return parts.scheme, f"[{host}]" if ":" in host else host


def checked_proxies(text: str) -> tuple[str, ...]:
    """ZEGEL_PROXIES: IP addresses or networks with commas. Raises Misconfigured, also for "*": that would believe
    whatever address a stranger names."""
    given = tuple(part.strip() for part in text.split(",") if part.strip())
    for part in given:
        try:
            ip_network(part, strict=False)
        except ValueError:
            raise Misconfigured(
                f"'{part}' in ZEGEL_PROXIES is not an IP address or network.",
                action="Write the proxy's own address, for example 127.0.0.1 or 10.0.0.0/24.",
            ) from None
    return given


def unnamed_proxy(origin: str, listener: str, proxies: tuple[str, ...]) -> str | None:
    """What to warn of when TLS must end before us and nobody said where; None when all is well.

    Raises Misconfigured when others than this machine reach the plain listener too.
    """
    if proxies or origin_parts(origin)[0] != "https":
        return None
    if listener not in {"127.0.0.1", "::1", "localhost"}:
        raise Misconfigured(
            f"The origin is {origin}, the plain listener is open on {listener}, and ZEGEL_PROXIES names no proxy.",
            action="Set ZEGEL_PROXIES to the address of the proxy that ends TLS, or listen on 127.0.0.1.",
        )
    return (
        f"The origin is {origin} and ZEGEL_PROXIES names no proxy: every browser counts as one address, so one "
        "stranger's wrong passwords slow everybody, and the ledger holds the proxy's address. "
        "Set ZEGEL_PROXIES=127.0.0.1 when the proxy runs on this machine."
    )
