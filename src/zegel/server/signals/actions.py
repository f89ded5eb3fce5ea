# SPDX-License-Identifier: EUPL-1.2
"""What people do to lines and panels, and what the interpreter says of signals.

- A key comes in here and never goes out: it is wrapped at once, and no read of this room hands it on.
- Unencrypted signals are an exception: somebody says why, and until when, and the ledger says who.
- Whatever changes here the receivers hear by the database's notice (see the migration's triggers).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from zegel.protocols.events import LEAST_URGENT, MOST_URGENT, Phase, SignalClass
from zegel.server import gate
from zegel.server.footage import mailpictures
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, ids, locks, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.signals import keys, queries
from zegel.server.signals.errors import AccountTaken, BadCode, BadException, BadPanel, PanelEnded, UnknownLine
from zegel.server.signals.models import (
    CodeOverride,
    KeyFormat,
    Line,
    Panel,
    PanelState,
    PanelZone,
    Path,
    PathKind,
    Source,
)
from zegel.server.signals.numbers import overlap, plain
from zegel.server.sites import queries as sites

Facts = dict[str, Fact]

SHORTEST_POLL_S, LONGEST_POLL_S, LONGEST_GRACE_S = 10, 30 * 86_400, 86_400
LONGEST_EXCEPTION = timedelta(days=366)
MOST_ZONES = 1024
_ACCOUNT = re.compile(r"[0-9A-F]{3,16}")
_NUMBER = re.compile(r"[0-9A-F]{0,6}")
_ZONE = re.compile(r"[0-9A-Za-z]{1,32}")
_CODE = re.compile(r"[0-9A-Za-z_.:-]{1,32}")
_PROTOCOLS = frozenset({"cid", "sia", "mail", "frigate", "onvif", "api", "server"})


@dataclass(frozen=True)
class PathPlan:
    """A way by which a panel reports, and how often it polls there. 0: it doesn't, and nobody waits for it."""

    kind: PathKind
    poll_s: int = 0
    grace_s: int = 0


@dataclass(frozen=True)
class NewPanel:
    """What an installer tells of a panel. `key`: as written down, in `key_format`; None for a panel that comes over
    TLS, through a unit, or under an exception."""

    site_id: UUID
    line_id: UUID
    name: str
    account: str
    receiver_no: str = ""
    line_no: str = ""
    protocol: str = "dc09"
    key: str | None = None
    key_format: KeyFormat = KeyFormat.NONE
    paths: tuple[PathPlan, ...] = ()

    def __repr__(self) -> str:
        return f"NewPanel({self.name!r}, account=…, key={'…' if self.key else None})"


@dataclass(frozen=True)
class NewZone:
    zone: str
    name: str
    signal_class: str = ""
    area: str = ""
    camera_ids: tuple[UUID, ...] = ()
    entry_exit: bool = False


# --- the interpreter ---


def processed(signal_ids: Sequence[int], alarm_id: UUID | None) -> None:
    """What became of them: an alarm, or nothing (None). Within the acting party's transaction in which that happened,
    so that neither is there without the other. `signal_ids`: rows' ids."""
    processed_many(dict.fromkeys(signal_ids, alarm_id))


def processed_many(alarm_of: Mapping[int, UUID | None]) -> None:
    """As processed, of many at once, in one statement: row's id → its alarm, or None. Pictures that came with mails
    go with them."""
    if not alarm_of:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE signals_signal s SET processed_at = %s, alarm_id = coalesce(g.alarm, s.alarm_id) "
            "FROM unnest(%s::bigint[], %s::uuid[]) AS g (id, alarm) WHERE s.id = g.id "
            "RETURNING s.source, s.signal_id, s.alarm_id",
            [clock.now(), list(alarm_of), list(alarm_of.values())],
        )
        mails = [(signal_id, alarm_id) for source, signal_id, alarm_id in cursor.fetchall() if source == Source.MAIL]
    for signal_id, alarm_id in mails:
        mailpictures.attach([signal_id], alarm_id)


# --- lines ---


def add_line(
    actor: Actor, *, arc_party_id: UUID, name: str, kinds: Sequence[PathKind], receiver_no: str = "", line_no: str = "",
    line_id: UUID | None = None,
) -> Line:  # fmt: skip
    """A line of the alarm centre's receiver. Raises Denied, BadPanel."""
    with work.transaction(actor) as w:
        _require(actor, Action.ADD, Resource(ResourceKind.LINE, line_id, arc_party_id))
        line = Line.objects.create(
            id=line_id or ids.new(), owner_id=arc_party_id, provider_id=arc_party_id, arc_party_id=arc_party_id,
            name=name[:200], kinds=[PathKind(kind).value for kind in kinds], receiver_no=_number(receiver_no),
            line_no=_number(line_no), created_at=clock.now(),
        )  # fmt: skip
        w.record(Entry(Kind.LINE, arc_party_id, {"line": line.id, "what": "added"}, line.id))
        return line


def except_line(actor: Actor, line_id: UUID, *, reason: str, until: datetime | None) -> Line:
    """Unencrypted DC-09 is taken on this line until then; None ends it. Raises Denied, UnknownLine, BadException."""
    with work.transaction(actor) as w:
        line = queries.get_line(line_id)
        _require(actor, Action.EXCEPT, Resource(ResourceKind.LINE, line.id, line.arc_party_id))
        line.plain_by, line.plain_reason, line.plain_until = exception_of(actor, reason, until)
        line.save(update_fields=["plain_by", "plain_reason", "plain_until"])
        w.record(Entry(Kind.PLAIN_EXCEPTION, line.arc_party_id, {"line": line.id, **_until(until)}, line.id))
        return line


# --- panels ---


def add_panel(actor: Actor, new: NewPanel, *, panel_id: UUID | None = None) -> Panel:
    """A panel of a site. Raises Denied, UnknownSite, UnknownLine, BadPanel, AccountTaken."""
    with work.transaction(actor) as w:
        panel = _added(actor, new, panel_id or ids.new(), Action.ADD)
        facts: Facts = {"panel": panel.id, "site": panel.site_id, "what": "added", "key": panel.key_wrapped is not None}
        w.record(Entry(Kind.PANEL, panel.owner_id, facts, panel.id))
        _changed(w, panel)
        return panel


def _added(actor: Actor, new: NewPanel, panel_id: UUID, action: Action) -> Panel:
    site = sites.get_site(new.site_id)
    of = {"site": site.id}
    _require(actor, action, Resource(ResourceKind.PANEL, panel_id, site.owner_id, of))
    line = _line_for(new.line_id, site.owner_id)
    _refuse_taken(new, line, site.provider_id or site.owner_id)
    wrapped = _wrapped(panel_id, new.key, new.key_format)
    plans = _plans(line, new.paths)
    _refuse_readable(wrapped, line, plans)
    try:
        with transaction.atomic():
            panel = Panel.objects.create(
                id=panel_id, owner_id=site.owner_id, provider_id=site.provider_id, site_id=site.id, line=line,
                name=new.name[:200], account=_account(new.account), receiver_no=_number(new.receiver_no),
                line_no=_number(new.line_no), protocol=new.protocol[:10], key_wrapped=wrapped,
                key_format=KeyFormat(new.key_format).value if wrapped else "", added_at=clock.now(),
                key_changed_at=clock.now() if wrapped else None, encryption_required=wrapped is not None,
                poll_s=max((plan.poll_s for plan in plans), default=0),
                grace_s=max((plan.grace_s for plan in plans), default=0),
            )  # fmt: skip
    except IntegrityError:
        raise AccountTaken from None
    for plan in plans:
        _path(panel, plan)
    return panel


def _refuse_taken(new: NewPanel, line: Line, provider_id: UUID) -> None:
    """An account is one panel's. Another may have it only with other numbers, on a line of the same alarm centre, and
    another provider's only where no frame can mean both. Raises AccountTaken."""
    account = _account(new.account)
    mine = (_number(new.receiver_no), _number(new.line_no))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.number_of(f"account/{account}")])
        cursor.execute("SELECT line, provider, receiver_no, line_no FROM signals_accounts(%s, NULL)", [account])
        others = cursor.fetchall()
    lines = set(Line.objects.filter(arc_party_id=line.arc_party_id).values_list("id", flat=True)) if others else set()
    for line_id, provider, *numbers_of in others:
        theirs = (plain(numbers_of[0]), plain(numbers_of[1]))
        if line_id not in lines or theirs == mine or (provider != provider_id and overlap(mine, theirs)):
            raise AccountTaken


def _line_for(line_id: UUID, owner_id: UUID) -> Line:
    """A line of an alarm centre that serves the owner now."""
    line = queries.get_line(line_id)
    if not people.serves(line.arc_party_id, owner_id, RelationKind.ARC):
        raise UnknownLine
    return line


def _refuse_readable(wrapped: bytes | None, line: Line, plans: Sequence[PathPlan]) -> None:
    """Over the internet only what is encrypted: a key, or TLS; a unit; or a line under an exception."""
    excepted = line.plain_until is not None and clock.now() < line.plain_until
    plain = {PathKind.DC09_TCP, PathKind.DC09_UDP} & {plan.kind for plan in plans}
    if wrapped is None and plain and not excepted:
        raise BadPanel.no_key()


def _plans(line: Line, plans: Sequence[PathPlan]) -> Sequence[PathPlan]:
    kinds = [plan.kind for plan in plans]
    if len(set(kinds)) != len(kinds) or any(kind not in line.kinds and kind is not PathKind.UNIT for kind in kinds):
        raise BadPanel.kind()
    for plan in plans:
        if plan.poll_s and not (SHORTEST_POLL_S <= plan.poll_s <= LONGEST_POLL_S):
            raise BadPanel.poll()
        if plan.poll_s < 0 or not 0 <= plan.grace_s <= LONGEST_GRACE_S:
            raise BadPanel.poll()
    return plans


def _path(panel: Panel, plan: PathPlan) -> None:
    Path.objects.update_or_create(
        panel=panel, kind=plan.kind.value,
        defaults={"poll_s": plan.poll_s, "grace_s": plan.grace_s, "line_id": panel.line_id},
        create_defaults={
            "owner_id": panel.owner_id, "provider_id": panel.provider_id, "line_id": panel.line_id,
            "poll_s": plan.poll_s, "grace_s": plan.grace_s, "since": clock.now(),
        },
    )  # fmt: skip


def change_key(actor: Actor, panel_id: UUID, key: str | None, key_format: KeyFormat) -> Panel:
    """Its new key; None takes it away, where it may come unencrypted. Raises Denied, UnknownPanel, PanelEnded,
    BadPanel."""
    with work.transaction(actor) as w:
        panel = _mine(actor, panel_id, Action.CHANGE_KEY)
        wrapped = _wrapped(panel.id, key, key_format)
        if wrapped is None and not _excepted(panel):
            kinds = [PathPlan(PathKind(path.kind)) for path in queries.paths(panel.id)]
            _refuse_readable(None, queries.get_line(panel.line_id), kinds)
        panel.key_wrapped, panel.key_format = wrapped, KeyFormat(key_format).value if wrapped else ""
        panel.key_changed_at, panel.encryption_required = clock.now(), wrapped is not None
        panel.save(update_fields=["key_wrapped", "key_format", "key_changed_at", "encryption_required"])
        facts: Facts = {"panel": panel.id, "format": panel.key_format or "none"}
        w.record(Entry(Kind.PANEL_KEY, panel.owner_id, facts, panel.id))
        return _changed(w, panel)


def set_paths(actor: Actor, panel_id: UUID, plans: Sequence[PathPlan]) -> Panel:
    """By which ways it reports and how often; ways not named are no longer waited for. Raises Denied, UnknownPanel,
    PanelEnded, BadPanel."""
    with work.transaction(actor) as w:
        panel = _mine(actor, panel_id, Action.CHANGE)
        line = queries.get_line(panel.line_id)
        _plans(line, plans)
        if not _excepted(panel):
            _refuse_readable(None if panel.key_wrapped is None else bytes(panel.key_wrapped), line, plans)
        kept = [plan.kind.value for plan in plans]
        Path.objects.filter(panel=panel).exclude(kind__in=kept).update(poll_s=0, grace_s=0)
        for plan in plans:
            _path(panel, plan)
        panel.poll_s = max((plan.poll_s for plan in plans), default=0)
        panel.grace_s = max((plan.grace_s for plan in plans), default=0)
        panel.save(update_fields=["poll_s", "grace_s"])
        w.record(Entry(Kind.PANEL, panel.owner_id, {"panel": panel.id, "what": "paths"}, panel.id))
        return _changed(w, panel)


def set_zones(actor: Actor, panel_id: UUID, zones: Sequence[NewZone]) -> Panel:
    """All of its zones; those not named go. Raises Denied, UnknownPanel, PanelEnded, BadPanel."""
    with work.transaction(actor) as w:
        panel = _mine(actor, panel_id, Action.CHANGE)
        _check_zones(panel, zones)
        PanelZone.objects.filter(panel=panel).delete()
        PanelZone.objects.bulk_create(
            PanelZone(
                owner_id=panel.owner_id, provider_id=panel.provider_id, panel=panel, zone=zone.zone,
                name=zone.name[:200], signal_class=zone.signal_class, area=zone.area[:32], entry_exit=zone.entry_exit,
                camera_ids=[str(camera) for camera in zone.camera_ids],
            )
            for zone in zones
        )  # fmt: skip
        facts: Facts = {"panel": panel.id, "what": "zones", "count": len(zones)}
        w.record(Entry(Kind.PANEL, panel.owner_id, facts, panel.id))
        return _changed(w, panel)


def _check_zones(panel: Panel, zones: Sequence[NewZone]) -> None:
    numbers = [zone.zone for zone in zones]
    if len(zones) > MOST_ZONES or len(set(numbers)) != len(numbers):
        raise BadPanel.zone()
    for zone in zones:
        known = not zone.signal_class or zone.signal_class in set(SignalClass)
        if not _ZONE.fullmatch(zone.zone) or not zone.name.strip() or not known:
            raise BadPanel.zone()
        for camera_id in zone.camera_ids:
            camera = sites.find_camera(camera_id)
            if camera is None or camera.unit.site_id != panel.site_id:
                raise BadPanel.zone()


def put_under_exception(actor: Actor, panel_id: UUID, *, reason: str, until: datetime | None) -> Panel:
    """Unencrypted signals of this panel are taken until then; None ends it at once. Raises Denied, UnknownPanel,
    PanelEnded, BadException."""
    with work.transaction(actor) as w:
        panel = _mine(actor, panel_id, Action.EXCEPT)
        panel.plain_by, panel.plain_reason, panel.plain_until = exception_of(actor, reason, until)
        panel.encryption_required = panel.key_wrapped is not None and until is None
        panel.save(update_fields=["plain_by", "plain_reason", "plain_until", "encryption_required"])
        w.record(Entry(Kind.PLAIN_EXCEPTION, panel.owner_id, {"panel": panel.id, **_until(until)}, panel.id))
        return _changed(w, panel)


def exception_of(actor: Actor, reason: str, until: datetime | None) -> tuple[UUID | None, str, datetime | None]:
    """Who made it, why, and until when; nobody and nothing for one that ends. Raises BadException."""
    if until is None:
        return None, "", None
    if not reason.strip() or not clock.now() < until <= clock.now() + LONGEST_EXCEPTION:
        raise BadException
    return actor.id, reason.strip()[:300], until


def _until(until: datetime | None) -> dict[str, int | str]:
    return {"what": "ended"} if until is None else {"what": "begun", "until_ms": round(until.timestamp() * 1000)}


def _excepted(panel: Panel) -> bool:
    return panel.plain_until is not None and clock.now() < panel.plain_until


def replace(actor: Actor, panel_id: UUID, new: NewPanel) -> Panel:
    """Another device in its place: the old one ends, its zones go along. Raises Denied, UnknownPanel, PanelEnded,
    BadPanel, AccountTaken."""
    with work.transaction(actor) as w:
        old = _mine(actor, panel_id, Action.REPLACE)
        if new.site_id != old.site_id:
            raise BadPanel.kind()
        zones = list(queries.zones(old.id))
        successor_id = ids.new()
        _end(old, PanelState.REPLACED, successor_id)
        panel = _added(actor, new, successor_id, Action.REPLACE)
        for zone in zones:
            zone.pk, zone.panel = ids.new(), panel
        PanelZone.objects.bulk_create(zones)
        facts: Facts = {"panel": panel.id, "site": panel.site_id, "what": "replaces", "before": old.id}
        w.record(Entry(Kind.PANEL, panel.owner_id, facts, panel.id))
        _changed(w, old)
        return _changed(w, panel)


def retire(actor: Actor, panel_id: UUID) -> Panel:
    """It is no longer there; nobody waits for it, and its account is free. Raises Denied, UnknownPanel, PanelEnded."""
    with work.transaction(actor) as w:
        panel = _mine(actor, panel_id, Action.RETIRE)
        _end(panel, PanelState.RETIRED, None)
        w.record(Entry(Kind.PANEL, panel.owner_id, {"panel": panel.id, "what": "retired"}, panel.id))
        return _changed(w, panel)


def _end(panel: Panel, state: PanelState, successor: UUID | None) -> None:
    """Its key goes with it."""
    panel.state, panel.replaced_by, panel.ended_at = state.value, successor, clock.now()
    panel.key_wrapped, panel.key_format = None, ""
    panel.save(update_fields=["state", "replaced_by", "ended_at", "key_wrapped", "key_format"])
    Path.objects.filter(panel=panel).update(poll_s=0, grace_s=0, missing_since=None)


# --- a provider's own meanings of codes ---


@dataclass(frozen=True)
class Meaning:
    protocol: str
    code: str
    phase: str
    signal_class: str
    priority: int
    name: str
    qualifier: str = ""


def override_code(actor: Actor, meaning: Meaning) -> CodeOverride:
    """From now on that code means this for the acting party's customers; the meaning before is kept. Raises Denied,
    BadCode."""
    _check_meaning(meaning)
    with work.transaction(actor) as w:
        owner_id = actor.party_id
        _require(actor, Action.CHANGE, Resource(ResourceKind.CODES, None, owner_id))
        assert owner_id is not None
        number = _retire_code(owner_id, meaning.protocol, meaning.code, meaning.qualifier) + 1
        row = CodeOverride.objects.create(
            owner_id=owner_id, provider_id=owner_id, protocol=meaning.protocol, code=meaning.code,
            qualifier=meaning.qualifier, number=number, phase=meaning.phase, signal_class=meaning.signal_class,
            priority=meaning.priority, name=meaning.name[:120], made_by=actor.id, made_at=clock.now(),
        )  # fmt: skip
        facts: Facts = {"protocol": meaning.protocol, "code": meaning.code, "number": number}
        w.record(Entry(Kind.CODES, owner_id, facts, row.id))
        return row


def restore_code(actor: Actor, protocol: str, code: str, qualifier: str = "") -> None:
    """The code means again what the table says. Raises Denied."""
    with work.transaction(actor) as w:
        owner_id = actor.party_id
        _require(actor, Action.CHANGE, Resource(ResourceKind.CODES, None, owner_id))
        assert owner_id is not None
        number = _retire_code(owner_id, protocol, code, qualifier)
        facts: Facts = {"protocol": protocol, "code": code[:32], "number": number, "what": "restored"}
        w.record(Entry(Kind.CODES, owner_id, facts))


def _retire_code(owner_id: UUID, protocol: str, code: str, qualifier: str) -> int:
    """The number of the newest meaning so far, which holds no longer; 0 when there was none."""
    mine = CodeOverride.objects.filter(owner_id=owner_id, protocol=protocol, code=code, qualifier=qualifier)
    mine.filter(retired_at=None).update(retired_at=clock.now())
    newest = mine.order_by("-number").first()
    return 0 if newest is None else newest.number


def _check_meaning(meaning: Meaning) -> None:
    if (
        meaning.protocol not in _PROTOCOLS
        or not _CODE.fullmatch(meaning.code)
        or meaning.qualifier not in {"", "1", "3", "6"}
        or meaning.phase not in set(Phase)
        or meaning.signal_class not in set(SignalClass)
        or not MOST_URGENT <= meaning.priority <= LEAST_URGENT
        or not 1 <= len(meaning.name.strip()) <= 120
    ):
        raise BadCode


# --- helpers ---


def resource_of(panel: Panel) -> Resource:
    return Resource(ResourceKind.PANEL, panel.id, panel.owner_id, {"site": panel.site_id})


def _require(actor: Actor, action: Action, resource: Resource) -> None:
    """People pass the gate; the server itself founds."""
    if actor.kind is not ActorKind.SYSTEM:
        gate.require(actor, action, resource)


def _mine(actor: Actor, panel_id: UUID, action: Action) -> Panel:
    panel = queries.lock_panel(panel_id)
    _require(actor, action, resource_of(panel))
    if panel.state != PanelState.ACTIVE:
        raise PanelEnded
    return panel


def _changed(w: work.Work, panel: Panel) -> Panel:
    w.publish("panel.changed", owner_id=panel.owner_id, panel_id=panel.id, site_id=panel.site_id)
    return panel


def _wrapped(panel_id: UUID, key: str | None, key_format: KeyFormat) -> bytes | None:
    return None if not key else keys.wrap(panel_id, key, KeyFormat(key_format))


def _account(text: str) -> str:
    account = text.strip().upper()
    if not _ACCOUNT.fullmatch(account):
        raise BadPanel.account()
    return account


def _number(text: str) -> str:
    number = text.strip().upper()
    if not _NUMBER.fullmatch(number):
        raise BadPanel.number()
    return plain(number)
