# SPDX-License-Identifier: EUPL-1.2
"""The answer as files: a letter that a person reads (PDF, tagged), and the same for a program: one JSON for each kind
of row, by its declarations (Art. 15(3), 20(1): structured, commonly used, machine-readable).

Pure but for names of the controller, the catalogue and the typesetter. The same facts give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.declare import law
from zegel.server.exports import documents
from zegel.server.kernel import clock
from zegel.server.people import queries as people
from zegel.server.registers import words as declared
from zegel.server.requests import carrying, searching, words
from zegel.server.requests.models import Case
from zegel.server.requests.rules import ARTICLES, GROUND_ARTICLES, AboutWhat, Ground, Outcome, Right
from zegel.server.sites.models import Site

FORMAT = "zegel/answer/1"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # what a zip has for no time


def digest(package: bytes) -> bytes:
    return hashlib.sha256(package).digest()


def package(case: Case, found: searching.Found, erased: carrying.Preview | None) -> bytes:
    """answer.pdf, answer.json, data/<kind>.json. Within the controller's party or his processor's."""
    with override(case.language):
        told = _told(case, found, erased)
        files = {"answer.pdf": documents.pdf(_template(), told, case.language), "answer.json": _json(_machine(told))}
        files |= {f"data/{kind}.json": _json(rows) for kind, rows in _by_kind(found).items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def letter_of(package: bytes) -> bytes:
    """What a person reads of it."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read("answer.pdf")


def _template() -> Path:
    with resources.as_file(resources.files("zegel.server.requests") / "documents" / "answer.typ") as path:
        return Path(path)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _by_kind(found: searching.Found) -> dict[str, Any]:
    """Of each kind its rows, each field with why it is there and what goes out of it."""
    kinds: dict[str, dict[str, dict[str, Any]]] = {}
    for one in found.fields:
        row = kinds.setdefault(one.field.model.lower().replace(".", "-"), {}).setdefault(one.field.key, {})
        row[one.field.name] = _said(one)
    return {
        kind: {"format": FORMAT, "kind": kind, "rows": [{"id": key, "fields": row} for key, row in rows.items()]}
        for kind, rows in kinds.items()
    }


def _said(one: searching.Reviewed) -> dict[str, Any]:
    it = one.field.declaration
    value = one.goes_out
    state = "described" if one.field.value is None else "withheld" if value is None else one.verdict
    return {
        "value": value, "state": str(state), "category": it.category.value, "purpose": it.purpose.value,
        "legal_basis": it.basis.value, "recipients": [who.value for who in it.recipients], "term": it.term.value,
        "term_starts": it.starts.value,
    }  # fmt: skip


# --- what the letter says ---


def _told(case: Case, found: searching.Found, erased: carrying.Preview | None) -> dict[str, Any]:
    owner = people.party(case.owner_id, seen_by=case.owner_id)
    controller = "" if owner is None else owner.name
    country = "" if owner is None else owner.country
    now = clock.now()
    return {
        "title": _("Answer to your request %(number)s") % {"number": case.number},
        "number": case.number, "controller": controller, "name": case.name,
        "received": _day(case.received_at), "answered": _day(now), "due": _day(case.due_at),
        "asked": [{"words": str(words.RIGHTS[right]), "article": ARTICLES[right]} for right in _rights(case)],
        "outcome": str(words.OUTCOMES[Outcome(case.outcome)]), "outcome_code": case.outcome,
        "ground": _ground(case), "words": case.outcome_words, "where": _where(case),
        "recordings": [_recording(case, one) for one in found.recordings],
        "rows": list(_rows(found)), "erased": [] if erased is None else [_fate(line) for line in erased.lines],
        "deeds": words.deeds_of(case),
        "rights": str(words.YOUR_RIGHTS), "complain": _authority(country), "labels": words.labels(controller, case),
    }  # fmt: skip


def _machine(told: dict[str, Any]) -> dict[str, Any]:
    """The same for a program, without the letter's labels."""
    left_out = {"labels", "title"}
    return {"format": FORMAT, **{key: value for key, value in told.items() if key not in left_out}}


def _rights(case: Case) -> list[Right]:
    return [Right(right) for right in case.rights]


def _ground(case: Case) -> dict[str, str] | None:
    if not case.ground:
        return None
    ground = Ground(case.ground)
    return {"words": str(words.GROUNDS[ground]), "article": GROUND_ARTICLES[ground]}


def _where(case: Case) -> str:
    if case.about != AboutWhat.FOOTAGE or case.from_at is None or case.to_at is None:
        return ""
    site = _site(case)
    zone = ZoneInfo("UTC" if site is None else site.tz)
    first, last = case.from_at.astimezone(zone), case.to_at.astimezone(zone)
    return f"{'' if site is None else site.name}, {first:%Y-%m-%d %H:%M} – {last:%H:%M}"


def _site(case: Case) -> Site | None:
    return None if case.site_id is None else Site.objects.filter(id=case.site_id).first()


def _recording(case: Case, one: searching.Recording) -> dict[str, Any]:
    site = _site(case)
    zone = ZoneInfo("UTC" if site is None else site.tz)
    first, last = (clock.moment(at).astimezone(zone) for at in (one.from_ms, one.to_ms))
    return {"camera": f"{one.unit}, {one.camera}", "from": f"{first:%H:%M:%S}", "to": f"{last:%H:%M:%S}",
            "seconds": one.seconds}  # fmt: skip


def _rows(found: searching.Found) -> Iterable[dict[str, Any]]:
    """By kind of row; what was withheld is said to be, with nothing of it."""
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in found.fields:
        it = one.field.declaration
        value = one.goes_out
        shown = value if value is not None else words.hidden(one.field.value is None)
        kinds.setdefault((one.field.model, one.field.key), []).append(
            {
                "field": it.field.replace("_", " "), "value": shown, "given": value is not None,
                "purpose": declared.word(it.purpose), "basis": declared.word(it.basis),
                "recipients": ", ".join(declared.word(who) for who in it.recipients),
                "category": declared.word(it.category),
            }
        )  # fmt: skip
    for (model, _key), fields in kinds.items():
        yield {"kind": words.model_name(model), "fields": fields}


def _fate(line: carrying.Line) -> dict[str, Any]:
    return {"kind": words.model_name(line.model), "fate": str(words.FATES[line.fate]), "count": line.count}


def _authority(country: str) -> str:
    found = law.authority(country) if country else None
    return "" if found is None else f"{found.name} ({found.site})"


def _day(moment: Any) -> str:
    return f"{moment:%Y-%m-%d}"
