# SPDX-License-Identifier: EUPL-1.2
"""What forgetting costs: a million expired segments (rows, packs, keys, an entry for each epoch) in one turn,
and how much memory that takes; and a tenant's request, answered over ten million rows.

Real parts throughout: PostgreSQL with fsync, objects as files, the shred store, the ledger. The rows are made by SQL
before the clock starts: epochs of an hour with a segment each second, their packs, signed lists and wrapped roots; and
looks of two hundred tenants, of which one person's are asked for, by the engine that the requests room uses. Run it on
a machine that does nothing else: `make bench NAME=retention`, or `ARGS=--quick` for a look.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from _report import Result, report

SEGMENTS, PER_EPOCH = 1_000_000, 3600
LOOKS, TENANTS, OF_ONE = 10_000_000, 200, 5_000
BYTES_OF_A_SEGMENT = 200


def memory_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


@contextlib.contextmanager
def installation() -> Iterator[Any]:
    """A database with fsync, migrated, in a folder of its own; gone afterwards."""
    from zegel.server.kernel.postgres import EmbeddedPostgres

    folder = Path(tempfile.mkdtemp(prefix="zegel-bench-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "postgres", folder / "secrets")
    server.start()
    try:
        urls = server.urls()
        os.environ.update(
            DJANGO_SETTINGS_MODULE="zegel.server.settings", ZEGEL_DATA=str(folder), DATABASE_URL=urls.app,
            MIGRATE_DATABASE_URL=urls.owner, ZEGEL_ORIGIN="http://localhost:8000",
        )  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", database="owner", verbosity=0)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class World:
    """An owner with a site of the profile site-nl and a camera."""

    def __init__(self) -> None:
        from zegel.server.kernel import clock, tenancy
        from zegel.server.people.models import Party
        from zegel.server.sites.models import Camera, Site, Unit, UnitKey

        self.owner, self.unit, self.camera, self.site = uuid4(), uuid4(), uuid4(), uuid4()
        of = {"owner_id": self.owner, "provider_id": self.owner}
        with tenancy.acting_as(self.owner):
            Party.objects.create(id=self.owner, kind="company", name="Bench", country="NL", language="nl",
                                 created_at=clock.now())  # fmt: skip
            site = Site.objects.create(id=self.site, name="Site", address="", tz="Europe/Amsterdam", profile="site-nl",
                                       created_at=clock.now(), country="NL", **of)  # fmt: skip
            unit = Unit.objects.create(
                id=self.unit, site=site, name="Unit", sign_pk=bytes(32), fingerprint=self.unit.bytes * 2,
                pairing_id=uuid4(), paired_at=clock.now(), **of,
            )  # fmt: skip
            Camera.objects.create(id=self.camera, unit=unit, name="Camera", **of)
            UnitKey.objects.create(fingerprint=self.unit.bytes * 2, unit_id=self.unit, owner_id=self.owner)

    def record(self, segments: int) -> int:
        """So many segments that expired three weeks ago; returns in how many epochs."""
        from django.db import connection

        from zegel.server.footage import pack_writer
        from zegel.server.kernel import clock, shred, storage, tenancy

        epochs = -(-segments // PER_EPOCH)
        start = clock.now_ms() - round(timedelta(days=36).total_seconds() * 1000)
        with tenancy.acting_as(self.owner):
            numbers = shred.next_numbers("epoch", epochs)
        for place in range(epochs):
            epoch, count = uuid4(), min(PER_EPOCH, segments - place * PER_EPOCH)
            wrapped = shred.wrap("epoch", numbers[place], bytes(400), epoch.bytes)
            key = f"{pack_writer.folder_of(epoch)}/c000000-000000"
            storage.store().put(key, bytes(BYTES_OF_A_SEGMENT * count))
            with tenancy.acting_as(self.owner), connection.cursor() as cursor:
                start_ms = start + place * PER_EPOCH * 1000
                self._insert(cursor, epoch, place, start_ms, numbers[place], wrapped, key, count)
        return epochs

    def _insert(
        self, cursor: Any, epoch: UUID, number: int, start_ms: int, shred_number: int, wrapped: bytes, key: str,
        count: int,
    ) -> None:  # fmt: skip
        of = [self.owner, self.owner]
        cursor.execute(
            "INSERT INTO footage_epoch (provider_id, owner_id, id, unit_id, camera_id, track, number, suite, start_ms, "
            "hash, keyset_hash, policy_hash, shred, wrapped, received_at, closed_at) "
            "VALUES (%s, %s, %s, %s, %s, 1, %s, 1, %s, %s, '', '', %s, %s, now(), now())",
            [*of, epoch, self.unit, self.camera, number, start_ms, epoch.bytes * 2, shred_number, wrapped],
        )
        size = BYTES_OF_A_SEGMENT
        cursor.execute(
            "INSERT INTO footage_pack (provider_id, owner_id, epoch_id, size, parts) VALUES (%s, %s, %s, %s, 1)",
            [*of, epoch, count * size],
        )
        cursor.execute(
            'INSERT INTO footage_part (provider_id, owner_id, pack_id, number, key, "offset", size) '
            "VALUES (%s, %s, %s, 0, %s, 0, %s)", [*of, epoch, key, count * size],
        )  # fmt: skip
        cursor.execute(
            'INSERT INTO footage_segment (provider_id, owner_id, epoch_id, seq, slot, random_access, "offset", size, '
            "sha256) SELECT %s, %s, %s, n, n, true, n * %s, %s, sha256(n::text::bytea) FROM generate_series(0, %s) n",
            [*of, epoch, size, size, count - 1],
        )
        cursor.execute(
            "INSERT INTO footage_manifest (provider_id, owner_id, hash, epoch_id, first_slot, slots, named, envelope, "
            "received_at) SELECT %s, %s, sha256(%s || n::text::bytea), %s, n * 60, 60, 0, repeat('x', 400)::bytea, "
            "now() FROM generate_series(0, %s) n", [*of, epoch.bytes, epoch, (count - 1) // 60],
        )  # fmt: skip

    def left(self) -> int:
        from zegel.server.footage.models import Epoch, Manifest, Pack, Part, Segment
        from zegel.server.kernel import storage, tenancy

        with tenancy.acting_as(self.owner):
            rows = sum(model._default_manager.count() for model in (Epoch, Manifest, Pack, Part, Segment))
        return rows + sum(1 for _key in storage.store().list("packs"))


def forgetting(segments: int) -> list[Result]:
    from zegel.server.ledger import queries as ledger
    from zegel.server.lifecycle import runner

    world = World()
    before_entries = ledger.size()
    epochs = world.record(segments)
    before_mb, started = memory_mb(), time.monotonic()
    count = runner.run_owner(world.owner, rows=False)
    took = time.monotonic() - started
    grown = memory_mb() - before_mb
    assert (count.segments, count.epochs, count.failed) == (segments, epochs, []), count
    assert world.left() == 0, "rows or objects are left"
    assert ledger.size() - before_entries == epochs, "an entry for each"
    share = segments / SEGMENTS
    return [
        Result(f"{segments:,} expired segments forgotten", "s", took, 60 * share, "less"),
        Result("memory that this took beside what was there", "MB", grown, 100, "less"),
    ]


_LOOKS = """
INSERT INTO footage_lease (provider_id, owner_id, id, person_id, party_id, role, purpose, camera_id, track, wanted,
  releases_handed, ledger_index, opened_at, expires_at, ended_at)
SELECT t.owner, t.owner, gen_random_uuid(), t.person, t.owner, 'owner', 'own_use', %(camera)s, 1, '[]', '[]', n,
  now() - interval '1 day', now(), now()
FROM generate_series(%(from)s::int, %(to)s::int) n
JOIN LATERAL (SELECT (%(owners)s::uuid[])[1 + n %% %(tenants)s] AS owner,
  (%(people)s::uuid[])[1 + n %% 100000] AS person) t ON true
"""
AT_ONCE = 500_000


def request(server: Any, looks: int, of_one: int) -> list[Result]:
    import psycopg

    from zegel.server.kernel import tenancy
    from zegel.server.lifecycle import finding
    from zegel.server.lifecycle.finding import SubjectRef

    owners, people = [uuid4() for _ in range(TENANTS)], [uuid4() for _ in range(100_000)]
    person, owner = uuid4(), owners[0]
    with psycopg.connect(server._url("zegel_admin", "zegel"), autocommit=True) as admin:
        said: dict[str, Any] = {"camera": uuid4(), "owners": owners, "people": people, "tenants": TENANTS}
        for start in range(0, looks, AT_ONCE):
            admin.execute(_LOOKS, said | {"from": start, "to": min(looks, start + AT_ONCE) - 1})
        admin.execute(_LOOKS, said | {"owners": [owner] * TENANTS, "people": [person] * 100_000, "from": 0,
                                      "to": of_one - 1})  # fmt: skip
        admin.execute("ANALYZE")
    started = time.monotonic()
    with tenancy.acting_as(owner):
        found = sum(1 for one in finding.rows_of(SubjectRef.person(person), owner_id=owner))
    took = time.monotonic() - started
    assert found == of_one, f"{found} rows found, {of_one} are his"
    return [Result(f"a person's {of_one:,} rows found among {looks:,}", "s", took, 10, "less")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fiftieth of it, for a look")
    quick = parser.parse_args().quick
    share = 50 if quick else 1
    with installation() as server:
        results = forgetting(SEGMENTS // share)
        results += request(server, LOOKS // share, OF_ONE // share)
    report("retention", results)


if __name__ == "__main__":
    main()
