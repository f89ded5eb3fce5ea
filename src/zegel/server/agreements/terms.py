# SPDX-License-Identifier: EUPL-1.2
"""How long an owner's things are kept: what his profile says, or his own choice within its bounds.

He may only tighten. Above the norm of his country's authority a choice needs a written reason, and without one the
profile's own figure is cut to the norm. Each choice is a row that stays, and an entry in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.declare import Term, profiles
from zegel.declare.profiles import TermRefused
from zegel.server.agreements.errors import BadTerm
from zegel.server.agreements.models import TermChoice
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind

SHORTEST_REASON, LONGEST_REASON = 20, 2000


def resource(owner_id: UUID) -> Resource:
    return Resource(ResourceKind.TERM, None, owner_id)


def days_of(owner_id: UUID, profile: str, term: Term, country: str = "") -> int:
    """Within an acting party: how many days it lasts for this owner at a place of that profile and country (default:
    the profile's own), today. What he chose for one profile is cut to the bounds of another."""
    return _days(choices_of(owner_id).get(term), profile, term, country)


def all_days(owner_id: UUID, profile: str, country: str = "") -> dict[Term, int]:
    """As days_of, of every term in one question."""
    chosen = choices_of(owner_id)
    return {term: _days(chosen.get(term), profile, term, country) for term in Term}


def _days(choice: TermChoice | None, profile: str, term: Term, country: str) -> int:
    today = clock.now().date()
    if choice is None:
        return profiles.days(profile, term, country=country, on=today)
    least, most = profiles.bounds(profile, term, country=country, on=today, justified=bool(choice.justification))
    return max(least, min(most, choice.days))


def choices_of(owner_id: UUID) -> dict[Term, TermChoice]:
    """Those that hold now."""
    rows = TermChoice.objects.filter(owner_id=owner_id, ended_at=None)
    return {Term(row.term): row for row in rows}


def history_of(owner_id: UUID) -> Sequence[TermChoice]:
    """Every choice there ever was, the newest first."""
    return list(TermChoice.objects.filter(owner_id=owner_id).order_by("-chosen_at", "id")[:200])


@dataclass(frozen=True)
class Bounds:
    """What an owner may choose. `free`: up to so many days without a reason."""

    days: int
    least: int
    most: int
    free: int
    source: str


def bounds_of(owner_profiles: Sequence[str], term: Term, country: str = "") -> Bounds:
    """Of an owner with places of these profiles: the widest, since each is cut to its own."""
    today, names = clock.now().date(), tuple(owner_profiles) or (profiles.STRICTEST,)
    plain = [profiles.bounds(name, term, country=country, on=today) for name in names]
    loose = [profiles.bounds(name, term, country=country, on=today, justified=True) for name in names]
    widest = max(names, key=lambda name: profiles.profile(name).terms[term].at_most)
    return Bounds(
        days=max(profiles.days(name, term, country=country, on=today) for name in names),
        least=min(least for least, _most in loose), most=max(most for _least, most in loose),
        free=max(most for _least, most in plain), source=profiles.profile(widest).terms[term].source,
    )  # fmt: skip


def choose(
    actor: Actor, owner_id: UUID, provider_id: UUID, allowed: Bounds, term: Term, days: int, justification: str = ""
) -> TermChoice:
    """The owner's choice holds from now on. Raises Denied, BadTerm."""
    why = " ".join(justification.split())
    _check(allowed, term, days, why)
    with work.transaction(actor, party_id=owner_id) as w:
        require(actor, Action.CHANGE, resource(owner_id))
        now = clock.now()
        TermChoice.objects.filter(owner_id=owner_id, term=term.value, ended_at=None).update(ended_at=now)
        facts: dict[str, Fact] = {"what": "chosen", "term": term.value, "days": days, "why": why[:500] or None}
        w.record(Entry(Kind.TERM, owner_id, facts, about=owner_id))
        w.publish("terms.changed", owner_id=owner_id)
        return TermChoice.objects.create(
            id=ids.new(), owner_id=owner_id, provider_id=provider_id, term=term.value, days=days,
            justification=why if days > allowed.free else "", chosen_by=actor.id, chosen_at=now,
        )  # fmt: skip


def give_up(actor: Actor, owner_id: UUID, term: Term) -> None:
    """Back to what the profile says. Where nothing was chosen it is harmless. Raises Denied."""
    with work.transaction(actor, party_id=owner_id) as w:
        require(actor, Action.CHANGE, resource(owner_id))
        held = TermChoice.objects.filter(owner_id=owner_id, term=term.value, ended_at=None)
        if held.update(ended_at=clock.now()):
            w.record(Entry(Kind.TERM, owner_id, {"what": "given_up", "term": term.value}, about=owner_id))
            w.publish("terms.changed", owner_id=owner_id)


def _check(allowed: Bounds, term: Term, days: int, why: str) -> None:
    try:
        if days > allowed.most:
            raise TermRefused("too_long", term, days, allowed.least, allowed.most)
        if days < allowed.least:
            raise TermRefused("too_short", term, days, allowed.least, allowed.most)
        if days > allowed.free and not SHORTEST_REASON <= len(why) <= LONGEST_REASON:
            raise TermRefused("needs_justification", term, days, allowed.least, allowed.free)
    except TermRefused as refused:
        raise BadTerm(*_said(refused)) from None


def _said(refused: TermRefused) -> tuple[str, str]:
    between = _("Choose from %(least)d to %(most)d days.") % {"least": refused.least, "most": refused.most}
    if refused.reason == "too_long":
        return _("A term may be made shorter, never longer than was promised."), between
    if refused.reason == "too_short":
        return _("This must be kept longer than that."), between
    return (
        _("That is longer than the authority's norm of %(days)d days.") % {"days": refused.most},
        _("Write in a sentence or two why you need it, or choose a shorter term."),
    )
