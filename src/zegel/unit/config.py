# SPDX-License-Identifier: EUPL-1.2
"""What the installer told the unit: the server, its certificate authority, the cameras. Nothing here decides."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from zegel.unit.errors import ConfigError
from zegel.unit.files import private_directory, write_atomic
from zegel.unit.source.config import CameraConfig

MAX_CAMERAS = 64
DEFAULT_PORT = 8443
PATH = "/unit-link"


class Camera(msgspec.Struct, frozen=True):
    """A camera: its id on the wire, its name, and the words that the installer typed (they may hold a password)."""

    id: bytes
    name: str
    words: str

    @property
    def source(self) -> CameraConfig:
        return CameraConfig.parse(self.words)


class Config(msgspec.Struct, frozen=True):
    """`ca`: a PEM file's name in the directory, or `sha256:…` until the first contact has pinned it. `storage`: where
    recordings are kept here too, "" for nowhere; `storage_bytes`: how much of it they may fill, 0 for all but a rest.
    """

    server: str
    ca: str
    cameras: list[Camera]
    detector: str | None = None
    spool_bytes: int = 20 << 30
    storage: str = ""
    storage_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Server:
        """`https://host[:port]`. Raises ConfigError."""
        parts = urlsplit(text)
        try:
            port = parts.port or DEFAULT_PORT
        except ValueError:
            raise ConfigError(f"'{text}': the port is not a number below 65536") from None
        if parts.scheme != "https" or not parts.hostname or parts.path not in ("", "/") or parts.username:
            raise ConfigError(f"'{text}' is no server: write https://host:8443")
        return cls(parts.hostname, port)

    @property
    def uri(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"wss://{host}:{self.port}{PATH}"


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of a unit lies in its directory."""

    directory: Path

    @property
    def config(self) -> Path:
        return self.directory / "config"

    @property
    def identity(self) -> Path:
        return self.directory / "identity"

    @property
    def state(self) -> Path:
        return self.directory / "state"

    @property
    def status(self) -> Path:
        return self.directory / "status.json"

    @property
    def spool(self) -> Path:
        return self.directory / "spool"

    @property
    def ca(self) -> Path:
        return self.directory / "ca.pem"

    @property
    def site(self) -> Path:
        return self.directory / "site"

    @property
    def keypad(self) -> Path:
        return self.directory / "keypad"

    @property
    def lock(self) -> Path:
        return self.directory / "lock"


def make_cameras(words: list[str]) -> list[Camera]:
    """Cameras with fresh ids. Raises ConfigError for a wrong or doubled one."""
    parsed = [CameraConfig.parse(word) for word in words]
    names = [camera.name for camera in parsed]
    if len(set(names)) != len(names):
        raise ConfigError("two cameras have the same name: give each its own")
    if not 1 <= len(names) <= MAX_CAMERAS:
        raise ConfigError(f"a unit has 1 … {MAX_CAMERAS} cameras: give --camera NAME=SOURCE for each")
    return [Camera(os.urandom(16), camera.name, word) for camera, word in zip(parsed, words, strict=True)]


def check_ca(text: str) -> str:
    """`FILE` (PEM) or `sha256:` and 64 hex digits. Raises ConfigError."""
    if text.startswith("sha256:"):
        digits = text[7:].replace(":", "").lower()
        if not re.fullmatch(r"[0-9a-f]{64}", digits):
            raise ConfigError("--ca sha256:… takes the 64 hex digits of the certificate's SHA-256 fingerprint")
        return f"sha256:{digits}"
    if not Path(text).is_file():
        raise ConfigError(f"--ca {text}: there is no such file; give the server's ca.pem or sha256:FINGERPRINT")
    return text


def save(home: Home, config: Config) -> None:
    private_directory(home.directory)
    write_atomic(home.config, msgspec.json.format(msgspec.json.encode(config)))


def load(home: Home) -> Config:
    """Raises ConfigError."""
    try:
        return msgspec.json.decode(home.config.read_bytes(), type=Config)
    except OSError as error:
        raise ConfigError(f"{home.config} can't be read ({error.strerror}): run `zegel unit enrol` first") from None
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{home.config} is damaged: {error}") from None
