# SPDX-License-Identifier: EUPL-1.2
"""One's own confidentiality statement: read, and signed anew. Open also to whom a lapsed one closed everything else."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Router, Schema
from pydantic import ConfigDict

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import Bytes, to_text
from zegel.server.contracts import statement
from zegel.server.kernel import clock

router = Router(tags=["contracts"])
errors.status("other_statement", 409)


class Signed(Schema):
    """`hash`: SHA-256 of the words that were on the screen, in `language`."""

    model_config = ConfigDict(extra="forbid")

    hash: Bytes
    language: Literal["nl", "sv", "de", "en"]


@router.get("/confidentiality")
def mine(request: HttpRequest) -> dict[str, Any]:
    """The words, and until when mine holds."""
    language = (get_language() or "en")[:2]
    return _shape(statement.mine(acting(request), language), language)


@router.post("/confidentiality")
def sign(request: HttpRequest, body: Signed) -> dict[str, Any]:
    """For a year from now."""
    return _shape(statement.sign(acting(request), body.hash, body.language), body.language)


def _shape(found: statement.Mine, language: str) -> dict[str, Any]:
    return {
        "now_ms": clock.now_ms(), "text": found.text, "hash": to_text(found.hash), "language": language,
        "until_ms": clock.ms(found.until),
    }  # fmt: skip
