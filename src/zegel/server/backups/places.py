# SPDX-License-Identifier: EUPL-1.2
"""Where copies lie and which keys they are sealed to. None of it is in a row, on a page or in a log line (A7)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from zegel.seal import copies
from zegel.seal.copies import AdministratorKey
from zegel.seal.suite import OpeningKey, SigningKey
from zegel.server.backups.errors import NotSetUp
from zegel.server.kernel import secrets, storage
from zegel.server.kernel.storage import Store

ADMINISTRATOR = "backup-administrator.pub"
NIGHT = "backup-night-"
NOT_COPIED = ("database-", NIGHT)  # drawn anew where they are needed, or a key to the copy itself
_SIGNING = "backup-signing"


def _folder() -> Path:
    return Path(settings.SECRETS_PATH)


def is_set_up() -> bool:
    return bool(settings.BACKUP_URL and settings.BACKUP_SHRED_URL) and (_folder() / ADMINISTRATOR).exists()


def copies_store() -> Store:
    """Raises NotSetUp."""
    if not settings.BACKUP_URL:
        raise NotSetUp("There is no place for back-up copies.", action="Set BACKUP_URL.")
    return storage.open_store(settings.BACKUP_URL)


def shred_store() -> Store:
    """Where copies of the shred store go. Raises NotSetUp when that is no place of its own: side by side they would
    be one copy, and nothing could be forgotten in it."""
    if not settings.BACKUP_SHRED_URL:
        raise NotSetUp("There is no place for copies of the shred store.", action="Set BACKUP_SHRED_URL.")
    if overlap(settings.BACKUP_URL, settings.BACKUP_SHRED_URL):
        raise NotSetUp(
            "Copies of the shred store may not lie where the back-up copies lie.",
            action="Give BACKUP_SHRED_URL a place of its own, one that keeps no old versions.",
        )
    return storage.open_store(settings.BACKUP_SHRED_URL)


def overlap(one: str, other: str) -> bool:
    """Whether one of two stores' addresses lies inside the other."""
    first, second = (_place(url) for url in (one, other))
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


def _place(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    return (parts.scheme, parts.netloc, *(part for part in parts.path.split("/") if part))


def signing_key() -> SigningKey:
    """What this installation signs copies with; drawn at first use."""
    return SigningKey(secrets.secret(_folder(), _SIGNING))


def administrator() -> bytes:
    """The administrator's public key. Raises NotSetUp."""
    try:
        return bytes.fromhex((_folder() / ADMINISTRATOR).read_text("ascii").strip())
    except FileNotFoundError:
        raise NotSetUp("There is no key to seal copies to.", action="Run 'zegel backup key FILE' once.") from None


def new_administrator() -> AdministratorKey:
    """A new key pair: the public half stays, the private half is only in what is returned."""
    held = AdministratorKey(OpeningKey.generate(copies.SUITE), signing_key().public_key)
    path = _folder() / ADMINISTRATOR
    path.write_text(held.key.public_key.hex() + "\n", "ascii")
    path.chmod(0o600)
    return held


# --- the key that lives for a night ----------------------------------------------------------------------------------


def new_night_key(copy: str) -> OpeningKey:
    """Opens this one copy, until its trial is over. Every older one is destroyed."""
    forget_night_keys()
    return OpeningKey(copies.SUITE, secrets.secret(_folder(), f"{NIGHT}{copy[:8]}"))


def night_key(copy: str) -> OpeningKey | None:
    path = _folder() / f"{NIGHT}{copy[:8]}"
    return OpeningKey(copies.SUITE, bytes.fromhex(path.read_text("ascii").strip())) if path.exists() else None


def forget_night_keys() -> None:
    for path in _night_keys():
        path.write_bytes(b"0" * path.stat().st_size)
        path.unlink()


def _night_keys() -> Iterator[Path]:
    yield from _folder().glob(f"{NIGHT}*")
