# SPDX-License-Identifier: EUPL-1.2
"""Signs and notices of a site: what they say, what is missing, a picture of it, the file to print, and the tick."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from zegel.server.agreements import actions as agreements
from zegel.server.agreements import texts
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.exports import actions as exports
from zegel.server.gate import Action, decide, require
from zegel.server.kernel import tenancy
from zegel.server.people import queries as people
from zegel.server.sites import notice, queries
from zegel.server.sites.signs.sheet import Size

router = Router(tags=["signs"])
errors.status("sign_incomplete", 409)

Languages = Annotated[str, Query(max_length=20, pattern=r"^[a-z]{2}(,[a-z]{2}){0,3}$")]


@router.get("/sites/{site_id}/sign")
def sign(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """What the sign and the notice say now, what is missing, and which signs hang."""
    actor = acting(request)
    site, found = notice.read(actor, site_id)
    with tenancy.acting_as(actor.party_id, actor.id):
        hung = notice.hung_signs(site.id)
    names = people.person_names({row.by for row in hung})
    return {
        "controller": found.controller, "email": found.email, "phone": found.phone, "country": found.country,
        "purposes": [str(texts.PURPOSES.get(code, words)) for code, words in found.purposes],
        "languages": list(found.languages), "days": found.terms.surveillance_days, "missing": list(found.missing),
        "address": found.address,
        "sizes": [_size(size) for size in Size],
        "hung": [
            {"at_ms": round(row.hung_at.timestamp() * 1000), "by": names.get(row.by, ""),
             "down_ms": None if row.taken_down_at is None else round(row.taken_down_at.timestamp() * 1000)}
            for row in hung
        ],
        "may": {
            "tick": decide(actor, Action.RECORD, notice.resource(site)).allowed,
            "print": decide(actor, Action.EXPORT, notice.resource(site)).allowed,
        },
    }  # fmt: skip


def _size(size: Size) -> dict[str, Any]:
    width, height = size.millimetres
    return {"size": size.value, "width_mm": width, "height_mm": height}


@router.get("/sites/{site_id}/sign/picture")
def picture(request: HttpRequest, site_id: UUID, size: Size, languages: Languages) -> HttpResponse:
    """How it will look, too coarse to print."""
    data = notice.preview(acting(request), site_id, size, languages.split(","))
    response = HttpResponse(data, content_type="image/png")
    response["Cache-Control"] = "no-store"
    return response


@router.post("/sites/{site_id}/sign/file")
def file(request: HttpRequest, site_id: UUID, size: Size, languages: Languages) -> HttpResponse:
    """The PDF to print; that it was taken is in the log."""
    sent = notice.print_sign(acting(request), site_id, size, languages.split(","))
    return exports.answer(sent)


@router.post("/sites/{site_id}/sign/hung")
def hung(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """Somebody says that the signs hang, before every way in. No photo is asked for: it would show who walks by."""
    actor = acting(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        site = queries.get_site(site_id)
    require(actor, Action.RECORD, notice.resource(site))
    assert actor.id is not None
    agreements.hang_sign(actor, site.owner_id, site.provider_id, site.id, actor.id)
    return sign(request, site_id)


@router.post("/sites/{site_id}/sign/down")
def down(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """Somebody says that the sign hangs no longer. Nothing arms there until one hangs again."""
    actor = acting(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        site = queries.get_site(site_id)
    require(actor, Action.RECORD, notice.resource(site))
    assert actor.id is not None
    agreements.take_down_sign(actor, site.owner_id, site.id, actor.id)
    return sign(request, site_id)
