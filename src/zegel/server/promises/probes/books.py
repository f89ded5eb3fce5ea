# SPDX-License-Identifier: EUPL-1.2
"""The books that a provider keeps: places and certificates, registers, requests, breaches, reviews, consents. What is
missing from them or late in them breaks a promise."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.db import models

from zegel.declare import law
from zegel.server.agreements import places
from zegel.server.agreements.models import Agreement, Place, SubProcessor
from zegel.server.audits import queries as audits
from zegel.server.consents.models import Consent
from zegel.server.contracts import queries as contracts
from zegel.server.contracts.models import TextKind
from zegel.server.people.queries import as_party
from zegel.server.privacy import queries as privacy
from zegel.server.promises.models import Statement
from zegel.server.promises.probes.records import staff_of
from zegel.server.promises.probing import Look, probe
from zegel.server.promises.rules import Every, Result, Why, judged, unproven
from zegel.server.registers import queries as registers


def model(name: str) -> type[models.Model] | None:
    """ "room.Model", where that room is installed."""
    try:
        return cast("type[models.Model]", apps.get_model(name))
    except LookupError:
        return None


def rows_of(name: str) -> models.QuerySet[Any] | None:
    found = model(name)
    return None if found is None else found._default_manager.all()


# --- where data lies --------------------------------------------------------------------------------------------------


@probe("C1")
def data_stays_where_it_may(look: Look) -> Result:
    """Every place and sub-processor, against every tenant's rule today; and every certificate that is due to end."""
    from django.conf import settings

    used, processors = places.in_force(look.provider_id), places.subprocessors(look.provider_id)
    if not used:
        return unproven(Why.NOT_RECORDED)
    with as_party(look.provider_id):
        rules = places.rules_seen(look.provider_id)
    things: list[Place | SubProcessor] = [*used, *processors]
    fell = [str(row.id) for row in things if places.breaks(rules, row.country)]
    if len(places.faults(look.provider_id, settings.STORAGE_URL)) > len(fell):
        fell.append("transfer_or_store")
    return judged(len(used) + len(processors), fell + _uncertified(look))


@probe("C20")
def places_are_certified(look: Look) -> Result:
    used = places.in_force(look.provider_id)
    if not used:
        return unproven(Why.NOT_RECORDED)
    return judged(len(used), _uncertified(look))


def _uncertified(look: Look) -> list[str]:
    """Places without a certificate that holds today."""
    with as_party(look.provider_id):
        used = places.in_force(look.provider_id)
        return [str(row.id) for row in used if not places.certified(row)]


@probe("A11")
def nothing_leaves_unprotected(look: Look) -> Result:
    processors = places.subprocessors(look.provider_id)
    today = look.now.date()
    fell = [
        str(row.id) for row in processors
        if not law.in_area(row.country, today) and law.adequate(row.country, today) is None
        and not (row.mechanism and row.reference)
    ]  # fmt: skip
    return judged(len(processors), fell)


# --- what is owed in time ---------------------------------------------------------------------------------------------


@probe("A5", "S7")
def requests_in_time(look: Look) -> Result:
    """No request of anybody is past its day."""
    cases = rows_of("requests.Case")
    if cases is None:
        return unproven(Why.NO_CODE)
    mine = cases.filter(owner_id__in=[*look.customers, look.provider_id])
    late = mine.filter(ended_at=None, due_at__lt=look.now)
    answered_late = mine.filter(ended_at__gte=look.since, ended_at__gt=models.F("due_at"))
    fell = [str(one) for one in (*late.values_list("id", flat=True), *answered_late.values_list("id", flat=True))]
    return judged(mine.count(), fell)


@probe("A9")
def breaches_are_handled(look: Look) -> Result:
    """No clock ran out unmet, and whatever was closed has been evaluated."""
    duties, cases = rows_of("breaches.Duty"), rows_of("breaches.Breach")
    if duties is None or cases is None:
        return unproven(Why.NO_CODE)
    own = duties.filter(owner_id=look.provider_id, dropped_at=None)
    late = own.filter(met_at=None, due_at__lt=look.now).values_list("id", flat=True)
    closed = cases.filter(owner_id=look.provider_id, closed_at__isnull=False, risk__gt="", evaluated_at=None)
    tried = own.count() + cases.filter(owner_id=look.provider_id).count()
    return judged(tried, [str(one) for one in (*late, *closed.values_list("id", flat=True))])


@probe("I10")
def customers_hear_of_breaches(look: Look) -> Result:
    duties = rows_of("breaches.Duty")
    if duties is None:
        return unproven(Why.NO_CODE)
    hours = law.deadline("breach.customer", look.now.date()).hours
    owed = list(duties.filter(owner_id=look.provider_id, kind="customer", dropped_at=None))
    fell = [str(row.id) for row in owed if (row.met_at or look.now) > row.started_at + timedelta(hours=hours)]
    return judged(len(owed), fell)


@probe("S6")
def reviews_are_held(look: Look) -> Result:
    """No review or audit of the calendar is overdue, no finding that followed from one, and no customer's request."""
    reviews = audits.calendar(look.provider_id)
    return judged(len(reviews), [f"{one.what} {one.id}" for one in audits.overdue(look.provider_id)])


@probe("A14")
def register_is_whole(look: Look) -> Result:
    """The register can be made, and each of its lines was judged in time."""
    made = registers.processings(look.provider_id)
    late = registers.overdue(look.provider_id)
    return judged(len(made), [f"{one.article.value} {one.line}" for one in late])


@probe("I9")
def processors_register(look: Look) -> Result:
    """For every customer the register of Art. 30(2) can be made, and is not empty."""
    fell, owners = [], look.some(look.customers)
    for owner in owners:
        look.on_time()
        if not registers.processings(owner, asked_by=look.provider_id):
            fell.append(str(owner))
    return judged(len(owners), fell)


@probe("A2")
def policy_is_acknowledged(look: Look) -> Result:
    """Everybody who works here acknowledged the version of the policy that binds him."""
    if contracts.policy_in_force(look.provider_id) is None:
        return unproven(Why.NOT_RECORDED)
    staff = staff_of(look)
    bound = {person.id: contracts.bound_by(look.provider_id, person.id) for person in staff}
    fell = [str(person_id) for person_id, found in bound.items() if found is None or found[1] is None]
    return judged(len(staff), fell)


@probe("I13")
def terms_have_versions(look: Look) -> Result:
    """Where there are general terms, each agreement made since has the version that held then, unchanged."""
    kinds = (TextKind.GENERAL_TERMS, TextKind.INDUSTRY_TERMS)
    if not contracts.in_force(look.provider_id, kinds):
        return unproven(Why.NOT_RECORDED)
    since = min(row.holds_from for row in contracts.in_force(look.provider_id, kinds))
    rows = Agreement.objects.filter(owner_id__in=look.customers, valid_from__lte=look.now, valid_from__gte=since)
    made = [(row, contracts.attached(row.id)) for row in rows.exclude(valid_to__lte=look.now)]
    fell = [
        str(row.id) for row, texts in made
        if not texts or any(hashlib.sha256(one.text.encode()).digest() != bytes(one.hash) for one in texts)
    ]  # fmt: skip
    return judged(len(made), fell)


def consents_are_on_record(look: Look) -> Result:
    """Of each consent: the words that were shown, unchanged, when and from where it was given."""
    mine = Consent.objects.filter(owner_id__in=[*look.customers, look.provider_id]).select_related("text")
    fell = [
        str(row.id) for row in mine
        if hashlib.sha256(row.text.words.encode()).digest() != bytes(row.text.hash) or not row.place
        or not (row.person_id or row.email or row.withdrawn_at)
    ]  # fmt: skip
    return judged(len(mine), fell)


@probe("C5")
def disclosures_rest_on_orders(look: Look) -> Result:
    """The register of disclosures: each line is the owner's own, or rests on an order that was accepted."""
    lines = rows_of("evidence.Disclosure")
    if lines is None:
        return unproven(Why.NO_CODE)
    mine = lines.filter(owner_id__in=look.customers)
    fell = mine.exclude(maker="owner").exclude(order__decision="accepted").values_list("id", flat=True)
    return judged(mine.count(), [str(one) for one in fell])


# --- the statement ----------------------------------------------------------------------------------------------------


@probe("I15")
def a_contact_is_named(look: Look) -> Result:
    """The provider named somebody, and says how he is reached; the newest statement says the same."""
    contact = privacy.contact_of(look.provider_id)
    if contact is None:
        return unproven(Why.NOT_RECORDED)
    row = Statement.objects.filter(owner_id=look.provider_id).order_by("-number").first()
    said = (row.content.get("contact") or {}) if row is not None else {}
    fell = [] if contact.name and (contact.email or contact.phone) else ["contact"]
    return judged(1, fell + ([] if said.get("name") == contact.name else ["statement"]))


def publishes(owner: UUID) -> bool:
    """A customer has a statement of his own here, or says where he publishes it."""
    contact = privacy.contact_of(owner)
    with as_party(owner):
        return bool(contact and contact.statement_url) or Statement.objects.filter(owner_id=owner).exists()


# --- back-ups ---------------------------------------------------------------------------------------------------------


@probe("A7", every=Every.HOUR)
def back_ups_were_tried(look: Look) -> Result:
    """The last drill: restored elsewhere, what was erased tried to be opened, and failed. When, never where."""
    copies, trials = rows_of("backups.Copy"), rows_of("backups.Trial")
    if copies is None or trials is None:
        return unproven(Why.NO_CODE)
    from zegel.server.backups import queries

    standing = queries.state()
    words = [fault.value for fault in standing.faults]
    if words == ["not_set_up"]:
        return unproven(Why.NOT_RECORDED)
    if standing.trial_at is None and not words:
        return unproven(Why.NOT_YET)
    if standing.erased_opened:
        words.append("erased_opened")
    return judged(1 + standing.erased_tried, words)

