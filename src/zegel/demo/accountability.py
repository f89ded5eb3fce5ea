# SPDX-License-Identifier: EUPL-1.2
"""What lies on the privacy officer's desk when a visitor comes: whom to ask, a policy and terms, an instruction,
reviews with a finding, an audit that a customer asked for, requests, a breach that runs and one that was none, an
incident with an order. All through the pages' own addresses; the people in it are made up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from zegel.client.person import Client, Http
from zegel.demo.scene import Installation
from zegel.demo.world import WORLD
from zegel.unit import clock

_DAY_MS = 24 * 3600 * 1000


def furnish(place: Installation, camera_id: UUID) -> None:
    """Once: what is there already stays as it is."""
    officer, owner = place.client("privacy"), place.client("owner")
    if officer.http.get("/api/v1/breaches")["breaches"]:
        return
    _contact(officer)
    _books(officer, owner)
    _reviews(officer, owner)
    _requests(officer, owner)
    _breaches(officer, place.client("technician"))
    _incident(owner, camera_id)
    take_away(officer.http, owner.http)


def take_away(officer: Http, owner: Http) -> None:
    """Files and prints that a working week leaves in the log of use, each taken as its page takes it."""
    officer.raw("POST", "/api/v1/registers/renew", {})
    registers = officer.get("/api/v1/registers")["registers"]
    for form in ("pdf", "xlsx"):
        officer.raw("POST", f"/api/v1/registers/{registers[0]['id']}/file?form={form}", {})
    officer.raw("POST", "/api/v1/requests/register", {})
    officer.raw("GET", "/api/v1/breaches/register")
    officer.post("/api/v1/exports/printed", {"what": "calendar", "count": 1})
    owner.raw("POST", f"/api/v1/sites/{WORLD.site('yard').id}/sign/file?size=a4&languages=nl,en", {})
    owner.post("/api/v1/exports/printed", {"what": "agreement", "count": 1})


def _ask(who: Client, path: str, **said: Any) -> Any:
    return who.http.post(f"/api/v1{path}", said)


def _contact(officer: Client) -> None:
    words = "We guard places, not people.\n\nWhoever wonders what we know of him may call: who answers can look it up."
    contact = {"name": "Fatima Aziz", "email": "privacy@waak.example", "phone": "+31 15 555 0140", "statement": words}
    officer.http.raw("PUT", "/api/v1/privacy-contact", contact)


def _books(officer: Client, owner: Client) -> None:
    """A policy that its author read herself, terms, what a customer told his processor, and somebody from outside."""
    policy = _ask(
        officer, "/contracts/texts", kind="policy", title="How we handle personal data", version="1", language="en",
        text="Look only for the task in hand.\nTell the privacy officer at once when something went wrong.",
    )  # fmt: skip
    _ask(officer, f"/contracts/texts/{policy['id']}/acknowledge")
    _ask(
        officer, "/contracts/texts", kind="general_terms", title="General terms", version="2026", language="en",
        text="1. We guard what you ask us to guard.\n2. Your recordings are yours.",
    )  # fmt: skip
    _ask(owner, "/contracts/instructions", words="Keep no overview pictures of the neighbour's gate: mask it.")
    now = clock.wall_ms()
    _ask(
        officer, "/contracts/outsiders", name="Ruud Kolk", organisation="Kolk Systeembeheer",
        task="manages the servers, under a service contract", signed_ms=now - 300 * _DAY_MS,
        expires_ms=now + 65 * _DAY_MS,
    )  # fmt: skip


def _reviews(officer: Client, owner: Client) -> None:
    now, someone = clock.wall_ms(), str(WORLD.person("technician").id)
    planned = (
        ("internal", "Who may see what", "Roles and access of everybody who works here", "Fatima Aziz", -20, 6),
        ("external", "Certification visit ISO 27001", "The whole installation", "Keurmerk Nederland", 75, 12),
        ("internal", "Restore of a back-up, watched", "A copy of last month", "Ruben Smit", 12, 3),
    )
    for kind, title, scope, by, days, months in planned:
        said = {"kind": kind, "title": title, "scope": scope, "by": by, "every_months": months}
        found = _ask(officer, "/audits", **said, due_ms=now + days * _DAY_MS)
        if days < 0:
            _held(officer, _of(found, title), someone, now)
    _ask(owner, "/audit-requests", scope="Who looked at the cameras of the harbour yard in the last quarter, and why?")


def _of(found: Any, title: str) -> str:
    return next(str(one["id"]) for one in found["audits"] if one["title"] == title)


def _held(officer: Client, audit_id: str, someone: str, now: int) -> None:
    _ask(
        officer, f"/audits/{audit_id}/findings", weight="minor", person_id=someone, due_ms=now + 14 * _DAY_MS,
        words="A technician who left in spring still stood in the list of keys.",
    )  # fmt: skip
    conclusion = "Roles fit the work. One key was not taken in."
    _ask(officer, f"/audits/{audit_id}/held", held_ms=now - 19 * _DAY_MS, conclusion=conclusion)


def _requests(officer: Client, owner: Client) -> None:
    """A letter from a passer-by about an afternoon at the yard, and one that somebody took back."""
    now, site = clock.wall_ms(), WORLD.site("yard")
    of = {"owner_id": str(WORLD.party(site.owner).id), "language": "en"}
    passed = now - 2 * _DAY_MS
    _ask(
        officer, "/requests", **of, about="footage", rights=["access", "copy"], name="A. Passer-by",
        email="passer-by@example.org", channel="letter", received_ms=now - _DAY_MS, site_id=str(site.id),
        from_ms=passed, to_ms=passed + 1_200_000, look="red raincoat, a bicycle by the hand",
        text="I walked past your fence and want to see what you filmed of me.",
    )  # fmt: skip
    case = _ask(
        officer, "/requests", about="records", rights=["rectification"], language="en", name="B. Visitor",
        email="visitor@example.org", channel="phone", text="My telephone number in your book is an old one.",
    )  # fmt: skip
    _ask(officer, f"/requests/{case['id']}/withdraw", words="He called again: it was another company.")


def _breaches(officer: Client, technician: Client) -> None:
    """One that is being judged while the clocks run, and one that was none."""
    lost = _ask(technician, "/breaches", what="My tablet is gone since the round at Delft. It was locked.")
    person, soon = str(WORLD.person("technician").id), clock.wall_ms() + 7 * _DAY_MS
    _ask(
        officer, f"/breaches/{lost['id']}/assess", categories=["contact"], nature=["confidentiality"],
        models=["plans.Contact"], owners=[str(WORLD.party("dehaan").id)], cause="Left in a van that was not locked",
    )  # fmt: skip
    words = "Take the van's lock into the check before leaving"
    _ask(officer, f"/breaches/{lost['id']}/measures", words=words, person_id=person, due_ms=soon)
    letter = _ask(officer, "/breaches", what="A letter for another firm was in our post this morning.")
    _ask(officer, f"/breaches/{letter['id']}/dismiss", reason="It came back unopened: nobody read it.")


def _incident(owner: Client, camera_id: UUID) -> None:
    """A broken fence that is looked into, and what the police ask for."""
    site, now = WORLD.site("yard"), clock.wall_ms()
    incident = _ask(
        owner, "/incidents", site_id=str(site.id), title="Fence cut at the harbour side",
        reason="Copper was taken at night; the report to the police is being made.",
    )  # fmt: skip
    _ask(
        owner, "/evidence/orders", site_id=str(site.id), authority="Politie, eenheid Den Haag", officer="J. de Wit",
        reference="PL1500-2026-0417", ground="data_demand", article="art. 126nda Sv",
        scope="Images of the harbour side of the yard in the night of the theft", camera_ids=[str(camera_id)],
        from_ms=now - 20 * 3_600_000, to_ms=now - 12 * 3_600_000, received_ms=now - 3_600_000,
        incident_id=str(incident["id"]),
    )  # fmt: skip
