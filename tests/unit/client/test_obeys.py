# SPDX-License-Identifier: EUPL-1.2
"""`zegel policy show`: hours, masks and keys as the unit's own signed word names them, and nothing that it does not."""

from __future__ import annotations

import os
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from tests.unit.unit.actors import NOON_MS, Owner

from zegel.client.obeys import lines, obeyed
from zegel.client.person import NotAsShown, b64
from zegel.seal.account import Pin
from zegel.seal.policy import CameraRules, Point, Polygon, Zone, sign_policy
from zegel.seal.status import State, Status, sign_status
from zegel.seal.suite import SigningKey, open_fingerprint, sign_fingerprint
from zegel.seal.words import words

OWNER, UNIT, YARD, KEY = Owner(), os.urandom(16), os.urandom(16), SigningKey.generate()
KEYSET = OWNER.keyset(UNIT, os.urandom(16), NOON_MS)
MASK = Polygon((Point(0, 0), Point(2500, 0), Point(2500, 3333)))
GATE = Polygon((Point(5000, 5000), Point(10000, 5000), Point(10000, 10000)))
POLICY = replace(
    OWNER.policy(KEYSET, NOON_MS), cameras=(CameraRules(YARD, (Zone("gate", GATE, ("person",)),), (MASK,)),)
)


def told(**other: Any) -> Any:
    """What the server answers; `other`: what the unit's status says otherwise."""
    said: dict[str, Any] = {
        "unit": UNIT, "pairing": KEYSET.pairing, "at_ms": NOON_MS, "state": State.ARMED, "until_ms": None,
        "keyset_hash": KEYSET.hash, "policy_hash": POLICY.hash, "policy_counter": 1, "software": "1", "cameras": (),
        "release_head": None,
    }  # fmt: skip
    status = sign_status(Status(**(said | other)), KEY)
    answers = {
        f"/api/v1/units/{UUID(bytes=UNIT)}/trust": {"unit": {"sign_pk": b64(KEY.public_key)}},
        f"/api/v1/units/{UUID(bytes=UNIT)}/obeyed?limit=1": {
            "states": [b64(status)], "policies": [b64(sign_policy(POLICY, OWNER.key))],
        },
    }  # fmt: skip
    pin = Pin("unit", UNIT, sign_fingerprint(KEY.public_key), "qr", NOON_MS)
    return SimpleNamespace(pins=[pin], http=SimpleNamespace(get=answers.__getitem__))


def test_masks_hours_and_keys_are_shown_as_they_are() -> None:
    shown = list(lines(obeyed(told(), UUID(bytes=UNIT), KEYSET), KEYSET, {YARD: "yard"}))
    said = dict(shown)
    assert said["  mask"] == "0,0 25,0 25,33.33 (% from the left, the top)"
    assert said["  zone gate"].startswith("50,50 100,50 100,100")
    assert said["camera"] == "yard: gate (person); 1 privacy masks; not turned"
    assert said["owner's key"] == words(sign_fingerprint(OWNER.key.public_key))
    assert said["seals to"] == words(open_fingerprint(KEYSET.suite, KEYSET.tenant_open_pk))
    assert said["log's key"] == KEYSET.log.vkey
    assert said["its words"] == words(POLICY.hash)
    assert "hours" in said


@pytest.mark.parametrize("lie", [{"keyset_hash": bytes(32)}, {"policy_hash": bytes(32)}], ids=["keys", "policy"])
def test_what_the_units_own_word_does_not_name_is_not_shown_as_obeyed(lie: dict[str, Any]) -> None:
    with pytest.raises(NotAsShown):
        obeyed(told(**lie), UUID(bytes=UNIT), KEYSET)
