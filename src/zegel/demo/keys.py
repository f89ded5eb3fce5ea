# SPDX-License-Identifier: EUPL-1.2
"""The demo's people have no heads and pockets: what they hold lies in one file, readable by its owner only.

So a demo that is started again finds the same accounts. `zegel setup` keeps no such file.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

from zegel.seal.account import Bundle, RecoveryCode
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.setup.keys import Keyring, PartyKeys, PersonKeys


def save(keyring: Keyring, path: Path) -> None:
    data = {
        "people": {
            key: {
                "id": _b64(keys.person_id), "email": keys.email, "password": keys.password,
                "recovery": keys.recovery.text(), "bundle": _b64(keys.bundle.encode()),
            }
            for key, keys in keyring.people.items()
        },
        "parties": {
            key: {
                "id": _b64(keys.party_id), "suite": int(keys.tenant.suite),
                "tenant": _b64(keys.tenant.private), "signing": _b64(keys.signing.seed),
            }
            for key, keys in keyring.parties.items()
        },
    }  # fmt: skip
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(data, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def load(path: Path) -> Keyring:
    data: dict[str, Any] = json.loads(path.read_text())
    people = {
        key: PersonKeys(
            _unb64(item["id"]), item["email"], item["password"], RecoveryCode.parse(item["recovery"]),
            Bundle.decode(_unb64(item["bundle"])),
        )
        for key, item in data["people"].items()
    }  # fmt: skip
    parties = {
        key: PartyKeys(
            _unb64(item["id"]), OpeningKey(Suite(item["suite"]), _unb64(item["tenant"])),
            SigningKey(_unb64(item["signing"])),
        )
        for key, item in data["parties"].items()
    }  # fmt: skip
    return Keyring(people, parties)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
