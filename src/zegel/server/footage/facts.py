# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know about images. Asked as the actor's party: what it may not see does not hold."""

from __future__ import annotations

from uuid import UUID

from zegel.server.footage import guardpictures, holds, live_switch, queries
from zegel.server.footage.mailpictures import CENTRE_MAY_LOOK
from zegel.server.footage.models import MailPicture, Window
from zegel.server.footage.rules import GrantPurpose, Track
from zegel.server.gate import Resource, fact
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.sites.models import Site


def _window(actor: Actor, resource: Resource) -> Window | None:
    alarm_id = resource.of.get("alarm")
    if alarm_id is None:
        return None
    with tenancy.acting_as(actor.party_id, actor.id):
        return queries.window_of(alarm_id)


@fact("window_open")
def window_open(actor: Actor, resource: Resource) -> bool:
    """The alarm's window was opened, not ended, and is not past its time."""
    return queries.is_open(_window(actor, resource))


@fact("hold_over")
def hold_over(actor: Actor, resource: Resource) -> bool:
    """The time in which the customer can recall before anybody looks is over, or there was none."""
    window = _window(actor, resource)
    return window is not None and not queries.is_held(window)


@fact("window_ended")
def window_ended(actor: Actor, resource: Resource) -> bool:
    """There was a window, and it is over."""
    window = _window(actor, resource)
    return window is not None and not queries.is_open(window)


@fact("reopening_open")
def reopening_open(actor: Actor, resource: Resource) -> bool:
    """The alarm's images were reopened by the party that asks, and the time for it is not over."""
    alarm_id = resource.of.get("alarm")
    if alarm_id is None or actor.party_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        found = queries.running_reopening(alarm_id)
        return found is not None and found.arc_party_id == actor.party_id


@fact("camera_of_owner")
def camera_of_owner(actor: Actor, resource: Resource) -> bool:
    """The camera is one of the alarm's, and both are the owner's."""
    window = _window(actor, resource)
    return window is not None and resource.id in window.camera_ids and window.owner_id == resource.owner_id


@fact("not_in_open_alarm")
def not_in_open_alarm(actor: Actor, resource: Resource) -> bool:
    """Nothing of that track's time is what an alarm shows whose window is open, or reopened."""
    if not isinstance(resource.id, UUID):
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        return not queries.shown_by_alarms(resource.id, resource.span_ms, resource.track)


@fact("not_on_hold")
def not_on_hold(actor: Actor, resource: Resource) -> bool:
    """No room holds anything of that track's time."""
    if not isinstance(resource.id, UUID):
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        return not holds.held(resource.id, resource.span_ms, resource.track)


@fact("release_exists")
def release_exists(actor: Actor, resource: Resource) -> bool:
    """The unit released images of this alarm to the party that asks, and they were not forgotten since."""
    alarm_id = resource.of.get("alarm")
    if alarm_id is None or actor.party_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        return queries.released_to(alarm_id, actor.party_id)


@fact("mail_picture_of_alarm")
def mail_picture_of_alarm(actor: Actor, resource: Resource) -> bool:
    """The picture came with the mail that made the alarm, not long ago, and was sealed to the party that asks."""
    alarm_id = resource.of.get("alarm")
    if alarm_id is None or actor.party_id is None or not isinstance(resource.id, UUID):
        return False
    newest_ms = clock.now_ms() - round(CENTRE_MAY_LOOK.total_seconds() * 1000)
    with tenancy.acting_as(actor.party_id, actor.id):
        found = MailPicture.objects.filter(id=resource.id, alarm_id=alarm_id, arc_party_id=actor.party_id)
        return found.filter(received_ms__gte=newest_ms).exists()


@fact("arc_live_on")
def arc_live_on(actor: Actor, resource: Resource) -> bool:
    """The alarm centres' live view is switched on today for the profile of the site (S8)."""
    site_id = resource.of.get("site")
    if site_id is None or actor.party_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        profile = Site.objects.filter(id=site_id).values_list("profile", flat=True).first()
    return profile is not None and live_switch.is_on(profile, clock.now().date())


@fact("guard_pictures_allowed")
def guard_pictures_allowed(actor: Actor, resource: Resource) -> bool:
    """The owner lets a guard who is sent to the site be shown pictures of the alarm, now."""
    site_id = resource.of.get("site")
    if site_id is None or actor.party_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        found = guardpictures.sight_of(site_id)
        return found is not None and found.owner_id == resource.owner_id


@fact("guard_pictures_left")
def guard_pictures_left(actor: Actor, resource: Resource) -> bool:
    """The errand has had fewer pictures than one errand may have."""
    dispatch_id = resource.of.get("errand")
    if dispatch_id is None or actor.party_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        return guardpictures.left(dispatch_id) > 0


@fact("grant_covers")
def grant_covers(actor: Actor, resource: Resource) -> bool:
    """The owner granted the camera's live picture to the party that asks, for maintenance, and it has not ended."""
    if actor.party_id is None or not isinstance(resource.id, UUID):
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        found = queries.grants_for(resource.id, Track.LIVE, actor.party_id, GrantPurpose.MAINTENANCE)
        return any(row.owner_id == resource.owner_id for row in found)
