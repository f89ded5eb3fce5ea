# SPDX-License-Identifier: EUPL-1.2
"""What leaves the customer's own hands: made and signed in his browser, where alone it opens. Principles:

- It is written down before its maker offers the bytes: no entry, no file. The server never sees what is in it.
- Who exports says why and for whom (C15), from a closed list. Publishing pictures with people in them is refused here
  unless the film is redacted, or an order of an authority that was recorded and accepted says so; giving somebody
  pictures of others because he is in them (S7) is refused unless it is redacted.
- Redacted is what its maker declares and signs; he says of how many frames he looked at each. Of a film with a frame
  that nobody looked at no entry is made. What is published leaves nobody sharp.
- The entry names the signed statement by its hash, so that a file found later is tied to its export, and the receipt
  of the entry goes with the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.exports.errors import BadExport, NotForPublication, NotRedacted, NotReviewed
from zegel.server.gate import Action, Resource, decide, require
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.ledger import actions as ledger

LONGEST_MS = 3_600_000
LONGEST_RECIPIENT = 120
MOST_FRAMES = 100_000


class Form(StrEnum):
    """What it is: a film that anybody plays, the sealed originals with their keys under a code, or a film in which
    others can't be recognised."""

    FILM = "film"
    ORIGINALS = "originals"
    REDACTED = "redacted"


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
class Redaction:
    """How a film was made unrecognisable, as its maker says: of its `frames` he looked at `reviewed`; `kept` people
    stayed sharp."""

    frames: int
    reviewed: int
    kept: int


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
    redaction: Redaction | None = None


def declare(actor: Actor, camera: Resource, what: Declared) -> tuple[int, bytes]:
    """Asks the gate (`export` on the camera; `of` names an authority's order, where there is one), logs, and returns
    the entry's number and the ledger's promise: now the file may be offered.

    Raises Denied, NotForPublication, NotRedacted, NotReviewed, BadExport, LedgerUnavailable.
    """
    require(actor, Action.EXPORT, camera)
    _check_redaction(actor, camera, what)
    recipient = what.recipient.strip()
    if not 0 < len(recipient) <= LONGEST_RECIPIENT or not recipient.isprintable():
        raise BadExport(_("Say who gets it."), action=_("Name the person or the organisation, in one line."))
    if not 0 < what.to_ms - what.from_ms <= LONGEST_MS or len(what.statement) != 32:
        raise BadExport(_("An export is of an hour at most."), action=_("Choose a shorter period."))
    facts: dict[str, Fact] = {
        "export": what.export_id, "what": what.form.value, "purpose": what.purpose.value, "recipient": recipient,
        "camera": camera.id if isinstance(camera.id, UUID) else None, "track": what.track, "from_ms": what.from_ms,
        "to_ms": what.to_ms, "statement": what.statement, "bytes": what.size, "role": actor.role or "",
        "address": actor.address[:64], "order": camera.of.get("order"), "alarm": camera.of.get("alarm"),
    }  # fmt: skip
    if what.redaction is not None:
        facts |= {"frames": what.redaction.frames, "reviewed": what.redaction.reviewed, "kept": what.redaction.kept}
    about = camera.id if isinstance(camera.id, UUID) else None
    receipt = ledger.append(Entry(Kind.EXPORT, camera.owner_id, facts, about=about), actor)
    return receipt.index, receipt.promise


def _check_redaction(actor: Actor, camera: Resource, what: Declared) -> None:
    """Raises NotForPublication, NotRedacted, NotReviewed, BadExport."""
    said = what.redaction
    if (said is None) is (what.form is Form.REDACTED):
        raise BadExport(_("A redacted film says how it was made."), action=_("Make it anew on the page for it."))
    sharp = said is None or said.kept > 0
    if what.purpose is ExportPurpose.PUBLICATION and sharp and not decide(actor, Action.PUBLISH, camera).allowed:
        raise NotForPublication
    if what.purpose is ExportPurpose.DATA_SUBJECT and said is None:
        raise NotRedacted
    if said is not None and not 0 < said.frames == said.reviewed <= MOST_FRAMES:
        raise NotReviewed
