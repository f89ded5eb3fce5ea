# SPDX-License-Identifier: EUPL-1.2
"""From signals to alarms: takes what came in, asks the rules, writes what follows.

- One at a time (an advisory lock); woken by the receivers' notice, and it looks each second anyhow.
- Signals go in one transaction with everything that follows from them and the note that they were taken: a kill at
  any instant leaves them waiting, whole, for the next. One signal is read once (AlarmSignal.signal_id is unique), so
  that nothing makes a second alarm.
- A signal whose reading fails is tried alone, and then becomes an alarm for a person to judge, without any rule.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

import psycopg
from django.db import InterfaceError, OperationalError

from zegel.protocols import dc09
from zegel.protocols.codes import Table
from zegel.protocols.errors import NotAFrame
from zegel.server.alarms import reading, rules, testing
from zegel.server.alarms.actions.recalling import may_be_recalled, recalled
from zegel.server.alarms.desk import Desk, about, by_of
from zegel.server.alarms.joining import confirm, join, times_of
from zegel.server.alarms.models import Alarm, AlarmSignal
from zegel.server.alarms.reading import OPENS, Heard, Opening, Reading
from zegel.server.alarms.rules import State, Verb, Verdict
from zegel.server.alarms.scoring import rescore, scored
from zegel.server.kernel import clock, ids, locks, log, services, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.signals import actions as signals_room
from zegel.server.signals import queries as signals
from zegel.server.signals.intake import CHANNEL
from zegel.server.signals.models import PanelZone, Signal

LOOK_AGAIN_S = 1.0
AT_ONCE = 300
TOGETHER = 100  # signals in one transaction: short enough that an urgent one never waits long


@services.service("worker", name="alarms.interpreter")
def run(stop: threading.Event) -> None:
    """Until told to stop, or until the lock or the database is lost (the service begins anew)."""
    with locks.only_one("alarms.interpreter", stop) as holder:
        if holder is None:
            return
        holder.execute(f"LISTEN {CHANNEL}")
        while not stop.is_set():
            if run_once() == 0:
                _wait(holder, stop)


def _wait(holder: psycopg.Connection[tuple[object, ...]], stop: threading.Event) -> None:
    """Until somebody says that there is more, a second at most. Raises when the lock's connection is gone."""
    for _ in holder.notifies(timeout=LOOK_AGAIN_S, stop_after=1):
        return
    holder.execute("SELECT 1")


def run_once() -> int:
    """Takes what waits, the most urgent first; returns how many signals it read."""
    return sum(_take(party_id, group) for party_id, group in _shares(signals.unprocessed(AT_ONCE)))


def _shares(waiting: Sequence[Signal]) -> Iterator[tuple[UUID, list[Signal]]]:
    """What one party may handle together, in its order, a share at a time; who has the most urgent signal first. Many
    owners' signals at once go by their alarm centre, which sees them all: one commit for a storm's every hundred."""
    owners = {signal.owner_id for signal in waiting}
    party_of = {owner_id: owner_id if len(owners) == 1 else _centres.of(owner_id) for owner_id in owners}
    of_party: dict[UUID, list[Signal]] = {}
    for signal in waiting:
        of_party.setdefault(party_of[signal.owner_id], []).append(signal)
    start = 0
    while any(start < len(mine) for mine in of_party.values()):
        for party_id, mine in of_party.items():
            if start < len(mine):
                yield party_id, mine[start : start + TOGETHER]
        start += TOGETHER


class _Centres:
    """Which alarm centre serves an owner, as of a minute ago at most. Wrong is harmless: what it may not write, it
    can't, and the owner's own transaction follows."""

    def __init__(self) -> None:
        self._known: dict[UUID, tuple[float, UUID]] = {}

    def of(self, owner_id: UUID) -> UUID:
        known, now = self._known.get(owner_id), clock.monotonic()
        if known is not None and known[0] > now:
            return known[1]
        party_id = people.serving(owner_id, RelationKind.ARC) or owner_id
        if len(self._known) > 100_000:
            self._known.clear()
        self._known[owner_id] = (now + 60.0, party_id)
        return party_id


_centres = _Centres()


def _take(party_id: UUID, group: Sequence[Signal]) -> int:
    """Together; if that fails each owner's, each alone. How many were taken."""
    try:
        process(party_id, group)
        return len(group)
    except (OperationalError, InterfaceError):
        raise  # the database is away, or somebody else was first: everything is as it was
    except Exception as error:
        _log("alarms.group_failed", party_id, error)
        return sum(_take_alone(signal.owner_id, signal) for signal in group)


def _take_alone(owner_id: UUID, signal: Signal) -> bool:
    """By the rules, else as something for a person to judge. One that even this refuses waits, and stops no other."""
    for for_a_person in (False, True):
        try:
            process(owner_id, [signal], for_a_person=for_a_person)
            return True
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            _log("alarms.signal_failed", owner_id, error, signal_id=signal.signal_id, for_a_person=for_a_person)
    return False


def _log(event: str, owner_id: UUID, error: Exception, **more: object) -> None:
    log.error(event, owner=owner_id, error=type(error).__name__, where=log.place_of(error), **more)


def process(party_id: UUID, group: Sequence[Signal], *, for_a_person: bool = False) -> None:
    """These signals, in their order: one transaction, as a party that may see and write them all (their owner, or the
    alarm centre that serves their owners). Raises what the database raises."""
    actor = system(party_id)
    with work.transaction(actor) as w:
        zones = _zones(group)
        cameras = _cameras(zones)
        said = [
            (signal, heard_of(signal, zones.get(_place(signal)), cameras.get(signal.panel_id, frozenset())))
            for signal in group
        ]
        asked = frozenset(about(heard.signal_class, heard.phase, heard.code) for _, heard in said)
        desk = Desk.of(w, party_id, {signal.site_id for signal in group}, asked=asked)
        done = _read_before(group)
        for signal, heard in said:
            if signal.signal_id in done:
                continue
            if for_a_person:
                heard = replace(heard, signal_class=rules.UNKNOWN, known=False, duress=False, zone="", area="")
            found = reading.read(heard, desk.picture(signal.site_id, heard))
            done[signal.signal_id] = _apply(actor, desk, signal, heard, found)
        desk.save()
        _say_processed(group, done)


def _read_before(group: Sequence[Signal]) -> dict[UUID, UUID | None]:
    """Those that were read already, and their alarms: their note may have been lost, their reading never is."""
    rows = AlarmSignal.objects.filter(signal_id__in=[signal.signal_id for signal in group])
    return dict(rows.values_list("signal_id", "alarm_id"))


def _say_processed(group: Sequence[Signal], alarm_of: dict[UUID, UUID | None]) -> None:
    signals_room.processed_many({signal.id: alarm_of[signal.signal_id] for signal in group})


def _place(signal: Signal) -> tuple[UUID | None, str]:
    return signal.panel_id, testing.zone_key(signal.zone)


def _zones(group: Sequence[Signal]) -> dict[tuple[UUID | None, str], PanelZone]:
    panels = {
        signal.panel_id for signal in group
        if signal.panel_id is not None and (signal.zone or _takes_back(signal))
    }  # fmt: skip
    if not panels:
        return {}
    rows = PanelZone.objects.filter(panel_id__in=panels)
    return {(row.panel_id, testing.zone_key(row.zone)): row for row in rows}


def _takes_back(signal: Signal) -> bool:
    return signal.phase in OPENS or signal.phase == "cancel" or signal.signal_class == "cancel_recall"


def _cameras(zones: dict[tuple[UUID | None, str], PanelZone]) -> dict[UUID | None, frozenset[UUID]]:
    """The cameras that look at some zone of each panel."""
    found: dict[UUID | None, frozenset[UUID]] = {}
    for (panel_id, _), zone in zones.items():
        if zone.camera_ids:
            found[panel_id] = found.get(panel_id, frozenset()) | {UUID(one) for one in zone.camera_ids}
    return found


def heard_of(signal: Signal, zone: PanelZone | None, cameras: frozenset[UUID] = frozenset()) -> Heard:
    """As the rules hear it. What is said about its zone goes before what its code says, where the code is an alarm."""
    signal_class = signal.signal_class
    if zone is not None and zone.signal_class and signal.phase == "alarm" and not rules.is_life_safety(signal_class):
        signal_class = zone.signal_class
    area = signal.area or ("" if zone is None else zone.area)
    if signal.panel_id is None and signal.site_id is None:
        area = f"account {signal.account}"[:32]
    return Heard(
        signal_class, signal.phase, signal.received_ms, signal.source, signal.code, signal.zone, area, signal.panel_id,
        signal.known, signal.duress, zone is not None and zone.entry_exit,
        by_of(signal_class, signal.source, signal.code), vouched=is_vouched(signal),
        cameras=cameras, unit_id=_unit_of(signal), priority=_own_priority(signal, signal_class),
    )  # fmt: skip


def _own_priority(signal: Signal, signal_class: str) -> int | None:
    """The place in the queue of a code whose priority is not the one of the tables as they are delivered: its provider
    gave it one. What is said of the zone goes before it."""
    table = {"cid": Table.cid, "sia": Table.sia}.get(signal.protocol)
    if table is None or not signal.known or signal_class != signal.signal_class:
        return None
    if signal.priority == table().lookup(signal.code, signal.qualifier or None).priority:
        return None
    return rules.priority_of_code(signal.priority)


OPEN_SENDERS = frozenset({"mail", "unit"})  # what a unit passes on unencrypted, anybody on the site's network may say
FRAMED = frozenset({"panel", "unit"})  # their bytes are a DC-09 frame that was opened with the account's key
CLOSED_NETWORKS = frozenset({"dc09_tcp", "dc09_udp"})  # taken unencrypted only behind a VPN, as a recorded exception


def is_vouched(signal: Signal) -> bool:
    """Whether only its sender could have sent it: it was encrypted with the account's own key (a DC-09 frame says so
    with `*`), or came by a way that asked for a key or is closed to others. TLS alone names the server, not the panel.
    """
    if signal.source in FRAMED and _is_encrypted(bytes(signal.raw)):
        return True
    if signal.source == "panel":
        return signal.transport in CLOSED_NETWORKS
    return signal.source not in OPEN_SENDERS


def _is_encrypted(raw: bytes) -> bool:
    """As whoever took it read it: the bytes around the name may be anything that the sender wants them to be."""
    try:
        return dc09.header(raw).encrypted
    except NotAFrame:
        return False


def _unit_of(signal: Signal) -> UUID | None:
    """The unit that passed it on; the receiver of units writes it, and no sender."""
    if signal.source != "unit":
        return None
    return next((UUID(value) for name, value in signal.extra if name == "unit"), None)


# --- what follows ---


def _apply(actor: Actor, desk: Desk, signal: Signal, heard: Heard, found: Reading) -> UUID | None:
    """Does what the reading says; the alarm that the signal belongs to."""
    alarm_id = found.about
    if found.opening is not None:
        alarm = _new_alarm(desk, signal, heard, found.opening)
        desk.add(alarm)
        alarm_id = alarm.id
    if found.joining is not None:
        join(desk, desk.alarm(signal.site_id, found.joining.alarm_id), heard, found.joining)
        alarm_id = found.joining.alarm_id
    for other_id, confirmed in found.also_confirmed:
        confirm(desk, desk.alarm(signal.site_id, other_id), confirmed)
    may_set = signal.panel_id is not None or (heard.vouched and not heard.is_units)
    if found.area_closed is not None and signal.site_id is not None and may_set:
        desk.area(signal, heard.area, found.area_closed)
    if found.step and found.about is not None:
        desk.step(desk.alarm(signal.site_id, found.about), found.step, outcome=signal.code)
    desk.note(_noted(signal, heard, found.verdict, alarm_id))
    _take_back(actor, desk, signal, found)
    return alarm_id


def _noted(signal: Signal, heard: Heard, verdict: Verdict, alarm_id: UUID | None) -> AlarmSignal:
    return AlarmSignal(
        owner_id=signal.owner_id, provider_id=signal.provider_id, signal_id=signal.signal_id, alarm_id=alarm_id,
        site_id=signal.site_id, panel_id=signal.panel_id, source=signal.source, signal_class=heard.signal_class,
        phase=signal.phase, code=signal.code[:24], zone=heard.zone, area=heard.area, at_ms=signal.received_ms,
        verdict=verdict.value,
    )  # fmt: skip


def _new_alarm(desk: Desk, signal: Signal, heard: Heard, opening: Opening) -> Alarm:
    now_ms = clock.now_ms()
    waits = opening.queue_ms > max(heard.at_ms, now_ms)
    alarm = Alarm(
        id=ids.new(), owner_id=signal.owner_id, provider_id=signal.provider_id, site_id=signal.site_id,
        panel_id=signal.panel_id, state=(State.NEW if waits else rules.after(State.NEW, Verb.QUEUE)).value,
        cause="input", alarm_class=opening.signal_class, signal_class=opening.signal_class, source=signal.source,
        zone=heard.zone, area=heard.area, score=0, images="none:signal", first_seen_ms=heard.at_ms,
        raised_ms=heard.at_ms, received_ms=signal.received_ms, last_signal_ms=signal.received_ms,
        duress=opening.duress, confirmed=opening.confirmed.value,
    )  # fmt: skip
    if waits:
        alarm.queue_at = rules.moment(opening.queue_ms)
    times_of(alarm, desk, opening)
    alarm.priority = rules.priority_of(
        alarm.signal_class, alarm.alarm_class, alarm.confirmed, alarm.duress, heard.priority
    )  # fmt: skip
    scored(alarm, set())
    return alarm


def _take_back(actor: Actor, desk: Desk, signal: Signal, found: Reading) -> None:
    """The site's own disarming: recalled while that is possible, else a note for whoever judges."""
    for alarm_id in found.flags:
        alarm = desk.alarm(signal.site_id, alarm_id)
        alarm.cancelled_potential = True
        desk.change(alarm, "cancelled_potential", *rescore(alarm))
        desk.step(alarm, "potential_cancel", outcome=signal.code)
    if not found.recalls:
        return
    desk.save()  # a recall writes and ends things by itself: what is on the desk comes first
    for alarm_id in found.recalls:
        alarm = desk.alarm(signal.site_id, alarm_id)
        if may_be_recalled(alarm):
            recalled(actor, desk.w, alarm)
            desk.gone(alarm)


def unread_left() -> bool:
    """Whether anything waits: for tests and for the health page. Needs no acting party."""
    return bool(signals.unprocessed(1))
