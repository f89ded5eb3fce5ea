# SPDX-License-Identifier: EUPL-1.2
"""A register as a file: PDF to read, spreadsheet to work with, DPV (JSON-LD) for programs. Each leaves by the one way
out for files, which logs it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.exports import actions as exports
from zegel.server.exports import documents
from zegel.server.exports.actions import FileKind, Sent
from zegel.server.gate import Resource, ResourceKind
from zegel.server.kernel.actor import Actor
from zegel.server.people.queries import as_party
from zegel.server.registers import dpv, queries, telling
from zegel.server.registers.models import RegisterVersion
from zegel.server.registers.telling import Told

WIDEST = 60


def send(actor: Actor, version: RegisterVersion, form: str, language: str) -> Sent:
    """`form`: pdf, xlsx or jsonld. Raises Denied, BadExport, KeyError for another form."""
    kind, make = _FORMS[form]
    with as_party(version.owner_id):
        content = make(version, language)
    name = f"register-{version.article.replace('.', '-')}-{version.number}-{str(version.controller_id)[:8]}.{form}"
    of = Resource(ResourceKind.REGISTER, version.id, version.owner_id)
    return exports.send(actor, kind, name, content, purpose="accountability", resource=of)


def pdf(version: RegisterVersion, language: str) -> bytes:
    with override(language):
        found = telling.told(version)
        said = {
            "title": found.title, "name": found.name, "facts": found.facts, "lines": found.lines,
            "lead": _("Made from what the system runs on; nobody typed it, but for the judgement of risks."),
        }  # fmt: skip
    return documents.pdf(Path(__file__).parent / "documents" / "register.typ", said, language)


def spreadsheet(version: RegisterVersion, language: str) -> bytes:
    """Two sheets: the lines, a column for each heading, and what holds for all of them."""
    with override(language):
        found, names = telling.told(version), (_("Processing"), _("For all"))
    buffer = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, plain) as book:
        _write_lines(book, names[0], found)
        _write_facts(book, names[1], found)
    return buffer.getvalue()


def _write_lines(book: Any, name: str, found: Told) -> None:
    sheet, bold = book.add_worksheet(name), book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for row, line in enumerate(found.lines, start=1):
        for column, (label, value) in enumerate(line):
            sheet.write_string(0, column, label, bold)
            sheet.write_string(row, column, value, wrapped)
    sheet.set_column(0, len(found.lines[0]) - 1 if found.lines else 0, WIDEST // 2)
    sheet.freeze_panes(1, 1)


def _write_facts(book: Any, name: str, found: Told) -> None:
    sheet, bold = book.add_worksheet(name), book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for row, (label, value) in enumerate(((found.title, found.name), *found.facts)):
        sheet.write_string(row, 0, label, bold)
        sheet.write_string(row, 1, value, wrapped)
    sheet.set_column(0, 1, WIDEST)


def linked_data(version: RegisterVersion, language: str) -> bytes:
    judged = queries.reviews(version.owner_id, version.article, version.superseded_at)
    said: Mapping[str, Any] = dpv.document(version, judged)
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


_FORMS: dict[str, tuple[FileKind, Callable[[RegisterVersion, str], bytes]]] = {
    "pdf": (FileKind.REGISTER, pdf),
    "xlsx": (FileKind.REGISTER_SHEET, spreadsheet),
    "jsonld": (FileKind.REGISTER_DPV, linked_data),
}
FORMS = tuple(_FORMS)
