# SPDX-License-Identifier: EUPL-1.2
"""A firm's customers: the list, one's record, corrections, restriction, anonymising with its preview, the list of what
may go. Whatever is answered here the room decided; a restricted customer is a number in lists."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import Bytes, to_text
from zegel.server.customers import actions, files, forgetting, merging, queries, yearly
from zegel.server.customers.forgetting import Preview
from zegel.server.customers.models import Change, Contact, Customer, Forgotten, Review, Suggestion, YearlyLine
from zegel.server.customers.rules import TEXTS, CustomerKind, Details, Function, Reason, Standing, Why
from zegel.server.exports import actions as exports
from zegel.server.kernel import clock
from zegel.server.people import queries as people

router = Router(tags=["customers"])

for _code, _status in (
    ("unknown_customer", 404), ("bad_details", 422), ("not_now", 409), ("restricted", 409), ("other_preview", 409),
):  # fmt: skip
    errors.status(_code, _status)

Text = Annotated[str, Field(max_length=300)]
Functions = Literal["owner", "director", "employee"]
Reasons = Literal["consent_over", "quiet", "claims_over", "restricted_long", "double"]


class NewCustomer(Schema):
    name: Text
    kind: Literal["person", "company"] = "person"
    street: Text = ""
    house_number: Text = ""
    postcode: Text = ""
    city: Text = ""
    country: Text = "NL"
    email: Text = ""
    phone: Text = ""
    language: Literal["nl", "sv", "de", "en"] = "nl"
    registration_no: Text = ""
    vat_no: Text = ""
    standing: Literal["prospect", "customer"] = "customer"
    consent_until: date | None = None


class Correction(Schema):
    """Only what changes."""

    name: Text | None = None
    kind: Literal["person", "company"] | None = None
    street: Text | None = None
    house_number: Text | None = None
    postcode: Text | None = None
    city: Text | None = None
    country: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    language: Literal["nl", "sv", "de", "en"] | None = None
    registration_no: Text | None = None
    vat_no: Text | None = None


class NewContact(Schema):
    name: Text
    function: Functions
    email: Text = ""
    phone: Text = ""


class Decided(Schema):
    take: bool
    only: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=20)


class Restricting(Schema):
    why: Literal["disputed", "unlawful", "claims", "objection", "request"]


class Renewal(Schema):
    until: date


class Keeping(Schema):
    reason: Reasons
    words: Annotated[str, Field(max_length=600)]
    until: date


class Proof(Schema):
    proof: Bytes


class Words(Schema):
    """Empty, or a sentence for the yearly list."""

    words: Annotated[str, Field(max_length=600)] = ""


class Merging(Schema):
    """`take`: details of the other record that are right."""

    take: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=20)
    proof: Bytes


# --- the list ---


@router.get("/service/customers")
def listed(
    request: HttpRequest, text: Annotated[str, Query(max_length=100)] = "",
    standing: Annotated[str, Query(max_length=12)] = "",
    before: Annotated[int | None, Query(ge=0, le=2_000_000_000)] = None,
) -> dict[str, Any]:  # fmt: skip
    """The newest first, fifty at a time; `before`: go on below that number."""
    actor = acting(request)
    page = queries.listed(actor, queries.Wanted(text, standing, before))
    found: dict[str, Any] = {"customers": [_line(row) for row in page.rows], "more": page.more}
    return found | {"counts": queries.counts(actor)} if before is None else found


@router.post("/service/customers")
def add(request: HttpRequest, body: NewCustomer) -> dict[str, Any]:
    said = body.dict() | {"kind": CustomerKind(body.kind), "standing": Standing(body.standing)}
    return _line(actions.add(acting(request), Details(**said)))


@router.post("/service/customers/export")
def export(request: HttpRequest, standing: Annotated[str, Query(max_length=12)] = "") -> HttpResponse:
    """As CSV, without those whose use is restricted; written in the log of use."""
    return exports.answer(files.send(acting(request), standing))


@router.get("/service/customers/clean-up")
def clean_up(request: HttpRequest) -> dict[str, Any]:
    """Who may go, with the reason, and what was decided in the last year."""
    actor = acting(request)
    lines = queries.clean_up(actor)
    done = queries.reviewed(actor, clock.now() - timedelta(days=365))
    names = people.person_names({row.by for row in done})
    return {
        "lines": [
            _line(line.row) | {"reason": line.reason.value, "since_on": line.since.isoformat()} for line in lines
        ],
        "decided": [_line(row.customer) | _review(row, names) for row in done],
        "terms": _terms(queries.own_terms(actor)), "yearly": _yearly_state(yearly.state(actor)),
    }  # fmt: skip


@router.post("/service/customers/clean-up")
def draw_up(request: HttpRequest) -> dict[str, Any]:
    """The yearly list of who may go, as of today."""
    actor = acting(request)
    yearly.draw_up(actor)
    return _yearly_state(yearly.state(actor))


@router.get("/service/customers/clean-up/{list_id}")
def yearly_list(request: HttpRequest, list_id: UUID) -> dict[str, Any]:
    """One list's lines with what was decided."""
    rows = yearly.lines_of(acting(request), list_id)
    names = people.person_names({row.decided_by for row in rows if row.decided_by})
    return {"lines": [_yearly_line(row, names) for row in rows]}


@router.post("/service/customers/clean-up/{list_id}/close")
def close_list(request: HttpRequest, list_id: UUID) -> dict[str, Any]:
    """When every line is decided; its hash goes into the log."""
    actor = acting(request)
    yearly.close(actor, list_id)
    return _yearly_state(yearly.state(actor))


@router.post("/service/customers/clean-up/{list_id}/end-quiet")
def end_quiet(request: HttpRequest, list_id: UUID, body: Words) -> dict[str, Any]:
    """The relation is over with all who are open on it because they were quiet."""
    return {"ended": yearly.end_quiet(acting(request), list_id, body.words)}


@router.get("/service/customers/waiting")
def waiting(request: HttpRequest) -> dict[str, Any]:
    """How many wait for somebody: details from outside, and lines of the list."""
    actor = acting(request)
    return {
        "suggested": queries.counts(actor)["suggested"], "clean_up": len(queries.clean_up(actor)),
        "yearly": yearly.to_decide(actor),
    }  # fmt: skip


# --- one ---


@router.get("/service/customers/{customer_id}")
def one(request: HttpRequest, customer_id: UUID) -> dict[str, Any]:
    found = queries.record(acting(request), customer_id)
    by = {change.by for change in found.changes} | {review.by for review in found.reviews} | {found.row.restricted_by}
    names = people.person_names({each for each in by if each is not None})
    row = found.row
    return _line(row, whole=True) | {
        "contacts": [_contact(each) for each in found.contacts],
        "suggestions": [_suggestion(each) for each in found.suggestions],
        "changes": [_change(each, names) for each in found.changes],
        "reviews": [_review(each, names) for each in found.reviews],
        "forgotten": None if found.forgotten is None else _forgotten(found.forgotten),
        "doubles": [_line(each) for each in found.doubles],
        "merged_into": None if row.merged_into_id is None else str(row.merged_into_id),
        "restricted_by": names.get(row.restricted_by, "") if row.restricted_by else "",
        "may": sorted(found.may),
    }


@router.post("/service/customers/{customer_id}/correct")
def correct(request: HttpRequest, customer_id: UUID, body: Correction) -> dict[str, Any]:
    actions.correct(acting(request), customer_id, body.dict(exclude_none=True))
    return one(request, customer_id)


@router.post("/service/customers/suggestions/{suggestion_id}")
def decide(request: HttpRequest, suggestion_id: UUID, body: Decided) -> dict[str, Any]:
    row = actions.decide_suggestion(acting(request), suggestion_id, take=body.take, only=body.only)
    return one(request, row.id)


@router.post("/service/customers/{customer_id}/contacts")
def add_contact(request: HttpRequest, customer_id: UUID, body: NewContact) -> dict[str, Any]:
    function = Function(body.function)
    actions.add_contact(acting(request), customer_id, body.name, function, body.email, body.phone)
    return one(request, customer_id)


@router.post("/service/customers/contacts/{contact_id}")
def change_contact(request: HttpRequest, contact_id: UUID, body: NewContact) -> dict[str, Any]:
    function = Function(body.function)
    row = actions.change_contact(acting(request), contact_id, body.name, function, body.email, body.phone)
    return one(request, row.customer_id)


@router.post("/service/customers/contacts/{contact_id}/end")
def end_contact(request: HttpRequest, contact_id: UUID) -> dict[str, Any]:
    return one(request, actions.end_contact(acting(request), contact_id).id)


@router.post("/service/customers/{customer_id}/confirm")
def confirm(request: HttpRequest, customer_id: UUID, body: Words) -> dict[str, Any]:
    """A further order is expected."""
    return _line(actions.confirm(acting(request), customer_id, body.words))


@router.post("/service/customers/{customer_id}/end")
def end(request: HttpRequest, customer_id: UUID, body: Words) -> dict[str, Any]:
    """The relation is over."""
    return _line(actions.end(acting(request), customer_id, body.words))


@router.get("/service/customers/{customer_id}/merge/{other_id}")
def merge_preview(request: HttpRequest, customer_id: UUID, other_id: UUID) -> dict[str, Any]:
    """What differs between the two and what would go over from the other, with the proof to send back."""
    shown = merging.preview(acting(request), customer_id, other_id)
    return {
        "kept": _line(shown.kept), "other": _line(shown.other), "proof": to_text(shown.proof),
        "differing": [{"name": one.name, "kept": one.kept, "other": one.other} for one in shown.differing],
        "moves": [{"model": model, "count": count} for model, count in shown.moves],
    }  # fmt: skip


@router.post("/service/customers/{customer_id}/merge/{other_id}")
def merge(request: HttpRequest, customer_id: UUID, other_id: UUID, body: Merging) -> dict[str, Any]:
    """The other record becomes part of this one, as it was shown. It can't be undone."""
    actor = acting(request)
    merging.merge(actor, customer_id, other_id, body.take, body.proof)
    return one(request, customer_id)


@router.post("/service/customers/{customer_id}/consent")
def renew(request: HttpRequest, customer_id: UUID, body: Renewal) -> dict[str, Any]:
    return _line(actions.renew_consent(acting(request), customer_id, body.until))


@router.post("/service/customers/{customer_id}/keep")
def keep(request: HttpRequest, customer_id: UUID, body: Keeping) -> dict[str, Any]:
    """A line of the list stays, for a reason and until a day."""
    row = actions.keep(acting(request), customer_id, Reason(body.reason), body.words, body.until)
    return _review(row, {})


@router.post("/service/customers/{customer_id}/restrict")
def restrict(request: HttpRequest, customer_id: UUID, body: Restricting) -> dict[str, Any]:
    return _line(actions.restrict(acting(request), customer_id, Why(body.why)))


@router.post("/service/customers/{customer_id}/lift")
def lift(request: HttpRequest, customer_id: UUID) -> dict[str, Any]:
    return _line(actions.unrestrict(acting(request), customer_id))


@router.get("/service/customers/{customer_id}/forget")
def preview(request: HttpRequest, customer_id: UUID) -> dict[str, Any]:
    """What anonymising would do, row by row counted, and the proof to send back with it."""
    return _preview(forgetting.preview(acting(request), customer_id))


@router.post("/service/customers/{customer_id}/forget")
def forget(request: HttpRequest, customer_id: UUID, body: Proof) -> dict[str, Any]:
    """As it was shown; refused when something changed since."""
    return _forgotten(forgetting.anonymise(acting(request), customer_id, body.proof))


@router.post("/service/customers/{customer_id}/export")
def export_one(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """One record as JSON, for the customer himself; written in the log of use."""
    return exports.answer(files.send_one(acting(request), customer_id))


# --- shapes ---

_DETAILS = tuple(name for name in TEXTS if name not in {"country", "language"})


def _line(row: Customer, *, whole: bool = False) -> dict[str, Any]:
    named = queries.named(row)
    shown = whole or not named.restricted
    details = {name: getattr(row, name) if shown else "" for name in _DETAILS}
    return details | {
        "id": str(row.id), "number": row.number, "kind": row.kind, "country": row.country, "language": row.language,
        "standing": row.standing, "source": row.source, "since_ms": clock.ms(row.since),
        "active_ms": clock.ms(row.active_at), "ended_ms": clock.ms(row.ended_at),
        "consent_until": row.consent_until.isoformat() if row.consent_until else None,
        "restricted_ms": clock.ms(row.restricted_at), "restricted_why": row.restricted_why,
        "anonymised_ms": clock.ms(row.anonymised_at),
    }  # fmt: skip


def _contact(row: Contact) -> dict[str, Any]:
    return {"id": str(row.id), "name": row.name, "function": row.function, "email": row.email, "phone": row.phone}


def _suggestion(row: Suggestion) -> dict[str, Any]:
    return {"id": str(row.id), "at_ms": clock.ms(row.at), "source": row.source, "values": row.values}


def _change(row: Change, names: dict[UUID, str]) -> dict[str, Any]:
    by = names.get(row.by, "") if row.by else ""
    return {"at_ms": clock.ms(row.at), "what": row.what, "fields": row.fields, "by": by, "source": row.source}


def _review(row: Review, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "reason": row.reason, "decision": row.decision, "words": row.words, "at_ms": clock.ms(row.at),
        "until": row.until.isoformat() if row.until else None, "by": names.get(row.by, ""),
    }  # fmt: skip


def _preview(shown: Preview) -> dict[str, Any]:
    return {
        "lines": [
            {"model": line.model, "fate": line.fate, "count": line.count, "why": line.why} for line in shown.lines
        ],
        "proof": to_text(shown.proof), "hindrance": shown.hindrance,
    }  # fmt: skip


def _forgotten(row: Forgotten) -> dict[str, Any]:
    return {
        "at_ms": clock.ms(row.at), "why": row.why, "proof": to_text(bytes(row.proof)),
        "lines": [{"model": model, "fate": fate, "count": count, "why": why} for model, fate, count, why in row.counts],
    }  # fmt: skip


def _terms(of: queries.Terms) -> dict[str, int]:
    return {"quiet_days": of.quiet, "claim_days": of.claims}


def _yearly_state(of: yearly.State) -> dict[str, Any]:
    every = of.past if of.open is None else (of.open, *of.past)
    by = {each for one in every for each in (one.row.drawn_by, one.row.closed_by)}
    names = people.person_names({each for each in by if each is not None})
    return {
        "open": None if of.open is None else _yearly(of.open, names),
        "past": [_yearly(one, names) for one in of.past], "due_ms": clock.ms(of.due_at),
    }  # fmt: skip


def _yearly(one: yearly.Yearly, names: dict[UUID, str]) -> dict[str, Any]:
    row = one.row
    return {
        "id": str(row.id), "drawn_ms": clock.ms(row.drawn_at), "closed_ms": clock.ms(row.closed_at),
        "drawn_by": names.get(row.drawn_by, "") if row.drawn_by else "",
        "closed_by": names.get(row.closed_by, "") if row.closed_by else "", "looked_at": row.looked_at,
        "lines": one.lines, "open": one.open, "decided": one.decided,
        "proof": to_text(bytes(row.proof)) if row.proof else "",
    }  # fmt: skip


def _yearly_line(row: YearlyLine, names: dict[UUID, str]) -> dict[str, Any]:
    return _line(row.customer) | {
        "reason": row.reason, "since_on": row.since.isoformat(), "decision": row.decision, "words": row.words,
        "decided_ms": clock.ms(row.decided_at), "by": names.get(row.decided_by, "") if row.decided_by else "",
    }  # fmt: skip
