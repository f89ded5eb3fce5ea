# SPDX-License-Identifier: EUPL-1.2
"""What cameras' mails say, in the words of their makers: fields, kinds of events, test mails.

Two rules keep an alarm from being lost: a mail is a test only when nothing in it names an event, and an event is an end
only when its name ends so.
"""

from __future__ import annotations

import re

import msgspec

from zegel.protocols.codes import table_rows
from zegel.protocols.events import Phase, SignalClass
from zegel.protocols.text import clean

MAX_LINES = 300
_LINE = re.compile(r"\s*([^:：=]{2,60}?)\s*[:：=]\s*(.*?)\s*\Z")
_INLINE = re.compile(r"[,;]\s*(?=Alarm [A-Z])")  # fields of one line, separated by commas


class Kind(msgspec.Struct, frozen=True):
    """A kind of event by its words; the first that fits counts."""

    code: str
    name: str
    words: re.Pattern[str]
    signal_class: SignalClass
    priority: int
    phase: Phase


def _kinds() -> tuple[Kind, ...]:
    _, rows = table_rows("mail_kinds.csv")
    return tuple(
        Kind(
            row["code"],
            row["name"],
            re.compile(row["words"], re.I),
            SignalClass(row["class"]),
            int(row["priority"]),
            Phase(row["phase"]),
        )
        for row in rows
    )


# the sender's field (small letters, without what stands in brackets) -> ours
FIELDS = {row["label"]: row["field"] for row in table_rows("mail_fields.csv")[1]}
KINDS = _kinds()

_TEST = re.compile(
    r"\btest(?:ing)?[ -]?(?:e-?mail|mail|message|msg|alert|notification)\b|\b(?:e-?mail|mail|smtp|message)[ -]test\b"
    r"|\bthis is a test\b|tested the e-?mail alert|\btest-?(?:bericht|meddelande|nachricht|e-post|utskick)\b"
    r"|\b(?:correo|mensaje|email) de prueba\b|\bmessage de test\b|\be-?mail de test\b|\be-?mail de teste\b"
    r"|\bmessaggio di prova\b|\bemail di prova\b|тестовое|测试邮件|邮件测试|测试消息",
    re.I | re.M,
)
_ENDED = re.compile(
    r"(?:\b(?:stop|stopped|end|ended|over|cleared|restored|recovered|beendet|gestopt|avslutad)|结束|恢复)\W*\Z", re.I
)


def fields(words: str) -> dict[str, tuple[str, str]]:
    """Our name of a field -> (the sender's name of it, its value); the first one with a value counts."""
    told: dict[str, tuple[str, str]] = {}
    for line in words.splitlines()[:MAX_LINES]:
        for piece in _INLINE.split(line[:1_000]):
            found = _LINE.match(piece)
            if found is None:
                continue
            label, value = found.groups()
            ours = FIELDS.get(re.sub(r"\s*[(（].*", "", label).strip().lower())
            if ours and value and ours not in told:
                told[ours] = (label, clean(value, 120))
    return told


def kind(event: str) -> Kind | None:
    """The kind of event that the field for it names."""
    return next((entry for entry in KINDS if entry.words.search(event)), None)


def kind_in_passing(text: str) -> Kind | None:
    """The kind of event in a text that only may name one: never a harmless one, since every mail speaks of networks."""
    alarming = (entry for entry in KINDS if entry.signal_class is not SignalClass.TECHNICAL)
    return next((entry for entry in alarming if entry.words.search(text)), None)


def is_end(text: str) -> bool:
    """The words say that something is over."""
    return _ENDED.search(text) is not None


def says_test(subject: str, words: str, pictures: bool) -> bool:
    """The words of a test mail; the word alone only where there is nothing else."""
    if _TEST.search(subject) or _TEST.search(words):
        return True
    return not pictures and subject.strip().lower() == "test"
