# SPDX-License-Identifier: EUPL-1.2
"""Letters: to the owner's people, in their language, with the site's name and nothing else about anybody."""

from __future__ import annotations

import pytest
from django.core import mail

from tests.integration.people.world import make_world
from zegel.server.notify import actions
from zegel.server.notify.classes import Class
from zegel.server.notify.letters import Occasion, write


def test_the_owners_people_are_told_and_nobody_else(db):
    world = make_world()
    mail.outbox = []
    assert actions.tell(world.owner, Occasion.ALARM, "Harbour yard North", "alarm-1") == 2
    assert sorted(letter.to[0] for letter in mail.outbox) == ["foreman@dehaan.example", "owner@dehaan.example"]
    for letter in mail.outbox:
        assert "Harbour yard North" in letter.subject
        for name in ("Owner", "Foreman", "Haan", "example"):
            assert name not in letter.body


def test_who_does_not_want_letters_gets_none(db):
    world = make_world()
    mail.outbox = []
    actions.prefer(world.actor("owner"), Class.ALARM, False)
    assert actions.tell(world.owner, Occasion.ALARM, "Yard", "alarm-1") == 2  # his phone would have it
    assert [letter.to[0] for letter in mail.outbox] == ["foreman@dehaan.example"]
    actions.prefer(world.actor("owner"), Class.ALARM, True)
    assert actions.tell(world.owner, Occasion.ALARM, "Yard", "alarm-2") == 2
    assert len(mail.outbox) == 3


def test_the_same_thing_is_told_once_however_often_it_is_heard(db):
    world = make_world()
    mail.outbox = []
    for _ in range(3):
        actions.tell(world.owner, Occasion.ALARM, "Yard", "alarm-1")
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("occasion", list(Occasion))
@pytest.mark.parametrize("language", ["en", "nl", "sv", "de"])
def test_every_letter_exists_in_every_language_and_a_sites_name_stays_on_one_line(occasion, language):
    text = write(occasion, "Yard\r\nBcc: everybody@example.org", language, "http://localhost:8000")
    assert "\n" not in text.subject
    assert "Yard\r" not in text.body
    if occasion not in {Occasion.AGREEMENT, Occasion.AGREEMENT_ENDED, Occasion.DIGEST, Occasion.TEST}:
        assert "Yard Bcc" in text.subject
    assert "http://localhost:8000" in text.body
