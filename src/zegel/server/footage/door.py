# SPDX-License-Identifier: EUPL-1.2
"""The door: the one way to a sealed segment or release. There is no other; a test walks every route to prove it.

What keeps it safe:
- Log before serve. The view's entry is durable in the ledger before a lease exists; no entry, no lease; no lease, no
  byte.
- A lease is one person's, for one purpose, camera and track. It covers at most 60 slots at a time, for at most 60
  seconds,
  and each renewal is an entry of its own that says what it adds.
- Every fetch asks again: is the lease running, whose is it, does it cover this slot, is the alarm's window open, does
  the
  gate still say yes. (The gate's yes is reused for one second; lease and window are read each time.)
- Releases are handed out here only, only to the alarm centre they are sealed to, only while the window is open, logged.
- While the customer can still recall (the window's hold) nothing is handed out at all, and nobody has a lease. As many
  people look at an alarm as its window allows; who comes after them is refused.
- A technician sees the live picture that the owner granted, under the epoch that the grant names, and nothing else.
  When the grant ends, his view does.
- The owner's live view passes here too: each of its minutes is logged before it is relayed, and whoever relays it asks
  `live_now` each second. The relay stores nothing, so what a minute covers is a time, not slots.
- An ended window stays shut. A reopening shows what was released then, under a purpose of its own, for its own time.
- On an authority's order ciphertext and the units' lists are handed over, never an epoch, a release or a grant: what
  lies in them are keys, sealed to somebody who can be asked himself.
- A guard who was sent has no account: he gets a picture that an operator sealed to his phone's key, by his errand's
  token, while the gate would still let that operator answer for it. Each time is a view in the log, before the bytes.
- What leaves is ciphertext. Nothing here, and nothing the server holds, opens it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from zegel.seal import encoding
from zegel.server import gate
from zegel.server.footage import actions, live, live_switch, pack_reader, queries, rules
from zegel.server.footage.errors import (
    BadRange,
    HoldBeforeLook,
    LeaseEnded,
    NothingToShow,
    NotLooking,
    PurposeNotConfirmed,
    TooManyViewers,
    ViewNotLogged,
    WindowClosed,
)
from zegel.server.footage.models import (
    Deadline,
    DeadlineKind,
    Epoch,
    Grant,
    GuardPicture,
    Lease,
    LeaseShare,
    MailLook,
    MailPicture,
    Manifest,
    Release,
    Reopening,
    Segment,
    Window,
)
from zegel.server.footage.rules import OF_ALARMS, GrantPurpose, Purpose, SlotRange, Track
from zegel.server.gate import Action, Denied, Resource, ResourceKind
from zegel.server.kernel import clock, ids, locks, shred, storage, tenancy, work
from zegel.server.kernel.actor import Actor, ActorKind, system
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger import actions as ledger
from zegel.server.ledger.errors import LedgerError
from zegel.server.people import queries as people
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera

MAX_FETCHED_AT_ONCE = 120
MAX_BYTES_AT_ONCE = 8 * 1024 * 1024
MAX_RANGES = 64
GATE_ANSWER_LASTS_S = 1.0
LEASE_LASTS = timedelta(milliseconds=rules.LEASE_MS)
MAX_SPAN_MS = 31 * 24 * 3600 * 1000
CAME_LATE_MS = 120_000
HANDED_AT_ONCE_MS = 3_600_000
MOST_HANDED_BYTES = 200 * 1024 * 1024

Times = tuple[int | None, int | None]

_allowed_until: dict[tuple[UUID, str | None], float] = {}


@dataclass(frozen=True)
class ViewRequest:
    """What somebody wants to see and why. Either `ranges`, or a time (ms UTC), or, for an alarm, neither: all
    released. `confirmed`: who looks live at his own camera said what for (C11)."""

    camera_id: UUID
    track: Track
    purpose: Purpose
    alarm_id: UUID | None = None
    ranges: tuple[SlotRange, ...] = ()
    from_ms: int | None = None
    to_ms: int | None = None
    confirmed: bool = False

    @property
    def own_live(self) -> bool:
        return self.track is Track.LIVE and self.purpose is Purpose.OWN_USE


@dataclass(frozen=True)
class Listed:
    """A segment that the lease covers; fetch it by `id`."""

    id: str
    epoch: UUID
    slot: int
    seq: int
    random_access: bool
    size: int
    sha256: bytes


@dataclass(frozen=True)
class View:
    """A lease, and what the viewer needs besides the ciphertext. `index` and `promise` are the ledger's."""

    lease_id: UUID
    index: int
    promise: bytes
    expires_ms: int
    epochs: Sequence[bytes]
    segments: Sequence[Listed]
    releases: Sequence[bytes]
    manifests: Sequence[bytes]
    more: bool
    grants: Sequence[bytes] = ()
    kept: Sequence[queries.Left] = ()


# --- opening and renewing ---


def open_view(actor: Actor, request: ViewRequest) -> View:
    """A lease on the first slots of what is wanted. Raises Denied, NothingToShow, BadRange, ViewNotLogged."""
    actor = replace(actor, purpose=request.purpose.value)
    with tenancy.acting_as(actor.party_id, actor.id):
        camera = _camera(request.camera_id)
        window = _hold_window(request.alarm_id)
        _require(actor, Action.VIEW, camera, request.alarm_id, window)
        if request.own_live:
            return _open_live(actor, camera, request)
        reopening = _reopening_of(request)
        _take_place(actor, request, window)
        share, more = _share(camera, request, None)
        if not share and not _may_come(request):
            raise NothingToShow
        releases = _releases(actor, request, ())
        lease_id = ids.new()
        times = _times(share)
        receipts = _log(actor, camera, request, lease_id, share, times, releases, reopening)
        with work.transaction(actor) as w:
            lease = _new_lease(actor, camera, request, lease_id, receipts[0].index, reopening)
            _tell_if_recalled(w, lease, reopening)
            lists = _manifests(lease, request, times)
            return _give(w, lease, share, releases, receipts[0], more, lists)


def renew(actor: Actor, lease_id: UUID) -> View:
    """The same lease, with what came or remained since. Raises LeaseEnded, Denied, ViewNotLogged."""
    with tenancy.acting_as(actor.party_id, actor.id):
        _hold_window(_running(actor, lease_id).alarm_id)  # the window before the lease: so does whoever ends it
        lease = _running(actor, lease_id, lock=True)
        actor = replace(actor, purpose=lease.purpose)
        camera = _camera(lease.camera_id)
        gate.require(actor, Action.VIEW, _resource(camera, lease.alarm_id))
        request = _request_of(lease)
        if request.own_live:
            return _renew_live(actor, camera, lease, request)
        reopening = _reopening_of(request)
        share, more = _share(camera, _from_where_it_was(lease, request), lease.id)
        releases = _releases(actor, request, lease.releases_handed)
        if not share and not releases:
            return _nothing_new(lease)
        times = _times(share)
        receipts = _log(actor, camera, request, lease.id, share, times, releases, reopening)
        with work.transaction(actor) as w:
            lists = _manifests(lease, request, times)
            return _give(w, lease, share, releases, receipts[0], more, lists)


def end_view(actor: Actor, lease_id: UUID) -> None:
    """The viewer is done; the last entry says how long he looked. Ending what has ended is harmless."""
    if actor.id is None or actor.party_id is None:
        raise LeaseEnded
    with work.transaction(actor) as w:
        mine = Lease.objects.select_for_update().filter(id=lease_id, person_id=actor.id, party_id=actor.party_id)
        lease = mine.filter(ended_at__isnull=True).first()
        if lease is not None:
            actions.end_lease(w, lease)


# --- the owner's live view ---


@dataclass(frozen=True)
class LiveNow:
    """What a running live view covers now: `ranges` of a grant, or, None, whatever its camera sends."""

    lease_id: UUID
    camera_id: UUID
    expires_ms: int
    ranges: tuple[SlotRange, ...] | None

    def covers(self, epoch: UUID, slot: int) -> bool:
        return self.ranges is None or rules.covered(self.ranges, epoch, slot)


def live_now(actor: Actor, lease_id: UUID) -> LiveNow:
    """Whether it may go on, asked each second by who relays. Raises LeaseEnded, Denied."""
    with tenancy.acting_as(actor.party_id, actor.id):
        lease = _running(actor, lease_id)
        if lease.track != int(Track.LIVE):
            raise LeaseEnded
        asking = replace(actor, purpose=lease.purpose)
        gate.require(asking, Action.VIEW, _resource(_camera(lease.camera_id), lease.alarm_id))
        granted = (part for row in _grants_of(lease) for part in queries.granted_ranges(row))
        ranges = None if lease.purpose == Purpose.OWN_USE.value else tuple(granted)
        return LiveNow(lease.id, lease.camera_id, clock.ms(lease.expires_at), ranges)


def live_epoch(actor: Actor, lease_id: UUID, epoch_id: UUID) -> bytes:
    """The signed epoch that a live picture came in. Raises LeaseEnded, NothingToShow, Denied."""
    now = live_now(actor, lease_id)
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Epoch.objects.filter(id=epoch_id, camera_id=now.camera_id, track=int(Track.LIVE)).exists()
        if not found or (now.ranges is not None and epoch_id not in {part.epoch for part in now.ranges}):
            raise NothingToShow
        envelopes = queries.epoch_envelopes([epoch_id])
        if not envelopes:
            raise NothingToShow
        return envelopes[0]


def _open_live(actor: Actor, camera: Camera, request: ViewRequest) -> View:
    """Logged, then asked of the unit, which decides by what its owner signed. Raises PurposeNotConfirmed."""
    if not request.confirmed:
        raise PurposeNotConfirmed
    lease_id, now_ms = ids.new(), clock.now_ms()
    receipt = _log_live(actor, camera, request, lease_id, now_ms)
    with work.transaction(actor) as w:
        lease = _new_lease(actor, camera, request, lease_id, receipt.index, None)
        live.start(w, camera, lease)
        w.publish("live.opened", owner_id=camera.owner_id, lease_id=lease_id, camera_id=camera.id,
                  person_id=lease.person_id, party_id=lease.party_id, purpose=lease.purpose)  # fmt: skip
    return _live_view(lease, receipt)


def _renew_live(actor: Actor, camera: Camera, lease: Lease, request: ViewRequest) -> View:
    """The next minute, logged. Raises LeaseEnded when it lasted as long as one look may."""
    now = clock.now()
    if now - lease.opened_at > live.LONGEST:
        raise LeaseEnded
    receipt = _log_live(actor, camera, request, lease.id, clock.ms(now))
    with work.transaction(actor) as w:
        _extend(lease, ())
        live.start(w, camera, lease)
        w.publish("view.logged", owner_id=lease.owner_id, lease_id=lease.id, camera_id=camera.id, index=receipt.index)
    return _live_view(lease, receipt)


def _log_live(actor: Actor, camera: Camera, request: ViewRequest, lease_id: UUID, now_ms: int) -> Any:
    facts: dict[str, Any] = {
        "lease": lease_id, "camera": camera.id, "track": int(request.track), "purpose": request.purpose.value,
        "role": actor.role or "", "slots": rules.LEASE_SLOTS, "from_ms": now_ms, "to_ms": now_ms + rules.LEASE_MS,
        "address": actor.address[:64], "confirmed": True,
    }  # fmt: skip
    try:
        return ledger.append(Entry(Kind.VIEW, camera.owner_id, facts, camera.id), actor)
    except LedgerError as error:
        raise ViewNotLogged from error


def _live_view(lease: Lease, receipt: Any) -> View:
    return View(lease.id, receipt.index, receipt.promise, clock.ms(lease.expires_at), (), (), (), (), False)


# --- what is done while looking ---


def verify(actor: Actor, alarm_id: UUID, camera_id: UUID) -> tuple[int, int]:
    """The viewer asks to see more than a blur, to judge the alarm: logged with its time. Returns the entry's number and
    the time (ms). Raises Denied, HoldBeforeLook, NotLooking."""
    lease = looking(actor, alarm_id, camera_id)
    actor = replace(actor, purpose=lease.purpose)
    with work.transaction(actor) as w:
        camera, _ = for_action(actor, Action.VERIFY, alarm_id, camera_id)
        locked = _running(actor, lease.id, lock=True)
        now = clock.now()
        locked.verified_at = locked.verified_at or now
        locked.save(update_fields=["verified_at"])
        facts: dict[str, Any] = {
            "lease": lease.id, "alarm": alarm_id, "camera": camera_id, "purpose": lease.purpose,
            "role": actor.role or "", "address": actor.address[:64],
        }  # fmt: skip
        w.record(Entry(Kind.VERIFY, camera.owner_id, facts, camera.id))
    return w.receipts[0].index, clock.ms(now)


def for_action(actor: Actor, action: Action, alarm_id: UUID | None, camera_id: UUID) -> tuple[Camera, Window | None]:
    """Within the running work: the camera and the alarm's window, locked, when the gate says yes. Raises Denied,
    HoldBeforeLook, NothingToShow."""
    window, camera = _hold_window(alarm_id), _camera(camera_id)
    _require(actor, action, camera, alarm_id, window)
    return camera, window


def looking(actor: Actor, alarm_id: UUID | None, camera_id: UUID) -> Lease:
    """The acting person's running view of this camera in this alarm, or, without one, live. Raises NotLooking."""
    if actor.id is None or actor.party_id is None:
        raise NotLooking
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Lease.objects.filter(
            alarm_id=alarm_id, camera_id=camera_id, person_id=actor.id, party_id=actor.party_id, role=actor.role or "",
            ended_at__isnull=True, expires_at__gt=clock.now(),
        )  # fmt: skip
        if alarm_id is None:
            rows = rows.filter(track=int(Track.LIVE))
        lease = rows.order_by("-opened_at").first()
    if lease is None:
        raise NotLooking
    return lease


# --- fetching ---


def fetch(actor: Actor, lease_id: UUID, segment_ids: Sequence[str]) -> list[bytes]:
    """The sealed segments, in the order asked, as far as 8 MiB go (always at least one).

    Raises LeaseEnded (also for a segment that the lease does not cover), WindowClosed, Denied, StorageError.
    """
    if not 1 <= len(segment_ids) <= MAX_FETCHED_AT_ONCE:
        raise BadRange
    keys = [_segment_key(text) for text in segment_ids]
    if actor.id is None or actor.party_id is None:
        raise LeaseEnded
    with tenancy.acting_as(actor.party_id, actor.id):
        lease = queries.running(lease_id, actor.id, actor.party_id, actor.role or "")
        _still_allowed(actor, lease)
        places = _places(lease_id, keys)
        return pack_reader.read(_within(places, MAX_BYTES_AT_ONCE))


def _segment_key(text: str) -> tuple[UUID, int]:
    epoch, _, seq = text.partition(".")
    if not seq.isdigit() or len(seq) > 10:
        raise LeaseEnded
    return ids.from_text(epoch), int(seq)


def _places(lease_id: UUID, keys: Sequence[tuple[UUID, int]]) -> list[pack_reader.Place]:
    found = queries.covered_places(lease_id, keys)
    if not found.keys() >= set(keys):
        raise LeaseEnded
    return [pack_reader.Place(key[0], *found[key]) for key in keys]


def _within(places: Sequence[pack_reader.Place], most: int) -> Sequence[pack_reader.Place]:
    total = 0
    for count, place in enumerate(places):
        total += place.size + 4
        if total > most and count:
            return places[:count]
    return places


def _running(actor: Actor, lease_id: UUID, *, lock: bool = False) -> Lease:
    if actor.id is None or actor.party_id is None:
        raise LeaseEnded
    rows = Lease.objects.select_for_update() if lock else Lease.objects.all()
    lease = rows.filter(id=lease_id, person_id=actor.id, party_id=actor.party_id, role=actor.role or "").first()
    if lease is None or lease.ended_at is not None or lease.expires_at <= clock.now():
        if lease is not None and lease.alarm_id is not None and not _alarm_open(lease):
            raise WindowClosed
        raise LeaseEnded
    return lease


def _alarm_open(lease: Lease) -> bool:
    """The window that the lease lives by, or the reopening, is open."""
    assert lease.alarm_id is not None
    if lease.reopening_id is None:
        return queries.is_open(queries.window_of(lease.alarm_id))
    running = queries.running_reopening(lease.alarm_id)
    return running is not None and running.id == lease.reopening_id


def _still_allowed(actor: Actor, lease: queries.Running | None) -> None:
    """Lease and window each time; the gate's answer at most a second old."""
    if lease is None:
        raise LeaseEnded
    if not lease.window_open:
        raise WindowClosed
    if not lease.runs:
        raise LeaseEnded
    key, now = (lease.lease_id, actor.role), clock.monotonic()
    if _allowed_until.get(key, 0.0) > now:
        return
    asking = replace(actor, purpose=lease.purpose)
    gate.require(asking, Action.VIEW, _resource(_camera(lease.camera_id), lease.alarm_id))
    if len(_allowed_until) > 10_000:
        _allowed_until.clear()
    _allowed_until[key] = now + GATE_ANSWER_LASTS_S


# --- what is wanted ---


def _camera(camera_id: UUID) -> Camera:
    camera = sites.find_camera(camera_id)
    if camera is None:
        raise NothingToShow
    return camera


def _hold_window(alarm_id: UUID | None) -> Window | None:
    """Whoever wants to end the window waits until this view is given; whoever comes after finds it ended."""
    return None if alarm_id is None else Window.objects.select_for_update().filter(alarm_id=alarm_id).first()


# What says that the window is not the asker's, or not open: then he is not told until when it is held.
_NOT_HIS = frozenset({"serves_as_arc", "camera_of_owner", "alarm_open", "window_open"})


def _require(actor: Actor, action: Action, camera: Camera, alarm_id: UUID | None, window: Window | None) -> None:
    """The gate's yes. Raises HoldBeforeLook, with the time of its end, rather than Denied, to whose window it is."""
    try:
        gate.require(actor, action, _resource(camera, alarm_id))
    except Denied as denied:
        missing = set(denied.decision.missing)
        if "hold_over" in missing and not missing & _NOT_HIS and window is not None and window.look_after is not None:
            raise HoldBeforeLook(clock.ms(window.look_after)) from None
        raise


def _reopening_of(request: ViewRequest) -> Reopening | None:
    """What a look at an earlier alarm lives by. Raises WindowClosed."""
    if request.purpose is not Purpose.ALARM_FOLLOWUP or request.alarm_id is None:
        return None
    found = queries.running_reopening(request.alarm_id)
    if found is None:
        raise WindowClosed
    return found


def _take_place(actor: Actor, request: ViewRequest, window: Window | None) -> None:
    """Under the window's lock. Somebody who looks already (at another camera of the alarm) has his place. Raises
    TooManyViewers."""
    if request.purpose not in OF_ALARMS or request.alarm_id is None or window is None:
        return
    others = {viewer.person_id for viewer in queries.viewers([request.alarm_id]).get(request.alarm_id, ())}
    if actor.id not in others and len(others) >= window.max_viewers:
        raise TooManyViewers(window.max_viewers)


def _tell_if_recalled(w: work.Work, lease: Lease, reopening: Reopening | None) -> None:
    """Pictures of an alarm that the customer had withdrawn: he and the supervisor hear of each look."""
    if reopening is not None and reopening.after_recall:
        w.publish("view.after_recall", owner_id=lease.owner_id, alarm_id=lease.alarm_id, camera_id=lease.camera_id,
                  lease_id=lease.id, reopening_id=reopening.id, arc_id=reopening.arc_party_id)  # fmt: skip


def _resource(camera: Camera, alarm_id: UUID | None) -> Resource:
    of = {"unit": camera.unit_id, "site": camera.unit.site_id}
    return Resource(
        ResourceKind.CAMERA, camera.id, camera.owner_id, of if alarm_id is None else of | {"alarm": alarm_id}
    )


def _share(camera: Camera, request: ViewRequest, lease_id: UUID | None) -> tuple[Sequence[rules.Slot], bool]:
    """The next slots that the lease has not covered yet, in order of time, and whether there are more. Reads one more
    than it gives, and no further, whether an hour or a month is asked for."""
    return rules.lease_share(queries.unseen_slots(_wanted(camera, request), lease_id, rules.LEASE_SLOTS + 1))


def _from_where_it_was(lease: Lease, request: ViewRequest) -> ViewRequest:
    """A view of a time goes forward: its renewal looks on from what it showed last, and a little back for what came
    late. (What came later still is there for who opens that time again.)"""
    seen_ms = lease.wanted.get("seen_ms")
    if seen_ms is None or request.from_ms is None or request.to_ms is None:
        return request
    return replace(request, from_ms=min(max(request.from_ms, seen_ms - CAME_LATE_MS), request.to_ms - 1))


def _wanted(camera: Camera, request: ViewRequest) -> Iterable[SlotRange]:
    """The slots that the request may ever cover: to the alarm centre what was released, to the owner what he names."""
    if request.purpose in OF_ALARMS:
        if request.alarm_id is None or request.track is not Track.SURVEILLANCE:
            raise BadRange
        released = rules.ranges_of(rules.slots_of(queries.released_ranges(request.alarm_id, camera.id)))
        return _cut(_without_live(camera, request, released), request.ranges)
    if request.purpose is Purpose.MAINTENANCE:
        return [part for row in _granted(camera, request) for part in queries.granted_ranges(row)]
    if request.ranges:
        return _checked(camera, request)
    if request.from_ms is None or request.to_ms is None or not 0 < request.to_ms - request.from_ms <= MAX_SPAN_MS:
        raise BadRange
    return _of_time(camera, request.track, request.from_ms, request.to_ms)


def _without_live(camera: Camera, request: ViewRequest, ranges: tuple[SlotRange, ...]) -> tuple[SlotRange, ...]:
    """Where the centres' live view is switched off, they see what led to the alarm and nothing later (S8)."""
    if request.purpose is not Purpose.ALARM_VERIFICATION or request.alarm_id is None:
        return ranges
    window = queries.window_of(request.alarm_id)
    if window is None or live_switch.is_on(camera.unit.site.profile, clock.now().date()):
        return ranges
    starts = dict(Epoch.objects.filter(id__in={part.epoch for part in ranges}).values_list("id", "start_ms"))
    end_ms = window.raised_ms + live_switch.AFTER_S * 1000
    return rules.ranges_of(
        (epoch, slot) for epoch, slot in rules.slots_of(ranges) if starts[epoch] + slot * rules.SLOT_MS < end_ms
    )


def _granted(camera: Camera, request: ViewRequest) -> list[Grant]:
    """What the owner granted of exactly this camera and track to the party that asks. Raises NothingToShow."""
    party = tenancy.current_party()
    rows = queries.grants_for(camera.id, int(request.track), party, GrantPurpose.MAINTENANCE)
    if not rows:
        raise NothingToShow
    return rows


def _cut(ranges: tuple[SlotRange, ...], to: tuple[SlotRange, ...]) -> tuple[SlotRange, ...]:
    if not to:
        return ranges
    asked = set(rules.slots_of(to))
    return rules.ranges_of(slot for slot in rules.slots_of(ranges) if slot in asked)


def _checked(camera: Camera, request: ViewRequest) -> tuple[SlotRange, ...]:
    if len(request.ranges) > MAX_RANGES:
        raise BadRange
    wanted = {part.epoch for part in request.ranges}
    if Epoch.objects.filter(id__in=wanted, camera_id=camera.id, track=request.track).count() != len(wanted):
        raise NothingToShow
    return request.ranges


def _of_time(camera: Camera, track: Track, from_ms: int, to_ms: int) -> Iterator[SlotRange]:
    """Each epoch's slots in that time; the first one from its last random-access point on, so that it can be shown.
    An epoch that ended before that time has nothing of it, and lends no lead either."""
    for epoch in queries.epochs_between(camera.id, track, from_ms, to_ms):
        first, last = rules.slots_between(epoch.start_ms, from_ms, to_ms)
        ended = bool(first) and epoch.closed_at is not None and not queries.has_segments(epoch.id, first, last)
        if first < last and not ended:
            yield SlotRange(epoch.id, queries.lead_slot(epoch.id, first) if first else 0, last)


def _may_come(request: ViewRequest) -> bool:
    """Images of an alarm are on their way once its keys are; an owner may wait for what is recorded now."""
    if request.purpose in (Purpose.ALARM_VERIFICATION, Purpose.MAINTENANCE):
        return True
    return request.to_ms is not None and request.to_ms > clock.now_ms()


def _releases(actor: Actor, request: ViewRequest, handed: Sequence[str]) -> list[Release]:
    """Parts that this lease has not handed out yet, for exactly the alarm centre they are sealed to. Of every camera of
    the alarm: they are one chain, and a viewer that got half of it could not tell what is kept from him."""
    if request.purpose not in OF_ALARMS or request.alarm_id is None:
        return []
    known = set(handed)
    return [
        row
        for row in queries.releases_of(request.alarm_id)
        if row.arc_party_id == actor.party_id and bytes(row.hash).hex() not in known
    ]


# --- logging and giving ---


def _log(
    actor: Actor, camera: Camera, request: ViewRequest, lease_id: UUID, share: Sequence[rules.Slot], times: Times,
    releases: Sequence[Release], reopening: Reopening | None,
) -> Sequence[Any]:  # fmt: skip
    """Durable when it returns; the view's own receipt first. Raises ViewNotLogged, and then nothing is served.

    Who, for whom and when are the entry's own; the facts say as what, why, from where, and exactly which seconds
    (`seconds`: the slots of each epoch)."""
    from_ms, to_ms = times
    facts: dict[str, Any] = {
        "lease": lease_id, "camera": camera.id, "track": int(request.track), "purpose": request.purpose.value,
        "alarm": request.alarm_id, "role": actor.role or "", "slots": len(share), "from_ms": from_ms, "to_ms": to_ms,
        "address": actor.address[:64], "seconds": _packed(share),
    }  # fmt: skip
    if reopening is not None:
        facts |= {"reopening": reopening.id, "reason": reopening.reason}
    entries = [Entry(Kind.VIEW, camera.owner_id, facts, camera.id)]
    entries += [_handed(camera, request, lease_id, rows) for rows in _by_camera(releases)]
    try:
        return ledger.append_many(entries, actor)
    except LedgerError as error:
        raise ViewNotLogged from error


def _packed(share: Sequence[rules.Slot]) -> bytes:
    """CBOR [[epoch, from slot, to slot]…], at most 60 slots."""
    return encoding.encode([[part.epoch.bytes, part.from_slot, part.to_slot] for part in rules.ranges_of(share)])


def _by_camera(releases: Sequence[Release]) -> list[list[Release]]:
    cameras = dict.fromkeys(row.camera_id for row in releases)
    return [[row for row in releases if row.camera_id == camera] for camera in cameras]


def _handed(camera: Camera, request: ViewRequest, lease_id: UUID, rows: Sequence[Release]) -> Entry:
    facts: dict[str, Any] = {
        "lease": lease_id, "camera": rows[0].camera_id, "alarm": request.alarm_id, "count": len(rows),
        "parts": ",".join(str(row.part) for row in rows[:50]),
    }  # fmt: skip
    return Entry(Kind.RELEASE_HANDED, camera.owner_id, facts, rows[0].camera_id)


def _times(share: Sequence[rules.Slot]) -> Times:
    """From and to (ms UTC) of the slots, by their epochs' signed start."""
    starts = dict(Epoch.objects.filter(id__in={epoch for epoch, _ in share}).values_list("id", "start_ms"))
    times = [starts[epoch] + slot * rules.SLOT_MS for epoch, slot in share]
    return (min(times), max(times) + rules.SLOT_MS) if times else (None, None)


def _new_lease(
    actor: Actor, camera: Camera, request: ViewRequest, lease_id: UUID, index: int, reopening: Reopening | None
) -> Lease:
    now = clock.now()
    if actor.id is None or actor.party_id is None:
        raise LeaseEnded
    until = _lasts_until(camera.id, int(request.track), actor.party_id, request.purpose.value)
    lease = Lease.objects.create(
        id=lease_id, owner_id=camera.owner_id, provider_id=camera.provider_id, person_id=actor.id,
        party_id=actor.party_id, role=actor.role or "", purpose=request.purpose.value, camera_id=camera.id,
        track=int(request.track), alarm_id=request.alarm_id, wanted=_remember(request), ledger_index=index,
        reopening_id=None if reopening is None else reopening.id,
        opened_at=now, expires_at=until,
    )  # fmt: skip
    Deadline.objects.create(id=lease.id, kind=DeadlineKind.LEASE, owner_id=lease.owner_id, at=until)
    return lease


def _lasts_until(camera_id: UUID, track: int, party_id: UUID, purpose: str) -> datetime:
    """A minute from now; a view by a grant never outlasts it. Raises NothingToShow when that grant has ended."""
    until = clock.now() + LEASE_LASTS
    if purpose != Purpose.MAINTENANCE.value:
        return until
    grants = queries.grants_for(camera_id, track, party_id, GrantPurpose.MAINTENANCE)
    if not grants:
        raise NothingToShow
    return min(until, max(row.expires_at for row in grants))


def _give(
    w: work.Work, lease: Lease, share: Sequence[rules.Slot], releases: Sequence[Release], receipt: Any, more: bool,
    lists: Sequence[Manifest],
) -> View:  # fmt: skip
    ranges = rules.ranges_of(share)
    _extend(lease, releases)
    LeaseShare.objects.bulk_create([
        LeaseShare(
            lease=lease, owner_id=lease.owner_id, provider_id=lease.provider_id, epoch_id=part.epoch,
            from_slot=part.from_slot, to_slot=part.to_slot, ledger_index=receipt.index, expires_at=lease.expires_at,
        )
        for part in ranges
    ])  # fmt: skip
    w.publish("view.logged", owner_id=lease.owner_id, lease_id=lease.id, camera_id=lease.camera_id, index=receipt.index)
    mine = [row for row in releases if row.camera_id == lease.camera_id]
    grants = _grants_of(lease)
    epochs = {part.epoch for part in ranges} | {UUID(epoch) for row in mine for epoch, _, _ in row.ranges}
    epochs |= {part.epoch for row in grants for part in queries.granted_ranges(row)}
    if lease.purpose == Purpose.OWN_USE.value:
        epochs |= {row.epoch_id for row in lists}
    return View(
        lease_id=lease.id, index=receipt.index, promise=receipt.promise, expires_ms=clock.ms(lease.expires_at),
        epochs=queries.epoch_envelopes(sorted(epochs, key=str)),
        segments=[_listed(row) for row in queries.segments_in(ranges)],
        releases=[_unwrapped(row) for row in releases],
        manifests=[bytes(row.envelope) for row in lists], more=more,
        grants=[queries.grant_envelope(row) for row in grants],
        kept=queries.remainders(epochs, with_keys=lease.purpose == Purpose.OWN_USE.value),
    )  # fmt: skip


def _grants_of(lease: Lease) -> list[Grant]:
    """What opens the view for who was granted it."""
    if lease.purpose != Purpose.MAINTENANCE.value:
        return []
    return queries.grants_for(lease.camera_id, lease.track, lease.party_id, GrantPurpose.MAINTENANCE)


def _unwrapped(row: Release) -> bytes:
    return shred.unwrap("release", row.shred or 0, bytes(row.wrapped or b""), bytes(row.hash))


def _extend(lease: Lease, releases: Sequence[Release]) -> None:
    lease.expires_at = _lasts_until(lease.camera_id, lease.track, lease.party_id, lease.purpose)
    lease.releases_handed = [*lease.releases_handed, *(bytes(row.hash).hex() for row in releases)]
    lease.save(update_fields=["expires_at", "releases_handed", "wanted"])


def _manifests(lease: Lease, request: ViewRequest, times: Times) -> Sequence[Manifest]:
    """The unit's lists of all that lies between what the lease showed before and what it shows now, and a little back
    for lists that came late. An alarm centre gets none of before what was released to it."""
    if times[0] is None or times[1] is None:
        return []
    own = lease.purpose == Purpose.OWN_USE.value
    asked = request.from_ms if own and request.from_ms is not None else times[0]
    first_ms = lease.wanted.setdefault("first_ms", min(asked, times[0]))
    seen_ms = lease.wanted.get("seen_ms")
    _remember_seen(lease, times)
    from_ms = first_ms if seen_ms is None else max(first_ms, seen_ms - CAME_LATE_MS)
    return queries.manifests_between(lease.camera_id, lease.track, from_ms, times[1], one_before=own)


def _remember_seen(lease: Lease, times: Times) -> None:
    if times[1] is not None:
        lease.wanted["seen_ms"] = max(times[1], lease.wanted.get("seen_ms") or 0)


def _nothing_new(lease: Lease) -> View:
    """The lease lives on; what it covers does not change, nor until when it covers it."""
    _extend(lease, ())
    return View(lease.id, lease.ledger_index, b"", clock.ms(lease.expires_at), (), (), (), (), False)


def _listed(row: Segment) -> Listed:
    return Listed(
        f"{row.epoch_id}.{row.seq}", row.epoch_id, row.slot, row.seq, row.random_access, row.size, bytes(row.sha256)
    )


def _remember(request: ViewRequest) -> dict[str, Any]:
    ranges = [[str(part.epoch), part.from_slot, part.to_slot] for part in request.ranges]
    return {"ranges": ranges, "from_ms": request.from_ms, "to_ms": request.to_ms}


def _request_of(lease: Lease) -> ViewRequest:
    ranges = tuple(SlotRange(UUID(epoch), first, last) for epoch, first, last in lease.wanted["ranges"])
    return ViewRequest(
        lease.camera_id, Track(lease.track), Purpose(lease.purpose), lease.alarm_id, ranges, lease.wanted["from_ms"],
        lease.wanted["to_ms"],
    )  # fmt: skip



# --- handing over what nobody here can open (C5) ---


@dataclass(frozen=True)
class HandedOver:
    """Ciphertext of a camera's surveillance, with what the unit signed about it; no key of any kind. `index`: the
    entry, durable before a byte was read."""

    index: int
    unit_id: UUID
    segments: Sequence[tuple[UUID, int, bytes]]
    manifests: Sequence[bytes]


def hand_over(actor: Actor, camera_id: UUID, order_id: UUID, from_ms: int, to_ms: int) -> HandedOver:
    """On an authority's accepted order that asks for this camera and time: sealed segments and the unit's lists, and
    nothing that opens them: epochs, which carry sealed keys, stay. Raises Denied, NothingToShow, BadRange,
    ViewNotLogged, StorageError."""
    if not 0 < to_ms - from_ms <= HANDED_AT_ONCE_MS:
        raise BadRange
    with tenancy.acting_as(actor.party_id, actor.id):
        camera = _camera(camera_id)
        of = {"order": order_id, "camera": camera.id, "unit": camera.unit_id, "site": camera.unit.site_id}
        resource = Resource(ResourceKind.DISCLOSURE, camera.id, camera.owner_id, of, (from_ms, to_ms))
        gate.require(actor, Action.HAND_OVER, resource)
        rows = queries.segments_in(list(_of_time(camera, Track.SURVEILLANCE, from_ms, to_ms)))
        if not rows:
            raise NothingToShow
        if sum(row.size for row in rows) > MOST_HANDED_BYTES:
            raise BadRange
        index = _log_handed(actor, camera, order_id, (from_ms, to_ms), rows)
        pieces = pack_reader.read([pack_reader.Place(row.epoch_id, row.offset, row.size) for row in rows])
        lists = queries.manifests_between(camera.id, int(Track.SURVEILLANCE), from_ms, to_ms, one_before=False)
    found = [(row.epoch_id, row.seq, piece) for row, piece in zip(rows, pieces, strict=True)]
    return HandedOver(index, camera.unit_id, found, [bytes(row.envelope) for row in lists])


def _log_handed(
    actor: Actor, camera: Camera, order_id: UUID, span_ms: tuple[int, int], rows: Sequence[Segment]
) -> int:  # fmt: skip
    facts: dict[str, Any] = {
        "order": order_id, "camera": camera.id, "track": int(Track.SURVEILLANCE), "form": "ciphertext",
        "segments": len(rows), "from_ms": span_ms[0], "to_ms": span_ms[1], "role": actor.role or "",
        "address": actor.address[:64],
    }  # fmt: skip
    try:
        return ledger.append(Entry(Kind.DISCLOSURE, camera.owner_id, facts, camera.id), actor).index
    except LedgerError as error:
        raise ViewNotLogged from error


# --- pictures for a guard who was sent ---

GUARD = "guard"
"""As what he looks; a role of the log only: he has no account, so the gate knows none."""


@dataclass(frozen=True)
class ForGuard:
    """What the guard's phone needs: the file's key sealed to its own, and the ciphertext. `index`: the view's entry."""

    view_id: UUID
    index: int
    object: bytes
    ciphertext: bytes


def for_guard(actor: Actor, action: Action, alarm_id: UUID, camera_id: UUID, dispatch_id: UUID) -> Camera:
    """Within the running work: the camera, with the alarm's window locked, when the gate says that its picture may go
    to the guard of that errand. Raises Denied, NothingToShow."""
    _hold_window(alarm_id)
    camera = _camera(camera_id)
    gate.require(actor, action, _guards(camera, alarm_id, dispatch_id))
    return camera


def _guards(camera: Camera, alarm_id: UUID, dispatch_id: UUID) -> Resource:
    of = {"unit": camera.unit_id, "site": camera.unit.site_id, "alarm": alarm_id, "errand": dispatch_id}
    return Resource(ResourceKind.GUARD_PICTURE, camera.id, camera.owner_id, of)


def show_to_guard(owner_id: UUID, dispatch_id: UUID, picture_id: UUID, recipient: bytes, address: str) -> ForGuard:
    """To the phone that proved its errand's token and holds the key `recipient`. The gate is asked about the operator
    who sent the picture: what he may no longer answer for is shown to nobody. Raises Denied, NothingToShow,
    ViewNotLogged, StorageError."""
    with tenancy.acting_as(owner_id):
        row, camera = _guard_picture(dispatch_id, picture_id, recipient)
        resource = _guards(camera, row.alarm_id, dispatch_id)
    sender = _sender(row)
    gate.require(sender, Action.SHOW, resource)
    view_id = ids.new()
    with tenancy.acting_as(owner_id):
        index = _log_guard(row, view_id, address)
    with work.transaction(system(owner_id)) as w:
        _hold_window(row.alarm_id)  # who ends it waits; what ended meanwhile is not found
        row, _ = _guard_picture(dispatch_id, picture_id, recipient)
        try:
            sealed_key = shred.unwrap("grant", row.shred or 0, bytes(row.wrapped or b""), row.id.bytes)
        except shred.ShredError:
            raise NothingToShow from None
        found = ForGuard(view_id, index, sealed_key, storage.store().get(row.key))
        GuardPicture.objects.filter(id=row.id).update(seen=F("seen") + 1, seen_at=clock.now())
        w.publish("view.logged", owner_id=owner_id, lease_id=view_id, camera_id=row.camera_id, index=index)
    return found


def _guard_picture(dispatch_id: UUID, picture_id: UUID, recipient: bytes) -> tuple[GuardPicture, Camera]:
    """Within an acting party. Raises NothingToShow."""
    row = GuardPicture.objects.filter(id=picture_id, dispatch_id=dispatch_id, ended_at=None).first()
    if row is None or row.expires_at <= clock.now() or bytes(row.recipient) != recipient or row.wrapped is None:
        raise NothingToShow
    return row, _camera(row.camera_id)


def _sender(row: GuardPicture) -> Actor:
    """The operator who sent it, if he still is one. Raises NothingToShow."""
    if row.sent_role not in {role.value for role in people.roles_in(row.sent_by, row.sent_party)}:
        raise NothingToShow
    return Actor(
        ActorKind.PERSON, row.sent_by, row.sent_party, role=row.sent_role, purpose=Purpose.ALARM_VERIFICATION.value
    )


def _log_guard(row: GuardPicture, view_id: UUID, address: str) -> int:
    facts: dict[str, Any] = {
        "lease": view_id, "camera": row.camera_id, "picture": row.id, "track": int(Track.SURVEILLANCE), "role": GUARD,
        "purpose": Purpose.ALARM_VERIFICATION.value, "alarm": row.alarm_id, "dispatch": row.dispatch_id,
        "guard": row.guard_id, "slots": 1, "from_ms": row.made_ms, "to_ms": row.made_ms, "address": address[:64],
    }  # fmt: skip
    try:
        return ledger.append(Entry(Kind.VIEW, row.owner_id, facts, row.camera_id), system(row.owner_id)).index
    except LedgerError as error:
        raise ViewNotLogged from error


# --- pictures that came by mail ---


@dataclass(frozen=True)
class MailedPicture:
    """What a viewer needs: the key sealed to him, the ciphertext, and the ledger's word that it was written down."""

    view_id: UUID
    index: int
    promise: bytes
    envelope: bytes
    ciphertext: bytes


MAILED_LOOK = timedelta(minutes=2)
"""So long a picture that came by mail counts as looked at after it was opened: the page may keep it on the screen."""


def open_mail_picture(
    actor: Actor, picture_id: UUID, purpose: Purpose, alarm_id: UUID | None = None, *,
    max_viewers: int = rules.MAX_VIEWERS,
) -> MailedPicture:  # fmt: skip
    """The sealed picture for exactly who asks. `max_viewers`: people at the same time, of one alarm, footage and
    pictures together. Raises Denied, NothingToShow, TooManyViewers, ViewNotLogged, StorageError."""
    actor = replace(actor, purpose=purpose.value)
    with tenancy.acting_as(actor.party_id, actor.id):
        row = MailPicture.objects.filter(id=picture_id).first()
        if row is None:
            raise NothingToShow
        gate.require(actor, Action.VIEW, _picture_resource(row, alarm_id))
        envelope = _picture_envelope(actor, row)
        if purpose in OF_ALARMS and alarm_id is not None:
            _take_mailed_place(actor, row, alarm_id, min(max_viewers, rules.MOST_VIEWERS))
        view_id = ids.new()
        receipt = _log_picture(actor, row, purpose, alarm_id, view_id)
        return MailedPicture(view_id, receipt[0], receipt[1], envelope, storage.store().get(row.key))


def _take_mailed_place(actor: Actor, row: MailPicture, alarm_id: UUID, most: int) -> None:
    """One at a time for each alarm. Raises TooManyViewers."""
    assert actor.id is not None
    now = clock.now()
    with work.transaction(actor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.number_of(f"footage.look/{alarm_id}")])
        Window.objects.select_for_update().filter(alarm_id=alarm_id).first()
        others = {viewer.person_id for viewer in queries.viewers([alarm_id]).get(alarm_id, ())}
        if actor.id not in others and len(others) >= most:
            raise TooManyViewers(most)
        mine = MailLook.objects.filter(alarm_id=alarm_id, person_id=actor.id)
        if not mine.filter(until__gt=now).update(until=now + MAILED_LOOK) and not mine.update(
            since=now, until=now + MAILED_LOOK
        ):
            MailLook.objects.create(
                owner_id=row.owner_id, provider_id=row.provider_id, alarm_id=alarm_id, person_id=actor.id, since=now,
                until=now + MAILED_LOOK,
            )  # fmt: skip


def _picture_resource(row: MailPicture, alarm_id: UUID | None) -> Resource:
    of = {"site": row.site_id, "camera": row.camera_id}
    return Resource(
        ResourceKind.MAIL_PICTURE, row.id, row.owner_id, of if alarm_id is None else of | {"alarm": alarm_id}
    )


def _picture_envelope(actor: Actor, row: MailPicture) -> bytes:
    try:
        if actor.party_id == row.owner_id:
            return shred.unwrap("epoch", row.shred, bytes(row.wrapped), row.id.bytes)
        if actor.party_id == row.arc_party_id and row.arc_shred is not None:
            return shred.unwrap("release", row.arc_shred, bytes(row.arc_wrapped or b""), row.id.bytes)
    except shred.Destroyed:
        raise NothingToShow from None
    raise NothingToShow


def _log_picture(
    actor: Actor, row: MailPicture, purpose: Purpose, alarm_id: UUID | None, view_id: UUID
) -> tuple[int, bytes]:  # fmt: skip
    entry = Entry(
        Kind.VIEW,
        row.owner_id,
        {
            "lease": view_id, "camera": row.camera_id, "picture": row.id, "track": int(Track.SURVEILLANCE),
            "purpose": purpose.value, "alarm": alarm_id, "role": actor.role or "", "slots": 1,
            "address": actor.address[:64],
            "from_ms": row.received_ms, "to_ms": row.received_ms,
        },
        row.camera_id,
    )  # fmt: skip
    try:
        receipt = ledger.append(entry, actor)
    except LedgerError as error:
        raise ViewNotLogged from error
    return receipt.index, receipt.promise
