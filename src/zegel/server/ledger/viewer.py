# SPDX-License-Identifier: EUPL-1.2
"""The pages' code as a leaf of the log: which bundle this installation serves, said before it is served.

`ledger/<n>/viewer/<bundle>` in the store holds the entry's number, salt and body: it names files and nobody, so that
anybody may have the receipt, also after the body in the database has had its time. The hash is the one of manifest.json
(web/tools/build.mjs): SHA-256 over a line "hash  name" for each file, sorted by name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from zegel import __version__
from zegel.seal import encoding
from zegel.seal.proof import make_receipt
from zegel.server.kernel.actor import system
from zegel.server.kernel.storage import NotFound
from zegel.server.ledger import queries
from zegel.server.ledger.entry import Entry, Fact, Kind, commitment_of
from zegel.server.ledger.errors import NoSuchEntry
from zegel.server.ledger.models import EntryRow
from zegel.server.ledger.prepared import prepare, receipts
from zegel.server.ledger.writer import writer

MANIFEST = "zegel/dist/manifest.json"
PROGRAM = "viewer"


@dataclass(frozen=True)
class Bundle:
    """What the build says of itself: one hash (32 bytes) over all files, and how many they are."""

    digest: bytes
    files: int


def built() -> Bundle | None:
    """The bundle that this machine serves; None where the pages' code is not built."""
    found = finders.find(MANIFEST)
    if not isinstance(found, str):
        return None
    said = json.loads(Path(found).read_bytes())
    return Bundle(bytes.fromhex(said["sha256"]), len(said["files"]))


def log_bundle() -> int | None:
    """The number of the entry that names this machine's bundle, written when the log has none. Durable when it returns.
    None where there is nothing to serve. Killed between entry and note, the next start writes one more: harmless."""
    bundle = built()
    if bundle is None:
        return None
    noted = _noted(bundle.digest)
    return _log(bundle) if noted is None else noted[0]


def receipt(digest: bytes) -> str:
    """The bundle's receipt (a C2SP tlog-proof). Raises NoSuchEntry, NotYetCheckpointed."""
    noted = _noted(digest)
    if noted is None:
        raise NoSuchEntry("The log names no such bundle.")
    index, salt, body = noted
    path, note = queries.inclusion(index)
    return make_receipt(salt, body, index, path, note)


def _log(bundle: Bundle) -> int:
    facts: dict[str, Fact] = {
        "program": PROGRAM, "version": __version__, "bundle": bundle.digest, "files": bundle.files,
    }  # fmt: skip
    entry = prepare(Entry(Kind.SOFTWARE, None, facts), system())
    (said,) = receipts([entry], *writer().append([entry]))
    published = queries.tiles()
    published.store.put(_key(bundle.digest), encoding.encode((said.index, entry.salt, entry.body)))
    return said.index


def _noted(digest: bytes) -> tuple[int, bytes, bytes] | None:
    """Number, salt and body of the bundle's entry. One that the log does not hold (an older database came back) counts
    as none."""
    try:
        noted: Any = encoding.decode(queries.tiles().store.get(_key(digest)))
    except NotFound:
        return None
    index, salt, body = noted
    held = EntryRow.objects.filter(index=index).values_list("commitment", flat=True).first()
    return (index, salt, body) if held is not None and bytes(held) == commitment_of(salt, body) else None


def _key(digest: bytes) -> str:
    return queries.tiles().key(f"viewer/{digest.hex()}")
