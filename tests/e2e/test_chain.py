# SPDX-License-Identifier: EUPL-1.2
"""Journey 26 in real browsers, from its beginning to its end: a consumer asks for a repair in a form inside a shop's
page, the desk offers it, a mechanic does it in a cellar without a line, the repair centre and the carrier each see only
their part, the carrier has it signed for where there is no line, the consumer follows and corrects his address, the
order is closed, and he is made anonymous with a look beforehand and a proof."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import functional_only
from tests.e2e.test_forms import somebody_s_site
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")
PHONE = (390, 844)


def accepted(phone: Any) -> None:
    """The first offer, taken with one thumb."""
    phone.sees("#offers .offer[data-state=open]")
    phone.page.click("#offers .offer[data-state=open] .btn.primary")
    phone.sees("#what")


def compared(phone: Any, words: str) -> None:
    """The key's words, as the firm sees them itself."""
    assert phone.page.query_selector("#add-photo") is None
    phone.page.click("#compare-key")
    assert phone.page.get_attribute("#firm-words [role=img]", "aria-label").split(": ")[1] == words
    phone.page.click("#same-words")
    phone.sees("#add-signature")


def without_a_line(phone: Any) -> None:
    phone.page.wait_for_function("async () => (await (await caches.open('zegel-partner')).keys()).length > 3")
    phone.page.context.set_offline(True)
    phone.page.reload()
    phone.sees("#arrived")


def line_again(phone: Any, waited: str) -> None:
    phone.sees("#jobs")
    assert phone.page.get_attribute("#content", "data-waiting") == waited
    phone.page.context.set_offline(False)
    phone.page.wait_for_function("() => document.querySelector('#content').dataset.waiting === '0'")
    assert phone.axe() == []
    assert phone.overflow() <= 0
    functional_only(phone)


def ends(phone: Any, outcome: str) -> None:
    phone.page.click("#done")
    phone.page.check(f"input[name=outcome][value={outcome}]")
    phone.page.click("#done-keep")


def kept_line(shop: Any) -> str:
    """The words of the shop's own key, as its page of partners tells them."""
    shop.go("/service/partners")
    shop.sees("#own-words [role=img]")
    return str(shop.page.get_attribute("#own-words [role=img]", "aria-label").split(": ")[1])


def asked(story: Story, who: dict[str, str]) -> None:
    """A consumer asks for a repair in the shop's own page, on another origin; without cookies."""
    http = story.place.client("shop").http
    forms = http.get("/api/v1/service/forms")
    [line] = [one["line"] for one in forms["forms"] if one["kind"] == "repair"]
    with somebody_s_site(line) as site:
        kinds = [one["kind"] for one in forms["forms"] if one["on"]]
        http.raw("PUT", "/api/v1/service/forms", {"origins": [*forms["origins"], site], "kinds": kinds})
        visitor = story.desk(*PHONE)
        visitor.page.goto(f"{site}/repair")
        form = visitor.page.frame_locator("iframe")
        form.locator("#model").select_option(index=1)
        form.locator("#text").fill("Water under it. Call Sanne on 06-12345678.")
        for name, value in who.items():
            form.locator(f"#{name}").fill(value)
        form.locator("#agree").check()
        visitor.takes_time(2.1, visitor.page.frames[1])  # nobody fills it in within two seconds, and the form knows
        form.locator("#send").click()
        form.locator("[data-view=sent]").wait_for()
        assert visitor.page.context.cookies() == []


def follow_link(log: Path, number: str) -> str:
    """The link of the letter about this order; letters go to the server's log here."""
    begun = clock.mono_s()
    while True:
        letters = log.read_text("utf-8").replace("=\n", "")
        found = re.findall(rf"{re.escape(number)}(?:(?!\d\d-\d{{6}}).)*?/follow/([\w-]{{43}})", letters, re.DOTALL)
        if found:
            return f"/follow/{found[-1]}"
        assert clock.mono_s() - begun < 20, f"no letter about {number}"


def test_a_repair_from_the_consumers_form_to_his_being_forgotten(
    story: Story, eventually: Callable[..., None]
) -> None:
    who = {
        "name": f"Sanne {uuid4().hex[:6]} de Boer", "street": "Veerhaven", "house_number": "12", "postcode": "3016 CJ",
        "city": "Rotterdam", "email": f"{uuid4().hex[:8]}@example.org", "phone": "+31 6 1234 5678",
    }  # fmt: skip
    asked(story, who)
    shop = story.signed_in("shop")
    http = story.place.client("shop").http
    words = kept_line(shop)
    shop.go("/service/orders")
    shop.page.fill("#search-orders", who["name"])
    shop.page.click(f".order-row:has-text('{who['name']}') >> nth=0")
    shop.sees("#steps")
    shop.page.click("#offer-step")
    shop.page.select_option("#step-kind", "visit")
    shop.page.click("#step-save")
    shop.sees("[data-step=visit][data-state=offered]")
    path = f"/api/v1/service/orders/{shop.page.url.rsplit('/', 1)[1]}"
    order = http.get(path)

    phone = story.signed_in("mechanic", *PHONE)
    phone.sees("#offers .offer[data-state=open]")
    assert who["name"] not in phone.page.inner_text("body")
    assert "Veerhaven" not in phone.page.inner_text("body")
    accepted(phone)
    assert who["name"] in phone.page.inner_text("h1")
    assert who["email"] not in phone.page.inner_text("body")
    compared(phone, words)
    without_a_line(phone)  # a cellar
    phone.page.click("#arrived")
    phone.page.click("#add-note")
    phone.page.fill("#note-text", "The pump is broken.")
    phone.page.click("#note-keep")
    phone.page.set_input_files("#add-photo input", {"name": "p.png", "mimeType": "image/png", "buffer": picture()})
    phone.sees("#photos")
    ends(phone, "not_solved")
    line_again(phone, "4")

    shop.sees("[data-step=visit][data-state=done]")
    shop.page.click("[data-step=visit] .btn.small >> nth=0")  # the photo, with the firm's own key
    shop.sees("dialog img.chain-photo")
    assert shop.page.evaluate("async () => { const i = document.querySelector('dialog img'); await i.decode();"
                              " return i.naturalWidth; }") == 64  # fmt: skip
    shop.page.keyboard.press("Escape")
    http.post(f"{path}/steps", {"kind": "workshop"})

    repairer = story.signed_in("repairer", *PHONE)
    accepted(repairer)
    seen = repairer.page.inner_text("#content")
    for hidden in (who["name"], "Sanne", "Veerhaven", "3016", "1234", who["email"]):
        assert hidden not in seen
    assert "The pump is broken." in seen
    ends(repairer, "solved")
    eventually(lambda: http.get(path)["state"] == "in_work", "somebody works on it")
    http.post(f"{path}/steps", {"kind": "deliver", "other_end": "Linge, Kade 1, Tiel"})

    carrier = story.signed_in("carrier", *PHONE)
    accepted(carrier)
    seen = carrier.page.inner_text("#content")
    assert who["name"] in seen
    for hidden in ("pump", "leaks", "Water", who["email"]):
        assert hidden not in seen
    with carrier.page.expect_download() as label:
        carrier.page.click("#label")
    assert Path(label.value.path()).read_bytes().startswith(b"%PDF")

    consumer = story.desk(*PHONE)
    link = follow_link(story.place.server.log, order["number"])
    consumer.go(link)
    consumer.page.click("#open")
    consumer.sees("body.tenant #own-form")
    assert consumer.axe() == []
    consumer.page.fill("#own-house_number", "14")
    consumer.page.click("#correct")
    consumer.sees("[role=status]")
    functional_only(consumer)
    carrier.page.reload()
    eventually(lambda: "Veerhaven 14" in carrier.page.inner_text("#where"), "the carrier reads the new address")

    compared(carrier, words)
    without_a_line(carrier)  # a lift, a cellar again
    carrier.page.click("#arrived")
    carrier.page.click("#add-signature")
    carrier.sees("dialog canvas")
    box = carrier.page.locator("dialog canvas").bounding_box()
    assert box is not None
    carrier.page.mouse.move(box["x"] + 20, box["y"] + 20)
    carrier.page.mouse.down()
    carrier.page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    carrier.page.mouse.up()
    carrier.page.fill("#sign-name", "S. de Boer")
    carrier.page.click("#sign-keep")
    carrier.sees("#signed")
    ends(carrier, "moved")
    line_again(carrier, "4")

    shop.sees("[data-step=deliver][data-state=done]")
    with shop.page.expect_response(lambda one: one.url.endswith("/exports/printed")):
        shop.page.evaluate("() => { window.print = () => undefined }")
        shop.page.click("#print")
    shop.page.keyboard.press("e")
    shop.page.check("dialog input[value=repaired]")
    shop.page.check("dialog input[value=wear]")
    shop.page.click("#dialog-save")
    eventually(lambda: http.get(path)["state"] == "done", "the order is closed")
    uses = str(http.get("/api/v1/use-log")["uses"])
    assert "label" in uses
    assert "print" in uses

    shop.go(f"/service/customers/{order['customer']['id']}")
    shop.page.click("#forget")  # he asked for it; first what would go is shown
    shop.sees("dialog .fates > li")
    shop.page.click("#dialog-save")
    shop.sees("#forgotten ~ p .hash")  # the proof
    assert "Sanne" not in shop.page.inner_text("main")
    consumer.page.reload()
    assert "Veerhaven" not in consumer.page.content()
    for one in (phone, carrier):
        eventually(lambda one=one: who["name"] not in str(one.page.reload() and one.page.inner_text("body")),
                   "what partners knew of him is gone")  # fmt: skip


def picture() -> bytes:
    import io

    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (64, 48), (120, 30, 30)).save(made, "PNG")
    return made.getvalue()
