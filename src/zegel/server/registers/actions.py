# SPDX-License-Identifier: EUPL-1.2
"""A register is written anew when what it is made from changed; people judge its lines. Nothing else is written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.registers import making, parties, queries
from zegel.server.registers.errors import BadReview
from zegel.server.registers.models import LineReview, RegisterVersion, Risk
from zegel.server.registers.rules import Article, Party

SHORTEST, LONGEST = 10, 1000
SHORTEST_LASTS = timedelta(days=1)


def refresh(keeper_id: UUID) -> int:
    """Brings every register of a party up to date; returns how many changed. Done twice it changes nothing."""
    kind = parties.kind_of(keeper_id)
    changed = int(_keep(keeper_id, Article.CONTROLLER, keeper_id, making.of_controller(keeper_id, kind)))
    if kind is not Party.CUSTOMER:
        for controller in parties.served_by(keeper_id, kind):
            content = making.of_processor(keeper_id, kind, controller)
            changed += int(_keep(keeper_id, Article.PROCESSOR, controller, content))
    return changed


def _keep(keeper_id: UUID, article: Article, controller_id: UUID, content: dict[str, Any]) -> bool:
    """One version follows the other. The keeper's row is what two that come together wait for."""
    digest = making.hash_of(content)
    with work.transaction(system(keeper_id)) as w:
        held = (
            RegisterVersion.objects.select_for_update()
            .filter(owner_id=keeper_id, article=article.value, controller_id=controller_id, superseded_at=None)
            .first()
        )
        if held is not None and bytes(held.hash) == digest:
            return False
        now = clock.now()
        if held is not None:
            held.superseded_at = now
            held.save(update_fields=["superseded_at"])
        number = 1 if held is None else held.number + 1
        facts: dict[str, Fact] = {
            "what": "version", "article": article.value, "controller": controller_id, "number": number, "hash": digest,
        }  # fmt: skip
        w.record(Entry(Kind.REGISTER, keeper_id, facts, about=controller_id))
        RegisterVersion.objects.create(
            id=ids.new(), owner_id=keeper_id, provider_id=keeper_id, article=article.value,
            controller_id=controller_id, number=number, content=content, hash=digest, valid_from=now,
        )  # fmt: skip
        return True


def judge(
    actor: Actor, keeper_id: UUID, article: Article, line: str, *, risk: Risk, why: str, measures: str = "",
    assessment: str = "", next_at: datetime | None = None,
) -> LineReview:  # fmt: skip
    """Somebody judged a line: its risk to people, and when to look again. Raises Denied, BadReview."""
    why, measures, now = " ".join(why.split()), " ".join(measures.split()), clock.now()
    again = next_at or now + queries.review_lasts()
    if not SHORTEST <= len(why) <= LONGEST or len(measures) > LONGEST or len(assessment) > 300:
        raise BadReview(_("A judgement says why."), action=_("Write it in a sentence."))
    if not now + SHORTEST_LASTS <= again <= now + queries.review_lasts() + timedelta(days=7):
        raise BadReview(_("A line is looked at again within a year."), action=_("Choose a nearer day."))
    with work.transaction(actor) as w:
        require(actor, Action.JUDGE, Resource(ResourceKind.REGISTER, None, keeper_id))
        if line not in {one.line for one in queries.due(keeper_id) if one.article is article}:
            raise BadReview(_("There is no such line."), action=_("Go back to the register."))
        facts: dict[str, Fact] = {"what": "judged", "article": article.value, "line": line, "risk": Risk(risk).value}
        w.record(Entry(Kind.REGISTER, keeper_id, facts, about=keeper_id))
        w.publish("register.changed", owner_id=keeper_id)
        return LineReview.objects.create(
            id=ids.new(), owner_id=keeper_id, provider_id=keeper_id, article=article.value, line=line,
            risk=Risk(risk).value, why=why, measures=measures, assessment=assessment.strip(), reviewed_by=actor.id,
            reviewed_at=now, next_at=again,
        )  # fmt: skip
