# SPDX-License-Identifier: EUPL-1.2
"""The server's own certificate authority, pinned at enrolment: no public authority can put a server in between."""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
from pathlib import Path

from zegel.unit.config import Home, Server
from zegel.unit.errors import ConfigError
from zegel.unit.files import write_atomic

TIMEOUT_S = 15.0
_DER = 2  # _ssl.ENCODING_DER


def context(ca: Path) -> ssl.SSLContext:
    """TLS 1.3 to a server whose certificate leads to the pinned authority and carries the name that was dialled."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        made.load_verify_locations(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{ca} holds no certificate that can be used: {error}") from None
    return made


def pin(home: Home, server: Server, ca: str) -> None:
    """Put the authority's certificate into the unit's directory: from a file, or from the server by its fingerprint.

    Raises ConfigError when it can't be had or has another fingerprint.
    """
    if ca.startswith("sha256:"):
        data = _fetch(server, bytes.fromhex(ca.removeprefix("sha256:")))
    else:
        data = Path(ca).read_bytes()
    write_atomic(home.ca, data)
    context(home.ca)


def _fetch(server: Server, fingerprint: bytes) -> bytes:
    """Nothing is trusted here but the fingerprint: the chain only says which certificate to compare with it."""
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((server.host, server.port), TIMEOUT_S) as plain,
            blind.wrap_socket(plain, server_hostname=server.host) as secured,
        ):
            chain = _chain(secured)
    except OSError as error:
        raise ConfigError(
            f"{server.host}:{server.port} can't be reached ({error}): check address and network"
        ) from None
    for certificate in chain:
        if hmac.compare_digest(hashlib.sha256(certificate).digest(), fingerprint):
            return ssl.DER_cert_to_PEM_cert(certificate).encode()
    raise ConfigError("the server shows no certificate with that fingerprint: compare it again, or give its ca.pem")


def _chain(secured: ssl.SSLSocket) -> list[bytes]:
    inner = getattr(secured, "_sslobj", None)
    presented = getattr(inner, "get_unverified_chain", lambda: None)() or []
    chain = [one if isinstance(one, bytes) else bytes(one.public_bytes(_DER)) for one in presented]
    own = secured.getpeercert(binary_form=True)
    return chain or ([own] if own else [])
