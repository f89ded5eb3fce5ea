# SPDX-License-Identifier: EUPL-1.2
"""Asks the DNS for texts that somebody published (TXT, RFC 1035 §3.3.14), by the machine's own resolver."""

from __future__ import annotations

import dns.exception
import dns.resolver
from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError

WITHIN_S = 6.0
MOST = 40


class NoAnswer(ZegelError):
    """No resolver said anything: neither that there is a record, nor that there is none."""

    code = "dns_no_answer"


def texts(name: str) -> list[str]:
    """The texts at a name, each as one; none where there is no such name or no text. Raises NoAnswer."""
    try:
        found = dns.resolver.Resolver().resolve(name, "TXT", lifetime=WITHIN_S, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise NoAnswer(_("The DNS does not answer."), action=_("Try again in a few minutes.")) from error
    return [b"".join(one.strings).decode("utf-8", "replace") for one in list(found)[:MOST]]
