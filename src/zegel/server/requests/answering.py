# SPDX-License-Identifier: EUPL-1.2
"""The answer, and its way to whom it is for. The principles that keep it safe:

- Nothing goes out before it is sure who asks, every line was looked at by a person, and whoever is responsible approved
  it (or gives it himself).
- It is logged as an export before it exists outside (exports.send), with its hash.
- By mail goes a link and nothing else. The link opens with the code that only the requester was told, in the browser
  that used it first, for a day; five wrong codes end it. Then the key of the file is destroyed.
- Who was erased is not in his own case any more, once he was told so.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind, Sent
from zegel.server.gate import Action, require
from zegel.server.kernel import clock, ids, shred, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.people.actions import pepper
from zegel.server.requests import carrying, document, handling, rules, searching
from zegel.server.requests.errors import LinkGone, NotApproved, NotEstablished, NotNow, WrongCode
from zegel.server.requests.intake import link_of, note
from zegel.server.requests.models import Answer, Case, CaseLink, Done, LinkKind
from zegel.server.requests.rules import (
    GIVES_DATA,
    AboutWhat,
    Approval,
    Deed,
    EraseHow,
    Ground,
    Identity,
    Outcome,
    Right,
    State,
    Verdict,
)

PURPOSE = "account"  # whose shred keys guard an answer: rows of people and places
WANTS_DEED: dict[Right, frozenset[Deed]] = {
    Right.RECTIFICATION: frozenset({Deed.RECTIFIED}),
    Right.RESTRICTION: frozenset({Deed.RESTRICTED}),
    Right.OBJECTION: frozenset({Deed.OBJECTION_HEEDED}),
    Right.WITHDRAWAL: frozenset({Deed.CONSENT_WITHDRAWN}),
}


@dataclass(frozen=True)
class Opened:
    """What the requester's page shows. `browser`: the secret that his browser keeps, when it was opened just now."""

    case: Case
    answer: Answer
    until: datetime
    browser: str = ""


def preview(actor: Actor, case_id: UUID, how: EraseHow) -> carrying.Preview:
    """What an erasure would do. Raises Denied, UnknownCase."""
    with work.transaction(actor):
        case = handling.locked(case_id)
        require(actor, Action.READ, handling.resource(case))
    return carrying.preview(case, searching.found(case).rows, how)


def give(actor: Actor, case_id: UUID, proof: bytes | None = None) -> Case:
    """As it was prepared: carried out, made, logged, and sent. `proof`: of the preview that the actor saw, where
    something is erased. Where somebody else is responsible than the office, only he gives it. Raises Denied,
    UnknownCase, NotNow, NotEstablished, NotApproved, NotReviewed, BadExport, LedgerUnavailable."""
    with work.transaction(actor) as w:
        case = handling.open_case(actor, case_id, Action.ANSWER)
        found = searching.found(case)
        _require_ready(actor, case, found, proof)
        package = _package(case, found)
        sent = exports.send(
            actor, FileKind.ANSWER, f"answer-{case.number}.zip", package, purpose="data_subject_request",
            resource=handling.resource(case), recipient="data_subject", owner_id=case.owner_id,
        )  # fmt: skip
        if case.erase_how:
            carrying.carry_out(w, case, found.rows, EraseHow(case.erase_how))
        _end(w, case, found, _keep(case, package, sent.index))
        return case


def _outcome(case: Case) -> Outcome:
    return Outcome(case.outcome)


def _require_ready(actor: Actor, case: Case, found: searching.Found, proof: bytes | None) -> None:
    if not case.outcome:
        raise NotNow(_("It was not prepared yet."), action=_("Say first how it is to end."))
    refused_for_identity = case.ground == Ground.IDENTITY_UNKNOWN
    if case.identity != Identity.ESTABLISHED and not refused_for_identity:
        raise NotEstablished
    ours = actor.party_id == case.owner_id
    if not ours and case.approval != Approval.NOT_NEEDED:
        raise NotApproved
    if ours and case.approval not in {Approval.ASKED, Approval.NOT_NEEDED, Approval.GIVEN}:
        raise NotNow(_("It was not prepared yet."), action=_("The office says first how it is to end."))
    if _outcome(case) in {Outcome.FULFILLED, Outcome.PARTLY}:
        _require_done(case, found)
    if case.erase_how:
        shown = carrying.preview(case, found.rows, EraseHow(case.erase_how))
        if proof is None or not hmac.compare_digest(proof, shown.proof):
            raise NotNow(_("What would be erased is not what you saw."), action=_("Look at the list again."))


def _require_done(case: Case, found: searching.Found) -> None:
    rights = {Right(right) for right in case.rights}
    if rights & GIVES_DATA and case.about == AboutWhat.RECORDS:
        searching.require_reviewed(found)
    if _outcome(case) is not Outcome.FULFILLED:
        return
    done = {Deed(one) for one in Done.objects.filter(case=case).values_list("deed", flat=True)}
    if case.about == AboutWhat.FOOTAGE and rights & GIVES_DATA and Deed.FILM_HANDED not in done:
        raise NotNow(
            _("No film was handed over."),
            action=_("The owner redacts and hands it over, or it is refused with its ground."),
        )
    for right in Right:
        if right in rights and right in WANTS_DEED and not WANTS_DEED[right] & done:
            raise NotNow(
                _("What was asked was not carried out yet."), action=_("Do it where it belongs, and say so here.")
            )


def _package(case: Case, found: searching.Found) -> bytes:
    gives = bool({Right(right) for right in case.rights} & GIVES_DATA) and _outcome(case) is not Outcome.REFUSED
    erases = None
    if case.erase_how:
        erases = carrying.preview(case, found.rows, EraseHow(case.erase_how))
    return document.package(case, found if gives else searching.Found(), erases)


def _keep(case: Case, package: bytes, index: int) -> Answer:
    number, answer_id = shred.next_number(PURPOSE), ids.new()
    return Answer.objects.create(
        id=answer_id, owner_id=case.owner_id, provider_id=case.provider_id, case=case, shred=number,
        wrapped=shred.wrap(PURPOSE, number, package, answer_id.bytes), hash=document.digest(package),
        size=len(package), index=index, made_at=clock.now(), expires_at=clock.now() + rules.LINK_LASTS,
    )  # fmt: skip


def _end(w: work.Work, case: Case, found: searching.Found, answer: Answer) -> None:
    verdicts = [one.verdict for one in found.fields if one.field.value is not None]
    case.outcome_counts = {
        "given": verdicts.count(Verdict.GIVE), "edited": verdicts.count(Verdict.EDITED),
        "withheld": verdicts.count(Verdict.WITHHOLD), "recordings": len(found.recordings),
    }  # fmt: skip
    refused = case.outcome == Outcome.REFUSED
    case.state = (State.REFUSED if refused else State.ANSWERED).value
    if case.approval != Approval.NOT_NEEDED:
        case.approval, case.approval_by, case.approval_at = Approval.GIVEN.value, w.actor.id, clock.now()
    late = clock.now() > case.due_at
    handling.ended(w, case)
    note(w, case, "answered", outcome=case.outcome, ground=case.ground, late=late, sha256=bytes(answer.hash))
    w.publish("request.answered", owner_id=case.owner_id, case_id=case.id, answer_id=answer.id)


def send_again(actor: Actor, case_id: UUID) -> None:
    """A new link to the same answer, while it is there. Raises Denied, UnknownCase, NotNow."""
    with work.transaction(actor) as w:
        case = handling.locked(case_id)
        require(actor, Action.ANSWER, handling.resource(case))
        answer = Answer.objects.filter(case=case, shred__isnull=False).order_by("-made_at").first()
        if answer is None or not case.email:
            raise NotNow(_("There is no answer left to send."), action=_("It was erased when its link was over."))
        note(w, case, "sent_again")
        w.publish("request.answered", owner_id=case.owner_id, case_id=case.id, answer_id=answer.id)


def printable(case: Case) -> Answer | None:
    """The answer of who gave no address: no link ever went out, so that it is printed and handed over or posted. Within
    an acting party. None while there is none, or once its bytes are gone."""
    if case.email:
        return None
    answer = Answer.objects.filter(case=case, shred__isnull=False).order_by("-made_at").first()
    linked = answer is None or CaseLink.objects.filter(answer_id=answer.id).exists()
    return None if linked else answer


def printed(actor: Actor, case_id: UUID) -> Sent:
    """Its letter as a PDF, logged as an export each time. Raises Denied, UnknownCase, NotNow, LedgerUnavailable."""
    with work.transaction(actor) as w:
        case = handling.locked(case_id)
        require(actor, Action.ANSWER, handling.resource(case))
        answer = printable(case)
        if answer is None or answer.shred is None:
            raise NotNow(
                _("There is no answer to print."), action=_("Who gave an address has a link; others' is kept a while.")
            )
        package = shred.unwrap(PURPOSE, answer.shred, bytes(answer.wrapped or b""), answer.id.bytes)
        sent = exports.send(
            actor, FileKind.ANSWER_LETTER, f"answer-{case.number}.pdf", document.letter_of(package),
            purpose="data_subject_request", resource=handling.resource(case), recipient="data_subject",
            owner_id=case.owner_id,
        )  # fmt: skip
        note(w, case, "printed")
        return sent


# --- the requester's link ---


def open_link(token: str, code: str) -> Opened:
    """With the code, and in this browser from now on. Raises LinkGone, WrongCode."""
    link = link_of(token, LinkKind.ANSWER)
    if link.browser_hash is not None:
        raise LinkGone("elsewhere")
    if link.tries >= rules.MOST_TRIES:
        raise LinkGone("locked")
    browser = rules.new_token()
    with work.transaction(system(link.owner_id)) as w:
        case, answer = _of(link)
        right = case.code_mac is not None and secrets.compare_digest(
            bytes(case.code_mac), rules.code_mac(pepper(), case.id.bytes, code)
        )
        if not right:
            left = rules.MOST_TRIES - _count_try(link)
            note(w, case, "wrong_code")
        else:
            until = clock.now() + rules.OPENED_LASTS
            taken = CaseLink.objects.filter(token_hash=link.token_hash, browser_hash=None).update(
                browser_hash=rules.token_hash(browser), opened_at=clock.now(), expires_at=until
            )
            if not taken:
                raise LinkGone("elsewhere")
            Answer.objects.filter(id=answer.id).update(expires_at=until)
            note(w, case, "opened")
    if not right:
        raise WrongCode(left)
    return Opened(case, answer, until, browser)


def _count_try(link: CaseLink) -> int:
    row = CaseLink.objects.select_for_update().get(token_hash=link.token_hash)
    row.tries += 1
    row.save(update_fields=["tries"])
    return row.tries


def opened(token: str, browser: str) -> Opened:
    """What was opened, in the browser that opened it. Raises LinkGone ("unopened" where nobody did)."""
    link = link_of(token, LinkKind.ANSWER)
    if link.browser_hash is None:
        raise LinkGone("locked" if link.tries >= rules.MOST_TRIES else "unopened")
    mine = rules.token_hash(browser)
    if mine is None or not secrets.compare_digest(mine, bytes(link.browser_hash)):
        raise LinkGone("elsewhere")
    with tenancy.acting_as(link.owner_id):
        case, answer = _of(link)
    return Opened(case, answer, link.expires_at)


def fetch(token: str, browser: str) -> Sent:
    """The file, logged before it leaves. Raises LinkGone, LedgerUnavailable."""
    mine = opened(token, browser)
    with work.transaction(system(mine.case.owner_id)) as w:
        case, answer = _of(link_of(token, LinkKind.ANSWER))
        assert answer.shred is not None
        content = shred.unwrap(PURPOSE, answer.shred, bytes(answer.wrapped or b""), answer.id.bytes)
        answer.fetched_at = clock.now()
        answer.save(update_fields=["fetched_at"])
        note(w, case, "fetched", sha256=bytes(answer.hash))
    return Sent(f"answer-{case.number}.zip", content, "application/zip", answer.index)


def _of(link: CaseLink) -> tuple[Case, Answer]:
    if link.answer_id is None:
        raise LinkGone("unknown")
    answer = Answer.objects.select_related("case").filter(id=link.answer_id, owner_id=link.owner_id).first()
    if answer is None or answer.shred is None:
        raise LinkGone("expired")
    return answer.case, answer


def destroy_expired(owner_id: UUID) -> int:
    """Answers whose link is over: their keys are destroyed, their bytes go."""
    with work.transaction(system(owner_id)) as w:
        over = Answer.objects.select_for_update().filter(
            owner_id=owner_id, shred__isnull=False, expires_at__lte=clock.now()
        )
        rows = list(over.select_related("case"))
        numbers = [row.shred for row in rows if row.shred is not None]
        for row in rows:
            row.shred, row.wrapped = None, None
            row.save(update_fields=["shred", "wrapped"])
            CaseLink.objects.filter(answer_id=row.id).delete()
            note(w, row.case, "answer_destroyed")
        if numbers:
            w.after_commit(lambda: shred.destroy(PURPOSE, *numbers))
    return len(rows)


# --- what names him ---


def forget_requester(case: Case) -> None:
    """Nothing in the case says who it was. Within the running work."""
    case.name = case.email = case.phone = case.postal = case.text = case.look = case.identity_seen = ""
    case.outcome_words = case.extension_words = case.approval_words = ""
    case.person_id, case.subjects, case.forgotten_at = None, [], clock.now()
    case.save()
    case.steps.update(words="")
    case.deeds.update(words="")


def forget_told(owner_id: UUID, case_id: UUID) -> None:
    """After he was told that he was erased."""
    with work.transaction(system(owner_id)) as w:
        case = handling.locked(case_id)
        if case.forgotten_at is None and case.state in rules.ENDED:
            forget_requester(case)
            note(w, case, "forgotten")
