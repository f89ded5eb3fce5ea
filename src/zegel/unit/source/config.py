# SPDX-License-Identifier: EUPL-1.2
"""What the installer writes about a camera: its name, its main stream, and its smaller one if it has one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

_NAME = re.compile(r"[^\s=,][^=,]{0,62}")
_NEXT_SOURCE = re.compile(r",(?=(?:rtsps?://|https?://|file:|/))")
MAX_SOURCE = 2048


class ConfigError(ValueError):
    """A camera was described in a way that can't work; the message says how to write it."""


@dataclass(frozen=True)
class Source:
    """One stream's place. `address` is what is opened: an RTSP or HTTP URL with its password, or a path.

    `is_still`: there is no stream, only a picture that is fetched each second.
    """

    address: str
    is_file: bool
    loop: bool = False
    is_still: bool = False

    @classmethod
    def parse(cls, text: str) -> Source:
        """`rtsp://…`, `rtsps://…`, a path, `file:PATH` (which takes `?loop=1`), or `http(s)://…` of a still picture.

        Raises ConfigError.
        """
        if not text or len(text) > MAX_SOURCE or "\0" in text:
            raise ConfigError(f"a camera's source is 1 to {MAX_SOURCE} characters: rtsp://… or a file's path")
        if text.startswith(("rtsp://", "rtsps://")):
            if not urlsplit(text).hostname:
                raise ConfigError(f"'{redacted(text)}' names no host: write rtsp://user:password@host:554/path")
            return cls(text, is_file=False)
        if text.startswith(("http://", "https://")):
            if not urlsplit(text).hostname:
                raise ConfigError(f"'{redacted(text)}' names no host: write http://user:password@host/still.jpg")
            return cls(text, is_file=False, is_still=True)
        path, loop = _file(text)
        return cls(path, is_file=True, loop=loop)

    def __repr__(self) -> str:
        return f"Source({redacted(self.address)!r})"


def _file(text: str) -> tuple[str, bool]:
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    if scheme and scheme[1].lower() != "file":
        raise ConfigError(f"'{scheme[1]}:' is not a source this unit reads: write rtsp(s)://…, http(s)://… or a path")
    path, _, query = text.partition("?") if not Path(text).exists() else (text, "", "")
    if scheme:
        path = unquote(path[len("file:") :])
        path = path[2:] if path.startswith("///") else path
    unknown = set(parse_qs(query)) - {"loop"}
    if unknown or not path:
        raise ConfigError(f"'{text}': a file is written PATH or file:PATH, with ?loop=1 to play it over and over")
    return path, parse_qs(query).get("loop", ["0"])[-1] == "1"


@dataclass(frozen=True)
class CameraConfig:
    """A camera as the unit knows it. `source` and `substream` hold passwords: only their repr may be logged."""

    name: str
    source: Source
    substream: Source | None = None

    @property
    def capabilities(self) -> list[str]:
        """What is known of it before it was asked: the link's words, sorted."""
        return ["pre_alarm", "stills"] if self.source.is_still else ["live", "pre_alarm", "video"]

    @classmethod
    def parse(cls, text: str) -> CameraConfig:
        """Reads `NAME=SOURCE[,SUBSTREAM]`. Raises ConfigError, whose message never holds a password."""
        name, equals, sources = text.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise ConfigError("a camera is written NAME=SOURCE[,SUBSTREAM], with a name of at most 63 characters")
        first, *rest = _NEXT_SOURCE.split(sources)
        if any(Source.parse(text).is_still for text in rest):
            raise ConfigError(f"camera '{name}': a still picture can't be the smaller stream of another one")
        if len(rest) > 1:
            raise ConfigError(f"camera '{name}' has {1 + len(rest)} streams: give the main one and at most one more")
        return cls(name, Source.parse(first), Source.parse(rest[0]) if rest else None)


def redacted(address: str) -> str:
    """The address without user and password, for logs and messages."""
    if "://" not in address:
        return address
    parts = urlsplit(address)
    host = (parts.hostname or "") + (f":{parts.port}" if _port(address) else "")
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _port(address: str) -> int | None:
    try:
        return urlsplit(address).port
    except ValueError:
        return None
