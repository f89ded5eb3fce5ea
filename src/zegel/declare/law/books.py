# SPDX-License-Identifier: EUPL-1.2
"""VAT and how long books are kept, as dated data with its source. Pure; see zegel.declare.law."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from zegel.declare.law import NoSuchLaw

UNION = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
"""Member states: where a supply is one within the Union (art. 138, 146 Directive 2006/112/EC)."""


@dataclass(frozen=True)
class Rate:
    """Per cent. `until`: not in it; None: it still holds."""

    country: str
    name: str
    rate: Decimal
    since: date
    until: date | None
    source: str


@dataclass(frozen=True)
class Sentence:
    """What the paper says where no VAT is charged. `code`: VATEX, where there is one. `words`: by language."""

    category: str
    country: str
    code: str
    source: str
    words: Mapping[str, str]

    def text(self, language: str) -> str:
        return self.words.get(language, self.words["en"])


@dataclass(frozen=True)
class Kept:
    """Years after the end of the book year."""

    country: str
    years: int
    since: date
    source: str


def rates(country: str, on: date) -> tuple[Rate, ...]:
    """That hold there on that day, the highest first; none for a country that nobody wrote down."""
    held = [
        one for one in _rates()
        if one.country == country.upper() and one.since <= on and (one.until is None or on < one.until)
    ]  # fmt: skip
    return tuple(sorted(held, key=lambda one: -one.rate))


def countries() -> tuple[str, ...]:
    """Of which the rates are known."""
    return tuple(sorted({one.country for one in _rates()}))


def sentence(category: str, country: str) -> Sentence:
    """For a VAT category ("AE", …) or "small", of a seller there. Raises NoSuchLaw."""
    found = [one for one in _sentences() if one.category == category and one.country in (country.upper(), "*")]
    if not found:
        raise NoSuchLaw(f"books.toml has no sentence for {category!r} in {country!r}.")
    return max(found, key=lambda one: one.country != "*")


def kept(country: str, on: date) -> Kept:
    """How long a book year's papers are kept there, by the law of that day."""
    held = [one for one in _kept() if one.since <= on]
    own = [one for one in held if one.country == country.upper()] or [one for one in held if one.country == "*"]
    if not own:
        raise NoSuchLaw(f"books.toml does not say how long books are kept in {country!r} on {on}.")
    return max(own, key=lambda one: one.since)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("zegel.declare.law").joinpath("books.toml").read_text(encoding="utf-8"))


@cache
def _rates() -> tuple[Rate, ...]:
    return tuple(
        Rate(row["country"], row["name"], Decimal(row["rate"]), row["since"], row.get("until"), row["source"])
        for row in _table()["rate"]
    )


@cache
def _sentences() -> tuple[Sentence, ...]:
    return tuple(
        Sentence(
            row["category"], row["country"], row["code"], row["source"],
            {language: row[language] for language in ("nl", "sv", "de", "en")},
        )
        for row in _table()["sentence"]
    )  # fmt: skip


@cache
def _kept() -> tuple[Kept, ...]:
    return tuple(Kept(row["country"], row["years"], row["since"], row["source"]) for row in _table()["kept"])
