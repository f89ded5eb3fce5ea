# SPDX-License-Identifier: EUPL-1.2
"""Journey 18's package: an order is recorded and accepted, the owner makes a package in his browser, and anybody checks
it without us: the verifier inside it in a browser without a network, and `zegel verify-package`. And the log of use
says so."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")

Eventually = Callable[..., None]


def _recorded(story: Story, eventually: Eventually) -> None:
    """Something was recorded, and the unit signed its list of it."""
    story.guard()
    http = story.place.client("owner").http

    def some() -> bool:
        camera = http.get("/api/v1/cameras")["cameras"][0]["id"]
        now = http.get("/api/v1/health")["now_ms"]
        ranges = http.get(f"/api/v1/cameras/{camera}/timeline?from_ms={now - 3_600_000}&to_ms={now}")["ranges"]
        return sum(one["to"] - one["from"] for one in ranges) >= 6

    eventually(some, "a recording of six seconds", 90.0)


def _record_order(desk: Desk, reference: str) -> None:
    page = desk.page
    page.click("#order-new")
    for field, value in (
        ("authority", "Politie Rotterdam"),
        ("reference", reference),
        ("article", "126nda Sv"),
        ("scope", "Images of the gate"),
    ):
        page.fill(f"#order-{field}", value)
    page.locator("dialog fieldset input[type=checkbox]").first.check()
    assert page.locator("#order-incident").count() == 1
    assert desk.axe() == []
    page.click("#order-save")
    page.wait_for_selector(f"article.order:has-text('{reference}')")


def _order(owner: Desk) -> None:
    page = owner.page
    owner.go("/portal/evidence")
    _record_order(owner, "PL1700-1")
    page.locator("[id^=decide-]").first.click()
    page.click("#order-accept")
    page.wait_for_selector("article.order >> text=accepted")


def _package(owner: Desk, path: Path, button: str = "[id^=make-]") -> tuple[str, str]:
    """Its code, and its hash as the page says it."""
    page = owner.page
    for _ in range(12):
        page.locator(button).first.click()
        page.click("#package-make")
        page.wait_for_selector("#package-file, dialog .note.alarm", timeout=30_000)
        if page.locator("#package-file").count():
            break
        assert "has not signed its list" in page.inner_text("dialog .note.alarm")
        page.keyboard.press("Escape")
        page.wait_for_timeout(1000)
    with page.expect_download() as download:
        page.click("#package-file")
    download.value.save_as(path)
    return page.inner_text("#package-code").strip(), page.inner_text("#package-hash").strip()


def _verify(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zegel.cli", "verify-package", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def _made_without_a_browser(story: Story, folder: Path, until: str) -> None:
    """The same by `zegel package`, on the owner's own machine and by his own decision."""
    keys = story.place.keyring.people["owner"]
    begin = (datetime.fromisoformat(until) - timedelta(minutes=50)).isoformat()
    command = [sys.executable, "-m", "zegel.cli", "package", "--server", story.origin, "--email", keys.email]
    command += ["--camera", "Gate camera 2", "--from", begin, "--until", until, "--for", "Verzekeraar"]
    command += ["--out", str(folder / "own.zip"), "--c2pa"]
    env = {**os.environ, "ZEGEL_PASSWORD": keys.password}
    made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=env)
    assert made.returncode == 0, made.stderr
    code = made.stdout.partition("code  ")[2].split()[0]
    said = _verify(str(folder / "own.zip"), "--code", code, "--out", str(folder / "own"))
    assert said.returncode == 0, said.stderr
    assert "own_decision" in said.stdout
    assert "a C2PA manifest is in it and holds, by De Haan Bouw BV, certified by the installation" in said.stdout
    assert "the open film beside it is the same" in said.stdout


def _opened_offline(story: Story, folder: Path, package: Path, code: str) -> str:
    """By the page that lies in the package, from a disk, without a network; gives what it says."""
    with zipfile.ZipFile(package) as inside:
        (folder / "verify.html").write_bytes(inside.read("verify.html"))
        assert inside.read("report.pdf").startswith(b"%PDF")
    page = story.browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto((folder / "verify.html").as_uri())
        page.set_input_files("#file", package)
        page.wait_for_selector("#package")
        page.locator("li.recorded button").first.click()
        page.fill("#code", code)
        page.click("#open")
        page.wait_for_function("() => { const v = document.querySelector('video'); return v && v.currentTime > 0.1 }")
        assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
        changed = bytearray(package.read_bytes())
        changed[len(changed) // 2] ^= 1
        (folder / "changed.zip").write_bytes(changed)
        page.set_input_files("#file", folder / "changed.zip")
        page.wait_for_selector(".refused")
        assert page.locator("#package").count() == 0
        page.set_input_files("#file", package)
        page.wait_for_selector("#package")
        return page.inner_text("main")
    finally:
        page.close()


@pytest.mark.soak  # half a minute: the suite has its budget, and holds the verifier by tests/unit/records
def test_police_get_a_package_on_an_order_that_verifies_offline_and_stands_in_register_and_log(
    story: Story, eventually: Eventually, tmp_path: Path
) -> None:
    _recorded(story, eventually)
    owner = story.signed_in("owner")
    package = tmp_path / "evidence.zip"
    until = datetime.now(UTC).isoformat()
    story.rest()  # it signs its list of what it recorded, and sends it when it is back
    _order(owner)
    story.guard()
    code, digest = _package(owner, package)
    said = _verify(str(package), "--code", code, "--out", str(tmp_path / "films"))
    assert said.returncode == 0, said.stderr
    assert "PL1700-1" in said.stdout
    assert list((tmp_path / "films").glob("*.mp4"))
    (tmp_path / "cut.zip").write_bytes(package.read_bytes()[:-1])
    assert _verify(str(tmp_path / "cut.zip")).returncode == 1
    _made_without_a_browser(story, tmp_path, until)
    words = _opened_offline(story, tmp_path, package, code)
    assert "PL1700-1" in words
    owner.go("/portal/evidence")
    owner.page.wait_for_selector(".hash")
    assert digest in {text.replace("\n", "") for text in owner.page.locator(".hash").all_inner_texts()}
    assert owner.axe() == []
    owner.go("/portal/uselog")
    owner.page.wait_for_selector("td >> text=evidence package")
    assert owner.axe() == []
    assert owner.overflow() <= 0
    assert owner.complaints == []


def _closed_alarm(story: Story, eventually: Eventually) -> str:
    """An alarm that released pictures, handled and closed; the unit's lists of it are signed and there."""
    story.empty_queue()
    story.guard()
    http = story.place.client("operator").http
    found: list[str] = []

    def released() -> bool:
        found[:] = [str(one["id"]) for one in story.open_alarms() if one["images"] == "released"]
        return bool(found)

    eventually(released, "an alarm with pictures", 90.0)
    http.post(f"/api/v1/alarms/{found[0]}/claim")
    clock.sleep(8)
    http.post(f"/api/v1/alarms/{found[0]}/close", {"code": "genuine", "note": ""})
    story.rest()
    story.guard()
    return found[0]


def _english(desk: Desk, path: str) -> Desk:
    """On that page, in the language that this test reads."""
    desk.go(path)
    if desk.page.get_attribute("html", "lang") != "en":
        desk.page.click("button[lang=en]")
        desk.page.wait_for_selector("html[lang=en]")
    return desk


def _two_agree(story: Story, alarm_id: str) -> Desk:
    """One supervisor records and accepts the order and asks; the other one, whose desk this gives, approves."""
    path = f"/backoffice/privacy/disclosures/{alarm_id}"
    first, second = _english(story.signed_in("supervisor"), path), _english(story.signed_in("supervisor2"), path)
    page = first.page
    _record_order(first, "PL1700-2")
    article = "article.order:has-text('PL1700-2')"
    page.locator(f"{article} [id^=decide-]").click()
    page.click("#order-accept")
    page.wait_for_selector(f"{article} >> text=accepted")
    page.locator(f"{article} [id^=ask-]").click()
    page.wait_for_selector("[data-preparation] >> text=waits for a supervisor")
    assert page.locator("[id^=approve-]").count() == 0, "who asked can't agree with himself"
    assert first.axe() == []
    second.go(path)
    second.page.locator("[id^=approve-]").click()
    second.page.wait_for_selector("[data-preparation] >> text=approved until")
    return second


@pytest.mark.soak  # the suite has its budget: tests/integration/evidence holds the two persons, tests/unit the verifier
def test_two_persons_of_the_alarm_centre_make_a_package_of_what_an_alarm_released_in_their_own_browser(
    story: Story, eventually: Eventually, tmp_path: Path
) -> None:
    second = _two_agree(story, _closed_alarm(story, eventually))
    package = tmp_path / "centre.zip"
    code, digest = _package(second, package, "[data-preparation] [id^=make-]")
    said = _verify(str(package), "--code", code, "--out", str(tmp_path / "films"))
    assert said.returncode == 0, said.stderr
    assert "a person of the alarm centre, as the log says" in said.stdout
    assert "approved: Jan Kok" in said.stdout, "who agreed stands in its chain of custody"
    assert list((tmp_path / "films").glob("*.mp4"))
    assert "PL1700-2" in _opened_offline(story, tmp_path, package, code)
    second.page.keyboard.press("Escape")
    second.page.wait_for_selector(".hash")
    assert digest in {text.replace("\n", "") for text in second.page.locator(".hash").all_inner_texts()}
    assert second.axe() == []
    owner = story.signed_in("owner")
    owner.go("/portal/evidence")
    owner.page.wait_for_selector("td >> text=the alarm centre, two persons")
    assert owner.complaints == []
    assert second.complaints == []
