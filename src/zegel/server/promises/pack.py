# SPDX-License-Identifier: EUPL-1.2
"""What an auditor takes with him in one file: registers, agreements, samples of logs with receipts, the promises with
their evidence, the statement, review findings. Made at the moment it is asked for, from what the rooms say.

There is no image in it and no key. Each file's hash stands in MANIFEST, and the manifest's in the ledger's entry of the
export; what can't be made says so in a file of its own and stops nothing else.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.agreements import places
from zegel.server.agreements import queries as agreements
from zegel.server.agreements.models import Agreement, Document
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind, Sent
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, log
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.ledger.errors import LedgerError
from zegel.server.notify import endpoints
from zegel.server.people import queries as people
from zegel.server.people.queries import as_party
from zegel.server.promises import queries, statement
from zegel.server.promises.catalogue import LANGUAGES, promises
from zegel.server.promises.models import Evidence
from zegel.server.promises.probes.books import rows_of
from zegel.server.registers import exporting
from zegel.server.registers import queries as registers
from zegel.server.tasks import scope

SAMPLE = 25  # entries of each kind
MOST_AGREEMENTS = 500
SAMPLED = (
    Kind.VIEW, Kind.RELEASE, Kind.REOPENED, Kind.GRANT, Kind.GUARD_SIGHT, Kind.GUARD_PICTURE, Kind.EXPORT,
    Kind.DELETION, Kind.MEMBERSHIP, Kind.AGREEMENT, Kind.CERTIFICATE, Kind.SUSPENSION, Kind.REVIEW, Kind.PROMISE,
    Kind.STATEMENT,
)  # fmt: skip
_EPOCH = (1980, 1, 1, 0, 0, 0)

Files = Iterator[tuple[str, bytes]]


def make(actor: Actor, language: str = "en") -> Sent:
    """The pack of the acting party, ledgered. Raises Denied, BadExport, LedgerUnavailable."""
    thing = Resource(ResourceKind.AUDIT_PACK, None, actor.party_id)
    require(actor, Action.EXPORT, thing)
    assert actor.party_id is not None
    content, count = _zipped(actor.party_id, language if language in LANGUAGES else "en")
    name = f"audit-pack-{clock.now():%Y-%m-%d}.zip"
    return exports.send(actor, FileKind.AUDIT_PACK, name, content, purpose="audit", resource=thing, count=count)


def _zipped(party_id: UUID, language: str) -> tuple[bytes, int]:
    parts: tuple[tuple[str, Callable[[UUID, str], Files]], ...] = (
        ("promises", _promises), ("statement", _statement), ("registers", _registers), ("agreements", _agreements),
        ("log", _log), ("reviews", _reviews), ("people", _people),
    )  # fmt: skip
    made: list[tuple[str, bytes]] = []
    for part, of in parts:
        made += _safely(part, of, party_id, language)
    made.append(("README.txt", _readme(party_id).encode()))
    manifest = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(made))
    made.append(("MANIFEST.sha256", manifest.encode()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in sorted(made):
            pack.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue(), len(made)


def _safely(part: str, of: Callable[[UUID, str], Files], party_id: UUID, language: str) -> list[tuple[str, bytes]]:
    try:
        with as_party(party_id):
            return [(f"{part}/{name}", data) for name, data in of(party_id, language)]
    except Exception as error:
        log.error("promises.pack_part_failed", part=part, error=type(error).__name__, where=log.place_of(error))
        return [(f"{part}/NOT-MADE.txt", f"This part could not be made ({type(error).__name__}).\n".encode())]


def _json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1, default=str).encode()


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """A spreadsheet must not run what somebody typed."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


# --- the parts --------------------------------------------------------------------------------------------------------


def _promises(party_id: UUID, language: str) -> Files:
    whose = queries.subject(party_id)
    if whose is None:
        return
    lines = queries.lines(whose.provider_id, set(promises()), queries.figures_of(whose.profiles))
    yield "promises.json", _json([
        {"id": line.promise.id, "text": dict(line.promise.text), "how": dict(line.promise.how),
         "state": line.state.value, "why": line.result.why.value, "tried": line.result.tried,
         "failed": line.result.failed, "at": line.at, "parameters": dict(line.parameters),
         "days": [day.value if day else None for day in line.days], "document": line.promise.document}
        for line in lines
    ])  # fmt: skip
    yield "log-key.txt", (ledger.verifier_key() + "\n").encode()
    with as_party(whose.provider_id):
        newest = [line.evidence_id for line in lines if line.evidence_id]
        for row in Evidence.objects.filter(id__in=newest).select_related("run").order_by("promise"):
            said = {"state": row.state, "tried": row.tried, "failed": row.failed, "which": row.which, "at": row.at,
                    "envelope": base64.b64encode(bytes(row.envelope)).decode(), "entry": row.run.index}  # fmt: skip
            yield f"evidence/{row.promise}.json", _json(said)
    changes = queries.changes(whose.provider_id, limit=1000)
    yield "changes.csv", _table(
        ("at", "promise", "before", "after", "why"), [(c.at, c.promise, c.before, c.after, c.why) for c in changes]
    )


def _statement(party_id: UUID, language: str) -> Files:
    for row in statement.versions(party_id)[:20]:
        whole = statement.version(party_id, row.number)
        if whole is not None:
            yield f"version-{row.number}.json", _json({"made_at": row.made_at, "statement": whole.content})


def _registers(party_id: UUID, language: str) -> Files:
    for row in registers.current(party_id):
        name = f"{row.article.replace('.', '-')}-{str(row.controller_id)[:8]}-{row.number}"
        yield f"{name}.json", _json(row.content)
        yield f"{name}.pdf", exporting.pdf(row, language)
    yield "places.csv", _table(
        ("name", "country", "what", "from", "until"),
        [(p.name, p.country, p.what, p.valid_from, p.valid_to) for p in places.in_force(party_id)],
    )
    yield "sub-processors.csv", _table(
        ("name", "country", "task", "mechanism", "reference", "from", "until"),
        [
            *((s.name, s.country, s.task, s.mechanism, s.reference, s.valid_from, s.valid_to)
              for s in places.subprocessors(party_id)),
            *((name, country, endpoints.CARRIES, "", "", None, None) for name, country in endpoints.operators()),
        ],
    )  # fmt: skip
    yield "certificates.csv", _table(
        ("of", "standard", "number", "issuer", "from", "until"),
        [(a.place_id or a.sub_processor_id, a.standard, a.number, a.issuer, a.valid_from, a.valid_to)
         for a in places.attestations(party_id)],
    )  # fmt: skip


def _agreements(party_id: UUID, language: str) -> Files:
    owners = {party_id, *scope.customers(party_id)}
    rows = list(Agreement.objects.filter(owner_id__in=owners).order_by("owner_id", "valid_from")[:MOST_AGREEMENTS])
    yield "agreements.csv", _table(
        ("owner", "agreement", "how", "from", "until", "document_sha256"),
        [(r.owner_id, r.id, r.signed_how, r.valid_from, r.valid_to, bytes(r.document_hash).hex()) for r in rows],
    )  # fmt: skip
    wanted = {bytes(row.document_hash) for row in rows}
    for document in Document.objects.filter(owner_id__in=owners).order_by("made_at"):
        if bytes(document.hash) in wanted:
            wanted.discard(bytes(document.hash))
            kind = "pdf" if bytes(document.content)[:5] == b"%PDF-" else "txt"
            yield f"documents/{bytes(document.hash).hex()[:16]}.{kind}", bytes(document.content)


def _log(party_id: UUID, language: str) -> Files:
    """The newest of each kind of what the party itself may read, with receipts that verify offline."""
    since = clock.ms(clock.now() - timedelta(days=366))
    note = ledger.latest_checkpoint()
    yield "checkpoint.txt", note.encode()
    listed: list[tuple[Any, ...]] = []
    for kind in SAMPLED:
        for row in ledger.entries([kind], party_id, since_ms=since, limit=SAMPLE):
            listed.append((row.index, row.kind.value, clock.moment(row.at_ms), "" if row.said else "forgotten"))
            try:
                yield f"receipts/{row.index}.txt", ledger.receipt(row.index).encode()
            except LedgerError as problem:
                yield f"receipts/{row.index}.missing.txt", f"{problem.message}\n".encode()
    yield "entries.csv", _table(("entry", "kind", "at", "note"), listed)


def _reviews(party_id: UUID, language: str) -> Files:
    """The calendar of reviews and audits with findings, and judged views, as their rooms keep them."""
    for name in ("audits.Audit", "audits.Finding", "audits.AuditRequest", "centre.Review", "centre.Finding",
                 "breaches.Breach", "requests.Case"):  # fmt: skip
        rows = rows_of(name)
        if rows is None:
            continue
        shown = [field.name for field in rows.model._meta.concrete_fields if field.name in _SHOWN]
        of = {"owner_id": party_id}
        listed = [tuple(getattr(row, field) for field in shown) for row in rows.filter(**of).order_by("pk")[:1000]]
        yield f"{name.lower()}.csv", _table(tuple(shown), listed)


# Of those rows only what says what was found and done about it, and by when: nobody's name, words or address.
_SHOWN = frozenset(
    {
        "id", "kind", "state", "scheme", "scope", "topic", "title", "severity", "risk", "verdict", "why", "due_at",
        "planned_at", "held_at", "done_at", "made_at", "judged_at", "opened_at", "closed_at", "received_at", "ended_at",
        "known_at", "reported_at", "assessed_at", "evaluated_at", "outcome", "ground", "number", "result", "next_at",
    }
)  # fmt: skip


def _people(party_id: UUID, language: str) -> Files:
    """Statements of confidentiality: of whom by role, and until when. No names."""
    from zegel.server.people.models import Membership

    held, now = agreements.statements(party_id), clock.now()
    rows = Membership.objects.filter(people.at(now), party_id=party_id).order_by("role", "person_id")
    yield "confidentiality.csv", _table(
        ("person", "role", "since", "until", "statement_until"),
        [(row.person_id, row.role, row.valid_from, row.valid_to, held.get(row.person_id)) for row in rows],
    )  # fmt: skip


def _readme(party_id: UUID) -> str:
    whose = queries.subject(party_id)
    return "\n\n".join(
        (
            _("Accountability pack of %(name)s, made on %(at)s UTC.")
            % {"name": whose.name if whose else party_id, "at": f"{clock.now():%Y-%m-%d %H:%M}"},
            _("It holds no image and no key. MANIFEST.sha256 has the hash of every file; the hash of the whole pack "
              "stands in the log's entry of this export."),
            _("Verify a receipt: zegel ledger verify-receipt log/receipts/N.txt --key KEY. Take KEY from the "
              "agreement, not from this pack, and compare it with promises/log-key.txt."),
            _("Evidence of promises is signed with the same key."),
        )
    ) + "\n"  # fmt: skip
