# SPDX-License-Identifier: EUPL-1.2
"""Lines, panels and what came in: for who installs and who handles alarms. No answer here holds a key or a part of
one: it can be set and taken away, and that there is one can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Field, Query, Router, Schema

from zegel.protocols.events import SignalClass
from zegel.protocols.names import said
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.people.roles import Role
from zegel.server.signals import actions, queries
from zegel.server.signals.errors import UnknownSignal
from zegel.server.signals.models import CodeOverride, KeyFormat, Line, Panel, PanelZone, Path, PathKind, Signal

router = Router(tags=["signals"])

for _code, _status in (
    ("unknown_line", 404), ("unknown_panel", 404), ("unknown_signal", 404), ("account_taken", 409), ("bad_panel", 422),
    ("bad_exception", 422), ("panel_ended", 409), ("bad_code", 422),
):  # fmt: skip
    errors.status(_code, _status)

LONGEST_KEY = 128
HANDLERS = frozenset({Role.OPERATOR, Role.SUPERVISOR})
Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]
Number = Annotated[str, Field(max_length=6)]


class NewLine(Schema):
    name: str = Field(min_length=1, max_length=200)
    kinds: list[PathKind] = Field(max_length=10)
    receiver_no: Number = ""
    line_no: Number = ""


class Exception_(Schema):
    """`until_ms` null ends it."""

    reason: str = Field(default="", max_length=300)
    until_ms: Moment | None = None


class PathBody(Schema):
    kind: PathKind
    poll_s: int = Field(default=0, ge=0, le=actions.LONGEST_POLL_S)
    grace_s: int = Field(default=0, ge=0, le=actions.LONGEST_GRACE_S)


class KeyBody(Schema):
    """`key` null takes it away."""

    key: str | None = Field(default=None, max_length=LONGEST_KEY, repr=False)
    key_format: Literal["", "hex", "ascii"] = ""


class NewPanelBody(KeyBody):
    site_id: UUID
    line_id: UUID
    name: str = Field(min_length=1, max_length=200)
    account: str = Field(min_length=3, max_length=16)
    receiver_no: Number = ""
    line_no: Number = ""
    paths: list[PathBody] = Field(default=[], max_length=7)


class ZoneBody(Schema):
    zone: str = Field(min_length=1, max_length=32)
    name: str = Field(min_length=1, max_length=200)
    signal_class: str = Field(default="", max_length=24)
    area: str = Field(default="", max_length=32)
    camera_ids: list[UUID] = Field(default=[], max_length=64)
    entry_exit: bool = False


class Zones(Schema):
    zones: list[ZoneBody] = Field(max_length=actions.MOST_ZONES)


class Paths(Schema):
    paths: list[PathBody] = Field(max_length=7)


class CodeBody(Schema):
    protocol: str = Field(max_length=8)
    code: str = Field(min_length=1, max_length=32)
    qualifier: str = Field(default="", max_length=1)


class MeaningBody(CodeBody):
    phase: str = Field(max_length=16)
    signal_class: str = Field(max_length=24)
    priority: int = Field(ge=1, le=9)
    name: str = Field(min_length=1, max_length=120)


# --- lines ---


@router.get("/lines")
def lines(request: HttpRequest) -> dict[str, Any]:
    """Lines of the acting alarm centre, or of those that serve the acting party's customers."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.LINE))
    return {"lines": [line_shape(line) for line in queries.lines(actor)]}


@router.post("/lines")
def add_line(request: HttpRequest, body: NewLine) -> dict[str, Any]:
    """A line of the acting alarm centre's receiver."""
    actor = acting(request)
    assert actor.party_id is not None
    return line_shape(actions.add_line(
        actor, arc_party_id=actor.party_id, name=body.name, kinds=body.kinds, receiver_no=body.receiver_no,
        line_no=body.line_no,
    ))  # fmt: skip


@router.post("/lines/{line_id}/exception")
def except_line(request: HttpRequest, line_id: UUID, body: Exception_) -> dict[str, Any]:
    """Unencrypted signals are taken on it until then: whoever says so answers for it."""
    actor = acting(request)
    return line_shape(actions.except_line(actor, line_id, reason=body.reason, until=clock.moment(body.until_ms)))


# --- panels ---


@router.get("/panels")
def panels(request: HttpRequest, site_id: UUID | None = None) -> dict[str, Any]:
    """Panels that the acting party may know of, of one site or of all."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.PANEL))
    found = queries.panels(actor, site_id)
    allowed = _owners(actor, Action.READ, ResourceKind.PANEL, {panel.owner_id for panel in found})
    return {"panels": [panel_shape(panel) for panel in found if panel.owner_id in allowed]}


@router.get("/panels/{panel_id}")
def panel(request: HttpRequest, panel_id: UUID) -> dict[str, Any]:
    """One panel with its zones and paths."""
    return _whole(acting(request), panel_id)


@router.post("/panels")
def add_panel(request: HttpRequest, body: NewPanelBody) -> dict[str, Any]:
    """A panel of a site, on a line of the alarm centre that serves its owner."""
    actor = acting(request)
    return _whole(actor, actions.add_panel(actor, _new(body)).id)


@router.post("/panels/{panel_id}/key")
def change_key(request: HttpRequest, panel_id: UUID, body: KeyBody) -> dict[str, Any]:
    """Its new key, in the format in which it is written."""
    actor = acting(request)
    return _whole(actor, actions.change_key(actor, panel_id, body.key, KeyFormat(body.key_format)).id)


@router.post("/panels/{panel_id}/zones")
def set_zones(request: HttpRequest, panel_id: UUID, body: Zones) -> dict[str, Any]:
    """All of its zones."""
    actor = acting(request)
    zones = [
        actions.NewZone(z.zone, z.name, z.signal_class, z.area, tuple(z.camera_ids), z.entry_exit) for z in body.zones
    ]
    return _whole(actor, actions.set_zones(actor, panel_id, zones).id)


@router.post("/panels/{panel_id}/paths")
def set_paths(request: HttpRequest, panel_id: UUID, body: Paths) -> dict[str, Any]:
    """By which ways it reports, and how often."""
    actor = acting(request)
    return _whole(actor, actions.set_paths(actor, panel_id, _plans(body.paths)).id)


@router.post("/panels/{panel_id}/exception")
def except_panel(request: HttpRequest, panel_id: UUID, body: Exception_) -> dict[str, Any]:
    """Unencrypted signals of this panel are taken until then."""
    actor = acting(request)
    until = clock.moment(body.until_ms)
    return _whole(actor, actions.put_under_exception(actor, panel_id, reason=body.reason, until=until).id)


@router.post("/panels/{panel_id}/replace")
def replace(request: HttpRequest, panel_id: UUID, body: NewPanelBody) -> dict[str, Any]:
    """Another device in its place; its zones go along."""
    actor = acting(request)
    return _whole(actor, actions.replace(actor, panel_id, _new(body)).id)


@router.post("/panels/{panel_id}/retire")
def retire(request: HttpRequest, panel_id: UUID) -> dict[str, Any]:
    """It is no longer there."""
    actor = acting(request)
    return _whole(actor, actions.retire(actor, panel_id).id)


def _whole(actor: Actor, panel_id: UUID) -> dict[str, Any]:
    found = queries.panel(actor, panel_id)
    require(actor, Action.READ, actions.resource_of(found))
    return panel_shape(found)


def _new(body: NewPanelBody) -> actions.NewPanel:
    return actions.NewPanel(
        body.site_id, body.line_id, body.name, body.account, body.receiver_no, body.line_no, key=body.key,
        key_format=KeyFormat(body.key_format), paths=_plans(body.paths),
    )  # fmt: skip


def _plans(bodies: Sequence[PathBody]) -> tuple[actions.PathPlan, ...]:
    return tuple(actions.PathPlan(path.kind, path.poll_s, path.grace_s) for path in bodies)


# --- what came in ---


@router.get("/signals")
def signals(
    request: HttpRequest,
    panel_id: UUID | None = None,
    before: Annotated[int | None, Query(ge=0, lt=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=queries.NEWEST)] = 50,
) -> dict[str, Any]:
    """The newest signals, of one panel or of all that the acting party handles. `before`: an `order`, to read on. The
    owner's own people are not shown hold-ups: somebody may be reading along."""
    actor = acting(request)
    found = queries.newest(actor, panel_id=panel_id, before=before, limit=limit)
    allowed = _owners(actor, Action.LIST, ResourceKind.SIGNAL, {row.owner_id for row in found})
    shown = [row for row in found if row.owner_id in allowed and not _hidden(actor, row)]
    return {"signals": [signal_shape(row) for row in shown]}


@router.get("/signals/{signal_id}")
def signal(request: HttpRequest, signal_id: UUID) -> dict[str, Any]:
    """One signal: as it came, in hexadecimal digits, and as it was understood."""
    actor = acting(request)
    row = queries.signal(actor, signal_id)
    require(actor, Action.READ, Resource(ResourceKind.SIGNAL, row.signal_id, row.owner_id))
    if _hidden(actor, row):
        raise UnknownSignal
    return {**signal_shape(row), "raw": bytes(row.raw).hex(), "peer": row.peer, "extra": row.extra}


def _hidden(actor: Actor, row: Signal) -> bool:
    """A hold-up, to the people of the party that it is about. What an alarm centre got from an account that nobody
    knows is its own, and its operators read it."""
    if row.owner_id != actor.party_id or actor.role in HANDLERS:
        return False
    return row.duress or row.signal_class == SignalClass.HOLDUP_DURESS


def _owners(actor: Actor, action: Action, kind: ResourceKind, owners: set[UUID]) -> set[UUID]:
    """Those of whose things the actor may know."""
    return {owner for owner in owners if decide(actor, action, Resource(kind, None, owner)).allowed}


# --- what codes mean ---


@router.get("/codes")
def codes(request: HttpRequest) -> dict[str, Any]:
    """The acting provider's own meanings, with those that were replaced."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.CODES, None, actor.party_id))
    rows = queries.overrides(actor)
    names = people.person_names(row.made_by for row in rows if row.made_by is not None)
    return {"codes": [code_shape(row, names) for row in rows]}


@router.post("/codes")
def override_code(request: HttpRequest, body: MeaningBody) -> dict[str, Any]:
    """From now on that code means this for the acting provider's customers."""
    actor = acting(request)
    meaning = actions.Meaning(
        body.protocol, body.code, body.phase, body.signal_class, body.priority, body.name, body.qualifier
    )
    return code_shape(actions.override_code(actor, meaning), {})


@router.post("/codes/restore")
def restore_code(request: HttpRequest, body: CodeBody) -> dict[str, Any]:
    """The code means again what the table says."""
    actions.restore_code(acting(request), body.protocol, body.code, body.qualifier)
    return {}


# --- shapes ---


def line_shape(line: Line) -> dict[str, Any]:
    return {
        "id": str(line.id), "name": line.name, "kinds": line.kinds, "receiver_no": line.receiver_no,
        "line_no": line.line_no, "exception": _exception(line),
    }  # fmt: skip


def panel_shape(panel: Panel) -> dict[str, Any]:
    return {
        "id": str(panel.id), "site_id": str(panel.site_id), "name": panel.name, "account": panel.account,
        "line": {"id": str(panel.line_id), "name": panel.line.name}, "receiver_no": panel.receiver_no,
        "line_no": panel.line_no, "protocol": panel.protocol, "state": panel.state,
        "encrypted": panel.key_wrapped is not None, "key_format": panel.key_format or None,
        "key_changed_ms": clock.ms(panel.key_changed_at), "encryption_required": panel.encryption_required,
        "exception": _exception(panel), "clock_drift_ms": panel.clock_drift_ms, "added_ms": clock.ms(panel.added_at),
        "ended_ms": clock.ms(panel.ended_at),
        "replaced_by": None if panel.replaced_by is None else str(panel.replaced_by),
        "zones": [_zone(zone) for zone in sorted(panel.zones.all(), key=lambda zone: zone.zone)],
        "paths": [_path(path) for path in sorted(panel.paths.all(), key=lambda path: path.kind)],
    }  # fmt: skip


def _zone(zone: PanelZone) -> dict[str, Any]:
    return {
        "zone": zone.zone, "name": zone.name, "signal_class": zone.signal_class, "area": zone.area,
        "camera_ids": zone.camera_ids, "entry_exit": zone.entry_exit,
    }  # fmt: skip


def _path(path: Path) -> dict[str, Any]:
    return {
        "kind": path.kind, "poll_s": path.poll_s, "grace_s": path.grace_s, "last_ms": clock.ms(path.last_at),
        "missing_since_ms": clock.ms(path.missing_since),
    }  # fmt: skip


def _exception(of: Line | Panel) -> dict[str, Any] | None:
    if of.plain_until is None:
        return None
    names = people.person_names([of.plain_by]) if of.plain_by is not None else {}
    by = "" if of.plain_by is None else names.get(of.plain_by, "")
    return {"by": by, "reason": of.plain_reason, "until_ms": clock.ms(of.plain_until)}


def signal_shape(row: Signal) -> dict[str, Any]:
    """A signal without its bytes. `order` rises with time; `times` counts what was sent again."""
    return {
        "id": str(row.signal_id), "order": row.id, "at_ms": row.received_ms, "last_ms": row.last_ms,
        "occurred_ms": row.occurred_ms, "times": row.times, "source": row.source, "transport": row.transport,
        "panel_id": None if row.panel_id is None else str(row.panel_id),
        "site_id": None if row.site_id is None else str(row.site_id),
        "line_id": None if row.line_id is None else str(row.line_id), "account": row.account, "seq": row.seq,
        "protocol": row.protocol, "code": row.code, "qualifier": row.qualifier, "phase": row.phase,
        "class": row.signal_class, "priority": row.priority, "zone": row.zone, "area": row.area,
        "name": said(row.name, get_language() or "en"),
        "user": row.user, "text": row.text, "known": row.known, "duress": row.duress, "fault": row.fault,
        "alarm_id": None if row.alarm_id is None else str(row.alarm_id),
    }  # fmt: skip


def code_shape(row: CodeOverride, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "protocol": row.protocol, "code": row.code, "qualifier": row.qualifier, "number": row.number,
        "phase": row.phase, "class": row.signal_class, "priority": row.priority, "name": row.name,
        "by": "" if row.made_by is None else names.get(row.made_by, ""), "at_ms": clock.ms(row.made_at),
        "retired_ms": clock.ms(row.retired_at),
    }  # fmt: skip
