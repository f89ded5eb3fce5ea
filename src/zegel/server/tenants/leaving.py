# SPDX-License-Identifier: EUPL-1.2
"""Taking everything of a tenant along, and removing a tenant whole, with proof.

The principles that make it whole and safe:
- Tables are found, not listed: whatever has an owner is taken along and removed, also in rooms made after this.
- What is taken along is every row as it stands, by table, with a hash of each file; only what proves who somebody is
  (passwords, keys, sessions) is said to exist and left out.
- Nothing is removed while the right of use holds, before the time for taking everything along is over, or while cameras
  still stand there. What was removed is counted before and looked for again after; the proof says both.
- In steps, each a transaction: killed in between, the same removal goes on with what is left. What is taken along is
  written to a file line by line, whatever its size.
- Keys first, then rows; what goes is told outside the database (kernel.erasures), so that a restore removes it again.
- What rooms above keep elsewhere (sealed papers in the store, a partner's copies) they say themselves: `removes`.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import chain
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, connection, models
from django.utils.translation import gettext as _

from zegel.declare import Category, declarations
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind, Sent
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import actor as actors
from zegel.server.kernel import clock, erasures, ids, shred, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.tenancy import TenantModel
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.ledger.entry import pack_ranges
from zegel.server.ledger.models import Body
from zegel.server.people import queries as people
from zegel.server.people.models import (
    Membership,
    Party,
    Person,
    SealedTenantKey,
    SecondFactor,
    ServiceRelation,
    SignedIn,
    TenantKey,
)
from zegel.server.people.roles import RelationKind
from zegel.server.tenants import queries, rules
from zegel.server.tenants.actions import no_tenant
from zegel.server.tenants.errors import NotYet
from zegel.server.tenants.models import Brand, Removal, TakenOut
from zegel.server.tenants.rules import Standing

AT_ONCE = 1000
ENTRIES_AT_ONCE = 5000
ROWS_AT_ONCE = 5000
FORMAT = "zegel-tenant/1"

Remover = Callable[[UUID], int]
"""Removes what a room keeps of that tenant elsewhere than in rows of his, and says how many things. Again is
harmless."""

_removers: dict[str, Remover] = {}


def removes(what: str) -> Callable[[Remover], Remover]:
    """Registers a room's remover under a short name that stands in the proof."""

    def register(remover: Remover) -> Remover:
        _removers[what] = remover
        return remover

    return register


@cache
def owned() -> tuple[type[models.Model], ...]:
    """Every model whose rows have an owner; those that point at others before what they point at."""
    found = [model for model in apps.get_models() if issubclass(model, TenantModel) and not model._meta.proxy]
    found = [model for model in found if model is not Removal]
    ordered: list[type[models.Model]] = []

    def place(model: type[models.Model], path: tuple[type[models.Model], ...]) -> None:
        if model in ordered or model in path:
            return
        for relation in model._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel) and relation.related_model in found:
                place(relation.related_model, (*path, model))
        ordered.append(model)

    for model in sorted(found, key=lambda one: one._meta.label):
        place(model, ())
    return tuple(ordered)


# --- taking everything along ---


def take_out(actor: Actor) -> Sent:
    """Everything of the acting party as one file: each table as JSON lines, the public face, and a list with the
    SHA-256 of every part. Raises Denied, NoTenant, BadExport."""
    resource = Resource(ResourceKind.TENANT, None, actor.party_id)
    require(actor, Action.EXPORT, resource)
    assert actor.party_id is not None
    owner_id = actor.party_id
    if queries.tenant(owner_id) is None:
        raise no_tenant()
    into: BinaryIO = TemporaryFile()  # noqa: SIM115  handed over, and closed by whoever answers with it
    with tenancy.acting_as(owner_id, actor.id):
        counts = _write(owner_id, into)
    brand = queries.brand(owner_id)
    name = f"{brand.slug if brand else 'tenant'}-{clock.now().date().isoformat()}.zip"
    sent = exports.send_file(
        actor, FileKind.TENANT, name, into, purpose="taken_along", resource=resource, count=sum(counts.values())
    )
    digest, size = exports.hashed(into)
    with work.transaction(actor) as w:
        row = TakenOut.objects.create(
            owner_id=owner_id, provider_id=people.serving(owner_id, RelationKind.PROVIDER) or owner_id,
            at=clock.now(), by=actor.id, hash=digest, size=size, counts=counts,
        )  # fmt: skip
        facts: dict[str, Fact] = {"what": "taken_out", "rows": sum(counts.values()), "sha256": bytes(row.hash)}
        w.record(Entry(Kind.TENANT, owner_id, facts))
    return sent


def _write(owner_id: UUID, into: BinaryIO) -> dict[str, int]:
    """Table by table, line by line: no table is ever held whole. The list of all parts comes last. How many rows of
    which table."""
    counts: dict[str, int] = {}
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for label, lines in _tables(owner_id):
            name = f"tables/{label}.jsonl"
            counts[label], hashes[name] = _stream(archive, name, lines)
        people_of = _people(owner_id)
        counts["people.Membership"] = len(people_of)
        _count, hashes["people.json"] = _stream(archive, "people.json", [_json(people_of)])
        listed = {
            "format": FORMAT, "tenant": str(owner_id), "made_at": clock.now().isoformat(), "rows": counts,
            "files": dict(sorted(hashes.items())),
        }  # fmt: skip
        _stream(archive, "list.json", [_json(listed)])
    return counts


def _tables(owner_id: UUID) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Those that say something."""
    for model in owned():
        lines = _lines(model, owner_id)
        first = next(lines, None)
        if first is not None:
            yield model._meta.label, chain((first,), lines)
    brand = Brand.objects.filter(owner_id=owner_id).first()
    if brand is not None:
        yield "tenants.Brand", (_line(brand, frozenset()),)


def _stream(archive: zipfile.ZipFile, name: str, lines: Iterable[bytes]) -> tuple[int, str]:
    """How many lines, and the SHA-256 of all of them."""
    info = zipfile.ZipInfo(name, date_time=clock.now().timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    digest, count = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as part:
        for line in lines:
            digest.update(line)
            part.write(line)
            count += 1
    return count, digest.hexdigest()


def _people(owner_id: UUID) -> list[dict[str, Any]]:
    members = Membership.objects.filter(party_id=owner_id).select_related("person").order_by("valid_from", "id")
    return [
        {"person_id": str(row.person_id), "name": row.person.display_name, "signs_in_as": row.person.email,
         "role": row.role, "from": _plain(row.valid_from), "until": _plain(row.valid_to)}
        for row in members
    ]  # fmt: skip


def _lines(model: type[models.Model], owner_id: UUID) -> Iterator[bytes]:
    """In pages by their key: a million rows need no long read."""
    secret = _secrets(model._meta.label)
    last: Any = None
    while True:
        rows = model._default_manager.filter(owner_id=owner_id).order_by("pk")
        page = list((rows if last is None else rows.filter(pk__gt=last))[:AT_ONCE])
        for row in page:
            yield _line(row, secret)
        if len(page) < AT_ONCE:
            return
        last = page[-1].pk


@cache
def _secrets(label: str) -> frozenset[str]:
    return frozenset(one.field for one in declarations() if one.model == label and one.category is Category.CREDENTIAL)


def _line(row: models.Model, secret: frozenset[str]) -> bytes:
    said = {
        field.attname: "(left out: it proves who somebody is)" if field.name in secret or field.attname in secret
        else _plain(getattr(row, field.attname))
        for field in row._meta.concrete_fields
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=str).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview | bytearray):
        return {"base64": b64encode(bytes(value)).decode()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


def _json(said: object) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


# --- removing a tenant ---


def ask_removal(actor: Actor, owner_id: UUID) -> Removal:
    """The provider plans it: on the day when the time for taking everything along is over. Raises Denied, NoTenant,
    NotYet."""
    require(actor, Action.REMOVE, Resource(ResourceKind.TENANT, None, owner_id))
    assert actor.party_id is not None
    if queries.tenant(owner_id) is None:
        raise no_tenant()
    right, standing = queries.right_of_use(owner_id), queries.standing(owner_id)
    if right is None or standing not in (Standing.EXIT, Standing.OVER) or right.valid_to is None:
        raise NotYet(_("The right of use has not ended."), action=_("End it first; its owner takes everything along."))
    due = right.exit_at or right.valid_to + rules.EXIT
    try:
        with work.transaction(actor) as w:
            row = Removal.objects.create(
                owner_id=actor.party_id, provider_id=actor.party_id, tenant_id=owner_id, asked_at=clock.now(),
                asked_by=actor.id, due_at=due,
            )  # fmt: skip
            facts: dict[str, Fact] = {"what": "removal_asked", "due_ms": clock.ms(due)}
            w.record(Entry(Kind.TENANT, owner_id, facts))
            return row
    except IntegrityError:
        raise NotYet(_("It is planned already.")) from None


def withdraw_removal(actor: Actor, removal_id: UUID) -> None:
    """Raises Denied, NoTenant."""
    row = _open(actor, removal_id)
    require(actor, Action.REMOVE, Resource(ResourceKind.TENANT, None, row.tenant_id))
    with work.transaction(actor) as w:
        Removal.objects.filter(id=row.id, done_at=None).update(withdrawn_at=clock.now())
        w.record(Entry(Kind.TENANT, row.tenant_id, {"what": "removal_withdrawn"}))


def remove(actor: Actor, removal_id: UUID) -> Removal:
    """Carries it out: everything of the tenant goes, and the proof is made. Raises Denied, NoTenant, NotYet."""
    row = _open(actor, removal_id)
    require(actor, Action.REMOVE, Resource(ResourceKind.TENANT, None, row.tenant_id))
    _refuse_early(row)
    owner_id = row.tenant_id
    taken = queries.taken_out(owner_id)
    before = row.counts or count(owner_id)
    with work.transaction(actor):
        Removal.objects.filter(id=row.id).update(counts=before, taken_out=taken.hash if taken else None)
    gone = _remove_all(owner_id)
    left = count(owner_id)
    return _prove(actor, row.id, {**before, **gone}, left, bytes(taken.hash) if taken else None)


def _open(actor: Actor, removal_id: UUID) -> Removal:
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Removal.objects.filter(
            id=removal_id, owner_id=actor.party_id, withdrawn_at=None, done_at=None
        ).first()  # fmt: skip
    if row is None:
        raise no_tenant()
    return row


def _refuse_early(row: Removal) -> None:
    if clock.now() < row.due_at:
        raise NotYet(
            _("Its owner can take everything along until %(day)s.") % {"day": row.due_at.date().isoformat()},
            action=_("Wait until then."),
        )
    if queries.standing(row.tenant_id) in (Standing.HOLDS, Standing.COMING):
        raise NotYet(_("A right of use holds again."), action=_("Withdraw the removal."))
    guarded = [apps.get_model("sites.Unit"), apps.get_model("footage.Epoch")]
    with tenancy.acting_as(row.tenant_id):
        if any(model._default_manager.filter(owner_id=row.tenant_id).exists() for model in guarded):
            raise NotYet(
                _("Camera units or recordings of this customer are still here."),
                action=_("Remove the units, and wait until their recordings are gone."),
            )


def count(owner_id: UUID) -> dict[str, int]:
    """How many rows of which table are the tenant's now; tables without any are left out."""
    with tenancy.acting_as(owner_id):
        found = {model._meta.label: model._default_manager.filter(owner_id=owner_id).count() for model in owned()}
        found |= {
            "tenants.Brand": Brand.objects.filter(owner_id=owner_id).count(),
            "people.Membership": Membership.objects.filter(party_id=owner_id).count(),
            "people.Party": Party.objects.filter(id=owner_id).count(),
            "people.TenantKey": TenantKey.objects.filter(party_id=owner_id).count(),
            "people.ServiceRelation": ServiceRelation.objects.filter(owner_id=owner_id).count(),
            "ledger.Body": Body.objects.filter(owner_id=owner_id).exclude(sealed=None).count(),
        }
    return {label: number for label, number in sorted(found.items()) if number}


def _remove_all(owner_id: UUID) -> dict[str, int]:
    """Everything. Again goes on where it was broken off."""
    elsewhere = {f"elsewhere: {what}": remover(owner_id) for what, remover in sorted(_removers.items())}
    system = actors.system(owner_id)
    for group in steps():
        while _step(group, owner_id):
            pass
    _forget_log(owner_id)
    with work.transaction(system, party_id=owner_id) as w:
        people_ids = set(Membership.objects.filter(party_id=owner_id).values_list("person_id", flat=True))
        accounts = _end_accounts(w, owner_id, people_ids)
        Brand.objects.filter(owner_id=owner_id).delete()
        erasures.gone("tenants.Brand", None, [owner_id])
        _delete_keys(owner_id)
        _delete_party(w, owner_id)
    return {**elsewhere, "accounts that ended": accounts}


def _delete_party(w: work.Work, owner_id: UUID) -> None:
    """The last rows of all: who worked there, who served it, and that it was. An older copy that is put back can only
    end and blank them again."""
    members = list(Membership.objects.filter(party_id=owner_id).values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_remove_party()")
    ended = {"valid_to": clock.now().isoformat()}
    erasures.blanked("people.Membership", owner_id, members, ended)
    erasures.blanked("people.Party", owner_id, [owner_id], {"name": ""})


@cache
def steps() -> tuple[tuple[type[models.Model], ...], ...]:
    """Tables that go together: one by one, but for those that point at each other or at themselves."""
    order = owned()
    place = {model: number for number, model in enumerate(order)}
    groups: list[tuple[type[models.Model], ...]] = []
    at = 0
    while at < len(order):
        last, looked = at, at
        while looked <= last:
            pointing = [place[one] for one in _pointing_at(order[looked]) if one in place]
            last, looked = max([last, *pointing]), looked + 1
        groups.append(order[at : last + 1])
        at = last + 1
    return tuple(groups)


def _pointing_at(model: type[models.Model]) -> list[type[models.Model]]:
    relations = model._meta.get_fields(include_hidden=True)
    found = (one.related_model for one in relations if isinstance(one, models.ManyToOneRel))
    return [one for one in found if not isinstance(one, str)]


def _step(group: Sequence[type[models.Model]], owner_id: UUID) -> bool:
    """One transaction's worth of a group: some thousand rows of one table, or all rows of tables that hang together.
    Whether there may be more. Killed in between, the removal goes on with what is left."""
    alone = len(group) == 1 and group[0] not in _pointing_at(group[0])
    with work.transaction(actors.system(owner_id), party_id=owner_id):
        gone = [_delete(model, owner_id, ROWS_AT_ONCE if alone else None) for model in group]
    return alone and gone[0] == ROWS_AT_ONCE


def _delete(model: type[models.Model], owner_id: UUID, most: int | None) -> int:
    rows = model._default_manager.filter(owner_id=owner_id)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    if keys:
        going = rows if most is None else rows.filter(pk__in=keys)
        going._raw_delete(using="default")
        erasures.gone(model._meta.label, owner_id, keys)
    return len(keys)


def _forget_log(owner_id: UUID) -> None:
    """What the log says of the tenant is forgotten; that there was an entry stays in the tree, and says nothing."""
    while True:
        with tenancy.acting_as(owner_id):
            rows = Body.objects.filter(owner_id=owner_id).exclude(sealed=None).order_by("index")
            indices: Sequence[int] = tuple(rows.values_list("index", flat=True)[:ENTRIES_AT_ONCE])
        if not indices:
            return
        with work.transaction(actors.system(owner_id), party_id=owner_id) as w:
            facts: dict[str, Fact] = {"entries": pack_ranges(indices), "reason": "removal"}
            w.record(Entry(Kind.DELETION, None, facts, forgets=tuple(indices)))


def _end_accounts(w: work.Work, owner_id: UUID, people_ids: set[UUID]) -> int:
    """Of those who work for nobody else: the account opens nothing and says nobody's name any more."""
    ended = 0
    for person in Person.objects.filter(id__in=people_ids):
        if any(seat.party_id != owner_id for seat in people.seats(person.id)):
            continue
        shred.destroy("account", person.bundle_password_shred, person.bundle_recovery_shred)
        factors = SecondFactor.objects.filter(person_id=person.id)
        shred.destroy("account", *(row.secret_shred for row in factors if row.secret_shred is not None))
        factors.delete()
        SignedIn.objects.filter(person_id=person.id).delete()
        plain = {"email": f"{ids.new().hex}@erased.invalid", "display_name": "", "epoch": person.epoch + 1}
        Person.objects.filter(id=person.id).update(
            **plain, auth_hash=b"", bundle_password=b"", bundle_recovery=b"", pins=None
        )
        erasures.blanked("people.Person", None, [person.id], plain)
        ended += 1
    return ended


def _delete_keys(owner_id: UUID) -> None:
    sealed = SealedTenantKey.objects.filter(party_id=owner_id)
    shred.destroy("account", *sealed.values_list("shred_id", flat=True))
    sealed._raw_delete(using="default")


# --- the proof ---


@dataclass(frozen=True)
class Proof:
    """What stands in the file: nothing of anybody's data but how much of it went."""

    removal: Removal

    def content(self) -> bytes:
        """Canonical JSON: sorted keys, two-space indent, UTF-8; its SHA-256 is in the log."""
        row = self.removal
        return _json({
            "format": FORMAT, "tenant": str(row.tenant_id), "asked_at": row.asked_at.isoformat(),
            "removed_at": row.done_at.isoformat() if row.done_at else None, "removed": row.counts, "left": row.left,
            "taken_out_sha256": bytes(row.taken_out).hex() if row.taken_out else None,
        })  # fmt: skip


def _prove(
    actor: Actor, removal_id: UUID, counts: dict[str, int], left: dict[str, int], taken: bytes | None
) -> Removal:  # fmt: skip
    with work.transaction(actor) as w:
        row = Removal.objects.select_for_update().get(id=removal_id)
        row.counts, row.left, row.done_at, row.taken_out = counts, left, clock.now(), taken
        row.proof = hashlib.sha256(Proof(row).content()).digest()
        row.save(update_fields=["counts", "left", "done_at", "taken_out", "proof"])
        facts: dict[str, Fact] = {"what": "removed", "rows": sum(counts.values()), "sha256": bytes(row.proof)}
        w.record(Entry(Kind.TENANT, row.owner_id, facts, about=row.tenant_id))
        return row


def proof_file(actor: Actor, removal_id: UUID) -> Sent:
    """For the provider, and for who was removed. Raises Denied, NoTenant."""
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Removal.objects.filter(id=removal_id, owner_id=actor.party_id).exclude(done_at=None).first()
    if row is None:
        raise no_tenant()
    resource = Resource(ResourceKind.RIGHT_OF_USE, None, actor.party_id)
    name = f"removed-{row.tenant_id}.json"
    return exports.send(
        actor, FileKind.TENANT_PROOF, name, Proof(row).content(), purpose="proof_of_removal", resource=resource
    )
