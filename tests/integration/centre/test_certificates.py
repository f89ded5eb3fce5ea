# SPDX-License-Identifier: EUPL-1.2
"""An expiring certificate is spoken of at 60, 30 and 7 days and at its end: once each, to those who can renew it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from tests.actors import World
from tests.clock import stopped_clock
from tests.integration.centre.parts import CENTRE, deferred
from zegel.server.agreements import actions
from zegel.server.agreements.errors import BadCertificate, NoCertificate
from zegel.server.agreements.models import Certificate
from zegel.server.agreements.schemes import Scheme
from zegel.server.centre import jobs
from zegel.server.kernel import clock, ids, tenancy
from zegel.server.kernel.actor import system


def only_one(scheme: Scheme, lasts: timedelta) -> None:
    """Of all the world's certificates of the centre, this one remains."""
    with tenancy.acting_as(CENTRE):
        Certificate.objects.filter(owner_id=CENTRE).update(withdrawn_at=clock.now())
    now = clock.now()
    new = actions.NewCertificate(None, scheme, "NR-1", "Kiwa", now, now + lasts)
    actions.record_certificate(system(CENTRE), CENTRE, new)


def said(since: int) -> list[int]:
    return [job["days"] for job in deferred("centre.tell_certificate")[since:] if job["party_id"] == str(CENTRE)]


def test_each_stage_is_told_once(world: World) -> None:
    with stopped_clock(clock.now()) as time:
        only_one(Scheme.PAC, timedelta(days=70))
        begun, told = len(deferred("centre.tell_certificate")), []
        for _ in range(75):
            jobs.warn_of_certificates(0)
            jobs.warn_of_certificates(0)
            time.advance(timedelta(days=1))
        told = said(begun)
    assert told == [60, 30, 7, 0]


def test_a_renewed_certificate_is_not_spoken_of(world: World) -> None:
    with stopped_clock(clock.now()) as time:
        only_one(Scheme.PAC, timedelta(days=70))
        now = clock.now()
        renewed = actions.NewCertificate(None, Scheme.PAC, "NR-2", "Kiwa", now, now + timedelta(days=400))
        actions.record_certificate(system(CENTRE), CENTRE, renewed)
        time.advance(timedelta(days=65))
        begun = len(deferred("centre.tell_certificate"))
        jobs.warn_of_certificates(0)
    assert said(begun) == []


def test_the_letter_goes_to_the_supervisors_in_their_language(world: World) -> None:
    mail.outbox = []
    with tenancy.acting_as(CENTRE):
        certificate = Certificate.objects.filter(owner_id=CENTRE).first()
    assert certificate is not None
    jobs.tell_certificate(str(CENTRE), str(certificate.id), 7)
    assert sorted(letter.to[0] for letter in mail.outbox) == [
        "supervisor2@centrale.example", "supervisor@centrale.example",
    ]  # fmt: skip
    assert {letter.subject for letter in mail.outbox} == {"Een certificaat eindigt over 7 dagen"}


def test_what_is_no_certificate_is_refused(world: World) -> None:
    now = clock.now()
    for number, issuer, first, last in (
        ("", "Kiwa", now, now + timedelta(1)), ("1", " ", now, now + timedelta(1)), ("1", "Kiwa", now, now),
        ("1", "Kiwa", now, now + timedelta(days=4000)), ("x" * 61, "Kiwa", now, now + timedelta(1)),
    ):  # fmt: skip
        with pytest.raises(BadCertificate):
            actions.record_certificate(
                system(CENTRE), CENTRE, actions.NewCertificate(None, Scheme.PAC, number, issuer, first, last)
            )
    with pytest.raises(NoCertificate):
        actions.withdraw_certificate(system(CENTRE), CENTRE, ids.new())
