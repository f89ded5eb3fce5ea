# SPDX-License-Identifier: EUPL-1.2
"""Letters leave, officers hear of a new breach at once, and are reminded while a clock runs."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.breaches import actions, letters, queries, rules, words
from zegel.server.breaches.models import Duty, Notice
from zegel.server.breaches.rules import DutyKind
from zegel.server.exports import actions as exports
from zegel.server.kernel import clock, jobs, log, mail, outbox, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.people import queries as people
from zegel.server.people.models import Party
from zegel.server.tasks import jobs as tasks

# whose registers there may be: every party that serves somebody
_PARTIES = "SELECT unnest(serving_parties(%s))"


@outbox.subscribe("breach.notice", name="breaches.notice")
def notice_made(event: outbox.Event) -> None:
    if event.owner_id is not None:
        send_notice.defer(party_id=str(event.owner_id), notice_id=str(event.uuid("notice")))


@jobs.task(name="breaches.send_notice")
def send_notice(party_id: str, notice_id: str) -> None:
    """With its paper; to a customer the authority's form goes with it, as a document and as data. What the mail server
    says wrong is tried again, and shown with the notice."""
    party = UUID(party_id)
    with tenancy.acting_as(party):
        notice = Notice.objects.select_related("duty__breach").filter(id=UUID(notice_id), told_at=None).first()
        if notice is None:
            return
        files = [(f"breach-{notice.duty.breach.number}.pdf", "application/pdf", bytes(notice.paper))]
        if notice.duty.kind == DutyKind.CUSTOMER.value:
            files += actions.forms(notice.duty, notice.language)
    letter = mail.Letter(notice.to, notice.subject, notice.text, f"breach notice {notice.id}", tuple(files))
    try:
        exports.post(party, exports.FileKind.BREACH_LETTER, letter, notice.id)
    except Exception as error:
        with tenancy.acting_as(party):
            Notice.objects.filter(id=notice.id).update(fault=type(error).__name__[:200])
        raise
    actions.left(notice.id, party, clock.now())


@outbox.subscribe("breach.changed", name="breaches.changed")
def changed(event: outbox.Event) -> None:
    if event.owner_id is not None:
        tasks.sweep_one.defer(provider_id=str(event.owner_id))
        remind_party.defer(party_id=str(event.owner_id))


@jobs.periodic("*/5 * * * *", name="breaches.remind")
def remind(timestamp: int) -> None:
    for party in _parties():
        try:
            remind_of(party)
        except Exception as error:
            log.error("breaches.remind_failed", party=party, error=type(error).__name__, where=log.place_of(error))


@jobs.task(name="breaches.remind_party")
def remind_party(party_id: str) -> None:
    remind_of(UUID(party_id))


def remind_of(party_id: UUID) -> int:
    """Sends what is due to be said now; returns how many letters. The stage is kept before its letters leave: a mail
    server that is down costs a reminder, never a second one."""
    now, said = clock.now(), []
    with work.transaction(system(party_id)):
        for duty in queries.open_duties(party_id):
            stage = 0 if duty.due_at is None else rules.stage(now, duty.started_at, duty.due_at)
            if stage + 1 > duty.reminded:  # the first letter: that there is a breach
                Duty.objects.filter(id=duty.id).update(reminded=stage + 1)
                said.append(duty)
        party = Party.objects.get(id=party_id) if said else None
        names = people.party_names({one.towards for one in said if one.towards}, seen_by=party_id)
    if party is None:
        return 0
    officers = people.members(party_id, queries.OFFICERS)
    for one in officers:
        mail.send(_letter(one.email, one.language, said, names, party.country))
    return len(officers)


def _letter(to: str, language: str, duties: list[Duty], names: dict[UUID, str], country: str) -> mail.Letter:
    with override(language if language in letters.LANGUAGES else "en"):
        rows = "\n".join(_line(one, names, country) for one in duties)
        number = duties[0].breach.number
        return mail.Letter(
            to, _("Breach %(number)d: somebody must be told") % {"number": number},
            _("These clocks run:") + "\n\n" + rows + "\n\n"
            + _("Sign in and open Privacy, Breaches: there each letter is drafted, and the clocks stop when it left."),
            f"breach reminder {duties[0].breach_id}",
        )  # fmt: skip


def _line(duty: Duty, names: dict[UUID, str], country: str) -> str:
    whom = str(words.DUTIES[DutyKind(duty.kind)])
    name = names.get(duty.towards, "") if duty.towards and duty.kind == DutyKind.CUSTOMER.value else ""
    who = f"{whom} {name}".strip()
    if duty.due_at is None:
        return _("Breach %(number)d, %(who)s: without delay") % {"number": duty.breach.number, "who": who}
    if clock.now() > duty.due_at:
        return _("Breach %(number)d, %(who)s: TOO LATE since %(when)s") % {
            "number": duty.breach.number, "who": who, "when": letters.moment(duty.due_at, country),
        }  # fmt: skip
    return _("Breach %(number)d, %(who)s: before %(when)s") % {
        "number": duty.breach.number, "who": who, "when": letters.moment(duty.due_at, country),
    }  # fmt: skip


def _parties() -> list[UUID]:
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute(_PARTIES, [clock.now()])
        return [party for (party,) in cursor.fetchall()]
