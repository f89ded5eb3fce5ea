# SPDX-License-Identifier: EUPL-1.2
"""Who gets to images, and who tried: looks that may not be are attempted, and looks that were are held against what let
them be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connection

from zegel.server.agreements.models import Certificate, Confidentiality
from zegel.server.footage.models import (
    Epoch,
    Grant,
    GuardPicture,
    GuardSight,
    Lease,
    Release,
    Reopening,
    Window,
)
from zegel.server.footage.rules import LIVE_SLOTS, GrantPurpose, Purpose, ReopenReason, Track
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger.models import Body
from zegel.server.people import queries as people
from zegel.server.people.models import Membership, ServiceRelation
from zegel.server.people.queries import as_party
from zegel.server.people.roles import RelationKind, Role
from zegel.server.promises.probing import Look, probe
from zegel.server.promises.rules import Result, judged
from zegel.server.sites import capabilities
from zegel.server.sites.models import Camera
from zegel.server.tasks import scope

_ALARM_PURPOSES = (Purpose.ALARM_VERIFICATION.value, Purpose.ALARM_FOLLOWUP.value)
_OTHERS = (Role.ADMIN, Role.PLANNER, Role.PRIVACY_OFFICER, Role.AUDITOR)
_SLACK = timedelta(seconds=5)


def camera_of(camera: Camera) -> Resource:
    return Resource(
        ResourceKind.CAMERA, camera.id, camera.owner_id, {"unit": camera.unit_id, "site": camera.unit.site_id}
    )


def looks(look: Look) -> list[Lease]:
    """Everybody's views of the last days at the customers' cameras."""
    rows = Lease.objects.filter(owner_id__in=look.customers, opened_at__gte=look.since)
    return list(rows.order_by("opened_at", "id"))


def of_others(look: Look) -> list[Lease]:
    """Those of anybody but the owner himself."""
    return [row for row in looks(look) if row.party_id != row.owner_id]


class Attempts:
    """What was attempted and what of it went through, though it may not."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.tried = 0
        self.through: list[str] = []

    def refused(
        self, what: str, role: str, action: Action, resource: Resource, *, party: UUID | None = None,
        person: UUID | None = None, purpose: str | None = None,
    ) -> None:  # fmt: skip
        self.tried += 1
        self.look.on_time()
        if self.look.attempt(role, action, resource, party=party, person=person, purpose=purpose).allowed:
            self.through.append(what)

    def allowed(self, what: str, role: str, action: Action, resource: Resource, *, party: UUID, purpose: str) -> None:
        """What the promise grants must be granted."""
        self.tried += 1
        if not self.look.attempt(role, action, resource, party=party, purpose=purpose or None).allowed:
            self.through.append(what)


def as_operator(attempts: Attempts, camera: Camera, action: Action, purposes: Iterable[str | None]) -> None:
    """As a real operator of the centre that serves the owner, with everything but an alarm."""
    with as_party(camera.owner_id):
        centre = people.serving(camera.owner_id, RelationKind.ARC)
    if centre is None:
        return
    operators = people.members(centre, [Role.OPERATOR, Role.SUPERVISOR])[:2]
    for person in operators:
        for purpose in purposes:
            attempts.refused(
                str(camera.id), Role.OPERATOR.value, action, camera_of(camera), party=centre, person=person.id,
                purpose=purpose,
            )  # fmt: skip
            of = {**camera_of(camera).of, "alarm": uuid4()}
            alarm = Resource(ResourceKind.CAMERA, camera.id, camera.owner_id, of)
            attempts.refused(
                str(camera.id), Role.OPERATOR.value, action, alarm, party=centre, person=person.id, purpose=purpose
            )


def outside_its_window(row: Lease, windows: dict[UUID, Window], reopened: dict[UUID, Reopening]) -> bool:
    """Whether a look of the alarm centre lay outside of what let it be."""
    if row.alarm_id is None:
        return True
    if row.reopening_id is not None:
        again = reopened.get(row.reopening_id)
        return again is None or not _within(row.opened_at, again.opened_at, again.ended_at or again.deadline)
    window = windows.get(row.alarm_id)
    return window is None or not _within(row.opened_at, window.opened_at, window.ended_at or window.deadline)


def _within(at: datetime, begin: datetime, end: datetime) -> bool:
    return begin - _SLACK <= at <= end + _SLACK


def _held_against_windows(look: Look, rows: list[Lease]) -> list[str]:
    alarms = {row.alarm_id for row in rows if row.alarm_id is not None}
    windows = {row.alarm_id: row for row in Window.objects.filter(alarm_id__in=alarms)}
    reopened = {row.id: row for row in Reopening.objects.filter(alarm_id__in=alarms)}
    return [str(row.id) for row in rows if outside_its_window(row, windows, reopened)]


@probe("S1")
def only_in_an_alarm(look: Look) -> Result:
    """A look without an alarm is attempted at every camera; every look that was is held against its window."""
    attempts = Attempts(look)
    for camera in look.cameras():
        as_operator(attempts, camera, Action.VIEW, (None, *_ALARM_PURPOSES))
        for role in _OTHERS:
            attempts.refused(str(camera.id), role.value, Action.VIEW, camera_of(camera), purpose="alarm_verification")
    seen = [row for row in of_others(look) if row.purpose in _ALARM_PURPOSES]
    return judged(attempts.tried + len(seen), attempts.through + _held_against_windows(look, seen))


@probe("C12")
def no_live_without_alarm(look: Look) -> Result:
    attempts = Attempts(look)
    for camera in look.cameras():
        as_operator(attempts, camera, Action.CONTROL, _ALARM_PURPOSES)
        as_operator(attempts, camera, Action.VIEW, ("own_use", "maintenance"))
    seen = [row for row in of_others(look) if row.purpose == Purpose.ALARM_VERIFICATION.value]
    return judged(attempts.tried + len(seen), attempts.through + _held_against_windows(look, seen))


@probe("C15")
def only_who_may(look: Look) -> Result:
    attempts = Attempts(look)
    for camera in look.cameras():
        for role in _OTHERS:
            for purpose in Purpose:
                attempts.refused(str(camera.id), role.value, Action.VIEW, camera_of(camera), purpose=purpose.value)
            attempts.refused(str(camera.id), role.value, Action.EXPORT, camera_of(camera))
    seen = of_others(look)
    serving = {(owner, party) for owner in look.customers for party in _serving(owner)}
    fell = [str(row.id) for row in seen if (row.owner_id, row.party_id) not in serving]
    given, ungranted = _given_to_guards(look)
    return judged(attempts.tried + len(seen) + given, attempts.through + fell + ungranted)


def _given_to_guards(look: Look) -> tuple[int, list[str]]:
    """Pictures that operators sent to guards, and those of them for which there was no word of the owner then."""
    rows = list(GuardPicture.objects.filter(owner_id__in=look.customers, sent_at__gte=look.since).defer("wrapped"))
    said = list(GuardSight.objects.filter(owner_id__in=look.customers))
    fell = [
        str(row.id) for row in rows
        if not any(
            one.site_id == row.site_id and one.since <= row.sent_at <= (one.ended_at or row.sent_at) for one in said
        )
    ]  # fmt: skip
    return len(rows), fell


def _serving(owner_id: UUID) -> Iterator[UUID]:
    """Whoever serves the owner now, or did in the days that are looked at."""
    with as_party(owner_id):
        yield from ServiceRelation.objects.filter(owner_id=owner_id).values_list("party_id", flat=True)


@probe("C16")
def only_with_a_statement(look: Look) -> Result:
    """Who looked had a statement in date then; who has none is refused."""
    attempts = Attempts(look)
    for camera in look.cameras()[:20]:
        attempts.refused(
            str(camera.id), Role.TECHNICIAN.value, Action.VIEW, camera_of(camera), purpose=Purpose.MAINTENANCE.value
        )
    seen = of_others(look)
    held: dict[tuple[UUID, UUID], list[tuple[datetime, datetime]]] = {}
    for party in {row.party_id for row in seen}:
        with as_party(party):
            for row in Confidentiality.objects.filter(owner_id=party):
                held.setdefault((party, row.person_id), []).append((row.signed_at, row.expires_at))
    fell = [
        str(row.id) for row in seen
        if not any(begin <= row.opened_at < end for begin, end in held.get((row.party_id, row.person_id), ()))
    ]  # fmt: skip
    return judged(attempts.tried + len(seen), attempts.through + fell)


@probe("D1")
def two_cases_only(look: Look) -> Result:
    allowed = {*_ALARM_PURPOSES, Purpose.MAINTENANCE.value}
    attempts = Attempts(look)
    for camera in look.cameras():
        for role in (Role.TECHNICIAN, *_OTHERS):
            for purpose in ("quality", "security", "own_use", "marketing", None):
                attempts.refused(str(camera.id), role.value, Action.VIEW, camera_of(camera), purpose=purpose)
    seen = of_others(look)
    return judged(attempts.tried + len(seen), attempts.through + [str(r.id) for r in seen if r.purpose not in allowed])


@probe("D2")
def certified_and_for_a_time(look: Look) -> Result:
    """Windows end at their deadline at the latest; who looked had a certified centre then."""
    windows = list(Window.objects.filter(owner_id__in=look.customers, opened_at__gte=look.since))
    late = [
        str(row.alarm_id) for row in windows
        if (row.ended_at or look.now) > row.deadline + timedelta(minutes=1)
    ]  # fmt: skip
    seen = [row for row in of_others(look) if row.purpose in _ALARM_PURPOSES]
    certified: dict[UUID, list[tuple[datetime, datetime]]] = {}
    for party in {row.party_id for row in seen}:
        with as_party(party):
            rows = Certificate.objects.filter(owner_id=party, person_id=None)
            certified[party] = [(row.valid_from, row.withdrawn_at or row.valid_to) for row in rows]
    fell = [
        str(row.id) for row in seen
        if not any(begin <= row.opened_at < end for begin, end in certified.get(row.party_id, ()))
    ]  # fmt: skip
    return judged(len(windows) + len(seen), late + fell)


@probe("D3")
def maintenance_asks_first(look: Look) -> Result:
    attempts = Attempts(look)
    for camera in look.cameras():
        for person in people.members(look.provider_id, [Role.TECHNICIAN])[:3]:
            asked = Grant.objects.filter(
                camera_id=camera.id, recipient_party_id=look.provider_id, ended_at=None, expires_at__gt=look.now
            )
            if not asked.exists():
                attempts.refused(
                    str(camera.id), Role.TECHNICIAN.value, Action.VIEW, camera_of(camera), person=person.id,
                    purpose=Purpose.MAINTENANCE.value,
                )  # fmt: skip
    granted = list(
        Grant.objects.filter(
            owner_id__in=look.customers, purpose=GrantPurpose.MAINTENANCE.value, issued_at__gte=look.since
        )
    )
    longest = timedelta(seconds=LIVE_SLOTS) + timedelta(minutes=1)
    fell = [str(row.id) for row in granted if row.track != Track.LIVE or row.expires_at - row.issued_at > longest]
    seen = [row for row in of_others(look) if row.purpose == Purpose.MAINTENANCE.value]
    fell += [str(row.id) for row in seen if not any(_granted(row, grant) for grant in granted)]
    return judged(attempts.tried + len(granted) + len(seen), attempts.through + fell)


def _granted(row: Lease, grant: Grant) -> bool:
    return row.camera_id == grant.camera_id and grant.issued_at - _SLACK <= row.opened_at <= grant.expires_at + _SLACK


@probe("S3")
def reopened_for_a_reason(look: Look) -> Result:
    rows = list(Reopening.objects.filter(owner_id__in=look.customers, opened_at__gte=look.since))
    reasons = {reason.value for reason in ReopenReason}
    told = set(
        Body.objects.filter(kind="reopened", owner_id__in=look.customers).values_list("about", flat=True)
    )
    attempts = Attempts(look)
    for camera in look.cameras()[:20]:
        as_operator(attempts, camera, Action.VIEW, (Purpose.ALARM_FOLLOWUP.value,))
    fell = [
        str(row.id) for row in rows
        if row.reason not in reasons or (row.ended_at or look.now) > row.deadline + timedelta(minutes=1)
        or not (told & {row.alarm_id, *_cameras_of(row.alarm_id)})
    ]  # fmt: skip
    return judged(attempts.tried + len(rows), attempts.through + fell)


def _cameras_of(alarm_id: UUID) -> tuple[UUID, ...]:
    window = Window.objects.filter(alarm_id=alarm_id).first()
    return () if window is None else window.camera_ids


@probe("S8")
def live_is_nobody_elses(look: Look) -> Result:
    seen = [row for row in looks(look) if row.track == Track.LIVE]
    fell = [
        str(row.id) for row in seen
        if row.party_id != row.owner_id and row.purpose != Purpose.MAINTENANCE.value
    ]  # fmt: skip
    attempts = Attempts(look)
    for camera in look.cameras():
        as_operator(attempts, camera, Action.VIEW, ("own_use",))
    return judged(len(seen) + attempts.tried, fell + attempts.through)


@probe("S9")
def he_takes_his_own(look: Look) -> Result:
    attempts = Attempts(look)
    for camera in look.cameras():
        if capabilities.Capability.STILLS in capabilities.of(camera):
            attempts.allowed(
                str(camera.id), Role.OWNER.value, Action.PICTURE, camera_of(camera), party=camera.owner_id,
                purpose=Purpose.OWN_USE.value,
            )  # fmt: skip
        for role in (Role.TECHNICIAN, *_OTHERS):
            attempts.refused(str(camera.id), role.value, Action.PICTURE, camera_of(camera), purpose="own_use")
    return judged(attempts.tried, attempts.through)


@probe("S10")
def nobody_sees_his_pictures(look: Look) -> Result:
    """No look, release or grant of anybody else ever touched the track of the customer's own pictures."""
    mine = Lease.objects.filter(owner_id__in=look.customers, track=Track.PICTURE)
    fell = [str(row.id) for row in mine if row.party_id != row.owner_id]
    grants = Grant.objects.filter(owner_id__in=look.customers, track=Track.PICTURE)
    fell += [str(row.id) for row in grants if row.recipient_party_id != row.owner_id]
    pictures = {str(one) for one in Epoch.objects.filter(
        owner_id__in=look.customers, track=Track.PICTURE).values_list("id", flat=True)}  # fmt: skip
    releases = list(Release.objects.filter(owner_id__in=look.customers).values_list("alarm_id", "ranges"))
    fell += [str(alarm) for alarm, ranges in releases if any(str(epoch) in pictures for epoch, _, _ in ranges)]
    attempts = Attempts(look)
    for camera in look.cameras():
        as_operator(attempts, camera, Action.PICTURE, ("own_use", "alarm_verification"))
    return judged(mine.count() + grants.count() + len(releases) + attempts.tried, fell + attempts.through)


@probe("S11")
def abilities_are_known(look: Look) -> Result:
    cameras = look.cameras()
    words = set(capabilities.Capability)
    fell = [
        str(row.id) for row in cameras
        if (row.kind not in capabilities.OF_KIND and not row.capabilities) or not set(row.capabilities) <= words
    ]  # fmt: skip
    return judged(len(cameras), fell)


@probe("D5", "D6")
def telemetry_has_its_purposes(look: Look) -> Result:
    """Conditions of devices and findings are read for maintenance, quality and security, and exported by nobody."""
    attempts = Attempts(look)
    for unit in look.units():
        thing = Resource(ResourceKind.TELEMETRY, unit.id, unit.owner_id, {"unit": unit.id, "site": unit.site_id})
        for role in Role:
            for purpose in (None, "marketing", "own_use", "alarm_verification"):
                if role not in (Role.OWNER, Role.MEMBER):
                    attempts.refused(str(unit.id), role.value, Action.READ, thing, purpose=purpose)
            attempts.refused(str(unit.id), role.value, Action.EXPORT, thing, purpose="maintenance")
        for other in look.customers - {unit.owner_id}:
            attempts.refused(str(unit.id), Role.OWNER.value, Action.READ, thing, party=other)
    return judged(attempts.tried, attempts.through)


@probe("D9")
def he_deletes_and_we_do_not(look: Look) -> Result:
    attempts = Attempts(look)
    for camera in look.cameras():
        thing = camera_of(camera)
        asked = look.attempt(Role.OWNER.value, Action.DELETE, thing, party=camera.owner_id)
        attempts.tried += 1
        if not asked.allowed and not set(asked.missing) <= {"not_in_open_alarm", "not_on_hold"}:
            attempts.through.append(str(camera.id))
        for role in (Role.TECHNICIAN, *_OTHERS):
            attempts.refused(str(camera.id), role.value, Action.DELETE, thing)
        as_operator(attempts, camera, Action.DELETE, (None,))
    return judged(attempts.tried, attempts.through)


@probe("A6")
def access_follows_the_task(look: Look) -> Result:
    """Every role at things of a party that is none of its business; and somebody who has no seat at all."""
    attempts, stranger = Attempts(look), uuid4()
    things: list[tuple[ResourceKind, Callable[[], Iterable[Action]]]] = [
        (ResourceKind.CAMERA, lambda: (Action.VIEW, Action.READ, Action.DELETE, Action.EXPORT)),
        (ResourceKind.UNIT, lambda: (Action.READ, Action.ARM, Action.POLICY, Action.REVOKE)),
        (ResourceKind.SITE, lambda: (Action.READ, Action.CHANGE)),
        (ResourceKind.AGREEMENT, lambda: (Action.LIST, Action.SIGN, Action.END)),
        (ResourceKind.MEMBERSHIP, lambda: (Action.LIST, Action.ADD, Action.END)),
        (ResourceKind.TENANT_KEY, lambda: (Action.ADD,)),
    ]
    for kind, actions in things:
        for role in Role:
            for action in actions():
                foreign = Resource(kind, uuid4(), stranger, {"site": uuid4(), "unit": uuid4()})
                attempts.refused(f"{role.value} {action.value} {kind.value}", role.value, action, foreign)
    twice = Membership.objects.filter(people.at(clock.now()), party_id=look.provider_id)
    fell = [str(row.id) for row in twice if row.role not in set(Role)]
    return judged(attempts.tried + twice.count(), attempts.through + fell)


@probe("I14")
def customers_do_not_see_each_other(look: Look) -> Result:
    """As each party, every table is asked for rows of every other one that it does not serve."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    owned = {model._meta.db_table for model in apps.get_models() if issubclass(model, tenancy.TenantModel)}
    strangers = set(scope.providers()) - {look.provider_id}
    tried, fell = 0, []
    for asking in look.some(look.customers)[:20]:
        others = [str(one) for one in (look.customers | strangers) - {asking}]
        with tenancy.acting_as(asking), connection.cursor() as cursor:
            for table in sorted(owned & there):
                look.on_time()
                tried += 1
                cursor.execute(f"SELECT count(*) FROM {table} WHERE owner_id = ANY(%s::uuid[])", [others])
                if cursor.fetchone()[0]:
                    fell.append(table)
    fell += tenancy.tables_without_protection() + tenancy.application_role_faults()
    return judged(tried, fell)
