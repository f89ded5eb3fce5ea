# SPDX-License-Identifier: EUPL-1.2
"""Words with a little form stay harmless; links name what the server wrote; a report of a lost letter is understood."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.smtp import REPORT

from zegel.server.website import bouncing, markup, rules
from zegel.server.website.rules import Filled, LinkKind

SECRET = b"s" * 32


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes.update(name for name, _value in attrs)
        self.addresses += [value or "" for name, value in attrs if name == "href"]


def tags(html: str) -> Tags:
    found = Tags()
    found.feed(html)
    return found


def test_the_little_form_that_there_is():
    html = markup.html("## Open\nMonday\nto **Friday**\n\n- one\n- two\n[write](mailto:a@b.example) or [see](/page)")
    assert html == (
        "<h2>Open</h2>\n<p>Monday<br>to <strong>Friday</strong></p>\n<ul><li>one</li><li>two</li></ul>\n"
        '<p><a href="mailto:a@b.example" rel="noopener">write</a> or <a href="/page" rel="noopener">see</a></p>'
    )
    assert (
        markup.plain("## Open\n**Now** [see](/page)", "https://z.example") == "Open\nNow see (https://z.example/page)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,x)",
        "[x](//evil.example)", "[x](/\\evil.example)", '[x](https://a.example/"onmouseover="alert(1))',
        "[<img src=x onerror=alert(1)>](https://a.example)", "**<b onclick=x>**", "[x](vbscript:x)", "[x](https:evil)",
        "[x](/a\\..\\b)", "<!-- -->", "&lt;script&gt;",
    ],
)  # fmt: skip
def test_nothing_that_is_typed_becomes_a_program(text: str):
    found = tags(markup.html(text))
    assert found.seen <= {"p", "a", "strong", "br"}
    assert found.attributes <= {"href", "rel"}
    assert all(re.match(r"(https?://|mailto:|tel:|/(?![/\\]))", one) for one in found.addresses)


@given(st.text(alphabet="<>&\"'[]()*#- \n/\\:javscript.htpdx", max_size=120))
def test_whatever_is_typed(text: str):
    found = tags(markup.html(text))
    assert found.seen <= {"p", "a", "strong", "br", "h2", "ul", "li"}
    assert found.attributes <= {"href", "rel"}
    assert all(re.match(r"(https?://|mailto:|tel:|/(?![/\\]))", one) for one in found.addresses)


def test_a_link_opens_for_its_own_kind_and_only_as_it_was_written():
    owner, row = uuid4(), uuid4()
    token = rules.link_token(SECRET, LinkKind.LEAVE, owner, row)
    assert len(token) == 64
    assert rules.read_link(SECRET, LinkKind.LEAVE, token) == (owner, row)
    assert rules.read_link(SECRET, LinkKind.CONFIRM, token) is None
    assert rules.read_link(b"t" * 32, LinkKind.LEAVE, token) is None
    for number in range(0, 64, 7):
        changed = token[:number] + ("A" if token[number] != "A" else "B") + token[number + 1 :]
        assert rules.read_link(SECRET, LinkKind.LEAVE, changed) is None


def test_a_return_address_fits_and_nobody_else_writes_one():
    owner, copy = uuid4(), uuid4()
    local = rules.return_path(SECRET, owner, copy)
    assert len(local) <= 64
    assert rules.read_return_path(SECRET, local.upper()) == (owner, copy)
    assert rules.read_return_path(b"t" * 32, local) is None
    assert rules.read_return_path(SECRET, "postmaster") is None


def test_a_form_takes_a_person_some_seconds():
    stamp = rules.form_stamp(SECRET, "noordman", 1000)
    took = {now: rules.filled(SECRET, "noordman", stamp, now) for now in (1000, 1003, 1000 + 86_401)}
    assert took == {1000: Filled.TOO_QUICK, 1003: Filled.IN_TIME, 87_401: Filled.OLD}
    assert rules.filled(SECRET, "another", stamp, 1010) is Filled.FORGED
    assert rules.filled(SECRET, "noordman", "3e8." + "0" * 24, 1010) is Filled.FORGED


@pytest.mark.parametrize(
    ("action", "status", "final", "hard"),
    [
        ("failed", "5.1.1", True, True), ("failed", "5.1.10", True, True), ("failed", "5.4.4", True, True),
        ("failed", "5.2.2", True, False), ("failed", "5.7.1", True, False), ("failed", "4.4.7", True, False),
        ("failed", "", True, False), ("delayed", "4.4.1", False, False), ("delivered", "2.0.0", False, False),
    ],
)  # fmt: skip
def test_only_a_mailbox_that_is_none_ends_an_address_at_once(action: str, status: str, final: bool, hard: bool):
    assert rules.judged(action, status) == rules.Verdict(final, hard)


def test_a_report_of_a_lost_letter_is_read():
    assert bouncing.read(REPORT.replace("\n", "\r\n").encode()) == bouncing.Report("failed", "5.1.1")
    assert bouncing.read(b"Subject: I am away\r\n\r\nBack on Monday.") is None
    assert bouncing.read(REPORT.replace("Action: failed", "X: y").encode()) is None
