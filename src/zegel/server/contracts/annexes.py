# SPDX-License-Identifier: EUPL-1.2
"""The annexes of a processing agreement, in the structure of the Commission's standard clauses (Implementing Decision
(EU) 2021/915): I parties, II description of the processing, III measures, IV sub-processors. Out of what the system
runs on (declarations, terms, places, sub-processors); nobody types them. The same state gives the same text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.declare import Category, Purpose, Start, Subject, Term
from zegel.server.agreements.residency_rules import Kept, Mechanism
from zegel.server.contracts import queries
from zegel.server.contracts.models import TextKind
from zegel.server.people.queries import as_party
from zegel.server.registers import making, words
from zegel.server.registers.rules import Measure, Party


def text(owner_id: UUID, provider_id: UUID, language: str) -> str:
    """All four, and the terms that go with the agreement, by version and hash."""
    said = making.of_processor(provider_id, Party.PROVIDER, owner_id)
    with as_party(owner_id):
        joint = [row for row in queries.joint_controllers(owner_id) if row.ended_at is None]
    with override(language):
        parts = [_parties(said, joint), _processing(said), _measures(said), _sub_processors(said)]
        parts += [_terms(provider_id, language)]
        return "\n\n".join(part for part in parts if part)


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _parties(said: Mapping[str, Any], joint: Sequence[Any]) -> str:
    own, processors = said["controller"], said["processors"]
    rows = [_("Controller: %(who)s") % {"who": _who(own)}, *_joint(joint)]
    rows += [_("Processor: %(who)s") % {"who": _who(one)} for one in processors]
    return _lines(_("Annex I. Parties"), *rows)


def _who(party: Mapping[str, str]) -> str:
    return ", ".join(filter(None, (party["name"], party["country"], party["contact"], party["email"], party["phone"])))


def _joint(rows: Sequence[Any]) -> Iterator[str]:
    for row in rows:
        yield _("Joint controller (Art. 26): %(name)s, %(contact)s. First contact: %(first)s. Arranged: %(words)s") % {
            "name": row.name, "contact": row.contact, "first": row.first_contact, "words": row.arrangement,
        }  # fmt: skip


def _processing(said: Mapping[str, Any]) -> str:
    lines = [_("Annex II. Description of the processing")]
    for line in said["lines"]:
        lines += ["", *_line(line)]
    if said["transfers"]:
        lines += ["", _("Outside the European Economic Area:"), *map(_transfer, said["transfers"])]
    lines += ["", _("Where it lies:"), *map(_place, said["places"])] if said["places"] else []
    return "\n".join(lines)


def _line(line: Mapping[str, Any]) -> Iterator[str]:
    named = {
        "purpose": words.word(Purpose(line["purpose"])),
        "subjects": _joined(words.word(Subject(one)) for one in line["subjects"]),
        "categories": _joined(words.word(Category(one)) for one in line["categories"]),
    }
    yield _("Purpose: %(purpose)s") % named
    yield _("Of whom: %(subjects)s") % named
    yield _("What: %(categories)s") % named
    for term, starts, days in line["kept"]:
        yield _("How long: %(kept)s") % {"kept": words.kept(Term(term), Start(starts), tuple(days))}


def _joined(named: Iterator[str]) -> str:
    return "; ".join(sorted(set(named)))


def _transfer(row: Mapping[str, str]) -> str:
    how = words.word(Mechanism(row["mechanism"])) if row["mechanism"] else row["decision"]
    return f"- {row['name']} ({row['country']}): {' '.join(filter(None, (how, row['reference'])))}".rstrip(": ")


def _place(row: Mapping[str, Any]) -> str:
    """A back-up is said to be made, and in which country; where it lies is confidential (A7)."""
    kept = Kept(row["what"])
    if kept is Kept.BACKUP:
        return f"- {words.word(kept)}: {row['country']}"
    return f"- {words.word(kept)}: {row['name']}, {row['operator']}, {row['country']}"


def _measures(said: Mapping[str, Any]) -> str:
    found = dict.fromkeys(one for line in said["lines"] for one in line["measures"])
    rows = [f"- {words.word(Measure(one))}" for one in sorted(found)]
    return _lines(_("Annex III. Technical and organisational measures"), *rows)


def _sub_processors(said: Mapping[str, Any]) -> str:
    rows = [f"- {one['name']} ({one['country']}): {words.task(one['task'])}" for one in said["subprocessors"]]
    return _lines(_("Annex IV. Sub-processors"), *(rows or [_("None.")]))


def _terms(provider_id: UUID, language: str) -> str:
    held = queries.in_force(provider_id, queries.TERMS, language)
    if not held:
        return ""
    return _lines(_("Terms that go with this agreement"), *(term_line(row) for row in held))


def term_line(row: Any) -> str:
    """One version of terms: its kind, title, version and the SHA-256 of its text."""
    kinds = {TextKind.GENERAL_TERMS: _("General terms"), TextKind.INDUSTRY_TERMS: _("Industry terms")}
    named = {
        "kind": kinds.get(TextKind(row.kind), ""), "title": row.title, "version": row.version,
        "hash": bytes(row.hash).hex(),
    }  # fmt: skip
    return _("- %(kind)s: %(title)s, version %(version)s, SHA-256 %(hash)s") % named
