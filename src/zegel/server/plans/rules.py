# SPDX-License-Identifier: EUPL-1.2
"""What a plan may say, whom it lets call when, and what a code word is. Pure: no clock, no database."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.utils.translation import gettext as _

from zegel.server.plans.errors import BadCodeWord, BadContact, BadPlan

# The classes that a plan can be for: those of zegel.protocols.events.SignalClass that make alarms. "" is the plan for
# every class that no other plan names.
OTHER = ""
CLASSES = (
    "fire", "holdup_duress", "medical", "burglary", "tamper", "video", "contact_entry", "technical",
    "open_close_exception", "bypass", "test", "unknown", OTHER,
)  # fmt: skip

MOST_STEPS = 30
LONGEST_TEXT = 500
MOST_ATTEMPTS = 5
SHORTEST_WAIT_S, LONGEST_WAIT_S = 15, 3600
# How an alarm can end (alarms.rules.CloseCode, without the two that belong to the customer and to nobody).
SUGGESTED = ("", "genuine", "false_user", "false_equipment", "false_environment", "test", "unknown")


class StepKind(StrEnum):
    """What an operator is asked to do."""

    LOOK = "look"
    CALL_CONTACT = "call_contact"
    CALL_POLICE = "call_police"
    SEND_GUARD = "send_guard"
    WAIT = "wait"
    NOTE = "note"
    CLOSE_SUGGEST = "close_suggest"


# What can come of a step: what the operator records with it, in the order of his keys.
OUTCOMES: Mapping[StepKind, tuple[str, ...]] = {
    StepKind.LOOK: ("nobody_seen", "somebody_seen", "danger_seen", "no_picture"),
    StepKind.CALL_CONTACT: ("reached", "no_answer", "voicemail", "busy", "wrong_number"),
    StepKind.CALL_POLICE: ("called", "declined"),
    StepKind.SEND_GUARD: ("sent", "nobody_free"),
    StepKind.WAIT: ("waited",),
    StepKind.NOTE: ("done",),
    StepKind.CLOSE_SUGGEST: ("agreed",),
}
SKIPPED = "skipped"  # any step, with a note that says why


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a plan. `contact`: whom to call; None means the site's contacts, one after the other. `code_word`:
    ask for it. `wait_s`: seconds. `tell_contacts`: the guard's page shows the contacts who allow it. `close_code`: what
    to suggest."""

    kind: StepKind
    text: str = ""
    contact: UUID | None = None
    attempts: int = 0
    code_word: bool = False
    wait_s: int = 0
    tell_contacts: bool = False
    close_code: str = ""


def outcomes_of(kind: str) -> tuple[str, ...]:
    """What may be recorded of a step of that kind."""
    return (*OUTCOMES[StepKind(kind)], SKIPPED)


def read_steps(raw: Any) -> tuple[Step, ...]:
    """Steps from JSON-like data. Raises BadPlan that names the step; what the step says is checked by `check_steps`."""
    if not isinstance(raw, list | tuple):
        raise BadPlan(_("A plan is a list of steps."), action=_("Send a list."))
    return tuple(_read_step(number, one) for number, one in enumerate(raw, 1))


def _read_step(number: int, raw: Any) -> Step:
    try:
        return msgspec.convert(raw, Step)
    except msgspec.ValidationError as wrong:
        field = re.search(r"\$\.(\w+)", str(wrong))
        raise BadPlan(
            _("it does not have the form of a step."), action=_("Correct the field that is named."), step=number,
            field=field[1] if field else "",
        ) from None  # fmt: skip


def written(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """As they are stored and sent: plain data, every field."""
    plain: list[dict[str, Any]] = msgspec.to_builtins(list(steps))
    return plain


def check_steps(steps: Sequence[Step], contacts: Collection[UUID]) -> None:
    """Raises BadPlan for the first step that can't be followed. `contacts`: those that the plan may name."""
    if not 1 <= len(steps) <= MOST_STEPS:
        raise BadPlan(
            _("A plan has 1 to %(most)d steps.") % {"most": MOST_STEPS}, action=_("Add a step, or take some out.")
        )
    for number, step in enumerate(steps, 1):
        _check_step(number, step, contacts, last=number == len(steps))


def _check_step(number: int, step: Step, contacts: Collection[UUID], *, last: bool) -> None:
    def refuse(field: str, what: str, action: str) -> BadPlan:
        return BadPlan(what, action=action, step=number, field=field)

    if len(step.text) > LONGEST_TEXT or not _is_plain(step.text):
        raise refuse("text", _("the text is longer than 500 characters."), _("Shorten it."))
    if step.kind is StepKind.NOTE and not step.text.strip():
        raise refuse("text", _("an instruction needs words."), _("Write what is to be done."))
    calls = step.kind is StepKind.CALL_CONTACT
    if calls and not 1 <= step.attempts <= MOST_ATTEMPTS:
        raise refuse("attempts", _("a call is tried 1 to 5 times."), _("Choose how often."))
    if not calls and (step.contact is not None or step.attempts or step.code_word):
        raise refuse("contact", _("only a call has a contact."), _("Make it a call, or take the contact out."))
    if step.contact is not None and step.contact not in contacts:
        raise refuse("contact", _("this contact is not one of the site's."), _("Choose one from the list."))
    waits = step.kind is StepKind.WAIT
    if waits and not SHORTEST_WAIT_S <= step.wait_s <= LONGEST_WAIT_S:
        raise refuse("wait_s", _("a wait lasts 15 seconds to 60 minutes."), _("Choose how long."))
    if not waits and step.wait_s:
        raise refuse("wait_s", _("only a wait has a time."), _("Make it a wait, or take the time out."))
    if step.tell_contacts and step.kind is not StepKind.SEND_GUARD:
        raise refuse("tell_contacts", _("only a guard is told contacts."), _("Take it out."))
    if step.close_code not in SUGGESTED or (step.close_code and step.kind is not StepKind.CLOSE_SUGGEST):
        raise refuse("close_code", _("this is not a closing code."), _("Choose one from the list."))
    if step.kind is StepKind.CLOSE_SUGGEST and not last:
        raise refuse("kind", _("closing comes last."), _("Move it to the end."))


def _is_plain(text: str) -> bool:
    return not any(unicodedata.category(letter) in {"Cc", "Cs"} and letter != "\n" for letter in text)


def check_classes(classes: Sequence[str]) -> None:
    """Raises BadPlan unless they are known, and each is there once."""
    if not classes or len(set(classes)) != len(classes) or not set(classes) <= set(CLASSES):
        raise BadPlan(
            _("A plan is for at least one class of alarm."), action=_("Choose classes from the list."), field="classes"
        )


def checked_line(text: str, longest: int) -> str:
    """One line of text, trimmed, NFC. Raises ValueError when it is too long or has control characters."""
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    if len(line) > longest or not _is_plain(line):
        raise ValueError("too long, or not one line")
    return line


# --- contacts ---

MOST_PHONES = 4
MOST_HOURS = 14
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,28}[0-9]")
DAYS = range(7)  # Monday is 0, as datetime.weekday has it


class Phone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number as it is dialled, and which of his it is."""

    number: str
    label: str = ""


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On these weekdays from a time to a time, HH:MM by the site's clock. An end that is not after its beginning is on
    the next day."""

    days: tuple[int, ...]
    start: str
    end: str


def is_phone(text: str) -> bool:
    """Whether it could be dialled."""
    return _PHONE.fullmatch(text) is not None


def checked_phones(raw: Any) -> tuple[Phone, ...]:
    """Raises BadContact: 1 … 4 numbers, each as it is dialled."""
    try:
        phones = msgspec.convert(raw, tuple[Phone, ...])
    except msgspec.ValidationError:
        phones = ()
    if not 1 <= len(phones) <= MOST_PHONES or not all(is_phone(one.number) for one in phones):
        raise BadContact(
            _("A contact has one to four phone numbers."), action=_("Write each like +31 10 123 45 67."), field="phones"
        )
    if any(len(one.label) > 40 or not _is_plain(one.label) for one in phones):
        raise BadContact(_("A number's name is too long."), action=_("Write mobile, home or work."), field="phones")
    return phones


def checked_hours(raw: Any) -> tuple[Hours, ...]:
    """Raises BadContact. None at all: always."""
    try:
        hours = msgspec.convert(raw, tuple[Hours, ...])
        times = [(parsed_time(one.start), parsed_time(one.end)) for one in hours]
    except (msgspec.ValidationError, ValueError):
        raise _bad_hours() from None
    days_known = all(one.days and set(one.days) <= set(DAYS) and len(set(one.days)) == len(one.days) for one in hours)
    if len(times) > MOST_HOURS or not days_known:
        raise _bad_hours()
    return hours


def _bad_hours() -> BadContact:
    return BadContact(_("These hours can't be read."), action=_("Choose days, and times like 08:00."), field="hours")


def parsed_time(text: str) -> time:
    """HH:MM only. Raises ValueError."""
    if not re.fullmatch(r"[0-2][0-9]:[0-5][0-9]", text):
        raise ValueError("not HH:MM")
    return time(int(text[:2]), int(text[3:]))


def reachable(hours: Sequence[Hours], tz: str, at: datetime) -> bool:
    """Whether somebody with these hours may be called at that moment, by the clock on the site's wall: through a change
    to or from summer time the hours stay what the clock says."""
    if not hours:
        return True
    wall = at.astimezone(ZoneInfo(tz)).replace(tzinfo=None)
    return any(_covers(one, day, wall) for one in hours for day in one.days)


def _covers(one: Hours, day: int, wall: datetime) -> bool:
    back = (wall.weekday() - day) % 7
    midnight = datetime.combine((wall - timedelta(days=back)).date(), time())
    start, end = parsed_time(one.start), parsed_time(one.end)
    begins = midnight + timedelta(hours=start.hour, minutes=start.minute)
    ends = midnight + timedelta(hours=end.hour, minutes=end.minute)
    return begins <= wall < (ends if ends > begins else ends + timedelta(days=1))


# --- code words ---

SHORTEST_WORD, LONGEST_WORD = 4, 60
SALT, DIGEST = 16, 32
# RFC 9106's second recommendation scaled to a telephone call: 19 MiB and 2 passes (OWASP's floor), about 25 ms; guesses
# are held back by the count of tries, and a stolen table by the salt, the pepper and this.
PASSES, LANES, MEMORY_KIB = 2, 1, 19 * 1024
TRIES_WINDOW = timedelta(minutes=15)
TRIES_PER_CONTACT = 5
TRIES_PER_PERSON = 20


class CodeWord(StrEnum):
    """What a spoken word turned out to be."""

    VALID = "valid"
    DURESS = "duress"
    WRONG = "wrong"


@dataclass(frozen=True)
class Words:
    """A contact's stored words: salt 16 ‖ hash 32 each, or None where he has none."""

    code: bytes | None
    duress: bytes | None


def spoken(word: str) -> str:
    """The one form of a word that was said on the telephone: case, spaces, dashes and dots don't count."""
    folded = unicodedata.normalize("NFKC", word).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def checked_word(word: str) -> str:
    """The word's one form. Raises BadCodeWord."""
    plain = spoken(word)
    if not SHORTEST_WORD <= len(plain) <= LONGEST_WORD or len(word) > 2 * LONGEST_WORD:
        raise BadCodeWord(_("A code word has 4 to 60 letters or digits."), action=_("Choose another word."))
    return plain


def check_pair(code: str, duress: str) -> None:
    """Raises BadCodeWord when one could be heard for the other."""
    if code == duress or code.startswith(duress) or duress.startswith(code):
        raise BadCodeWord(
            _("The duress word is too much like the code word."), action=_("Choose a word that sounds different.")
        )


def hashed(plain: str, pepper: bytes, salt: bytes) -> bytes:
    """salt 16 ‖ Argon2id of an HMAC under the installation's pepper: a stolen table alone can't be guessed at."""
    keyed = hmac.digest(pepper, b"zegel/code-word/v1\x00" + plain.encode(), hashlib.sha256)
    kdf = Argon2id(salt=salt, length=DIGEST, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return salt + kdf.derive(keyed)


_NOBODY = bytes(SALT + DIGEST)


def judge(word: str, words: Words, pepper: bytes) -> CodeWord:
    """Both words are always computed and compared, also where there is none: the time tells nothing."""
    plain = spoken(word)[: 2 * LONGEST_WORD]
    is_code = _matches(plain, words.code, pepper)
    is_duress = _matches(plain, words.duress, pepper)
    if is_duress:
        return CodeWord.DURESS
    return CodeWord.VALID if is_code else CodeWord.WRONG


def _matches(plain: str, stored: bytes | None, pepper: bytes) -> bool:
    record = stored or _NOBODY
    same = hmac.compare_digest(hashed(plain, pepper, record[:SALT]), record)
    return same & (stored is not None) & bool(plain)


def tries_left(wrong: int, most: int = TRIES_PER_CONTACT) -> int:
    return max(0, most - wrong)
