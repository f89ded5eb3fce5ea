# SPDX-License-Identifier: EUPL-1.2
"""Some sites as they are now, read once for a handful of signals; and what becomes of them, written once.

Within one transaction: `Desk.of` locks the sites (one writer of alarms at a time for each), reads what the rules ask,
`take` applies a reading, `save` writes everything with a fixed number of statements. What is on the desk and not saved
is lost with the transaction, and the signal comes again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from zegel.server.alarms import due, openings, parameters, rules, testing, timers
from zegel.server.alarms.confirm import By, Notice
from zegel.server.alarms.models import Alarm, AlarmSignal, AlarmStep, AreaState, DueKind, OpeningPlan, TestWindow
from zegel.server.alarms.parameters import DEFAULTS, Parameters
from zegel.server.alarms.reading import CLOSES, OPENS, PATH_LOST, Heard, OpenAlarm, Picture
from zegel.server.alarms.rules import State, Verdict
from zegel.server.kernel import clock, locks, work
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.plans import queries as plans
from zegel.server.signals.models import Signal
from zegel.server.sites.models import Site

SIGNALS_READ = 1500  # the newest of the open alarms: enough to know a runaway
_OF_SIGNAL = ("site_id", "alarm_id", "panel_id", "source", "signal_class", "code", "zone", "at_ms", "verdict")
HOURS = "hours"  # openings and closings
BY_CAMERA = frozenset({"mail", "mqtt", "onvif"})
VIDEO_CAUSES = frozenset({"motion"})


def by_of(signal_class: str, source: str, code: str) -> By:
    """What kind of thing noticed it."""
    if "audio" in code.lower():
        return By.AUDIO
    return By.VIDEO if signal_class == "video" or source in BY_CAMERA else By.DETECTOR


def about(signal_class: str, phase: str, code: str) -> str:
    """What a signal makes the rules ask for, beside the open alarms and the tests."""
    if phase in OPENS or phase in CLOSES:
        return HOURS
    return rules.BURGLARY if rules.family(signal_class) == rules.BURGLARY or code in PATH_LOST else ""


def detector_of(panel_id: UUID | None, source: str, zone: str) -> str:
    """As Heard.detector says it."""
    key = testing.zone_key(zone)
    return f"{panel_id or source} {key}" if key else ""


@dataclass
class _Place:
    """One site, or what belongs to no site."""

    site: Site | None = None
    parameters: Parameters = DEFAULTS
    alarms: dict[UUID, Alarm] = field(default_factory=dict)
    tests: list[TestWindow] = field(default_factory=list)
    notices: dict[UUID, dict[str, Notice]] = field(default_factory=lambda: defaultdict(dict))
    signals_ms: dict[UUID, dict[str, list[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    codes: dict[UUID, str] = field(default_factory=dict)
    trips: dict[str, list[tuple[int, UUID | None, str]]] = field(default_factory=lambda: defaultdict(list))
    path_failures: dict[UUID | None, list[int]] = field(default_factory=lambda: defaultdict(list))
    areas: dict[tuple[UUID | None, str], AreaState] = field(default_factory=dict)
    openings: dict[tuple[UUID | None, str], OpeningPlan] = field(default_factory=dict)
    seen: dict[UUID, OpenAlarm] = field(default_factory=dict)
    """What `picture` made of each alarm; taken out when the alarm changes."""


class Desk:
    """Everything that readings ask of some sites. Within a transaction."""

    def __init__(self, w: work.Work, party_id: UUID) -> None:
        self.w, self.party_id = w, party_id
        self._places: dict[UUID | None, _Place] = defaultdict(_Place)
        self._new: dict[UUID, Alarm] = {}
        self._changed: dict[UUID, Alarm] = {}
        self._steps: list[AlarmStep] = []
        self._signals: list[AlarmSignal] = []
        self._dues: list[due.New] = []
        self._pins: dict[tuple[UUID, str], UUID | None] = {}
        self._fields: set[str] = set()
        self._areas: dict[tuple[UUID, str], AreaState] = {}

    @classmethod
    def of(
        cls, w: work.Work, party_id: UUID, site_ids: Collection[UUID | None], *, lock: bool = True,
        asked: frozenset[str] | None = None,
    ) -> Desk:  # fmt: skip
        """Reads these sites as that party, which is acting; None stands for what is its own and of no site. `asked`:
        what the signals are about (`about`), so that nothing is read that no rule will ask; None reads everything."""
        desk = cls(w, party_id)
        known = [site_id for site_id in site_ids if site_id is not None]
        if lock:
            _lock_sites(party_id, site_ids)
        desk._read_sites(known)
        desk._read_alarms(known, nowhere=None in site_ids)
        if asked is None or asked & {rules.BURGLARY}:
            desk._read_history(known)
        desk._read_hours(known, asked)
        return desk

    # --- reading ---

    def _read_sites(self, site_ids: Sequence[UUID]) -> None:
        sites = list(Site.objects.filter(id__in=site_ids))
        figures = parameters.of_sites(sites) if sites else {}
        for site in sites:
            place = self._places[site.id]
            place.site, place.parameters = site, figures[site.id]

    def _read_alarms(self, site_ids: Sequence[UUID], nowhere: bool) -> None:
        where = Q(site_id__in=site_ids)
        if nowhere:
            where |= Q(site_id=None, owner_id=self.party_id)
        rows = Alarm.objects.filter(where, folded_into=None).exclude(state=State.CLOSED.value)
        for alarm in rows.order_by("id").select_for_update(no_key=True):
            self._places[alarm.site_id].alarms[alarm.id] = alarm
        self._read_signals([alarm.id for place in self._places.values() for alarm in place.alarms.values()])

    def _read_signals(self, alarm_ids: Sequence[UUID]) -> None:
        if not alarm_ids:
            return
        found = AlarmSignal.objects.filter(alarm_id__in=alarm_ids)
        rows = list(found.order_by("-id").values_list(*_OF_SIGNAL, named=True)[:SIGNALS_READ])
        if len(rows) == SIGNALS_READ:  # older ones may be the only word of some detector, or of how it began
            of_each = found.order_by("alarm_id", "panel_id", "source", "zone", "verdict", "-id")
            first = of_each.distinct("alarm_id", "panel_id", "source", "zone", "verdict")
            rows += first.values_list(*_OF_SIGNAL, named=True)
        for row in reversed(rows):
            self._remember(self._places[row.site_id], row.alarm_id, row)

    def _remember(self, place: _Place, alarm_id: UUID, row: Any) -> None:
        """`row`: an AlarmSignal, or its fields _OF_SIGNAL."""
        place.seen.pop(alarm_id, None)
        if row.verdict == Verdict.OPENED:
            place.codes[alarm_id] = row.code
        if row.verdict not in {Verdict.OPENED, Verdict.FOLDED}:
            return
        detector = detector_of(row.panel_id, row.source, row.zone)
        place.signals_ms[alarm_id][detector].append(row.at_ms)
        known = place.notices[alarm_id].get(detector)
        if known is None or known.at_ms < row.at_ms:
            by = by_of(row.signal_class, row.source, row.code)
            place.notices[alarm_id][detector] = Notice(detector, row.at_ms, by)

    def _read_history(self, site_ids: Sequence[UUID]) -> None:
        """Alarms that detectors made lately, and ways that failed."""
        if not site_ids:
            return
        since = clock.now_ms() - timers.SWINGER_FORGETS_MS
        rows = AlarmSignal.objects.filter(
            Q(verdict=Verdict.OPENED.value) | Q(code__in=PATH_LOST), site_id__in=site_ids, at_ms__gte=since
        ).order_by("-at_ms")[:SIGNALS_READ]
        wanted = ("site_id", "panel_id", "source", "zone", "code", "at_ms", "alarm_id", "alarm__closed_code", "verdict")
        for row in rows.values(*wanted):
            place = self._places[row["site_id"]]
            if row["code"] in PATH_LOST:
                place.path_failures[row["panel_id"]].append(row["at_ms"])
            detector = detector_of(row["panel_id"], row["source"], row["zone"])
            if row["verdict"] == Verdict.OPENED and detector:
                place.trips[detector].append((row["at_ms"], row["alarm_id"], row["alarm__closed_code"] or ""))

    def _read_hours(self, site_ids: Sequence[UUID], asked: frozenset[str] | None) -> None:
        if not site_ids:
            return
        now = clock.now()
        for window in TestWindow.objects.filter(site_id__in=site_ids, ended_at=None, ends_at__gt=now):
            self._places[window.site_id].tests.append(window)
        if asked is not None and not asked & {rules.BURGLARY, HOURS}:
            return
        for area in AreaState.objects.filter(site_id__in=site_ids).order_by("changed_ms"):
            self._places[area.site_id].areas[area.panel_id, testing.area_key(area.area)] = area
        if asked is not None and HOURS not in asked:
            return
        for plan in OpeningPlan.objects.filter(site_id__in=site_ids):
            self._places[plan.site_id].openings[plan.panel_id, testing.area_key(plan.area)] = plan

    # --- the picture that a reading asks for ---

    def picture(self, site_id: UUID | None, heard: Heard) -> Picture:
        place = self._places[site_id]
        key = testing.area_key(heard.area)
        said_by = heard.panel_id or site_id
        area = place.areas.get((said_by, key)) or place.areas.get((said_by, ""))
        return Picture(
            place.parameters, "" if place.site is None else place.site.profile,
            tuple(place.seen.get(one.id) or self._open_alarm(place, one) for one in place.alarms.values()),
            tuple(_test(window) for window in place.tests),
            _closed_ms(place, area, heard),
            tuple(
                timers.Trip(at, self._closed_code(place, alarm_id, code))
                for at, alarm_id, code in place.trips.get(heard.detector, ())
            ),
            tuple(place.path_failures.get(heard.panel_id, ())) if heard.panel_id is not None else (),
            self._opening(place, heard),
        )  # fmt: skip

    def _closed_code(self, place: _Place, alarm_id: UUID | None, code: str) -> str:
        return "" if alarm_id in place.alarms else code

    def _opening(self, place: _Place, heard: Heard) -> openings.Plan | None:
        key = testing.area_key(heard.area)
        row = place.openings.get((heard.panel_id, key)) or place.openings.get((heard.panel_id, ""))
        if row is None or place.site is None:
            return None
        return openings.parse(place.site.tz, row.weekly, row.exceptions)

    def _open_alarm(self, place: _Place, alarm: Alarm) -> OpenAlarm:
        notices = list(place.notices[alarm.id].values())
        if alarm.source == "unit" and alarm.camera_id is not None:
            by = By.VIDEO if alarm.cause in VIDEO_CAUSES else By.DETECTOR
            notices.append(Notice(f"camera {alarm.camera_id}", alarm.received_ms, by))
        place.seen[alarm.id] = seen = OpenAlarm(
            alarm.id, alarm.signal_class, State(alarm.state), alarm.source, alarm.panel_id, alarm.zone, alarm.area,
            place.codes.get(alarm.id, ""), alarm.received_ms, alarm.priority, alarm.confirmed, alarm.duress,
            None if alarm.recall_until is None else rules.ms_of(alarm.recall_until), alarm.parked_until is not None,
            alarm.camera_id, alarm.alarm_class, tuple(notices), place.signals_ms[alarm.id],
            alarm.unit_id,
        )  # fmt: skip
        return seen

    def parameters(self, site_id: UUID | None) -> Parameters:
        return self._places[site_id].parameters

    def alarm(self, site_id: UUID | None, alarm_id: UUID) -> Alarm:
        return self._places[site_id].alarms[alarm_id]

    # --- what becomes of it ---

    def add(self, alarm: Alarm) -> None:
        """A new alarm, in the queue from `queue_at` on (at once when that is None)."""
        place = self._places[alarm.site_id]
        place.alarms[alarm.id] = alarm
        self._new[alarm.id] = alarm
        if alarm.site_id is not None:
            alarm.plan_version_id = self._pin(alarm.site_id, alarm.signal_class)
        self.step(alarm, "raised")
        self.put_dues(alarm)
        facts: dict[str, Fact] = {
            "alarm": alarm.id, "class": alarm.signal_class, "source": alarm.source, "panel": alarm.panel_id,
            "site": alarm.site_id,
        }  # fmt: skip
        self.w.record(Entry(Kind.ALARM, alarm.owner_id, facts, alarm.id))
        if alarm.queue_at is None:
            opened(self.w, alarm, window=False)

    def put_dues(self, alarm: Alarm) -> None:
        """What of a new alarm comes by itself."""
        moments = (
            (DueKind.QUEUE, alarm.queue_at), (DueKind.NORM, alarm.norm_due), (DueKind.LOOK, alarm.look_after),
            (DueKind.RECALL, alarm.recall_until), (DueKind.PARK, alarm.parked_until),
        )  # fmt: skip
        self._dues += [due.New(kind, alarm.id, alarm.owner_id, at) for kind, at in moments if at is not None]

    def _pin(self, site_id: UUID, signal_class: str) -> UUID | None:
        key = (site_id, signal_class)
        if key not in self._pins:
            version = plans.pin(site_id, signal_class)
            self._pins[key] = None if version is None else version.id
        return self._pins[key]

    def change(self, alarm: Alarm, *fields: str) -> None:
        """An alarm on the desk is another now; it is written and told with `save`."""
        self._places[alarm.site_id].seen.pop(alarm.id, None)
        if alarm.id not in self._new:
            self._changed[alarm.id] = alarm
        self._fields |= set(fields)

    def later(self, kind: DueKind, alarm: Alarm, at: datetime) -> None:
        self._dues.append(due.New(kind, alarm.id, alarm.owner_id, at))

    def step(self, alarm: Alarm, kind: str, note: str = "", outcome: str = "") -> None:
        self._steps.append(AlarmStep(
            owner_id=alarm.owner_id, provider_id=alarm.provider_id, alarm=alarm, at=clock.now(), kind=kind, note=note,
            outcome=outcome[:24],
        ))  # fmt: skip

    def note(self, signal: AlarmSignal) -> None:
        """What was made of a signal; later ones of this desk know of it."""
        self._signals.append(signal)
        place = self._places[signal.site_id]
        detector = detector_of(signal.panel_id, signal.source, signal.zone)
        if signal.alarm_id is not None:
            self._remember(place, signal.alarm_id, signal)
        if signal.verdict == Verdict.OPENED and detector:
            place.trips[detector].append((signal.at_ms, signal.alarm_id, ""))
        if signal.code in PATH_LOST:
            place.path_failures[signal.panel_id].append(signal.at_ms)

    def area(self, signal: Signal, area: str, closed: bool) -> None:
        """The area was set or unset; a sender without a panel speaks of the site's own. An older word than the last one
        changes nothing."""
        site_id = signal.site_id
        assert site_id is not None
        panel_id = signal.panel_id or site_id
        place = self._places[site_id]
        key = testing.area_key(area)
        known = place.areas.get((panel_id, key))
        if known is not None and known.changed_ms > signal.received_ms:
            return
        row = known or AreaState(
            owner_id=signal.owner_id, provider_id=signal.provider_id, site_id=site_id, panel_id=panel_id, area=area
        )
        row.closed, row.changed_ms = closed, signal.received_ms
        place.areas[panel_id, key] = self._areas[panel_id, key] = row

    def gone(self, alarm: Alarm) -> None:
        """It was closed meanwhile, by a verb that wrote it down itself."""
        self._places[alarm.site_id].alarms.pop(alarm.id, None)
        self._changed.pop(alarm.id, None)

    def save(self) -> None:
        """Writes what there is; the desk goes on."""
        Alarm.objects.bulk_create(self._new.values())
        if self._changed and self._fields:
            Alarm.objects.bulk_update(self._changed.values(), sorted(self._fields), batch_size=100)
        AlarmStep.objects.bulk_create(self._steps)
        AlarmSignal.objects.bulk_create(self._signals)
        AreaState.objects.bulk_create(
            self._areas.values(), update_conflicts=True, unique_fields=["panel_id", "area"],
            update_fields=["closed", "changed_ms"],
        )  # fmt: skip
        if self._dues:
            due.put(*{(new.kind, new.about): new for new in self._dues}.values())
        for alarm in self._changed.values():
            self.w.publish("alarm.changed", owner_id=alarm.owner_id, alarm_id=alarm.id, camera_id=alarm.camera_id,
                           state=alarm.state, quiet=alarm.duress)  # fmt: skip
        self._new, self._changed, self._fields, self._areas = {}, {}, set(), {}
        self._steps, self._signals, self._dues = [], [], []


def opened(w: work.Work, alarm: Alarm, *, window: bool) -> None:
    """The queue has one more."""
    w.publish("alarm.opened", owner_id=alarm.owner_id, alarm_id=alarm.id, camera_id=alarm.camera_id,
              priority=alarm.priority, window=window, quiet=alarm.duress)  # fmt: skip


def _lock_sites(party_id: UUID, site_ids: Iterable[UUID | None]) -> None:
    """Whoever makes alarms of a site waits for whoever does it now; in one order, so that nobody waits in a circle."""
    numbers = sorted({locks.number_of(f"alarms/{site_id or party_id}") for site_id in site_ids})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS n", [numbers])


def _closed_ms(place: _Place, area: AreaState | None, heard: Heard) -> int | None:
    """Since when the signal's area is set. One without a panel and without a word of its own goes by the site's panels,
    once all of their areas are set."""
    if area is not None or heard.panel_id is not None:
        return area.changed_ms if area is not None and area.closed else None
    all_of_them = list(place.areas.values())
    return max(one.changed_ms for one in all_of_them) if all_of_them and all(a.closed for a in all_of_them) else None


def _test(row: TestWindow) -> testing.Window:
    zones = frozenset(testing.zone_key(str(zone)) for zone in row.zones)
    return testing.Window(rules.ms_of(row.starts_at), rules.ms_of(row.ends_at), row.panel_id, zones, row.fire)
