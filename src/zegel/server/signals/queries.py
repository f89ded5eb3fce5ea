# SPDX-License-Identifier: EUPL-1.2
"""Reads of signals, panels and lines. All but `unprocessed` see only what the acting party may see."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zegel.protocols import codes
from zegel.protocols.events import Phase, SignalClass
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.signals.errors import UnknownLine, UnknownPanel, UnknownSignal
from zegel.server.signals.models import CodeOverride, Line, Panel, PanelState, PanelZone, Path, Signal

NEWEST = 200


# --- for whoever makes alarms of signals ---


def unprocessed(limit: int = 500) -> Sequence[Signal]:
    """What nobody has made an alarm of yet, of every owner: in order for each panel, the panels with the most urgent
    class first. Needs no acting party: it is for the server's own worker, which then acts for each one's `owner_id`
    and says `actions.processed` in the same transaction as what it made of it."""
    with tenancy.acting_as(None):
        return list(Signal.objects.raw("SELECT * FROM signals_unprocessed(%s)", [limit]))


# --- within an acting party ---


def get_panel(panel_id: UUID) -> Panel:
    """Raises UnknownPanel."""
    panel = Panel.objects.select_related("line").filter(id=panel_id).first()
    if panel is None:
        raise UnknownPanel
    return panel


def lock_panel(panel_id: UUID) -> Panel:
    """As get_panel, its row locked until the transaction ends."""
    panel = Panel.objects.select_for_update(of=("self",)).filter(id=panel_id).first()
    if panel is None:
        raise UnknownPanel
    return panel


def get_line(line_id: UUID) -> Line:
    """Raises UnknownLine."""
    line = Line.objects.filter(id=line_id).first()
    if line is None:
        raise UnknownLine
    return line


def zone_of(panel_id: UUID, zone: str) -> PanelZone | None:
    """What was said about a panel's zone. Zones are compared without leading zeros: Contact ID writes 001."""
    wanted = zone.lstrip("0") or "0"
    return next((z for z in zones(panel_id) if (z.zone.lstrip("0") or "0") == wanted), None)


def zones(panel_id: UUID) -> Sequence[PanelZone]:
    return list(PanelZone.objects.filter(panel_id=panel_id).order_by("zone"))


def paths(panel_id: UUID) -> Sequence[Path]:
    return list(Path.objects.filter(panel_id=panel_id).order_by("kind"))


def missing_paths(panel_id: UUID) -> Sequence[Path]:
    """Those that are out of reach now: with an alarm of the same panel that is a confirmation of its own."""
    return list(Path.objects.filter(panel_id=panel_id, missing_since__isnull=False))


def signals_of(alarm_id: UUID) -> Sequence[Signal]:
    return list(Signal.objects.filter(alarm_id=alarm_id).order_by("id"))


def signals_by_id(ids: Sequence[int]) -> Sequence[Signal]:
    return list(Signal.objects.filter(id__in=ids).order_by("id"))


def panels_of_site(site_id: UUID) -> Sequence[Panel]:
    """The ones in use."""
    return list(Panel.objects.filter(site_id=site_id, state=PanelState.ACTIVE.value).order_by("name"))


# --- for an actor ---


def lines(actor: Actor) -> Sequence[Line]:
    with tenancy.acting_as(actor.party_id, actor.id):
        return list(Line.objects.order_by("name"))


def panels(actor: Actor, site_id: UUID | None = None) -> Sequence[Panel]:
    """With their zones and paths read already."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Panel.objects.select_related("line").prefetch_related("zones", "paths")
        if site_id is not None:
            found = found.filter(site_id=site_id)
        return list(found.order_by("state", "name")[:2000])


def panel(actor: Actor, panel_id: UUID) -> Panel:
    """Raises UnknownPanel."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Panel.objects.select_related("line").prefetch_related("zones", "paths").filter(id=panel_id).first()
    if found is None:
        raise UnknownPanel
    return found


def newest(actor: Actor, *, panel_id: UUID | None = None, before: int | None = None, limit: int = 50) -> list[Signal]:
    """The newest signals, of one panel or of all that the actor's party sees. `before`: an id, to read on."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Signal.objects.all() if panel_id is None else Signal.objects.filter(panel_id=panel_id)
        if before is not None:
            found = found.filter(id__lt=before)
        return list(found.order_by("-id")[: min(limit, NEWEST)])


def signal(actor: Actor, signal_id: UUID) -> Signal:
    """Raises UnknownSignal."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Signal.objects.filter(signal_id=signal_id).first()
    if found is None:
        raise UnknownSignal
    return found


def own_meaning(provider_id: UUID, protocol: str, code: str, qualifier: str) -> codes.Meaning | None:
    """What the provider says that the code means, None when he says nothing of it. Reads as that provider."""
    table = {"cid": codes.Table.cid, "sia": codes.Table.sia}.get(protocol)
    if table is None:
        return None
    with tenancy.acting_as(provider_id):
        of_code = CodeOverride.objects.filter(owner_id=provider_id, protocol=protocol, code=code, retired_at=None)
        rows = [
            codes.Override(
                row.code, row.qualifier or None, row.name, Phase(row.phase), SignalClass(row.signal_class), row.priority
            )
            for row in of_code.order_by("qualifier")
        ]
    if not rows:
        return None
    before, after = table(), table().overridden(rows)
    found = after.lookup(code, qualifier or None)
    return None if found == before.lookup(code, qualifier or None) else found


def overrides(actor: Actor) -> Sequence[CodeOverride]:
    """The acting party's own meanings, with those that were replaced."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = CodeOverride.objects.filter(owner_id__in=[actor.party_id])
        return list(found.order_by("protocol", "code", "qualifier", "-number"))
