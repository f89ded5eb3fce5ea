# SPDX-License-Identifier: EUPL-1.2
"""A guard's phone with a key of its own, and what an operator's browser seals to it: as the pages do it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from tests.actors import World

from zegel.demo.world import WORLD
from zegel.seal.sealedfile import GuardPicture, encrypt_file, open_file, seal_file
from zegel.seal.suite import OpeningKey, Suite
from zegel.server.dispatch import actions, pictures
from zegel.server.dispatch.rules import State
from zegel.server.footage import door, guardpictures
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.models import GuardPicture as Row
from zegel.server.footage.rules import Purpose, Track
from zegel.server.footage.sharing import Still
from zegel.server.kernel import clock, tenancy

YARD = WORLD.site("yard")
JPEG = b"\xff\xd8\xff\xe0" + b"ZEGEL-STILL-MARKER" * 40


@dataclass
class Phone:
    """The browser that opened the errand's link first."""

    errand: Any
    token: str
    browser: str
    key: OpeningKey = field(default_factory=lambda: OpeningKey.generate(Suite.CLASSIC))

    def press(self, to: State) -> None:
        actions.advance_by_token(self.token, self.browser, to)

    def offer(self) -> bytes:
        return pictures.offer_key(self.token, self.browser, int(self.key.suite), self.key.public_key)

    def opens(self, picture_id: UUID) -> bytes:
        """What it shows, after the door gave it."""
        found = pictures.open_picture(self.token, self.browser, picture_id, "127.0.0.1")
        return open_file(GuardPicture.decode(found.object), self.key, found.ciphertext)


def phone_of(errand: Any) -> Phone:
    with tenancy.acting_as(errand.owner_id):
        token = actions.draw_token(errand)
    return Phone(errand, token, actions.open_link(token))


def allow(world: World, on: bool = True) -> None:
    guardpictures.allow(world.actor(world.owner_of("yard")), YARD.id, on)


def look(world: World, case: Any, person: str = "operator") -> UUID:
    """That person opens the alarm's picture; the view's number."""
    wish = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)
    return door.open_view(world.actor(person), wish).lease_id


def ready(world: World, case: Any) -> Phone:
    """The owner allows it, a guard accepted, his phone offered its key, and the operator looks."""
    allow(world)
    phone = phone_of(actions.request(world.actor("operator"), case.alarm_id))
    phone.press(State.ACCEPTED)
    phone.offer()
    look(world, case)
    return phone


def still(phone: Phone, camera: UUID, /, *, picture: bytes = JPEG, compared: bool = True, **lies: Any) -> Still:
    """A still of that camera, sealed to the phone's key as the operator's browser does it; every field can lie."""
    file, key = uuid4().bytes, os.urandom(32)
    ciphertext = encrypt_file(GuardPicture, file, key, picture)
    header = GuardPicture(
        phone.key.suite, file, camera.bytes, phone.errand.id.bytes, phone.key.fingerprint, clock.now_ms(), "image/jpeg",
        len(picture), hashlib.sha256(ciphertext).digest(),
    )  # fmt: skip
    sealed = seal_file(replace(header, **lies), key, phone.key.public_key)
    return Still(camera, sealed.encode(), ciphertext, compared)


def send(world: World, case: Any, phone: Phone, made: Still | None = None, person: str = "operator") -> Row:
    made = made or still(phone, case.camera)
    return pictures.send(world.actor(person), case.alarm_id, phone.errand.id, made)
