# SPDX-License-Identifier: EUPL-1.2
"""Reading lists that are being taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from zegel.server.customers import files as customer_files
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind, Sent
from zegel.server.gate import Action, require
from zegel.server.imports import actions, mapping
from zegel.server.imports.errors import UnknownImport
from zegel.server.imports.mapping import Taken
from zegel.server.imports.models import Import, Remark, State
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import Actor

MOST = 50
SAMPLE = 20
SHOWN_REMARKS = 200
LOOKED_AT = (State.UPLOADED.value, State.CHECKED.value)


@dataclass(frozen=True)
class Look:
    """One list. `sample`: its first lines, with what would become of them; empty while
    it is worked on, and when the file is gone."""

    row: Import
    sample: tuple[tuple[int, tuple[str, ...], Taken], ...]
    remarks: tuple[Remark, ...]


def listed(actor: Actor) -> Sequence[Import]:
    """The newest first. Raises Denied."""
    require(actor, Action.LIST, actions.resource(actor.party_id))
    with work.transaction(actor):
        rows = Import.objects.filter(owner_id=tenancy.current_party()).defer("wrapped")
        return list(rows.order_by("-made_at")[:MOST])


def look(actor: Actor, import_id: UUID) -> Look:
    """Raises Denied, UnknownImport."""
    with work.transaction(actor):
        row = find(actor, import_id)
        remarks = tuple(Remark.objects.filter(of=row).order_by("-refused", "line")[:SHOWN_REMARKS])
        return Look(row, _sample(row) if row.state in LOOKED_AT else (), remarks)


def find(actor: Actor, import_id: UUID) -> Import:
    """Within the running work. Raises Denied, UnknownImport."""
    row = Import.objects.filter(id=import_id).first()
    if row is None:
        raise UnknownImport
    require(actor, Action.READ, actions.resource(row.owner_id, row.id))
    return row


def _sample(row: Import) -> tuple[tuple[int, tuple[str, ...], Taken], ...]:
    by = actions.choices_of(row)
    rows = islice(actions.table_of(row).rows(), SAMPLE)
    return tuple((one.line, one.cells, mapping.taken(one.cells, by)) for one in rows)


def report(actor: Actor, import_id: UUID) -> Sent:
    """Every line that was refused or taken over without something, by its number. Raises Denied, UnknownImport."""
    with work.transaction(actor):
        row = find(actor, import_id)
        remarks = list(Remark.objects.filter(of=row).order_by("line", "id"))
    lines = [[str(one.line), one.what, "refused" if one.refused else "left_out"] for one in remarks]
    content = customer_files.table(("line", "column", "what"), lines)
    return exports.send(
        actor, FileKind.IMPORT_REPORT, f"import-{clock.now():%Y-%m-%d}.csv", content, purpose="import_report",
        resource=actions.resource(row.owner_id, row.id), count=len(lines),
    )  # fmt: skip
