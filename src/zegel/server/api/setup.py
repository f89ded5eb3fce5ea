# SPDX-License-Identifier: EUPL-1.2
"""What the screens of setting up need beside the rooms' own operations: sites with their owners' names, the tables of
codes, codes that nobody knew, the figures of a provider, the tests that run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max
from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Router

from zegel.protocols.codes import Table
from zegel.protocols.names import said
from zegel.server.alarms import parameters
from zegel.server.alarms import queries as alarms
from zegel.server.api.base import acting
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.signals.models import Signal
from zegel.server.sites import queries as sites

router = Router(tags=["setup"])

LATELY = 5_000  # signals, counted from the newest: an index finds them, however many there are
MOST_UNKNOWN = 200


@router.get("/setup/sites")
def setup_sites(request: HttpRequest) -> dict[str, Any]:
    """Sites that the acting party may know of, with whose they are."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.UNIT))
    found = sites.sites(actor)
    owners = people.party_names({site.owner_id for site in found}, seen_by=_party(actor))
    return {
        "sites": [
            {
                "id": str(site.id), "name": site.name, "address": site.address, "tz": site.tz, "profile": site.profile,
                "owner_id": str(site.owner_id), "owner": owners.get(site.owner_id, ""),
            }
            for site in found
        ]
    }  # fmt: skip


@router.get("/setup/sites/{site_id}/tests")
def running_tests(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """The tests that run at a site now, for who may start one."""
    actor = acting(request)
    resource = alarms.site_resource(actor, site_id)
    require(actor, Action.TEST, resource)
    with tenancy.acting_as(actor.party_id, actor.id):
        return {"tests": alarms.tests_of(site_id)}


@router.get("/setup/figures")
def figures(request: HttpRequest) -> dict[str, Any]:
    """The acting provider's own figures, where a site has none of its own; with the defaults and limits of each."""
    actor = acting(request)
    require(actor, Action.CHANGE, Resource(ResourceKind.ALARM_SETTINGS, actor.party_id, actor.party_id))
    return {
        "own": alarms.figures_of(actor), "defaults": parameters.shown(parameters.DEFAULTS),
        "limits": {name: list(limits) for name, limits in parameters.LIMITS.items()},
    }  # fmt: skip


@router.get("/setup/receivers")
def receivers(request: HttpRequest) -> dict[str, Any]:
    """Where panels and cameras call: the server's name and the ports of its receivers, null for one that is off. Empty
    where the receivers run on a machine of their own: only who set that up knows its address."""
    require(acting(request), Action.LIST, Resource(ResourceKind.PANEL))
    told = Path(settings.DATA) / "run" / "serve.json"
    ports = json.loads(told.read_text("utf-8")) if told.is_file() else {}
    names = ("dc09_port", "dc09_udp_port", "dc09_tls_port", "smtp_port")
    found = {name.removesuffix("_port"): ports.get(name) for name in names}
    return {"host": urlsplit(settings.ORIGIN).hostname, "ports": found if any(found.values()) else {}}


# --- what codes mean ---


@router.get("/setup/codes")
def table(request: HttpRequest) -> dict[str, Any]:
    """Contact ID's and SIA's tables as they are delivered, in the reader's language. Nobody's data."""
    acting(request)
    language = (get_language() or "en")[:2]
    rows = []
    for codes in (Table.cid(), Table.sia()):
        for code, qualifier in sorted(codes.entries()):
            meaning = codes.lookup(code, qualifier)
            rows.append({
                "protocol": codes.kind, "code": code, "qualifier": qualifier, "name": said(meaning.name, language),
                "english": meaning.name, "phase": meaning.phase.value, "class": meaning.signal_class.value,
                "priority": meaning.priority, "duress": meaning.duress,
            })  # fmt: skip
    return {"codes": rows, "versions": {"cid": Table.cid().version, "sia": Table.sia().version}}


@router.get("/setup/unknown-codes")
def unknown_codes(request: HttpRequest) -> dict[str, Any]:
    """Codes among the newest signals that no table knew: how often, and when last. Nothing of whom they came from, so
    who may say what codes mean may read it too."""
    actor = acting(request)
    wide = decide(actor, Action.LIST, Resource(ResourceKind.CODES, None, actor.party_id)).allowed
    with tenancy.acting_as(actor.party_id, actor.id):
        newest = Signal.objects.order_by("-id").values("id")[:LATELY]
        rows = list(
            Signal.objects.filter(id__in=newest, known=False).exclude(code="").exclude(source="server")
            .values("protocol", "code", "qualifier", "owner_id").annotate(times=Count("id"), last=Max("received_ms"))
            .order_by("-last")[:MOST_UNKNOWN]
        )  # fmt: skip
    owners = {row["owner_id"] for row in rows}
    seen = owners if wide else {one for one in owners if _may_list(actor, one)}
    return {"codes": _together([row for row in rows if row["owner_id"] in seen])}


def _may_list(actor: Actor, owner_id: UUID) -> bool:
    return decide(actor, Action.LIST, Resource(ResourceKind.SIGNAL, None, owner_id)).allowed


def _together(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a code, whosever signals they were."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["protocol"], row["code"], row["qualifier"] or "")
        one = found.setdefault(key, {
            "protocol": key[0], "code": key[1], "qualifier": key[2], "times": 0, "last_ms": row["last"],
        })  # fmt: skip
        one["times"] += row["times"]
        one["last_ms"] = max(one["last_ms"], row["last"])
    return list(found.values())


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None
    return actor.party_id
