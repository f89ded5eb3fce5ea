# SPDX-License-Identifier: EUPL-1.2
"""A version of a register in words: what page, PDF and spreadsheet have in common. In the language that is active."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from zegel.declare import Basis, Category, Purpose, Recipient, Start, Subject, Term
from zegel.server.agreements.residency_rules import Kept, Mechanism
from zegel.server.people import queries as people
from zegel.server.registers import queries, words
from zegel.server.registers.models import LineReview, RegisterVersion, Risk
from zegel.server.registers.rules import Article, Measure


@dataclass(frozen=True)
class Told:
    """`facts`: (label, value) above the lines; `lines`: each a list of (label, value), its purpose first."""

    title: str
    name: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[Sequence[tuple[str, str]]]


def told(version: RegisterVersion) -> Told:
    """Within the keeper's party. A version of the past is told with the judgements of its time."""
    said: Mapping[str, Any] = version.content
    judged = queries.reviews(version.owner_id, version.article, version.superseded_at)
    names = people.person_names({row.reviewed_by for row in judged.values() if row.reviewed_by})
    return Told(
        title=words.word(Article(version.article)),
        name=str(said["controller"]["name"]),
        facts=_facts(version, said),
        lines=[
            [*line_told(line), *_judged(judged.get(line["key"]), names, said["transfers"])] for line in said["lines"]
        ],
    )


def _facts(version: RegisterVersion, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    until = _("holds now") if version.superseded_at is None else _day(version.superseded_at)
    agreement = said["agreement"]
    return [
        (_("Controller"), party_told(said["controller"])),
        (_("Processors"), "; ".join(party_told(one) for one in said["processors"]) or "–"),
        (_("Supervisory authority"), said["authority"] or "–"),
        (_("Processing agreement"), "–" if agreement is None else f"{agreement['since']}, SHA-256 {agreement['hash']}"),
        (_("Purposes recorded in it"), "; ".join(said["purposes"]) or "–"),
        (_("Where it lies"), "; ".join(_place(one) for one in said["places"]) or _("not recorded")),
        (_("Sub-processors"), "; ".join(_sub(one) for one in said["subprocessors"]) or _("none")),
        (_("Transfers outside the European Economic Area"), transfers_told(said["transfers"])),
        (_("Version"), _("%(number)d, from %(since)s, %(until)s")
         % {"number": version.number, "since": _day(version.valid_from), "until": until}),
        (_("SHA-256 of this version"), bytes(version.hash).hex()),
    ]  # fmt: skip


def line_told(line: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A line without what people judged of it."""
    return [
        (_("Purpose"), words.word(Purpose(line["purpose"]))),
        (_("Legal basis"), _all(Basis, line["bases"])),
        (_("Whose data"), _all(Subject, line["subjects"])),
        (_("Categories of data"), _all(Category, line["categories"])),
        (_("Recipients"), _all(Recipient, line["recipients"]) or "–"),
        (_("How long"), "; ".join(
            words.kept(Term(term), Start(starts), tuple(days)) for term, starts, days in line["kept"])),
        (_("Measures"), " ".join(words.word(Measure(one)) for one in line["measures"])),
    ]  # fmt: skip


def _judged(
    row: LineReview | None, names: Mapping[Any, str], transfers: Sequence[Mapping[str, str]]
) -> list[tuple[str, str]]:
    told_of_it = [(_("Transfers"), transfers_told(transfers))]
    if row is None:
        return [*told_of_it, (_("Risk"), _("not judged yet")), (_("Further measures"), "–"),
                (_("Impact assessment"), "–"), (_("Reviewed"), "–"), (_("Next review"), "–")]  # fmt: skip
    by = names.get(row.reviewed_by, "–")
    return [
        *told_of_it,
        (_("Risk"), f"{words.word(Risk(row.risk))}: {row.why}"),
        (_("Further measures"), row.measures or "–"),
        (_("Impact assessment"), row.assessment or "–"),
        (_("Reviewed"), f"{_day(row.reviewed_at)}, {by}"),
        (_("Next review"), _day(row.next_at)),
    ]


def party_told(one: Mapping[str, str]) -> str:
    contact = ", ".join(filter(None, (one["contact"], one["email"], one["phone"])))
    return ", ".join(filter(None, (one["name"], one["country"], contact)))


def transfers_told(transfers: Sequence[Mapping[str, str]]) -> str:
    said = []
    for one in transfers:
        how = words.word(Mechanism(one["mechanism"])) if one["mechanism"] else ""
        decision = words.decision(one["decision"])
        rests = ", ".join(filter(None, (how, one["reference"], decision))) or _("nothing on record")
        said.append(f"{one['name']} ({one['country']}): {rests}")
    return "; ".join(said) or _("none")


def _place(one: Mapping[str, Any]) -> str:
    own = _("under its own management") if one["own_management"] else ""
    return ", ".join(filter(None, (f"{words.word(Kept(one['what']))}: {one['name']}", one["country"], one["operator"], own)))  # noqa: E501


def _sub(one: Mapping[str, str]) -> str:
    return f"{one['name']} ({one['country']}): {words.task(one['task'])}"


def _all(kind: Any, values: Sequence[str]) -> str:
    return "; ".join(words.word(kind(value)) for value in values)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
