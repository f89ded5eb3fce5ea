# SPDX-License-Identifier: EUPL-1.2
"""The table of declarations: what docs/reference/personal-data.md and the privacy office show. Pure.

Rows that say the same of several fields of a model are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from zegel.declare import BodyDeclaration, Declaration, TrackDeclaration
from zegel.server.registers.rules import Anything

Word = Callable[[Enum], str]

_TRACKS = {1: "surveillance", 2: "overview", 3: "picture", 4: "live"}


def rows(every: Iterable[Anything], word: Word) -> list[dict[str, Any]]:
    """In order of what holds it. `of`: the model, "track …" or "ledger …"; `fields`: what of it."""
    grouped: dict[tuple[Any, ...], list[str]] = {}
    for one in every:
        where, fields = _where(one)
        path = "" if isinstance(one, TrackDeclaration) else one.path
        key = (where, one.subject, path, one.category, one.purpose, one.basis, one.recipients, one.term, one.starts,
               one.export, one.erase)  # fmt: skip
        grouped.setdefault(key, []).extend(fields)
    return [_row(key, fields, word) for key, fields in sorted(grouped.items(), key=lambda item: (item[0][0], item[1]))]


def _where(one: Anything) -> tuple[str, list[str]]:
    if isinstance(one, Declaration):
        return one.model, [one.field]
    if isinstance(one, BodyDeclaration):
        return f"ledger: {one.kind}", list(one.fields)
    return f"track: {_TRACKS.get(one.track, str(one.track))}", []


def _row(key: tuple[Any, ...], fields: list[str], word: Word) -> dict[str, Any]:
    where, subject, path, category, purpose, basis, recipients, term, starts, export, erase = key
    return {
        "of": where, "fields": sorted(fields), "subject": word(subject), "path": path, "category": word(category),
        "purpose": word(purpose), "basis": word(basis), "recipients": [word(one) for one in recipients],
        "term": word(term), "starts": word(starts), "export": word(export), "erase": word(erase),
    }  # fmt: skip


def markdown(every: Iterable[Anything], word: Word) -> str:
    """The page of the documentation, whole."""
    found = rows(every, word)
    heads = ("Where", "What of it", "Whose", "Path to him", "Category", "Purpose", "Basis", "Recipients", "Term",
             "Answered", "Erased")  # fmt: skip
    lines = [_INTRODUCTION, "| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for row in found:
        cells = (
            f"`{row['of']}`", ", ".join(f"`{name}`" for name in row["fields"]) or "–", row["subject"],
            f"`{row['path']}`" if row["path"] else "–", row["category"], row["purpose"], row["basis"],
            ", ".join(row["recipients"]), f"{row['term']}, {row['starts']}", row["export"], row["erase"],
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


_INTRODUCTION = """# Personal data

What the system holds about people, as its rooms declare it (`personal_data.py` of each room, `ledger/bodies.py`,
`footage/tracks.py`). Deletion, answers to people, the registers of Art. 30 GDPR and the privacy statement are made from
the same declarations. A field, ledger entry or media track that nobody spoke for stops the server from starting.

How many days a term is, and who may choose what, is in the profiles (`src/zegel/declare/profiles`). This page is made
by `tools/personal_data.py`; a test holds it current.
"""
