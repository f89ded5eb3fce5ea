# SPDX-License-Identifier: EUPL-1.2
"""After-sales service and an ordinary firm's records: who gets to them is attempted, and what is on record is held
against what was promised of it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from zegel.server.chain.models import Authorisation, Step
from zegel.server.consents.models import Consent
from zegel.server.customers import queries as customers
from zegel.server.customers import yearly
from zegel.server.customers.models import Contact, Customer
from zegel.server.customers.rules import TEXTS, Function, Standing
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.intake.models import FormSettings, Submission
from zegel.server.orders.models import Order
from zegel.server.orders.rules import OrderType, courses
from zegel.server.people.roles import Role
from zegel.server.products import jobs as things
from zegel.server.products.models import Item
from zegel.server.promises.probes import books, kept, log, network
from zegel.server.promises.probes.access import Attempts
from zegel.server.promises.probing import MOST_TRIED, Look, probe
from zegel.server.promises.rules import Every, Result, State, judged
from zegel.server.tenants import queries as tenants
from zegel.server.website.models import Delivery, PageCount, Subscriber, Website
from zegel.server.website.rules import DeliveryState, SubscriberState

LATE = timedelta(days=3)
"""Nightly work had its chance more than once."""
PARTNERS = (Role.MECHANIC, Role.REPAIRER, Role.CARRIER)
OUTSIDE = (*PARTNERS, Role.OPERATOR, Role.SUPERVISOR, Role.TECHNICIAN, Role.PLANNER, Role.ADMIN, Role.AUDITOR)
READS = (Action.LIST, Action.READ, Action.EXPORT)
OWN = (Action.CHANGE, Action.SUSPEND, Action.LIFT, Action.DELETE)
# What is known of a customer, a company's contact and a thing: name, address, residence, e-mail, phone, product (I3);
# the rest is dates, states and numbers of the record itself.
NEEDED = frozenset({
    "id", "provider_id", "owner_id", "number", "kind", "name", "street", "house_number", "postcode", "city",
    "country", "email", "phone", "language", "registration_no", "vat_no", "name_key", "place_key", "standing",
    "source", "since", "active_at", "consent_until", "ended_at", "restricted_at", "restricted_why",
    "restricted_by", "anonymised_at", "merged_into", "customer", "function", "made_at", "left_at", "model", "serial",
    "customer_id", "purchased_on", "shop", "warranty_until", "life_until", "unit_id", "plate", "vin", "mileage",
    "inspection_on", "doubt", "registered_at", "scrapped_at",
})  # fmt: skip
COUNTED = frozenset({"id", "provider_id", "owner_id", "day", "page", "language", "views", "visits"})


def _ids(rows: object) -> list[str]:
    return [str(one) for one in rows]  # type: ignore[attr-defined]


def _from_outside(look: Look, kind: ResourceKind, actions: tuple[Action, ...]) -> Attempts:
    """As the provider's people and as a stranger's, at what is a tenant's."""
    attempts, stranger = Attempts(look), uuid4()
    for owner in look.some(look.customers)[:20]:
        for role in OUTSIDE:
            for party in (look.provider_id, stranger):
                for action in actions:
                    thing = Resource(kind, uuid4(), owner, {"customer": uuid4()})
                    what = f"{role.value} {action.value} {kind.value}"
                    attempts.refused(what, role.value, action, thing, party=party)
    return attempts


# --- a business and its customers -------------------------------------------------------------------------------------


@probe("A1")
def records_are_the_firms_own(look: Look) -> Result:
    """Nobody else reads them; a contact's function is one of three; of whom was anonymised no word is left."""
    attempts = _from_outside(look, ResourceKind.CUSTOMER_RECORD, READS)
    mine = Customer.objects.filter(owner_id__in=look.customers)
    words = Q()
    for field in TEXTS:
        if field not in {"country", "language"}:
            words |= ~Q(**{field: ""})
    named = mine.filter(words, anonymised_at__isnull=False).values_list("id", flat=True)[:MOST_TRIED]
    odd = Contact.objects.filter(owner_id__in=look.customers).exclude(function__in=[one.value for one in Function])
    return judged(
        attempts.tried + mine.count(), attempts.through + _ids(named) + _ids(odd.values_list("id", flat=True))
    )


@probe("A4", every=Every.HOUR)
def nothing_stays_past_its_term(look: Look) -> Result:
    """As of images, and of customers: prospects past their consent, former ones past the term for claims, a yearly list
    that nobody drew up or decided."""
    images, fell, tried = kept.images_go_in_time(look), [], 0
    for owner in look.some(look.customers):
        look.on_time()
        gone = look.now - LATE
        over = Q(standing=Standing.PROSPECT.value, consent_until__lt=gone.date())
        over |= Q(standing=Standing.FORMER.value, ended_at__lt=gone - timedelta(days=customers.terms_of(owner).claims))
        mine = Customer.objects.filter(owner_id=owner, anonymised_at=None, restricted_at=None)
        tried += mine.count()
        fell += _ids(mine.filter(over).values_list("id", flat=True)[:MOST_TRIED])
        fell += yearly.overdue(owner, gone)
    return _both(images, judged(tried, fell))


@probe("A10", every=Every.HOUR)
def third_parties_have_an_agreement(look: Look) -> Result:
    """Every export says for what; an accountant without an agreement in force sees no book; no partner took a step
    after his agreement had ended."""
    exports, attempts = log.exports_say_who_and_why(look), Attempts(look)
    for owner in look.some(look.customers)[:20]:
        for action in READS:
            book = Resource(ResourceKind.INVOICE, uuid4(), owner)
            attempts.refused(f"accountant {action.value}", Role.ACCOUNTANT.value, action, book, party=owner)
    taken = Step.objects.filter(owner_id__in=look.customers, accepted_at__gte=look.since, partner__isnull=False)
    fell = [
        str(one.id) for one in taken.select_related("partner")[:MOST_TRIED]
        if one.accepted_at and one.partner and (
            one.accepted_at.date() < one.partner.agreed_on
            or (one.partner.agreed_until is not None and one.accepted_at.date() > one.partner.agreed_until)
        )
    ]  # fmt: skip
    return _both(exports, judged(attempts.tried + taken.count(), attempts.through + fell))


def _both(one: Result, other: Result) -> Result:
    """The worse of two; kept when one of them was tried and neither fell."""
    if State.BROKEN in (one.state, other.state):
        return judged(one.tried + other.tried, [*one.which, *other.which] or ["failed"])
    if State.KEPT in (one.state, other.state):
        return judged(max(1, one.tried + other.tried), [])
    return one


@probe("A12")
def site_and_newsletter_serve_only_that(look: Look) -> Result:
    """A count holds no more than numbers; nobody gets a letter who did not confirm and has no consent that stands; each
    page of a site that is open is fetched, for cookies and for anything loaded from elsewhere."""
    counted = {field.name for field in PageCount._meta.get_fields() if field.concrete}
    fell = [f"count {name}" for name in sorted(counted - COUNTED)]
    owners = [*look.customers, look.provider_id]
    stands = Consent.objects.filter(id=OuterRef("consent_id"), withdrawn_at=None)
    readers = Subscriber.objects.filter(owner_id__in=owners, state=SubscriberState.CONFIRMED.value)
    fell += _ids(readers.filter(Q(confirmed_at=None) | ~Exists(stands)).values_list("id", flat=True)[:MOST_TRIED])
    waiting = Delivery.objects.filter(owner_id__in=owners, state=DeliveryState.WAITING.value)
    fell += _ids(
        waiting.filter(subscriber__isnull=False).exclude(subscriber__state=SubscriberState.CONFIRMED.value)
        .values_list("id", flat=True)[:MOST_TRIED]
    )  # fmt: skip
    sites = list(Website.objects.filter(owner_id__in=owners)[:20])
    for site in sites:
        look.on_time()
        fell += _fetched(f"/site/{site.slug}/en")
    return judged(len(counted) + readers.count() + len(sites), fell)


def _fetched(path: str) -> list[str]:
    """What a public page does that it may not. An installation that does not answer itself says nothing here."""
    try:
        page = network.fetched(path)
    except network.NotReached:
        return []
    return network.faults_of(path, page, urlsplit(settings.ORIGIN).netloc) if page.status == 200 else []


# --- after-sales service ----------------------------------------------------------------------------------------------


@probe("I1")
def tenants_authorise_their_chain(look: Look) -> Result:
    """Nobody from outside gets to orders; each step was taken by a partner that the tenant had authorised for it."""
    attempts = _from_outside(look, ResourceKind.ORDER, (*READS, Action.ADD, Action.CHANGE, Action.STEP))
    allowed = Authorisation.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=OuterRef("accepted_at__date")), partner=OuterRef("partner"),
        order_type=OuterRef("order_type"), valid_from__lte=OuterRef("accepted_at__date"),
    )  # fmt: skip
    taken = Step.objects.filter(owner_id__in=look.customers, accepted_at__isnull=False, partner__isnull=False)
    fell = taken.filter(accepted_at__gte=look.since).exclude(Exists(allowed)).values_list("id", flat=True)
    return judged(attempts.tried + taken.count(), attempts.through + _ids(fell[:MOST_TRIED]))


@probe("I2")
def orders_are_of_the_known_sorts(look: Look) -> Result:
    """Every order is of a type of the list, in a state that its course knows."""
    mine, known = Order.objects.filter(owner_id__in=look.customers), Q()
    for of, course in courses().items():
        states = {one.value for one in course.next} | {one.value for one in course.ends}
        known |= Q(type=of.value, state__in=states)
    fell = mine.exclude(known).values_list("id", flat=True)[:MOST_TRIED]
    return judged(len(OrderType) + mine.count(), _ids(fell))


@probe("I3")
def only_what_is_needed_is_kept(look: Look) -> Result:
    """The columns of customers, contacts and things are those of the list; and no restricted one is used by an order
    that was opened since."""
    columns = {
        f"{model.__name__}.{field.name}": field.name
        for model in (Customer, Contact, Item) for field in model._meta.get_fields() if field.concrete
    }  # fmt: skip
    fell = sorted(name for name, field in columns.items() if field not in NEEDED)
    held = Customer.objects.filter(id=OuterRef("customer_id"), restricted_at__lt=OuterRef("opened_at"))
    used = Order.objects.filter(owner_id__in=look.customers, opened_at__gte=look.since).filter(Exists(held))
    return judged(len(columns), fell + _ids(used.values_list("id", flat=True)[:MOST_TRIED]))


@probe("I4")
def registrations_have_a_consent(look: Look) -> Result:
    """As of each consent; and each form that came in has one on record."""
    given = Consent.objects.filter(id=OuterRef("consent_id"))
    came = Submission.objects.filter(owner_id__in=look.customers)
    fell = came.exclude(Exists(given)).values_list("id", flat=True)[:MOST_TRIED]
    return _both(books.consents_are_on_record(look), judged(came.count(), _ids(fell)))


@probe("I6")
def correcting_is_the_customers_own_act(look: Look) -> Result:
    """The tenant corrects, restricts and anonymises himself; nobody of the provider's does it for him unasked; and no
    request of anybody is past its day."""
    attempts = _from_outside(look, ResourceKind.CUSTOMER_RECORD, OWN)
    for owner in look.some(look.customers)[:20]:
        for action in OWN:
            thing = Resource(ResourceKind.CUSTOMER_RECORD, None, owner)
            attempts.allowed(f"owner {action.value}", Role.OWNER.value, action, thing, party=owner, purpose="")
    return _both(books.requests_in_time(look), judged(attempts.tried, attempts.through))


@probe("I7")
def things_go_with_their_life(look: Look) -> Result:
    """Of a thing whose life is over nothing says whose it was, unless an order of it is open; its warranty is never
    shorter than the law's."""
    day, fell, tried = (look.now - LATE).date(), [], 0
    for owner in look.some(look.customers):
        look.on_time()
        mine = Item.objects.filter(owner_id=owner, anonymised_at=None)
        tried += mine.count()
        over = list(mine.filter(life_until__lt=day).values_list("id", flat=True)[:MOST_TRIED])
        needed = {one for keeper in things._keepers for one in keeper(owner, over)}
        fell += _ids(one for one in over if one not in needed)
    return judged(tried, fell)


@probe("I11")
def forms_lead_to_a_statement(look: Look) -> Result:
    """Every customer has a statement of his own, here or elsewhere; a form stands in no page of a tenant without."""
    fell, owners = [], look.some(look.customers)
    for owner in owners:
        face = tenants.brand(owner)
        has = face is not None and tenants.has_statement(face)
        if not has and not books.publishes(owner):
            fell.append(str(owner))
        if not has and FormSettings.objects.filter(owner_id=owner).exclude(origins=[]).exists():
            fell.append(f"form {owner}")
        if face is not None and face.active:
            fell += _unlinked(face.slug)
    return judged(len(owners), fell)


def _unlinked(slug: str) -> list[str]:
    """A tenant's forms without a link to his statement, as a stranger sees them."""
    path = f"/forms/{slug}"
    try:
        page = network.fetched(path)
    except network.NotReached:
        return []
    return [] if page.status != 200 or 'rel="privacy-policy"' in page.text or "/privacy" in page.text else [path]
