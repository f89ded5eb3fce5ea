# SPDX-License-Identifier: EUPL-1.2
"""Handing out a file. Principles:

- Every file leaves through `send`, of whatever kind, to whomever (I5: date, time and address are logged).
- The gate is asked first; the entry is durable in the ledger before the caller holds the bytes; its hash is in the
entry, so
  that a file found later can be tied to its export.
- A name never comes from a person's input unchecked: letters, digits, dot, dash and underscore only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from zegel.server.exports.errors import BadExport
from zegel.server.gate import Action, Resource, require
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.ledger import actions as ledger

LARGEST = 256 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PURPOSE = re.compile(r"[a-z][a-z_]{0,39}")


class FileKind(StrEnum):
    """What leaves."""

    RECEIPT = "receipt"
    FIGURES = "figures"  # an alarm centre's response times and causes
    SIGN = "sign"  # that cameras watch, to be printed and hung
    ANSWER = "answer"  # to somebody who asked for his rights
    REQUESTS = "requests"  # the register of such requests
    CONSENT_RECEIPT = "consent_receipt"


_TYPES = {
    FileKind.RECEIPT: "text/plain; charset=utf-8",
    FileKind.FIGURES: "text/csv; charset=utf-8",
    FileKind.SIGN: "application/pdf",
    FileKind.ANSWER: "application/zip",
    FileKind.REQUESTS: "text/csv; charset=utf-8",
    FileKind.CONSENT_RECEIPT: "application/ld+json",
}


ENTRY_HEADER = "X-Zegel-Entry"
_MARK = "_zegel_entry"


@dataclass(frozen=True)
class Sent:
    """A file that was logged and may now be handed over. `index`: its entry in the ledger."""

    name: str
    content: bytes
    content_type: str
    index: int

    @property
    def disposition(self) -> str:
        """The header that makes a browser keep it as a file."""
        return f'attachment; filename="{self.name}"'


def send(
    actor: Actor,
    kind: FileKind,
    name: str,
    content: bytes | Iterable[bytes],
    *,
    purpose: str,
    resource: Resource,
    recipient: str = "",
    owner_id: UUID | None = None,
    count: int | None = None,
) -> Sent:
    """Asks the gate (action `export` on `resource`), logs, and gives the file back to be handed over.

    `recipient`: a short code of who gets it (empty: the actor himself). Raises Denied, BadExport, LedgerUnavailable.
    """
    if not _NAME.fullmatch(name) or not _PURPOSE.fullmatch(purpose):
        raise BadExport(_("This file can't be named like that."), action=_("Use letters, digits, dot, dash."))
    require(actor, Action.EXPORT, resource)
    data = _whole(content)
    facts: dict[str, Fact] = {
        "file": name,
        "what": FileKind(kind).value,
        "purpose": purpose,
        "recipient": recipient or "self",
        "bytes": len(data),
        "sha256": hashlib.sha256(data).digest(),
        "address": actor.address,
        "of": resource.id,
        "count": count,
    }
    about = resource.id if isinstance(resource.id, UUID) else None
    owner = owner_id or resource.owner_id or actor.party_id
    receipt = ledger.append(Entry(Kind.EXPORT, owner, facts, about=about), actor)
    return Sent(name, data, _TYPES[FileKind(kind)], receipt.index)


def answer(sent: Sent) -> HttpResponse:
    """The file as an answer, with its entry's number."""
    response = HttpResponse(sent.content, content_type=sent.content_type)
    response["Content-Disposition"] = sent.disposition
    response[ENTRY_HEADER] = str(sent.index)
    setattr(response, _MARK, sent.index)
    return response


def entry_of(response: object) -> int | None:
    """The entry under which this answer's file was written down; None when it was not."""
    found = getattr(response, _MARK, None)
    return found if isinstance(found, int) else None


def _whole(content: bytes | Iterable[bytes]) -> bytes:
    """The bytes, of at most LARGEST. Raises BadExport."""
    parts, size = [], 0
    for part in [content] if isinstance(content, bytes) else content:
        size += len(part)
        if size > LARGEST:
            raise BadExport(_("This file is too large."), action=_("Choose a shorter period."))
        parts.append(part)
    return b"".join(parts)
