# SPDX-License-Identifier: EUPL-1.2
"""What an operator or the customer does about an alarm.

Every verb may carry an `Idempotency-Key` (a UUID): asked again with it, nothing is done again, and the alarm is
answered as it is now. It answers with the alarm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.alarms import actions, asked
from zegel.server.alarms.actions import central
from zegel.server.alarms.errors import Mismatch
from zegel.server.api.alarms import whole
from zegel.server.api.base import acting
from zegel.server.api.fields import Bytes
from zegel.server.footage.rules import REOPENED_MINUTES

router = Router(tags=["alarms"])


class Closing(Schema):
    code: str = Field(max_length=20)
    note: str = Field(default="", max_length=actions.LONGEST_NOTE)


class Note(Schema):
    text: str = Field(default="", max_length=actions.LONGEST_NOTE)
    kind: Literal["note", "called", "guard_sent", "arrived", "police_called"] = "note"


class Text(Schema):
    text: str = Field(default="", max_length=actions.LONGEST_NOTE)


class Parking(Schema):
    minutes: int = Field(ge=1, le=720)
    text: str = Field(default="", max_length=actions.LONGEST_NOTE)


class Word(Schema):
    contact_id: UUID
    word: str = Field(min_length=1, max_length=200)


class Reopening(Schema):
    reason: str = Field(max_length=30)
    minutes: int = Field(default=REOPENED_MINUTES, ge=1, le=60)


class Step(Schema):
    step_no: int = Field(ge=1, le=100)
    outcome: str = Field(max_length=24)
    note: str = Field(default="", max_length=actions.LONGEST_NOTE)


def _asked(request: HttpRequest, compared: bytes | None = None) -> asked.Request:
    """`compared`: what of the body is compared when it is asked again, where that is not all of it."""
    said = request.headers.get("Idempotency-Key", "")
    try:
        key = UUID(said) if said else None
    except ValueError:
        raise Mismatch from None
    return asked.Request(key, request.path[:120], asked.fingerprint(request.body if compared is None else compared))


def _once(request: HttpRequest, alarm_id: UUID, call: Callable[[], object]) -> dict[str, Any]:
    actor = acting(request)
    asked.once(actor, _asked(request), call)
    return whole(actor, alarm_id)


class Signed(Schema):
    unit_id: UUID
    envelope: Bytes


@router.post("/alarms/{alarm_id}/allow-pictures")
def allow_pictures(request: HttpRequest, alarm_id: UUID, body: Signed) -> dict[str, Any]:
    """The owner's signed word: this alarm of his panel, which reports to the centre, may show these cameras."""
    return _once(request, alarm_id, lambda: central.allow(acting(request), alarm_id, body.unit_id, body.envelope))


@router.post("/alarms/{alarm_id}/claim")
def claim(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """The first operator has it."""
    return _once(request, alarm_id, lambda: actions.claim(acting(request), alarm_id))


@router.post("/alarms/{alarm_id}/release-claim")
def release_claim(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """Back into the queue."""
    return _once(request, alarm_id, lambda: actions.release_claim(acting(request), alarm_id))


@router.post("/alarms/{alarm_id}/note")
def note(request: HttpRequest, alarm_id: UUID, body: Note) -> dict[str, Any]:
    """A step: a note, a call, the guard sent or arrived, the police called."""
    return _once(request, alarm_id, lambda: actions.note_step(acting(request), alarm_id, body.text, body.kind))


@router.post("/alarms/{alarm_id}/steps")
def do_step(request: HttpRequest, alarm_id: UUID, body: Step) -> dict[str, Any]:
    """A step of the alarm's plan, and what came of it."""
    return _once(
        request, alarm_id,
        lambda: actions.do_step(acting(request), alarm_id, body.step_no, body.outcome, body.note),
    )  # fmt: skip


@router.post("/alarms/{alarm_id}/hold")
def hold(request: HttpRequest, alarm_id: UUID, body: Text) -> dict[str, Any]:
    """It waits for something outside."""
    return _once(request, alarm_id, lambda: actions.hold(acting(request), alarm_id, body.text))


@router.post("/alarms/{alarm_id}/resume")
def resume(request: HttpRequest, alarm_id: UUID, body: Text) -> dict[str, Any]:
    """It goes on."""
    return _once(request, alarm_id, lambda: actions.resume(acting(request), alarm_id, body.text))


@router.post("/alarms/{alarm_id}/park")
def park(request: HttpRequest, alarm_id: UUID, body: Parking) -> dict[str, Any]:
    """Set aside; it comes back by itself."""
    return _once(request, alarm_id, lambda: actions.park(acting(request), alarm_id, body.minutes, body.text))


@router.post("/alarms/{alarm_id}/unpark")
def unpark(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """Back before its time."""
    return _once(request, alarm_id, lambda: actions.unpark(acting(request), alarm_id))


@router.post("/alarms/{alarm_id}/close")
def close(request: HttpRequest, alarm_id: UUID, body: Closing) -> dict[str, Any]:
    """Handled; the window ends with it."""
    return _once(request, alarm_id, lambda: actions.close(acting(request), alarm_id, body.code, body.note))


@router.post("/alarms/{alarm_id}/recall")
def recall(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """The customer withdraws it; the picture stops."""
    actor, wanted = acting(request), _asked(request)
    if asked.before(actor, wanted) is None:
        actions.recall(actor, alarm_id)  # commits by itself: that it was tried stays on record
    return whole(actor, alarm_id)


@router.post("/alarms/{alarm_id}/recall-by-word")
def recall_by_word(request: HttpRequest, alarm_id: UUID, body: Word) -> dict[str, Any]:
    """A contact said his word on the telephone: `word` is valid, wrong or duress. The word itself is not kept,
    nor anything made of it."""
    actor, wanted = acting(request), _asked(request, body.contact_id.bytes)
    known = asked.before(actor, wanted)
    if known is not None:
        return {**whole(actor, alarm_id), "word": known.outcome}
    spoken = actions.recall_by_code_word(actor, alarm_id, body.contact_id, body.word, wanted)
    return {**whole(actor, alarm_id), "word": spoken.outcome.value}


@router.post("/alarms/{alarm_id}/reopen")
def reopen(request: HttpRequest, alarm_id: UUID, body: Reopening) -> dict[str, Any]:
    """S3: an earlier alarm's images, for a reason of the closed list."""
    return _once(request, alarm_id, lambda: actions.reopen(acting(request), alarm_id, body.reason, body.minutes))
