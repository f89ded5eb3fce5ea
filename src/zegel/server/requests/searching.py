# SPDX-License-Identifier: EUPL-1.2
"""Where somebody is in the records, and which recordings there are of a place at a time. Principles:

- What is searched is what is declared (lifecycle.finding): a field that nobody declared does not exist (the server
  would not start), and one that is declared is found.
- It is searched as the controller, and only in what is his: what another controller keeps of the same person is for
  that one to answer.
- A person looks at each line before it goes out: it may say something of somebody else (Art. 15(4)). What he decided
  is tied to the value by its hash: another value wants another look.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zegel.declare import Declaration
from zegel.seal.segment import Track
from zegel.server.footage import queries as footage
from zegel.server.footage.rules import SLOT_MS
from zegel.server.gate import Action, require
from zegel.server.kernel import clock, mail, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.lifecycle import finding
from zegel.server.lifecycle.finding import RefKind, SubjectRef
from zegel.server.people import queries as people
from zegel.server.people.models import Membership, Person
from zegel.server.plans.models import Contact
from zegel.server.requests import firm, handling, rules
from zegel.server.requests.errors import BadCase, NotEstablished, NotReviewed
from zegel.server.requests.models import Case, Line
from zegel.server.requests.rules import AboutWhat, Identity, Verdict
from zegel.server.sites.models import Camera

MOST_LINES = 5000
SHORT = 60  # a longer text, or one of more words than this room's short ones, is read by a person as free text


@dataclass(frozen=True)
class Field:
    """One declared field of one row. `value`: as it goes into the answer, None where it is only described."""

    declaration: Declaration
    name: str
    model: str
    key: str
    value: str | None
    free: bool
    hash: bytes


@dataclass(frozen=True)
class Reviewed:
    """A field and what a person decided about it; `verdict` None: nobody looked yet, or it changed since."""

    field: Field
    verdict: Verdict | None
    text: str = ""

    @property
    def goes_out(self) -> str | None:
        if self.verdict is Verdict.GIVE:
            return self.field.value
        return self.text if self.verdict is Verdict.EDITED else None


@dataclass(frozen=True)
class Recording:
    """What a camera has of the window. `seconds`: how much."""

    camera_id: UUID
    camera: str
    unit: str
    from_ms: int
    to_ms: int
    seconds: int


@dataclass(frozen=True)
class Row:
    """One row, as lifecycle found it. `shared`: an account that somebody else's organisation lives with, too."""

    found: finding.Found
    shared: bool = False

    @property
    def model(self) -> str:
        return self.found.model

    @property
    def key(self) -> str:
        return str(self.found.pk)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be the requester: the office decides. `value`: an identifier or an address."""

    kind: str
    value: str
    name: str
    beside: str


@dataclass(frozen=True)
class Found:
    """`rows`: everything, for erasing."""

    fields: list[Reviewed] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def left(self) -> int:
        return sum(one.verdict is None for one in self.fields)


def of_case(actor: Actor, case_id: UUID) -> Found:
    """Everything, with what was decided about it. Raises Denied, UnknownCase."""
    with work.transaction(actor):
        case = handling.locked(case_id)
        require(actor, Action.READ, handling.resource(case))
    return found(case)


def found(case: Case) -> Found:
    """As the controller; nothing while it is not sure who asks."""
    if case.identity != Identity.ESTABLISHED:
        return Found()
    with tenancy.acting_as(case.owner_id):
        if case.about == AboutWhat.FOOTAGE:
            return Found(recordings=_recordings(case))
        rows = list(_rows(case))
        decided = {(line.model, line.key, line.field): line for line in Line.objects.filter(case=case)}
    fields = [_reviewed(one, decided) for one in _fields(case, rows)]
    return Found(fields=fields, rows=rows)


# --- records ---


def _rows(case: Case) -> Iterator[Row]:
    """Each row once, the controller's own only; never this room's. Accounts have no owner: they count where the person
    acts for the controller."""
    seen: set[tuple[str, str, str]] = set()
    for ref in _refs(case):
        shared = ref.kind is RefKind.PERSON and _elsewhere(ref.id, case.owner_id)
        for one in finding.rows_of(ref, owner_id=case.owner_id):
            key = (one.model, str(one.pk), one.declaration.path)
            account = one.owner_id is None
            if key in seen or one.model.startswith("requests.") or (account and ref.kind is not RefKind.PERSON):
                continue
            if account and one.model == "people.Membership" and not _is_of(one.pk, case.owner_id):
                continue
            seen.add(key)
            yield Row(one, shared and account and one.model != "people.Membership")


def _refs(case: Case) -> Iterator[SubjectRef]:
    """An address stands for the accounts of the controller's people that have it, too."""
    for kind, value in case.subjects:
        if kind != RefKind.EMAIL:
            yield SubjectRef(RefKind(kind), UUID(value))
            continue
        for person in _people_of(case.owner_id).filter(email__iexact=value):
            yield SubjectRef.person(person.id)
        yield SubjectRef.email(value)


def _people_of(owner_id: UUID) -> QuerySet[Person]:
    """Who acts for the controller, or did."""
    return Person.objects.filter(id__in=Membership.objects.filter(party_id=owner_id).values("person_id"))


def _is_of(membership_id: Any, owner_id: UUID) -> bool:
    return Membership.objects.filter(pk=membership_id, party_id=owner_id).exists()


def _elsewhere(person_id: UUID | None, owner_id: UUID) -> bool:
    """Whether he acts for another organisation, which needs his account."""
    return person_id is not None and any(seat.party_id != owner_id for seat in people.seats(person_id))


def candidates(actor: Actor, case_id: UUID) -> list[Candidate]:
    """Who of the controller's people and contacts may be the requester, by address, number or name. Raises Denied,
    UnknownCase."""
    with work.transaction(actor):
        case = handling.locked(case_id)
        require(actor, Action.READ, handling.resource(case))
    if case.about == AboutWhat.FOOTAGE or not case.name:
        return []
    with tenancy.acting_as(case.owner_id):
        found = [
            Candidate("person", str(row.id), row.display_name, row.email)
            for row in _people_of(case.owner_id).filter(Q(email__iexact=case.email) | Q(display_name__iexact=case.name))
        ]
        wanted = Q(name__iexact=case.name)
        if case.phone:
            wanted |= Q(phones__icontains=case.phone)
        rows = Contact.objects.filter(wanted, owner_id=case.owner_id).order_by("name", "id")[:20]
        found += [Candidate("contact", str(row.id), row.name, row.relation) for row in rows]
        for known in firm.perhaps(case):
            found.append(Candidate("customer", str(known.id), known.name, f"{known.number} {known.email}"))
    if case.email:
        found.append(Candidate("email", case.email, case.email, ""))
    return found


def choose(actor: Actor, case_id: UUID, subjects: Sequence[tuple[str, str]]) -> Case:
    """See handling.choose_subjects."""
    return handling.choose_subjects(actor, case_id, subjects, belongs)


def belongs(case: Case, kind: str, value: str) -> bool:
    """Whether that may be looked for in this case: the controller's own people, contacts, and addresses."""
    if kind == RefKind.EMAIL:
        return mail.is_address(value)
    try:
        key = UUID(value)
    except ValueError:
        return False
    with tenancy.acting_as(case.owner_id):
        if kind == RefKind.PERSON:
            return _people_of(case.owner_id).filter(id=key).exists()
        if kind == RefKind.CUSTOMER:
            return firm.is_his(case, key)
        return kind == RefKind.CONTACT and Contact.objects.filter(id=key, owner_id=case.owner_id).exists()


def _fields(case: Case, rows: Iterable[Row]) -> Iterator[Field]:
    for row in rows:
        for declaration in row.found.declarations:
            described = declaration.field in row.found.described
            value = None if described else text_of(row.found.values.get(declaration.field))
            if value == "":
                continue
            free = value is not None and is_free(row.model, declaration.field)
            yield _field(case, row, declaration, declaration.field, value, free)
        if row.found.values.get("said"):  # a log entry's facts, opened
            yield _field(case, row, row.found.declaration, "said", text_of(row.found.values["said"]), True)


def _field(case: Case, row: Row, declaration: Declaration, name: str, value: str | None, free: bool) -> Field:
    return Field(declaration, name, row.model, row.key, value, free, value_hash(case.id, value or ""))


def _reviewed(one: Field, decided: Mapping[tuple[str, str, str], Line]) -> Reviewed:
    if one.value is None:
        return Reviewed(one, Verdict.WITHHOLD)  # described only: it goes out as that, whoever looks
    line = decided.get((one.model, one.key, one.name))
    if line is None or not hmac.compare_digest(bytes(line.hash), one.hash):
        return Reviewed(one, None)
    return Reviewed(one, Verdict(line.verdict), line.text)


def text_of(value: Any) -> str:
    """A value as it is read: moments in ISO 8601, lists as JSON."""
    if value is None or value == "" or value == []:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def is_free(model: str, name: str) -> bool:
    """Whether somebody typed it: then it may speak of others."""
    room, _dot, noun = model.partition(".")
    column = apps.get_model(room, noun)._meta.get_field(name)
    kind = column.get_internal_type()
    if kind in {"TextField", "JSONField"}:
        return True
    longest = getattr(column, "max_length", None)
    return kind == "CharField" and not getattr(column, "choices", None) and (longest or 0) > SHORT


def value_hash(case_id: UUID, value: str) -> bytes:
    return hmac.digest(case_id.bytes, value.encode(), hashlib.sha256)


def review(actor: Actor, case_id: UUID, lines: Sequence[tuple[str, str, str, Verdict, str]]) -> int:
    """What a person decided: (model, key, field, verdict, text). Returns how many lines are left. Raises Denied,
    UnknownCase, NotNow, NotEstablished, BadCase."""
    with work.transaction(actor) as w:
        case = handling.open_case(actor, case_id)
        if case.identity != Identity.ESTABLISHED:
            raise NotEstablished
        there = {(one.field.model, one.field.key, one.field.name): one.field for one in found(case).fields}
        for model, key, name, verdict, text in lines:
            _decide(actor, case, there.get((model, key, name)), verdict, text)
        handling.note_reviewed(w, case, len(lines))
    return found(case).left


def _decide(actor: Actor, case: Case, one: Field | None, verdict: Verdict, text: str) -> None:
    if one is None or one.value is None:
        raise BadCase(_("That line is not there any more."), action=_("Load the page again."), field="line")
    if verdict is Verdict.EDITED and not 0 < len(text) <= rules.LONGEST_TEXT:
        raise BadCase(_("Write what stands there instead."), action=_("Without the others’ data."), field="text")
    assert actor.id is not None
    Line.objects.update_or_create(
        case=case, model=one.model, key=one.key, field=one.name,
        defaults={
            "owner_id": case.owner_id, "provider_id": case.provider_id, "hash": one.hash, "verdict": verdict.value,
            "text": text if verdict is Verdict.EDITED else "", "by": actor.id, "at": clock.now(),
        },
    )  # fmt: skip


def require_reviewed(all_of_it: Found) -> None:
    """Raises NotReviewed."""
    if all_of_it.left:
        raise NotReviewed(all_of_it.left)


# --- recordings ---


def _recordings(case: Case) -> list[Recording]:
    """Of each camera of the place what is still there of that time. Ciphertext: only the owner opens it."""
    if case.site_id is None or case.from_at is None or case.to_at is None:
        return []
    span = clock.ms(case.from_at), clock.ms(case.to_at)
    rows = []
    for camera in Camera.objects.filter(unit__site_id=case.site_id).select_related("unit").order_by("name", "id"):
        epochs = footage.epochs_between(camera.id, Track.SURVEILLANCE, *span)
        ranges, _more = footage.recorded_ranges(epochs, *span)
        if ranges:
            starts = {epoch.id: epoch.start_ms for epoch in epochs}
            first = min(starts[part.epoch] + part.from_slot * SLOT_MS for part in ranges)
            last = max(starts[part.epoch] + part.to_slot * SLOT_MS for part in ranges)
            rows.append(
                Recording(
                    camera.id,
                    camera.name,
                    camera.unit.name,
                    max(first, span[0]),
                    min(last, span[1]),
                    sum(len(part) for part in ranges),
                )
            )
    return rows
