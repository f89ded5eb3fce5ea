# SPDX-License-Identifier: EUPL-1.2
"""An alarm centre's next certificate for its opening key. It is made where the certifying key is: on the centre's own
machine, from its paper (`zegel certify`). Units and browsers judge it by the key that owners pinned; what contradicts
that is refused here, early, because a certificate that no unit takes would stop every release."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from zegel.seal import envelope as envelopes
from zegel.seal.arckey import ArcKey as Sealed
from zegel.seal.errors import SealError
from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor
from zegel.server.people import actions, queries, rules
from zegel.server.people.errors import BadField
from zegel.server.people.models import ArcKey

CLOCK_SLACK_MS = 60_000


def renew(actor: Actor, envelope: bytes) -> ArcKey:
    """By the certifying key that owners pinned, over the acting party's opening key in force, numbered higher. Raises
    BadField."""
    assert actor.party_id is not None
    held = queries.own_arc_key(actor.party_id)
    tenant = queries.tenant_open_key(actor.party_id, seen_by=actor.party_id)
    if held is None or tenant is None:
        raise _unfit()
    rules.checked_bytes(envelope, 1, rules.LONGEST_ENVELOPE)
    key, before = _read(envelope, held[0]), _read(held[1], held[0])
    fits = (key.arc_party, int(key.suite), key.open_pk) == (actor.party_id.bytes, tenant[0], tenant[1])
    now_ms = clock.now_ms()
    if not fits or key.number <= before.number or not key.issued_ms - CLOCK_SLACK_MS <= now_ms < key.expires_ms:
        raise _unfit()
    return actions.store_arc_key(actor, actor.party_id, held[0], envelope)


def ends_ms(party_id: UUID) -> int | None:
    """When the certificate of a centre's opening key ends; None for a party without one, or of no date."""
    held = queries.own_arc_key(party_id)
    try:
        return None if held is None else _read(held[1], held[0]).expires_ms
    except BadField:
        return None


def _read(envelope: bytes, sign_pk: bytes) -> Sealed:
    try:
        return Sealed.decode(envelopes.verify(envelope, Sealed.NAME, [sign_pk]))
    except SealError:
        raise _unfit() from None


def _unfit() -> BadField:
    return BadField(
        _("This certificate does not fit your organisation’s keys."), action=_("Make it anew with the certifying key.")
    )
