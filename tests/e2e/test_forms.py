# SPDX-License-Identifier: EUPL-1.2
"""Journey 25: a consumer registers a product in a form inside a shop's own page, on another origin, put there by one
line; he consents to exact words, sees the link to the privacy statement, and the consent is on record. In a page that
the shop did not name there is no form."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import AXE, Desk

pytestmark = pytest.mark.usefixtures("desks_closed")

PAGE = """<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Noordman</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Uw product registreren</h1>{line}<p id="after">Onze winkel</p></main></body></html>"""


@contextmanager
def somebody_s_site(line: str) -> Iterator[str]:
    """Another origin, another server, and its own page with that line in it. Strict about everything but the form."""
    home = line.split('src="', 1)[1].split("/embed.js", 1)[0] if "embed.js" in line else ""
    content = PAGE.format(line=line).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", f"default-src 'none'; script-src {home}; frame-src {home}")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _fits(desk: Desk) -> None:
    desk.settled()
    assert desk.axe() == []
    for width in (390, 1440):
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert desk.overflow() <= 0, width


def _line_of(shop: Desk, origins: str) -> str:
    """The owner names the site in which his form may stand, and copies the line."""
    shop.go("/service/forms")
    shop.sees("#origins")
    shop.page.fill("#origins", origins)
    shop.page.click("#save-forms")
    shop.sees("#embed-registration")
    shop.page.click("#embed-registration")
    return shop.page.inner_text("#line")


def test_a_product_is_registered_in_a_form_inside_the_shop_s_own_page(story: Story) -> None:
    shop = story.signed_in("shop")
    line = _line_of(shop, "https://www.noordman.example")
    with somebody_s_site(line) as site, somebody_s_site(line) as elsewhere:
        _line_of(shop, f"https://www.noordman.example\n{site}")
        visitor = story.desk(390, 844, "nl")
        page = visitor.page
        page.goto(f"{site}/registreren")
        form = page.frame_locator("iframe")
        form.locator("#form").wait_for()
        assert page.get_by_role("link", name="Privacyverklaring").get_attribute("href") == (
            f"{story.origin}/forms/noordman/privacy?lang=nl"
        )
        before = page.locator("iframe").bounding_box()
        assert before is not None
        page.frames[1].wait_for_function("() => document.documentElement.scrollHeight <= innerHeight")  # none scrolls
        assert before["width"] <= 390
        assert not form.locator("#agree").is_checked()
        frame = page.frames[1]
        frame.evaluate(AXE.read_text("utf-8"))
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = frame.evaluate("async rules => (await axe.run(document, {runOnly: rules})).violations", rules)
        assert [one["id"] for one in found] == []
        form.locator("#model").select_option(label="Aqua Spin 900 AS900-NL")
        form.locator("#serial").fill("j25-0001")
        form.locator("#name").fill("Journey Vijfentwintig")
        form.locator("#street").fill("Proefstraat")
        form.locator("#house_number").fill("25")
        form.locator("#postcode").fill("3011 AA")
        form.locator("#city").fill("Rotterdam")
        form.locator("#email").fill("journey25@people.example")
        visitor.takes_time(2.1, frame)  # nobody fills it in within two seconds, and the form knows
        form.locator("#send").click()
        assert form.locator("[data-view=form]").count() == 1  # without his consent it goes nowhere
        form.locator("#agree").check()
        form.locator("#send").click()
        form.locator("[data-view=sent]").wait_for()
        page.wait_for_function("height => document.querySelector('iframe').offsetHeight < height", arg=before["height"])
        assert page.context.cookies() == []
        assert page.context.storage_state() == {"cookies": [], "origins": []}
        assert {one.split("/")[2] for one in visitor.strangers} == {site.split("//")[1]}
        assert visitor.complaints == []

        stranger = story.desk(1440, 900, "nl")
        stranger.page.goto(f"{elsewhere}/registreren")
        stranger.page.wait_for_selector("iframe")
        stranger.page.wait_for_timeout(800)
        assert stranger.page.frame_locator("iframe").locator("#form").count() == 0
        assert any("frame-ancestors" in said for said in stranger.complaints)
        stranger.complaints.clear()

        shop.go("/service/forms")
        shop.sees(f".items li:has-text('Journey Vijfentwintig'):has-text('{site.removeprefix('http://')}')")
        _fits(shop)


def test_the_desk_finds_what_was_registered_and_decides_when_two_name_one_number(story: Story) -> None:
    for name, email in (("Anna Eerst", "anna@people.example"), ("Bram Later", "bram@people.example")):
        visitor = story.desk(390, 844, "en")
        page = visitor.page
        visitor.go("/forms/noordman/registration?lang=en")
        page.select_option("#model", label="Norda Kyl 340 NK340")
        page.fill("#serial", "twice-1")
        for field, text in (("name", name), ("street", "Kade"), ("house_number", "1"), ("postcode", "3011 AB"),
                            ("city", "Rotterdam"), ("email", email)):  # fmt: skip
            page.fill(f"#{field}", text)
        page.check("#agree")
        visitor.takes_time(2.1)
        page.click("#send")
        visitor.sees("[data-view=sent]")
        _fits(visitor)
        assert page.context.cookies() == []
    shop = story.signed_in("shop")
    page = shop.page
    shop.go("/service/items/doubt")
    shop.sees(".items li:has-text('Bram Later')")
    _fits(shop)
    page.click(".items li:has-text('Bram Later') a")
    shop.sees("#believe")
    _fits(shop)
    page.click("#believe")
    page.click("dialog .foot .btn:last-child")
    shop.sees(".owners li:has-text('Anna Eerst')")
    shop.sees(".owners li:first-child:has-text('Bram Later')")
    shop.go("/service/products")
    shop.sees(".table td:has-text('Norda Kyl 340')")
    _fits(shop)
