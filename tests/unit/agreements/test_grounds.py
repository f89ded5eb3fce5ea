# SPDX-License-Identifier: EUPL-1.2
"""What a term, a deadline or a switch rests on is told in the reader's language."""

from __future__ import annotations

from django.utils.translation import override

from zegel.declare import Basis, Category, Purpose, Recipient, Term, law, profiles
from zegel.server.agreements import grounds, texts
from zegel.server.agreements.texts import Terms
from zegel.server.footage import live_switch
from zegel.server.promises import catalogue, statement
from zegel.server.public import notice
from zegel.server.registers import words
from zegel.server.sites.notice import Kept


def test_every_source_that_is_shown_has_its_words() -> None:
    shown = {rule.source for name in profiles.NAMES for rule in profiles.profile(name).terms.values()}
    shown |= {profiles.profile(name).source for name in profiles.NAMES}
    shown |= {one.source for one in live_switch.switches()}
    shown |= {one.source for one in law.deadlines()}
    shown |= {found.source for country in ("NL", "SE", "DE", "XX") if (found := law.norm("surveillance", country))}
    shown |= {one.scope for one in law.adequacies() if one.scope}
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
    with override("nl"):
        assert grounds.said("Decision 2010/625/EU") == "Besluit 2010/625/EU"
        assert words.decision("Decision (EU) 2023/1795: organisations certified under the Data Privacy Framework") == (
            "Besluit (EU) 2023/1795: organisaties met een certificering volgens het Data Privacy Framework"
        )


def test_a_term_of_no_days_reads_as_gone_at_once() -> None:
    for language in ("nl", "sv", "de", "en"):
        with override(language):
            terms = texts._terms(Terms(14, 0, 400, 400, "promises C1 to C25"))
            assert " 0 " not in terms
            said = [statement._sentence(days, never) for days, never in ((0, True), (0, False), (9, False))]
            never, over, usual = said
            assert len({never, over, usual}) == 3
            assert "%(days)d" not in never + over
            for kept, words_of_it in ((_kept(Term.LIVE, 0), never), (_kept(Term.INCIDENT, 0), over)):
                assert kept
                assert kept in words_of_it, "the sign at the gate and the statement say the same"
        sentence = catalogue.promises()["C14"].text[language]
        assert " 28 " in catalogue.filled(sentence, {"overview_days": 28})
        assert not any(letter.isdigit() for letter in catalogue.filled(sentence, {"overview_days": 0}))


def _kept(term: Term, days: int) -> str:
    return notice._kept(
        Kept(Category.IMAGE, Purpose.OWN_USE, Basis.CONTRACT, term, (Recipient.OWNER,), days)
    )  # fmt: skip
