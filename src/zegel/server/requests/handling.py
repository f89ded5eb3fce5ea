# SPDX-License-Identifier: EUPL-1.2
"""What the office does with a case before it is answered. Principles:

- Who asks is made sure of in proportion to what is asked (Art. 12(6)): one of a closed list of ways, what was seen in
  words, never a copy and never a number. There is no place to put either.
- A deadline is lengthened once, with a reason, before it has run out, and the requester is told at once.
- The controller approves what his processor prepared; whatever changes afterwards wants his approval again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.consents import actions as consents
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor
from zegel.server.requests import firm, rules, terms
from zegel.server.requests.errors import BadCase, NotEstablished, NotNow, UnknownCase
from zegel.server.requests.intake import draw_code, note
from zegel.server.requests.models import Case, Done, Line
from zegel.server.requests.rules import (
    AboutWhat,
    Approval,
    Channel,
    Deed,
    EraseHow,
    Ground,
    How,
    Identity,
    Outcome,
    Right,
    State,
)

MOST_SUBJECTS = 20
PLACE = "/request"  # where somebody asked for his consents to be withdrawn


@dataclass(frozen=True)
class Proposal:
    """How the case is to end. `words`: to the requester, beside what the answer says by itself."""

    outcome: Outcome
    ground: Ground | None = None
    words: str = ""
    erase_how: EraseHow | None = None


def resource(case: Case) -> Resource:
    return Resource(ResourceKind.DATA_REQUEST, case.id, case.owner_id)


def locked(case_id: UUID) -> Case:
    """Within the running work. Raises UnknownCase."""
    case = Case.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise UnknownCase
    return case


def open_case(actor: Actor, case_id: UUID, action: Action = Action.CHANGE) -> Case:
    """Within the running work. Raises UnknownCase, Denied, NotNow."""
    case = locked(case_id)
    require(actor, action, resource(case))
    if case.state != State.OPEN:
        raise NotNow(_("This request is not open."), action=_("Go back to the list."))
    return case


def words_of(text: str, least: int = 0) -> str:
    """Raises BadCase."""
    text = text.strip()
    if not least <= len(text) <= rules.LONGEST_WORDS:
        raise BadCase(_("Write it in a sentence or two."), action=_("At most a thousand letters."), field="words")
    return text


def take_over(actor: Actor, case_id: UUID) -> Case:
    """A form whose letter was never answered, when its writer calls: the office takes it as it is. Raises Denied,
    UnknownCase, NotNow."""
    with work.transaction(actor) as w:
        case = locked(case_id)
        require(actor, Action.CHANGE, resource(case))
        if case.state != State.UNCONFIRMED:
            raise NotNow(_("This request was confirmed."), action=_("Go back to the list."))
        case.state = State.OPEN.value
        case.save(update_fields=["state"])
        note(w, case, "taken_over")
        w.publish("request.opened", owner_id=case.owner_id, case_id=case.id)
        return case


# --- who it is ---


def ask_identity(actor: Actor, case_id: UUID, words: str) -> Case:
    """He is asked how it can be made sure; by mail where there is an address. Raises Denied, UnknownCase, NotNow,
    BadCase."""
    with work.transaction(actor) as w:
        case = open_case(actor, case_id)
        if case.identity == Identity.ESTABLISHED:
            raise NotNow(_("It is sure already who asks."), action=_("Go on with the answer."))
        case.identity = Identity.ASKED.value
        case.save(update_fields=["identity"])
        note(w, case, "identity_asked", words_of(words))
        w.publish("request.identity_asked", owner_id=case.owner_id, case_id=case.id)
        return case


def establish(actor: Actor, case_id: UUID, how: How, seen: str) -> tuple[Case, str | None]:
    """It is sure who asks. Gives the code that opens the answer, once, to be told to him; None where he has one.
    Raises Denied, UnknownCase, NotNow, BadCase."""
    seen = " ".join(seen.split())
    with work.transaction(actor) as w:
        case = open_case(actor, case_id)
        if how not in ways(case):
            raise BadCase(
                _("That does not show who asks this."), action=_("Choose one of the ways in the list."), field="how"
            )
        if not 3 <= len(seen) <= rules.LONGEST_SEEN:
            raise BadCase(_("Say what you saw or heard."), action=_("In a few words."), field="seen")
        if rules.holds_a_number(seen):
            raise BadCase(
                _("No numbers of documents are kept."), action=_("Say what you saw, without its number."), field="seen"
            )
        code = None if case.code_mac is not None and case.confirmed_at is not None else draw_code(case)
        case.identity, case.identity_how, case.identity_seen = Identity.ESTABLISHED.value, how.value, seen
        case.identity_by, case.identity_at = actor.id, clock.now()
        case.save()
        note(w, case, "identity", how=how.value)
        _changed(w, case)
        return case, None if code is None else rules.shown_code(code)


def ways(case: Case) -> Sequence[How]:
    return rules.ways_for(AboutWhat(case.about), Channel(case.channel), case.confirmed_at is not None)


def new_code(actor: Actor, case_id: UUID) -> str:
    """He lost his. To be told to him and nobody else; the one before is worth nothing. Raises Denied, UnknownCase,
    NotEstablished."""
    with work.transaction(actor) as w:
        case = locked(case_id)
        require(actor, Action.CHANGE, resource(case))
        if case.identity != Identity.ESTABLISHED:
            raise NotEstablished
        code = draw_code(case)
        case.save(update_fields=["code_mac"])
        note(w, case, "new_code")
        return rules.shown_code(code)


def not_established(actor: Actor, case_id: UUID, words: str) -> Case:
    """It could not be made sure. Raises Denied, UnknownCase, NotNow, BadCase."""
    with work.transaction(actor) as w:
        case = open_case(actor, case_id)
        case.identity, case.code_mac = Identity.FAILED.value, None
        case.save(update_fields=["identity", "code_mac"])
        note(w, case, "identity_failed", words_of(words))
        return case


# --- the clock ---


def extend(actor: Actor, case_id: UUID, words: str) -> Case:
    """Once, with its reason, before the first term has run out; he is told at once. Raises Denied, UnknownCase, NotNow,
    BadCase."""
    with work.transaction(actor) as w:
        case = open_case(actor, case_id)
        if case.extended_at is not None:
            raise NotNow(_("The term was extended once already."), action=_("Answer in time."))
        if clock.now() >= case.due_at:
            raise NotNow(
                _("The term has run out, so it can't be extended."), action=_("Answer now, and say why so late.")
            )
        case.extension_words, case.extended_at = words_of(words, least=10), clock.now()
        case.due_at = rules.add_months(case.due_at, terms.extension(case.received_at).months)
        case.reminded = None
        case.save(update_fields=["extension_words", "extended_at", "due_at", "reminded"])
        note(w, case, "extended", case.extension_words, due_ms=clock.ms(case.due_at))
        w.publish("request.extended", owner_id=case.owner_id, case_id=case.id)
        return case


# --- who he is in the records, and what was done ---


def choose_subjects(
    actor: Actor, case_id: UUID, subjects: Sequence[tuple[str, str]], belongs: Callable[[Case, str, str], bool]
) -> Case:
    """Under which person, contact or address he is looked for. Raises Denied, UnknownCase, NotNow, NotEstablished,
    BadCase."""
    chosen = [[kind, value.strip()[:254]] for kind, value in dict.fromkeys(subjects) if value.strip()]
    with work.transaction(actor) as w:
        case = open_case(actor, case_id)
        if case.identity != Identity.ESTABLISHED:
            raise NotEstablished
        if len(chosen) > MOST_SUBJECTS or not all(belongs(case, kind, value) for kind, value in chosen):
            raise BadCase(
                _("That can't be looked for."), action=_("Choose from the list, or an address."), field="subjects"
            )
        case.subjects, case.searched_at = chosen, clock.now()
        case.save(update_fields=["subjects", "searched_at"])
        Line.objects.filter(case=case).delete()
        note(w, case, "searched", count=len(chosen))
        _changed(w, case)
        return case


def did(actor: Actor, case_id: UUID, deed: Deed, words: str, count: int = 1, *, proof: bytes | None = None) -> Case:
    """Something was done about it where it belongs: corrected in its own room, a film handed over… What he consented to
    is withdrawn here and now. `proof`: the object hash of what left, where there is one. Raises Denied,
    UnknownCase, NotNow, NotEstablished, BadCase."""
    if deed in {Deed.ERASED, Deed.ANONYMISED}:
        raise BadCase(
            _("Erasing is done here, with the answer."), action=_("Choose how, and prepare it."), field="deed"
        )
    with work.transaction(actor) as w:
        case = open_case(actor, case_id, Action.RECORD)
        if case.identity != Identity.ESTABLISHED:
            raise NotEstablished
        if deed is Deed.CONSENT_WITHDRAWN:
            people = [UUID(value) for kind, value in case.subjects if kind == "person"]
            count = sum(consents.withdraw_all(w, case.owner_id, person, PLACE) for person in people)
        if deed is Deed.RESTRICTED:  # of a firm's customer it holds at once; of others it is done where it belongs
            count = firm.restrict(w, case) or count
        Done.objects.create(
            owner_id=case.owner_id, provider_id=case.provider_id, case=case, deed=deed.value, count=count,
            words=words_of(words, least=3), by=actor.id, at=clock.now(), proof=proof,
        )  # fmt: skip
        note(w, case, "did", deed=deed.value, count=count)
        _changed(w, case)
        return case


# --- how it is to end ---


def prepare(actor: Actor, case_id: UUID, wanted: Proposal) -> Case:
    """How it is to end, as the office sees it; where somebody else is responsible it now lies with him. Raises Denied,
    UnknownCase, NotNow, BadCase, NotEstablished."""
    with work.transaction(actor) as w:
        case = open_case(actor, case_id)
        _check(case, wanted)
        case.outcome, case.ground = wanted.outcome.value, "" if wanted.ground is None else wanted.ground.value
        case.outcome_words = words_of(wanted.words)
        case.erase_how = "" if wanted.erase_how is None else wanted.erase_how.value
        ask = case.approval != Approval.NOT_NEEDED
        case.approval = Approval.ASKED.value if ask else Approval.NOT_NEEDED.value
        case.save(update_fields=["outcome", "ground", "outcome_words", "erase_how", "approval"])
        note(w, case, "prepared", outcome=case.outcome, ground=case.ground)
        if ask:
            w.publish("request.approval_asked", owner_id=case.owner_id, case_id=case.id)
        return case


def _check(case: Case, wanted: Proposal) -> None:
    rights = [Right(right) for right in case.rights]
    refuses = wanted.outcome in {Outcome.REFUSED, Outcome.PARTLY}
    if wanted.outcome is Outcome.WITHDRAWN or refuses != (wanted.ground is not None):
        raise BadCase(_("A refusal has a ground, and nothing else has."), action=_("Choose one."), field="ground")
    if wanted.ground is not None and wanted.ground not in rules.grounds_for(rights):
        raise BadCase(_("That ground is for something else."), action=_("Choose one of the list."), field="ground")
    if case.identity != Identity.ESTABLISHED and wanted.ground is not Ground.IDENTITY_UNKNOWN:
        raise NotEstablished
    gives = wanted.outcome in {Outcome.FULFILLED, Outcome.PARTLY}
    erases = gives and Right.ERASURE in rights and case.about == AboutWhat.RECORDS
    if wanted.outcome is Outcome.FULFILLED and erases and wanted.erase_how is None:
        raise BadCase(_("Say what an erasure leaves."), action=_("Nothing, or rows without a name."), field="erase_how")
    if wanted.erase_how is not None and not erases:
        raise BadCase(_("Nothing is erased here."), action=_("Leave that open."), field="erase_how")


def send_back(actor: Actor, case_id: UUID, words: str) -> Case:
    """Whoever is responsible wants it otherwise. Raises Denied, UnknownCase, NotNow, BadCase."""
    with work.transaction(actor) as w:
        case = open_case(actor, case_id, Action.SIGN)
        if case.approval != Approval.ASKED:
            raise NotNow(_("Nothing waits for your approval."), action=_("Go back to the list."))
        case.approval, case.approval_words = Approval.SENT_BACK.value, words_of(words, least=3)
        case.approval_by, case.approval_at = actor.id, clock.now()
        case.save(update_fields=["approval", "approval_words", "approval_by", "approval_at"])
        note(w, case, "sent_back", case.approval_words)
        w.publish("request.sent_back", owner_id=case.owner_id, case_id=case.id)
        return case


def withdraw(actor: Actor, case_id: UUID, words: str) -> Case:
    """The requester asks it no longer. Raises Denied, UnknownCase, NotNow, BadCase."""
    with work.transaction(actor) as w:
        case = open_case(actor, case_id)
        case.state, case.outcome = State.WITHDRAWN.value, Outcome.WITHDRAWN.value
        case.outcome_words = words_of(words, least=3)
        ended(w, case)
        note(w, case, "withdrawn", case.outcome_words)
        return case


def ended(w: work.Work, case: Case) -> None:
    """The clock stops; what was decided line by line is needed no longer."""
    case.ended_at, case.ended_by = clock.now(), w.actor.id
    case.save()
    Line.objects.filter(case=case).delete()


def changed(actor: Actor, case_id: UUID) -> None:
    """What the answer would say is another one now."""
    with work.transaction(actor) as w:
        _changed(w, locked(case_id))


def _changed(w: work.Work, case: Case) -> None:
    if case.approval in {Approval.ASKED, Approval.GIVEN}:
        case.approval = Approval.WANTED.value
        case.save(update_fields=["approval"])
    w.publish("request.changed", owner_id=case.owner_id, case_id=case.id)


def note_reviewed(w: work.Work, case: Case, count: int) -> None:
    """Lines were looked at, so many."""
    note(w, case, "reviewed", count=count)
    _changed(w, case)
