# SPDX-License-Identifier: EUPL-1.2
"""What panels and inputs said to a unit on site and the unit makes no alarm of: onto the path of all other signals.

The unit reads what an encrypted panel says, because its key never leaves the site; what it read is its word for it, as
an alarm of the unit's own would be. It opens nothing: only a signed alarm and signed releases do.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from zegel.link.messages import SignalItem, SignalSource, Told
from zegel.protocols.events import Event, Phase, SignalClass
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.ids import from_wire
from zegel.server.signals import queries as signals
from zegel.server.signals.intake import NewSignal, accept
from zegel.server.signals.models import PathKind, Source
from zegel.server.sites import unit_actions
from zegel.server.sites.models import Camera, Unit

AGAIN_MS = 30 * 86_400_000
"""A unit that was long without a network sends what it never heard an answer to."""

_E = TypeVar("_E", bound=StrEnum)


def store(actor: Actor, item: SignalItem) -> None:
    """Committed when it returns. Raises ObjectRefused, UnitRevoked."""
    with tenancy.acting_as(actor.party_id):
        unit = unit_actions.paired_unit(actor)
        panel_id = _panel_of(unit, item)
        camera = _camera_of(unit, item)
    accept(
        NewSignal(
            Source.UNIT, PathKind.UNIT.value, unit.owner_id, unit.provider_id, _event(item, unit, camera), item.raw,
            site_id=unit.site_id, panel_id=panel_id, peer=item.peer, account=item.account,
            seq="" if item.sequence is None else f"{item.sequence:04d}", dedupe=(str(unit.id), item.id),
            again_ms=AGAIN_MS,
        )
    )  # fmt: skip


def _panel_of(unit: Unit, item: SignalItem) -> UUID | None:
    """The site's panel of that account, if the alarm centre knows it; without it the signal is the site's."""
    if item.source is not SignalSource.PANEL:
        return None
    same = (panel for panel in signals.panels_of_site(unit.site_id) if panel.account.upper() == item.account.upper())
    found = next(same, None)
    return None if found is None else found.id


def _camera_of(unit: Unit, item: SignalItem) -> UUID | None:
    if item.camera is None or not Camera.objects.filter(id=from_wire(item.camera), unit=unit).exists():
        return None
    return from_wire(item.camera)


def _event(item: SignalItem, unit: Unit, camera: UUID | None) -> Event:
    told = item.told
    extra = [("unit", str(unit.id)), ("unit_transport", item.transport)]
    extra += [("camera", str(camera))] if camera is not None else []
    return Event(
        told.protocol, told.code, told.qualifier or None, _word(Phase, told.phase, Phase.UNKNOWN),
        _word(SignalClass, told.signal_class, SignalClass.UNKNOWN), told.priority, told.name, told.zone or None,
        told.area or None, told.user or None, told.text, _when(told, item), told.known, told.duress, tuple(extra),
    )  # fmt: skip


def _when(told: Told, item: SignalItem) -> int:
    return item.ms if told.occurred_ms is None else told.occurred_ms


def _word(kind: type[_E], word: str, otherwise: _E) -> _E:
    return kind(word) if word in set(kind) else otherwise
