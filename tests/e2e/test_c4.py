# SPDX-License-Identifier: EUPL-1.2
"""C4: no marketing or tracking cookies, only the functional ones. Every page that there is (tools/pages.py finds them
in the sources, so a new one is tested without anybody adding it here) is opened in a real browser, signed in as whoever
it is for, and fails on any other cookie, any storage key that is not on the list, any request to anyone else. While it
is open, axe looks at it too, in the light or in the dark (in the other one in the soak): it finds nothing."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from tools.pages import Page, every_page

from tests.e2e.conftest import Story
from tests.e2e.desk import COOKIES, Desk, functional_only
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")

PAGES = every_page()
NO_PAGE = ("Download is starting", "ERR_HTTP_RESPONSE_CODE_FAILURE")  # a file; a refusal without a word
ASKS_WITHIN_S = 0.2  # after it was loaded: what its code asks for and keeps
ON_A_PHONE = {"", "owner", "mechanic", "technician"}  # the others sit at a desk
PEOPLE = sorted({page.person or "" for page in PAGES})


def told(page: Page, desk: Desk, *, shown: bool) -> None:
    """For tools/c4_evidence.py: what this address kept and asked for. `shown`: it is a page."""
    if out := os.environ.get("ZEGEL_C4_SEEN"):
        seen = {**(desk.keeps() if shown else {}), "strangers": desk.strangers}
        with Path(out).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"path": page.path, "person": page.person or "", "shown": shown, **seen}) + "\n")


def test_every_face_has_its_pages_on_the_list() -> None:
    paths = {page.path for page in PAGES}
    assert {"/", "/sign-in", "/console/", "/centre/", "/portal/", "/backoffice/", "/portal/notifications"} <= paths
    assert len(paths) == len(PAGES)
    assert Page("/portal/looked", "owner", "looked") in PAGES


def theme(page: Page) -> str:
    """The one in which the suite looks at it: half of them in each."""
    return "dark" if hashlib.sha256(page.path.encode()).digest()[0] % 2 else "light"


def other_theme(page: Page) -> str:
    return "light" if theme(page) == "dark" else "dark"


@pytest.mark.parametrize("person", PEOPLE)
def test_no_page_keeps_or_asks_for_anything_but_the_functional(story: Story, person: str) -> None:
    _every_page_of(story, person, theme)


@pytest.mark.soak  # two minutes; the suite has its budget
@pytest.mark.parametrize("person", PEOPLE)
def test_in_its_other_theme_too_no_page_is_hard_to_use(story: Story, person: str) -> None:
    _every_page_of(story, person, other_theme)


def _every_page_of(story: Story, person: str, theme: Callable[[Page], str]) -> None:
    size = (390, 844) if person in ON_A_PHONE else (1440, 900)
    desk = story.signed_in(person, *size, anew=True) if person else story.desk(*size)
    seen, wrong = [], {}
    for page in (page for page in PAGES if (page.person or "") == person):
        desk.page.emulate_media(color_scheme="dark" if theme(page) == "dark" else "light")
        try:
            answer = desk.page.goto(story.origin + page.path)
        except PlaywrightError as error:
            if not any(words in str(error) for words in NO_PAGE):
                raise
            told(page, desk, shown=False)
            continue  # what it keeps is what every address before it kept
        assert answer is not None, page.path
        if "text/html" not in answer.headers.get("content-type", ""):
            told(page, desk, shown=False)
            continue  # not a page: a script, a manifest, an answer for scripts
        loaded = clock.mono_s()
        if found := _hard_to_use(desk, page):
            wrong[page.path] = found
        desk.page.wait_for_timeout(max(0.0, loaded + ASKS_WITHIN_S - clock.mono_s()) * 1000)
        try:
            functional_only(desk)
        except AssertionError as broken:
            raise AssertionError(f"{page.path}: {broken}") from None
        told(page, desk, shown=True)
        seen.append(page.path)
    assert seen
    assert wrong == {}
    assert desk.complaints == []
    for cookie in desk.page.context.cookies():
        assert cookie.get("name") in COOKIES
        assert cookie.get("sameSite") in {"Strict", "Lax"}
        assert cookie.get("domain") == "localhost"


def _hard_to_use(desk: Desk, page: Page) -> list[str]:
    """What axe finds on it, once there is nothing more to come."""
    if page.path == "/kit":
        return []  # its pieces load for ever, and it is looked at in every state (test_pages.py)
    with suppress(PlaywrightError):  # what axe then says tells more
        desk.page.wait_for_selector("h1", state="attached", timeout=10_000)
    desk.settled()
    return desk.axe()
