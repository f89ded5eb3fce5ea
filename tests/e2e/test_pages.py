# SPDX-License-Identifier: EUPL-1.2
"""Every page: reachable for everyone, in four languages, at every width, asking nobody else for anything (C4)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import functional_only

pytestmark = pytest.mark.usefixtures("desks_closed")

SCREENS = Path(__file__).parent / "screens"
PUBLIC = ("/", "/sign-in", "/recovery", "/verify", "/kit")
SPECIMENS = tuple(
    f"/kit?show={name}"
    for name in (
        "console-quiet", "console-ringing", "console-looking", "console-recalled", "console-hold", "console-signals",
        "console-held", "console-storm", "console-parked", "console-muted", "console-lost", "console-refused",
        "second-wall", "second-storm", "second-picture",
        "portal-now", "portal-alarm", "portal-arming", "portal-compare", "portal-cameras", "portal-looked",
        "portal-you", "portal-new",
        "centre-wall", "centre-unmanned", "centre-quiet", "centre-hand", "centre-figures", "centre-none",
        "centre-reviews", "centre-judged", "centre-certificates", "centre-settings",
    )
)  # fmt: skip

WIDTHS = (360, 390, 768, 1024, 1440, 2560)
WITH_AXE = (390, 1440)


OTHERS = [pytest.param(language, marks=pytest.mark.soak) for language in ("nl", "sv", "en")]  # the suite has its budget


def looked_at(path: str, language: str) -> tuple[int, ...]:
    """The widths with axe. In the suite's language, that of the longest words, half of the pages at each; in the soak's
    all of them at both."""
    if language != "de":
        return WITH_AXE
    return (WITH_AXE[hashlib.sha256(path.encode()).digest()[0] % 2],)


@pytest.mark.parametrize("language", ["de", *OTHERS])
def test_no_page_or_state_is_hard_to_use_too_wide_asks_anybody_else_or_complains(story: Story, language: str) -> None:
    """Each is opened once, speaks the language, and is looked at in every width; with axe on a desk or on a phone."""
    desk = story.desk(1440, 900, language)
    wide, found = {}, {}
    for path in PUBLIC + SPECIMENS:
        desk.go(path)
        assert desk.page.get_attribute("html", "lang") == language
        desk.page.evaluate("() => document.fonts.ready")
        for width in WIDTHS:
            desk.page.set_viewport_size({"width": width, "height": 900})
            if (by := desk.overflow()) > 0:
                wide[path, width] = by
            if width in looked_at(path, language) and (wrong := desk.axe()):
                found[path, width] = wrong
    assert wide == {}
    assert found == {}
    functional_only(desk)
    assert desk.complaints == []
    desk.go("/sign-in")
    words = {"nl": "Inloggen", "sv": "Logga in", "de": "Anmelden", "en": "Sign in"}
    assert desk.page.inner_text("h1") == words[language]


def test_the_language_switch_works_and_stays(story: Story) -> None:
    desk = story.desk()
    desk.go("/verify")
    desk.page.click("button[lang=sv]")
    desk.page.wait_for_selector("html[lang=sv]")
    desk.go("/")
    assert desk.page.get_attribute("html", "lang") == "sv"
    functional_only(desk)


def test_the_log_on_the_landing_page_is_verified_in_the_browser(story: Story) -> None:
    desk = story.desk()
    desk.go("/")
    desk.page.wait_for_selector("#log:has-text('its signature holds')")


def test_every_page_is_refused_to_frames_and_carries_the_strict_policy(story: Story) -> None:
    desk = story.desk()
    for path in (*PUBLIC, "/console/", "/centre/", "/portal/", "/backoffice/"):
        answer = desk.page.request.get(story.origin + path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "<style" not in answer.text()
        assert " style=" not in answer.text()
        assert "<script>" not in answer.text()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_parts_look_as_they_did(story: Story, width: int) -> None:
    """Against the kept picture, at a quarter of its size: text hinting may differ between machines, layout may not.

    After a wanted change: ZEGEL_KEEP_SCREENS=1 pytest tests/e2e/test_pages.py -k look_as
    """
    desk = story.desk(width)
    desk.go("/kit")
    desk.page.wait_for_load_state("networkidle")
    desk.page.evaluate("() => document.fonts.ready")
    shot = desk.page.screenshot(full_page=True, animations="disabled", caret="hide")
    kept = SCREENS / f"kit-{width}.png"
    if os.environ.get("ZEGEL_KEEP_SCREENS"):
        SCREENS.mkdir(exist_ok=True)
        kept.write_bytes(shot)
    now, then = _small(shot), _small(kept.read_bytes())
    assert now.shape == then.shape, "the page has another size"
    apart = np.abs(now.astype(int) - then.astype(int)).max(axis=2) > 40
    assert apart.mean() < 0.01, f"{apart.mean():.1%} of the page looks different"


def _small(png: bytes) -> np.ndarray[Any, Any]:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    small: np.ndarray[Any, Any] = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    return small
