# SPDX-License-Identifier: EUPL-1.2
"""What must always be true of an installation. `zegel fsck` asks; a fault is a sentence that says what and where.

    @invariant("footage.packs_are_whole")
    def packs_are_whole() -> Iterator[str]:
        yield "Pack … lacks …"      # identifiers only, never personal data

An invariant reads and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from zegel.server.kernel import checks, clock, erasures, outbox, shred, storage, tenancy

MOST_FAULTS = 100
HOUR_MS = 3600 * 1000
NIGHT_MS = 24 * HOUR_MS

Ask = Callable[[], Iterator[str]]
_invariants: dict[str, Ask] = {}


@dataclass(frozen=True)
class Answer:
    """`faults`: at most MOST_FAULTS sentences; none means that it holds."""

    name: str
    faults: tuple[str, ...]


def invariant(name: str) -> Callable[[Ask], Ask]:
    """Registers one, named room.sentence."""

    def register(ask: Ask) -> Ask:
        _invariants[name] = ask
        return ask

    return register


def names() -> list[str]:
    """What can be asked, in the order in which it is."""
    return sorted(_invariants)


def ask_all(*, without: Collection[str] = ()) -> Iterator[Answer]:
    """Each in turn, in the order of their names. One that can't be asked is a fault too."""
    for name in names():
        if name not in without:
            yield ask_one(name)


def ask_one(name: str) -> Answer:
    return Answer(name, tuple(_some(name)))


def _some(name: str) -> Iterator[str]:
    try:
        for number, fault in enumerate(_invariants[name]()):
            if number == MOST_FAULTS:
                yield "… and more"
                return
            yield fault
    except Exception as error:
        yield f"could not be asked: {type(error).__name__}"


# --- the kernel's own -------------------------------------------------------------------------------------------------


@invariant("kernel.every_table_has_row_level_security")
def every_table_has_row_level_security() -> Iterator[str]:
    with tenancy.acting_as(None):
        yield from (f"table {table} has none and is not listed" for table in tenancy.tables_without_protection())


@invariant("kernel.the_application_role_is_bound")
def the_application_role_is_bound() -> Iterator[str]:
    with tenancy.acting_as(None):
        yield from (f"it {fault}" for fault in tenancy.application_role_faults())


@invariant("kernel.what_was_destroyed_is_gone")
def what_was_destroyed_is_gone() -> Iterator[str]:
    """The shred store opens, and derives nothing that its list of destructions names."""
    store = shred.store()
    for purpose in shred.PURPOSES:
        for first, last in store.destroyed(purpose):
            some = sorted({first, (first + last) // 2, last})
            alive = [number for number in some if not store.is_destroyed(purpose, number)]
            yield from (f"key {number} of '{purpose}' is listed as destroyed and can be derived" for number in alive)


@invariant("kernel.no_shred_number_is_given_twice")
def no_shred_number_is_given_twice() -> Iterator[str]:
    """After a restore of the database its sequences must go on above every number that was ever used."""
    for purpose in shred.PURPOSES:
        given, used = shred.last_given(purpose), shred.store().high_water(purpose)
        if used - given > 2 * shred.MARK_STEP:
            yield f"the sequence of '{purpose}' stands at {given}, but numbers up to {used} may have been used"


@invariant("kernel.old_store_keys_are_destroyed")
def old_store_keys_are_destroyed() -> Iterator[str]:
    """A key of the shred store is destroyed seven days after it was replaced: old copies of the store die with it."""
    for name, replaced_ms in shred.store().replaced_keys():
        if clock.now_ms() - replaced_ms > shred.OLD_KEYS_KEPT_MS + NIGHT_MS:
            yield f"store key {name} was replaced more than eight days ago and is still there"


@invariant("kernel.every_field_is_declared")
def every_field_is_declared() -> Iterator[str]:
    """What the check at the start asks: every field is spoken for as personal data, or as none."""
    yield from (message.msg for message in checks.every_field_is_declared(None))


@invariant("kernel.every_column_is_known")
def every_column_is_known() -> Iterator[str]:
    """The database holds no table and no column that the product was not told about: it would be in no register, no
    answer and no term."""
    known = checks.columns_by_table()
    with tenancy.acting_as(None):
        for table, column in tenancy.columns():
            if table not in known and table not in tenancy.UNSCOPED_TABLES:
                yield f"table {table} is no model's: nobody declared what it holds"
            elif table in known and column not in known[table]:
                yield f"column {table}.{column} is no model's field: nobody declared what it holds"


@invariant("kernel.events_are_delivered")
def events_are_delivered() -> Iterator[str]:
    yield from (f"event {event} has failed {attempts} times at {name}" for event, name, attempts in outbox.stuck())


@invariant("kernel.erasures_are_listed")
def erasures_are_listed() -> Iterator[str]:
    """What was erased stands outside the database within the hour: else a restore would bring it back."""
    late = erasures.waiting(before_ms=clock.now_ms() - HOUR_MS)
    if late:
        yield f"{late} erasures were not written into the list outside the database"


@invariant("kernel.the_store_answers")
def the_store_answers() -> Iterator[str]:
    for key in storage.store().list("health"):
        yield f"a health check left {key}"
