# SPDX-License-Identifier: EUPL-1.2
"""Handing out a file. Principles:

- Every file leaves through `send`, of whatever kind, to whomever (I5: date, time and address are logged), and becomes
  an answer through `answer`, which alone can mark it as logged; the middleware stops every other one.
- What a person prints, and what his own browser makes into a file of what he may see, is written down by `note` before
  his browser does it.
- The gate is asked first; the entry is durable in the ledger before the caller holds the bytes; its hash is in the
entry, so
  that a file found later can be tied to its export.
- Files that go with a letter leave through `post`: the mail room refuses any that was not written down.
- A name never comes from a person's input unchecked: letters, digits, dot, dash and underscore only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import BinaryIO, cast
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from zegel.server.exports.errors import BadExport
from zegel.server.gate import Action, Resource, require
from zegel.server.kernel import mail
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.ledger import actions as ledger

LARGEST = 256 * 1024 * 1024
PIECE = 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHOWN_NAME = re.compile(r"[\w][\w .()-]{0,119}")
_PURPOSE = re.compile(r"[a-z][a-z_]{0,39}")


class FileKind(StrEnum):
    """What leaves."""

    RECEIPT = "receipt"
    FIGURES = "figures"  # an alarm centre's response times and causes
    REGISTER = "register"  # of Art. 30 GDPR, to read
    REGISTER_SHEET = "register_sheet"  # the same as a spreadsheet
    REGISTER_DPV = "register_dpv"  # the same for programs
    AGREEMENT = "agreement"  # a processing agreement, as it was agreed to
    SIGN = "sign"  # that cameras watch, to be printed and hung
    ANSWER = "answer"  # to somebody who asked for his rights
    ANSWER_LETTER = "answer_letter"  # the same on paper, for who has no e-mail address
    REQUESTS = "requests"  # the register of such requests
    CONSENT_RECEIPT = "consent_receipt"
    BREACH_LETTER = "breach_letter"  # what was told to a customer or to people concerned
    BREACH_FORM = "breach_form"  # the authority's questions, answered
    BREACH_DATA = "breach_data"  # the same for machines
    BREACH_REGISTER = "breach_register"
    USE_LOG = "use_log"  # who printed or exported what (I5)
    DISCLOSURES = "disclosures"  # the register of what was handed over, and on which order
    EVIDENCE_REPORT = "evidence_report"  # what a person reads of an evidence package
    AUDIT_PACK = "audit_pack"  # what an auditor takes with him
    SEALED_RECORDINGS = "sealed_recordings"  # ciphertext, lists and proofs, for an authority
    INVOICE = "invoice"  # as PDF/A-3 with its XML inside
    INVOICE_DATA = "invoice_data"  # the XML alone
    OFFER = "offer"
    BOOKS = "books"  # a period's journal with its papers
    TENANT = "tenant"  # everything of a tenant, taken along
    TENANT_PROOF = "tenant_proof"  # that a tenant was removed whole
    LABEL = "label"  # what a carrier sticks on a parcel
    ORDERS = "orders"  # a list of service orders
    ORDER_FIGURES = "order_figures"  # what they say together; nobody is in it
    CUSTOMERS = "customers"  # a list of a firm's customers
    CUSTOMER_RECORD = "customer_record"  # one of them, for himself
    IMPORT_REPORT = "import_report"  # which lines of a file were not taken over, and why


_TYPES = {
    FileKind.RECEIPT: "text/plain; charset=utf-8",
    FileKind.FIGURES: "text/csv; charset=utf-8",
    FileKind.REGISTER: "application/pdf",
    FileKind.REGISTER_SHEET: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.REGISTER_DPV: "application/ld+json",
    FileKind.AGREEMENT: "application/pdf",
    FileKind.SIGN: "application/pdf",
    FileKind.ANSWER: "application/zip",
    FileKind.ANSWER_LETTER: "application/pdf",
    FileKind.REQUESTS: "text/csv; charset=utf-8",
    FileKind.CONSENT_RECEIPT: "application/ld+json",
    FileKind.BREACH_LETTER: "application/pdf",
    FileKind.BREACH_FORM: "application/pdf",
    FileKind.BREACH_DATA: "application/json",
    FileKind.BREACH_REGISTER: "text/csv; charset=utf-8",
    FileKind.USE_LOG: "text/csv; charset=utf-8",
    FileKind.DISCLOSURES: "text/csv; charset=utf-8",
    FileKind.EVIDENCE_REPORT: "application/pdf",
    FileKind.AUDIT_PACK: "application/zip",
    FileKind.SEALED_RECORDINGS: "application/zip",
    FileKind.INVOICE: "application/pdf",
    FileKind.INVOICE_DATA: "application/xml",
    FileKind.OFFER: "application/pdf",
    FileKind.BOOKS: "application/zip",
    FileKind.TENANT: "application/zip",
    FileKind.TENANT_PROOF: "application/json",
    FileKind.LABEL: "application/pdf",
    FileKind.ORDERS: "text/csv; charset=utf-8",
    FileKind.ORDER_FIGURES: "text/csv; charset=utf-8",
    FileKind.CUSTOMERS: "text/csv; charset=utf-8",
    FileKind.CUSTOMER_RECORD: "application/json",
    FileKind.IMPORT_REPORT: "text/csv; charset=utf-8",
}

ENTRY_HEADER = "X-Zegel-Entry"
_MARK = "_zegel_entry"


class Way(StrEnum):
    """How something leaves without this server making a file of it."""

    PRINT = "print"
    MADE = "made"  # a file that the browser makes of what its person may see


@dataclass(frozen=True)
class Sent:
    """A file that was logged and may now be handed over. `index`: its entry in the ledger. `file`: a large one, open
    for reading at its beginning, instead of `content`."""

    name: str
    content: bytes
    content_type: str
    index: int
    file: BinaryIO | None = None

    @property
    def disposition(self) -> str:
        """The header that makes a browser keep it as a file."""
        return f'attachment; filename="{self.name}"'


def send(
    actor: Actor,
    kind: FileKind,
    name: str,
    content: bytes | Iterable[bytes],
    *,
    purpose: str,
    resource: Resource,
    recipient: str = "",
    owner_id: UUID | None = None,
    count: int | None = None,
) -> Sent:
    """Asks the gate (action `export` on `resource`), logs, and gives the file back to be handed over.

    `recipient`: a short code of who gets it (empty: the actor himself); `count`: how many rows or pages.
    Raises Denied, BadExport, LedgerUnavailable.
    """
    if not _NAME.fullmatch(name) or not _PURPOSE.fullmatch(purpose):
        raise BadExport(_("This file can't be named like that."), action=_("Use letters, digits, dot, dash."))
    require(actor, Action.EXPORT, resource)
    data = _whole(content)
    said = _Said(kind, name, purpose, recipient, len(data), hashlib.sha256(data).digest(), resource, owner_id, count)
    return Sent(name, data, _TYPES[FileKind(kind)], _written_down(actor, said))


def send_file(
    actor: Actor, kind: FileKind, name: str, file: BinaryIO, *, purpose: str, resource: Resource,
    count: int | None = None,
) -> Sent:  # fmt: skip
    """As send, of what is too large for memory: a file of the server's own that nobody else holds. It is handed over in
    pieces and closed after. Raises Denied, BadExport, LedgerUnavailable."""
    if not _NAME.fullmatch(name) or not _PURPOSE.fullmatch(purpose):
        raise BadExport(_("This file can't be named like that."), action=_("Use letters, digits, dot, dash."))
    require(actor, Action.EXPORT, resource)
    digest, size = hashed(file)
    said = _Said(kind, name, purpose, "", size, digest, resource, None, count)
    return Sent(name, b"", _TYPES[FileKind(kind)], _written_down(actor, said), file)


def hashed(file: BinaryIO) -> tuple[bytes, int]:
    """SHA-256 and size of an open file, which stands at its beginning afterwards."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    size = file.tell()
    file.seek(0)
    return digest.digest(), size


@dataclass(frozen=True)
class _Said:
    """What the entry of a file says."""

    kind: FileKind
    name: str
    purpose: str
    recipient: str
    size: int
    sha256: bytes
    resource: Resource
    owner_id: UUID | None
    count: int | None


def _written_down(actor: Actor, said: _Said) -> int:
    """The number of its entry."""
    resource = said.resource
    facts: dict[str, Fact] = {
        "file": said.name,
        "what": FileKind(said.kind).value,
        "purpose": said.purpose,
        "recipient": said.recipient or "self",
        "how": "file",
        "role": actor.role or "",
        "bytes": said.size,
        "sha256": said.sha256,
        "address": actor.address,
        "of": resource.id,
        "count": said.count,
    }
    about = resource.id if isinstance(resource.id, UUID) else None
    owner = said.owner_id or resource.owner_id or actor.party_id
    return ledger.append(Entry(Kind.EXPORT, owner, facts, about=about), actor).index


def answer(sent: Sent) -> HttpResponse:
    """The file as an answer, with its entry's number; a large one in pieces."""
    response: HttpResponseBase = (
        HttpResponse(sent.content, content_type=sent.content_type) if sent.file is None
        else FileResponse(sent.file, content_type=sent.content_type)
    )  # fmt: skip
    response["Content-Disposition"] = sent.disposition
    response[ENTRY_HEADER] = str(sent.index)
    setattr(response, _MARK, sent.index)
    return cast(HttpResponse, response)


def entry_of(response: object) -> int | None:
    """The entry under which this answer's file was written down; None when it was not."""
    found = getattr(response, _MARK, None)
    return found if isinstance(found, int) else None


def note(
    actor: Actor, way: Way, what: str, *, name: str = "", count: int = 0, size: int = 0, about: UUID | None = None
) -> int:  # fmt: skip
    """Writes down what the acting person is about to print, or to keep as a file that his browser made. Nothing is
    given out here that his page does not show already, so nothing is decided: it is a log.

    `what`: a short code; `name`: of the file; `count`: how many rows, pictures or pages. Raises BadExport,
    LedgerUnavailable.
    """
    if not _PURPOSE.fullmatch(what) or (name and not _SHOWN_NAME.fullmatch(name)):
        raise BadExport(_("This file can't be named like that."), action=_("Use letters, digits, dot, dash."))
    facts: dict[str, Fact] = {
        "what": what, "how": Way(way).value, "file": name, "count": count, "bytes": size, "recipient": "self",
        "role": actor.role or "", "address": actor.address[:64], "of": about,
    }  # fmt: skip
    return ledger.append(Entry(Kind.EXPORT, actor.party_id, facts, about=about), actor).index


def post(owner_id: UUID, what: FileKind, letter: mail.Letter, about: UUID | None = None) -> None:
    """Sends a letter with its files; that they leave, to how many bytes and with which hash, is durable before. The
    receiver is not named in the entry: the row that it is about says who he is. As mail.send raises."""
    files = [content for _name, _type, content in letter.files]
    facts: dict[str, Fact] = {
        "file": _shown(letter.files[0][0]) if letter.files else "", "what": what.value, "how": "mail",
        "count": len(files), "bytes": sum(map(len, files)), "sha256": hashlib.sha256(b"".join(files)).digest(),
        "recipient": "letter", "role": "system", "address": "", "of": about,
    }  # fmt: skip
    receipt = ledger.append(Entry(Kind.EXPORT, owner_id, facts, about=about), system(owner_id))
    mail.send(replace(letter, entry=receipt.index))


def _shown(name: str) -> str:
    return name if _SHOWN_NAME.fullmatch(name) else "file"


def _whole(content: bytes | Iterable[bytes]) -> bytes:
    """The bytes, of at most LARGEST. Raises BadExport."""
    parts, size = [], 0
    for part in [content] if isinstance(content, bytes) else content:
        size += len(part)
        if size > LARGEST:
            raise BadExport(_("This file is too large."), action=_("Choose a shorter period."))
        parts.append(part)
    return b"".join(parts)
