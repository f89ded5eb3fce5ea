# SPDX-License-Identifier: EUPL-1.2
"""The log of use: every print and export, by whom, when, from where, what and how much (I5). Read from the ledger,
where each was written before it happened; so nothing that left can be missing here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.ledger.queries import Logged
from zegel.server.people import queries as people

AT_ONCE = 200
MOST_IN_A_FILE = 50_000


@dataclass(frozen=True)
class Use:
    """One print or export. `what`, `how`: short codes; `size`: bytes; `count`: rows, pictures or pages; None and empty
    where the entry does not say. `forgotten`: its term is over, only number, time and kind are left."""

    index: int
    at_ms: int
    person_id: UUID | None
    party_id: UUID | None
    owner_id: UUID | None
    role: str
    address: str
    what: str
    how: str
    purpose: str
    recipient: str
    name: str
    size: int | None
    count: int | None
    from_ms: int | None
    to_ms: int | None
    forgotten: bool


@dataclass(frozen=True)
class Filter:
    since_ms: int = 0
    until_ms: int | None = None
    person_id: UUID | None = None
    what: str = ""


def resource(party_id: UUID | None) -> Resource:
    return Resource(ResourceKind.USE_LOG, None, party_id)


def page(actor: Actor, wanted: Filter, before: int | None = None) -> tuple[list[Use], int | None]:
    """The newest first, and where the next page begins; None: that was all. Raises Denied."""
    require(actor, Action.READ, resource(actor.party_id))
    found = list(_first(actor, wanted, before, AT_ONCE + 1))
    more = found[AT_ONCE - 1].index if len(found) > AT_ONCE else None
    return found[:AT_ONCE], more


def csv_file(actor: Actor, wanted: Filter) -> tuple[bytes, int]:
    """To be handed over, and how many lines it has. Raises Denied."""
    require(actor, Action.READ, resource(actor.party_id))
    rows = list(_first(actor, wanted, None, MOST_IN_A_FILE))
    return _csv(rows, people.person_names(people_in(rows))), len(rows)


def people_in(uses: Iterable[Use]) -> set[UUID]:
    return {use.person_id for use in uses if use.person_id is not None}


def _first(actor: Actor, wanted: Filter, before: int | None, most: int) -> Iterator[Use]:
    assert actor.party_id is not None
    count = 0
    while count < most:
        with tenancy.acting_as(actor.party_id, actor.id):
            rows = ledger.of_party(
                [Kind.EXPORT], actor.party_id, since_ms=wanted.since_ms, until_ms=wanted.until_ms,
                person_id=wanted.person_id, before=before, limit=AT_ONCE + 1,
            )  # fmt: skip
        for use in map(use_of, rows):
            if count < most and (not wanted.what or use.what == wanted.what):
                count += 1
                yield use
        if len(rows) <= AT_ONCE:
            return
        before = rows[-1].index


def use_of(logged: Logged) -> Use:
    said = logged.said
    facts = {} if said is None else said.facts
    return Use(
        logged.index, logged.at_ms, None if said is None else said.actor_id,
        None if said is None else said.actor_party_id,
        None if said is None else said.owner_id, _text(facts, "role"), _text(facts, "address"), _text(facts, "what"),
        _text(facts, "how") or ("made" if "statement" in facts else "file"), _text(facts, "purpose"),
        _text(facts, "recipient"), _text(facts, "file"), _number(facts, "bytes"), _number(facts, "count"),
        _number(facts, "from_ms"), _number(facts, "to_ms"), said is None,
    )  # fmt: skip


def _text(facts: Mapping[str, object], key: str) -> str:
    found = facts.get(key)
    return found if isinstance(found, str) else ""


def _number(facts: Mapping[str, object], key: str) -> int | None:
    found = facts.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


COLUMNS = (
    "entry", "at", "address", "person", "role", "what", "how", "purpose", "recipient", "file", "bytes", "count", "from",
    "to",
)  # fmt: skip


def _csv(rows: Iterable[Use], names: Mapping[UUID, str]) -> bytes:
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(COLUMNS)
    for row in rows:
        person = names.get(row.person_id, str(row.person_id)) if row.person_id else ""
        cells = (
            row.index, _at(row.at_ms), row.address, person, row.role, row.what, row.how, row.purpose, row.recipient,
            row.name, row.size, row.count, _at(row.from_ms), _at(row.to_ms),
        )  # fmt: skip
        write.writerow([plain_cell(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def plain_cell(cell: object) -> str:
    """What somebody typed is never a formula in somebody else's spreadsheet."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _at(ms: int | None) -> str:
    return "" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
