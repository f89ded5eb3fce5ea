# SPDX-License-Identifier: EUPL-1.2
"""The promises' sentences in four languages, as data: one file for each family, with a version."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from zegel.server.promises.errors import CatalogueWrong

FAMILIES = ("c", "s", "d", "a", "i")
LANGUAGES = ("nl", "sv", "de", "en")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Promise:
    """`text`: the sentence, by language; `at_once`: what it says where a figure in it is 0; `how`: how we try to break
    it; `document`: what is read where no machine can find out; `waits`: the part of the product that is not there
    yet."""

    id: str
    version: int
    text: Mapping[str, str]
    how: Mapping[str, str]
    document: str = ""
    waits: str = ""
    at_once: Mapping[str, str] = field(default_factory=dict)


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
    made = Promise(
        name, version, line["text"], line["how"], line.get("document", ""), line.get("waits", ""),
        line.get("at_once", {}),
    )  # fmt: skip
    if made.at_once and tuple(made.at_once) != LANGUAGES:
        raise CatalogueWrong(f"{name}: what it says of no days lacks a language, or has them out of order")
    for sentences in (made.text, made.how):
        places = {frozenset(_PLACE.findall(sentence)) for sentence in sentences.values()}
        if tuple(sentences) != LANGUAGES or len(places) != 1 or not all(sentences.values()):
            raise CatalogueWrong(f"{name}: a language is missing, out of order, or has other places than the others")
    return made


def filled(sentence: str, parameters: Mapping[str, Any]) -> str:
    """With the profile's figures in it, or in the words for none. A figure that the profile doesn't have stays visible
    as its name."""
    if any(parameters.get(place) == 0 for place in _PLACE.findall(sentence)):
        sentence = _at_once().get(sentence, sentence)
    return _PLACE.sub(lambda place: str(parameters.get(place[1], place[1])), sentence)


@cache
def _at_once() -> Mapping[str, str]:
    every = promises().values()
    return {one.text[language]: said for one in every for language, said in one.at_once.items()}


@dataclass(frozen=True)
class Document:
    """What is shown of a promise that can't be probed."""

    path: str
    name: str


def document(promise: Promise) -> Document | None:
    return Document(promise.document, promise.document.rpartition("/")[2]) if promise.document else None
