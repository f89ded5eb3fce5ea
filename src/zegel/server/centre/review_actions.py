# SPDX-License-Identifier: EUPL-1.2
"""Views that are judged (S5, journey 16). Nothing here opens an image: a reviewer reads the log.

- Every view of an alarm centre is considered once, when it is over; one that went on after a recall at once.
- It is dealt to a supervisor who is not the one who looked; the judge gives a reason; a finding is never changed, only
  followed up.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from zegel.server import gate
from zegel.server.agreements import actions as agreements
from zegel.server.alarms.models import Alarm, AlarmStep
from zegel.server.centre import queries, review_queries, sampling
from zegel.server.centre.errors import AlreadyDone, BadValue, NotThere
from zegel.server.centre.models import Finding, Review, Verdict
from zegel.server.centre.sampling import Chosen, Looked, Risk
from zegel.server.footage.models import Lease
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.kernel.secrets import secret
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import Role
from zegel.server.sites import queries as sites

WEEK = timedelta(days=7)
LONGEST_REASON = 2000
BY_ITSELF = frozenset(
    {"raised", "late", "claimed", "closed", "recalled", "released", "reopened"}
)  # steps that say nothing of care


def consider(owner_id: UUID, lease_id: UUID, *, over: bool) -> UUID | None:
    """Looks at one view of the owner's cameras; the review it became, or None. Again is harmless.

    `over` False: the view goes on, and only what must be known at once is looked for.
    """
    with tenancy.acting_as(owner_id):
        lease = Lease.objects.filter(id=lease_id).first()
        if lease is None or lease.alarm_id is None or lease.party_id == lease.owner_id:
            return None
        if not over and not _recalled_before_now(lease.alarm_id):
            return None
        looked = _looked(lease, lease.alarm_id)
        shares = review_queries.shares_of(owner_id, lease.camera_id, lease.id, looked.from_ms, looked.to_ms)
        slots = sum(share.slots for share in shares)
        camera = sites.find_camera(lease.camera_id)
        site_id = camera.unit.site_id if camera is not None else None
    with work.transaction(system(lease.party_id)) as w:
        known = Review.objects.select_for_update().filter(lease_id=lease.id).first()
        if known is not None:
            return _seen_again(known, looked, slots) if over else known.id
        kept = queries.settings_of(lease.party_id)
        chosen = sampling.choose(looked, key=_key(), rate=kept.review_rate, long_view_s=kept.long_view_s)
        if chosen is None or (not over and Risk.AFTER_RECALL not in chosen.risks):
            return None
        return _make(w, lease, looked, chosen, slots, site_id).id


def _key() -> bytes:
    return secret(settings.SECRETS_PATH, "review")


def _recalled_before_now(alarm_id: UUID) -> bool:
    return Alarm.objects.filter(id=alarm_id, recalled_at__isnull=False).exists()


def _looked(lease: Lease, alarm_id: UUID) -> Looked:
    alarm = Alarm.objects.filter(id=alarm_id).first()
    his = AlarmStep.objects.filter(alarm_id=alarm_id, person_id=lease.person_id)
    from_ms, to_ms = clock.ms(lease.opened_at), clock.ms(lease.ended_at or clock.now())
    reopened = review_queries.reopening_of(alarm_id, to_ms)
    others = Lease.objects.filter(
        camera_id=lease.camera_id, person_id=lease.person_id, party_id=lease.party_id, alarm_id__isnull=False,
        opened_at__gte=lease.opened_at - WEEK, opened_at__lte=lease.opened_at,
    ).exclude(alarm_id=alarm_id)  # fmt: skip
    handlers = {alarm.claimed_by, alarm.closed_by} if alarm is not None else set()
    handlers |= {reopened.person_id} if reopened is not None else set()
    return Looked(
        lease.id, lease.person_id, from_ms, to_ms,
        clock.ms(alarm.recalled_at) if alarm is not None and alarm.recalled_at is not None else None,
        clock.ms(reopened.opened_at) if reopened is not None else None,
        lease.person_id in handlers or his.filter(kind="claimed").exists(), his.exclude(kind__in=BY_ITSELF).count(),
        others.values("alarm_id").distinct().count(),
    )  # fmt: skip


def _make(w: work.Work, lease: Lease, looked: Looked, chosen: Chosen, slots: int, site_id: UUID | None) -> Review:
    judge = _judge(lease.party_id, lease.person_id)
    row = Review.objects.create(
        owner_id=lease.party_id, provider_id=lease.party_id, lease_id=lease.id, alarm_id=lease.alarm_id,
        camera_id=lease.camera_id, site_id=site_id, customer_id=lease.owner_id, person_id=lease.person_id,
        purpose=lease.purpose, from_ms=looked.from_ms, to_ms=looked.to_ms, slots=slots,
        ledger_index=lease.ledger_index, why=chosen.why.value, risks=[risk.value for risk in chosen.risks],
        score=chosen.score, made_at=clock.now(), dealt_to=judge, dealt_at=clock.now() if judge else None,
    )  # fmt: skip
    facts: dict[str, Fact] = {
        "what": "dealt", "review": row.id, "lease": lease.id, "why": chosen.why.value, "judge": judge,
        "risks": ",".join(row.risks), "alarm": lease.alarm_id,
    }  # fmt: skip
    w.record(Entry(Kind.REVIEW, row.owner_id, facts, about=lease.camera_id))
    w.publish("centre.changed", owner_id=row.owner_id, what="review")
    return row


def _seen_again(known: Review, looked: Looked, slots: int) -> UUID:
    """The view that was dealt while it went on is over now."""
    if known.judged_at is None:
        known.to_ms, known.slots = looked.to_ms, slots
        risks = sampling.risks_of(looked)
        known.risks, known.score = [r.value for r in risks], sum(sampling.WEIGHT[r] for r in risks)
        known.save(update_fields=["to_ms", "slots", "risks", "score"])
    return known.id


def _judge(party_id: UUID, looker: UUID) -> UUID | None:
    """Within the centre's own transaction."""
    supervisors = [person.id for person in people.members(party_id, (Role.SUPERVISOR,))]
    mine = Review.objects.filter(owner_id=party_id, judged_at=None, dealt_to__in=supervisors)
    load = Counter(judge for judge in mine.values_list("dealt_to", flat=True) if judge is not None)
    return sampling.judge_of(looker, supervisors, load)


def deal_waiting(party_id: UUID) -> int:
    """Deals what has no judge yet; returns how many found one."""
    dealt = 0
    with work.transaction(system(party_id)) as w:
        for row in Review.objects.select_for_update().filter(owner_id=party_id, judged_at=None, dealt_to=None)[:200]:
            judge = _judge(party_id, row.person_id)
            if judge is None:
                continue
            row.dealt_to, row.dealt_at = judge, clock.now()
            row.save(update_fields=["dealt_to", "dealt_at"])
            w.record(Entry(Kind.REVIEW, party_id, {"what": "dealt", "review": row.id, "judge": judge}, row.camera_id))
            w.publish("centre.changed", owner_id=party_id, what="review")
            dealt += 1
    return dealt


def judge(actor: Actor, review_id: UUID, verdict: str, reason: str, *, suspend: bool = False) -> Finding:
    """The judge's finding; a breach may suspend who looked. Any supervisor but he may judge it.

    Raises Denied, NotThere, AlreadyDone, BadValue.
    """
    gate.require(actor, Action.JUDGE, Resource(ResourceKind.REVIEW, review_id, actor.party_id))
    found = _verdict(verdict, reason, suspend)
    assert actor.id is not None
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        row = Review.objects.select_for_update().filter(id=review_id, owner_id=actor.party_id).first()
        if row is None:
            raise NotThere(_("There is no such review."), action=_("Go back to the list."))
        if row.judged_at is not None:
            raise AlreadyDone(_("This view was judged already."), action=_("Go back to the list."))
        suspension = agreements.suspend(actor, row.owner_id, row.person_id, reason[:500], row.id) if suspend else None
        now = clock.now()
        row.judged_at, row.dealt_to = now, actor.id
        row.save(update_fields=["judged_at", "dealt_to"])
        finding = Finding.objects.create(
            owner_id=row.owner_id, provider_id=row.provider_id, review=row, verdict=found.value, reason=reason.strip(),
            judged_by=actor.id, judged_at=now, suspension_id=suspension.id if suspension else None,
        )  # fmt: skip
        facts: dict[str, Fact] = {
            "what": "judged", "review": row.id, "lease": row.lease_id, "verdict": found.value, "suspended": suspend,
            "alarm": row.alarm_id,
        }  # fmt: skip
        w.record(Entry(Kind.REVIEW, row.owner_id, facts, about=row.camera_id))
        w.publish("centre.changed", owner_id=row.owner_id, what="review")
        return finding


def _verdict(verdict: str, reason: str, suspend: bool) -> Verdict:
    try:
        found = Verdict(verdict)
    except ValueError:
        raise BadValue(_("This is no verdict."), action=_("Choose one from the list.")) from None
    if not 3 <= len(reason.strip()) <= LONGEST_REASON:
        raise BadValue(_("A finding has a reason."), action=_("Say in a sentence what you saw in the log."))
    if suspend and found is not Verdict.BREACH:
        raise BadValue(_("Only a breach suspends somebody."), action=_("Choose breach, or do not suspend."))
    return found


def follow_up(actor: Actor, review_id: UUID, text: str) -> Finding:
    """What was done about a question or a breach. Raises Denied, NotThere, BadValue."""
    gate.require(actor, Action.JUDGE, Resource(ResourceKind.REVIEW, review_id, actor.party_id))
    if not 3 <= len(text.strip()) <= LONGEST_REASON:
        raise BadValue(_("A follow-up says what was done."), action=_("Write it in a sentence."))
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        finding = Finding.objects.select_for_update().filter(review_id=review_id, owner_id=actor.party_id).first()
        if finding is None:
            raise NotThere(_("There is no finding to follow up."), action=_("Judge the view first."))
        finding.follow_up, finding.followed_up_by, finding.followed_up_at = text.strip(), actor.id, clock.now()
        finding.save(update_fields=["follow_up", "followed_up_by", "followed_up_at"])
        w.record(Entry(Kind.REVIEW, finding.owner_id, {"what": "followed_up", "review": review_id}, about=review_id))
        w.publish("centre.changed", owner_id=finding.owner_id, what="review")
        return finding


def suspend(actor: Actor, person_id: UUID, reason: str) -> None:
    """Without a review: what a supervisor saw himself. Raises Denied, NotThere, BadSuspension."""
    gate.require(actor, Action.SUSPEND, Resource(ResourceKind.SUSPENSION, None, actor.party_id))
    assert actor.party_id is not None
    if person_id not in {p.id for p in people.members(actor.party_id, tuple(Role))}:
        raise NotThere(_("There is no such person here."), action=_("Go back to the list."))
    agreements.suspend(actor, actor.party_id, person_id, reason)


def lift(actor: Actor, suspension_id: UUID, reason: str) -> None:
    """Raises Denied, BadSuspension, NotYoursToLift."""
    gate.require(actor, Action.LIFT, Resource(ResourceKind.SUSPENSION, suspension_id, actor.party_id))
    assert actor.party_id is not None
    agreements.lift_suspension(actor, actor.party_id, suspension_id, reason)
