# SPDX-License-Identifier: EUPL-1.2
"""Letters to requesters, to the office and to whoever is responsible; the clock's reminders; what is over is destroyed.

A link's token is drawn by the job that sends it: no queue, row or log ever holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.kernel import clock, jobs, log, mail, outbox, work
from zegel.server.kernel.actor import system
from zegel.server.people import queries as people
from zegel.server.people.models import Person
from zegel.server.people.roles import Role
from zegel.server.requests import answering, intake, letters, queries, rules, words
from zegel.server.requests.models import Answer, Case, LinkKind
from zegel.server.requests.rules import Right, State

OFFICERS = (Role.PRIVACY_OFFICER,)
TO_REQUESTER = {
    "request.submitted": "confirm", "request.opened": "taken_in", "request.identity_asked": "identity",
    "request.extended": "extended",
}  # fmt: skip


@outbox.subscribe(*TO_REQUESTER, name="requests.letter")
def to_requester(event: outbox.Event) -> None:
    if event.owner_id is not None:
        tell.defer(owner_id=str(event.owner_id), case_id=event.payload["case_id"], what=TO_REQUESTER[event.topic])


@outbox.subscribe("request.answered", name="requests.answered")
def answered(event: outbox.Event) -> None:
    if event.owner_id is not None:
        send_answer.defer(
            owner_id=str(event.owner_id), case_id=event.payload["case_id"], answer_id=event.payload["answer_id"]
        )


@outbox.subscribe("request.opened", "request.sent_back", name="requests.to_office")
def to_office(event: outbox.Event) -> None:
    if event.owner_id is not None:
        tell_office.defer(owner_id=str(event.owner_id), case_id=event.payload["case_id"], what=event.topic)


@outbox.subscribe("request.approval_asked", name="requests.to_owner")
def to_owner(event: outbox.Event) -> None:
    if event.owner_id is not None:
        tell_owner.defer(owner_id=str(event.owner_id), case_id=event.payload["case_id"])


# --- to the requester ---


@jobs.task(name="requests.tell")
def tell(owner_id: str, case_id: str, what: str) -> None:
    """Who gave no address is told by letter or phone, by the office."""
    with work.transaction(system(UUID(owner_id))):
        case = _case(case_id)
        if case is None or not case.email:
            return
        text = _to_requester(case, what)
    mail.send(mail.Letter(case.email, text.subject, text.body, str(case.id)))


def _to_requester(case: Case, what: str) -> letters.Text:
    about = about_of(case)
    if what == "confirm":
        token = intake.draw_link(case, LinkKind.CONFIRM, case.received_at + rules.CONFIRM_LASTS)
        return letters.confirm(about, f"{settings.ORIGIN}/request/confirm/{token}")
    if what == "identity":
        asked = case.steps.filter(what="identity_asked").order_by("-at").first()
        return letters.identity(about, "" if asked is None else asked.words)
    return letters.extended(about, case.extension_words) if what == "extended" else letters.taken_in(about)


@jobs.task(name="requests.send_answer")
def send_answer(owner_id: str, case_id: str, answer_id: str) -> None:
    """Only the link. Then, where he was erased, the case forgets him too. Who gave no address is handed his by the
    office, and the case forgets him when that link is over."""
    owner = UUID(owner_id)
    with work.transaction(system(owner)):
        case = _case(case_id)
        answer = Answer.objects.filter(id=answer_id, shred__isnull=False).first()
        if case is None or answer is None or not case.email:
            return
        token = intake.draw_link(case, LinkKind.ANSWER, answer.expires_at, answer.id)
        text = letters.answered(about_of(case), f"{settings.ORIGIN}/request/answer/{token}", rules.LINK_LASTS.days)
    mail.send(mail.Letter(case.email, text.subject, text.body, str(case.id)))
    if was_erased(case):
        answering.forget_told(owner, case.id)


def was_erased(case: Case) -> bool:
    return bool(case.erase_how) and Right.ERASURE.value in case.rights


# --- to the office, and to whoever is responsible ---


@jobs.task(name="requests.tell_office")
def tell_office(owner_id: str, case_id: str, what: str) -> None:
    with work.transaction(system(UUID(owner_id))):
        case = _case(case_id)
    if case is None:
        return
    for person in officers(case):
        with override(person.language):
            said = _("A request came in. It is answered within a month.")
            if what == "request.sent_back":
                said = _("Whoever is responsible wants the answer otherwise.")
        _to(person, case, said, f"/backoffice/privacy/requests/{case.id}")


@jobs.task(name="requests.tell_owner")
def tell_owner(owner_id: str, case_id: str) -> None:
    owner = UUID(owner_id)
    with work.transaction(system(owner)):
        case = _case(case_id)
    if case is None:
        return
    for person in people.members(owner, [Role.OWNER]):
        with override(person.language):
            said = _("Somebody asked for his rights over data that is yours. The answer is ready for your approval.")
        _to(person, case, said, f"/portal/requests/{case.id}")


def officers(case: Case) -> list[Person]:
    """Of whoever handles it; where the office has none, of its administrators."""
    return people.members(case.provider_id, OFFICERS) or people.members(case.provider_id, [Role.ADMIN])


def _to(person: Person, case: Case, said: str, path: str) -> None:
    about = letters.About(case.number, controller_of(case), case.due_at, person.language)
    text = letters.office(about, said, f"{settings.ORIGIN}{path}")
    mail.send(mail.Letter(person.email, text.subject, text.body, str(case.id)))


def about_of(case: Case) -> letters.About:
    return letters.About(case.number, controller_of(case), case.due_at, case.language)


def controller_of(case: Case) -> str:
    return people.party_names([case.owner_id], seen_by=case.owner_id).get(case.owner_id, "")


def _case(case_id: str) -> Case | None:
    return Case.objects.filter(id=case_id).first()


# --- by the clock ---


@jobs.periodic("*/15 * * * *", name="requests.clock")
def each_quarter(timestamp: int) -> None:
    """One controller's fault stops no other's."""
    for owner_id in queries.controllers():
        try:
            by_the_clock(owner_id)
        except Exception as error:
            log.error("requests.clock_failed", party=owner_id, error=type(error).__name__, where=log.place_of(error))


def by_the_clock(owner_id: UUID) -> None:
    """Reminders before the term runs out; forms that nobody confirmed, answers whose link is over, and requesters
    whose answer has reached them are gone."""
    intake.drop_unconfirmed(owner_id)
    answering.destroy_expired(owner_id)
    for case in list(_due(owner_id)):
        for person in officers(case):
            with override(person.language):
                said = words.days_left(case.reminded or 0)
            _to(person, case, said, f"/backoffice/privacy/requests/{case.id}")
    for case in _erased_and_over(owner_id):
        answering.forget_told(owner_id, case.id)


def _due(owner_id: UUID) -> Iterator[Case]:
    now = clock.now()
    with work.transaction(system(owner_id)):
        rows = Case.objects.select_for_update().filter(owner_id=owner_id, state=State.OPEN.value)
        found = []
        for case in rows:
            days = rules.reminder_due(case.due_at, now, case.reminded)
            if days is not None:
                case.reminded = days
                case.save(update_fields=["reminded"])
                found.append(case)
    yield from found


def _erased_and_over(owner_id: UUID) -> list[Case]:
    """Erased, without an address to tell, and the answer is destroyed."""
    with work.transaction(system(owner_id)):
        rows = Case.objects.filter(owner_id=owner_id, forgotten_at=None).exclude(erase_how="")
        rows = rows.filter(state=State.ANSWERED.value).exclude(answers__shred__isnull=False)
        return list(rows)
