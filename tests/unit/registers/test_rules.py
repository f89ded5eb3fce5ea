# SPDX-License-Identifier: EUPL-1.2
"""From declarations to lines: nothing that is declared falls out of every register, and everything has a word."""

from __future__ import annotations

from enum import Enum

import pytest

from zegel.declare import Purpose, Subject, Term
from zegel.server.registers import making, rules, words
from zegel.server.registers.rules import Article, Measure, Party

DAYS = dict.fromkeys(Term, (14,))


def lines(article, party):
    return rules.lines(article, party, making.everything(), DAYS)


def test_everything_that_is_declared_is_in_somebodys_own_register():
    forgotten = [one for one in making.everything() if not any(rules.owns(party, one) for party in Party)]
    assert forgotten == []


def test_images_are_the_customers_and_his_alone():
    images = [one for one in making.everything() if one.subject is Subject.FILMED]
    assert images
    assert all(rules.owns(Party.CUSTOMER, one) for one in images)
    assert not any(rules.owns(Party.PROVIDER, one) or rules.owns(Party.ARC, one) for one in images)


def test_a_centre_processes_only_what_reaches_it():
    centre = {line.key for line in lines(Article.PROCESSOR, Party.ARC)}
    provider = {line.key for line in lines(Article.PROCESSOR, Party.PROVIDER)}
    assert centre < provider
    assert "surveillance" in centre


def test_a_line_says_what_article_30_asks_for():
    (line,) = (one for one in lines(Article.CONTROLLER, Party.CUSTOMER) if one.purpose is Purpose.SURVEILLANCE)
    assert line.subjects
    assert line.categories
    assert line.bases
    assert line.recipients
    assert {Measure.SEALED, Measure.SHREDDED, Measure.LOGGED} <= set(line.measures)
    assert all(kept.days == (14,) for kept in line.kept)
    assert "track 1" in line.sources
    assert "footage.Epoch" in line.sources


def test_every_word_of_a_declaration_has_its_name():
    for kind, named in words.ALL:
        assert set(named) == set(kind), kind.__name__


@pytest.mark.parametrize("language", ["nl", "sv", "de"])
def test_the_names_are_translated(language):
    from django.utils.translation import override

    same: list[Enum] = []
    with override("en"):
        english = {one: words.word(one) for kind, _named in words.ALL for one in kind}
    with override(language):
        same = [one for one, name in english.items() if words.word(one) == name and one.value not in _ALIKE]
    assert same == []


_ALIKE = {"iso27001", "nen7510", "iso9001", "dpf", "database", "auditor", "account", "register", "backup"}
