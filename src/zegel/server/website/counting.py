# SPDX-License-Identifier: EUPL-1.2
"""How often a page was shown on a day. Nothing of whoever looked is kept, not for a moment: no address, no cookie, no
fingerprint, no time of day. A visit is a page that was come to from outside the site, which the browser says itself."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from zegel.server.gate import Action, require
from zegel.server.kernel import clock, ids, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.website import sites
from zegel.server.website.models import PageCount, Website

_COUNT = """
INSERT INTO website_pagecount (id, provider_id, owner_id, day, page, language, views, visits)
VALUES (%s, %s, %s, %s, %s, %s, 1, %s)
ON CONFLICT (owner_id, day, page, language)
DO UPDATE SET views = website_pagecount.views + 1, visits = website_pagecount.visits + excluded.visits
"""


def shown(site: Website, page: str, language: str, came_from: str) -> None:
    """Counts one view. `came_from`: the Referer that the browser sent, looked at and dropped."""
    if not site.counts:
        return
    visit = urlsplit(came_from).netloc != urlsplit(settings.ORIGIN).netloc
    with tenancy.acting_as(site.owner_id), connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            [ids.new(), site.provider_id, site.owner_id, clock.now().date(), page, language, int(visit)],
        )


def figures(actor: Actor, days: int) -> dict[str, list[dict[str, object]]]:
    """Views and visits of so many days, by day and by page. Raises Denied."""
    require(actor, Action.READ, sites.resource(actor.party_id))
    assert actor.party_id is not None
    since = clock.now().date() - timedelta(days=days - 1)
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = PageCount.objects.filter(owner_id=actor.party_id, day__gte=since)
        by_day = {row["day"]: row for row in rows.values("day").annotate(views=Sum("views"), visits=Sum("visits"))}
        by_page = list(
            rows.values("page").annotate(views=Sum("views"), visits=Sum("visits")).order_by("-views", "page")
        )
    dates = [since + timedelta(days=number) for number in range(days)]
    return {
        "days": [
            {"day": day.isoformat(), "views": by_day.get(day, {}).get("views", 0),
             "visits": by_day.get(day, {}).get("visits", 0)}
            for day in dates
        ],
        "pages": [{"page": row["page"], "views": row["views"], "visits": row["visits"]} for row in by_page],
    }  # fmt: skip


def owners() -> list[UUID]:
    """Everybody who has a site: for the worker that acts for each in turn."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT unnest(website_owners())")
        return [owner for (owner,) in cursor.fetchall()]
