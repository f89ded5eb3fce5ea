# SPDX-License-Identifier: EUPL-1.2
"""Cameras that only know e-mail: their addresses, and what their mails become.

- The address is the only thing that says which camera wrote. It holds 128 random bits and only its hash is kept, so a
  lost address is replaced, not looked up.
- A home has none of them (the profile): there the server never sees a picture.
- `take` stores the signal and the sealed pictures before it returns; the readable ones end with it.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from zegel.declare import profiles
from zegel.protocols import mail
from zegel.protocols.events import Event
from zegel.protocols.mail.kept import without_pictures
from zegel.seal.sealedfile import MailPicture
from zegel.server import gate
from zegel.server.footage import mailpictures
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, ids, log, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.signals import intake
from zegel.server.signals.actions import exception_of
from zegel.server.signals.errors import BadPanel, MailCameraRefused, PanelEnded, UnknownMailCamera
from zegel.server.signals.models import MailCamera, PanelState, Source
from zegel.server.sites import queries as sites

PREFIX = "cam-"
TOKEN_BYTES = 16
AGAIN_MS = 10 * 60_000


@dataclass(frozen=True)
class Found:
    """Whose address it is."""

    camera_id: UUID
    owner_id: UUID
    plain_until: datetime | None


# --- setting up ---


def add(actor: Actor, site_id: UUID, name: str) -> tuple[MailCamera, str]:
    """The camera, and the local part of its address: told now and never again. Raises Denied, UnknownSite,
    MailCameraRefused, BadPanel."""
    with work.transaction(actor) as w:
        site = sites.get_site(site_id)
        camera_id, (token, hashed) = ids.new(), _token()
        gate.require(actor, Action.ADD, _resource(camera_id, site.owner_id, site.id))
        if not _may_stand(site.profile):
            raise MailCameraRefused
        if not name.strip():
            raise BadPanel.name()
        row = MailCamera.objects.create(
            id=camera_id, owner_id=site.owner_id, provider_id=site.provider_id, site_id=site.id,
            name=name.strip()[:200], token_hash=hashed, added_at=clock.now(),
        )  # fmt: skip
        _record(w, row, "added")
        return row, PREFIX + token


def new_address(actor: Actor, camera_id: UUID) -> str:
    """Another address; the old one is nobody's from now on. Raises Denied, UnknownMailCamera, PanelEnded."""
    with work.transaction(actor) as w:
        row = _mine(actor, camera_id, Action.CHANGE_KEY)
        token, row.token_hash = _token()
        row.verified_at = None
        row.save(update_fields=["token_hash", "verified_at"])
        _record(w, row, "address")
        return PREFIX + token


def rename(actor: Actor, camera_id: UUID, name: str) -> MailCamera:
    """Raises Denied, UnknownMailCamera, PanelEnded, BadPanel."""
    with work.transaction(actor) as w:
        row = _mine(actor, camera_id, Action.CHANGE)
        if not name.strip():
            raise BadPanel.name()
        row.name = name.strip()[:200]
        row.save(update_fields=["name"])
        _record(w, row, "renamed")
        return row


def put_under_exception(actor: Actor, camera_id: UUID, *, reason: str, until: datetime | None) -> MailCamera:
    """Its mails are taken without TLS until then; None ends it. Raises Denied, UnknownMailCamera, BadException."""
    with work.transaction(actor) as w:
        row = _mine(actor, camera_id, Action.EXCEPT)
        row.plain_by, row.plain_reason, row.plain_until = exception_of(actor, reason, until)
        row.save(update_fields=["plain_by", "plain_reason", "plain_until"])
        w.record(Entry(Kind.PLAIN_EXCEPTION, row.owner_id, {"camera": row.id, "ended": until is None}, row.id))
        return row


def retire(actor: Actor, camera_id: UUID) -> None:
    """Its address is nobody's any more. Raises Denied, UnknownMailCamera, PanelEnded."""
    with work.transaction(actor) as w:
        row = _mine(actor, camera_id, Action.RETIRE)
        row.state = PanelState.RETIRED.value
        row.save(update_fields=["state"])
        _record(w, row, "retired")


def all_of(actor: Actor, site_id: UUID | None = None) -> Sequence[MailCamera]:
    with tenancy.acting_as(actor.party_id, actor.id):
        found = MailCamera.objects.all() if site_id is None else MailCamera.objects.filter(site_id=site_id)
        return list(found.order_by("state", "name")[:2000])


def get(actor: Actor, camera_id: UUID) -> MailCamera:
    """Raises UnknownMailCamera."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = MailCamera.objects.filter(id=camera_id).first()
    if found is None:
        raise UnknownMailCamera
    return found


def resource_of(row: MailCamera) -> Resource:
    return _resource(row.id, row.owner_id, row.site_id)


def _resource(camera_id: UUID, owner_id: UUID, site_id: UUID) -> Resource:
    return Resource(ResourceKind.MAIL_CAMERA, camera_id, owner_id, {"site": site_id})


def _mine(actor: Actor, camera_id: UUID, action: Action) -> MailCamera:
    row = MailCamera.objects.select_for_update().filter(id=camera_id).first()
    if row is None:
        raise UnknownMailCamera
    gate.require(actor, action, resource_of(row))
    if row.state != PanelState.ACTIVE:
        raise PanelEnded
    return row


def _record(w: work.Work, row: MailCamera, what: str) -> None:
    w.record(Entry(Kind.PANEL, row.owner_id, {"camera": row.id, "site": row.site_id, "what": what}, row.id))


def _token() -> tuple[str, bytes]:
    token = b32encode(os.urandom(TOKEN_BYTES)).decode().rstrip("=").lower()
    return token, _hashed(token)


def _hashed(token: str) -> bytes:
    return hashlib.sha256(b"zegel/mail-camera/v1\x00" + token.lower().encode()).digest()


# --- mails ---


def find(local_part: str) -> Found | None:
    """Whose address that is; nobody's most of the time. What is compared is a hash, so time tells nothing."""
    if not local_part.lower().startswith(PREFIX) or len(local_part) > 64 or not local_part.isascii():
        return None
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, owner, plain_until FROM signals_mail_camera(%s)", [_hashed(local_part[len(PREFIX) :])]
        )
        row = cursor.fetchone()
    return None if row is None else Found(*row)


def take(found: Found, message: bytes, peer: str) -> intake.Accepted:
    """A mail for that camera: its signal and its sealed pictures are stored when it returns. The same mail again within
    ten minutes is the same signal."""
    received_ms = clock.now_ms()
    with tenancy.acting_as(found.owner_id):
        camera = MailCamera.objects.get(id=found.camera_id)
        site = sites.get_site(camera.site_id)
    read = mail.read(message, received_ms=received_ms, tz=ZoneInfo(site.tz))
    pictures, left_out = _usable(read.pictures if _may_stand(site.profile) else ())
    new = intake.NewSignal(
        source=Source.MAIL, transport="mail", owner_id=camera.owner_id, provider_id=camera.provider_id,
        event=_named(read, camera), raw=without_pictures(message), site_id=site.id, peer=peer,
        fault="picture_left_out" if left_out else "", dedupe=(str(camera.id), hashlib.sha256(message).digest()),
        again_ms=AGAIN_MS, received_ms=received_ms,
    )  # fmt: skip
    accepted = _with_pictures(new, camera, pictures)
    _seen(camera, read.is_test)
    log.info("mail.taken", camera=camera.id, pictures=len(pictures), test=read.is_test, again=accepted.duplicate)
    return accepted


def _with_pictures(new: intake.NewSignal, camera: MailCamera, pictures: list[tuple[str, bytes]]) -> intake.Accepted:
    """Signal and pictures commit together: no alarm is made of a mail whose pictures aren't there yet."""
    with work.transaction(system(camera.owner_id)):
        accepted = intake.accept(new)
        if pictures and not accepted.duplicate and new.received_ms is not None:
            arrived = mailpictures.Arrived(
                camera.owner_id, camera.provider_id, camera.site_id, camera.id, accepted.signal_id, new.received_ms,
                tuple(pictures),
            )  # fmt: skip
            try:
                mailpictures.take_in(arrived)
            except mailpictures.NothingToSealTo:
                log.error("mail.nothing_to_seal_to", camera=camera.id)
    return accepted


def _may_stand(profile: str) -> bool:
    """In a home the server never sees a picture; a site may have become one after its camera was added."""
    return profiles.centre(profile).mail_pictures


def _usable(pictures: Sequence[tuple[str, str, bytes]]) -> tuple[list[tuple[str, bytes]], bool]:
    known, largest = MailPicture.MEDIA_TYPES, MailPicture.LARGEST
    kept = [(kind, data) for _, kind, data in pictures if kind in known and 0 < len(data) <= largest]
    return kept, len(kept) < len(pictures)


def _named(read: mail.MailEvent, camera: MailCamera) -> Event:
    """Its zone is the camera's own name here, and the channel that a recorder names: two cameras are two detectors."""
    name = camera.name if len(camera.name) <= 20 else f"{camera.name[:15]} {camera.id.hex[:4]}"
    zone = name if not read.channel else f"{name} / {read.channel}"
    extra = (*read.event.extra, ("mail_camera", str(camera.id)))
    return msgspec.structs.replace(read.event, extra=extra, zone=zone)


def _seen(camera: MailCamera, is_test: bool) -> None:
    with tenancy.acting_as(camera.owner_id):
        now = clock.now()
        MailCamera.objects.filter(id=camera.id).update(last_at=now)
        MailCamera.objects.filter(id=camera.id, verified_at=None).update(verified_at=now)
