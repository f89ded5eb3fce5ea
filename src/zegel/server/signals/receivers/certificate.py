# SPDX-License-Identifier: EUPL-1.2
"""The certificate that panels and cameras see: the machines' own, the same as on the units' listener."""

from __future__ import annotations

import ssl
from pathlib import Path

from django.conf import settings


def context() -> ssl.SSLContext:
    folder = Path(settings.DATA) / "tls"
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(folder / "server.pem", folder / "server.key")
    return made
