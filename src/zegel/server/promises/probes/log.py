# SPDX-License-Identifier: EUPL-1.2
"""The log: that every look is in it before it was served, that it only grew, and that every export says who and why."""

from __future__ import annotations

from datetime import timedelta

from zegel.seal import merkle
from zegel.seal.checkpoint import Checkpoint, verify_checkpoint
from zegel.seal.errors import SealError
from zegel.seal.note import Note, VerifierKey
from zegel.server.footage.rules import Purpose, Track
from zegel.server.kernel import clock
from zegel.server.kernel.storage import NotFound
from zegel.server.ledger import Kind, queries, witnesses
from zegel.server.ledger.models import Body
from zegel.server.people.queries import as_party
from zegel.server.promises.probes.access import looks
from zegel.server.promises.probing import MOST_TRIED, Look, probe
from zegel.server.promises.rules import Every, Result, Why, judged, unproven

WITNESSED_WITHIN = timedelta(hours=1)
_HISTORY = 20


@probe("S5")
def logged_before_served(look: Look) -> Result:
    """Every look has its entry, of a time before it; and the log is what it was when others saw it."""
    tried, fell = 0, []
    seen = looks(look)
    for owner in {row.owner_id for row in seen}:
        look.on_time()
        mine = [row for row in seen if row.owner_id == owner]
        with as_party(owner):
            rows = Body.objects.filter(index__in=[row.ledger_index for row in mine], kind=Kind.VIEW.value)
            at = dict(rows.values_list("index", "at_ms"))
        for row in mine:
            tried += 1
            logged = at.get(row.ledger_index)
            if logged is None or logged > clock.ms(row.opened_at) + 1000:
                fell.append(str(row.id))
    log_tried, log_fell = log_only_grew()
    return judged(tried + log_tried, fell + log_fell)


@probe("C11")
def live_looks_say_what_for(look: Look) -> Result:
    """Every minute that an owner looked live is in his log, with the purpose that he confirmed."""
    tried, fell = 0, []
    live = [row for row in looks(look) if row.track == Track.LIVE and row.party_id == row.owner_id]
    for row in live[:MOST_TRIED]:
        look.on_time()
        tried += 1
        with as_party(row.owner_id):
            logged = queries.by_index([row.ledger_index]).get(row.ledger_index)
        said = logged.said if logged else None
        purpose = None if said is None else (said.facts.get("confirmed"), said.facts.get("purpose"))
        forgotten = logged is not None and said is None
        if not forgotten and purpose != (True, Purpose.OWN_USE.value):
            fell.append(str(row.id))
    return judged(tried, fell)


def log_only_grew() -> tuple[int, list[str]]:
    """The newest checkpoint against those that were kept before it, and every witness's cosignature."""
    note = queries.latest_checkpoint()
    if not note:
        return 0, []
    key, tiles = VerifierKey.parse(queries.verifier_key()), queries.tiles()
    try:
        head = verify_checkpoint(note, key)
        nodes = tiles.nodes(head.size)
        if merkle.root(head.size, nodes) != head.root:
            return 1, ["root"]
        kept = sorted(tiles.store.list(tiles.key("history")))[-_HISTORY:]
        fell = []
        for name in kept:
            old = Checkpoint.parse(Note.parse(tiles.store.get(name)).text)
            if old.size > head.size or merkle.root(old.size, nodes) != old.root:
                fell.append(f"size_{old.size}")
    except (SealError, NotFound):
        return 1, ["checkpoint"]
    missing = [
        one.name for one in witnesses.standing()
        if one.at is None or clock.now() - one.at > WITNESSED_WITHIN or one.refused
    ]  # fmt: skip
    return 1 + len(kept) + len(witnesses.standing()), fell + missing


@probe("I5", every=Every.HOUR)
def exports_say_who_and_why(look: Look) -> Result:
    """Every export of the last days: who, what, when, from which address, and for what."""
    tried, fell = 0, []
    for party in [look.provider_id, *look.some(look.customers)]:
        look.on_time()
        with as_party(party):
            rows = queries.entries([Kind.EXPORT], party, since_ms=clock.ms(look.since), limit=MOST_TRIED)
        for row in rows:
            if row.said is None:
                continue
            tried += 1
            facts = row.said.facts
            if row.said.actor_kind == "person" and not (facts.get("address") and facts.get("what")):
                fell.append(f"entry_{row.index}")
    return judged(tried, fell) if tried else unproven(Why.NOTHING)
