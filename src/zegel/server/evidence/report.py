# SPDX-License-Identifier: EUPL-1.2
"""The readable part of a package: what it is, on which order, what is in it by hash, and who had it in hand when.

The server writes it from what it knows and from what the maker of the package says about his files (names, times,
hashes); it has seen none of the pictures. The maker's signature is over this file too, so it says no more than he.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.exports import documents


@dataclass(frozen=True)
class FileSaid:
    """A recording in the package: `statement`: hash of its signed statement; `segments`: how many originals."""

    name: str
    camera: str
    from_ms: int
    to_ms: int
    segments: int
    sha256: bytes
    statement: bytes
    index: int | None


@dataclass(frozen=True)
class Link:
    """One link of the chain of custody."""

    at_ms: int
    what: str
    who: str
    index: int | None


@dataclass(frozen=True)
class Report:
    package: str
    site: str
    zone: str
    owner: str
    recipient: str
    authority: str
    officer: str
    reference: str
    ground: str
    article: str
    scope: str
    made_by: str
    second: str
    log: str
    files: Sequence[FileSaid]
    custody: Sequence[Link]
    ciphertext: bool = False


def pdf(report: Report, language: str) -> bytes:
    with override(language):
        return documents.pdf(_template(), _said(report), language)


def _said(report: Report) -> dict[str, Any]:
    parts = [_about(report), _files(report), _custody(report), _verify(report)]
    return {
        "title": _("Evidence package"), "lead": _lead(report), "parts": parts,
        "footer": _("Package %(number)s") % {"number": report.package},
    }  # fmt: skip


def _lead(report: Report) -> str:
    if report.ciphertext:
        return _(
            "This package holds sealed recordings, the lists that the camera unit signed, and the proofs of the log. "
            "Who hands it over holds no key and has seen none of the pictures: only the owner can open them."
        )
    return _(
        "This package holds recordings as the camera unit sealed them, what the unit signed about that time, and the "
        "proofs of the log. Nothing in it was changed, and what was left out is said."
    )


def _about(report: Report) -> dict[str, Any]:
    ground = " · ".join(part for part in (_grounds().get(report.ground, report.ground), report.article) if part)
    facts = [
        (_("Site"), report.site), (_("Owner"), report.owner), (_("For"), report.recipient),
        (_("Authority"), report.authority), (_("Officer"), report.officer), (_("Reference"), report.reference),
        (_("Ground"), ground), (_("What was asked for"), report.scope), (_("Made by"), report.made_by),
        (_("Agreed by"), report.second), (_("Log"), report.log),
    ]  # fmt: skip
    return {"title": _("What this is"), "facts": [list(fact) for fact in facts if fact[1]]}


def _files(report: Report) -> dict[str, Any]:
    rows = [
        [file.name, file.camera, f"{_at(file.from_ms, report.zone)} – {_clock(file.to_ms, report.zone)}",
         str(file.segments), file.sha256.hex()]
        for file in report.files
    ]  # fmt: skip
    columns = [_("File"), _("Camera"), _("Time (%(zone)s)") % {"zone": report.zone}, _("Originals"), "SHA-256"]
    return {"title": _("Recordings"), "columns": columns, "rows": rows}


def _custody(report: Report) -> dict[str, Any]:
    names = _custody_words()
    rows = [
        [_at(link.at_ms, report.zone), names.get(link.what, link.what), link.who,
         "" if link.index is None else str(link.index)]
        for link in report.custody
    ]  # fmt: skip
    return {
        "title": _("Chain of custody"),
        "columns": [_("When"), _("What"), _("Who"), _("Entry in the log")],
        "rows": rows,
    }


def _verify(report: Report) -> dict[str, Any]:
    lead = _(
        "Open verify.html, which is in the package, in any browser; it needs no network and sends nothing. Or run "
        "'zegel verify-package' on the file. Both check every byte, every signature and every proof."
    )
    if not report.ciphertext:
        lead += " " + _("The code that opens the recordings travels another way than the package.")
    return {"title": _("How to check it"), "lead": lead, "facts": []}


def _grounds() -> dict[str, str]:
    return {
        "seizure": _("order to hand over images"), "court": _("order of a court"),
        "data_demand": _("demand for data in an investigation"), "intelligence": _("demand of a security service"),
        "supervisor": _("order of a supervisory authority"), "own_decision": _("the owner's own decision"),
    }  # fmt: skip


def _custody_words() -> dict[str, str]:
    return {
        "recorded": _("recorded and sealed by the unit"), "listed": _("listed and signed by the unit"),
        "order_received": _("order received"), "order_accepted": _("order accepted"),
        "opened": _("opened, to be copied"),
        "asked": _("package asked for"), "approved": _("package approved by a second person"),
        "exported": _("recording copied and signed"), "packaged": _("package made and signed"),
        "held": _("held as evidence"), "read_sealed": _("sealed recordings read, not opened"),
    }  # fmt: skip


@cache
def _template() -> Path:
    with resources.as_file(resources.files("zegel.server.evidence")) as folder:
        return Path(folder) / "report.typ"


def _zone(name: str) -> Any:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _at(ms: int, zone: str) -> str:
    return datetime.fromtimestamp(ms / 1000, _zone(zone)).strftime("%Y-%m-%d %H:%M:%S")


def _clock(ms: int, zone: str) -> str:
    return datetime.fromtimestamp(ms / 1000, _zone(zone)).strftime("%H:%M:%S")
