# SPDX-License-Identifier: EUPL-1.2
"""An owner's client grants what its owner chose, whatever the server says that he chose."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

from zegel.client import maintenance
from zegel.client.person import Client, b64
from zegel.seal.keyset import Keyset
from zegel.seal.segment import Track
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.unit.epochs import Binding, EpochRun

NOW = 1_795_334_400_000


def test_a_server_that_says_an_hour_where_the_owner_said_a_minute_gets_a_minute() -> None:
    unit, (tenant, provider) = SigningKey.generate(), [OpeningKey.generate(Suite.CLASSIC) for _ in range(2)]
    camera = uuid4()
    binding = Binding(os.urandom(16), camera.bytes, Suite.CLASSIC, tenant.public_key, bytes(32), bytes(32))
    run = EpochRun(binding, 1, 0.0, NOW + 2000, unit, Track.LIVE)

    def get(path: str) -> dict[str, Any]:
        if path.endswith("provider-key"):
            return {"party_id": str(uuid4()), "suite": 1, "open_pk": b64(provider.public_key)}
        return {"request": {"state": "allowed", "trouble": ""}, "epoch": b64(run.envelope)}

    http = SimpleNamespace(get=get, post=lambda _path, _said: {"until_ms": NOW + 3_600_000})
    bundle = SimpleNamespace(signing=SigningKey.generate())
    owner = cast(Client, SimpleNamespace(http=http, person_id=UUID(bytes=os.urandom(16)), bundle=bundle))
    keyset = cast(Keyset, SimpleNamespace(owner_party=os.urandom(16)))
    asked = {"id": str(uuid4()), "camera_id": str(camera)}
    grant = maintenance.allow(
        owner, asked, 1, keyset, unit.public_key, tenant, provider.fingerprint, lambda: NOW, lambda: None
    )
    assert grant.ranges[0].end == 58
    assert grant.expires_ms <= NOW + 60_000
