# SPDX-License-Identifier: EUPL-1.2
"""Money that came and went, and which invoice it is for. Principles:

- A bank's file is taken whole or not at all; the same booking in another file, or the same file again, is taken once.
- A payment finds its invoice by itself only by a reference or number that stands in it. What is only alike (an amount,
  a name) is offered to a person, who decides.
- An invoice is settled when nothing is open; what was settled by mistake is undone, and both stay on record.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.declare.law import books
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.invoices import camt, making, queries, rules
from zegel.server.invoices.camt import Booking
from zegel.server.invoices.errors import BadPayment, BadStatement, UnknownInvoice
from zegel.server.invoices.models import Invoice, Payment, Settlement, Statement
from zegel.server.invoices.rules import Kind, State, Way
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact
from zegel.server.ledger import Kind as EntryKind

_NUMBER = re.compile(r"(?<![0-9A-Z])(C?)(20\d\d)[ \-./]?(\d{4,7})(?!\d)")
_CREDITOR = re.compile(r"RF\d\d(?: ?[A-Z0-9]){1,21}")


@dataclass(frozen=True)
class Taken:
    """What became of a file: bookings in it, those that were new, of these: matched by themselves; and statements whose
    balances do not add up."""

    bookings: int
    new: int
    matched: int
    accounts: tuple[str, ...]
    not_adding_up: int


def take(actor: Actor, content: bytes) -> Taken:
    """Raises Denied, BadStatement."""
    owner = _party(actor)
    require(actor, Action.ADD, resource(owner))
    try:
        found = camt.read(content)
    except camt.NotCamt as problem:
        raise BadStatement(why(problem.why), action=_("Download the statement again as CAMT.053.")) from problem
    digest = hashlib.sha256(content).digest()
    with work.transaction(actor) as w:
        new: list[Payment] = []
        for one in found:
            new += _take_one(actor, owner, one, digest)
        matched = sum(_match(actor, row) for row in new)
        bookings = sum(len(one.bookings) for one in found)
        facts: dict[str, Fact] = {
            "what": "statement", "sha256": digest, "count": bookings, "new": len(new), "matched": matched
        }  # fmt: skip
        w.record(Entry(EntryKind.INVOICE, owner, facts, about=owner))
        w.publish("payment.changed", owner_id=owner)
    wrong = sum(one.adds_up is False for one in found)
    return Taken(bookings, len(new), matched, tuple(sorted({one.account for one in found})), wrong)


def why(code: str) -> str:
    """In the reader's language."""
    return {
        "size": _("This file is too large."), "zip": _("This ZIP file can't be opened."),
        "xml": _("This is not an XML file as banks make it."),
        "kind": _("This is not an account statement (CAMT.053)."),
        "empty": _("There is no statement in this file."), "many": _("There are too many bookings in this file."),
        "amount": _("An amount in this file can't be read."), "date": _("A day in this file can't be read."),
        "account": _("This statement does not say of which account it is."),
    }[code]  # fmt: skip


def _take_one(actor: Actor, owner: UUID, said: camt.Statement, digest: bytes) -> list[Payment]:
    country = making.seller(owner, queries.settings(owner)).country
    last = max((one.booked_on for one in said.bookings), default=said.to_on or clock.now().date())
    statement = Statement(
        id=ids.new(), owner_id=owner, provider_id=making.provider_of(owner), account=said.account,
        identification=said.identification, currency=said.currency, from_on=said.from_on, to_on=said.to_on,
        opening_cents=said.opening_cents, closing_cents=said.closing_cents, sha256=digest,
        entries=len(said.bookings), taken=0, imported_at=clock.now(), imported_by=actor.id,
        year_ended_at=_year_ended_at(last, country),
    )  # fmt: skip
    known = _known(owner, [one.mark for one in said.bookings])
    rows = [_row(statement, one, country) for one in said.bookings if one.mark not in known]
    statement.taken = len(rows)
    if not rows and known:
        return []  # all of it was there: the statement is too
    statement.save(force_insert=True)
    Payment.objects.bulk_create(rows, ignore_conflicts=True)  # of two files at once each booking is one's
    there = {row.id for row in Payment.objects.filter(statement=statement).only("id")}
    return [row for row in rows if row.id in there]


def _known(owner: UUID, marks: Sequence[bytes]) -> set[bytes]:
    rows = Payment.objects.filter(owner_id=owner, mark__in=marks).values_list("mark", flat=True)
    return {bytes(one) for one in rows}


def _row(statement: Statement, one: Booking, country: str) -> Payment:
    return Payment(
        id=ids.new(), owner_id=statement.owner_id, provider_id=statement.provider_id, statement=statement,
        way=Way.BANK.value, mark=one.mark, amount_cents=one.amount_cents, currency=one.currency,
        booked_on=one.booked_on, value_on=one.value_on, name=one.name, iban=one.iban, reference=one.reference,
        end_to_end=one.end_to_end, text=one.text, bank_reference=one.bank_reference, reversal=one.reversal,
        made_at=statement.imported_at, made_by=statement.imported_by,
        year_ended_at=_year_ended_at(one.booked_on, country),
    )  # fmt: skip


def _year_ended_at(on: date, country: str) -> datetime:
    return making.year_ended_at(on.year, country, books.kept(country, on).years)


# --- finding the invoice --------------------------------------------------------------------------------------------


def named_in(*texts: str) -> tuple[set[str], set[str]]:
    """The numbers and the references that could be ours in what a payer wrote."""
    numbers: set[str] = set()
    references: set[str] = set()
    for text in (one.upper() for one in texts if one):
        numbers |= {f"{credit}{year}-{number}" for credit, year, number in _NUMBER.findall(text)}
        references |= {re.sub(r"\s", "", one) for one in _CREDITOR.findall(text)}
        plain = re.sub(r"\s", "", text)
        references |= {one for one in (plain, *text.split()) if rules.is_ocr_reference(one)}
    found = {one for one in references if one[:2] != "RF"}
    for one in references - found:  # words that follow a reference are no part of it
        found |= {one[:length] for length in range(5, len(one) + 1) if rules.is_creditor_reference(one[:length])}
    return numbers, found


def _named(row: Payment, kind: Kind) -> list[Invoice]:
    numbers, references = named_in(row.reference, row.text, row.end_to_end)
    rows = Invoice.objects.select_for_update().filter(
        owner_id=row.owner_id, state=State.ISSUED.value, kind=kind.value, currency=row.currency
    )
    found = list(rows.filter(reference__in=references).order_by("due_on", "sequence")) if references else []
    return found or (list(rows.filter(number__in=numbers).order_by("due_on", "sequence")) if numbers else [])


def _match(actor: Actor, row: Payment) -> bool:
    """Whether a booking found its invoice by itself, whole or in part."""
    if row.amount_cents == 0:
        return False
    if row.amount_cents < 0:
        return _match_out(actor, row)
    found = [one for one in _named(row, Kind.INVOICE) if one.open_cents > 0]
    if not found or (len(found) > 1 and sum(one.open_cents for one in found) != row.amount_cents):
        return False
    for one, part in zip(found, rules.spread(row.amount_cents, [one.open_cents for one in found]), strict=True):
        _settle(actor, row, one, part, "reference")
    return True


def _match_out(actor: Actor, row: Payment) -> bool:
    """Money back: of a credit note, or a payment that the bank took back."""
    back = [one for one in _named(row, Kind.CREDIT) if one.open_cents >= -row.amount_cents]
    if len(back) == 1:
        _settle(actor, row, back[0], -row.amount_cents, "reference")
        return True
    taken = [one for one in _named(row, Kind.INVOICE) if one.paid_cents >= -row.amount_cents] if row.reversal else []
    if len(taken) != 1:
        return False
    _settle(actor, row, taken[0], row.amount_cents, "returned")
    return True


def _settle(actor: Actor, row: Payment, invoice: Invoice, part: int, how: str) -> Settlement:
    """`part`: what the invoice's open amount goes down by (up, when negative). Both rows are locked."""
    made = Settlement.objects.create(
        owner_id=row.owner_id, provider_id=row.provider_id, invoice=invoice, payment=row, cents=part, how=how,
        made_at=clock.now(), made_by=actor.id,
    )  # fmt: skip
    sign = -1 if row.amount_cents < 0 and part > 0 else 1  # money that went settles a credit note
    row.settled_cents += sign * part
    row.save(update_fields=["settled_cents"])
    _move(invoice, part)
    return made


def _move(invoice: Invoice, part: int) -> None:
    invoice.paid_cents += part
    invoice.settled_at = clock.now() if invoice.open_cents <= 0 else None
    invoice.save(update_fields=["paid_cents", "settled_at"])


# --- what a person decides ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggestion:
    """`why`: "number", "amount" or "name", the best first."""

    invoice: Invoice
    why: str


def suggestions(row: Payment, limit: int = 6) -> list[Suggestion]:
    """Within an acting party: what an unmatched payment may be for."""
    if row.amount_cents <= 0:
        return []
    numbers, references = named_in(row.reference, row.text, row.end_to_end)
    left = row.amount_cents - row.settled_cents
    found: list[tuple[int, Suggestion]] = []
    for one in queries.open_invoices(row.owner_id, row.currency):
        if one.number in numbers or one.reference in references:
            found.append((0, Suggestion(one, "number")))
        elif one.open_cents == left:
            found.append((1 if _alike(row.name, one.buyer_name) else 2, Suggestion(one, "amount")))
        elif _alike(row.name, one.buyer_name):
            found.append((3, Suggestion(one, "name")))
    return [one for _rank, one in sorted(found, key=lambda each: each[0])][:limit]


def _alike(one: str, other: str) -> bool:
    mine, yours = (set(re.findall(r"\w{3,}", text.casefold())) for text in (one, other))
    return bool(mine & yours)


def settle(actor: Actor, payment_id: UUID, invoice_id: UUID, amount_cents: int | None = None) -> Payment:
    """As much as both have left, or so much of it. Raises Denied, UnknownInvoice, BadPayment."""
    with work.transaction(actor) as w:
        row = _payment(actor, payment_id)
        invoice = _locked(row.owner_id, invoice_id)
        kind = Kind.INVOICE if row.amount_cents > 0 else Kind.CREDIT
        if invoice.kind != kind.value or invoice.currency != row.currency:
            raise BadPayment(_("This payment can't be for this paper."), action=_("Choose another one."))
        most = min(abs(row.amount_cents) - abs(row.settled_cents), invoice.open_cents)
        part = most if amount_cents is None else amount_cents
        if not 0 < part <= most:
            raise BadPayment(_("There is not so much left of it."), action=_("Choose a smaller amount."))
        if row.set_aside:
            row.set_aside = ""
            row.save(update_fields=["set_aside"])
        _settle(actor, row, invoice, part, "person")
        _said(w, row.owner_id, "settled", invoice.id, part)
        return row


def unsettle(actor: Actor, settlement_id: UUID) -> Settlement:
    """It was a mistake. Of a credit note it stays. Raises Denied, UnknownInvoice, BadPayment."""
    owner = _party(actor)
    require(actor, Action.CHANGE, resource(owner))
    with work.transaction(actor) as w:
        made = Settlement.objects.select_for_update().filter(id=settlement_id, owner_id=owner).first()
        if made is None:
            raise UnknownInvoice
        if made.payment_id is None or made.ended_at is not None:
            raise BadPayment(_("This can't be undone."), action=_("Look at what stands on record."))
        row = _payment(actor, made.payment_id)
        invoice = _locked(owner, made.invoice_id)
        made.ended_at, made.ended_by = clock.now(), actor.id
        made.save(update_fields=["ended_at", "ended_by"])
        sign = -1 if row.amount_cents < 0 and made.cents > 0 else 1
        row.settled_cents -= sign * made.cents
        row.save(update_fields=["settled_cents"])
        _move(invoice, -made.cents)
        _said(w, owner, "unsettled", invoice.id, made.cents)
        return made


def set_aside(actor: Actor, payment_id: UUID, words: str) -> Payment:
    """It is about no invoice, and why; without words it is looked at again. Raises Denied, UnknownInvoice,
    BadPayment."""
    said = " ".join(words.split())
    if len(said) > 200:
        raise BadPayment(_("This text is too long."), action=_("Shorten it."))
    with work.transaction(actor) as w:
        row = _payment(actor, payment_id)
        row.set_aside = said
        row.save(update_fields=["set_aside"])
        w.publish("payment.changed", owner_id=row.owner_id)
        return row


def received(actor: Actor, invoice_id: UUID, way: Way, amount_cents: int, on: date) -> Payment:
    """Paid at the counter, in cash or by card. Raises Denied, UnknownInvoice, BadPayment."""
    owner = _party(actor)
    require(actor, Action.ADD, resource(owner))
    with work.transaction(actor) as w:
        invoice = _locked(owner, invoice_id)
        today = making.today(making.seller(owner, queries.settings(owner)).country)
        if way is Way.BANK or invoice.kind != Kind.INVOICE.value or not 0 < amount_cents <= invoice.open_cents:
            raise BadPayment(_("There is not so much left of it."), action=_("Choose a smaller amount."))
        if not today - timedelta(days=366) <= on <= today:
            raise BadPayment(_("It can't be paid on that day."), action=_("Choose a day that is past."))
        country = making.seller(owner, queries.settings(owner)).country
        row = Payment.objects.create(
            owner_id=owner, provider_id=making.provider_of(owner), way=way.value, mark=ids.new().bytes,
            amount_cents=amount_cents, currency=invoice.currency, booked_on=on, name=invoice.buyer_name,
            reference=invoice.reference, made_at=clock.now(), made_by=actor.id,
            year_ended_at=_year_ended_at(on, country),
        )  # fmt: skip
        _settle(actor, row, invoice, amount_cents, "person")
        _said(w, owner, "settled", invoice.id, amount_cents)
        return row


# --- small parts ----------------------------------------------------------------------------------------------------


def resource(owner_id: UUID, payment_id: UUID | None = None) -> Resource:
    return Resource(ResourceKind.PAYMENT, payment_id, owner_id)


def _party(actor: Actor) -> UUID:
    if actor.party_id is None:
        raise UnknownInvoice
    return actor.party_id


def _payment(actor: Actor, payment_id: UUID) -> Payment:
    row = Payment.objects.select_for_update().filter(id=payment_id, owner_id=_party(actor)).first()
    if row is None:
        raise UnknownInvoice
    require(actor, Action.CHANGE, resource(row.owner_id, row.id))
    return row


def _locked(owner_id: UUID, invoice_id: UUID) -> Invoice:
    row = Invoice.objects.select_for_update().filter(
        id=invoice_id, owner_id=owner_id, state=State.ISSUED.value
    ).first()  # fmt: skip
    if row is None:
        raise UnknownInvoice
    return row


def _said(w: work.Work, owner_id: UUID, what: str, invoice_id: UUID, part: int) -> None:
    w.record(Entry(EntryKind.INVOICE, owner_id, {"what": what, "cents": part}, about=invoice_id))
    w.publish("invoice.changed", owner_id=owner_id, invoice=invoice_id)
    w.publish("payment.changed", owner_id=owner_id)
