# SPDX-License-Identifier: EUPL-1.2
"""The confidentiality statement that everybody who works here signs for himself, each year anew (C16, I14).

He signs exact words: the hash of what stood on his screen is what is kept, and words that changed since are refused.
Signing anew is open also to whom a lapsed statement closed everything else.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.agreements import actions as agreements
from zegel.server.agreements import queries
from zegel.server.contracts.errors import OtherStatement
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people.roles import Language

LASTS = timedelta(days=366)


@dataclass(frozen=True)
class Mine:
    """`until`: of the newest statement that the person signed for this party; None: he signed none."""

    text: str
    hash: bytes
    until: datetime | None


def words(language: str) -> str:
    """In that language, or English."""
    known = {one.value for one in Language}
    with override(language if language in known else "en"):
        return "\n\n".join(
            (
                _("I keep to myself what I see, hear and read of people in my work here: images, alarms, addresses, "
                  "orders, and what is said of them."),
                _("I look only at what my task needs, and I know that each look is written down where the people "
                  "concerned can see it."),
                _("I pass nothing on, copy nothing for myself, and use nothing for anybody's own ends."),
                _("When something goes wrong with people's data, I report it at once, also when I did it myself."),
                _("This holds while I work here, and after."),
            )
        )  # fmt: skip


def hash_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def mine(actor: Actor, language: str) -> Mine:
    """The words, and until when the acting person's own statement holds. Raises Denied."""
    require(actor, Action.SIGN, Resource(ResourceKind.CONFIDENTIALITY, actor.id, actor.party_id))
    assert actor.party_id is not None
    assert actor.id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        until = queries.statements(actor.party_id).get(actor.id)
    text = words(language)
    return Mine(text, hash_of(text), until)


def sign(actor: Actor, seen: bytes, language: str) -> Mine:
    """`seen`: SHA-256 of the words on his screen. Raises Denied, OtherStatement."""
    require(actor, Action.SIGN, Resource(ResourceKind.CONFIDENTIALITY, actor.id, actor.party_id))
    assert actor.party_id is not None
    assert actor.id is not None
    text = words(language)
    if not hmac.compare_digest(hash_of(text), seen):
        raise OtherStatement
    row = agreements.sign_confidentiality(actor, actor.party_id, actor.id, seen, LASTS)
    return Mine(text, seen, row.expires_at)
