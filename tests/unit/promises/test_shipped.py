# SPDX-License-Identifier: EUPL-1.2
"""The evidence of a real browser that ships with a version: believed only as the release's key signed it, and stale as
soon as pages came or went."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tools.pages import every_page

from zegel.seal.note import NoteSigner, VerifierKey, sign_note
from zegel.seal.suite import SigningKey
from zegel.server.promises import shipped
from zegel.server.promises.shipped import Driven, Standing, read, sitemap_of

PAGES = [("/", ""), ("/portal/looked", "owner")]
RELEASE = NoteSigner("zegel-release", SigningKey.generate())


def driven(pages: Sequence[tuple[str, str]] = PAGES) -> str:
    said = {
        "version": "0.1.0", "at": "2026-11-23T01:00:00+00:00", "cookies": ["zegel", "csrftoken"], "kept": [],
        "strangers": [], "pages": [{"path": path, "person": who} for path, who in pages],
    }  # fmt: skip
    return str(sign_note(json.dumps(said, indent=1) + "\n", [RELEASE]))


def test_it_holds_for_exactly_the_pages_that_were_driven() -> None:
    found = read(driven(), str(RELEASE.verifier), sitemap_of(PAGES))
    assert (found.standing, found.pages, found.cookies) == (Standing.HOLDS, 2, ("csrftoken", "zegel"))
    assert found.strangers == ()


def test_it_is_stale_when_a_page_came_went_or_changed_its_readers_or_nobody_knows() -> None:
    for now in ([*PAGES, ("/new", "")], PAGES[:1], [("/", ""), ("/portal/looked", "desk")]):
        assert read(driven(), str(RELEASE.verifier), sitemap_of(now)).standing is Standing.STALE
    assert read(driven(), str(RELEASE.verifier), None).standing is Standing.STALE


def test_another_key_a_changed_word_or_no_note_at_all_is_refused() -> None:
    other = NoteSigner("zegel-release", SigningKey.generate())
    for note, key in (
        (driven(), str(other.verifier)),
        (driven().replace('"csrftoken"', '"tracking"'), str(RELEASE.verifier)),
        ("nothing", str(RELEASE.verifier)),
        (driven(), "no key"),
    ):
        assert read(note, key, sitemap_of(PAGES)) == Driven(Standing.REFUSED)


def test_what_is_shipped_is_signed_by_the_release_and_names_no_stranger() -> None:
    now = sitemap_of([(page.path, page.person or "") for page in every_page()])
    found = read(shipped.text(), shipped.KEY.read_text("utf-8"), now)
    assert found.standing in {Standing.HOLDS, Standing.STALE}  # stale is no fault of this version: it is said
    assert found.strangers == ()
    assert set(found.cookies) <= {"zegel", "csrftoken", "zegel_language", "zegel_device", "zegel_follow"}
    assert VerifierKey.parse(found.key).name == "zegel-release"
