# SPDX-License-Identifier: EUPL-1.2
"""Journey 28: a visitor reads a firm's site, writes to it, asks for its newsletter twice and leaves it with one press;
the firm writes the page, answers and sends, and counts views without knowing anybody."""

from __future__ import annotations

import os
import re
from pathlib import Path
from uuid import uuid4

import cv2
import numpy
import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")


def letter_link(log: Path, kind: str, but: str = "") -> str:
    """The newest link of that kind that the server's letters had; they go to its log here."""
    begun = clock.mono_s()
    while True:
        found = re.findall(rf"/newsletter/{kind}/([\w-]{{64}})", log.read_text("utf-8").replace("=\n", ""))
        if found and found[-1] != but:
            return f"/newsletter/{kind}/{found[-1]}"
        assert clock.mono_s() - begun < 20, f"no letter with a link to {kind}"


def look(desk: Desk, name: str) -> None:
    desk.settled()
    assert desk.axe() == []
    for width in (390, 1440):
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert desk.overflow() <= 0, (name, width)
        if folder := os.environ.get("ZEGEL_PICTURES"):
            desk.page.screenshot(path=str(Path(folder) / f"website-{name}-{width}.png"), full_page=True)


def test_a_visitor_writes_asks_for_the_newsletter_twice_and_leaves_it_with_one_press(story: Story) -> None:
    mark = uuid4().hex[:6]
    desk = story.signed_in("desk")
    page = desk.page
    desk.go("/service/website")
    page.click("#add-picture")
    drawing = cv2.imencode(".png", numpy.full((240, 320, 3), 90, numpy.uint8))[1].tobytes()
    page.set_input_files("#picture-file", {"name": "oven.png", "mimeType": "image/png", "buffer": drawing})
    page.fill("#picture-name", f"oven-{mark}")
    for field in page.query_selector_all("[id^=picture-alt-]"):
        field.fill("A red oven")
    look(desk, "picture")
    page.click("#dialog-save")
    desk.sees(f"code:has-text('oven-{mark}')")
    page.click("#page-home")
    page.click("#in-en")
    page.fill("#edit-body", f"We look first.\n![Ours](oven-{mark})")
    page.fill("#edit-summary", f"We mend it {mark}")
    look(desk, "pages")
    page.click("#save-page")
    desk.sees("#publish-page:not([disabled])")
    page.click("#publish-page")
    desk.sees("#publish-page[disabled]")

    visitor = story.desk()
    reads = visitor.page
    visitor.go("/site/noordman/en")
    visitor.sees(f".lead:has-text('{mark}')")
    visitor.sees("figure img[alt='A red oven']")
    assert reads.evaluate("document.querySelector('figure img').decode().then(() => true)")
    look(visitor, "home")
    reads.click(".menu a:has-text('Contact')")
    visitor.sees("#newsletter:not(:checked)")
    reads.fill("#name", f"Anna {mark}")
    reads.fill("#email", f"anna-{mark}@example.nl")
    reads.fill("#text", "My oven stays cold. When can you come?")
    reads.check("#newsletter")
    look(visitor, "contact")
    visitor.takes_time(3.1)  # nobody fills in a form faster than that
    reads.click("main button")
    visitor.sees("[data-view=contact_sent]")
    visitor.go(letter_link(story.place.server.log, "confirm"))
    reads.click("#confirm")
    visitor.sees("[data-view=confirmed]")

    desk.go("/service/website/messages")
    desk.sees(f"li:has-text('Anna {mark}')")
    page.click(f"li:has-text('Anna {mark}') .btn.primary")
    page.fill("#answer-text", "Tomorrow between ten and twelve.")
    page.click("#dialog-save")
    desk.sees(f"li:has-text('Anna {mark}') .pill:has-text('answered')")
    desk.go("/service/website/newsletter")
    desk.sees("#list:has-text('1 address on the list')")
    page.click("#write")
    page.fill("#subject-nl", f"Lente {mark}")
    page.fill("#body-nl", "## Actie\nZie [de tarieven](/site/noordman/nl/tarieven).")
    page.click("#dialog-save")
    page.click(f"li:has-text('Lente {mark}') [id^=send-]")
    page.click("#dialog-save")
    desk.sees(f"li:has-text('Lente {mark}') .pill:has-text('sen')")
    look(desk, "newsletter")

    visitor.go(letter_link(story.place.server.log, "leave"))
    reads.click("#leave")
    visitor.sees("[data-view=left]")
    assert reads.context.cookies() == []
    functional_only(visitor)
    desk.go("/service/website/newsletter")
    desk.sees("#list:has-text('0 addresses on the list')")
    desk.go("/service/website/figures")
    desk.sees("td:has-text('home')")
    look(desk, "figures")
    functional_only(desk)
