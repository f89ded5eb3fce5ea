# SPDX-License-Identifier: EUPL-1.2
"""Signals of panels for tests, as their receivers store them, and what the interpreter makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from tests.actors import World
from tests.integration.signals import panels

from zegel.demo.world import WORLD
from zegel.protocols.codes import Table
from zegel.protocols.events import Event, Phase, SignalClass
from zegel.server.alarms import interpreter, scheduler
from zegel.server.alarms.models import Alarm, AlarmSignal
from zegel.server.kernel import clock, tenancy
from zegel.server.signals import intake
from zegel.server.signals.models import Panel, Signal

RAW = b'\n00000000"*ADM-CID"0001L0#1234['  # as an encrypted frame begins


@dataclass
class Ears:
    """A panel of a site, and the server that hears it."""

    world: World
    panel: Panel
    site: str

    @classmethod
    def at(cls, world: World, site: str = "yard", account: str = "1234", line: Any = None) -> Ears:
        return cls(world, panels.panel(world, line or panels.line(world), account, site=site), site)

    @property
    def owner_id(self) -> UUID:
        return self.panel.owner_id

    def say(self, code: str, qualifier: str = "1", *, zone: str | None = None, **more: Any) -> UUID:
        """Contact ID as the receiver would store it; the signal's identifier. `duress`, `area`, `dedupe` … as given."""
        return self.event(cid(code, qualifier, zone, **{k: more.pop(k) for k in ("area", "user") if k in more}), **more)

    def event(self, event: Event, **more: Any) -> UUID:
        more = {"raw": RAW, "transport": "dc09_tls", "source": "panel", **more}
        new = intake.NewSignal(
            owner_id=self.owner_id, provider_id=self.panel.provider_id, event=event, site_id=self.panel.site_id,
            panel_id=more.pop("panel_id", self.panel.id), account=self.panel.account, **more,
        )  # fmt: skip
        return intake.accept(new).signal_id

    def hear(self, code: str, qualifier: str = "1", **more: Any) -> UUID:
        """As say, and the interpreter has read it."""
        said = self.say(code, qualifier, **more)
        read_all()
        return said

    def alarms(self) -> list[Alarm]:
        """Every alarm of the owner, in the order in which they came."""
        with tenancy.acting_as(self.owner_id):
            return list(Alarm.objects.order_by("received_ms", "id"))

    def alarm(self) -> Alarm:
        (one,) = self.alarms()
        return one

    def verdict(self, signal_id: UUID) -> str:
        with tenancy.acting_as(self.owner_id):
            return AlarmSignal.objects.get(signal_id=signal_id).verdict

    def unread(self) -> int:
        with tenancy.acting_as(self.owner_id):
            return Signal.objects.filter(processed_at=None).count()


def cid(code: str, qualifier: str = "1", zone: str | None = None, **more: Any) -> Event:
    meaning = Table.cid().lookup(code, qualifier)
    return Event(
        "cid", code, qualifier, meaning.phase, meaning.signal_class, meaning.priority, meaning.name, zone=zone,
        known=meaning.known, duress=meaning.duress, **more,
    )  # fmt: skip


def unknown_account(account: str = "9999") -> UUID:
    """A signal of an account that nobody knows: it belongs to the alarm centre."""
    arc = WORLD.party("centrale").id
    event = Event("cid", "130", "1", Phase.ALARM, SignalClass.UNKNOWN, 2, "Burglary", zone="1", known=False)
    new = intake.NewSignal(
        source="panel", transport="dc09_tls", owner_id=arc, provider_id=None, event=event, raw=b"?", account=account,
        seq=uuid4().hex[:4], fault="unknown_account",
    )  # fmt: skip
    return intake.accept(new).signal_id


def read_all() -> int:
    """The interpreter until nothing waits."""
    read = 0
    while found := interpreter.run_once():
        read += found
    return read


def everything_due() -> int:
    """The scheduler until nothing is due by the clock."""
    done = 0
    while found := scheduler.run_once():
        done += found
    return done


def now_ms() -> int:
    return clock.now_ms()
