# SPDX-License-Identifier: EUPL-1.2
"""Sites, the map, figures over time, signs and the notice, as their people use them on a phone and at a desk."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.e2e.conftest import Story, _of_its_own
from tests.e2e.desk import Desk, functional_only
from tests.scanning import scanned
from zegel.demo import ground
from zegel.demo.world import WORLD

pytestmark = pytest.mark.usefixtures("desks_closed")

SITE = WORLD.site("yard").id
PICTURE = """async () => {
  const answer = await fetch(document.querySelector('.preview').src);
  return [...new Uint8Array(await answer.arrayBuffer())]; }"""
WIDTHS = ((1440, 900), (390, 844))


@pytest.fixture(scope="module")
def furnished(story: Story) -> Story:
    story.enrol()
    with _of_its_own():
        ground.furnish(story.place)
    return story


def well(desk: Desk) -> None:
    """Nothing wider than its window, nothing that axe finds, at both widths."""
    desk.settled()
    for width, height in WIDTHS:
        desk.page.set_viewport_size({"width": width, "height": height})
        assert desk.overflow() <= 0, width
        assert desk.axe() == [], width


def test_the_owner_draws_his_map_and_reads_his_unit(furnished: Story, tmp_path: Path) -> None:
    desk = furnished.signed_in("owner", 390, 844)
    page = desk.page
    desk.go(f"/portal/sites/{SITE}")
    page.wait_for_selector(".spot-camera")
    well(desk)
    page.set_viewport_size({"width": 1440, "height": 900})
    before = page.get_attribute(".spot-camera", "aria-label")
    page.focus(".spot-camera")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("]")
    assert page.get_attribute(".spot-camera", "aria-label") != before
    page.click("#undo-map")
    page.click("#undo-map")
    assert page.get_attribute(".spot-camera", "aria-label") == before
    spot = page.locator(".spot-camera").bounding_box()
    assert spot is not None
    page.mouse.move(spot["x"] + 20, spot["y"] + 20)
    page.mouse.down()
    page.mouse.move(spot["x"] + 120, spot["y"] - 40, steps=4)
    page.mouse.up()
    moved = page.get_attribute(".spot-camera", "aria-label")
    assert moved != before
    page.click("#save-map")
    page.wait_for_selector("#save-map", state="detached")
    page.reload()
    page.wait_for_selector(".spot-camera")
    assert page.get_attribute(".spot-camera", "aria-label") == moved
    evil = tmp_path / "plan.png"
    evil.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    page.set_input_files("#map-file", str(evil))
    page.wait_for_selector(".toast:has-text('neither a PNG nor a JPEG')")
    page.click("[data-unit] button:has-text('Open')")
    page.wait_for_selector("[data-figure=battery_mv] svg")
    assert page.locator("h2:has-text('demo data')").count() == 1
    well(desk)
    page.click("button:has-text('90 days')")
    page.wait_for_selector("[data-figure=battery_mv] path.spread")
    page.check("#tick-mounted")
    page.wait_for_selector(".toast:has-text('Ticked')")
    page.click("#stolen")
    assert page.is_disabled("#dialog-save")
    well(desk)
    page.keyboard.press("Escape")
    functional_only(desk)


def test_a_sign_is_looked_at_downloaded_and_ticked_and_its_code_is_the_notice(furnished: Story) -> None:
    desk = furnished.signed_in("owner", 390, 844)
    page = desk.page
    desk.go(f"/portal/signs/{SITE}")
    page.wait_for_selector(".preview")
    page.wait_for_function("() => document.querySelector('.preview').naturalWidth > 100")
    well(desk)
    picture = page.evaluate(PICTURE)
    seen = cv2.imdecode(np.array(picture, np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    address = scanned(seen)
    assert address.startswith(f"{furnished.origin}/notice/")
    with page.expect_download() as download:
        page.click("#print")
    assert Path(str(download.value.path())).read_bytes().startswith(b"%PDF-")
    assert download.value.suggested_filename == "sign-a4-nl-en.pdf"
    page.check("#everywhere")
    page.click("#hung")
    page.wait_for_selector(".toast:has-text('the signs hang')")
    functional_only(desk)
    passer_by = furnished.desk(390, 844, "nl")
    passer_by.go(address.removeprefix(furnished.origin))
    assert passer_by.page.inner_text("h1") == "Hier kijken camera’s"
    assert passer_by.page.context.cookies() == []
    well(passer_by)
    passer_by.page.click("nav a[lang=de]")
    passer_by.page.wait_for_selector("h1:has-text('Hier wird gefilmt')")
    assert passer_by.page.context.cookies() == []
    assert (passer_by.strangers, passer_by.complaints) == ([], [])
