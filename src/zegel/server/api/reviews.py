# SPDX-License-Identifier: EUPL-1.2
"""The review desk (S5, journey 16): views of images as the log has them, judged with a reason. No picture is here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.api.base import acting
from zegel.server.centre import review_actions, review_queries
from zegel.server.centre.models import Finding, Review
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people

router = Router(tags=["reviews"])


class Judgement(Schema):
    verdict: Literal["ok", "question", "breach"]
    reason: str = Field(max_length=review_actions.LONGEST_REASON)
    suspend: bool = False


class FollowUp(Schema):
    text: str = Field(max_length=review_actions.LONGEST_REASON)


@router.get("/reviews")
def reviews(request: HttpRequest, state: Literal["open", "follow_up", "done"] = "open") -> dict[str, Any]:
    """`open`: to be judged, the riskiest first. `follow_up`: questions and breaches that nothing was done about yet.
    `done`: the newest."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.REVIEW, None, actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = review_queries.listed(actor.party_id, state)
        counts = review_queries.counts(actor.party_id)
        shapes = _shapes(actor, rows)
    return {"reviews": shapes, "counts": counts}


@router.get("/reviews/trends")
def trends(request: HttpRequest) -> dict[str, Any]:
    """What was dealt and found in each of the last twelve weeks, by verdict and by risk."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.REVIEW, None, actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        return {
            "weeks": review_queries.weeks(actor.party_id), "risks": review_queries.by_risk(actor.party_id),
        }  # fmt: skip


@router.get("/reviews/{review_id}")
def review(request: HttpRequest, review_id: UUID) -> dict[str, Any]:
    """One view: who, which alarm, from when to when, how much, and what was done for the alarm meanwhile."""
    actor = acting(request)
    require(actor, Action.READ, Resource(ResourceKind.REVIEW, review_id, actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        row = review_queries.get(actor.party_id, review_id)
        story = review_queries.story(row)
        names = people.person_names(step.person_id for step in story.steps if step.person_id)
        return {
            **_shapes(actor, [row])[0],
            "alarm": story.alarm,
            "steps": [
                {"at_ms": clock.ms(step.at), "kind": step.kind, "by": names.get(step.person_id, "") if step.person_id
                 else "", "note": step.note, "his": step.person_id == row.person_id}
                for step in story.steps
            ],
            "shares": [
                {"index": share.index, "slots": share.slots, "at_ms": share.at_ms} for share in story.shares
            ],
            "other_views": story.other_views,
        }  # fmt: skip


@router.post("/reviews/{review_id}/judge")
def judge(request: HttpRequest, review_id: UUID, body: Judgement) -> dict[str, Any]:
    """A finding, with its reason; a breach may suspend."""
    finding = review_actions.judge(acting(request), review_id, body.verdict, body.reason, suspend=body.suspend)
    return _finding(finding, people.person_names([finding.judged_by]))


@router.post("/reviews/{review_id}/follow-up")
def follow_up(request: HttpRequest, review_id: UUID, body: FollowUp) -> dict[str, Any]:
    """What was done about it."""
    finding = review_actions.follow_up(acting(request), review_id, body.text)
    return _finding(finding, people.person_names([finding.judged_by]))


def _shapes(actor: Actor, rows: Sequence[Review]) -> list[dict[str, Any]]:
    assert actor.party_id is not None
    known = review_queries.names_of(rows)
    findings = {f.review_id: f for f in Finding.objects.filter(review_id__in=[row.id for row in rows])}
    persons = {p for row in rows for p in (row.person_id, row.dealt_to) if p} | {f.judged_by for f in findings.values()}
    names = people.person_names(persons)
    return [
        {
            "id": str(row.id), "person": {"id": str(row.person_id), "name": names.get(row.person_id, "")},
            "purpose": row.purpose, "from_ms": row.from_ms, "to_ms": row.to_ms, "slots": row.slots,
            "index": row.ledger_index, "why": row.why, "risks": row.risks, "score": row.score,
            "made_ms": clock.ms(row.made_at), "alarm_id": str(row.alarm_id) if row.alarm_id else None,
            "camera": known.cameras.get(row.camera_id, ""),
            "site": known.sites.get(row.site_id, "") if row.site_id else "",
            "dealt_to": {"id": str(row.dealt_to), "name": names.get(row.dealt_to, "")} if row.dealt_to else None,
            "own": row.person_id == actor.id,
            "finding": _finding(findings[row.id], names) if row.id in findings else None,
        }
        for row in rows
    ]  # fmt: skip


def _finding(finding: Finding, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "verdict": finding.verdict, "reason": finding.reason, "by": names.get(finding.judged_by, ""),
        "at_ms": clock.ms(finding.judged_at), "follow_up": finding.follow_up,
        "suspended": finding.suspension_id is not None,
        "followed_up_ms": clock.ms(finding.followed_up_at) if finding.followed_up_at else None,
    }  # fmt: skip
