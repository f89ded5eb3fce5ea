# SPDX-License-Identifier: EUPL-1.2
"""The alarm centre's own work: the wall, seats, escalations, hand-over, figures, certificates, suspensions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from zegel.server.agreements import actions as agreements
from zegel.server.agreements import queries as held
from zegel.server.agreements.models import Certificate, Suspension
from zegel.server.agreements.schemes import Scheme
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import Bytes, to_text
from zegel.server.centre import actions, figures, norms, queries, review_actions, scope
from zegel.server.centre.errors import BadValue, NotThere
from zegel.server.centre.figures import Period
from zegel.server.centre.models import Escalation, EscalationStep, HandOver, Seat
from zegel.server.centre.norms import Figure, Norms
from zegel.server.exports import actions as exports
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import arc_keys
from zegel.server.people import queries as people
from zegel.server.people.roles import Role
from zegel.server.sites.models import Site

router = Router(tags=["centre"])
WORKING = (Role.OPERATOR, Role.SUPERVISOR)

for _code, _status in (
    ("not_there", 404), ("bad_value", 422), ("already_done", 409), ("no_certificate", 404), ("bad_certificate", 422),
    ("bad_suspension", 422), ("not_yours_to_lift", 403),
):  # fmt: skip
    errors.status(_code, _status)


class SeatChange(Schema):
    on_duty: bool
    on_break: bool = False


class Text(Schema):
    note: str = Field(default="", max_length=actions.LONGEST_NOTE)


class Reason(Schema):
    reason: str = Field(max_length=500)


class CertifiedIn(Schema):
    envelope: Bytes


class SuspensionIn(Reason):
    person_id: UUID


class SettingsIn(Schema):
    pagers: list[str] = Field(default_factory=list, max_length=10)
    second_after_s: int = 60
    repeat_s: int = 120
    quiet_s: int = 300
    norms: dict[Literal["urgent", "other"], list[tuple[int, float]]] = Field(default_factory=dict)
    review_rate: float = 0.05
    long_view_s: int = 300


class CertificateIn(Schema):
    person_id: UUID | None = None
    scheme: Scheme
    number: str = Field(max_length=60)
    issuer: str = Field(max_length=120)
    valid_from: date
    valid_to: date
    document: Bytes | None = None


# --- the wall ---


@router.get("/centre/wall")
def wall(request: HttpRequest) -> dict[str, Any]:
    """Everything that hangs on the wall, in one answer."""
    actor = acting(request)
    require(actor, Action.READ, actions.centre_of(actor))
    party = _party(actor)
    with tenancy.acting_as(party, actor.id):
        owners = scope.served(party)
        own = queries.own_norms(party)
        waiting, seats = queries.waiting(owners, own), queries.seats(party)
        stand_in = queries.waiting(queries.stands_in_for(party), own)
        in_hand, parked = queries.handling(owners)
        links, storms = queries.links(owners), queries.storms(owners)
        escalations = [row for row in queries.escalations(party) if row.resolved_at is None]
        steps = queries.steps_of([row.id for row in escalations])
        now = clock.now_ms()
        today = figures.responses(owners, Period(now - figures.DAY_MS, now + 1), own)
        names = _names(
            [seat.person_id for seat in seats] + [s.person_id for rows in steps.values() for s in rows if s.person_id]
        )
        sites = _sites(storm.site_id for storm in storms)
        parties = people.party_names([row.for_party for row in escalations if row.for_party], seen_by=party)
        suspended = held.suspended(actor.id, party) if actor.id else False
    return {
        "now_ms": now,
        "queue": [_waiting(row) for row in waiting],
        "stand_in": [_waiting(row) for row in stand_in],
        "in_hand": in_hand, "parked": parked,
        "seats": [_seat(seat, names) for seat in seats],
        "manned": sum(seat.on_duty and seat.break_since is None for seat in seats),
        "mine": next((_seat(seat, names) for seat in seats if seat.person_id == actor.id), None),
        "escalations": [_escalation(row, steps.get(row.id, []), names, parties) for row in escalations],
        "links": {"units": links.units, "units_lost": links.units_lost, "paths": links.paths,
                  "paths_lost": links.paths_lost},
        "storms": [{"site": sites.get(storm.site_id, ""), "alarms": storm.alarms, "folded": storm.folded}
                   for storm in storms],
        "today": [_figure(row) for row in today],
        "suspended": suspended,
    }  # fmt: skip


def _waiting(row: queries.Waiting) -> dict[str, Any]:
    return {
        "class": row.signal_class, "waiting": row.waiting, "overdue": row.overdue, "oldest_ms": row.oldest_ms,
        "due_ms": row.due_ms,
    }  # fmt: skip


def _seat(seat: Seat, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "person": {"id": str(seat.person_id), "name": names.get(seat.person_id, "")}, "role": seat.role,
        "since_ms": clock.ms(seat.since), "on_duty": seat.on_duty,
        "break_since_ms": clock.ms(seat.break_since) if seat.break_since else None,
    }  # fmt: skip


def _escalation(
    row: Escalation, steps: Sequence[EscalationStep], names: dict[UUID, str], parties: dict[UUID, str]
) -> dict[str, Any]:
    return {
        "id": str(row.id), "cause": row.cause, "opened_ms": clock.ms(row.opened_at), "rounds": row.rounds,
        "next_ms": clock.ms(row.next_at), "waiting": row.waiting, "overdue": row.overdue, "oldest_ms": row.oldest_ms,
        "for": parties.get(row.for_party, "") if row.for_party else None,
        "acknowledged_ms": clock.ms(row.acknowledged_at) if row.acknowledged_at else None,
        "resolved_ms": clock.ms(row.resolved_at) if row.resolved_at else None,
        "steps": [
            {"kind": step.kind, "at_ms": clock.ms(step.at), "told": step.told, "note": step.note,
             "by": names.get(step.person_id, "") if step.person_id else None}
            for step in steps
        ],
    }  # fmt: skip


# --- seats, escalations, settings ---


@router.post("/centre/seat")
def change_seat(request: HttpRequest, body: SeatChange) -> dict[str, Any]:
    """On duty or not, on a break or not: one's own seat."""
    actor = acting(request)
    seat = actions.change_seat(actor, on_duty=body.on_duty, on_break=body.on_break)
    return _seat(seat, _names([seat.person_id]))


@router.get("/centre/escalations")
def escalations(request: HttpRequest) -> dict[str, Any]:
    """Open ones first, then the newest, with what was done about each."""
    actor = acting(request)
    require(actor, Action.READ, actions.centre_of(actor))
    party = _party(actor)
    with tenancy.acting_as(party, actor.id):
        rows = queries.escalations(party, 50)
        steps = queries.steps_of([row.id for row in rows])
        parties = people.party_names([row.for_party for row in rows if row.for_party], seen_by=party)
    names = _names(step.person_id for found in steps.values() for step in found if step.person_id)
    return {"escalations": [_escalation(row, steps.get(row.id, []), names, parties) for row in rows]}


@router.post("/centre/escalations/{escalation_id}/acknowledge")
def acknowledge(request: HttpRequest, escalation_id: UUID, body: Text) -> dict[str, Any]:
    """I act on it: quiet for a while."""
    row = actions.acknowledge(acting(request), escalation_id, body.note)
    return {"id": str(row.id), "next_ms": clock.ms(row.next_at)}


@router.get("/centre/settings")
def settings(request: HttpRequest) -> dict[str, Any]:
    """How this centre is told, and against which norms it is held."""
    actor = acting(request)
    require(actor, Action.CHANGE, actions.centre_of(actor))
    with tenancy.acting_as(actor.party_id, actor.id):
        return _settings(_party(actor))


@router.put("/centre/settings")
def change_settings(request: HttpRequest, body: SettingsIn) -> dict[str, Any]:
    actor = acting(request)
    new = actions.NewSettings(
        body.pagers, body.second_after_s, body.repeat_s, body.quiet_s,
        {group: [list(row) for row in rows] for group, rows in body.norms.items()}, body.review_rate, body.long_view_s,
    )  # fmt: skip
    actions.change_settings(actor, new)
    with tenancy.acting_as(actor.party_id, actor.id):
        return _settings(_party(actor))


def _settings(party: UUID) -> dict[str, Any]:
    kept = queries.settings_of(party)
    return {
        "pagers": kept.pagers, "second_after_s": kept.second_after_s, "repeat_s": kept.repeat_s,
        "quiet_s": kept.quiet_s, "norms": _norms(queries.own_norms(party)), "review_rate": kept.review_rate,
        "long_view_s": kept.long_view_s,
    }  # fmt: skip


def _norms(own: Norms) -> dict[str, Any]:
    return {group: [[target.within_s, target.share] for target in targets] for group, targets in own.items()}


# --- hand-over ---


@router.get("/centre/hand-overs")
def hand_overs(request: HttpRequest) -> dict[str, Any]:
    """What stands open now, and what was handed over before."""
    actor = acting(request)
    require(actor, Action.READ, actions.centre_of(actor))
    party = _party(actor)
    with tenancy.acting_as(party, actor.id):
        rows, now = queries.hand_overs(party), queries.standing(party)
    return {"now": _standing(actor, [now])[0], "hand_overs": _hand_overs(actor, rows)}


@router.post("/centre/hand-overs")
def write_hand_over(request: HttpRequest, body: Text) -> dict[str, Any]:
    """This shift's word to the next."""
    actor = acting(request)
    return _hand_overs(actor, [actions.write_hand_over(actor, body.note)])[0]


@router.post("/centre/hand-overs/{hand_over_id}/accept")
def accept_hand_over(request: HttpRequest, hand_over_id: UUID, body: Text) -> dict[str, Any]:
    """The next shift takes over."""
    actor = acting(request)
    return _hand_overs(actor, [actions.accept_hand_over(actor, hand_over_id, body.note)])[0]


def _hand_overs(actor: Actor, rows: Sequence[HandOver]) -> list[dict[str, Any]]:
    names = _names(p for row in rows for p in (row.written_by, row.accepted_by) if p)
    states = _standing(actor, [row.state for row in rows])
    return [
        {
            "id": str(row.id), "written_ms": clock.ms(row.written_at), "note": row.note, "state": state,
            "by": {"id": str(row.written_by), "name": names.get(row.written_by, "")},
            "accepted": None if row.accepted_at is None else
                {"by": names.get(row.accepted_by, "") if row.accepted_by else "", "at_ms": clock.ms(row.accepted_at),
                 "note": row.answer},
        }
        for row, state in zip(rows, states, strict=True)
    ]  # fmt: skip


def _standing(actor: Actor, states: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the names of sites, as the reader may know them."""
    parts = ("alarms", "parked", "tests", "troubles")
    wanted = {
        UUID(row["site_id"]) for state in states for part in parts for row in state.get(part, []) if row.get("site_id")
    }
    with tenancy.acting_as(actor.party_id, actor.id):
        sites = _sites(wanted)

    def named(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "site": sites.get(UUID(row["site_id"]), "") if row.get("site_id") else ""}

    return [{part: [named(row) for row in state.get(part, [])] for part in parts} for state in states]


# --- figures ---


@router.get("/centre/figures")
def read_figures(request: HttpRequest, from_ms: int, to_ms: int) -> dict[str, Any]:
    """Responses against the norm, causes per site, and the trend, of one period."""
    actor = acting(request)
    require(actor, Action.READ, Resource(ResourceKind.FIGURES, None, actor.party_id))
    period, party = _period(from_ms, to_ms), _party(actor)
    with tenancy.acting_as(party, actor.id):
        owners, own = scope.served(party), queries.own_norms(party)
        found = figures.responses(owners, period, own)
        causes = figures.causes(owners, period)
        trend = figures.trend(owners, period, own)
        sites = _sites(row.site_id for row in causes[:200] if row.site_id)
    return {
        "norms": _norms(own),
        "responses": [_figure(row) for row in found],
        "sites": [
            {"site_id": str(row.site_id) if row.site_id else None, "site": sites.get(row.site_id, "") if row.site_id
             else "", "codes": row.by_code, "closed": row.closed, "false": row.false}
            for row in causes[:200]
        ],
        "codes": list(figures.CAUSES),
        "step_ms": figures.step_of(period),
        "trend": [
            {"at_ms": point.from_ms, "alarms": point.alarms, "false": point.false, "answered": point.answered}
            for point in trend
        ],
    }  # fmt: skip


@router.get("/centre/figures/file")
def figures_file(
    request: HttpRequest, from_ms: int, to_ms: int, what: Literal["responses", "causes"] = "responses"
) -> HttpResponse:
    """The same as a CSV file. That it was taken is itself logged."""
    actor = acting(request)
    resource = Resource(ResourceKind.FIGURES, None, actor.party_id)
    require(actor, Action.READ, resource)
    period, party = _period(from_ms, to_ms), _party(actor)
    with tenancy.acting_as(party, actor.id):
        owners, own = scope.served(party), queries.own_norms(party)
        content = _responses_csv(owners, period, own) if what == "responses" else _causes_csv(owners, period)
    day = datetime.fromtimestamp(period.from_ms / 1000, UTC).strftime("%Y-%m-%d")
    sent = exports.send(
        actor, exports.FileKind.FIGURES, f"{what}-{day}.csv", content, purpose="figures", resource=resource
    )
    return exports.answer(sent)


def _responses_csv(owners: Sequence[UUID], period: Period, own: Norms) -> bytes:
    header = ["class", "alarms", "left_before", "within_1", "norm_1_s", "share_1", "within_2", "norm_2_s", "share_2",
              "median_s", "p95_s", "worst_s", "met"]  # fmt: skip
    rows = []
    for row in figures.responses(owners, period, own):
        c, t, s = row.counted, row.targets or (None, None), row.shares or (None, None)
        rows.append([
            c.signal_class, c.alarms, c.left_before, c.within[0], t[0].within_s if t[0] else None, s[0], c.within[1],
            t[1].within_s if t[1] else None, s[1], c.median_s, c.p95_s, c.worst_s,
            None if row.met is None else str(row.met).lower(),
        ])  # fmt: skip
    return figures.csv_of(header, rows)


def _causes_csv(owners: Sequence[UUID], period: Period) -> bytes:
    causes = figures.causes(owners, period)
    sites = _sites(row.site_id for row in causes if row.site_id)
    rows = (
        [str(row.site_id or ""), sites.get(row.site_id, "") if row.site_id else "", row.closed, row.false,
         *(row.by_code.get(code, 0) for code in figures.CAUSES)]
        for row in causes
    )  # fmt: skip
    return figures.csv_of(["site_id", "site", "closed", "false", *figures.CAUSES], rows)


def _period(from_ms: int, to_ms: int) -> Period:
    try:
        return Period(from_ms, to_ms)
    except ValueError:
        raise BadValue(
            _("This period can't be shown."), action=_("Choose one that ends after it begins, of 400 days at most.")
        ) from None


def _figure(row: Figure) -> dict[str, Any]:
    counted = row.counted
    return {
        "class": counted.signal_class, "group": row.group, "alarms": counted.alarms, "left_before": counted.left_before,
        "within": list(counted.within), "shares": list(row.shares) if row.shares else None,
        "targets": [[t.within_s, t.share] for t in row.targets] if row.targets else None, "met": row.met,
        "median_s": counted.median_s, "p95_s": counted.p95_s, "worst_s": counted.worst_s,
        "whole": counted.signal_class in (norms.URGENT, norms.OTHER),
    }  # fmt: skip


# --- certificates and suspensions ---


@router.get("/centre/certificates")
def certificates(request: HttpRequest) -> dict[str, Any]:
    """The centre's and everybody's, with statements and suspensions: who may see images, and until when."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.CERTIFICATE, None, actor.party_id))
    party = _party(actor)
    with tenancy.acting_as(party, actor.id):
        rows, statements = held.certificates(party), held.statements(party)
        suspensions = held.suspensions(party)
    staff = people.members(party, WORKING)
    names = _names(p for row in suspensions for p in (row.person_id, row.suspended_by, row.lifted_by) if p)
    names |= {person.id: person.display_name for person in staff}
    return {
        "certificates": [_certificate(row, names) for row in rows],
        "people": [
            {"id": str(person.id), "name": person.display_name,
             "confidential_until_ms": clock.ms(statements[person.id]) if person.id in statements else None,
             "suspended": any(s.person_id == person.id and s.lifted_at is None for s in suspensions)}
            for person in staff
        ],
        "suspensions": [_suspension(row, names) for row in suspensions],
        "schemes": [scheme.value for scheme in Scheme],
    }  # fmt: skip


@router.post("/centre/certificates")
def record_certificate(request: HttpRequest, body: CertificateIn) -> dict[str, Any]:
    """As it stands on paper; the days are UTC days, the last one is the first on which it holds no more."""
    actor = acting(request)
    require(actor, Action.RECORD, Resource(ResourceKind.CERTIFICATE, None, actor.party_id))
    party = _party(actor)
    if body.person_id is not None and body.person_id not in {p.id for p in people.members(party, tuple(Role))}:
        raise BadValue(_("This person does not work here."), action=_("Choose one of your people."))
    new = agreements.NewCertificate(
        body.person_id, body.scheme, body.number, body.issuer, _midnight(body.valid_from), _midnight(body.valid_to),
        body.document,
    )  # fmt: skip
    row = agreements.record_certificate(actor, party, new)
    return _certificate(row, _names([row.person_id] if row.person_id else []))


@router.post("/centre/certificates/{certificate_id}/withdraw")
def withdraw_certificate(request: HttpRequest, certificate_id: UUID) -> dict[str, Any]:
    """Its issuer took it back."""
    actor = acting(request)
    require(actor, Action.END, Resource(ResourceKind.CERTIFICATE, certificate_id, actor.party_id))
    row = agreements.withdraw_certificate(actor, _party(actor), certificate_id)
    return _certificate(row, _names([row.person_id] if row.person_id else []))


@router.post("/centre/suspensions")
def suspend(request: HttpRequest, body: SuspensionIn) -> dict[str, bool]:
    review_actions.suspend(acting(request), body.person_id, body.reason)
    return {"suspended": True}


@router.post("/centre/suspensions/{suspension_id}/lift")
def lift(request: HttpRequest, suspension_id: UUID, body: Reason) -> dict[str, bool]:
    """By another supervisor than who suspended, or by the administrator."""
    review_actions.lift(acting(request), suspension_id, body.reason)
    return {"lifted": True}


def _certificate(row: Certificate, names: dict[UUID, str]) -> dict[str, Any]:
    now = clock.now()
    over = row.valid_to <= now or (row.withdrawn_at is not None and row.withdrawn_at <= now)
    return {
        "id": str(row.id), "scheme": row.scheme, "number": row.number, "issuer": row.issuer,
        "person": {"id": str(row.person_id), "name": names.get(row.person_id, "")} if row.person_id else None,
        "valid_from_ms": clock.ms(row.valid_from), "valid_to_ms": clock.ms(row.valid_to),
        "withdrawn_ms": clock.ms(row.withdrawn_at) if row.withdrawn_at else None,
        "holds": row.valid_from <= now and not over, "days_left": max(0, (row.valid_to - now).days),
    }  # fmt: skip


def _suspension(row: Suspension, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(row.id), "person": {"id": str(row.person_id), "name": names.get(row.person_id, "")},
        "at_ms": clock.ms(row.suspended_at), "by": names.get(row.suspended_by, "") if row.suspended_by else "",
        "by_id": str(row.suspended_by) if row.suspended_by else None, "reason": row.reason,
        "lifted_ms": clock.ms(row.lifted_at) if row.lifted_at else None,
        "lifted_by": names.get(row.lifted_by, "") if row.lifted_by else None, "lifted_reason": row.lifted_reason,
    }  # fmt: skip


# --- small parts ---


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None  # a signed-in person acts for a party
    return actor.party_id


def _names(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    return people.person_names(person_ids)


def _sites(site_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of sites, within an acting party."""
    return dict(Site.objects.filter(id__in=set(site_ids)).values_list("id", "name"))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


# --- the opening key ---


@router.get("/centre/opening-key")
def opening_key(request: HttpRequest) -> dict[str, Any]:
    """The centre's certificate as it stands, and its newest opening key (`number`): whoever holds the certifying key
    makes the next certificate of them (`zegel certify`). Units release to the key that the certificate names."""
    actor = acting(request)
    require(actor, Action.ADD, Resource(ResourceKind.ARC_KEY, None, actor.party_id))
    assert actor.party_id is not None
    held = people.own_arc_key(actor.party_id)
    key = people.tenant_open_key(actor.party_id, seen_by=actor.party_id)
    if held is None or key is None:
        raise NotThere(_("This organisation has no opening key yet."), action=_("Found the alarm centre first."))
    return {
        "party_id": str(actor.party_id), "sign_pk": to_text(held[0]), "envelope": to_text(held[1]),
        "open_pk": to_text(key[1]), "number": key[2],
    }  # fmt: skip


@router.post("/centre/opening-key")
def certify(request: HttpRequest, body: CertifiedIn) -> dict[str, Any]:
    """Units take it at once: the links are woken."""
    actor = acting(request)
    require(actor, Action.ADD, Resource(ResourceKind.ARC_KEY, None, actor.party_id))
    return {"number": arc_keys.renew(actor, body.envelope).number}
