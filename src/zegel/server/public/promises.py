# SPDX-License-Identifier: EUPL-1.2
"""The promises and the privacy statement, for everybody: as pages in four languages, as data, as a badge and a feed.

They set no cookie and need none, run no script and ask nothing of any other address. What they show is read at each
request from what the monitor wrote down; nothing here tries anything. A customer's own promises and statement are shown
under his party's identifier, which nobody guesses; a household's name is not told.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zegel.server.exports import documents
from zegel.server.exports.middleware import for_everybody
from zegel.server.kernel import clock
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.kernel.middleware import WITHOUT_SCRIPT
from zegel.server.ledger import queries as ledger
from zegel.server.ledger.errors import LedgerError
from zegel.server.people.queries import as_party
from zegel.server.promises import queries, shipped, statement, words
from zegel.server.promises.catalogue import document, filled, promises
from zegel.server.promises.queries import Line, Subject
from zegel.server.promises.rules import Result, State, Why
from zegel.server.public import statement_pdf

LANGUAGES = dict(settings.LANGUAGES)
COLOURS = {State.KEPT: "#1f7a4d", State.BROKEN: "#c42b24", State.STALE: "#8f6200", State.UNPROVEN: "#8f6200"}
DRIVEN = "C4"  # the promise that a browser proves better than requests can
A_MINUTE = "public, max-age=60"
_reading = Buckets(Rate(per_s=3, burst=90))


class NotThere(Exception):
    """Nobody's promises, or nothing of that name."""


class TooOften(Exception):
    """Somebody reads faster than anybody can."""


@dataclass(frozen=True)
class Reader:
    """Whose promises are asked for, and in which language."""

    whose: Subject
    language: str
    profiles: tuple[str, ...]

    @property
    def of(self) -> str:
        """What keeps links on the same party."""
        said = {"lang": self.language}
        if not self.whose.is_provider or len(queries.providers()) > 1:
            said["of"] = str(self.whose.party_id)
        return urlencode(said)

    @property
    def name(self) -> str:
        return _("A household") if self.whose.household else self.whose.name

    def lines(self) -> list[Line]:
        names, figures = queries.names_of(self.profiles), queries.figures_for(self.whose, self.profiles)
        return queries.lines(self.whose.provider_id, names, figures)


def _reader(request: HttpRequest) -> Reader:
    """Raises NotThere, TooOften."""
    if not _reading.allows(source_of(request.META.get("REMOTE_ADDR", ""))):
        raise TooOften
    language = request.GET.get("lang", "")
    chosen = language if language in LANGUAGES else (translation.get_language() or "en")[:2]
    chosen = chosen if chosen in LANGUAGES else "en"
    translation.activate(chosen)
    whose = queries.subject(_asked(request))
    if whose is None:
        raise NotThere
    profile = request.GET.get("profile", "")
    return Reader(whose, chosen, (profile,) if profile in whose.profiles else whose.profiles)


def _asked(request: HttpRequest) -> UUID:
    try:
        said = request.GET.get("of", "")
        if said:
            return UUID(said)
        found = queries.providers()
    except ValueError:
        raise NotThere from None
    if not found:
        raise NotThere
    return found[0]


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context |= {"languages": settings.LANGUAGES, "now": translation.get_language(), "query": _without_language(request)}
    response = render(request, f"public/{name}.html", context, status=status)
    response["Content-Security-Policy"] = WITHOUT_SCRIPT
    response["Referrer-Policy"] = "no-referrer"
    return response


def _without_language(request: HttpRequest) -> str:
    """The rest of the address, for links to the same page in another language."""
    kept = [(name, value) for name, value in request.GET.items() if name != "lang"]
    return ("&" + urlencode(kept)) if kept else ""


def _nothing(request: HttpRequest, problem: Exception) -> HttpResponse:
    view, status = ("wait", 429) if isinstance(problem, TooOften) else ("none", 404)
    return _page(request, "promises", {"view": view}, status)


# --- the promises -----------------------------------------------------------------------------------------------------


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    try:
        reader = _reader(request)
    except (NotThere, TooOften) as problem:
        return _nothing(request, problem)
    lines = reader.lines()
    counts, at = queries.counts(lines), queries.checked_at(lines)
    shown = sorted((_shown(line, reader.language) for line in lines), key=lambda one: _ORDER[one["state"]])
    others = [_provider(one) for one in queries.providers()] if reader.whose.is_provider else []
    return _page(request, "promises", {
        "view": "promises", "reader": reader, "lines": shown, "counts": counts, "rest": _rest(counts),
        "checked": _("Checked %(ago)s ago") % {"ago": _ago(at)} if at else _("Not checked yet"),
        "others": others if len(others) > 1 else [],
        "profiles": reader.whose.profiles if len(reader.whose.profiles) > 1 else (), "vkey": _vkey(),
        "changes": [_change(row, reader.language) for row in queries.changes(reader.whose.provider_id, limit=8)],
    })  # fmt: skip


_ORDER = {"broken": 0, "stale": 1, "kept": 2, "unproven": 3}


def _ago(at: datetime) -> str:
    return timesince(at, clock.now()).split(",")[0]


def _provider(party_id: UUID) -> dict[str, str]:
    whose = queries.subject(party_id)
    return {"id": str(party_id), "name": whose.name if whose else ""}


def _rest(counts: queries.Counts) -> list[str]:
    said = ((counts.broken, State.BROKEN), (counts.stale, State.STALE), (counts.unproven, State.UNPROVEN))
    return [f"{n} {words.STATES[state]}" for n, state in said if n]


def _vkey() -> str:
    return ledger.verifier_key()


def _shown(line: Line, language: str) -> dict[str, Any]:
    read = document(line.promise)
    reason = Why.OLD if line.state is State.STALE else line.result.why
    return {
        "id": line.promise.id, "state": line.state.value, "word": words.STATES[line.state],
        "text": filled(line.promise.text[language], line.parameters),
        "how": filled(line.promise.how[language], line.parameters),
        "found": words.found(line.result) if reason is not Why.OLD else str(words.REASONS[Why.OLD]),
        "at": line.at, "when": _when(line.at), "evidence": line.evidence_id,
        "every": words.EVERY[line.every] if line.every else "", "document": read.name if read else "",
        "days": [day.value if day else "" for day in line.days] if any(line.days) else [],
    }  # fmt: skip


def _when(at: datetime | None) -> str:
    return date_format(at, "j F Y H:i") + " UTC" if at else ""


def _change(row: Any, language: str) -> dict[str, Any]:
    promise = promises()[row.promise]
    figures = queries.figures_of(("site-nl",))[row.promise]
    return {
        "id": row.promise, "at": _when(row.at), "iso": row.at.isoformat(), "state": row.after,
        "text": filled(promise.text[language], figures), "before": words.STATES[State(row.before)],
        "after": words.STATES[State(row.after)],
    }  # fmt: skip


def _driven() -> dict[str, Any]:
    """What a real browser found when the version was built, beside what is tried here (C4)."""
    found = shipped.driven()
    return {
        "words": words.DRIVEN[found.standing], "holds": found.standing is shipped.Standing.HOLDS, "found": found,
        "when": _when(found.at),
    }  # fmt: skip


@require_safe
def driven(request: HttpRequest) -> HttpResponse:
    """The signed file: a note (C2SP) that anybody verifies with the release's key."""
    note = shipped.text()
    if not note:
        return _nothing(request, NotThere())
    return _open(HttpResponse(note, content_type="text/plain; charset=utf-8"))


@require_safe
def history(request: HttpRequest, promise: str) -> HttpResponse:
    """What was found of one promise, the newest first, each with its evidence."""
    try:
        reader = _reader(request)
        if promise not in promises():
            raise NotThere
    except (NotThere, TooOften) as problem:
        return _nothing(request, problem)
    line = queries.lines(reader.whose.provider_id, {promise}, queries.figures_for(reader.whose, reader.profiles))[0]
    rows = queries.history(reader.whose.provider_id, promise)
    return _page(request, "promise", {
        "driven": _driven() if promise == DRIVEN else None, "reader": reader, "line": _shown(line, reader.language),
        "rows": [
            {"id": row.id, "when": _when(row.at), "state": row.state, "word": words.STATES[State(row.state)],
             "found": words.found(Result(State(row.state), row.tried, row.failed, Why(row.why))), "which": row.which}
            for row in rows
        ],
    })  # fmt: skip


# --- for programs -----------------------------------------------------------------------------------------------------


def _open(response: HttpResponse) -> HttpResponse:
    """Anybody's page may read it."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = A_MINUTE
    response["Content-Security-Policy"] = WITHOUT_SCRIPT
    return response


def _refused(problem: Exception) -> HttpResponse:
    status = 429 if isinstance(problem, TooOften) else 404
    return _open(JsonResponse({"error": "too_often" if status == 429 else "none"}, status=status))


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Every promise with its state, as JSON."""
    try:
        reader = _reader(request)
    except (NotThere, TooOften) as problem:
        return _refused(problem)
    lines = reader.lines()
    counts = queries.counts(lines)
    return _open(JsonResponse({
        "name": reader.name, "party": str(reader.whose.party_id), "profiles": list(reader.profiles), "log": _vkey(),
        "kept": counts.kept, "broken": counts.broken, "stale": counts.stale, "unproven": counts.unproven,
        "promises": [
            {"id": line.promise.id, "version": line.promise.version, "state": line.state.value,
             "why": line.result.why.value, "tried": line.result.tried, "failed": line.result.failed,
             "at": line.at.isoformat() if line.at else None, "evidence": str(line.evidence_id or "") or None,
             "parameters": dict(line.parameters),
             "text": {lang: filled(text, line.parameters) for lang, text in line.promise.text.items()}}
            for line in lines
        ],
    }))  # fmt: skip


@require_safe
def evidence(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """One result as it was signed, and the receipt of its round: verified with the log's key and nothing else."""
    try:
        reader = _reader(request)
        row = queries.evidence(reader.whose.provider_id, evidence_id)
        if row is None:
            raise NotThere
    except (NotThere, TooOften) as problem:
        return _refused(problem)
    answer = _open(JsonResponse({
        "promise": row.promise, "text": dict(promises()[row.promise].text), "how": dict(promises()[row.promise].how),
        "state": row.state, "why": row.why, "tried": row.tried, "failed": row.failed, "which": row.which,
        "at": row.at.isoformat(), "envelope": base64.b64encode(bytes(row.envelope)).decode(), "log": _vkey(),
        "run": {"id": str(row.run_id), "digest": bytes(row.run.digest).hex(), "entry": row.run.index,
                "receipt": _receipt(reader.whose.provider_id, row.run.index)},
    }, json_dumps_params={"indent": 1}))  # fmt: skip
    answer["Content-Disposition"] = f'attachment; filename="{row.promise}-{row.at:%Y%m%d-%H%M}.json"'
    return for_everybody(answer)


def _receipt(provider_id: UUID, index: int | None) -> str:
    if index is None:
        return ""
    try:
        with as_party(provider_id):
            return ledger.receipt(index)
    except LedgerError:
        return ""


BADGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {value}">'
    '<title>{label}: {value}</title><rect width="{width}" height="20" rx="4" fill="#33404d"/>'
    '<rect x="{left}" width="{right}" height="20" rx="4" fill="{colour}"/><rect x="{left}" width="6" height="20" '
    'fill="{colour}"/><g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
    '<text x="{middle}" y="14">{label}</text><text x="{end}" y="14">{value}</text></g></svg>'
)


@require_safe
def badge(request: HttpRequest) -> HttpResponse:
    """How many are kept, for other pages. Green only while none is broken."""
    try:
        reader = _reader(request)
    except (NotThere, TooOften) as problem:
        return _refused(problem)
    counts = queries.counts(reader.lines())
    worst = State.BROKEN if counts.broken else State.STALE if counts.stale else State.KEPT
    label, value = _("promises kept"), f"{counts.kept} / {counts.all}"
    if counts.broken:
        value = f"{counts.broken} {words.STATES[State.BROKEN]}"
    left, right = 16 + 7 * len(label), 16 + 7 * len(value)
    svg = BADGE.format(
        width=left + right, left=left, right=right, middle=left / 2, end=left + right / 2, colour=COLOURS[worst],
        label=escape(label), value=escape(value),
    )  # fmt: skip
    return _open(HttpResponse(svg, content_type="image/svg+xml"))


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Each change of a promise's state (Atom, RFC 4287)."""
    try:
        reader = _reader(request)
    except (NotThere, TooOften) as problem:
        return _refused(problem)
    rows = queries.changes(reader.whose.provider_id, queries.names_of(reader.profiles))
    home = f"{settings.ORIGIN}/promises?{reader.of}"
    entries = "".join(_entry(row, reader.language, home) for row in rows)
    updated = (rows[0].at if rows else clock.now()).isoformat()
    title = _("The promises of %(name)s") % {"name": reader.name}
    xml = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{reader.language}">'
        f"<id>urn:uuid:{reader.whose.party_id}</id><title>{escape(title)}</title><updated>{updated}</updated>"
        f'<author><name>{escape(reader.name)}</name></author><link rel="alternate" href="{escape(home)}"/>'
        f"{entries}</feed>\n"
    )
    return _open(HttpResponse(xml, content_type="application/atom+xml; charset=utf-8"))


def _entry(row: Any, language: str, home: str) -> str:
    said = _change(row, language)
    title = f"{row.promise}: {said['after']}"
    return (
        f"<entry><id>urn:uuid:{row.id}</id><title>{escape(title)}</title><updated>{said['iso']}</updated>"
        f'<link href="{escape(home)}#{row.promise}"/><summary>{escape(said["text"])}</summary></entry>'
    )


# --- the statement ----------------------------------------------------------------------------------------------------


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy statement: each sentence with its promise's state today. `version`: an older one, without states."""
    try:
        reader = _reader(request)
        row = _version(reader, request.GET.get("version", ""))
    except (NotThere, TooOften) as problem:
        return _nothing(request, problem)
    if row is None:
        return _page(request, "statement", {"view": "none", "reader": reader}, 404)
    elsewhere = row.content.get("elsewhere", "")
    versions = statement.versions(reader.whose.party_id)
    return _page(request, "statement", {
        "view": "statement", "reader": reader, "row": row, "elsewhere": elsewhere,
        "made": _("Version %(number)d, %(day)s") % {"number": row.number, "day": _when(row.made_at)},
        "newest": versions[0].number == row.number, "versions": [(one.number, _when(one.made_at)) for one in versions],
        "sections": _sections(row.content, reader), "contact": row.content.get("contact"),
        "authority": row.content.get("authority"), "before": row.number - 1,
    })  # fmt: skip


def _version(reader: Reader, said: str) -> Any:
    if not said:
        return statement.newest(reader.whose.party_id)
    if not said.isdigit() or len(said) > 6:
        raise NotThere
    found = statement.version(reader.whose.party_id, int(said))
    if found is None:
        raise NotThere
    return found


def _sections(content: Mapping[str, Any], reader: Reader) -> list[dict[str, Any]]:
    said = {line["promise"] for section in content["sections"] for line in section["lines"] if line["promise"]}
    lines = queries.lines(reader.whose.provider_id, said, queries.figures_for(reader.whose))
    states = {line.promise.id: line for line in lines}
    return [
        {"id": section["id"], "title": section["title"][reader.language],
         "lines": [_sentence(line, states, reader.language) for line in section["lines"]]}
        for section in content["sections"]
    ]  # fmt: skip


def _sentence(line: Mapping[str, Any], states: Mapping[str, Line], language: str) -> dict[str, Any]:
    known = states.get(line["promise"] or "")
    return {
        "text": line["text"][language], "promise": line["promise"], "state": known.state.value if known else "",
        "word": words.STATES[known.state] if known else "", "found": words.found(known.result) if known else "",
        "when": _when(known.at) if known else "",
    }  # fmt: skip


@require_safe
def difference(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """What one version says that another did not."""
    try:
        reader = _reader(request)
        before, after = (statement.version(reader.whose.party_id, number) for number in (old, new))
        if before is None or after is None:
            raise NotThere
    except (NotThere, TooOften) as problem:
        return _nothing(request, problem)
    changed = statement.difference(before, after, reader.language)
    return _page(request, "statement_difference", {
        "reader": reader, "changed": changed,
        "title": _("From version %(old)d to version %(new)d") % {"old": old, "new": new},
        "made": (_when(before.made_at), _when(after.made_at)),
    })  # fmt: skip


@require_safe
def pdf(request: HttpRequest) -> HttpResponse:
    """The statement as a file. It is public: who takes it is not written down, and nothing of anybody is in it."""
    try:
        reader = _reader(request)
        row = _version(reader, request.GET.get("version", ""))
        if row is None:
            raise NotThere
    except (NotThere, TooOften) as problem:
        return _refused(problem)
    said = statement_pdf.said(row, reader.name, _sections(row.content, reader), reader.language)
    file = documents.pdf(statement_pdf.TEMPLATE, said, reader.language)
    answer = HttpResponse(file, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="privacy-{row.number}-{reader.language}.pdf"'
    answer["Cache-Control"] = A_MINUTE
    return for_everybody(answer)


@require_safe
def statement_data(request: HttpRequest) -> HttpResponse:
    """The statement in four languages, as JSON."""
    try:
        reader = _reader(request)
        row = _version(reader, request.GET.get("version", ""))
        if row is None:
            raise NotThere
    except (NotThere, TooOften) as problem:
        return _refused(problem)
    content = dict(row.content)
    if reader.whose.household:
        content["name"] = ""
    said = {"number": row.number, "made_at": row.made_at.isoformat(), "sha256": bytes(row.hash).hex()}
    said |= {"statement": content}
    return _open(HttpResponse(json.dumps(said, ensure_ascii=False), content_type="application/json"))
