# SPDX-License-Identifier: EUPL-1.2
"""Tenants: their own face, imprint and right of use; what they take along; and the provider's list of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from zegel.server.api import errors, throttle
from zegel.server.api.base import acting, anybody
from zegel.server.api.fields import LATEST_MS, Bytes
from zegel.server.exports import actions as exports
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.tenants import actions, leaving, queries, senders
from zegel.server.tenants.models import Billing, Brand, Profile, Removal, RightOfUse, SenderDomain, SignIn

router = Router(tags=["tenants"])

for _code, _status in (
    ("bad_tenant", 422), ("no_tenant", 404), ("tenant_taken", 409), ("too_many_users", 409),
    ("removal_not_yet", 409), ("no_service_contract", 403),
    ("dns_no_answer", 503),
    ("dns_no_answer", 503),
):  # fmt: skip
    errors.status(_code, _status)

Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]
Line = Annotated[str, Field(max_length=200)]
LOGO_KEPT = "public, max-age=300"


class NewLook(Schema):
    name: Line
    colour: str = Field(max_length=7)
    accent: str = Field(max_length=7)
    languages: list[str] = Field(max_length=8)
    logo_alt: str = Field(default="", max_length=100)


class NewLogo(Schema):
    """None: no logo."""

    logo: Annotated[Bytes | None, Field(max_length=600_000)] = None


class NewImprint(Schema):
    legal_name: Line = ""
    street: Line = ""
    postcode: str = Field(default="", max_length=40)
    city: Line = ""
    country: str = Field(default="", max_length=10)
    registration: str = Field(default="", max_length=80)
    vat: str = Field(default="", max_length=40)
    iban: str = Field(default="", max_length=60)
    bic: str = Field(default="", max_length=20)
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=60)


class NewPrivacy(Schema):
    url: str = Field(default="", max_length=600)
    text: dict[Literal["nl", "sv", "de", "en"], Annotated[str, Field(max_length=20_000)]] = {}


class NewSignIn(Schema):
    way: Literal["email", "code"]


class NewSender(Schema):
    address: str = Field(max_length=254)


class Active(Schema):
    active: bool


class NewUse(Schema):
    plan: str = Field(max_length=40)
    users: int = Field(ge=1, le=100_000)
    billing: Literal["monthly", "yearly"]
    price_cents: int = Field(ge=0, le=2_000_000_000)
    valid_from_ms: Moment | None = None
    valid_to_ms: Moment | None = None
    reference: str = Field(default="", max_length=120)

    def use(self) -> actions.Use:
        return actions.Use(
            self.plan, self.users, Billing(self.billing), self.price_cents,
            _moment(self.valid_from_ms) or clock.now(), _moment(self.valid_to_ms), self.reference,
        )  # fmt: skip


class NewTenant(Schema):
    owner_id: UUID
    slug: str = Field(max_length=40)
    profile: Literal["service", "office"]
    use: NewUse


class EndOfUse(Schema):
    until_ms: Moment
    exit_ms: Moment | None = None
    why: str = Field(default="", max_length=500)


# --- a tenant's own ---


@router.get("/tenant")
def own(request: HttpRequest) -> dict[str, Any]:
    """The acting party's face, imprint, ways and right of use."""
    actor = acting(request)
    party = _party(actor)
    require(actor, Action.READ, Resource(ResourceKind.TENANT, None, party))
    row, brand = queries.tenant(party), queries.brand(party)
    if row is None or brand is None:
        raise actions.no_tenant()
    may_use = decide(actor, Action.READ, Resource(ResourceKind.RIGHT_OF_USE, None, party)).allowed
    taken = queries.taken_out(party)
    return {
        "profile": row.profile, "sign_in": row.sign_in, "since_ms": clock.ms(row.since), "brand": _brand(brand),
        "may_change": decide(actor, Action.CHANGE, Resource(ResourceKind.TENANT, None, party)).allowed,
        "may_take_out": decide(actor, Action.EXPORT, Resource(ResourceKind.TENANT, None, party)).allowed,
        "standing": queries.standing(party).value,
        "rights": [_right(one) for one in queries.rights(party)] if may_use else [],
        "right": _right_or_none(queries.right_of_use(party)) if may_use else None,
        "users": queries.users(party) if may_use else None,
        "taken_out_ms": None if taken is None else clock.ms(taken.at),
    }  # fmt: skip


@router.put("/tenant/look")
def look(request: HttpRequest, body: NewLook) -> dict[str, Any]:
    """Name, colours and languages of the public pages."""
    said = actions.Look(body.name, body.colour, body.accent, tuple(body.languages), body.logo_alt)
    return _brand(actions.set_look(acting(request), said))


@router.put("/tenant/logo")
def logo(request: HttpRequest, body: NewLogo) -> dict[str, Any]:
    """A PNG or JPEG of at most 256 kB, or none."""
    return _brand(actions.set_logo(acting(request), body.logo))


@router.put("/tenant/imprint")
def imprint(request: HttpRequest, body: NewImprint) -> dict[str, Any]:
    """Who answers for the public pages and the invoices."""
    return _brand(actions.set_imprint(acting(request), actions.Imprint(**body.model_dump())))


@router.put("/tenant/privacy")
def privacy(request: HttpRequest, body: NewPrivacy) -> dict[str, Any]:
    """Where the tenant's own privacy statement stands, or its words."""
    return _brand(actions.set_privacy(acting(request), body.url, {str(key): said for key, said in body.text.items()}))


@router.put("/tenant/sign-in")
def sign_in(request: HttpRequest, body: NewSignIn) -> dict[str, str]:
    """By what new people sign in: an e-mail address or a login code."""
    return {"sign_in": actions.set_sign_in(acting(request), SignIn(body.way)).sign_in}


@router.put("/tenant/active")
def active(request: HttpRequest, body: Active) -> dict[str, Any]:
    """Whether the public pages and forms answer."""
    return _brand(actions.set_active(acting(request), body.active))


@router.get("/tenant/sender")
def sender(request: HttpRequest) -> dict[str, Any]:
    """From which address letters come, and what must be published so that they come from one of one's own."""
    actor = acting(request)
    require(actor, Action.READ, Resource(ResourceKind.TENANT, None, _party(actor)))
    row = senders.chosen(_party(actor))
    return _sender(row, [] if row is None else senders.records_of(row))


@router.put("/tenant/sender")
def choose_sender(request: HttpRequest, body: NewSender) -> dict[str, Any]:
    """An address of one's own domain. A key is drawn for it; it counts once the domain names that key."""
    row = senders.choose(acting(request), body.address)
    return _sender(row, senders.records_of(row))


@router.post("/tenant/sender/verify")
def verify_sender(request: HttpRequest) -> dict[str, Any]:
    """Asks the DNS now."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    return _sender(*senders.verify(actor))


@router.post("/tenant/sender/remove")
def remove_sender(request: HttpRequest) -> dict[str, Any]:
    """Letters come from the provider's address again; the key is destroyed."""
    senders.remove(acting(request))
    return _sender(None, [])


@router.post("/tenant/take-out")
def take_out(request: HttpRequest) -> HttpResponse:
    """Everything of the acting party as one file."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    return exports.answer(leaving.take_out(actor))


@router.get("/brands/{slug}/logo", auth=anybody)
def public_logo(request: HttpRequest, slug: str) -> HttpResponse:
    """A tenant's logo, for its public pages."""
    brand = queries.by_slug(slug) if len(slug) <= 32 else None
    if brand is None or brand.logo is None:
        raise Http404
    response = HttpResponse(bytes(brand.logo), content_type="image/png")
    response["Cache-Control"] = LOGO_KEPT
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# --- the provider's ---


@router.get("/tenants")
def tenants(request: HttpRequest) -> dict[str, Any]:
    """Whom the acting party serves as tenants: names, plans and dates; and whom it could set up as one."""
    actor = acting(request)
    party = _party(actor)
    require(actor, Action.LIST, Resource(ResourceKind.TENANT, None, party))
    rows = queries.served(party)
    names = people.party_names([row.owner_id for row in rows], seen_by=party)
    removals = queries.removals(party)
    planned = {row.tenant_id: row for row in removals if row.done_at is None and row.withdrawn_at is None}
    return {
        "now_ms": clock.now_ms(),
        "tenants": [
            {
                "owner_id": str(row.owner_id), "name": names.get(row.owner_id, ""), "profile": row.profile,
                "slug": _slug(row.owner_id), "since_ms": clock.ms(row.since),
                "standing": queries.standing(row.owner_id).value, "users": queries.users(row.owner_id),
                "right": _right_or_none(queries.right_of_use(row.owner_id)),
                "taken_out_ms": _taken_ms(row.owner_id),
                "removal": _removal(planned[row.owner_id]) if row.owner_id in planned else None,
            }
            for row in rows
        ],
        "candidates": _candidates(party, {row.owner_id for row in rows}),
        "removed": [_removal(row) for row in removals if row.done_at is not None],
    }  # fmt: skip


@router.post("/tenants")
def found(request: HttpRequest, body: NewTenant) -> dict[str, str]:
    """A customer company becomes a tenant."""
    new = actions.New(body.slug, Profile(body.profile), body.use.use())
    row = actions.found(acting(request), body.owner_id, new)
    return {"owner_id": str(row.owner_id)}


@router.put("/tenants/{owner_id}/right-of-use")
def set_use(request: HttpRequest, owner_id: UUID, body: NewUse) -> dict[str, Any]:
    """From a moment on this holds instead of what held."""
    return _right(actions.set_use(acting(request), owner_id, body.use()))


@router.post("/tenants/{owner_id}/end-use")
def end_use(request: HttpRequest, owner_id: UUID, body: EndOfUse) -> dict[str, Any]:
    """The right of use ends; until the exit its owner takes everything along."""
    until = _moment(body.until_ms)
    assert until is not None
    return _right(actions.end_use(acting(request), owner_id, until, body.why, _moment(body.exit_ms)))


@router.post("/tenants/{owner_id}/removal")
def ask_removal(request: HttpRequest, owner_id: UUID) -> dict[str, Any]:
    """Everything of the tenant is to go when the time for taking it along is over."""
    return _removal(leaving.ask_removal(acting(request), owner_id))


@router.post("/removals/{removal_id}/withdraw")
def withdraw(request: HttpRequest, removal_id: UUID) -> dict[str, bool]:
    """It stays."""
    leaving.withdraw_removal(acting(request), removal_id)
    return {"withdrawn": True}


@router.post("/removals/{removal_id}/carry-out")
def carry_out(request: HttpRequest, removal_id: UUID) -> dict[str, Any]:
    """Everything goes now, and the proof is made."""
    return _removal(leaving.remove(acting(request), removal_id))


@router.post("/removals/{removal_id}/proof")
def proof(request: HttpRequest, removal_id: UUID) -> HttpResponse:
    """What went, and that nothing is left: the file whose SHA-256 is in the log."""
    return exports.answer(leaving.proof_file(acting(request), removal_id))


# --- as JSON ---


def _brand(row: Brand) -> dict[str, Any]:
    return {
        "slug": row.slug, "active": row.active, "name": row.name, "colour": row.colour, "accent": row.accent,
        "logo": f"/api/v1/brands/{row.slug}/logo?{clock.ms(row.changed_at)}" if row.logo else None,
        "logo_alt": row.logo_alt, "languages": row.languages, "privacy_url": row.privacy_url,
        "privacy_text": row.privacy_text, "has_statement": queries.has_statement(row),
        "imprint": {name: getattr(row, name) for name in NewImprint.model_fields},
    }  # fmt: skip


def _sender(row: SenderDomain | None, records: list[senders.Record]) -> dict[str, Any]:
    return {
        "provider": str(settings.DEFAULT_FROM_EMAIL),
        "own": None if row is None else {
            "address": f"{row.local}@{row.domain}", "verified_ms": clock.ms(row.verified_at),
            "looked_ms": clock.ms(row.looked_at),
        },
        "records": [
            {"use": one.use, "name": one.name, "value": one.value, "must": one.must, "found": one.found}
            for one in records
        ],
    }  # fmt: skip


def _right(row: RightOfUse) -> dict[str, Any]:
    return {
        "id": str(row.id), "plan": row.plan, "users": row.users, "billing": row.billing,
        "price_cents": row.price_cents, "valid_from_ms": clock.ms(row.valid_from),
        "valid_to_ms": None if row.valid_to is None else clock.ms(row.valid_to),
        "exit_ms": None if row.exit_at is None else clock.ms(row.exit_at), "reference": row.reference,
        "ended_why": row.ended_why,
    }  # fmt: skip


def _right_or_none(row: RightOfUse | None) -> dict[str, Any] | None:
    return None if row is None else _right(row)


def _removal(row: Removal) -> dict[str, Any]:
    return {
        "id": str(row.id), "tenant_id": str(row.tenant_id), "asked_ms": clock.ms(row.asked_at),
        "due_ms": clock.ms(row.due_at), "done_ms": None if row.done_at is None else clock.ms(row.done_at),
        "removed": row.counts, "left": row.left, "sha256": bytes(row.proof).hex() if row.proof else None,
    }  # fmt: skip


def _slug(owner_id: UUID) -> str:
    brand = queries.brand(owner_id)
    return brand.slug if brand else ""


def _taken_ms(owner_id: UUID) -> int | None:
    taken = queries.taken_out(owner_id)
    return None if taken is None else clock.ms(taken.at)


def _candidates(provider_id: UUID, known: set[UUID]) -> list[dict[str, str]]:
    """Companies that this provider serves and that are no tenants yet."""
    served = people.served_companies(provider_id, RelationKind.PROVIDER)
    return [{"owner_id": str(owner), "name": name} for owner, name in served if owner not in known]


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else clock.moment(at_ms)


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None
    return actor.party_id


