# SPDX-License-Identifier: EUPL-1.2
"""Receipts, for those whom an entry concerns."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from zegel.server.api.base import acting
from zegel.server.exports import actions as exports
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.ledger import queries, witnesses

router = Router(tags=["ledger"])
PLAIN = "text/plain; charset=utf-8"
Index = Annotated[int, Path(ge=0, le=2**53 - 1)]


@router.get("/receipts/{index}")
def receipt(request: HttpRequest, index: Index) -> HttpResponse:
    """The entry's receipt, for the viewer to verify. 425 until a checkpoint covers it (within a second): ask again."""
    actor = acting(request)
    require(actor, Action.READ, Resource(ResourceKind.ENTRY, index))
    return HttpResponse(queries.receipt_for(actor, index), content_type=PLAIN)


@router.get("/ledger/witnesses")
def listed_witnesses(request: HttpRequest) -> dict[str, list[str]]:
    """Verifier keys of who cosigns this log, for an owner to compare before he names them in a keyset."""
    acting(request)
    return {"witnesses": [str(one.key) for one in witnesses.configured()]}


@router.get("/receipts/{index}/file")
def receipt_file(request: HttpRequest, index: Index) -> HttpResponse:
    """The same as a file to keep. That it was taken is itself logged."""
    actor = acting(request)
    require(actor, Action.READ, Resource(ResourceKind.ENTRY, index))
    text = queries.receipt_for(actor, index)
    sent = exports.send(
        actor, exports.FileKind.RECEIPT, f"receipt-{index}.txt", text.encode(),
        purpose="proof", resource=Resource(ResourceKind.ENTRY, index),
    )  # fmt: skip
    return exports.answer(sent)
