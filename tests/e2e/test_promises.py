# SPDX-License-Identifier: EUPL-1.2
"""Journeys 23 and 24: an auditor with a read-only account takes one pack; anybody reads the statement, each sentence
with its state today, in four languages."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk
from zegel.client.person import Refused
from zegel.demo.processes import run, wait_until
from zegel.demo.world import WORLD

pytestmark = pytest.mark.usefixtures("desks_closed")

PROVIDER = WORLD.party("waak").id
LANGUAGES = {"nl": "Privacyverklaring", "sv": "Integritetsredogörelse", "de": "Datenschutzerklärung",
             "en": "Privacy statement"}  # fmt: skip


def shot(desk: Desk, name: str) -> None:
    """To be looked at, where somebody names a folder."""
    if folder := os.environ.get("ZEGEL_SHOTS"):
        desk.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture(scope="module")
def tried(story: Story) -> Story:
    """Without waiting for the monitor's hour."""
    story.place.client("privacy").http.post("/api/v1/promises/check", {"promises": []})
    return story


def test_anybody_reads_the_statement_with_its_states_in_four_languages(tried: Story) -> None:
    story = tried
    desk = story.desk(1440, 900)
    for language, title in LANGUAGES.items():
        desk.page.goto(f"{story.origin}/statement?of={PROVIDER}&lang={language}")
        assert desk.page.locator("h1").inner_text() == title
        assert desk.page.locator("html").get_attribute("lang") == language
    assert desk.page.locator("[data-state=kept]").count() > 10
    assert desk.axe() == []
    desk.page.goto(f"{story.origin}/promises?of={PROVIDER}&lang=en")
    score = desk.page.locator(".big").inner_text()
    kept, of = map(int, re.findall(r"\d+", score))
    assert kept == desk.page.locator("article[data-state=kept]").count()
    assert of == desk.page.locator("article").count()
    assert desk.axe() == []
    shot(desk, "promises-1440")
    with desk.page.expect_download() as download:
        desk.page.locator("#C12 a", has_text="Evidence").click()
    assert json.loads(Path(download.value.path()).read_text())["promise"] == "C12"
    assert desk.page.context.cookies() == []
    phone = story.desk(390, 844)
    phone.page.goto(f"{story.origin}/promises?of={PROVIDER}&lang=nl")
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.page.emulate_media(color_scheme="dark")
    assert phone.axe() == []
    shot(phone, "promises-390-dark")


def test_an_auditor_reads_everything_takes_his_pack_and_sees_no_image(tried: Story) -> None:
    story = tried
    desk = story.signed_in("auditor")
    page = desk.page
    page.wait_for_url("**/backoffice/privacy/**")
    page.goto(f"{story.origin}/backoffice/privacy/promises")
    page.locator(".promise-big").wait_for()
    assert page.locator("#try-all").count() == 0
    assert desk.axe() == []
    shot(desk, "privacy-promises-1440")
    with page.expect_download() as download:
        page.locator("#pack").click()
    pack = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    names = pack.namelist()
    assert "MANIFEST.sha256" in names
    assert not [name for name in names if "NOT-MADE" in name]
    receipts = [name for name in names if name.startswith("log/receipts/") and "missing" not in name]
    receipt = story.folder / "auditor-receipt.txt"
    receipt.write_bytes(pack.read(receipts[0]))
    run(["ledger", "verify-receipt", str(receipt), "--key", story.place.log.vkey])
    http = story.place.client("auditor").http
    for refused in ("/api/v1/alarms", "/api/v1/use-log"):
        with pytest.raises(Refused):
            http.get(refused)
    wait_until(lambda: bool(http.get("/api/v1/promises")["witnesses"][0]["at_ms"]), "the witness", 15.0, story.stage)
