# SPDX-License-Identifier: EUPL-1.2
"""Promises are tried by themselves: the quick ones each hour, all of them each night; and who must know is told."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.kernel import jobs, log, mail, outbox, tenancy
from zegel.server.people import queries as people
from zegel.server.people.roles import Role
from zegel.server.promises import canary, queries, running, statement
from zegel.server.promises.catalogue import filled, promises
from zegel.server.promises.models import Run
from zegel.server.promises.rules import Every

READERS = (Role.PRIVACY_OFFICER, Role.ADMIN)


@jobs.periodic("7 * * * *", name="promises.hourly")
def hourly(timestamp: int) -> None:
    for provider_id in queries.providers():
        try_all.defer(provider_id=str(provider_id), every=Every.HOUR.value)


@jobs.periodic("37 4 * * *", name="promises.nightly")
def nightly(timestamp: int) -> None:
    """After retention and back-up had their turn."""
    for provider_id in queries.providers():
        try_all.defer(provider_id=str(provider_id), every=Every.NIGHT.value)


@jobs.periodic("* * * * *", name="promises.first")
def first(timestamp: int) -> None:
    """A provider whose promises nobody tried yet does not wait for the hour."""
    for provider_id in queries.providers():
        with tenancy.acting_as(provider_id):
            known = Run.objects.filter(owner_id=provider_id).exists()
        if not known:
            try_all(str(provider_id), Every.HOUR.value)


@jobs.task(name="promises.try_all")
def try_all(provider_id: str, every: str) -> None:
    """Statements first, because promises speak of them; one provider's fault stops no other's."""
    provider = UUID(provider_id)
    statement.renew_all(provider)
    if every == Every.NIGHT.value:
        canary.plant(provider)
        canary.forget_old(provider)
        running.forget_old(provider)
    row = running.run(provider, Every(every))
    log.info("promises.tried", provider=provider, kept=row.kept, broken=row.broken, unproven=row.unproven)


@outbox.subscribe("promise.broken", name="promises.alarm")
def alarm(event: outbox.Event) -> None:
    """A letter to who keeps the books. The task on their list arises by itself (promises.tasks)."""
    if event.owner_id is not None:
        tell.defer(provider_id=str(event.owner_id), promise=str(event.payload["promise"]))


@jobs.task(name="promises.tell")
def tell(provider_id: str, promise: str) -> None:
    provider = UUID(provider_id)
    with tenancy.acting_as(provider):
        if promise not in {row.promise for row in queries.broken(provider)}:
            return
    whose = queries.subject(provider)
    figures = queries.figures_of(whose.profiles)[promise] if whose else {}
    for person in people.members(provider, READERS):
        with override(person.language):
            sentence = filled(promises()[promise].text[person.language], figures)
            subject = _("A promise is broken: %(promise)s") % {"promise": promise}
            text = "\n\n".join(
                (
                    _("Hello %(name)s,") % {"name": person.display_name},
                    _("The promise monitor tried this promise and found that it does not hold:"),
                    f"{promise}: {sentence}",
                    _("Sign in and open the promises to see what it found. Everybody can see that it is broken."),
                )
            )
        mail.send(mail.Letter(person.email, subject, text, f"promise {promise}"))
