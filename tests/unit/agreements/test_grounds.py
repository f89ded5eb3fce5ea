# SPDX-License-Identifier: EUPL-1.2
"""What a term, a deadline or a switch rests on is told in the reader's language."""

from __future__ import annotations

from datetime import date

from django.utils.translation import override

from zegel.declare import law, profiles
from zegel.server.agreements import grounds
from zegel.server.footage import live_switch

SHOWN_DEADLINES = ("breach.customer", "breach.authority", "request.answer", "request.extension")


def test_every_source_that_is_shown_has_its_words() -> None:
    shown = {rule.source for name in profiles.NAMES for rule in profiles.profile(name).terms.values()}
    shown |= {profiles.profile(name).source for name in profiles.NAMES}
    shown |= {one.source for one in live_switch.switches()}
    shown |= {law.deadline(name, date(2026, 11, 23)).source for name in SHOWN_DEADLINES}
    assert {source for source in shown if not grounds.known(source)} == set()


def test_it_is_told_in_the_readers_language_and_a_decisions_number_as_it_is() -> None:
    told = {}
    for language in ("nl", "sv", "de", "en"):
        with override(language):
            told[language] = grounds.said("Art. 33(1) GDPR")
    assert told == {
        "nl": "art. 33 lid 1 AVG", "sv": "art. 33.1 GDPR", "de": "Art. 33 Abs. 1 DSGVO", "en": "Art. 33(1) GDPR",
    }  # fmt: skip
    assert grounds.said("Decision (EU) 2021/1772, as extended") == "Decision (EU) 2021/1772, as extended"
