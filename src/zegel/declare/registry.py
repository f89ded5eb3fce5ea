# SPDX-License-Identifier: EUPL-1.2
"""The declarations of all rooms, and the question that keeps them complete: which field did nobody speak for?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zegel.declare.vocabulary import Basis, Category, Erase, Export, Purpose, Recipient, Start, Subject, Term

_MODEL = re.compile(r"[a-z_]+\.[A-Za-z]+")
SHORTEST_REASON = 12


class DeclarationError(Exception):
    """A declaration that contradicts another one or says nothing; the message names it and what to write."""


@dataclass(frozen=True)
class Declaration:
    """One field of one model. `path` leads from the row to its subject ("owner_id", "person__id", "" when it is the
    row)."""

    model: str
    field: str
    subject: Subject
    path: str
    category: Category
    purpose: Purpose
    basis: Basis
    recipients: tuple[Recipient, ...]
    term: Term
    starts: Start
    export: Export
    erase: Erase


@dataclass(frozen=True)
class TrackDeclaration:
    """One media track of every camera (its number as in zegel.seal.segment.Track). The images themselves have no
    field: they are sealed in objects, and this says what they are."""

    track: int
    subject: Subject
    category: Category
    purpose: Purpose
    basis: Basis
    recipients: tuple[Recipient, ...]
    term: Term
    starts: Start
    export: Export
    erase: Erase


@dataclass(frozen=True)
class BodyDeclaration:
    """The bodies of one kind of ledger entry. `fields`: the facts in it that say something of a person, beside who did
    it and when; `path`: the fact that names the subject ("actor": who did it; "owner": whose matter it is)."""

    kind: str
    fields: tuple[str, ...]
    subject: Subject
    path: str
    category: Category
    purpose: Purpose
    basis: Basis
    recipients: tuple[Recipient, ...]
    term: Term
    starts: Start
    export: Export
    erase: Erase


@dataclass(frozen=True)
class NotPersonal:
    """A field that says nothing about a person, and why that is so."""

    model: str
    field: str
    why: str


_declared: dict[tuple[str, str], Declaration] = {}
_marked: dict[tuple[str, str], NotPersonal] = {}
_tracks: dict[int, TrackDeclaration] = {}
_bodies: dict[str, BodyDeclaration] = {}


def declare(
    model: str,
    fields: str | Iterable[str],
    *,
    subject: Subject,
    path: str,
    category: Category,
    purpose: Purpose,
    basis: Basis,
    recipients: Iterable[Recipient],
    term: Term,
    starts: Start,
    export: Export,
    erase: Erase,
) -> None:
    """Declares `fields` of `model` ("room.Model"), all alike. Raises DeclarationError when one was spoken for
    already."""
    who = _somebody(model, recipients)
    for field in _names(model, fields):
        new = Declaration(model, field, subject, path, category, purpose, basis, who, term, starts, export, erase)
        if _marked.get((model, field)) or _declared.get((model, field), new) != new:
            raise DeclarationError(f"{model}.{field} is declared twice, differently.")
        _declared[model, field] = new


def not_personal(model: str, fields: str | Iterable[str], why: str) -> None:
    """Marks `fields` of `model` as saying nothing about a person. `why` is for an auditor to read."""
    if len(why.strip()) < SHORTEST_REASON:
        raise DeclarationError(f"{model}: give a reason in words.")
    for field in _names(model, fields):
        new = NotPersonal(model, field, why)
        if _declared.get((model, field)) or _marked.get((model, field), new) != new:
            raise DeclarationError(f"{model}.{field} is declared twice, differently.")
        _marked[model, field] = new


def declare_track(
    track: int,
    *,
    subject: Subject,
    category: Category,
    purpose: Purpose,
    basis: Basis,
    recipients: Iterable[Recipient],
    term: Term,
    starts: Start,
    export: Export,
    erase: Erase,
) -> None:
    """Declares a media track. Raises DeclarationError when it was spoken for already, differently."""
    who = _somebody(f"track {track}", recipients)
    new = TrackDeclaration(track, subject, category, purpose, basis, who, term, starts, export, erase)
    if _tracks.get(track, new) != new:
        raise DeclarationError(f"Track {track} is declared twice, differently.")
    _tracks[track] = new


def declare_body(
    kind: str,
    fields: Iterable[str] = (),
    *,
    subject: Subject,
    category: Category,
    purpose: Purpose,
    basis: Basis,
    recipients: Iterable[Recipient],
    term: Term,
    path: str = "actor",
    starts: Start = Start.MADE,
    export: Export = Export.VALUE,
    erase: Erase = Erase.SHRED,
) -> None:
    """Declares what entries of `kind` hold. Raises DeclarationError when it was spoken for already, differently."""
    who = _somebody(f"entries of the kind {kind}", recipients)
    new = BodyDeclaration(
        str(kind), tuple(fields), subject, path, category, purpose, basis, who, term, starts, export, erase
    )
    if _bodies.get(new.kind, new) != new:
        raise DeclarationError(f"Entries of the kind {kind} are declared twice, differently.")
    _bodies[new.kind] = new


def tracks() -> tuple[TrackDeclaration, ...]:
    return tuple(_tracks[key] for key in sorted(_tracks))


def bodies() -> tuple[BodyDeclaration, ...]:
    return tuple(_bodies[key] for key in sorted(_bodies))


def _somebody(what: str, recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    who = tuple(recipients)
    if not who:
        raise DeclarationError(f"{what}: say who receives it; Recipient.NOBODY if nobody does.")
    return who


def _names(model: str, fields: str | Iterable[str]) -> tuple[str, ...]:
    names = (fields,) if isinstance(fields, str) else tuple(fields)
    if not _MODEL.fullmatch(model) or not names:
        raise DeclarationError(
            f"'{model}' with {len(names)} fields: write the model as room.Model, and at least one field."
        )
    return names


def declarations() -> tuple[Declaration, ...]:
    """Everything that is personal data, in a steady order."""
    return tuple(_declared[key] for key in sorted(_declared))


def not_personal_marks() -> tuple[NotPersonal, ...]:
    return tuple(_marked[key] for key in sorted(_marked))


def undeclared(models: Mapping[str, Iterable[str]]) -> list[str]:
    """`models` maps "room.Model" to its fields; returns "room.Model.field" for each that nobody spoke for. Must be
    empty."""
    spoken_for = _declared.keys() | _marked.keys()
    return sorted(
        f"{model}.{field}" for model, fields in models.items() for field in fields if (model, field) not in spoken_for
    )


def unknown(models: Mapping[str, Iterable[str]]) -> list[str]:
    """Declarations of fields that no longer exist. Must be empty."""
    existing = {(model, field) for model, fields in models.items() for field in fields}
    return sorted(f"{model}.{field}" for model, field in (_declared.keys() | _marked.keys()) - existing)
