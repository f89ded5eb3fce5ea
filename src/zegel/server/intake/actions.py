# SPDX-License-Identifier: EUPL-1.2
"""A form comes in, and what a tenant says of its forms. Principles:

- Nothing that a form says changes what is on record of anybody (customers, products): it is added, or suggested.
- No answer tells whether somebody was known.
- The consent is to exact words, on record with their version before anything else is (I4); without it nothing is kept.
- A form stands only in pages that the tenant named, and nowhere while he has no privacy statement of his own (I11).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.consents import actions as consents
from zegel.server.consents import purposes
from zegel.server.consents.errors import OtherWords
from zegel.server.consents.models import Consent
from zegel.server.customers import actions as customers
from zegel.server.customers.errors import BadDetails
from zegel.server.customers.rules import Details
from zegel.server.customers.rules import Source as CustomerSource
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.intake import rules
from zegel.server.intake.errors import BadForm, NoStatement
from zegel.server.intake.models import FormSettings, Submission, UsedPuzzle
from zegel.server.intake.rules import ASKS, FormKind
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.orders import actions as orders
from zegel.server.orders.errors import NotFromHere, UnknownOrder
from zegel.server.orders.rules import NoteSource, OrderType, Outcome, State
from zegel.server.orders.rules import Source as OrderSource
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.products import actions as products
from zegel.server.products import queries as catalogue
from zegel.server.products.errors import BadProduct, UnknownProduct
from zegel.server.products.models import Item
from zegel.server.products.rules import ModelKind, Thing
from zegel.server.products.rules import Source as ProductSource
from zegel.server.tenants import queries as tenants
from zegel.server.tenants.models import Brand

PLACE = "/forms"
SHORTEST_TEXT = 5
ORDERS: dict[FormKind, OrderType] = {
    FormKind.REQUEST: OrderType.REQUEST, FormKind.REPAIR: OrderType.REPAIR,
    FormKind.INSTALLATION: OrderType.MEASURE_INSTALL, FormKind.EXCHANGE: OrderType.EXCHANGE,
    FormKind.RETURN: OrderType.RETURN, FormKind.COMPLAINT: OrderType.COMPLAINT,
    FormKind.QUESTION: OrderType.QUESTION,
}  # fmt: skip
ORIGIN_SHOWN = 200


@dataclass(frozen=True)
class Said:
    """What somebody filled in. `seen`: SHA-256 of the words of consent on his screen, None when he did not agree;
    `origin`: of the page in which the form stood, "" for our own."""

    kind: FormKind
    language: str
    name: str
    email: str
    phone: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "NL"
    model_id: UUID | None = None
    serial: str = ""
    purchased_on: date | None = None
    shop: str = ""
    text: str = ""
    seen: bytes | None = None
    origin: str = ""


def resource(owner_id: UUID | None) -> Resource:
    return Resource(ResourceKind.FORM, None, owner_id)


def purpose_of(kind: FormKind) -> purposes.Purpose:
    """What is agreed to with that form."""
    return purposes.REGISTRATION if kind is FormKind.REGISTRATION else purposes.SERVICE_ORDER


# --- what the tenant says of his forms ---


def save(actor: Actor, kinds: Sequence[str], origins: Sequence[str]) -> FormSettings:
    """Which forms there are and in whose pages they may stand. Raises Denied, BadForm, NoStatement."""
    require(actor, Action.CHANGE, resource(actor.party_id))
    assert actor.party_id is not None
    named = [rules.origin_of(text) for text in origins if text.strip()]
    if not all(named):
        raise BadForm(
            _("This is no address of a site."), action=_("Write it as https://www.shop.example."), field="origins"
        )
    if len(named) > rules.MOST_ORIGINS:
        raise BadForm(_("These are too many sites."), action=_("Name twenty at most."), field="origins")
    brand = tenants.brand(actor.party_id)
    if named and (brand is None or not tenants.has_statement(brand)):
        raise NoStatement
    with work.transaction(actor) as w:
        row = FormSettings.objects.select_for_update().filter(owner_id=actor.party_id).first()
        row = row or FormSettings(id=ids.new(), owner_id=actor.party_id, provider_id=_provider(actor.party_id))
        row.kinds = [kind.value for kind in FormKind if kind.value in set(kinds)]
        row.origins = list(dict.fromkeys(named))
        row.changed_at, row.changed_by = clock.now(), actor.id
        row.save()
        w.record(Entry(Kind.FORM, row.owner_id, {"what": "settings", "origins": len(row.origins)}, about=row.id))
        return row


# --- a form comes in ---


def submit(brand: Brand, said: Said) -> Submission:
    """Everything or nothing of it. Raises BadForm."""
    said = _checked(said)
    with work.transaction(system(brand.owner_id)) as w:
        try:
            return _take(w, brand, said)
        except BadDetails as wrong:
            raise BadForm(str(wrong.message), action=str(wrong.action), field=wrong.field) from wrong
        except BadProduct as wrong:
            raise BadForm(str(wrong.message), action=str(wrong.action), field=wrong.details["field"]) from wrong
        except UnknownProduct as wrong:
            raise BadForm(_("Say which product it is."), action=_("Choose it in the list."), field="model") from wrong
        except OtherWords as wrong:
            raise BadForm(
                _("These words have changed since you read them."), action=_("Read them again, and decide."),
                field="agree",
            ) from wrong  # fmt: skip


def use_puzzle(puzzle: str) -> bool:
    """Whether it is the first time that it comes back."""
    digest = hashlib.sha256(puzzle.encode()).digest()
    lasts = timedelta(seconds=rules.MOST_AGE_S + 60)
    _row, fresh = UsedPuzzle.objects.get_or_create(hash=digest, defaults={"expires_at": clock.now() + lasts})
    return fresh


def _take(w: work.Work, brand: Brand, said: Said) -> Submission:
    owner_id = brand.owner_id
    assert said.seen is not None
    place = f"{PLACE}/{brand.slug}/{said.kind.value}"
    consent = consents.give_by_address(
        w, owner_id, purpose_of(said.kind), said.seen, said.language, place, said.email, each=True
    )
    who = customers.find_or_add(w, owner_id, _details(said), source=CustomerSource.FORM)
    item = _thing(w, owner_id, who.id, said)
    row = Submission.objects.create(
        id=ids.new(), owner_id=owner_id, provider_id=_provider(owner_id), kind=said.kind.value, customer_id=who.id,
        item_id=None if item is None else item.id, consent_id=consent.id, origin=said.origin[:ORIGIN_SHOWN],
        language=said.language, made_at=clock.now(),
    )  # fmt: skip
    if said.kind in ORDERS:
        row.order_id = _order(w, owner_id, who.id, item, said)
        row.save(update_fields=["order_id"])
    w.record(Entry(Kind.FORM, owner_id, {"what": "came_in", "kind": said.kind.value, "consent": consent.id}))
    w.publish("form.came_in", owner_id=owner_id, submission_id=row.id)
    return row


def _thing(w: work.Work, owner_id: UUID, customer_id: UUID, said: Said) -> Item | None:
    if said.model_id is None:
        return None
    model = next((one for one in catalogue.offered(owner_id) if one.id == said.model_id), None)
    if model is None:
        raise UnknownProduct
    if model.kind == ModelKind.VEHICLE:
        thing = Thing(plate=said.serial, purchased_on=said.purchased_on, shop=said.shop)
    else:
        thing = Thing(said.serial, said.purchased_on, said.shop)
    return products.register(w, owner_id, customer_id, model.id, thing, ProductSource.FORM)


def _order(w: work.Work, owner_id: UUID, customer_id: UUID, item: Item | None, said: Said) -> UUID:
    named = "" if item is None else catalogue.named(item.model)
    subject = named or " ".join(said.text.split())[:80]
    new = orders.New(
        type=ORDERS[said.kind], customer_id=customer_id, item_id=None if item is None else item.id, subject=subject,
        description=said.text, source=OrderSource.FORM,
    )  # fmt: skip
    return orders.open(w, owner_id, new).id


def _details(said: Said) -> Details:
    return Details(
        name=said.name, street=said.street, house_number=said.house_number, postcode=said.postcode, city=said.city,
        country=said.country, email=said.email, phone=said.phone, language=said.language,
    )  # fmt: skip


def _checked(said: Said) -> Said:
    """Raises BadForm: what is needed is there."""
    asks = ASKS[said.kind]
    needed = {
        "name": said.name, "street": said.street, "house_number": said.house_number, "postcode": said.postcode,
        "city": said.city, "email": said.email,
    }  # fmt: skip
    for field, text in needed.items():
        if not text.strip():
            raise BadForm(_("Something is missing."), action=_("Fill in every field with a star."), field=field)
    if asks.product and said.model_id is None:
        raise BadForm(_("Say which product it is."), action=_("Choose it in the list."), field="model")
    if asks.text and len(said.text.strip()) < SHORTEST_TEXT:
        raise BadForm(_("Say what it is about."), action=_("In a sentence or two."), field="text")
    if len(said.text) > rules.LONGEST_TEXT:
        raise BadForm(_("This is too long."), action=_("At most two thousand letters."), field="text")
    if said.seen is None:
        raise BadForm(
            _("Without your consent nothing may be kept."), action=_("Read it, and tick it if you agree."),
            field="agree",
        )  # fmt: skip
    return said


# --- a consent is taken back ---


@purposes.withdrawn(purposes.REGISTRATION.code)
def _registration_ends(w: work.Work, owner_id: UUID, person_id: UUID | None, email: str) -> None:
    """What was registered with that address is nobody's any more; what an order still needs goes with the order."""
    rows = _submissions(owner_id, purposes.REGISTRATION, email)
    forms = [row.item_id for row in rows if row.item_id]
    elsewhere = Submission.objects.filter(
        owner_id=owner_id, item_id__in=forms, order_id__isnull=False, withdrawn_at=None
    ).values_list("item_id", flat=True)  # fmt: skip
    products.forget(w, owner_id, [one for one in forms if one not in set(elsewhere)])
    _end(w, rows)


@purposes.withdrawn(purposes.SERVICE_ORDER.code)
def _order_ends(w: work.Work, owner_id: UUID, person_id: UUID | None, email: str) -> None:
    """Nothing more is done with what is open: the order is off where it can be, and else the desk reads that it is."""
    rows = _submissions(owner_id, purposes.SERVICE_ORDER, email)
    for row in rows:
        if row.order_id is not None:
            _call_off(w, row.order_id)
    _end(w, rows)


def _call_off(w: work.Work, order_id: UUID) -> None:
    try:
        order = orders.locked(order_id)
    except UnknownOrder:
        return
    if order.closed_at is not None:
        return
    try:
        orders.move_in(w, order, State.CANCELLED, outcome=Outcome.WITHDRAWN)
    except NotFromHere:
        orders.note_in(w, order, _("The customer took back his consent: stop, and close it."), NoteSource.CUSTOMER)


def _submissions(owner_id: UUID, purpose: purposes.Purpose, email: str) -> list[Submission]:
    given = Consent.objects.filter(owner_id=owner_id, purpose=purpose.code, email=email, withdrawn_at=None)
    held = given.values_list("id", flat=True)
    return list(Submission.objects.filter(owner_id=owner_id, consent_id__in=list(held), withdrawn_at=None))


def _end(w: work.Work, rows: Sequence[Submission]) -> None:
    for row in rows:
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
        named: dict[str, UUID] = {"submission_id": row.id}
        if row.order_id is not None:
            named["order_id"] = row.order_id
        w.publish("form.withdrawn", owner_id=row.owner_id, **named)


def _provider(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id
