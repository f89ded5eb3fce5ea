# SPDX-License-Identifier: EUPL-1.2
"""Reading the ledger: receipts, the newest checkpoint, what was logged about somebody's things.

Bodies are read as the acting party: its own matters, what it did, and what the acting person did. Nothing else is
there.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from zegel.seal.checkpoint import Checkpoint
from zegel.seal.merkle import inclusion_proof
from zegel.seal.note import Algorithm, Note, VerifierKey
from zegel.seal.proof import make_receipt
from zegel.seal.tiles import Tile
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import origin, witnesses
from zegel.server.ledger.entry import Kind, Said, read_body
from zegel.server.ledger.errors import EntryForgotten, NoSuchEntry, NotYetCheckpointed
from zegel.server.ledger.models import Body, EntryRow, Head, Published
from zegel.server.ledger.sealing import Buffer, open_body
from zegel.server.ledger.tilestore import TileStore, of_origin

MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Logged:
    """An entry with its number; `said` is None once it is forgotten."""

    index: int
    kind: Kind
    at_ms: int
    said: Said | None


def tiles() -> TileStore:
    """The published log."""
    return of_origin(Published.objects.get(id=1).origin_number)


def verifier_key() -> str:
    """The log's public key as a signed note's verifier key."""
    name = origin.name(Published.objects.get(id=1).origin_number)
    return str(VerifierKey(name, Algorithm.ED25519, origin.key().public_key))


def latest_checkpoint() -> str:
    """The newest signed checkpoint as a note, with what witnesses said of it; "" before the first one."""
    return witnesses.with_cosignatures(tiles(), tiles().checkpoint() or "")


def checkpoint_head() -> Checkpoint | None:
    """What the newest checkpoint says."""
    note = latest_checkpoint()
    return Checkpoint.parse(Note.parse(note).text) if note else None


def forgotten() -> bytes:
    """What outsiders are told about erased bodies (see publication). Raises NotFound before there is anything."""
    published = tiles()
    return published.store.get(published.key("forgotten"))


def tile(path: str) -> bytes:
    """A tile or bundle by its path under the log. Raises ProofRefused for no tile's path, NotFound."""
    return tiles().read(Tile.parse(path))


@dataclass(frozen=True)
class State:
    """How far the log is: entries, how many of them a checkpoint covers, and when that was signed (0: never)."""

    size: int
    published: int
    checkpoint_ms: int


def state() -> State:
    """For health and for screens."""
    published = Published.objects.get(id=1)
    return State(size(), published.size, published.at_ms)


def size() -> int:
    """How many entries there are, published or not."""
    return Head.objects.get(id=1).size


def concerns(actor: Actor, index: int) -> bool:
    """Whether the entry is one that this actor may read."""
    with _as(actor):
        return Body.objects.filter(index=index).exists()


def receipt_for(actor: Actor, index: int) -> str:
    """The entry's receipt (a C2SP tlog-proof whose extra is CBOR [salt, body]) for somebody whom it concerns.

    Raises NoSuchEntry, EntryForgotten, NotYetCheckpointed.
    """
    with _as(actor):
        return receipt(index)


def receipt(index: int) -> str:
    """As receipt_for, for the party whose transaction this is."""
    body = Body.objects.filter(index=index).first()
    if body is None:
        raise NoSuchEntry("There is no such entry among yours.")
    commitment = EntryRow.objects.values_list("commitment", flat=True).get(index=index)
    salt, plain = open_body(body.shred_id, body.sealed, commitment)
    path, note = inclusion(index)
    return make_receipt(salt, plain, index, path, note)


def inclusion(index: int) -> tuple[tuple[bytes, ...], Note]:
    """The path of an entry to the root of a signed checkpoint, and that checkpoint: the newest that a witness cosigned,
    else the newest. Raises NotYetCheckpointed."""
    published = tiles()
    head = published.head()
    if head is None or head.size <= index:
        raise NotYetCheckpointed("No signed checkpoint covers this entry yet.", action="Ask again in a moment.")
    note = witnesses.covering(published, index) or Note.parse(head.note)
    covered = Checkpoint.parse(note.text).size
    return inclusion_proof(index, covered, published.nodes(covered, head)), note


def entries(
    kinds: Collection[Kind],
    owner_id: UUID,
    *,
    since_ms: int,
    until_ms: int | None = None,
    about: UUID | None = None,
    before: int | None = None,
    limit: int = MOST_AT_ONCE,
) -> list[Logged]:
    """What was logged about an owner's matters, newest first, as the party whose transaction this is may read it.

    At most MOST_AT_ONCE: ask again with `before` = the last one's index until there are fewer. `about`: only entries
    about that camera or alarm.
    """
    rows = Body.objects.filter(kind__in=[kind.value for kind in kinds], owner_id=owner_id, at_ms__gte=since_ms)
    if until_ms is not None:
        rows = rows.filter(at_ms__lt=until_ms)
    if about is not None:
        rows = rows.filter(about=about)
    if before is not None:
        rows = rows.filter(index__lt=before)
    return _read(rows.order_by("-index")[: min(limit, MOST_AT_ONCE)])


def of_party(
    kinds: Collection[Kind],
    party_id: UUID,
    *,
    since_ms: int,
    until_ms: int | None = None,
    person_id: UUID | None = None,
    before: int | None = None,
    limit: int = MOST_AT_ONCE,
) -> list[Logged]:
    """As `entries`, of what concerns a party's matters and of what its people did elsewhere, newest first. `person_id`:
    only what that person did."""
    rows = Body.objects.filter(kind__in=[kind.value for kind in kinds], at_ms__gte=since_ms)
    rows = rows.filter(Q(owner_id=party_id) | Q(actor_party_id=party_id))
    if until_ms is not None:
        rows = rows.filter(at_ms__lt=until_ms)
    if person_id is not None:
        rows = rows.filter(actor_id=person_id)
    if before is not None:
        rows = rows.filter(index__lt=before)
    return _read(rows.order_by("-index")[: min(limit, MOST_AT_ONCE)])


def by_index(indices: Collection[int]) -> dict[int, Logged]:
    """Those of these entries that the acting party may read."""
    return {logged.index: logged for logged in _read(Body.objects.filter(index__in=indices))}


def over(kinds: Collection[Kind | str], owner_id: UUID | None, before_ms: int, most: int) -> list[int]:
    """Numbers of entries of an owner (None: of none) that still say something and are older than that, oldest first.
    For the retention work; deletions and restores are the log's own, and stay."""
    with connection.cursor() as cursor:
        said = [str(kind) for kind in kinds]
        cursor.execute("SELECT ledger_over(%s, %s, %s, %s)", [owner_id, said, before_ms, most])
        return [index for (index,) in cursor.fetchall()]


def unshredded() -> int:
    """How many forgotten bodies have a key that is not known to be destroyed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_unshredded()")
        return int(cursor.fetchone()[0])


def _read(rows: QuerySet[Body]) -> list[Logged]:
    found = list(rows)
    commitments = dict(
        EntryRow.objects.filter(index__in=[row.index for row in found]).values_list("index", "commitment")
    )
    return [Logged(row.index, Kind(row.kind), row.at_ms, _said(row, commitments[row.index])) for row in found]


def _said(row: Body, commitment: Buffer) -> Said | None:
    try:
        return read_body(open_body(row.shred_id, row.sealed, commitment)[1])
    except EntryForgotten:
        return None


def _as(actor: Actor) -> AbstractContextManager[None]:
    return tenancy.acting_as(actor.party_id, actor.id if actor.kind is ActorKind.PERSON else None)
