# SPDX-License-Identifier: EUPL-1.2
"""Terms, grounds and ways of requests, and the codes that open their answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from zegel.declare import Category, Export, declarations
from zegel.server.kernel.checks import load_declarations
from zegel.server.requests import rules, terms
from zegel.server.requests.rules import (
    ARTICLES,
    GROUND_ARTICLES,
    AboutWhat,
    Channel,
    Ground,
    How,
    Right,
    add_months,
    grounds_for,
    holds_a_number,
    reminder_due,
    ways_for,
)

SECRETS = {"session_key", "auth_hash", "secret", "endpoint", "p256dh", "auth", "code_word", "duress_word", "token_hash"}
moments = some.integers(1_546_300_800, 3_786_825_600).map(lambda at: datetime.fromtimestamp(at, UTC))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-12-15", 1, "2027-01-15"),
     ("2026-10-31", 2, "2026-12-31"), ("2026-03-31", -1, "2026-02-28")],
)  # fmt: skip
def test_a_month_ends_on_the_same_day_or_the_months_last(day, months, then):
    assert add_months(datetime.fromisoformat(f"{day}T10:00+00:00"), months).date().isoformat() == then


@given(moments)
def test_a_term_is_a_month_whichever_it_is_and_an_extension_two_more(at):
    first = add_months(at, terms.answer(at).months)
    assert timedelta(days=28) <= first - at <= timedelta(days=31)
    assert timedelta(days=59) <= add_months(first, terms.extension(at).months) - first <= timedelta(days=62)
    assert "12(3)" in terms.answer(at).source


@given(moments, some.lists(some.integers(0, 40 * 24), min_size=1, max_size=60))
def test_each_reminder_is_given_once_and_the_last_when_it_has_run_out(due, hours):
    said, given_out = None, []
    for hour in sorted(hours, reverse=True):
        now = reminder_due(due, due - timedelta(hours=hour), said)
        if now is not None:
            said = now
            given_out.append(now)
    assert given_out == sorted(set(given_out), reverse=True)
    assert reminder_due(due, due + timedelta(seconds=1), said) == (None if said == 0 else 0)


def test_every_right_and_every_ground_has_its_article():
    assert set(ARTICLES) == set(Right)
    assert set(GROUND_ARTICLES) == set(Ground)


def test_a_ground_refuses_only_what_it_is_for():
    assert Ground.LEGAL_DUTY in grounds_for([Right.ERASURE])
    assert Ground.LEGAL_DUTY not in grounds_for([Right.ACCESS])
    assert Ground.OTHERS_RIGHTS not in grounds_for([Right.RECTIFICATION])
    for right in Right:
        assert Ground.IDENTITY_UNKNOWN in grounds_for([right])


def test_an_address_shows_nobodys_face_and_nobody_is_asked_for_a_document_where_less_will_do():
    assert How.EMAIL_CONFIRMED not in ways_for(AboutWhat.FOOTAGE, Channel.FORM, confirmed=True)
    assert How.EMAIL_CONFIRMED not in ways_for(AboutWhat.RECORDS, Channel.LETTER, confirmed=False)
    assert ways_for(AboutWhat.RECORDS, Channel.FORM, confirmed=True)[0] is How.EMAIL_CONFIRMED
    assert ways_for(AboutWhat.RECORDS, Channel.FORM, confirmed=True)[-1] is How.DOCUMENT_SEEN


@pytest.mark.parametrize("seen", ["passport NX 123 456 7", "BSN 123456782", "19800101-1234", "no. 1.2.3.4.5"])
def test_a_documents_number_is_noticed(seen):
    assert holds_a_number(seen)


@pytest.mark.parametrize("seen", ["identity card, photo agrees", "came at 14:05 on 3 May", "knew the last 4 digits"])
def test_what_was_seen_may_have_a_time_in_it(seen):
    assert not holds_a_number(seen)


def test_a_code_is_taken_as_it_is_read_out_and_belongs_to_one_case():
    code = rules.new_code()
    mac = rules.code_mac(b"pepper", b"case", code)
    assert rules.code_mac(b"pepper", b"case", f" {rules.shown_code(code).lower()} ") == mac
    assert rules.code_mac(b"pepper", b"other", code) != mac
    assert len({rules.new_code() for _ in range(200)}) == 200


def test_what_no_token_can_be_has_no_hash():
    assert rules.token_hash(rules.new_token()) is not None
    for text in ("", "short", "A" * 44, "A" * 42 + "/"):
        assert rules.token_hash(text) is None


def test_what_signs_somebody_in_or_opens_something_is_in_no_answer():
    load_declarations()
    shown = [one for one in declarations() if one.category is Category.CREDENTIAL and one.export is Export.VALUE]
    assert [f"{one.model}.{one.field}" for one in shown if one.field in SECRETS] == []
    assert ("people.SignedIn", "session_key") in {
        (one.model, one.field) for one in declarations() if one.export is Export.DESCRIBED
    }
