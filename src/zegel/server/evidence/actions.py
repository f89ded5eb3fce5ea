# SPDX-License-Identifier: EUPL-1.2
"""Every write of evidence. The principles that keep it safe (C5):

- Nothing is handed over by the provider or an alarm centre without an order that was recorded, decided on and accepted,
  and never more than it asks for: its cameras, its time. The gate finds that out, nobody tells it.
- At an alarm centre two persons agree, one of them a supervisor, for one hour and one alarm; what they can open is what
  the unit released then, and nothing else: this room has no key.
- The provider opens nothing. He hands over ciphertext, the units' lists and the log's proofs.
- A line of the register and the ledger's entry are committed together, before anybody holds the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.seal.suite import sign_fingerprint
from zegel.server.evidence import queries, rules
from zegel.server.evidence.errors import AskedAlready, BadOrder, DecidedAlready, UnknownOrder, UnknownPreparation
from zegel.server.evidence.facts import scope_of
from zegel.server.evidence.models import Disclosure, Order, Preparation
from zegel.server.evidence.rules import Decision, Form, Ground, Maker
from zegel.server.footage import queries as footage
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.lifecycle import incidents
from zegel.server.people import queries as people
from zegel.server.people.roles import Role
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Site

_MADE_BY = {Role.OWNER: Maker.OWNER, Role.MEMBER: Maker.OWNER, Role.OPERATOR: Maker.ARC, Role.SUPERVISOR: Maker.ARC}


@dataclass(frozen=True)
class OrderSaid:
    """An order as its receiver records it. Times aware; `paper`: SHA-256 of the paper, where it is on file."""

    site_id: UUID
    authority: str
    officer: str
    reference: str
    ground: Ground
    article: str
    scope: str
    camera_ids: tuple[UUID, ...]
    from_at: datetime
    to_at: datetime
    received_at: datetime
    publication: bool = False
    incident_id: UUID | None = None
    paper: bytes | None = None


def record_order(actor: Actor, said: OrderSaid) -> Order:
    """Raises Denied, BadOrder."""
    _check(said)
    with work.transaction(actor) as w:
        site = sites.get_site(said.site_id)
        require(actor, Action.RECORD, _of_site(site))
        _check_cameras(site, said.camera_ids)
        _check_incident(site, said.incident_id)
        assert actor.id is not None
        assert actor.party_id is not None
        if said.ground is Ground.OWN_DECISION and actor.party_id != site.owner_id:
            raise BadOrder(
                _("Only the owner hands over by his own decision."), action=_("Name what compels you."), field="ground"
            )
        row = Order.objects.create(
            owner_id=site.owner_id, provider_id=site.provider_id, authority=said.authority.strip(),
            officer=said.officer.strip(), reference=said.reference.strip(), ground=said.ground.value,
            article=said.article.strip(), scope=said.scope.strip(), site_id=site.id,
            camera_ids=[str(one) for one in said.camera_ids], from_at=said.from_at, to_at=said.to_at,
            publication=said.publication, incident_id=said.incident_id, paper_sha256=said.paper,
            received_at=said.received_at, received_by=actor.id, received_party_id=actor.party_id,
        )  # fmt: skip
        w.record(_entry(row, "recorded", actor))
        w.publish("order.recorded", owner_id=row.owner_id, order_id=row.id, party_id=row.received_party_id)
    return row


def decide_order(actor: Actor, order_id: UUID, accepted: bool, words: str = "") -> Order:
    """Somebody who may looked at it: it compels us, or it does not. Raises Denied, UnknownOrder, DecidedAlready."""
    with work.transaction(actor) as w:
        row = _locked(actor, order_id, Action.DECIDE)
        if row.decision != Decision.WAITING.value or row.ended_at is not None:
            raise DecidedAlready
        if not accepted and not words.strip():
            raise BadOrder(_("Say why it is refused."), action=_("The authority is told the reason."), field="words")
        row.decision = (Decision.ACCEPTED if accepted else Decision.REFUSED).value
        row.decided_at, row.decided_by, row.decision_note = clock.now(), actor.id, words.strip()[:1000]
        row.save(update_fields=["decision", "decided_at", "decided_by", "decision_note"])
        w.record(_entry(row, row.decision, actor))
        w.publish("order.decided", owner_id=row.owner_id, order_id=row.id, party_id=row.received_party_id)
    return row


def end_order(actor: Actor, order_id: UUID) -> Order:
    """Carried out, or withdrawn: nothing leaves on it any more. Ending it twice is harmless."""
    with work.transaction(actor) as w:
        row = _locked(actor, order_id, Action.END)
        if row.ended_at is None:
            row.ended_at = clock.now()
            row.save(update_fields=["ended_at"])
            Preparation.objects.filter(order_id=row.id, ended_at__isnull=True).update(ended_at=row.ended_at)
            w.record(_entry(row, "ended", actor))
            w.publish("order.ended", owner_id=row.owner_id, order_id=row.id, party_id=row.received_party_id)
    return row


# --- two persons at the alarm centre ---


def ask_package(actor: Actor, order_id: UUID, alarm_id: UUID) -> Preparation:
    """Raises Denied, UnknownOrder, AskedAlready."""
    with work.transaction(actor) as w:
        order = Order.objects.select_for_update().filter(id=order_id).first()
        if order is None:
            raise UnknownOrder
        require(actor, Action.REQUEST, _preparation_resource(order, alarm_id))
        running = Preparation.objects.filter(alarm_id=alarm_id, order_id=order.id, ended_at__isnull=True)
        if running.filter(asked_at__gt=clock.now() - rules.ASKED_FOR).exists():
            raise AskedAlready
        assert actor.id is not None
        assert actor.party_id is not None
        row = Preparation.objects.create(
            owner_id=order.owner_id, provider_id=order.provider_id, order=order, alarm_id=alarm_id,
            arc_party_id=actor.party_id, asked_by=actor.id, asked_at=clock.now(),
        )  # fmt: skip
        w.record(_step(row, "asked", actor))
        w.publish(
            "package.asked", owner_id=row.owner_id, preparation_id=row.id, alarm_id=alarm_id, arc_id=row.arc_party_id
        )
    return row


def approve_package(actor: Actor, preparation_id: UUID) -> Preparation:
    """A supervisor, somebody else than who asked. Raises Denied, UnknownPreparation."""
    with work.transaction(actor) as w:
        row = _asked(preparation_id)
        require(actor, Action.APPROVE, _preparation_resource(row.order, row.alarm_id))
        if row.approved_at is None:
            row.approved_at, row.approved_by = clock.now(), actor.id
            row.save(update_fields=["approved_at", "approved_by"])
            w.record(_step(row, "approved", actor))
            w.publish(
                "package.approved",
                owner_id=row.owner_id,
                preparation_id=row.id,
                alarm_id=row.alarm_id,
                arc_id=row.arc_party_id,
            )
    return row


def end_package(actor: Actor, preparation_id: UUID) -> None:
    """Not to be made, or made. Raises Denied, UnknownPreparation."""
    with work.transaction(actor) as w:
        row = _asked(preparation_id)
        require(actor, Action.END, _preparation_resource(row.order, row.alarm_id))
        _end(row)
        w.record(_step(row, "ended", actor))
        w.publish(
            "package.ended",
            owner_id=row.owner_id,
            preparation_id=row.id,
            alarm_id=row.alarm_id,
            arc_id=row.arc_party_id,
        )


# --- what leaves ---


@dataclass(frozen=True)
class PackageSaid:
    """A package as its maker declares it. `evidence`: the object hash of the signed list of its files; `signer`:
    fingerprint of the key that signed it."""

    package_id: UUID
    form: Form
    camera_ids: tuple[UUID, ...]
    from_ms: int
    to_ms: int
    purpose: str
    recipient: str
    evidence: bytes
    signer: bytes
    size: int
    order_id: UUID | None = None
    alarm_id: UUID | None = None


def declare_package(actor: Actor, said: PackageSaid) -> tuple[int, bytes]:
    """Written down with its line in the register; returns the entry's number and the ledger's promise: now the file may
    be offered. Raises Denied, UnknownOrder, BadOrder, LedgerUnavailable."""
    recipient = said.recipient.strip()
    if not said.camera_ids or not recipient or said.to_ms <= said.from_ms or len(said.evidence) != 32:
        raise BadOrder(
            _("Say who gets it, and of what."), action=_("Name the organisation, in one line."), field="recipient"
        )
    with work.transaction(actor) as w:
        order = None if said.order_id is None else _accepted(actor, said.order_id)
        _check_signer(actor, said)
        owner_id = _owner_of(said.camera_ids)
        _check_scope(order, owner_id, said)
        for camera_id in said.camera_ids:
            require(actor, Action.HAND_OVER, package_resource(owner_id, camera_id, said))
        preparation = _end_preparation(actor, said)
        row = _line(actor, said, order, preparation, recipient, owner_id)
        place = w.record(_export_entry(actor, row, said))
        w.record(_disclosure_entry(actor, row))
        w.publish("evidence.disclosed", owner_id=row.owner_id, disclosure_id=row.id, party_id=row.party_id)
    receipt = w.receipts[place]
    return receipt.index, receipt.promise


def package_resource(owner_id: UUID, camera_id: UUID, said: PackageSaid) -> Resource:
    """Within an acting party."""
    of = {"camera": camera_id}
    camera = sites.find_camera(camera_id)
    if camera is not None:
        of |= {"unit": camera.unit_id, "site": camera.unit.site_id}
    if said.order_id is not None:
        of["order"] = said.order_id
    if said.alarm_id is not None:
        of["alarm"] = said.alarm_id
    return Resource(ResourceKind.DISCLOSURE, camera_id, owner_id, of, (said.from_ms, said.to_ms))


def note_sealed(actor: Actor, row: Order, said: PackageSaid) -> int:
    """The provider's ciphertext, read at the door before: its line, and the entry that names the signed list; returns
    that entry's number."""
    with work.transaction(actor) as w:
        require(actor, Action.HAND_OVER, package_resource(row.owner_id, said.camera_ids[0], said))
        line = _line(actor, said, row, None, said.recipient, row.owner_id)
        place = w.record(_export_entry(actor, line, said))
        w.record(_disclosure_entry(actor, line))
        w.publish("evidence.disclosed", owner_id=line.owner_id, disclosure_id=line.id, party_id=line.party_id)
    return int(w.receipts[place].index)


# --- parts ---


def _check(said: OrderSaid) -> None:
    for field, value in (("authority", said.authority), ("reference", said.reference), ("scope", said.scope)):
        if not value.strip():
            raise BadOrder(_("The order does not say enough."), action=_("Fill in what is empty."), field=field)
    if not said.camera_ids or len(said.camera_ids) > rules.MOST_CAMERAS:
        raise BadOrder(_("Say which cameras."), action=_("Choose at least one."), field="camera_ids")
    if not said.from_at < said.to_at or said.to_at - said.from_at > rules.LONGEST_SCOPE:
        raise BadOrder(_("The time is not right."), action=_("Choose a month at most."), field="to_at")
    if said.received_at > clock.now():
        raise BadOrder(_("It can't have come yet."), action=_("Correct the date."), field="received_at")


def _check_cameras(site: Site, camera_ids: Sequence[UUID]) -> None:
    for camera_id in camera_ids:
        camera = sites.find_camera(camera_id)
        if camera is None or camera.unit.site_id != site.id:
            raise BadOrder(_("Not every camera is of this site."), action=_("Choose again."), field="camera_ids")


def _check_incident(site: Site, incident_id: UUID | None) -> None:
    if incident_id is not None and incident_id not in incidents.titles([incident_id], site.id):
        raise BadOrder(_("The incident is of another site."), action=_("Choose again."), field="incident_id")


def _of_site(site: Site) -> Resource:
    return Resource(ResourceKind.LEGAL_ORDER, None, site.owner_id, {"site": site.id})


def _locked(actor: Actor, order_id: UUID, action: Action) -> Order:
    row = Order.objects.select_for_update().filter(id=order_id).first()
    if row is None:
        raise UnknownOrder
    require(actor, action, queries.resource_of(row))
    return row


def _accepted(actor: Actor, order_id: UUID) -> Order:
    row = Order.objects.filter(id=order_id, decision=Decision.ACCEPTED.value, ended_at__isnull=True).first()
    if row is None:
        raise UnknownOrder
    return row


def _check_signer(actor: Actor, said: PackageSaid) -> None:
    """The log says whose key it is, so it must be his."""
    if actor.id is None or sign_fingerprint(bytes(people.person(actor.id).sign_pk)) != said.signer:
        raise BadOrder(_("This is signed with another key than yours."), action=_("Sign it yourself."), field="signer")


def _check_scope(order: Order | None, owner_id: UUID, said: PackageSaid) -> None:
    """On an order nobody hands over more than it asks for, the owner neither."""
    span = (said.from_ms, said.to_ms)
    if order is None or (
        all(scope_of(order).covers(one, span) for one in said.camera_ids) and order.owner_id == owner_id
    ):
        return
    raise BadOrder(
        _("The order does not ask for all of this."), action=_("Choose its cameras and its time."), field="order_id"
    )


def _asked(preparation_id: UUID) -> Preparation:
    row = Preparation.objects.select_for_update().filter(id=preparation_id, ended_at__isnull=True).first()
    if row is None:
        raise UnknownPreparation
    return row


def _preparation_resource(order: Order, alarm_id: UUID) -> Resource:
    of = {"order": order.id, "alarm": alarm_id, "site": order.site_id}
    window = footage.window_of(alarm_id)
    if window is None or window.owner_id != order.owner_id:
        raise UnknownOrder
    return Resource(ResourceKind.PREPARATION, None, order.owner_id, of)


def _owner_of(camera_ids: Sequence[UUID]) -> UUID:
    owners = {camera.owner_id for one in camera_ids if (camera := sites.find_camera(one)) is not None}
    if len(owners) != 1:
        raise BadOrder(_("Say which cameras."), action=_("Choose at least one."), field="camera_ids")
    return owners.pop()


def _end_preparation(actor: Actor, said: PackageSaid) -> Preparation | None:
    """An approval is for one package."""
    if said.alarm_id is None or said.order_id is None or actor.party_id is None or _maker(actor) is not Maker.ARC:
        return None
    rows = Preparation.objects.select_for_update().filter(
        alarm_id=said.alarm_id, order_id=said.order_id, arc_party_id=actor.party_id, ended_at__isnull=True
    )
    row = rows.order_by("-asked_at").first()
    if row is not None:
        _end(row)
    return row


def _end(row: Preparation) -> None:
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])


def _maker(actor: Actor) -> Maker:
    return _MADE_BY.get(Role(actor.role or ""), Maker.PROVIDER)


def _line(
    actor: Actor, said: PackageSaid, order: Order | None, preparation: Preparation | None, recipient: str,
    owner_id: UUID,
) -> Disclosure:  # fmt: skip
    site = sites.find_camera(said.camera_ids[0])
    assert site is not None
    assert actor.id is not None
    assert actor.party_id is not None
    second = None
    if preparation is not None:
        second = preparation.approved_by if preparation.approved_by != actor.id else preparation.asked_by
    return Disclosure.objects.create(
        id=said.package_id, owner_id=owner_id, provider_id=site.provider_id, order=order, maker=_maker(actor).value,
        form=said.form.value, purpose=said.purpose, authority=recipient if order is None else order.authority,
        reference="" if order is None else order.reference,
        ground=Ground.OWN_DECISION.value if order is None else order.ground,
        article="" if order is None else order.article, scope="" if order is None else order.scope,
        recipient=recipient, camera_ids=[str(one) for one in said.camera_ids], from_at=clock.moment(said.from_ms),
        to_at=clock.moment(said.to_ms), package_hash=said.evidence, size=said.size, party_id=actor.party_id,
        made_by=actor.id, second_id=second, made_at=clock.now(),
    )  # fmt: skip


def _export_entry(actor: Actor, row: Disclosure, said: PackageSaid) -> Entry:
    facts: dict[str, Fact] = {
        "export": row.id, "package": row.id, "what": "evidence_package", "how": "made", "purpose": row.purpose,
        "recipient": row.recipient, "evidence": said.evidence, "signer": said.signer, "maker": row.maker,
        "order": row.order_id, "alarm": said.alarm_id, "second": row.second_id, "from_ms": said.from_ms,
        "to_ms": said.to_ms, "cameras": len(said.camera_ids), "bytes": said.size, "role": actor.role or "",
        "address": actor.address[:64],
    }  # fmt: skip
    return Entry(Kind.EXPORT, row.owner_id, facts, about=said.camera_ids[0])


def _disclosure_entry(actor: Actor, row: Disclosure) -> Entry:
    facts: dict[str, Fact] = {
        "disclosure": row.id, "order": row.order_id, "authority": row.authority, "reference": row.reference,
        "ground": row.ground, "form": row.form, "package_hash": bytes(row.package_hash), "second": row.second_id,
        "role": actor.role or "", "address": actor.address[:64],
    }  # fmt: skip
    return Entry(Kind.DISCLOSURE, row.owner_id, facts, about=UUID(row.camera_ids[0]))


def _entry(row: Order, step: str, actor: Actor) -> Entry:
    facts: dict[str, Fact] = {
        "order": row.id, "step": step, "authority": row.authority, "reference": row.reference, "ground": row.ground,
        "publication": row.publication, "role": actor.role or "", "address": actor.address[:64],
    }  # fmt: skip
    return Entry(Kind.LEGAL_ORDER, row.owner_id, facts, about=row.site_id)


def _step(row: Preparation, step: str, actor: Actor) -> Entry:
    facts: dict[str, Fact] = {
        "preparation": row.id, "order": row.order_id, "alarm": row.alarm_id, "step": step, "role": actor.role or "",
        "address": actor.address[:64],
    }  # fmt: skip
    return Entry(Kind.PREPARATION, row.owner_id, facts, about=row.alarm_id)
