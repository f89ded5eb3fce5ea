# SPDX-License-Identifier: EUPL-1.2
"""What a signal means at a site as it is now. Pure: a signal and a picture of the site in, a reading out.

The principles:
- Every signal gets a reading, also the one that nobody understands: that one is an alarm for a person to judge.
- Danger to people is never folded away into something less, never recalled, never a test (fire: only where a test says
  so), never parked.
- Duress is a hold-up, whatever else the signal says; it is never read as a cancellation.
- What takes an alarm back is the site's own disarming while its time runs, and only a burglary. Later, or from a sender
  whom anybody could imitate, it is a *potential* cancel: an operator judges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from zegel.server.alarms import confirm, openings, rules, storm, testing, timers
from zegel.server.alarms.confirm import By, Notice
from zegel.server.alarms.parameters import Parameters, times_doors
from zegel.server.alarms.rules import Confirmed, State, Verdict

# Phases of zegel.protocols.events.Phase.
BEGINS = frozenset({"alarm", "trouble", "supervisory", "late"})
ENDS = frozenset({"restore"})
TESTS = frozenset({"test", "test_start", "test_end"})
BYPASSES = frozenset({"bypass", "unbypass"})
OPENS = frozenset({"open", "open_after_alarm"})
CLOSES = frozenset({"close", "close_partial", "recent_close"})
PATH_LOST = frozenset({"path_lost", "paths_lost", "350", "351", "352", "354", "355", "356", "YC", "YS"})
ALARMING = frozenset({
    rules.FIRE, rules.HOLDUP, rules.MEDICAL, rules.BURGLARY, "video", "contact_entry", rules.TAMPER, rules.TECHNICAL,
    rules.EXCEPTION,
})  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """A signal, as far as it matters. `detector`: the zone or camera that noticed it, "" for none; `by`: how. `word`:
    the unit's own word for what it saw. `vouched`: nobody but its sender could have sent it; else it may ring, but
    takes nothing back. `cameras`: those that look at zones of its panel. `unit_id`: the unit that passed it on, or of
    which it speaks. `priority`: the place in the queue that the provider gave its code, None where he gave none."""

    signal_class: str
    phase: str
    at_ms: int
    source: str
    code: str = ""
    zone: str = ""
    area: str = ""
    panel_id: UUID | None = None
    known: bool = True
    duress: bool = False
    by_entry: bool = False
    by: By = By.DETECTOR
    camera_id: UUID | None = None
    word: str = ""
    vouched: bool = True
    cameras: frozenset[UUID] = frozenset()
    unit_id: UUID | None = None
    priority: int | None = None

    @property
    def is_units(self) -> bool:
        """A unit's own word, not a panel's that came through one."""
        return self.source == "unit" and self.panel_id is None

    @property
    def detector(self) -> str:
        if self.camera_id is not None:
            return f"camera {self.camera_id}"
        zone = testing.zone_key(self.zone)
        return f"{self.panel_id or self.source} {zone}" if zone else ""


@dataclass(frozen=True)
class OpenAlarm:
    """An alarm of the site that isn't closed. `notices`: the newest of each detector. `signals_ms`: of each
    detector, when its newest signals came, in order."""

    id: UUID
    signal_class: str
    state: State
    source: str
    panel_id: UUID | None
    zone: str
    area: str
    code: str
    at_ms: int
    priority: int
    confirmed: str = ""
    duress: bool = False
    recall_until_ms: int | None = None
    parked: bool = False
    camera_id: UUID | None = None
    word: str = ""
    notices: tuple[Notice, ...] = ()
    signals_ms: Mapping[str, Sequence[int]] = field(default_factory=dict)
    unit_id: UUID | None = None

    @property
    def is_units(self) -> bool:
        """A unit's own, not a panel's that came through one."""
        return self.source == "unit" and self.panel_id is None


@dataclass(frozen=True)
class Picture:
    """A site as it is now. `closed_ms`: since when the signal's area is set, None when it is open or nobody knows.
    `trips`: of the signal's own detector. `path_failures_ms`: of the signal's panel. `opening`: the area's plan."""

    parameters: Parameters
    profile: str = ""
    alarms: tuple[OpenAlarm, ...] = ()
    tests: tuple[testing.Window, ...] = ()
    closed_ms: int | None = None
    trips: tuple[timers.Trip, ...] = ()
    path_failures_ms: tuple[int, ...] = ()
    opening: openings.Plan | None = None

    @property
    def door_times(self) -> bool:
        """Whether entry and exit times hold here for senders that have no panel."""
        return times_doors(self.profile)


@dataclass(frozen=True)
class Opening:
    """A new alarm. `queue_ms`: from when it is in the queue. The other times: see timers."""

    signal_class: str
    duress: bool
    confirmed: Confirmed
    queue_ms: int
    look_after_ms: int | None
    recall_until_ms: int | None


@dataclass(frozen=True)
class Joining:
    """What an open alarm becomes by this signal. `rings`: something new, so it comes back from hold and park.
    `priority`: the more urgent of what it had and what this signal would have alone."""

    alarm_id: UUID
    confirmed: Confirmed
    rings: bool
    parks: bool
    priority: int


@dataclass(frozen=True)
class Reading:
    """What follows. `verdict`: for the record. `recalls`, `flags`: alarms taken back, alarms that may be. `about`: the
    open alarm that the signal belongs to where it neither opens nor joins one. `area_closed`: the area was set or
    unset. `also_confirmed`: other open alarms that this confirms."""

    verdict: Verdict
    opening: Opening | None = None
    joining: Joining | None = None
    recalls: tuple[UUID, ...] = ()
    flags: tuple[UUID, ...] = ()
    about: UUID | None = None
    area_closed: bool | None = None
    also_confirmed: tuple[tuple[UUID, Confirmed], ...] = ()
    step: str = ""


def read(heard: Heard, site: Picture) -> Reading:
    """What the signal means."""
    area_closed = _area(heard)
    if heard.duress or (heard.signal_class == rules.HOLDUP and heard.phase in BEGINS):
        return _alarm(heard, site, rules.HOLDUP, area_closed)
    if not heard.known or heard.signal_class == rules.UNKNOWN or heard.phase == "unknown":
        return _alarm(heard, site, rules.UNKNOWN)
    if heard.phase in TESTS or heard.signal_class == rules.TEST:
        return Reading(Verdict.TEST)
    if heard.phase in BYPASSES or heard.signal_class == "bypass":
        return Reading(Verdict.BYPASS, about=_about(heard, site), step="bypass")
    if heard.phase in ENDS or heard.signal_class == "restore":
        return Reading(Verdict.RESTORED, about=_about(heard, site), step="restored")
    if heard.phase == "cancel" or heard.signal_class == "cancel_recall":
        return _cancel(heard, site, Verdict.LOGGED)
    if area_closed is not None:
        return _opened_or_closed(heard, site, area_closed)
    if heard.phase in BEGINS and heard.signal_class in ALARMING:
        return _rings(heard, site)
    return Reading(Verdict.LOGGED, about=_about(heard, site))


def _area(heard: Heard) -> bool | None:
    if heard.phase in OPENS:
        return False
    return True if heard.phase in CLOSES else None


# --- alarms ---


def _rings(heard: Heard, site: Picture) -> Reading:
    """An alarm, unless a test, a door in use or a detector that nobody listens to any more explains it."""
    tested = testing.Tested(heard.signal_class, heard.at_ms, heard.panel_id, heard.zone)
    if testing.is_test(tested, site.tests):
        return Reading(Verdict.TEST)
    figures = site.parameters
    if timers.is_leaving(_door(heard, site), _times(figures)):
        return Reading(Verdict.EXIT)
    joins = _to_join(heard, site, heard.signal_class)
    swings = timers.is_swinger(
        heard.detector, heard.signal_class, site.trips, site.closed_ms, heard.at_ms, figures.swinger_after
    )  # fmt: skip
    if joins is None and swings:
        return Reading(Verdict.SWINGER)
    return _alarm(heard, site, heard.signal_class)


def _door(heard: Heard, site: Picture) -> timers.Door:
    by_entry = heard.by_entry or (site.door_times and heard.panel_id is None)
    return timers.Door(heard.source, heard.signal_class, by_entry, heard.at_ms, site.closed_ms)


def _times(figures: Parameters) -> timers.Times:
    return timers.Times(figures.entry_s, figures.exit_s, figures.abort_s)


def _alarm(heard: Heard, site: Picture, signal_class: str, area_closed: bool | None = None) -> Reading:
    """A new one, or a part of one that is open."""
    open_one = _to_join(heard, site, signal_class)
    also = _also_confirmed(heard, site, signal_class, open_one)
    if open_one is not None:
        joining = _join(heard, site, open_one, signal_class)
        return Reading(Verdict.FOLDED, joining=joining, area_closed=area_closed, also_confirmed=also)
    opening = _open(heard, site, signal_class)
    return Reading(Verdict.OPENED, opening, area_closed=area_closed, also_confirmed=also)


def opened_anyhow(heard: Heard, site: Picture) -> Opening:
    """The alarm that this would be if it were one of its own."""
    return _open(heard, site, heard.signal_class)


def _open(heard: Heard, site: Picture, signal_class: str) -> Opening:
    figures = site.parameters
    hold_s = figures.hold_of(site.profile)
    queue_ms = timers.queue_at_ms(_door(heard, site), _times(figures)) if not heard.duress else heard.at_ms
    found = Confirmed.NOT
    if confirm.may_be_confirmed(signal_class):
        others = [notice for alarm in _burglaries(site) for notice in alarm.notices]
        found = confirm.confirmed(_with(others, heard), site.path_failures_ms, figures.confirm_window_s)
        found = found if _includes(heard, others, site, figures) else Confirmed.NOT
    return Opening(
        signal_class, heard.duress, found, queue_ms,
        timers.look_after_ms(signal_class, queue_ms, hold_s),
        timers.recall_until_ms(signal_class, queue_ms, figures.abort_s, hold_s),
    )  # fmt: skip


def _includes(heard: Heard, others: Sequence[Notice], site: Picture, figures: Parameters) -> bool:
    """Whether this signal itself is one of the pair: two older ones confirm each other, not this."""
    return any(
        confirm.confirmed([notice, _notice(heard)], (), figures.confirm_window_s) is not Confirmed.NOT
        for notice in others
    ) or confirm.confirmed([_notice(heard)], site.path_failures_ms, figures.confirm_window_s) is not Confirmed.NOT


def _join(heard: Heard, site: Picture, alarm: OpenAlarm, signal_class: str) -> Joining:
    figures = site.parameters
    alone = rules.priority_of(signal_class, heard.word, "", heard.duress, heard.priority)
    more_urgent = alone < alarm.priority
    found = Confirmed(alarm.confirmed)
    if confirm.may_be_confirmed(alarm.signal_class) and heard.phase in BEGINS:
        notices = _with(alarm.notices, heard)
        found = confirm.stronger(
            found, confirm.confirmed(notices, site.path_failures_ms, figures.confirm_window_s)
        )  # fmt: skip
    waits = not (alarm.parked or more_urgent) and alarm.state in rules.WAITING_STATES and found is Confirmed.NOT
    parks = waits and storm.is_runaway(
        alarm.signal_class, alarm.duress or heard.duress, _newest(alarm, heard, figures.runaway_after),
        figures.runaway_after, figures.runaway_s,
    )  # fmt: skip
    new = _is_new(heard, alarm) or more_urgent or found != alarm.confirmed
    rings = new or heard.duress or rules.is_life_safety(alarm.signal_class)
    return Joining(alarm.id, found, rings and not parks, parks, min(alone, alarm.priority))


def _is_new(heard: Heard, alarm: OpenAlarm) -> bool:
    """Another detector than those that spoke. One that doesn't say which it is is another one where another sender
    says it, the first time."""
    if not heard.detector and (alarm.panel_id, alarm.source) == (heard.panel_id, heard.source):
        return False
    return all(notice.detector != heard.detector for notice in alarm.notices)


def _newest(alarm: OpenAlarm, heard: Heard, count: int) -> list[int]:
    """When the newest signals of this detector came, this one with them."""
    return [*alarm.signals_ms.get(heard.detector, ())[-count:], heard.at_ms]


def _notice(heard: Heard) -> Notice:
    return Notice(heard.detector, heard.at_ms, heard.by)


def _with(notices: Sequence[Notice], heard: Heard) -> list[Notice]:
    """The newest of each detector, this one with them."""
    return [*(notice for notice in notices if notice.detector != heard.detector), _notice(heard)]


def _to_join(heard: Heard, site: Picture, signal_class: str) -> OpenAlarm | None:
    """The open alarm of the same matter, the longest-standing one."""
    near_ms = site.parameters.confirm_window_s * 1000
    same = [alarm for alarm in site.alarms if _same_matter(heard, alarm, signal_class, near_ms)]
    return min(same, key=lambda alarm: (alarm.at_ms, alarm.id.int), default=None)


def _same_matter(heard: Heard, alarm: OpenAlarm, signal_class: str, near_ms: int) -> bool:
    """The same kind of thing from the same panel; doubt, tamper and faults also from the same place in it. A burglary
    that a camera unit raised at this site just now is the same matter as its panel's."""
    if rules.family(alarm.signal_class) != rules.family(signal_class):
        return False
    is_burglary = rules.family(signal_class) == rules.BURGLARY
    if is_burglary and alarm.is_units and not heard.is_units:
        return abs(heard.at_ms - alarm.at_ms) <= near_ms
    if (alarm.panel_id, alarm.source) != (heard.panel_id, heard.source):
        return False
    if heard.is_units:
        return (alarm.camera_id, alarm.word, alarm.zone) == (heard.camera_id, heard.word, heard.zone)
    if rules.is_life_safety(signal_class) and heard.panel_id is None and alarm.area != heard.area:
        return False  # two accounts that nobody knows, or two places: two people may be in danger
    if rules.is_life_safety(signal_class) or is_burglary:
        return heard.panel_id is not None or alarm.camera_id == heard.camera_id
    if signal_class == rules.TAMPER:
        return testing.zone_key(alarm.zone) == testing.zone_key(heard.zone)
    return (alarm.code, testing.zone_key(alarm.zone), alarm.area) == (
        heard.code, testing.zone_key(heard.zone), heard.area
    )  # fmt: skip


def _burglaries(site: Picture) -> list[OpenAlarm]:
    return [alarm for alarm in site.alarms if rules.family(alarm.signal_class) == rules.BURGLARY]


def _is_path_failure(heard: Heard) -> bool:
    return heard.signal_class == rules.TECHNICAL and heard.phase in BEGINS and heard.code in PATH_LOST


def _also_confirmed(
    heard: Heard, site: Picture, signal_class: str, joined: OpenAlarm | None
) -> tuple[tuple[UUID, Confirmed], ...]:
    """Open burglaries that this signal confirms: a second detector's, or those of a panel that can't be reached now."""
    window_s, found = site.parameters.confirm_window_s, []
    for alarm in _burglaries(site):
        if joined is not None and alarm.id == joined.id:
            continue
        if _is_path_failure(heard) and alarm.panel_id == heard.panel_id:
            new = confirm.confirmed(alarm.notices, [heard.at_ms], window_s)
        elif confirm.may_be_confirmed(signal_class) and heard.phase in BEGINS:
            new = _strongest(alarm.notices, heard, window_s)
        else:
            continue
        if confirm.stronger(alarm.confirmed, new) != alarm.confirmed:
            found.append((alarm.id, confirm.stronger(alarm.confirmed, new)))
    return tuple(found)


def _strongest(notices: Sequence[Notice], heard: Heard, window_s: int) -> Confirmed:
    found = Confirmed.NOT
    for notice in notices:
        found = confirm.stronger(found, confirm.confirmed([notice, _notice(heard)], (), window_s))
    return found


# --- what takes alarms back ---


def _cancel(heard: Heard, site: Picture, otherwise: Verdict, area_closed: bool | None = None) -> Reading:
    """Recalled while the time for it runs; later, and of other classes, an operator reads that it may be over. Nothing
    at all of a hold-up: whoever forces somebody may force him to cancel."""
    recalls, flags = [], []
    for alarm in site.alarms:
        if not _speaks_of(heard, alarm, site) or alarm.duress or alarm.signal_class == rules.HOLDUP:
            continue
        in_time = alarm.recall_until_ms is not None and heard.at_ms <= alarm.recall_until_ms
        if in_time and heard.vouched and _may_take_back(heard, alarm):
            recalls.append(alarm.id)
        elif rules.family(alarm.signal_class) in {rules.BURGLARY, rules.FIRE, rules.MEDICAL}:
            flags.append(alarm.id)
    verdict = Verdict.RECALLED if recalls else Verdict.POTENTIAL_CANCEL if flags else otherwise
    about = next(iter([*recalls, *flags]), None)
    return Reading(verdict, recalls=tuple(recalls), flags=tuple(flags), about=about, area_closed=area_closed)


def _speaks_of(heard: Heard, alarm: OpenAlarm, site: Picture) -> bool:
    """Alarms of that panel and area that were there before it; a camera unit's burglary too, and, where its times are
    kept here, that of a sender that has no panel: whoever disarms the house came in by what it watches."""
    if alarm.at_ms > heard.at_ms:
        return False
    is_burglary = rules.family(alarm.signal_class) == rules.BURGLARY
    if is_burglary and (alarm.is_units or _timed_here(alarm, site)):
        return True
    if alarm.panel_id != heard.panel_id:
        return False
    return not heard.area or not alarm.area or heard.area == alarm.area


def _timed_here(alarm: OpenAlarm, site: Picture) -> bool:
    return site.door_times and alarm.panel_id is None and alarm.source not in timers.TIMED_BY_SENDER


def _may_take_back(heard: Heard, alarm: OpenAlarm) -> bool:
    """A camera unit's alarm only by a panel whose zones that camera looks at, or by what the same unit passed on: who
    may disarm the shed says nothing of the villa. Of any other an operator reads that it may be over."""
    if not alarm.is_units:
        return True
    if alarm.camera_id is not None and alarm.camera_id in heard.cameras:
        return True
    return alarm.unit_id is not None and alarm.unit_id == heard.unit_id


def _opened_or_closed(heard: Heard, site: Picture, closed: bool) -> Reading:
    if not closed:
        taken_back = _cancel(heard, site, Verdict.OPEN_CLOSE, area_closed=False)
        if taken_back.recalls or taken_back.flags or not _is_odd_opening(heard, site):
            return taken_back
        return _alarm(heard, site, rules.EXCEPTION, area_closed=False)
    return Reading(Verdict.OPEN_CLOSE, about=_about(heard, site), area_closed=True)


def _is_odd_opening(heard: Heard, site: Picture) -> bool:
    """Opened at a time at which the plan has it closed."""
    if site.opening is None or heard.phase not in OPENS:
        return False
    at = rules.moment(heard.at_ms)
    return not openings.is_near_opening(site.opening, at, site.parameters.early_open_s)


def _about(heard: Heard, site: Picture) -> UUID | None:
    """The open alarm of the same sender and place that a restore, a bypass or some news belongs to. A way that has no
    panel may have many senders: without a zone it is nobody's."""
    zone = testing.zone_key(heard.zone)
    if heard.panel_id is None and not zone:
        return None
    same = [alarm for alarm in site.alarms if alarm.panel_id == heard.panel_id]
    for alarm in same:
        if zone and any(notice.detector == heard.detector for notice in alarm.notices):
            return alarm.id
    return same[0].id if same and not zone else None
