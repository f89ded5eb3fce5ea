# SPDX-License-Identifier: EUPL-1.2
"""Taking a list of customers over. The principles:

- Nothing is written before somebody saw what would be: the check reads every line with the same code as the writing.
- A piece of lines, its figures and how far it got are one transaction: whoever is killed goes on where he stopped, and
  no line is taken over twice.
- Who is known already is not overwritten: what differs is suggested to the desk.
- The report names lines and columns, never what stood there; the file itself is destroyed when it is done.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from zegel.server.customers import actions as customers
from zegel.server.customers import rules as customer_rules
from zegel.server.customers.errors import BadDetails
from zegel.server.customers.rules import Standing
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.imports import mapping, reading, things
from zegel.server.imports.errors import BadFile, BadMapping, NotNow, UnknownImport
from zegel.server.imports.mapping import Choices, Taken, Target
from zegel.server.imports.models import WORKING, Import, Remark, State
from zegel.server.imports.reading import Habits, Row, Table, Unreadable
from zegel.server.kernel import clock, ids, shred, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind

PURPOSE = "account"  # whose shred keys guard a file: rows of people
PIECE = 500
KEPT = timedelta(days=7)
MOST_REMARKS = 5000
MOST_WAITING = 5  # files of one firm that are not ended
_CODES = re.compile(r"[A-Z]{2}")


def resource(owner_id: UUID | None, import_id: UUID | None = None) -> Resource:
    return Resource(ResourceKind.IMPORT, import_id, owner_id)


# --- coming in ---


def upload(actor: Actor, name: str, data: bytes) -> Import:
    """A file, read as far as its header, with a guess of what its columns hold. Raises Denied, BadFile, NotNow."""
    require(actor, Action.ADD, resource(actor.party_id))
    assert actor.party_id is not None
    assert actor.id is not None
    table = _read(data)
    count = sum(1 for _row in islice(table.rows(), reading.MOST_ROWS + 1))
    if count > reading.MOST_ROWS:
        raise BadFile("many_rows")
    if not count:
        raise BadFile("empty")
    with work.transaction(actor) as w:
        if _waiting(actor.party_id) >= MOST_WAITING:
            raise NotNow
        row_id, number = ids.new(), shred.next_number(PURPOSE)
        row = Import.objects.create(
            id=row_id, owner_id=actor.party_id, provider_id=_provider(actor.party_id), name=_name(name),
            state=State.UPLOADED.value, size=len(data), hash=hashlib.sha256(data).digest(), shred=number,
            wrapped=shred.wrap(PURPOSE, number, data, row_id.bytes), header=list(table.header),
            habits=_habits(table.habits), columns=_columns(mapping.guess(table.header)), rows=count,
            made_at=clock.now(), made_by=actor.id, expires_at=clock.now() + KEPT,
        )  # fmt: skip
        _note(w, row, "uploaded")
        return row


def _read(data: bytes, habits: Habits | None = None) -> Table:
    try:
        return reading.read(data, habits)
    except Unreadable as bad:
        raise BadFile(bad.why) from None


def _waiting(owner_id: UUID) -> int:
    ended = (State.DONE.value, State.DISCARDED.value)
    return Import.objects.filter(owner_id=owner_id).exclude(state__in=ended).count()


def _name(text: str) -> str:
    plain = "".join(letter for letter in text if customer_rules.printable(letter)).replace("/", " ").replace("\\", " ")
    return " ".join(plain.split())[-120:] or "list.csv"


def _provider(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id


def _habits(habits: Habits) -> dict[str, Any]:
    return {"encoding": habits.encoding, "separator": habits.separator, "skip": habits.skip}


def _columns(found: Mapping[int, Target]) -> dict[str, str]:
    return {str(place): target.value for place, target in found.items()}


def read_anew(actor: Actor, import_id: UUID, encoding: str, separator: str, skip: int) -> Import:
    """Somebody says how the file is written. Raises Denied, UnknownImport, NotNow, BadFile."""
    if encoding not in reading.ENCODINGS or len(separator) != 1 or separator in '"\r\n' or not 0 <= skip <= 100:
        raise BadFile("one_column")
    with work.transaction(actor):
        row = _locked(actor, import_id, State.UPLOADED, State.CHECKED)
        table = _read(content(row), Habits(encoding, separator, skip))
        row.header, row.habits = list(table.header), _habits(table.habits)
        row.columns, row.state = _columns(mapping.guess(table.header)), State.UPLOADED.value
        row.rows = sum(1 for _row in islice(table.rows(), reading.MOST_ROWS))
        row.save(update_fields=["header", "habits", "columns", "state", "rows"])
        return row


# --- saying what it holds ---


def check(actor: Actor, import_id: UUID, columns: Mapping[int, Target], choices: Choices) -> Import:
    """What each column holds, and what for every line holds; then the worker reads every line, writing nothing. Raises
    Denied, UnknownImport, NotNow, BadMapping, BadDetails."""
    said = _checked(columns, choices)
    with work.transaction(actor) as w:
        row = _locked(actor, import_id, State.UPLOADED, State.CHECKED)
        if any(not 0 <= place < len(row.header) for place in columns):
            raise BadMapping("no_name")
        row.columns, row.choices = _columns(columns), said
        _begin(row, State.CHECKING)
        w.publish("import.begun", owner_id=row.owner_id, import_id=row.id)
        return row


def _checked(columns: Mapping[int, Target], choices: Choices) -> dict[str, Any]:
    why = mapping.unusable(columns)
    if why:
        raise BadMapping(why)
    if not _CODES.fullmatch(choices.country):
        raise BadDetails("country")
    if choices.language not in customer_rules.LANGUAGES:
        raise BadDetails("language")
    if choices.standing is Standing.PROSPECT:
        if choices.consent_until is None and Target.CONSENT_UNTIL not in columns.values():
            raise BadMapping("consent")
        latest = (clock.now() + customer_rules.PROSPECT_MOST).date()
        if choices.consent_until is not None and not clock.now().date() < choices.consent_until <= latest:
            raise BadDetails("consent_until")
    until = choices.consent_until.isoformat() if choices.consent_until else None
    return {
        "country": choices.country, "language": choices.language, "standing": choices.standing.value,
        "consent_until": until, "things": bool(mapping.OF_THING & set(columns.values())) and choices.things,
    }  # fmt: skip


def _begin(row: Import, state: State) -> None:
    row.state, row.at_line, row.dealt = state.value, 0, 0
    row.added = row.matched = row.refused = row.things = 0
    row.started_at, row.beat_at = clock.now(), clock.now()
    row.save()
    Remark.objects.filter(of=row).delete()


# --- writing ---


def run(actor: Actor, import_id: UUID) -> Import:
    """What was looked at is written. Raises Denied, UnknownImport, NotNow."""
    with work.transaction(actor) as w:
        row = _locked(actor, import_id, State.CHECKED)
        _begin(row, State.RUNNING)
        _note(w, row, "begun")
        w.publish("import.begun", owner_id=row.owner_id, import_id=row.id)
        return row


def pause(actor: Actor, import_id: UUID) -> Import:
    """After the piece that is being written. Raises Denied, UnknownImport, NotNow."""
    with work.transaction(actor):
        row = _locked(actor, import_id, State.RUNNING)
        row.state = State.PAUSED.value
        row.save(update_fields=["state"])
        return row


def resume(actor: Actor, import_id: UUID) -> Import:
    """Where it stopped. Raises Denied, UnknownImport, NotNow."""
    with work.transaction(actor) as w:
        row = _locked(actor, import_id, State.PAUSED)
        row.state, row.beat_at = State.RUNNING.value, clock.now()
        row.save(update_fields=["state", "beat_at"])
        w.publish("import.begun", owner_id=row.owner_id, import_id=row.id)
        return row


def discard(actor: Actor, import_id: UUID) -> Import:
    """The file goes at once; what was taken over of it stays. Raises Denied, UnknownImport, NotNow."""
    with work.transaction(actor) as w:
        row = _locked(actor, import_id, *(one for one in State if one not in {State.DONE, State.DISCARDED}),
                      action=Action.END)  # fmt: skip
        _end(w, row, State.DISCARDED)
        return row


def _locked(actor: Actor, import_id: UUID, *states: State, action: Action = Action.ADD) -> Import:
    row = Import.objects.select_for_update().filter(id=import_id).first()
    if row is None:
        raise UnknownImport
    require(actor, action, resource(row.owner_id, row.id))
    if row.state not in {state.value for state in states}:
        raise NotNow
    return row


def _end(w: work.Work, row: Import, state: State) -> None:
    number = row.shred
    row.state, row.ended_at, row.shred, row.wrapped = state.value, clock.now(), None, None
    row.save(update_fields=["state", "ended_at", "shred", "wrapped"])
    if number is not None:
        w.after_commit(lambda: shred.destroy(PURPOSE, number))
    _note(w, row, "done" if state is State.DONE else "discarded")


def _note(w: work.Work, row: Import, what: str) -> None:
    facts: dict[str, Fact] = {
        "what": what, "import": row.id, "rows": row.rows, "added": row.added, "matched": row.matched,
        "refused": row.refused, "sha256": bytes(row.hash),
    }  # fmt: skip
    w.record(Entry(Kind.IMPORT, row.owner_id, facts, about=row.id))
    w.publish("import.changed", owner_id=row.owner_id, import_id=row.id, state=row.state)


def content(row: Import) -> bytes:
    """Within an acting party. Raises NotNow when it is gone."""
    if row.shred is None or row.wrapped is None:
        raise NotNow
    return shred.unwrap(PURPOSE, row.shred, bytes(row.wrapped), row.id.bytes)


def table_of(row: Import) -> Table:
    """Within an acting party: the file as it was told to be read."""
    return _read(content(row), Habits(**row.habits))


def choices_of(row: Import) -> Choices:
    said = row.choices
    until = said.get("consent_until")
    return Choices(
        {int(place): Target(target) for place, target in row.columns.items()}, said.get("country", "NL"),
        said.get("language", "nl"), Standing(said.get("standing", "customer")),
        date.fromisoformat(until) if until else None, bool(said.get("things")),
    )  # fmt: skip


# --- what the worker does ---


def go_on(owner_id: UUID, import_id: UUID) -> None:
    """Piece by piece until it is through, was paused or is another's to finish."""
    with tenancy.acting_as(owner_id):
        row = Import.objects.filter(id=import_id, state__in=WORKING).first()
        if row is None:
            return
        if row.state == State.CHECKING:  # who stands twice is known only from the beginning on
            _begin(row, State.CHECKING)
        table, by, known = table_of(row), choices_of(row), customers.Known()
        after = row.at_line
    rows = (one for one in table.rows() if one.line > after)
    while True:
        piece = list(islice(rows, PIECE))
        if not _piece(owner_id, import_id, after, piece, by, known):
            return
        after = piece[-1].line


def _piece(
    owner_id: UUID, import_id: UUID, after: int, piece: list[Row], by: Choices, known: customers.Known
) -> bool:
    """One transaction; whether there is more to do."""
    with work.transaction(system(owner_id)) as w:
        row = Import.objects.select_for_update().filter(id=import_id, state__in=WORKING).first()
        if row is None or row.at_line != after:  # paused, or another worker was here
            return False
        if not piece:
            _through(w, row)
            return False
        lines = [(one, _taken(one, by)) for one in piece]
        _remark(row, lines)
        _deal(w, row, lines, known)
        row.at_line, row.beat_at = piece[-1].line, clock.now()
        row.dealt += len(piece)
        row.save(update_fields=["at_line", "beat_at", "dealt", "added", "matched", "refused", "things"])
        return True


def _taken(row: Row, by: Choices) -> Taken:
    found = mapping.taken(row.cells, by)
    until = found.details.consent_until if found.details else None
    if until is not None and not clock.now().date() < until <= (clock.now() + customer_rules.PROSPECT_MOST).date():
        return replace(found, details=None, fault="consent_until")
    if row.problem:
        return replace(found, left_out=(*found.left_out, row.problem))
    return found


def _deal(w: work.Work, row: Import, lines: Iterable[tuple[Row, Taken]], known: customers.Known) -> None:
    good = [taken for _row, taken in lines if taken.details is not None]
    said = [taken.details for taken in good if taken.details is not None]
    row.refused += sum(1 for _row, taken in lines if taken.details is None)
    if row.state == State.CHECKING:
        new = customers.would_add(row.owner_id, said, known)
        row.added += new
        row.matched += len(said) - new
        row.things += sum(1 for taken in good if taken.thing.there)
        return
    found = customers.take_over(w, row.owner_id, said)
    row.added += sum(1 for _customer, is_new in found if is_new)
    row.matched += sum(1 for _customer, is_new in found if not is_new)
    for (customer, _is_new), taken in zip(found, good, strict=True):
        if taken.thing.there and customer.restricted_at is None:
            row.things += things.take_over(w, row.owner_id, customer.id, taken.thing)


def _remark(row: Import, lines: Iterable[tuple[Row, Taken]]) -> None:
    room = MOST_REMARKS - Remark.objects.filter(of=row).count()
    Remark.objects.bulk_create(
        Remark(owner_id=row.owner_id, provider_id=row.provider_id, of=row, line=line, what=what, refused=refused)
        for line, what, refused in islice(_remarks(lines), max(0, room))
    )


def _remarks(lines: Iterable[tuple[Row, Taken]]) -> Iterator[tuple[int, str, bool]]:
    for row, taken in lines:
        if taken.fault:
            yield row.line, taken.fault, True
        for name in taken.left_out:
            yield row.line, name, False


def _through(w: work.Work, row: Import) -> None:
    if row.state == State.RUNNING:
        _end(w, row, State.DONE)
        return
    row.state = State.CHECKED.value
    row.save(update_fields=["state"])
    w.publish("import.changed", owner_id=row.owner_id, import_id=row.id, state=row.state)


def forget_old(owner_id: UUID) -> int:
    """Files that nobody went on with for a week; returns how many."""
    with work.transaction(system(owner_id)) as w:
        rows = Import.objects.select_for_update().filter(
            owner_id=owner_id, expires_at__lte=clock.now(), wrapped__isnull=False
        )
        found = list(rows)
        for row in found:
            _end(w, row, State.DISCARDED)
        return len(found)
