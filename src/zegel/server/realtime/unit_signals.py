# SPDX-License-Identifier: EUPL-1.2
"""What panels and inputs said to a unit on site and the unit makes no alarm of: onto the path of all other signals.

The unit reads what an encrypted panel says, because its key never leaves the site; what it read is its word for it, as
an alarm of the unit's own would be. It opens nothing: only a signed alarm and signed releases do.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

import msgspec

from zegel.link.messages import SignalItem, SignalSource, Told
from zegel.protocols.codes import UNKNOWN_NAME
from zegel.protocols.events import Event, Phase, SignalClass
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.ids import from_wire
from zegel.server.signals import queries as signals
from zegel.server.signals.intake import NewSignal, accept
from zegel.server.signals.models import Panel, PathKind, Source
from zegel.server.sites import unit_actions
from zegel.server.sites.models import Camera, Unit

AGAIN_MS = 30 * 86_400_000
"""A unit that was long without a network sends what it never heard an answer to."""

_E = TypeVar("_E", bound=StrEnum)


def store(actor: Actor, item: SignalItem) -> None:
    """Committed when it returns. Raises ObjectRefused, UnitRevoked."""
    with tenancy.acting_as(actor.party_id):
        unit = unit_actions.paired_unit(actor)
        panel = _panel_of(unit, item)
        camera = _camera_of(unit, item)
    provider_id = unit.provider_id if panel is None else panel.provider_id
    event = _as_the_provider_says(_event(item, unit, camera), item, provider_id)
    accept(
        NewSignal(
            Source.UNIT, PathKind.UNIT.value, unit.owner_id, unit.provider_id, event, item.raw,
            site_id=unit.site_id, panel_id=None if panel is None else panel.id, peer=item.peer, account=item.account,
            seq="" if item.sequence is None else f"{item.sequence:04d}", dedupe=(str(unit.id), item.id),
            again_ms=AGAIN_MS,
        )
    )  # fmt: skip


def _panel_of(unit: Unit, item: SignalItem) -> Panel | None:
    """The site's panel of that account, if the alarm centre knows it; without it the signal is the site's."""
    if item.source is not SignalSource.PANEL:
        return None
    same = (panel for panel in signals.panels_of_site(unit.site_id) if panel.account.upper() == item.account.upper())
    return next(same, None)


def _as_the_provider_says(event: Event, item: SignalItem, provider_id: UUID) -> Event:
    """The unit reads by the tables that it came with; what the provider says of a code counts here as for every panel.
    What a unit heard of an account that it doesn't know stays for a person: its code is known, and its class is not."""
    if item.source is not SignalSource.PANEL or not (event.known or event.name == UNKNOWN_NAME):
        return event
    meaning = signals.own_meaning(provider_id, event.protocol, event.code, event.qualifier or "")
    if meaning is None:
        return event
    return msgspec.structs.replace(
        event, phase=meaning.phase, signal_class=meaning.signal_class, priority=meaning.priority, name=meaning.name,
        known=meaning.known, duress=event.duress or meaning.duress,
    )  # fmt: skip


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
