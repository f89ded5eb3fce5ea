# SPDX-License-Identifier: EUPL-1.2
"""The promises' sentences in four languages, as data: one file for each family, with a version."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from zegel.server.promises.errors import CatalogueWrong

FAMILIES = ("c", "s", "d", "a", "i")
LANGUAGES = ("nl", "sv", "de", "en")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Promise:
    """`text`: the sentence, by language; `how`: how we try to break it; `document`: what is read where no machine can
    find out; `waits`: the part of the product that is not there yet."""

    id: str
    version: int
    text: Mapping[str, str]
    how: Mapping[str, str]
    document: str = ""
    waits: str = ""


@cache
def promises() -> Mapping[str, Promise]:
    """All of them, in the order of their families. Raises CatalogueWrong."""
    found: dict[str, Promise] = {}
    for family in FAMILIES:
        table = tomllib.loads(files(__package__).joinpath(f"{family}.toml").read_text("utf-8"))
        version = int(table.pop("version"))
        for name, line in table.items():
            found[name] = _read(name, version, line)
    return found


def _read(name: str, version: int, line: Mapping[str, Any]) -> Promise:
    made = Promise(name, version, line["text"], line["how"], line.get("document", ""), line.get("waits", ""))
    for sentences in (made.text, made.how):
        places = {frozenset(_PLACE.findall(sentence)) for sentence in sentences.values()}
        if tuple(sentences) != LANGUAGES or len(places) != 1 or not all(sentences.values()):
            raise CatalogueWrong(f"{name}: a language is missing, out of order, or has other places than the others")
    return made


def filled(sentence: str, parameters: Mapping[str, Any]) -> str:
    """With the profile's figures in it. A figure that the profile doesn't have stays visible as its name."""
    return _PLACE.sub(lambda place: str(parameters.get(place[1], place[1])), sentence)


@dataclass(frozen=True)
class Document:
    """What is shown of a promise that can't be probed."""

    path: str
    name: str


def document(promise: Promise) -> Document | None:
    return Document(promise.document, promise.document.rpartition("/")[2]) if promise.document else None
