# SPDX-License-Identifier: EUPL-1.2
"""What leaves as linked data says words of the Data Privacy Vocabulary that exist: dpv-terms.txt was looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from zegel.declare import Basis, law
from zegel.server.consents import purposes, receipts
from zegel.server.registers import dpv
from zegel.server.registers.models import LineReview, RegisterVersion
from zegel.server.registers.rules import Article, Measure

ROOT = Path(__file__).resolve().parents[3]
LISTED = Path(__file__).with_name("dpv-terms.txt")
PREFIXES = ("dpv", "dpv-27560", "eu-gdpr", "legal-eu", "loc", "pd", "risk")
_SAID = re.compile(rf"[\"'](({'|'.join(PREFIXES)}):[A-Za-z0-9_-]+)(?=[\"'])")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def known() -> set[str]:
    lines = LISTED.read_text("utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def terms_in(said: Any) -> Iterator[str]:
    """Every key, type, reference and word in it that is written with one of the prefixes."""
    if isinstance(said, dict):
        for key, value in said.items():
            if key != "@context":
                yield from terms_in(key)
                yield from terms_in(value)
    elif isinstance(said, list | tuple):
        for one in said:
            yield from terms_in(one)
    elif isinstance(said, str) and said.partition(":")[0] in PREFIXES:
        yield said


def register() -> dict[str, Any]:
    """One in which everything is said that a register can say."""
    party = {"id": str(UUID(int=1)), "name": "A", "country": "NL", "contact": "B", "email": "b@example.nl", "phone": ""}
    line = {
        "key": "surveillance", "purpose": "surveillance", "bases": [one.value for one in Basis],
        "subjects": ["filmed"], "categories": ["image"], "recipients": ["owner"],
        "measures": [one.value for one in Measure], "kept": [["surveillance_images", "made", [14]]], "sources": [],
    }  # fmt: skip
    content = {
        "controller": party, "processors": [party], "authority": "AP", "lines": [line],
        "places": [{"name": "C", "country": "SE"}], "subprocessors": [{"name": "D", "country": "DE", "task": "mail"}],
        "transfers": [{"name": "E", "country": "CH", "mechanism": "adequacy", "reference": "x", "decision": "y"}],
    }  # fmt: skip
    version = RegisterVersion(
        id=UUID(int=2), article=Article.CONTROLLER, number=1, valid_from=NOW, superseded_at=NOW, hash=b"x" * 32,
        content=content,
    )  # fmt: skip
    judged = LineReview(risk="low", why="because", measures="m", assessment="a", reviewed_at=NOW, next_at=NOW)
    return dpv.document(version, {"surveillance": judged})


def test_every_word_of_a_register_is_one_of_the_vocabulary() -> None:
    said = set(terms_in(register()))
    assert len(said) > 30
    assert said - known() == set()


def test_every_word_in_the_sources_is_one_of_the_vocabulary() -> None:
    """Registers and receipts alike; what is put together from a code is asked below."""
    said = {
        found[1] for path in sorted((ROOT / "src" / "zegel" / "server").rglob("*.py"))
        for found in _SAID.finditer(path.read_text("utf-8"))
    }  # fmt: skip
    assert said - known() == set()
    of_purposes = {term for one in purposes.PURPOSES.values() for term in (one.broader, *one.data, *one.processing)}
    assert of_purposes - known() == set()
    assert receipts.LAW in known()


def test_every_basis_and_every_country_with_a_decision_has_its_word() -> None:
    bases = {f"eu-gdpr:A{one.value.replace('.', '-')}" for one in Basis}
    rights = {f"eu-gdpr:A{article}" for article in ("7-3", "15", "16", "17", "18", "20", "77")}
    codes = [a + b for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    countries = {
        f"loc:{code}" for code in codes if law.in_area(code, NOW.date()) or law.adequate(code, NOW.date()) is not None
    }
    assert (bases | rights | countries) - known() == set()


def test_every_prefix_that_is_written_stands_in_the_context() -> None:
    assert {one.partition(":")[0] for one in terms_in(register())} <= dpv.CONTEXT.keys()
    assert {one.partition(":")[0] for one in known()} <= dpv.CONTEXT.keys() | receipts.CONTEXT.keys()


def test_a_word_that_is_none_is_found() -> None:
    assert set(terms_in({"dpv:hasWish": [{"@id": "eu-gdpr:A6-1-z"}, "dpv:Cake"]})) - known() == {
        "dpv:hasWish", "eu-gdpr:A6-1-z", "dpv:Cake",
    }  # fmt: skip
