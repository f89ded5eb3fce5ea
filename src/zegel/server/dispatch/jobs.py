# SPDX-License-Identifier: EUPL-1.2
"""The link goes out by mail. The token is drawn by the job itself: no queue, row or log ever holds it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from zegel.server.dispatch import actions, queries, rules
from zegel.server.dispatch.letters import write
from zegel.server.dispatch.models import Dispatch
from zegel.server.dispatch.rules import State
from zegel.server.kernel import clock, jobs, log, mail, outbox, tenancy
from zegel.server.kernel.actor import system
from zegel.server.sites.models import Site


@outbox.subscribe("dispatch.requested", name="dispatch.mail")
def requested(event: outbox.Event) -> None:
    """Letters go through jobs: a mail server that is slow holds up no other event."""
    if event.owner_id is not None:
        mail_link.defer(owner_id=str(event.owner_id), dispatch_id=event.payload["dispatch_id"])


@jobs.task(name="dispatch.mail_link")
def mail_link(owner_id: str, dispatch_id: str) -> None:
    """Tried again when the mail server fails; then the letter before, if it arrived after all, opens too."""
    owner = system(UUID(owner_id))
    dispatch = queries.get(owner, UUID(dispatch_id))
    if State(dispatch.state) in rules.ENDED or dispatch.mailed_at is not None or not dispatch.guard.email:
        return
    with tenancy.acting_as(owner.party_id):
        site = Site.objects.get(id=dispatch.site_id)
        token = actions.draw_token(dispatch)
    text = write(site.name, f"{settings.ORIGIN}/guard/{token}", dispatch.guard.language)
    try:
        mail.send(mail.Letter(dispatch.guard.email, text.subject, text.body, dispatch_id))
    except mail.MailRefused:
        log.warning("dispatch.address_refused", reference=dispatch_id)
        return
    with tenancy.acting_as(owner.party_id):
        Dispatch.objects.filter(id=dispatch.id).update(mailed_at=clock.now())


@jobs.periodic("53 * * * *", name="dispatch.forget_old_links")
def forget_old_links(timestamp: int) -> None:
    actions.forget_old_links(clock.now())
