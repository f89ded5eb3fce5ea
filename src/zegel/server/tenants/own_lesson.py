# SPDX-License-Identifier: EUPL-1.2
"""What a tenant adds to the lesson on recognising a breach: words and cases of its own trade, beside the product's.

A version is written once and stays, so that what somebody learnt can be read later; a new one is a new lesson for all
who work there. The product's own words and cases can't be taken away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import Language, RelationKind
from zegel.server.tenants import lesson
from zegel.server.tenants.errors import BadTenant
from zegel.server.tenants.lesson import Question
from zegel.server.tenants.models import OwnLesson

MOST_CASES = 12
LONGEST_WORDS, LONGEST_CASE = 4000, 400
_STEP = 1000
"""A lesson's version: the product's, and the tenant's own times this. So either's change is another version."""

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """What happened and why it is, or is not, a breach to report; by language."""

    what: Texts
    why: Texts
    breach: bool


@dataclass(frozen=True)
class Lesson:
    """The whole of it, in one language. `version`: of what was learnt."""

    version: int
    text: tuple[str, ...]
    questions: tuple[Question, ...]


def of(owner: UUID) -> Lesson:
    """Of whoever works there, in the language that is active."""
    row = newest(owner)
    text, questions = tuple(map(str, lesson.TEXT)), lesson.QUESTIONS
    if row is None:
        return Lesson(lesson.VERSION, text, questions)
    own = tuple(line for line in _in_language(row.words).split("\n") if line.strip())
    cases = tuple(
        Question(f"own-{row.version}-{n}", _in_language(one["what"]), one["breach"], _in_language(one["why"]))
        for n, one in enumerate(row.cases)
    )
    return Lesson(lesson.VERSION + _STEP * row.version, text + own, questions + cases)


def version(owner: UUID) -> int:
    """Of the lesson that holds there now."""
    row = newest(owner)
    return lesson.VERSION + (_STEP * row.version if row is not None else 0)


def newest(owner: UUID) -> OwnLesson | None:
    """What the tenant added last; None where nothing, or nothing any more."""
    with tenancy.acting_as(owner):
        return OwnLesson.objects.filter(owner_id=owner).order_by("-version").first()


def write(actor: Actor, words: Texts, cases: Sequence[Case]) -> OwnLesson:
    """A new version; without words and cases the product's alone holds again. Raises Denied, BadTenant."""
    require(actor, Action.CHANGE, Resource(ResourceKind.TENANT, None, actor.party_id))
    assert actor.party_id is not None
    said = _kept(words, LONGEST_WORDS, "words")
    if len(cases) > MOST_CASES:
        raise BadTenant(_("There are too many cases."), action=_("Keep twelve at most."), field="cases")
    made = [_made(one) for one in cases]
    with work.transaction(actor) as w:
        before = OwnLesson.objects.select_for_update().filter(owner_id=actor.party_id).order_by("-version").first()
        row = OwnLesson.objects.create(
            id=ids.new(), owner_id=actor.party_id,
            provider_id=people.serving(actor.party_id, RelationKind.PROVIDER) or actor.party_id,
            version=1 if before is None else before.version + 1, words=said, cases=made, made_at=clock.now(),
            made_by=actor.id,
        )  # fmt: skip
        facts: dict[str, Fact] = {"what": "lesson_written", "version": row.version}
        w.record(Entry(Kind.TENANT, row.owner_id, facts, about=row.id))
        w.publish("tenant.changed", owner_id=row.owner_id)
        return row


def _made(case: Case) -> dict[str, Any]:
    what, why = _kept(case.what, LONGEST_CASE, "cases"), _kept(case.why, LONGEST_CASE, "cases")
    if not what or what.keys() != why.keys():
        raise BadTenant(
            _("A case says what happened and why, in the same languages."), action=_("Complete it."), field="cases"
        )
    return {"what": what, "why": why, "breach": case.breach}


def _kept(texts: Texts, longest: int, field: str) -> dict[str, str]:
    """Languages without a word are left out. Raises BadTenant."""
    said = {one: text.strip() for one, text in texts.items() if text.strip()}
    if not set(said) <= set(Language) or any(len(text) > longest for text in said.values()):
        raise BadTenant(_("This is too long."), action=_("Shorten it."), field=field)
    return said


def _in_language(texts: Texts) -> str:
    """In the language that is active, else in the first that there is."""
    wanted = (get_language() or "en")[:2]
    return texts.get(wanted) or next(iter(texts.values()), "")
