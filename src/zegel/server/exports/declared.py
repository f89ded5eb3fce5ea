# SPDX-License-Identifier: EUPL-1.2
"""What leaves the customer's own hands: made and signed in his browser, where alone it opens. Principles:

- It is written down before its maker offers the bytes: no entry, no file. The server never sees what is in it.
- Who exports says why and for whom (C15), from a closed list. Publishing pictures with people in them is refused here:
  only redacted, or on a legal order, and neither can be shown to this server yet.
- The entry names the signed statement by its hash, so that a file found later is tied to its export, and the receipt
  of the entry goes with the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.exports.errors import BadExport, NotForPublication
from zegel.server.gate import Action, Resource, require
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.ledger import actions as ledger

LONGEST_MS = 3_600_000
LONGEST_RECIPIENT = 120


class Form(StrEnum):
    """What it is: a film that anybody plays, or the sealed originals with their keys under a code."""

    FILM = "film"
    ORIGINALS = "originals"


class ExportPurpose(StrEnum):
    """Why recordings leave the customer's hands."""

    OWN_RECORD = "own_record"
    POLICE = "police"
    INSURER = "insurer"
    COURT = "court"
    REPAIR = "repair"
    DATA_SUBJECT = "data_subject"
    PUBLICATION = "publication"


@dataclass(frozen=True)
class Declared:
    """An export as its maker declares it. `statement`: the object hash of what he signed; `size`: of the file."""

    export_id: UUID
    form: Form
    track: int
    from_ms: int
    to_ms: int
    purpose: ExportPurpose
    recipient: str
    statement: bytes
    size: int


def declare(actor: Actor, camera: Resource, what: Declared) -> tuple[int, bytes]:
    """Asks the gate (`export` on the camera), logs, and returns the entry's number and the ledger's promise: now the
    file may be offered. Raises Denied, NotForPublication, BadExport, LedgerUnavailable."""
    require(actor, Action.EXPORT, camera)
    if what.purpose is ExportPurpose.PUBLICATION:
        raise NotForPublication
    recipient = what.recipient.strip()
    if not 0 < len(recipient) <= LONGEST_RECIPIENT or not recipient.isprintable():
        raise BadExport(_("Say who gets it."), action=_("Name the person or the organisation, in one line."))
    if not 0 < what.to_ms - what.from_ms <= LONGEST_MS or len(what.statement) != 32:
        raise BadExport(_("An export is of an hour at most."), action=_("Choose a shorter period."))
    facts: dict[str, Fact] = {
        "export": what.export_id, "what": what.form.value, "purpose": what.purpose.value, "recipient": recipient,
        "camera": camera.id if isinstance(camera.id, UUID) else None, "track": what.track, "from_ms": what.from_ms,
        "to_ms": what.to_ms, "statement": what.statement, "bytes": what.size, "role": actor.role or "",
        "address": actor.address[:64],
    }  # fmt: skip
    about = camera.id if isinstance(camera.id, UUID) else None
    receipt = ledger.append(Entry(Kind.EXPORT, camera.owner_id, facts, about=about), actor)
    return receipt.index, receipt.promise
