# SPDX-License-Identifier: EUPL-1.2
"""Every write to customers. The principles:

- Only what is needed (I3); what comes in from outside changes no record that exists: it is suggested to the desk.
- What is restricted is kept and not used (Art. 18 GDPR): no correction, no order, no export, until it is lifted.
- Each act is in the record's history by the names of the details, never by what they held; and in the ledger.
- A customer has a number of his firm's own, counted up, never used again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from zegel.server.customers import rules
from zegel.server.customers.errors import BadDetails, NotNow, Restricted, UnknownCustomer
from zegel.server.customers.models import Change, Contact, Customer, Review, Suggestion, YearlyLine
from zegel.server.customers.rules import (
    CustomerKind,
    Decision,
    Details,
    Function,
    Reason,
    Source,
    Standing,
    What,
    Why,
)
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, erasures, ids, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind

LONGEST_WORDS = 500
_WRITABLE = (*rules.TEXTS, "kind")


def resource(row: Customer) -> Resource:
    return Resource(ResourceKind.CUSTOMER_RECORD, row.id, row.owner_id)


def of_owner(owner_id: UUID | None) -> Resource:
    """All of a firm's customers."""
    return Resource(ResourceKind.CUSTOMER_RECORD, None, owner_id)


def checked(given: Details) -> Details:
    """Tidy details. Raises BadDetails."""
    said = rules.tidy(given)
    field = rules.wrong(said)
    if field is not None:
        raise BadDetails(field)
    if said.consent_until and said.consent_until > (clock.now() + rules.PROSPECT_MOST).date():
        raise BadDetails("consent_until")
    return said


# --- coming in ---


def find_or_add(w: work.Work, owner_id: UUID, given: Details, *, source: Source = Source.FORM) -> Customer:
    """Within the running work, for rooms above: who is meant, or a new customer.

    The same: the same e-mail address with the same name or house, or the same name at the same house. What differs is
    suggested to the desk and changes nothing. The gate is the caller's to ask. Raises BadDetails.
    """
    said = checked(given)
    one_at_a_time(owner_id)
    found = find(owner_id, said)
    if found is None:
        return _add(w, owner_id, said, source)
    _suggest(w, found, said, source)
    return found


def find(owner_id: UUID, said: Details) -> Customer | None:
    """Within an acting party: who is meant by these tidy details, the longest known where several are."""
    name, place = rules.name_key(said.name), rules.address_key(said.postcode, said.house_number)
    wanted = Q(email=said.email) & ~Q(email="") if said.email else Q(pk__in=[])
    if place:
        wanted |= Q(name_key=name, place_key=place)
    rows = Customer.objects.filter(wanted, owner_id=owner_id, anonymised_at=None).order_by("number")
    return next((row for row in rows[:50] if rules.same(said, row.name_key, row.email, row.place_key)), None)


def add(actor: Actor, given: Details) -> Customer:
    """By the desk, whether or not there is somebody like him. Raises Denied, BadDetails."""
    require(actor, Action.ADD, of_owner(actor.party_id))
    assert actor.party_id is not None
    said = checked(given)
    with work.transaction(actor) as w:
        one_at_a_time(actor.party_id)
        return _add(w, actor.party_id, said, Source.DESK)


def _add(w: work.Work, owner_id: UUID, said: Details, source: Source) -> Customer:
    row = new_row(owner_id, provider_of(owner_id), next_number(owner_id), said, source)
    row.save(force_insert=True)
    note(w, row, What.ADDED, source=source)
    return row


def new_row(owner_id: UUID, provider_id: UUID, number: int, said: Details, source: Source) -> Customer:
    """Unsaved, of tidy details."""
    now = clock.now()
    texts = {name: getattr(said, name) for name in rules.TEXTS}
    return Customer(
        id=ids.new(), owner_id=owner_id, provider_id=provider_id, number=number, kind=said.kind.value,
        standing=said.standing.value, source=source.value, since=now, active_at=now,
        consent_until=said.consent_until if said.standing is Standing.PROSPECT else None,
        name_key=rules.name_key(said.name), place_key=rules.address_key(said.postcode, said.house_number), **texts,
    )  # fmt: skip


def take_over(w: work.Work, owner_id: UUID, given: Sequence[Details]) -> list[tuple[Customer, bool]]:
    """Within the running work, for lists of tidy and checked details: each one's customer, and whether he is new. As
    find_or_add, with few questions for many; whoever stands twice in the list is one."""
    one_at_a_time(owner_id)
    known = Known()
    known.load(owner_id, given)
    provider, number = provider_of(owner_id), next_number(owner_id)
    found: list[tuple[Customer, bool]] = []
    new: list[Customer] = []
    for said in given:
        row = known.find(said)
        found.append((row or new_row(owner_id, provider, number, said, Source.IMPORT), row is None))
        if row is None:
            new.append(found[-1][0])
            known.add(new[-1])
            number += 1
    Customer.objects.bulk_create(new)
    Change.objects.bulk_create(
        Change(owner_id=owner_id, provider_id=provider, customer=row, at=clock.now(), by=w.actor.id,
               what=What.ADDED.value, source=Source.IMPORT.value)
        for row in new
    )  # fmt: skip
    for (row, is_new), said in zip(found, given, strict=True):
        if not is_new:
            _suggest(w, row, said, Source.IMPORT)
    return found


def would_add(owner_id: UUID, given: Sequence[Details], known: Known) -> int:
    """Within an acting party: how many of these would be new; nothing is written. `known`: the same one for every part
    of a list."""
    known.load(owner_id, given)
    new = 0
    for said in given:
        if known.find(said) is None:
            known.add(new_row(owner_id, owner_id, 0, said, Source.IMPORT))
            new += 1
    return new


class Known:
    """Those of a firm who may be meant by lists of details, by address and by name and house."""

    def __init__(self) -> None:
        self._by: dict[str, list[Customer]] = {}
        self._ids: set[UUID] = set()

    def load(self, owner_id: UUID, given: Sequence[Details]) -> None:
        """Within an acting party: those of the records, in one question."""
        emails = {said.email for said in given if said.email}
        places = {rules.address_key(said.postcode, said.house_number) for said in given} - {""}
        by_email = Q(email__in=emails) & ~Q(email="")  # said again: only so a long list finds the partial index
        by_place = Q(place_key__in=places) & ~Q(place_key="")
        rows = Customer.objects.filter(by_email | by_place, owner_id=owner_id, anonymised_at=None)
        for row in rows.order_by("number"):
            if row.id not in self._ids:
                self.add(row)

    def add(self, row: Customer) -> None:
        self._ids.add(row.id)
        for key in {row.email, row.place_key} - {""}:
            self._by.setdefault(key, []).append(row)

    def find(self, said: Details) -> Customer | None:
        place = rules.address_key(said.postcode, said.house_number)
        rows = [*self._by.get(said.email, ()), *self._by.get(place, ())]
        return next((row for row in rows if rules.same(said, row.name_key, row.email, row.place_key)), None)


def next_number(owner_id: UUID) -> int:
    """Under one_at_a_time."""
    return int(Customer.objects.filter(owner_id=owner_id).aggregate(last=Max("number"))["last"] or 1000) + 1


def one_at_a_time(owner_id: UUID) -> None:
    """Until the end of this work nobody else adds a customer to that firm."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 6301))", [str(owner_id)])


def provider_of(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id


def seen(w: work.Work, customer_id: UUID) -> Customer:
    """Within the running work, for rooms above: an order came, so there is a relation. Raises UnknownCustomer."""
    row = locked(customer_id)
    row.active_at = clock.now()
    if row.standing != Standing.CUSTOMER:
        row.standing, row.consent_until, row.ended_at = Standing.CUSTOMER.value, None, None
        note(w, row, What.BECAME_CUSTOMER)
    row.save(update_fields=["active_at", "standing", "consent_until", "ended_at"])
    decide_lines(w, row, Decision.GONE, only=Reason.QUIET)
    return row


def usable(customer_id: UUID) -> Customer:
    """Within an acting party, for rooms above: the customer, if his data may be used. Raises UnknownCustomer,
    Restricted."""
    row = Customer.objects.filter(id=customer_id).first()
    if row is None:
        raise UnknownCustomer
    if row.restricted_at is not None:
        raise Restricted
    return row


def locked(customer_id: UUID) -> Customer:
    """Within the running work. Raises UnknownCustomer."""
    row = Customer.objects.select_for_update().filter(id=customer_id).first()
    if row is None:
        raise UnknownCustomer
    return row


def _open(actor: Actor, customer_id: UUID, action: Action) -> Customer:
    """Within the running work: one who was not anonymised. Raises UnknownCustomer, Denied, NotNow."""
    row = locked(customer_id)
    require(actor, action, resource(row))
    if row.anonymised_at is not None:
        raise NotNow(_("This customer was anonymised."), action=_("Nothing of him is left to change."))
    return row


# --- correcting ---


def correct(actor: Actor, customer_id: UUID, changes: Mapping[str, str]) -> Customer:
    """By the desk. `changes`: details by their names. Raises Denied, UnknownCustomer, NotNow, BadDetails."""
    with work.transaction(actor) as w:
        row = _open(actor, customer_id, Action.CHANGE)
        _write(w, row, changes, What.CORRECTED, Source.DESK)
        return row


def correct_own(w: work.Work, customer_id: UUID, changes: Mapping[str, str]) -> Customer:
    """Within the running work, for rooms above: somebody who showed that he is this customer corrects his own data,
    also while its use is restricted (Art. 16). Raises UnknownCustomer, NotNow, BadDetails."""
    row = locked(customer_id)
    if row.anonymised_at is not None:
        raise NotNow(_("This customer was anonymised."), action=_("Nothing of him is left to change."))
    _write(w, row, changes, What.CORRECTED, Source.LINK)
    return row


def details_of(row: Customer) -> Details:
    """As they stand in the record."""
    texts = {name: getattr(row, name) for name in rules.TEXTS}
    return Details(
        kind=CustomerKind(row.kind), standing=Standing(row.standing), consent_until=row.consent_until, **texts
    )


def _write(w: work.Work, row: Customer, changes: Mapping[str, str], what: What, source: Source) -> None:
    for name in changes:
        if name not in _WRITABLE:
            raise BadDetails(name)
    before = details_of(row)
    wanted: dict[str, Any] = dict(changes)
    if "kind" in wanted:
        wanted["kind"] = CustomerKind(wanted["kind"]) if wanted["kind"] in set(CustomerKind) else None
        if wanted["kind"] is None:
            raise BadDetails("kind")
    said = checked(replace(before, **wanted))
    changed = [name for name in _WRITABLE if getattr(said, name) != getattr(before, name)]
    if not changed:
        return
    for name in changed:
        setattr(row, name, getattr(said, name))
    row.name_key = rules.name_key(said.name)
    row.place_key = rules.address_key(said.postcode, said.house_number)
    row.save(update_fields=[*changed, "name_key", "place_key"])
    note(w, row, what, changed, source)


def _suggest(w: work.Work, row: Customer, said: Details, source: Source) -> None:
    """What he wrote that is not in the record. Empty details say nothing; one suggestion at a time."""
    held = details_of(row)
    differs = {
        name: getattr(said, name) for name in rules.TEXTS
        if name not in {"language", "country"} and getattr(said, name) and getattr(said, name) != getattr(held, name)
    }  # fmt: skip
    if not differs:
        return
    Suggestion.objects.filter(customer=row, decided_at=None).delete()
    Suggestion.objects.create(
        owner_id=row.owner_id, provider_id=row.provider_id, customer=row, at=clock.now(), source=source.value,
        values=differs,
    )  # fmt: skip
    note(w, row, What.SUGGESTED, list(differs), source)


def decide_suggestion(actor: Actor, suggestion_id: UUID, *, take: bool, only: Sequence[str] = ()) -> Customer:
    """What came in from outside is taken over (`only`: these details of it) or not. Raises Denied, UnknownCustomer,
    NotNow, BadDetails."""
    with work.transaction(actor) as w:
        found = Suggestion.objects.select_for_update().filter(id=suggestion_id, decided_at=None).first()
        if found is None:
            raise UnknownCustomer
        row = _open(actor, found.customer_id, Action.CHANGE)
        values = {name: text for name, text in found.values.items() if not only or name in only}
        if take:
            _write(w, row, values, What.CORRECTED, Source(found.source))
        else:
            note(w, row, What.REFUSED, list(found.values), Source(found.source))
        found.decided_at, found.decided_by, found.taken, found.values = clock.now(), actor.id, take, {}
        found.save(update_fields=["decided_at", "decided_by", "taken", "values"])
        return row


# --- contacts of a company ---


def add_contact(
    actor: Actor, customer_id: UUID, name: str, function: Function, email: str = "", phone: str = ""
) -> Contact:
    """Raises Denied, UnknownCustomer, NotNow, BadDetails."""
    said = checked(Details(name=name, email=email, phone=phone))
    with work.transaction(actor) as w:
        row = _open(actor, customer_id, Action.CHANGE)
        if row.kind != CustomerKind.COMPANY:
            raise NotNow(_("A person speaks for himself."), action=_("Only a company has contacts."))
        contact = Contact.objects.create(
            owner_id=row.owner_id, provider_id=row.provider_id, customer=row, name=said.name, function=function.value,
            email=said.email, phone=said.phone, made_at=clock.now(),
        )  # fmt: skip
        note(w, row, What.CONTACT_ADDED)
        return contact


def change_contact(
    actor: Actor, contact_id: UUID, name: str, function: Function, email: str = "", phone: str = ""
) -> Contact:
    """Raises Denied, UnknownCustomer, NotNow, BadDetails."""
    said = checked(Details(name=name, email=email, phone=phone))
    with work.transaction(actor) as w:
        contact, row = _contact(actor, contact_id)
        contact.name, contact.function, contact.email, contact.phone = said.name, function.value, said.email, said.phone
        contact.save(update_fields=["name", "function", "email", "phone"])
        note(w, row, What.CONTACT_CHANGED)
        return contact


def end_contact(actor: Actor, contact_id: UUID) -> Customer:
    """He speaks for the company no longer: what is known of him goes at once. Raises Denied, UnknownCustomer,
    NotNow."""
    with work.transaction(actor) as w:
        contact, row = _contact(actor, contact_id)
        contact.delete()
        erasures.gone("customers.Contact", row.owner_id, [contact_id])
        note(w, row, What.CONTACT_ENDED)
        return row


def _contact(actor: Actor, contact_id: UUID) -> tuple[Contact, Customer]:
    contact = Contact.objects.select_for_update().filter(id=contact_id).first()
    if contact is None:
        raise UnknownCustomer
    return contact, _open(actor, contact.customer_id, Action.CHANGE)


# --- the relation ---


def confirm(actor: Actor, customer_id: UUID, words: str = "") -> Customer:
    """A further order is expected, so the relation lasts (A4). `words`: which, for the yearly list. Raises Denied,
    UnknownCustomer, NotNow, BadDetails."""
    words = _sentence(words) if words else ""
    with work.transaction(actor) as w:
        row = _open(actor, customer_id, Action.CHANGE)
        if row.standing != Standing.CUSTOMER:
            raise NotNow(_("There is no relation to confirm."), action=_("Only a customer’s is."))
        row.active_at = clock.now()
        row.save(update_fields=["active_at"])
        note(w, row, What.CONFIRMED)
        decide_lines(w, row, Decision.CONFIRM, words, only=Reason.QUIET)
        return row


def end(actor: Actor, customer_id: UUID, words: str = "") -> Customer:
    """The relation is over: kept for as long as claims can come, then anonymised. Raises Denied, UnknownCustomer,
    NotNow, BadDetails."""
    words = _sentence(words) if words else ""
    with work.transaction(actor) as w:
        row = _open(actor, customer_id, Action.END)
        if row.standing != Standing.CUSTOMER:
            raise NotNow(_("There is no relation to end."), action=_("Look at what stands on the record."))
        row.standing, row.ended_at = Standing.FORMER.value, clock.now()
        row.save(update_fields=["standing", "ended_at"])
        note(w, row, What.LEFT)
        decide_lines(w, row, Decision.END, words, only=Reason.QUIET)
        return row


def renew_consent(actor: Actor, customer_id: UUID, until: date) -> Customer:
    """A prospect consented anew, until then (A3). Raises Denied, UnknownCustomer, NotNow, BadDetails."""
    with work.transaction(actor) as w:
        row = _open(actor, customer_id, Action.CHANGE)
        if row.standing != Standing.PROSPECT:
            raise NotNow(_("Only a prospect is kept by consent."), action=_("Look at what stands on the record."))
        if not clock.now().date() < until <= (clock.now() + rules.PROSPECT_MOST).date():
            raise BadDetails("consent_until")
        row.consent_until = until
        row.save(update_fields=["consent_until"])
        note(w, row, What.CONSENT_RENEWED)
        decide_lines(w, row, Decision.CONFIRM, only=Reason.CONSENT_OVER)
        return row


def end_consent(w: work.Work, customer_id: UUID) -> None:
    """Within the running work: a prospect took his consent back. He stands on the list at once. Again is harmless."""
    row = locked(customer_id)
    if row.standing == Standing.PROSPECT and row.consent_until and row.consent_until >= clock.now().date():
        row.consent_until = clock.now().date() - timedelta(days=1)
        row.save(update_fields=["consent_until"])
        note(w, row, What.CONSENT_ENDED)


# --- restriction (Art. 18) ---


def restrict(actor: Actor, customer_id: UUID, why: Why) -> Customer:
    """Kept and not used until it is lifted. Raises Denied, UnknownCustomer, NotNow."""
    with work.transaction(actor) as w:
        row = _open(actor, customer_id, Action.SUSPEND)
        if row.restricted_at is not None:
            raise NotNow(_("The use is restricted already."), action=_("Lift it where it is over."))
        restrict_in(w, row, why)
        return row


def restrict_in(w: work.Work, row: Customer, why: Why) -> None:
    """Within the running work, of a locked row, for the room of requests. Again is harmless."""
    if row.restricted_at is not None or row.anonymised_at is not None:
        return
    row.restricted_at, row.restricted_why, row.restricted_by = clock.now(), why.value, w.actor.id
    row.save(update_fields=["restricted_at", "restricted_why", "restricted_by"])
    note(w, row, What.RESTRICTED)


def unrestrict(actor: Actor, customer_id: UUID) -> Customer:
    """Whoever asked for it is to be told before (Art. 18(3)). Raises Denied, UnknownCustomer, NotNow."""
    with work.transaction(actor) as w:
        row = _open(actor, customer_id, Action.LIFT)
        if row.restricted_at is None:
            raise NotNow(_("The use is not restricted."), action=_("There is nothing to lift."))
        row.restricted_at, row.restricted_why, row.restricted_by = None, "", None
        row.save(update_fields=["restricted_at", "restricted_why", "restricted_by"])
        note(w, row, What.LIFTED)
        decide_lines(w, row, Decision.GONE, only=Reason.RESTRICTED_LONG)
        return row


# --- the yearly list ---


def keep(actor: Actor, customer_id: UUID, reason: Reason, words: str, until: date) -> Review:
    """A line of the list stays, for a reason and until a day, a year ahead at most. Raises Denied, UnknownCustomer,
    NotNow, BadDetails."""
    words = _sentence(words)
    if not clock.now().date() < until <= (clock.now() + timedelta(days=366)).date():
        raise BadDetails("until")
    if reason is Reason.CONSENT_OVER:
        raise NotNow(
            _("Without a consent a prospect is not kept."), action=_("Ask him for a new one, or anonymise him.")
        )
    with work.transaction(actor) as w:
        row = _open(actor, customer_id, Action.END)
        note(w, row, What.KEPT)
        decide_lines(w, row, Decision.KEEP, words, only=reason)
        return _review(w, row, reason, Decision.KEEP, words, until)


def _sentence(words: str) -> str:
    """Raises BadDetails."""
    said = " ".join(words.split())
    if not 10 <= len(said) <= LONGEST_WORDS or not rules.printable(said):
        raise BadDetails("words")
    return said


def decide_lines(
    w: work.Work, row: Customer, decision: Decision, words: str = "", *, only: Reason | None = None
) -> None:
    """Within the running work: what was decided stands on the yearly list that he is on, whichever page it was done
    from. `only`: the line of that reason."""
    lines = YearlyLine.objects.filter(customer=row, decided_at=None)
    if only is not None:
        lines = lines.filter(reason=only.value)
    lines.update(decision=decision.value, words=words, decided_at=clock.now(), decided_by=w.actor.id)


def _review(
    w: work.Work, row: Customer, reason: Reason, decision: Decision, words: str = "", until: date | None = None
) -> Review:
    assert w.actor.id is not None
    return Review.objects.create(
        owner_id=row.owner_id, provider_id=row.provider_id, customer=row, reason=reason.value, decision=decision.value,
        words=words, until=until, at=clock.now(), by=w.actor.id,
    )  # fmt: skip


# --- writing down ---


def note(
    w: work.Work, row: Customer, what: What, fields: Iterable[str] = (), source: Source = Source.DESK
) -> None:
    """In the record's history, in the ledger, and for the rooms above."""
    Change.objects.create(
        owner_id=row.owner_id, provider_id=row.provider_id, customer=row, at=clock.now(), by=w.actor.id,
        what=what.value, fields=list(fields), source=source.value,
    )  # fmt: skip
    facts: dict[str, Fact] = {"what": what.value, "customer": row.id}
    w.record(Entry(Kind.CUSTOMER_RECORD, row.owner_id, facts, about=row.id))
    topic = "customer.anonymised" if what is What.ANONYMISED else "customer.changed"
    w.publish(topic, owner_id=row.owner_id, customer_id=row.id, what=what.value)
