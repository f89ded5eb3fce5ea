# SPDX-License-Identifier: EUPL-1.2
"""A technician adds a panel that speaks encrypted, and sees its first signal arrive while he stands before it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.protocols import dc09
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")

KEY = "5A" * 16
ACCOUNT = "E2E1"
TABS = {
    "technician": ("panels", "lines", "mail", "brokers", "integrations", "codes", "figures"),
    "supervisor": ("panels", "lines", "mail", "codes", "figures"),
}


def _settings(story: Story, person: str, width: int = 1440, height: int = 900) -> Desk:
    desk: Desk = story.signed_in(person, width, height)
    desk.go("/backoffice/settings/")
    if desk.page.get_attribute("html", "lang") != "en":
        desk.page.click("button[lang=en]")
        desk.page.wait_for_selector("html[lang=en]")
    desk.page.wait_for_selector("h1:has-text('Panels')")
    return desk


def _dial(data: Path, words: str, seq: int) -> bytes:
    """What a panel does: an encrypted frame, and the wait for its answer."""
    port = json.loads((data / "run" / "serve.json").read_text())["dc09_port"]
    frame = dc09.write("SIA-DCS", ACCOUNT, words, seq=seq, key=dc09.Key.of(KEY, "hex"), now_ms=clock.wall_ms())
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(frame)
        answer = b""
        while not answer.endswith(b"\r"):
            part = line.recv(1024)
            assert part, "the receiver hung up"
            answer += part
    return answer


def test_a_technician_adds_an_encrypted_panel_and_sees_its_first_signal_arrive(story: Story) -> None:
    desk = _settings(story, "technician")
    page = desk.page
    page.keyboard.press("n")
    page.wait_for_selector("dialog #account")
    page.fill("#account", "no digits")
    page.fill("#key", "1234")
    page.click("#dialog-save")
    for field in ("name", "account", "key"):
        page.wait_for_selector(f"#{field}-error")
    assert desk.axe() == []

    page.select_option("#site_id", label="Harbour yard North · De Haan Bouw BV")
    page.select_option("#line_id", label="DC-09")
    page.fill("#name", "Canteen panel")
    page.fill("#account", ACCOUNT.lower())
    page.fill("#key", KEY)
    assert page.get_attribute("#key", "type") == "password"
    page.click("#dialog-save")
    desk.sees("#first-signal:has-text('Waiting for the first signal…')")
    assert KEY not in page.content()

    assert b'"*ACK"' in _dial(story.place.data, f"#{ACCOUNT}|Nri1/BA003^canteen door^", 1)
    page.wait_for_selector("#first-signal.heard", timeout=5000)
    page.click("[data-code=BA]")
    page.wait_for_selector(".reading:has-text('canteen door')")
    page.wait_for_selector(".raw pre:has-text('0000  0a')")

    page.click("#edit-zones")
    page.fill("#zone-0", "3")
    page.click("#save-zones")
    page.wait_for_selector(".zone-row [role=alert]:has-text('Give it a name.')")
    page.fill("#name-0", "Canteen door")
    page.click("#save-zones")
    page.wait_for_selector("#signals:has-text('Canteen door (3)')")
    page.wait_for_selector("#first-signal:has-text('Heard from 1 of 1 zones')")
    assert desk.axe() == []
    _at_every_width(desk)

    page.click("#start-test")
    page.click("#dialog-save")
    page.wait_for_selector("[data-test]:has-text('A test runs')")
    page.click("#end-test")
    page.wait_for_selector("[data-test]", state="detached")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-panel='Canteen panel']:has-text('In contact')")
    assert not any(KEY in sent for sent in desk.sent[-3:])
    functional_only(desk)
    assert desk.complaints == []


def _at_every_width(desk: Desk) -> None:
    for width in (360, 390, 768, 2560, 1440):
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert desk.overflow() <= 0, width


def test_a_mail_camera_s_address_and_a_system_s_key_are_told_once(story: Story) -> None:
    desk = _settings(story, "technician")
    page = desk.page
    page.keyboard.press("3")
    page.click("#add-mail")
    page.select_option("#site_id", label="Harbour yard North · De Haan Bouw BV")
    page.fill("#name", "Shed camera")
    page.click("#dialog-save")
    address = page.inner_text("#once")
    assert "@" in address
    page.click("#once-done")
    page.wait_for_selector("[data-mail='Shed camera']:has-text('Seen by the server')")
    page.keyboard.press("5")
    page.click("#add-integration")
    page.select_option("#owner_id", label="De Haan Bouw BV")
    page.fill("#name", "Access control")
    page.locator(".ways-form.scroll input").first.check()
    page.click("#dialog-save")
    key = page.inner_text("#once")
    assert key.startswith("zgl_")
    page.click("#once-done")
    page.wait_for_selector("[data-integration='Access control']")
    page.reload()
    page.wait_for_selector("[data-integration='Access control']")
    assert key not in page.content()

    owner = story.signed_in("owner")
    owner.go("/portal/cameras")
    owner.page.wait_for_selector("[data-mail='Shed camera']:has-text('Seen by the server')")
    assert owner.complaints == []


@pytest.mark.parametrize("person", ["technician", pytest.param("supervisor", marks=pytest.mark.soak)])
def test_every_tab_is_reachable_by_its_key_and_fits_a_phone(story: Story, person: str) -> None:
    desk = _settings(story, person)
    for number, tab in enumerate(TABS[person], 1):
        desk.page.keyboard.press(str(number))
        desk.page.wait_for_selector(f"#tab-{tab}[aria-current=page]")
        desk.settled()  # axe looks at each in test_c4
        desk.page.set_viewport_size({"width": 390, "height": 844})
        assert desk.overflow() <= 0, tab
        desk.page.set_viewport_size({"width": 1440, "height": 900})
    assert desk.page.locator("#trouble").count() == 0
    assert desk.complaints == []


def test_an_installer_reads_where_panels_call(story: Story) -> None:
    desk = _settings(story, "technician")
    desk.page.click("#tab-lines")
    said = desk.page.inner_text("#where-to-call")
    assert str(json.loads((story.place.data / "run" / "serve.json").read_text())["dc09_port"]) in said
    assert "localhost" in said
