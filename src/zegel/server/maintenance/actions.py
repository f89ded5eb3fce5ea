# SPDX-License-Identifier: EUPL-1.2
"""A malfunction, a request to look, the owner's consent, the end. The principles that keep it safe (D1, D3):

- A look begins with a recorded malfunction, and with a technician's request that says which camera, why and how long.
- Only an owner consents, and consent is two things: his answer here, and a grant that his own client seals and signs.
  Without the grant there is no key, whatever is written here.
- What is granted is the live picture that begins with the consent, never an older one; a quarter of an hour at a time.
  The server says when a part ends, and can only end it sooner: the keys reach no further.
- Who asked for stills gets each of them when he asks for it, by a grant of its own that reaches twenty seconds at most.
- It ends as soon as the technician says that the camera works, when the owner stops it, with its time at the latest.
- Each step is in the ledger, and the owner is told of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zegel.server.footage import grants, live
from zegel.server.footage import queries as footage
from zegel.server.footage.models import Grant
from zegel.server.footage.rules import LIVE_SLOTS
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.maintenance import queries, rules, stock
from zegel.server.maintenance.errors import (
    AskedAlready,
    BadWords,
    NotNow,
    NotThatGrant,
    UnknownMalfunction,
    UnknownRequest,
)
from zegel.server.maintenance.models import Malfunction, Request, WorkReport
from zegel.server.maintenance.rules import End, Fault, FoundBy, MalfunctionState, Outcome, RequestState, Way
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera, Unit

GRANT_SLACK = timedelta(seconds=5)
MAINTENANCE = "maintenance"  # why the unit is asked for a picture
RUNNING = (RequestState.WAITING.value, RequestState.ALLOWED.value)

# --- malfunctions ---


def report(actor: Actor, unit_id: UUID, camera_id: UUID | None, fault: Fault, words: str = "") -> Malfunction:
    """A person says that something is the matter. The same fault of the same camera is one malfunction, whoever else
    reports it. Raises Denied, UnknownUnit, UnknownMalfunction (a camera of another unit), BadWords."""
    words = _words(words, rules.LONGEST_WORDS, "words")
    if fault is Fault.OTHER and not words:
        raise BadWords(_("Say what is the matter."), action=_("Write it in a sentence."), field="words")
    with work.transaction(actor) as w:
        unit = sites.lock_unit(unit_id)
        require(actor, Action.REPORT, _about(ResourceKind.MALFUNCTION, unit, camera_id))
        own = actor.party_id == unit.owner_id
        return _open(w, unit, camera_id, fault, FoundBy.CUSTOMER if own else FoundBy.PROVIDER, words, actor.id)


def found(owner_id: UUID, unit_id: UUID, camera_id: UUID | None, condition: str) -> Malfunction | None:
    """The unit, or what it reports each minute, says that something is the matter; None when that is no malfunction."""
    fault = rules.OF_REPORT.get(condition)
    if fault is None:
        return None
    with work.transaction(system(owner_id)) as w:
        unit = sites.lock_unit(unit_id)
        return _open(w, unit, camera_id, fault, FoundBy.UNIT, "", None, condition)


def over(owner_id: UUID, unit_id: UUID, camera_id: UUID | None, condition: str) -> None:
    """The unit says that it is well again: what nobody reported, and nobody asked about, is closed."""
    with work.transaction(system(owner_id)) as w:
        rows = Malfunction.objects.select_for_update().filter(
            unit_id=unit_id, camera_id=camera_id, condition=condition, state=MalfunctionState.OPEN.value,
            found_by=FoundBy.UNIT.value, words="",
        )  # fmt: skip
        for row in rows.order_by("id"):
            if not Request.objects.filter(malfunction=row).exists():
                _close(w, row, Outcome.BY_ITSELF, None)


def withdraw(actor: Actor, malfunction_id: UUID) -> Malfunction:
    """The owner says that it is well again; what runs because of it ends. Raises Denied, UnknownMalfunction, NotNow."""
    with work.transaction(actor) as w:
        row = _locked(malfunction_id)
        require(actor, Action.CLOSE, _about(ResourceKind.MALFUNCTION, sites.get_unit(row.unit_id), row.camera_id))
        if row.state != MalfunctionState.OPEN.value:
            raise NotNow
        _close(w, row, Outcome.WITHDRAWN, actor.id)
        return row


def _open(
    w: work.Work, unit: Unit, camera_id: UUID | None, fault: Fault, found_by: FoundBy, words: str,
    person_id: UUID | None, condition: str = "",
) -> Malfunction:  # fmt: skip
    if camera_id is not None and not Camera.objects.filter(id=camera_id, unit=unit).exists():
        raise UnknownMalfunction
    known = Malfunction.objects.select_for_update().filter(
        unit_id=unit.id, camera_id=camera_id, fault=fault.value, state=MalfunctionState.OPEN.value
    )
    row = known.first()
    if row is not None:
        return _add_words(row, words, person_id)
    row = Malfunction.objects.create(
        owner_id=unit.owner_id, provider_id=unit.provider_id, site_id=unit.site_id, unit_id=unit.id,
        camera_id=camera_id, fault=fault.value, condition=condition, found_by=found_by.value, words=words,
        reported_by=person_id, reported_at=clock.now(),
    )  # fmt: skip
    _note(w, row, "reported", fault=fault.value, found_by=found_by.value)
    w.publish("malfunction.opened", owner_id=row.owner_id, malfunction_id=row.id, unit_id=unit.id, site_id=row.site_id,
              camera_id=camera_id)  # fmt: skip
    return row


def _add_words(row: Malfunction, words: str, person_id: UUID | None) -> Malfunction:
    """What a person says of what the unit found already."""
    if words and not row.words:
        row.words, row.reported_by = words, person_id
        row.save(update_fields=["words", "reported_by"])
    return row


def _close(w: work.Work, row: Malfunction, outcome: Outcome, person_id: UUID | None) -> None:
    for request in Request.objects.select_for_update().filter(malfunction=row, state__in=RUNNING).order_by("id"):
        _end(w, request, End.CLOSED, person_id)
    row.state, row.outcome = MalfunctionState.CLOSED.value, outcome.value
    row.closed_at, row.closed_by = clock.now(), person_id
    row.save(update_fields=["state", "outcome", "closed_at", "closed_by"])
    _note(w, row, "closed", outcome=outcome.value)
    w.publish("malfunction.closed", owner_id=row.owner_id, malfunction_id=row.id, unit_id=row.unit_id,
              site_id=row.site_id, camera_id=row.camera_id)  # fmt: skip


# --- a request, and its answer ---


def ask(
    actor: Actor, malfunction_id: UUID, camera_id: UUID, reason: str, minutes: int, way: Way = Way.LIVE
) -> Request:
    """A technician asks to see a camera of the unit that is out of order. Raises Denied, UnknownMalfunction, NotNow,
    AskedAlready, BadWords."""
    reason = _words(reason, rules.LONGEST_WORDS, "reason")
    if len(reason) < 3:
        raise BadWords(_("A request has a reason."), action=_("Write why you must see the picture."), field="reason")
    _check_minutes(minutes)
    with work.transaction(actor) as w:
        row = _locked(malfunction_id)
        camera = _camera_of(row, camera_id)
        require(actor, Action.REQUEST, _about(ResourceKind.MAINTENANCE, camera.unit, camera.id))
        if row.state != MalfunctionState.OPEN.value or actor.id is None or actor.party_id is None:
            raise NotNow
        if Request.objects.filter(camera_id=camera_id, state__in=RUNNING).exists():
            raise AskedAlready
        request = _new_request(actor.id, actor.party_id, row, camera, reason, minutes, way)
        _note_request(w, request, "asked", minutes=minutes, way=way.value, reason=reason[:200])
        w.publish("maintenance.requested", owner_id=request.owner_id, **_ids(request))
        return request


def _new_request(
    person_id: UUID, party_id: UUID, row: Malfunction, camera: Camera, reason: str, minutes: int, way: Way
) -> Request:
    try:
        with transaction.atomic():
            return Request.objects.create(
                owner_id=row.owner_id, provider_id=row.provider_id, malfunction=row, unit_id=camera.unit_id,
                camera_id=camera.id, party_id=party_id, person_id=person_id, reason=reason, minutes_asked=minutes,
                way=way.value, asked_at=clock.now(), state=RequestState.WAITING.value,
            )  # fmt: skip
    except IntegrityError:
        raise AskedAlready from None


def allow(actor: Actor, request_id: UUID, minutes: int) -> Request:
    """The owner consents, for so many minutes from now; his unit is asked for a picture under fresh keys, which his
    client then grants (`give`). Of stills nothing begins before the technician asks for one. Raises Denied,
    UnknownRequest, NotNow, BadWords."""
    _check_minutes(minutes)
    with work.transaction(actor) as w:
        request, camera = _locked_request(request_id)
        require(actor, Action.GRANT, _camera_resource(camera))
        if request.state != RequestState.WAITING.value or _lapsed(request):
            raise NotNow
        now = clock.now()
        request.state, request.answered_by, request.answered_at = RequestState.ALLOWED.value, actor.id, now
        request.minutes, request.until_at = minutes, now + timedelta(minutes=minutes)
        if request.way == Way.STILL.value:
            request.save()
        else:
            _begin(w, request, camera)
        _note_request(w, request, "allowed", minutes=minutes)
        w.publish("maintenance.allowed", owner_id=request.owner_id, **_ids(request))
        return request


def go_on(actor: Actor, request_id: UUID) -> Request:
    """The owner's client begins the next part of what he consented to: a fresh picture, fresh keys. Harmless while a
    part runs. Raises Denied, UnknownRequest, NotNow."""
    with work.transaction(actor) as w:
        request, camera = _locked_request(request_id)
        require(actor, Action.GRANT, _camera_resource(camera))
        if request.state != RequestState.ALLOWED.value or _past(request.until_at):
            raise NotNow
        if (queries.running_grant(request) is None or request.trouble) and _may_begin(request):
            _begin(w, request, camera)
        return request


def want_still(actor: Actor, request_id: UUID) -> Request:
    """The technician who may have stills asks for one; the keys of the one before end. Raises Denied, UnknownRequest,
    NotNow (also for a colleague's, and while the one before is still on its way)."""
    with work.transaction(actor) as w:
        request, camera = _locked_request(request_id)
        require(actor, Action.REQUEST, _about(ResourceKind.MAINTENANCE, camera.unit, camera.id))
        mine = (request.person_id, request.party_id) == (actor.id, actor.party_id)
        allowed = request.state == RequestState.ALLOWED.value and not _past(request.until_at)
        if not mine or not allowed or request.way != Way.STILL.value or _on_its_way(request):
            raise NotNow
        if (grant := queries.running_grant(request)) is not None:
            grants.end_grant_now(w, grant, revoked=False)
        request.still_at, request.trouble = clock.now(), ""
        request.save(update_fields=["still_at", "trouble"])
        _note_request(w, request, "still")
        w.publish("maintenance.still", owner_id=request.owner_id, **_ids(request))
        return request


def _on_its_way(request: Request) -> bool:
    """A still was asked for just now, and neither keys nor a refusal of the unit came."""
    if request.still_at is None or clock.now() - request.still_at > rules.LIVE_WITHIN or request.trouble:
        return False
    begun = request.begun_at is not None and request.begun_at >= request.still_at
    return not (begun and request.grant_id is not None)


def _may_begin(request: Request) -> bool:
    """Not while the unit is still asked for the part before; a still only when one was asked for since the last."""
    if request.way == Way.STILL.value:
        return request.still_at is not None and (request.begun_at is None or request.still_at > request.begun_at)
    waited = request.begun_at is None or clock.now() - request.begun_at > rules.LIVE_WITHIN
    return waited or request.grant_id is not None or request.trouble != ""


def _begin(w: work.Work, request: Request, camera: Camera) -> None:
    assert request.until_at is not None
    request.live_id, request.begun_at = ids.new(), clock.now()
    request.epoch_id, request.grant_id, request.trouble = None, None, ""
    request.save()
    until = min(request.until_at, request.begun_at + timedelta(seconds=_seconds(request)))
    live.ask(w, camera, request.live_id, MAINTENANCE, round(until.timestamp() * 1000))


def _seconds(request: Request) -> int:
    """Of a part: so many of its seconds may be granted."""
    return rules.STILL_SECONDS if request.way == Way.STILL.value else LIVE_SLOTS


def begun(actor: Actor, request_id: UUID) -> tuple[Request, bytes | None]:
    """The owner's client waits for the signed epoch of the picture that began with his consent; None until it is there.
    Raises Denied, UnknownRequest."""
    with work.transaction(actor):
        request, camera = _locked_request(request_id)
        require(actor, Action.GRANT, _camera_resource(camera))
        if request.state != RequestState.ALLOWED.value:
            return request, None
        epoch = queries.begun_epoch(request)
        return request, None if epoch is None else next(iter(footage.epoch_envelopes([epoch.id])), None)


@live.others_look
def _technician_may_look(camera_id: UUID) -> bool:
    """From the consent on, also before he opened a view: his part begins with keys that the owner's device seals."""
    return Request.objects.filter(camera_id=camera_id, state=RequestState.ALLOWED.value).exists()


def live_ended(owner_id: UUID, live_id: UUID, code: str) -> None:
    """The unit sends no more, or would not begin: the owner is shown why."""
    with work.transaction(system(owner_id)) as w:
        request = Request.objects.select_for_update().filter(
            live_id=live_id, state=RequestState.ALLOWED.value
        ).first()  # fmt: skip
        if request is not None:
            request.trouble = code[:40]
            request.save(update_fields=["trouble"])
            w.publish("maintenance.changed", owner_id=owner_id, **_ids(request))


def give(actor: Actor, request_id: UUID, envelope: bytes) -> Request:
    """The grant that the owner's client sealed to the technician's company. Raises Denied, UnknownRequest, NotNow,
    NotThatGrant, GrantRefused."""
    with work.transaction(actor) as w:
        request, camera = _locked_request(request_id)
        require(actor, Action.GRANT, _camera_resource(camera))
        if request.state != RequestState.ALLOWED.value or _past(request.until_at):
            raise NotNow
        row = grants.store_grant(actor, envelope)
        _check_fits(request, row)
        request.grant_id, request.epoch_id = row.id, footage.granted_ranges(row)[0].epoch
        request.save(update_fields=["grant_id", "epoch_id"])
        w.publish("maintenance.granted", owner_id=request.owner_id, **_ids(request))
        return request


def _check_fits(request: Request, row: Grant) -> None:
    assert request.until_at is not None
    if row.camera_id != request.camera_id or row.recipient_party_id != request.party_id:
        raise NotThatGrant("another camera, or another company")
    if row.purpose != "maintenance":
        raise NotThatGrant("another purpose")
    if row.expires_at > request.until_at + GRANT_SLACK:
        raise NotThatGrant("it lasts longer than was consented to")
    if queries.granted_seconds(row) > _seconds(request):
        raise NotThatGrant("it opens more than was asked for")
    epoch = queries.begun_epoch(request)
    if epoch is None or any(part.epoch != epoch.id for part in footage.granted_ranges(row)):
        raise NotThatGrant("it is not of the picture that began with the consent")


def refuse(actor: Actor, request_id: UUID, words: str = "") -> Request:
    """The owner says no, with a word of why if he likes. Raises Denied, UnknownRequest, NotNow, BadWords."""
    words = _words(words, rules.LONGEST_REFUSAL, "refusal")
    with work.transaction(actor) as w:
        request, camera = _locked_request(request_id)
        require(actor, Action.GRANT, _camera_resource(camera))
        if request.state != RequestState.WAITING.value:
            raise NotNow
        request.refusal, request.answered_by, request.answered_at = words, actor.id, clock.now()
        _end(w, request, End.REFUSED, actor.id)
        return request


def stop(actor: Actor, request_id: UUID) -> Request:
    """The owner ends it at once. What has ended stays so. Raises Denied, UnknownRequest."""
    with work.transaction(actor) as w:
        request, camera = _locked_request(request_id)
        require(actor, Action.GRANT, _camera_resource(camera))
        if request.state == RequestState.ALLOWED.value:
            _end(w, request, End.STOPPED, actor.id)
        return request


def end(actor: Actor, request_id: UUID, *, works: bool) -> Request:
    """The technician is done: the camera works, or he needs to look no more. Raises Denied, UnknownRequest, NotNow."""
    with work.transaction(actor) as w:
        request, camera = _locked_request(request_id)
        require(actor, Action.END, _about(ResourceKind.MAINTENANCE, camera.unit, camera.id))
        if request.state not in RUNNING:
            raise NotNow
        allowed = request.state == RequestState.ALLOWED.value
        _end(w, request, End.WORKING if works and allowed else End.WITHDRAWN, actor.id)
        return request


def expire(owner_id: UUID) -> int:
    """The worker: what is past its time ends, and requests that nobody answered lapse."""
    with work.transaction(system(owner_id)) as w:
        now = clock.now()
        past = Request.objects.select_for_update().filter(state=RequestState.ALLOWED.value, until_at__lte=now)
        old = Request.objects.select_for_update().filter(
            state=RequestState.WAITING.value, asked_at__lte=now - rules.WAITS
        )
        rows = [*past.order_by("id"), *old.order_by("id")]
        for row in rows:
            _end(w, row, End.TIME if row.state == RequestState.ALLOWED.value else End.LAPSED, None)
        return len(rows)


def _end(w: work.Work, request: Request, why: End, person_id: UUID | None) -> None:
    """The grant's key is destroyed, the unit's picture stops, and who looked looks no more."""
    row = Grant.objects.select_for_update().filter(id=request.grant_id).first() if request.grant_id else None
    if row is not None:
        grants.end_grant_now(w, row, revoked=why is not End.TIME)
    if request.state == RequestState.ALLOWED.value and request.live_id is not None:
        camera = sites.find_camera(request.camera_id)
        if camera is not None:
            live.stop(w, camera, request.live_id, MAINTENANCE)
    now = clock.now()
    request.state = (RequestState.REFUSED if why is End.REFUSED else RequestState.ENDED).value
    request.ended_at, request.ended_by, request.end = min(now, request.until_at or now), person_id, why.value
    request.save()
    _note_request(w, request, "ended", end=why.value)
    w.publish("maintenance.ended", owner_id=request.owner_id, end=why.value, **_ids(request))


# --- the work report ---


@dataclass(frozen=True)
class Report:
    """`ref`: the device's own number of this report: sent again it is the same one. `parts`: {"name", "count"} used."""

    outcome: Outcome
    text: str
    ref: UUID
    minutes: int | None = None
    parts: Sequence[Mapping[str, Any]] = ()


def write_report(actor: Actor, malfunction_id: UUID, said: Report) -> WorkReport:
    """What was done. It closes the malfunction, unless it could not be repaired; the parts that were used come off the
    provider's stock, as far as they are in it. Raises Denied, UnknownMalfunction, NotNow, BadWords."""
    text = _words(said.text, 2000, "text")
    if len(text) < 3 or said.outcome not in rules.REPORTED:
        raise BadWords(_("A report says what was done."), action=_("Write it in a sentence."), field="text")
    parts = _parts(said.parts)
    with work.transaction(actor) as w:
        row = _locked(malfunction_id)
        unit = sites.get_unit(row.unit_id)
        require(actor, Action.CLOSE, _about(ResourceKind.MAINTENANCE, unit, row.camera_id))
        known = WorkReport.objects.filter(owner_id=row.owner_id, ref=said.ref).first()
        if known is not None:
            return known
        if row.state != MalfunctionState.OPEN.value or actor.id is None:
            raise NotNow
        for part in parts:
            part["taken"] = stock.take(w, actor, part["name"], part["count"], row.site_id)
        written = WorkReport.objects.create(
            owner_id=row.owner_id, provider_id=row.provider_id, malfunction=row, person_id=actor.id,
            outcome=said.outcome.value, text=text, minutes=said.minutes, parts=parts, ref=said.ref, at=clock.now(),
        )  # fmt: skip
        _note(w, row, "worked", outcome=said.outcome.value, report=written.id)
        if said.outcome is not Outcome.NOT_REPAIRED:
            _close(w, row, said.outcome, actor.id)
        return written


def _parts(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(parts) > rules.MOST_PARTS:
        raise BadWords(_("A report names at most 20 parts."), action=_("Write the rest in the text."), field="parts")
    found = []
    for part in parts:
        name, count = str(part.get("name", "")).strip()[:120], part.get("count", 1)
        if not name or not isinstance(count, int) or not 1 <= count <= 999:
            raise BadWords(_("A part has a name and a number."), action=_("Correct it."), field="parts")
        found.append({"name": name, "count": count})
    return found


# --- what they share ---


def _locked(malfunction_id: UUID) -> Malfunction:
    row = Malfunction.objects.select_for_update().filter(id=malfunction_id).first()
    if row is None:
        raise UnknownMalfunction
    return row


def _locked_request(request_id: UUID) -> tuple[Request, Camera]:
    request = Request.objects.select_for_update().filter(id=request_id).first()
    camera = None if request is None else sites.find_camera(request.camera_id)
    if request is None or camera is None:
        raise UnknownRequest
    return request, camera


def _camera_of(row: Malfunction, camera_id: UUID) -> Camera:
    """The camera that is out of order; any of the unit's when the whole unit is."""
    camera = sites.find_camera(camera_id)
    if camera is None or camera.unit_id != row.unit_id or row.camera_id not in {None, camera_id}:
        raise UnknownMalfunction
    return camera


def _about(kind: ResourceKind, unit: Unit, camera_id: UUID | None) -> Resource:
    of = {"unit": unit.id, "site": unit.site_id}
    return Resource(kind, camera_id, unit.owner_id, of if camera_id is None else of | {"camera": camera_id})


def _camera_resource(camera: Camera) -> Resource:
    return Resource(
        ResourceKind.CAMERA, camera.id, camera.owner_id, {"unit": camera.unit_id, "site": camera.unit.site_id}
    )


def _lapsed(request: Request) -> bool:
    return clock.now() - request.asked_at > rules.WAITS


def _past(until: datetime | None) -> bool:
    return until is None or until <= clock.now()


def _words(text: str, most: int, field: str) -> str:
    text = " ".join(text.split())
    if len(text) > most:
        raise BadWords(_("This is too long."), action=_("Shorten it."), field=field)
    return text


def _check_minutes(minutes: int) -> None:
    try:
        rules.minutes_asked(minutes)
    except ValueError:
        raise BadWords(
            _("A look for maintenance lasts 1 to 60 minutes."), action=_("Choose how long."), field="minutes"
        ) from None


def _ids(request: Request) -> dict[str, UUID]:
    return {
        "request_id": request.id, "malfunction_id": request.malfunction_id, "camera_id": request.camera_id,
        "unit_id": request.unit_id,
    }  # fmt: skip


def _note(w: work.Work, row: Malfunction, what: str, **more: Fact) -> None:
    facts: dict[str, Fact] = {"what": what, "malfunction": row.id, "unit": row.unit_id, "camera": row.camera_id, **more}
    w.record(Entry(Kind.MAINTENANCE, row.owner_id, facts, row.camera_id or row.unit_id))


def _note_request(w: work.Work, request: Request, what: str, **more: Fact) -> None:
    facts: dict[str, Fact] = {
        "what": what, "request": request.id, "malfunction": request.malfunction_id, "camera": request.camera_id,
        "technician": request.person_id, "party": request.party_id, **more,
    }  # fmt: skip
    w.record(Entry(Kind.MAINTENANCE, request.owner_id, facts, request.camera_id))
