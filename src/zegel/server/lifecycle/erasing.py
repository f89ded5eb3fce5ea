# SPDX-License-Identifier: EUPL-1.2
"""Erasing what was found, as its declaration says; or taking the person out of it and leaving the rest.

The principles that make it safe:
- What a hold keeps is not erased, and what an open alarm shows neither: refused, with the reason.
- A key first, then what it guarded, then the row. A row that goes takes those that belong to it, and no other.
- What was done is told outside the database (kernel.erasures), so that a restore does it again.
- Anonymising keeps statistics and books: the row, its times and figures stay; what says who goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from zegel.declare import Erase
from zegel.server.footage import expiring, guardpictures
from zegel.server.footage.models import Epoch, GuardPicture, MailPicture
from zegel.server.kernel import clock, erasures, ids, shred, work
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact, pack_ranges
from zegel.server.lifecycle import holds
from zegel.server.lifecycle.errors import OnHold
from zegel.server.lifecycle.finding import Found
from zegel.server.people.models import (
    Membership,
    Party,
    Person,
    SealedTenantKey,
    SecondFactor,
    ServiceRelation,
    SignedIn,
)
from zegel.server.sites.floorplan import PURPOSE as FLOOR_PLAN_KEYS
from zegel.server.sites.models import FloorPlan

AT_ONCE = 500
QUIET = (models.DateTimeField, models.DateField, models.IntegerField, models.FloatField, models.BooleanField)


@dataclass(frozen=True)
class Done:
    """What became of one found row: deleted, blanked, shredded, or kept (it goes with its parent)."""

    model: str
    pk: Any
    how: str


Eraser = Callable[[work.Work, Sequence[Any]], str]
_erasers: dict[str, Eraser] = {}


def has_own_way(model: str) -> bool:
    """Whether rows of it are erased in a way of their own."""
    return model in _erasers


def eraser(model: str) -> Callable[[Eraser], Eraser]:
    """Registers how rows of a model with keys of their own are erased. Given their primary keys."""

    def register(found: Eraser) -> Eraser:
        _erasers[model] = found
        return found

    return register


# --- what the requests room calls ---


def erase(w: work.Work, found: Found) -> Done:
    """Within the running work: one found row, by the strongest word of its declarations. Raises OnHold."""
    ways = {one.erase for one in found.declarations}
    if found.model in _erasers and ways & {Erase.SHRED, Erase.DELETE_ROW, Erase.BLANK}:
        return Done(found.model, found.pk, _erasers[found.model](w, [found.pk]))
    if Erase.DELETE_ROW in ways:
        delete(w, apps.get_model(found.model), [found.pk])
        return Done(found.model, found.pk, "deleted")
    if Erase.BLANK in ways:
        fields = [one.field for one in found.declarations if one.erase is Erase.BLANK]
        blank(w, apps.get_model(found.model), [found.pk], fields)
        return Done(found.model, found.pk, "blanked")
    return Done(found.model, found.pk, "kept")


def anonymise(w: work.Work, found: Found) -> Done:
    """The row stays; what says who goes: names, addresses, words, and the identifier that led here."""
    if found.model in _erasers:
        return Done(found.model, found.pk, _erasers[found.model](w, [found.pk]))
    model = apps.get_model(found.model)
    fields = [one.field for one in found.declarations if tells_who(model, one.field)]
    if not fields:
        return Done(found.model, found.pk, "kept")
    blank(w, model, [found.pk], fields)
    return Done(found.model, found.pk, "anonymised")


def tells_who(model: type[models.Model], name: str) -> bool:
    """Times and figures tell nobody apart once names, words and identifiers are gone."""
    field: Any = model._meta.get_field(name)
    return not (field.primary_key or field.choices or isinstance(field, QUIET))


# --- rows ---


def delete(w: work.Work, model: type[models.Model], pks: Sequence[Any], *, by_term: bool = False) -> int:
    """These rows and those that belong to them; returns how many of the model. `by_term`: a restored database would do
    it again by itself, because the term is over there too."""
    wanted = list(pks)
    if not wanted:
        return 0
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        child: Any = relation.related_model
        children = child._default_manager.filter(**{f"{relation.field.name}__in": wanted})
        if relation.field.null and _stays(child):  # it goes by its own term
            children.update(**{relation.field.name: None})
            continue
        while below := list(children.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
            if delete(w, child, below, by_term=by_term) == 0:
                break
    owners = {} if by_term else _owners(model, wanted)
    count = model._default_manager.filter(pk__in=wanted)._raw_delete(using="default")
    for owner_id, keys in owners.items():
        erasures.gone(model._meta.label, owner_id, keys)
    return int(count or 0)


def _stays(child: type[models.Model]) -> bool:
    """Whether a row of this kind has a life of its own when what it points at goes."""
    from zegel.declare import declarations

    ways = {one.erase for one in declarations() if one.model == child._meta.label}
    return Erase.WITH_PARENT not in ways


def _owners(model: type[models.Model], pks: Sequence[Any]) -> dict[UUID | None, list[Any]]:
    if not any(field.name == "owner_id" for field in model._meta.concrete_fields):
        return {None: list(pks)}
    found: dict[UUID | None, list[Any]] = {}
    for pk, owner_id in model._default_manager.filter(pk__in=list(pks)).values_list("pk", "owner_id"):
        found.setdefault(owner_id, []).append(pk)
    return found


def blank(
    w: work.Work, model: type[models.Model], pks: Sequence[Any], fields: Iterable[str], *, by_term: bool = False
) -> int:
    """The rows stay, these values go."""
    values = {name: nothing(model, name) for name in fields}
    owners = {} if by_term else _owners(model, pks)
    count = model._default_manager.filter(pk__in=list(pks)).update(**values)
    for owner_id, keys in owners.items():
        erasures.blanked(model._meta.label, owner_id, keys, _written(values))
    return count


def _written(values: dict[str, Any]) -> dict[str, Any]:
    """As the list outside the database can hold it; bytes are left to the keys that guarded them."""
    plain = {name: str(value) if isinstance(value, UUID | datetime) else value for name, value in values.items()}
    return {name: value for name, value in plain.items() if not isinstance(value, bytes)}


def nothing(model: type[models.Model], name: str) -> Any:
    """What stands in a field when its value is gone."""
    field: Any = model._meta.get_field(name)
    if field.null:
        return None
    if isinstance(field, models.UUIDField):
        return UUID(int=0)
    if isinstance(field, models.JSONField):
        return field.get_default() if field.has_default() else []
    if isinstance(field, models.BinaryField):
        return b""
    if isinstance(field, models.DateTimeField):
        return clock.moment(0)
    if isinstance(field, models.BooleanField):
        return False
    return 0 if isinstance(field, models.IntegerField | models.FloatField) else ""


def delete_by_term(w: work.Work, model: str, pks: Sequence[Any]) -> int:
    """Rows whose term is over: with their own way of going, where they have one."""
    if model in _erasers:
        _erasers[model](w, pks)
        return len(pks)
    return delete(w, apps.get_model(model), pks, by_term=True)


def end_account(w: work.Work, person_id: UUID) -> int:
    """An account whose term is over: it says nobody's name any more."""
    _person(w, [person_id])
    return 1


# --- rows with keys of their own ---


@eraser("footage.Epoch")
def _epochs(w: work.Work, pks: Sequence[Any]) -> str:
    rows = list(Epoch.objects.filter(pk__in=list(pks)).defer("wrapped"))
    if any(holds.held_of(row.camera_id, row.track, holds.span_of(row.start_ms)) for row in rows):
        raise OnHold
    expiring.order(w, rows, "request")
    for row in rows:
        w.after_commit(partial(_finish, row.owner_id, row.id))
    return "shredded"


def _finish(owner_id: UUID, epoch_id: UUID) -> None:
    """At once; the hourly work does it if this was killed."""
    expiring.finish(owner_id, [epoch_id])


@eraser("footage.MailPicture")
def _mail_pictures(w: work.Work, pks: Sequence[Any]) -> str:
    expiring.forget_mail_pictures(w, list(MailPicture.objects.filter(pk__in=list(pks))))
    return "shredded"


@eraser("footage.GuardPicture")
def _guard_pictures(w: work.Work, pks: Sequence[Any]) -> str:
    guardpictures.forget(w, list(GuardPicture.objects.filter(pk__in=list(pks))))
    return "shredded"


@eraser("ledger.Body")
def _bodies(w: work.Work, pks: Sequence[Any]) -> str:
    """The bodies go, the tree still stands; their keys are destroyed as soon as that is durable (ledger.jobs)."""
    wanted = tuple(sorted({int(pk) for pk in pks}))
    facts: dict[str, Fact] = {"entries": pack_ranges(wanted), "reason": "request"}
    w.record(Entry(Kind.DELETION, None, facts, forgets=wanted))
    return "shredded"


@eraser("people.Person")
def _person(w: work.Work, pks: Sequence[Any]) -> str:
    """The account opens nothing any more and says nobody's name; what others need of it (who did it: an identifier that
    leads to nobody) stays. Memberships end, and what proved him beside his password goes."""
    for row in Person.objects.filter(pk__in=list(pks)):
        shred.destroy("account", row.bundle_password_shred, row.bundle_recovery_shred)
        values = {
            "email": f"{ids.new().hex}@erased.invalid", "display_name": "", "auth_hash": b"", "bundle_password": b"",
            "bundle_recovery": b"", "pins": None, "epoch": row.epoch + 1,
        }  # fmt: skip
        Person.objects.filter(pk=row.pk).update(**values)
        _memberships(w, list(Membership.objects.filter(person_id=row.pk).values_list("pk", flat=True)))
        _second_factors(w, list(SecondFactor.objects.filter(person_id=row.pk).values_list("pk", flat=True)))
        SignedIn.objects.filter(person_id=row.pk).delete()
        erasures.blanked("people.Person", None, [row.pk], _written(values))
    return "anonymised"


@eraser("people.Membership")
def _memberships(w: work.Work, pks: Sequence[Any]) -> str:
    """Who still acts for somebody ends now; where he belonged that is over goes. (The database lets no other row go.)
    Of the acting party: another one's are its own."""
    rows = list(Membership.objects.filter(pk__in=list(pks)))
    running = [row for row in rows if row.valid_to is None or row.valid_to > clock.now()]
    for row in running:
        row.valid_to = clock.now()
        row.save(update_fields=["valid_to"])
        erasures.ended(row, row.party_id, "valid_to")
    for party_id in {row.party_id for row in rows}:
        gone = [row.pk for row in rows if row.party_id == party_id and row not in running]
        erasures.delete(Membership.objects.filter(pk__in=gone), party_id)
    return "ended" if running else "deleted"


@eraser("people.ServiceRelation")
def _relations(w: work.Work, pks: Sequence[Any]) -> str:
    """Those that are over; what runs is ended by who may end it."""
    rows = list(ServiceRelation.objects.filter(pk__in=list(pks)))
    gone = [row for row in rows if row.valid_to is not None and row.valid_to <= clock.now()]
    for owner_id in {row.owner_id for row in gone}:
        erasures.delete(ServiceRelation.objects.filter(pk__in=[row.pk for row in gone], owner_id=owner_id), owner_id)
    return "deleted" if len(gone) == len(rows) else "kept"


@eraser("people.Party")
def _party(w: work.Work, pks: Sequence[Any]) -> str:
    """A household in which nobody is left says no name any more; while somebody is, it is his too and stays. The row
    stays as what others' rows point at, and goes with all that is the owner's (tenants.leaving)."""
    lived_in = Membership.objects.filter(party_id__in=list(pks), valid_to__isnull=True).values("party_id")
    for row in Party.objects.filter(pk__in=list(pks)).exclude(pk__in=lived_in):
        values = {"name": ""}
        Party.objects.filter(pk=row.pk).update(**values)
        erasures.blanked("people.Party", row.pk, [row.pk], values)
        return "anonymised"
    return "kept"


@eraser("people.SealedTenantKey")
def _sealed_keys(w: work.Work, pks: Sequence[Any]) -> str:
    rows = list(SealedTenantKey.objects.filter(pk__in=list(pks)))
    shred.destroy("account", *(row.shred_id for row in rows))
    SealedTenantKey.objects.filter(pk__in=list(pks)).delete()
    return "shredded"


@eraser("people.SecondFactor")
def _second_factors(w: work.Work, pks: Sequence[Any]) -> str:
    rows = list(SecondFactor.objects.filter(pk__in=list(pks)))
    shred.destroy("account", *(row.secret_shred for row in rows if row.secret_shred is not None))
    erasures.delete(SecondFactor.objects.filter(pk__in=list(pks)), None)
    return "shredded"


@eraser("sites.FloorPlan")
def _floor_plans(w: work.Work, pks: Sequence[Any]) -> str:
    rows = list(FloorPlan.objects.filter(pk__in=list(pks)))
    shred.destroy(FLOOR_PLAN_KEYS, *(row.shred for row in rows))
    FloorPlan.objects.filter(pk__in=list(pks)).delete()
    return "shredded"
