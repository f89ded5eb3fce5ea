# SPDX-License-Identifier: EUPL-1.2
"""How long things are kept: what is past its term is searched for, in rows, in the store, and by what was planted."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import connection

from zegel.declare.vocabulary import Term
from zegel.server.agreements import terms
from zegel.server.footage.models import Cover, Epoch, Part
from zegel.server.footage.rules import SLOT_MS, Track
from zegel.server.kernel import clock, storage
from zegel.server.kernel.storage import NotFound
from zegel.server.promises import canary
from zegel.server.promises.probes.books import rows_of
from zegel.server.promises.probing import MOST_TRIED, Look, probe
from zegel.server.promises.rules import Every, Result, judged
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera

GRACE = timedelta(hours=26)  # the night in which it goes, and two hours
_SAMPLE = 4096
_VIDEO = (b"ftyp", b"moov", b"moof", b"\xff\xd8\xff\xe0", b"\x00\x00\x00\x01g")


def past_their_term(look: Look) -> tuple[int, list[str]]:
    """Epochs of surveillance that are older than their owner's term, unless a hold keeps a part of them."""
    tried, fell = 0, []
    site_of = dict(Camera.objects.filter(owner_id__in=look.customers).values_list("id", "unit__site_id"))
    known = {site.id: site for site in look.sites()}
    held = set(Cover.objects.filter(owner_id__in=look.customers).values_list("epoch_id", flat=True))
    for camera, site_id in site_of.items():
        look.on_time()
        site = known.get(site_id)
        if site is None:
            continue
        days = terms.days_of(site.owner_id, site.profile, Term.SURVEILLANCE_IMAGES)
        oldest_ms = clock.ms(look.now - timedelta(days=days) - GRACE) - 4096 * SLOT_MS
        rows = Epoch.objects.filter(camera_id=camera, track=Track.SURVEILLANCE)
        tried += rows.count()
        old = rows.filter(start_ms__lt=oldest_ms).values_list("id", flat=True)[:MOST_TRIED]
        fell += [str(one) for one in old if one not in held and not _on_hold(one)]
    return tried, fell


def _on_hold(epoch_id: UUID) -> bool:
    """A hold that two people signed keeps a part of it."""
    holds, of = rows_of("lifecycle.Hold"), Epoch.objects.filter(id=epoch_id).first()
    if holds is None or of is None:
        return False
    found = holds.filter(
        camera_id=of.camera_id, track=of.track, signed_at__isnull=False, released_at=None,
        from_ms__lt=of.start_ms + 4096 * SLOT_MS, to_ms__gt=of.start_ms,
    )  # fmt: skip
    return bool(found.exists())


@probe("C13", "S4", every=Every.HOUR)
def images_go_in_time(look: Look) -> Result:
    """Rows past their term, what the verifier found left over, and the recordings that were planted."""
    tried, fell = past_their_term(look)
    left = rows_of("lifecycle.Leftover")
    if left is not None:
        still = left.filter(owner_id__in=[*look.customers, look.provider_id], cleared_at=None)
        fell += [str(one) for one in still.values_list("pk", flat=True)[:MOST_TRIED]]
    planted, found = canary.searched(look.provider_id)
    return judged(tried + planted, fell + found)


@probe("C14")
def overview_goes_with_the_last_unit(look: Look) -> Result:
    """At sites whose last unit left, no overview picture is older than its term allows."""
    tried, fell = 0, []
    for site in look.sites():
        look.on_time()
        cameras = list(Camera.objects.filter(unit__site_id=site.id).values_list("id", flat=True))
        rows = Epoch.objects.filter(camera_id__in=cameras, track=Track.OVERVIEW)
        tried += 1
        left = sites.last_unit_left(site.id)
        days = terms.days_of(site.owner_id, site.profile, Term.OVERVIEW_IMAGES)
        if left is not None and look.now > left + timedelta(days=days) + GRACE and rows.exists():
            fell.append(str(site.id))
    return judged(tried, fell)


@probe("D7", every=Every.HOUR)
def stored_images_are_sealed(look: Look) -> Result:
    """Objects of recordings are searched for anything that plays; their keys for anything that opens them."""
    tried, fell = 0, []
    rows = Part.objects.filter(owner_id__in=look.customers).order_by("-id").values_list("key", "size")[:25]
    for key, size in rows:
        look.on_time()
        try:
            data = storage.store().get_range(key, 0, min(size, _SAMPLE))
        except NotFound:
            continue
        tried += 1
        if any(mark in data for mark in _VIDEO):
            fell.append(key)
    with connection.cursor() as cursor:  # nobody's private half lies in a column that this server could read
        cursor.execute(
            r"SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' "
            r"AND (column_name LIKE '%%private%%' OR column_name LIKE '%%\_sk' OR column_name LIKE '%%secret_key%%')"
        )
        fell += [name for (name,) in cursor.fetchall()]
    return judged(tried, fell)

