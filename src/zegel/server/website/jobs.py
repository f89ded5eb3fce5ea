# SPDX-License-Identifier: EUPL-1.2
"""Letters to whoever asked for the newsletter, to the firm and to whoever wrote; the queue; what is over is cleared."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.translation import override

from zegel.server.kernel import clock, jobs, mail, outbox, work
from zegel.server.kernel.actor import system
from zegel.server.website import counting, letters, newsletters, sending, sites
from zegel.server.website.models import Message, Subscriber
from zegel.server.website.rules import LinkKind, SubscriberState


@outbox.subscribe("newsletter.asked", "newsletter.leaving", name="website.question")
def asked(event: outbox.Event) -> None:
    if event.owner_id is not None:
        job = send_question if event.topic == "newsletter.asked" else send_leaving
        job.defer(owner_id=str(event.owner_id), subscriber_id=event.payload["subscriber_id"])


@outbox.subscribe("website.message", "website.answered", name="website.message")
def written(event: outbox.Event) -> None:
    if event.owner_id is not None:
        job = tell_firm if event.topic == "website.message" else send_answer
        job.defer(owner_id=str(event.owner_id), message_id=event.payload["message_id"])


@outbox.subscribe("newsletter.sent", name="website.queue")
def queued(event: outbox.Event) -> None:
    if event.owner_id is not None:
        send_queue.defer(owner_id=str(event.owner_id))


@jobs.task(name="website.send_question")
def send_question(owner_id: str, subscriber_id: str) -> None:
    """To the address that was filled in; who confirmed or left meanwhile gets none."""
    owner = UUID(owner_id)
    with work.transaction(system(owner)):
        row = Subscriber.objects.filter(id=subscriber_id, state=SubscriberState.ASKED.value).first()
        if row is None:
            return
        firm = sites.site_of(owner).name
    with override(row.language):
        text = letters.question(firm, newsletters.link(LinkKind.CONFIRM, row), settings.ORIGIN)
    mail.send(mail.Letter(row.email, text.subject, text.text, subscriber_id, name=firm, owner=owner))


@jobs.task(name="website.send_leaving")
def send_leaving(owner_id: str, subscriber_id: str) -> None:
    owner = UUID(owner_id)
    with work.transaction(system(owner)):
        row = Subscriber.objects.filter(id=subscriber_id, state=SubscriberState.CONFIRMED.value).first()
        if row is None:
            return
        firm = sites.site_of(owner).name
    with override(row.language):
        text = letters.leaving(firm, newsletters.link(LinkKind.LEAVE, row))
    mail.send(mail.Letter(row.email, text.subject, text.text, subscriber_id, name=firm, owner=owner))


@jobs.task(name="website.tell_firm")
def tell_firm(owner_id: str, message_id: str) -> None:
    """A link and nothing of what was written."""
    owner = UUID(owner_id)
    with work.transaction(system(owner)):
        site = sites.site_of(owner)
    if not site.told:
        return
    path = "/service/website/messages"
    with override(site.languages[0]):
        text = letters.told(site.name, f"{settings.ORIGIN}{path}")
        mail.send(mail.Letter(site.told, text.subject, text.text, message_id, portal=path))


@jobs.task(name="website.send_answer")
def send_answer(owner_id: str, message_id: str) -> None:
    owner = UUID(owner_id)
    with work.transaction(system(owner)):
        row = Message.objects.filter(id=message_id, sent_at=None).exclude(answer="").first()
        if row is None:
            return
        site = sites.site_of(owner)
    with override(row.language):
        text = letters.answered(site.name, row.answer, row.text)
    mail.send(mail.Letter(
        row.email, text.subject, text.text, message_id, name=site.name, reply_to=site.told, owner=owner
    ))  # fmt: skip
    with work.transaction(system(owner)):
        Message.objects.filter(id=message_id).update(sent_at=clock.now())


@jobs.task(name="website.send_queue")
def send_queue(owner_id: str) -> None:
    sending.run_due(UUID(owner_id))


@jobs.periodic("*/5 * * * *", name="website.due")
def run_due(timestamp: int) -> None:
    """What waited for a mail server, or for its next try."""
    for owner in counting.owners():
        sending.run_due(owner)


@jobs.periodic("37 2 * * *", name="website.night")
def night(timestamp: int) -> None:
    for owner in counting.owners():
        newsletters.drop_unconfirmed(owner)
