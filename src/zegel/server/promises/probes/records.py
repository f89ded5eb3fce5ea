# SPDX-License-Identifier: EUPL-1.2
"""Agreements, purposes, signs, policies and declarations: that what is needed is there, and that without it nothing
goes."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID, uuid4

from zegel.declare import profiles, registry
from zegel.seal import assent, policy
from zegel.seal.envelope import Envelope
from zegel.seal.errors import SealError
from zegel.seal.policy import Policy
from zegel.seal.suite import SigningKey
from zegel.server.agreements import queries as agreements
from zegel.server.agreements.models import Agreement, SignedHow
from zegel.server.alarms.models import Alarm
from zegel.server.footage.models import Release
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock
from zegel.server.kernel.checks import fields_by_model, load_declarations
from zegel.server.people import actions as accounts
from zegel.server.people import admission
from zegel.server.people import queries as people
from zegel.server.people import rules as account_rules
from zegel.server.people.errors import NotAMember
from zegel.server.people.models import Person
from zegel.server.people.roles import Role
from zegel.server.privacy import queries as privacy
from zegel.server.promises.probing import Look, probe
from zegel.server.promises.rules import Result, Why, judged, unproven
from zegel.server.sites import notice
from zegel.server.sites import queries as sites
from zegel.server.sites.models import ObjectKind, Site, Unit
from zegel.server.tasks.causes import STAFF
from zegel.server.tenants import queries as tenants

_NEEDED = frozenset({"agreement_in_force", "purpose_recorded", "sign_hung"})


def _arming(look: Look, of: dict[str, UUID], owner: UUID) -> tuple[bool, set[str]]:
    """What the gate says to an owner who arms: whether he may, and what is missing."""
    said = look.attempt(Role.OWNER.value, Action.ARM, Resource(ResourceKind.UNIT, uuid4(), owner, of), party=owner)
    return said.allowed, set(said.missing)


@probe("C2")
def nothing_arms_without(look: Look) -> Result:
    """Somebody with neither agreement, purpose nor sign tries to arm; and every paired unit's owner has all three."""
    allowed, missing = _arming(look, {"site": uuid4()}, uuid4())
    fell = [] if not allowed and missing >= _NEEDED else ["gate"]
    tried = 1
    units = look.units()
    held = agreements.owners_with_agreement({unit.owner_id for unit in units})
    for unit in units:
        tried += 1
        look.on_time()
        if unit.owner_id not in held and _may_arm(look, unit):
            fell.append(str(unit.id))
    return judged(tried, fell)


def _may_arm(look: Look, unit: Unit) -> bool:
    thing = Resource(ResourceKind.UNIT, unit.id, unit.owner_id, {"site": unit.site_id})
    return look.attempt(Role.OWNER.value, Action.ARM, thing, party=unit.owner_id).allowed


@probe("C6")
def cameras_have_a_purpose(look: Look) -> Result:
    cameras = look.cameras()
    fell = [str(camera.id) for camera in cameras if not agreements.has_purpose(camera.owner_id, camera.id)]
    return judged(len(cameras), fell)


@probe("C7")
def signs_hang(look: Look) -> Result:
    """At every site with a unit a sign hangs; arming without one was refused."""
    with_units = {unit.site_id for unit in look.units()}
    fell = [str(site) for site in sorted(with_units - agreements.sites_with_sign(with_units))]
    allowed, missing = _arming(look, {"site": uuid4()}, uuid4())
    if allowed or "sign_hung" not in missing:
        fell.append("gate")
    return judged(len(with_units) + 1, fell) if with_units else unproven(Why.NOTHING)


@probe("C21", "I12")
def customers_have_an_agreement(look: Look) -> Result:
    owners = {unit.owner_id for unit in look.units()}
    return judged(len(owners), [str(one) for one in sorted(owners - agreements.owners_with_agreement(owners).keys())])


@probe("C22")
def agreements_have_evidence(look: Look) -> Result:
    """Of each agreement in force that came about here: the document's hash and the signature are computed again."""
    now = look.now
    rows = Agreement.objects.filter(owner_id__in=look.customers, valid_from__lte=now, assent__isnull=False)
    rows = rows.exclude(valid_to__lte=now).select_related("assent", "assent__document")
    fell, tried = [], 0
    for row in rows:
        tried += 1
        look.on_time()
        if not evidence_holds(row):
            fell.append(str(row.id))
    return judged(tried, fell)


def evidence_holds(row: Agreement) -> bool:
    """Who, when, from where, and exactly which document."""
    given = row.assent
    if given is None or given.given_at is None or not given.address:
        return False
    document = bytes(given.document.content)
    if hashlib.sha256(document).digest() != bytes(given.document.hash):
        return False
    if bytes(given.document.hash) != bytes(row.document_hash):
        return False
    if given.how != SignedHow.ONLINE.value:
        return given.letter_hash is not None and given.sent_at is not None
    if given.envelope is None or given.sign_pk is None:
        return False
    wanted = assent.Assent(
        row.owner_id.bytes, row.provider_id.bytes, given.person_id.bytes, bytes(given.document.hash), 0
    )
    try:
        assent.verify_assent(bytes(given.envelope), bytes(given.sign_pk), wanted)
    except SealError:
        return False
    return True


@probe("C10")
def policies_are_the_customers(look: Look) -> Result:
    """Every unit's policy is signed by an owner of its keyset; one that we sign ourselves is refused."""
    fell, tried = [], 0
    stranger = SigningKey.generate()
    for unit in look.units():
        look.on_time()
        row, keyset = sites.newest(unit, ObjectKind.POLICY), sites.newest_keyset(unit)
        if row is None or keyset is None:
            continue
        tried += 2
        body = Envelope.decode(bytes(row.envelope)).body
        if bytes(row.envelope) and not _counts(bytes(row.envelope), keyset.owner_pks):
            fell.append(str(unit.id))
        if _counts(policy.sign_policy(Policy.decode(body), stranger), keyset.owner_pks):
            fell.append(str(unit.id))
    return judged(tried, fell)


def _counts(data: bytes, owners: object) -> bool:
    from zegel.seal import envelope

    try:
        envelope.verify(data, Policy.NAME, owners)  # type: ignore[arg-type]
    except SealError:
        return False
    return True


@probe("C9")
def nothing_in_working_hours(look: Look) -> Result:
    """Every alarm with images is held against the hours that its owner had signed."""
    since = clock.ms(look.since)
    rows = Alarm.objects.filter(owner_id__in=look.customers, raised_ms__gte=since, policy_hash__isnull=False)
    with_images = set(
        Release.objects.filter(owner_id__in=look.customers, issued_ms__gte=since).values_list("alarm_id", flat=True)
    )
    units = {unit.id: unit for unit in Unit.objects.filter(owner_id__in=look.customers)}
    fell, tried = [], 0
    for row in rows:
        look.on_time()
        if row.id not in with_images or row.unit_id not in units:
            continue
        held = sites.policy_by_hash(units[row.unit_id], bytes(row.policy_hash or b""))
        tried += 1
        if held is None or held.hours.working(row.raised_ms):
            fell.append(str(row.id))
    return judged(tried, fell)


@probe("S2")
def only_kinds_that_release(look: Look) -> Result:
    since = clock.ms(look.since)
    with_images = set(
        Release.objects.filter(owner_id__in=look.customers, issued_ms__gte=since).values_list("alarm_id", flat=True)
    )
    units = {unit.id: unit for unit in Unit.objects.filter(owner_id__in=look.customers).select_related("site")}
    fell, tried = [], 0
    for row in Alarm.objects.filter(id__in=with_images):
        look.on_time()
        unit = units.get(row.unit_id) if row.unit_id else None
        held = None if unit is None else sites.policy_by_hash(unit, bytes(row.policy_hash or b""))
        tried += 1
        listed = unit is not None and row.alarm_class in profiles.profile(unit.site.profile).releases
        if held is None or not listed or row.alarm_class not in held.release_classes:
            fell.append(str(row.id))
    return judged(tried, fell)


@probe("C25")
def notices_name_a_contact(look: Look) -> Result:
    with_units = {unit.site_id for unit in look.units()}
    rows = [site for site in look.sites() if site.id in with_units]
    fell = [str(site.id) for site in rows if not _contact_of(site)]
    return judged(len(rows), fell)


def _contact_of(site: Site) -> bool:
    """On the site's own sign, or whom its owner named."""
    named = privacy.contact_of(site.owner_id)
    return bool((site.contact_email and site.contact_phone) or (named and (named.email or named.phone)))


@probe("C3", "C23", "A3")
def declarations_are_whole(look: Look) -> Result:
    """Every field of every table is declared or marked, and every declaration says for what, why and for whom."""
    load_declarations()
    models = fields_by_model()
    fell = registry.undeclared(models) + registry.unknown(models)
    declared = registry.declarations()
    fell += [
        f"{one.model}.{one.field}" for one in declared
        if not (one.purpose and one.basis and one.recipients and one.term and one.starts)
    ]  # fmt: skip
    return judged(sum(len(fields) for fields in models.values()), fell)


@probe("C18", "I8")
def accounts_keep_no_password(look: Look) -> Result:
    """What is kept of a password is a MAC under a pepper of its own: handed in as a password, it is refused."""
    fell, tried = [], 0
    living = Person.objects.exclude(email__endswith="@erased.invalid").order_by("id")
    for person in living[:500].iterator():
        look.on_time()
        tried += 1
        kept, known_as = bytes(person.auth_hash), person.email
        named = "@" in known_as or account_rules.is_login_code(known_as)
        proper = known_as == known_as.strip().lower() and named and len(kept) == 32
        again = account_rules.stored_auth(accounts.pepper(), person.id.bytes, kept)
        if not proper or hmac.compare_digest(again, kept):
            fell.append(str(person.id))
    return judged(tried, fell)


@probe("A8")
def administrators_are_bound(look: Look) -> Result:
    """The provider's administrators signed for confidentiality; and whoever administers, there or at a tenant, works
    under a service contract in date, or is tried to be let in as administrator and is refused."""
    held = agreements.statements(look.provider_id)
    staff = people.members(look.provider_id, [Role.ADMIN])
    fell = [str(one.id) for one in staff if held.get(one.id, look.now) <= look.now]
    tried = len(staff)
    for party in (look.provider_id, *look.some(look.customers)):
        look.on_time()
        for one in people.members(party, [Role.ADMIN]):
            tried += 1
            fell += [str(one.id)] if _administers_without(look, one.id, party) else []
    return judged(tried, fell)


def _administers_without(look: Look, person_id: UUID, party_id: UUID) -> bool:
    """He had a service contract, it ended, and he is let in all the same."""
    ends = [min(row.valid_to, row.ended_at or row.valid_to) for row in tenants.contracts(party_id)
            if row.person_id == person_id]  # fmt: skip
    if not ends or max(ends) > look.now:
        return False
    try:
        return Role.ADMIN in admission.admitted(person_id, party_id, [Role.ADMIN])
    except NotAMember:
        return False


def staff_of(look: Look) -> list[Person]:
    return people.members(look.provider_id, STAFF)


@probe("C24")
def people_are_informed(look: Look) -> Result:
    """The notice of every site with a unit can be made, and lacks nothing that must stand on it."""
    with_units = {unit.site_id for unit in look.units()}
    fell, rows = [], [site for site in look.sites() if site.id in with_units]
    for site in rows:
        look.on_time()
        missing = set(notice.of_site(site, "").missing)
        if missing - ({"email", "phone"} if _contact_of(site) else set()):
            fell.append(str(site.id))
    return judged(len(rows), fell)

