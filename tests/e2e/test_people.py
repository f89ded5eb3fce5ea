# SPDX-License-Identifier: EUPL-1.2
"""Journey 8: from the invitation to an armed unit, on a phone; then people, keys and second factors, in the browser."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import functional_only
from zegel.client.person import Client, unb64
from zegel.demo import scene
from zegel.seal.envelope import Envelope
from zegel.seal.keyset import Keyset
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")

Eventually = Callable[..., None]
EMAIL = "anna@vermeer.example"
PASSWORD = "koper zwaluw drempel kaneel 8"
_LINK = re.compile(r"/invitation/([0-9a-f]{64})")
_CODE = re.compile(r"ZEGEL1:[A-Z2-7]+")


def found(log: Path, wanted: re.Pattern[str], seconds: float = 30.0) -> str:
    """What a program said, once it said it."""
    begun = clock.mono_s()
    while True:
        hits = wanted.findall(log.read_text(errors="replace").replace("=\n", "")) if log.exists() else []
        if hits:
            return str(hits[-1])
        assert clock.mono_s() - begun < seconds, f"{wanted.pattern} did not appear in {log.name}"
        clock.sleep(0.1)


def strangers_unit(story: Story) -> tuple[Any, str]:
    """A unit that nobody owns yet, on the link, and its code."""
    home = story.folder / "vermeer"
    program = story.stage.start(
        "unit-vermeer",
        ["unit", "enrol", "--data", str(home), "--server", story.place.link, "--ca", str(story.place.ca),
         "--camera", f"Drive=file:{scene_clip(story)}?loop=1"],
    )  # fmt: skip
    return program, found(program.log, _CODE)


def scene_clip(story: Story) -> Path:
    from tests.e2e.conftest import first_half_minute

    path = story.folder / "yard.mp4"
    return path if path.exists() else first_half_minute(path)


def done(page: Any, step: str) -> bool:
    return bool(page.get_attribute(f"li[data-step={step}]", "data-done") == "yes")


def back_at_the_list(page: Any) -> None:
    page.wait_for_selector(".todo")


def test_journey_8_from_the_invitation_to_an_armed_unit_on_a_phone(story: Story, eventually: Eventually) -> None:
    body = {"kind": "household", "name": "Familie Vermeer", "country": "NL", "language": "en",
            "owner_name": "Anna Vermeer", "owner_email": EMAIL}  # fmt: skip
    story.place.client("admin").http.post("/api/v1/provider/customers", body)
    assert story.place.server is not None
    link = found(story.place.server.log, _LINK)
    unit, code = strangers_unit(story)
    desk = story.desk(390, 844)
    page = desk.page

    desk.go(f"/invitation/{link}")
    page.wait_for_selector("text=Familie Vermeer")
    page.click("#go")
    page.fill("#new-password", "password123")
    page.fill("#again", "password123")
    page.click("#go")
    page.wait_for_selector("[role=alert]")
    page.fill("#new-password", PASSWORD)
    page.fill("#again", PASSWORD)
    assert desk.axe() == []
    page.click("#go")
    page.wait_for_selector("#recovery-code")
    paper = "-".join(page.locator("#recovery-code span").all_inner_texts())
    page.fill("#typed-code", paper[:-1] + ("A" if paper[-1] != "A" else "B"))
    page.click("#go")
    page.wait_for_selector("text=This is not the code")
    page.fill("#typed-code", paper.lower().replace("-", " "))
    page.click("#go")

    page.wait_for_url("**/portal/start")
    back_at_the_list(page)
    assert done(page, "account")
    assert done(page, "key")
    assert "the agreement" in page.inner_text("li[data-step=arm]")
    page.click("#go-agreements")
    page.wait_for_selector("#document")
    assert "Familie Vermeer" in page.inner_text("#document")
    assert desk.axe() == []
    page.check("#have-read")
    page.click("#sign")
    page.wait_for_selector(".title .pill.ok:has-text('in force')")  # "none in force" before it

    desk.go("/portal/start/pair")  # gone on with, as on another day
    page.fill("#site-name", "Home")
    page.fill("#site-address", "Lindelaan 8, Utrecht")
    page.click("#add-site")
    page.wait_for_selector("#pairing-code")
    page.fill("#pairing-code", code)
    page.fill("#unit-name", "Drive")
    page.click("#find")
    page.wait_for_selector("#same")
    page.click("#witnesses summary")
    page.check("[data-witness]")  # somebody else's memory of the log; she has its words from the witness itself
    assert desk.axe() == []
    page.click("#same")
    page.wait_for_selector("#go-on, .error", timeout=60_000)
    assert page.query_selector(".error") is None, page.inner_text(".error")
    page.click("#go-on")
    back_at_the_list(page)
    assert [witness.vkey for witness in pinned(story).witnesses] == [story.place.witness]
    unit.process.wait(30)
    story.stage.forget(unit)
    guarding = scene.run_unit(story.stage, story.folder / "vermeer", "unit-vermeer-run")
    page.wait_for_selector("#go-purpose")
    assert page.query_selector("#arm") is None, "arming is offered without a purpose and a sign"
    page.click("#go-purpose")
    page.click("#record")
    back_at_the_list(page)
    page.click("#go-sign")
    page.click("#hung")
    page.wait_for_selector("text=The sign hangs here")
    page.click("#back")
    page.click("#arm")
    page.wait_for_selector("li[data-step=arm][data-done=yes]", timeout=60_000)
    assert desk.overflow() <= 0
    assert desk.axe() == []
    assert PASSWORD not in "".join(desk.sent)
    assert paper not in "".join(desk.sent)
    assert paper.replace("-", "") not in "".join(desk.sent)
    functional_only(desk)
    assert desk.complaints == []
    guarding.stop()
    story.stage.forget(guarding)


def pinned(story: Story) -> Keyset:
    """The keyset that Anna signed for her unit."""
    http = Client.sign_in(story.origin, EMAIL, PASSWORD).http
    (unit,) = http.get("/api/v1/units")["units"]
    said = http.get(f"/api/v1/units/{unit['id']}/trust")
    return Keyset.decode(Envelope.decode(unb64(said["keyset"])).body)


def keep(desk: Any, name: str) -> None:
    """For whoever wants to look: ZEGEL_LOOK=folder."""
    folder = os.environ.get("ZEGEL_LOOK")
    if folder:
        desk.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def totp_now(secret: str) -> str:
    from zegel.server.people.second_factor import totp

    return totp(base64.b32decode(secret.replace(" ", "")), clock.wall_ms() // 30_000).decode()


def test_a_passkey_and_a_code_guard_the_account_and_the_recovery_code_stands_in(story: Story) -> None:
    keys = story.place.keyring.people["household"]
    desk = story.signed_in("household")
    page = desk.page
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    desk.go("/portal/security")
    page.wait_for_selector("#add-passkey")
    keep(desk, "security-1440")
    assert desk.axe() == []
    page.click("#add-passkey")
    page.click("#do-it")
    page.wait_for_selector("dialog", state="detached")
    page.click("#add-totp")
    page.wait_for_selector("#totp-secret")
    page.fill("#digits", totp_now(page.inner_text("#totp-secret")))
    page.click("#do-it")
    page.wait_for_selector("dialog", state="detached")
    page.click(".tab-you")
    page.click("#sign-out")
    page.wait_for_selector("#email")
    page.fill("#email", keys.email)
    page.fill("#password", keys.password)
    page.press("#password", "Enter")
    page.click("#use-passkey")
    page.wait_for_url("**/portal/**")

    other = story.desk(390, 844)
    other.go("/sign-in")
    other.page.fill("#email", keys.email)
    other.page.fill("#password", keys.password)
    other.page.press("#password", "Enter")
    other.page.wait_for_selector("#way-recovery")
    assert other.axe() == []
    other.page.click("#way-recovery")
    other.page.fill("#factor", "AAAA-BBBB")
    other.page.click("#give")
    other.page.wait_for_selector("[role=alert]")
    assert desk.complaints == []


def test_a_server_that_shows_another_key_is_told_apart_in_the_browser(story: Story) -> None:
    desk = story.signed_in("owner")
    page = desk.page

    def lie(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        for member in body["members"]:
            if member["name"] == "Yusuf Demir":
                member["open_pk"] = body["members"][0]["open_pk"]
        route.fulfill(response=answer, json=body)

    desk.go("/portal/people")
    row = "li[data-person]:has-text('Yusuf Demir')"
    page.wait_for_selector(row)
    keep(desk, "people-1440")
    assert desk.axe() == []
    page.click(f"{row} >> button:has-text('Compare the words')")
    page.click("#same")
    page.wait_for_selector(f"{row}[data-standing=compared]")
    page.route("**/api/v1/members", lie)
    page.reload()
    page.wait_for_selector(f"{row}[data-standing=changed]")
    assert "not the one that you compared" in page.inner_text(row)
    keep(desk, "people-changed-1440")


def turn_to(desk: Any, view: str) -> None:
    """As a link inside the portal does: without loading everything anew."""
    desk.page.evaluate(
        "view => { history.pushState(null, '', `/portal/${view}`); dispatchEvent(new PopStateEvent('popstate')) }", view
    )
    desk.page.wait_for_selector(f"main[data-view={view.split('/')[0]}] .title")
    desk.settled()


def test_lost_password_and_every_page_on_a_phone(story: Story) -> None:
    """The code of the demo's people stands nowhere, so a wrong one is tried: the page says so, and nothing else."""
    desk = story.desk(390, 844)
    desk.go("/recovery")
    page = desk.page
    page.fill("#email", "son@lindqvist.example")
    page.fill("#code", "ABCD-EFGH")
    page.fill("#new-password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("#go")
    page.wait_for_selector("[role=alert]")
    assert desk.axe() == []
    keep(desk, "recovery-390")
    phone = story.signed_in("owner", 390, 844)
    for view in ("start", "people", "agreements", "security", "start/pair", "start/purpose"):
        turn_to(phone, view)
        keep(phone, f"{view.replace('/', '-')}-390")
        assert phone.axe() == [], view
        assert phone.overflow() <= 0, view
    phone.page.click(".tab-more")
    keep(phone, "more-390")
    assert phone.axe() == []
    assert phone.complaints == []
