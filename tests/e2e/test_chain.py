# SPDX-License-Identifier: EUPL-1.2
"""Journey 26 in real browsers: the desk offers a repair, a mechanic does it in a cellar without a line, the repair
centre and the carrier each see only their part, the consumer follows and corrects his address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import functional_only

pytestmark = pytest.mark.usefixtures("desks_closed")
PHONE = (390, 844)


@pytest.fixture
def order(story: Story) -> dict[str, Any]:
    """A repair of a consumer of the shop, as the desk took it in."""
    http = story.place.client("desk").http
    who = {
        "name": f"Sanne {uuid4().hex[:6]} de Boer", "street": "Veerhaven", "house_number": "12", "postcode": "3016 CJ",
        "city": "Rotterdam", "email": f"{uuid4().hex[:8]}@example.org", "phone": "+31 6 1234 5678",
    }  # fmt: skip
    customer = http.post("/api/v1/service/customers", who)["id"]
    model = http.get("/api/v1/service/products")["products"][0]["id"]
    item = http.post("/api/v1/service/items", {"model_id": model, "customer_id": customer, "serial": uuid4().hex[:10]})
    new = {"type": "repair", "customer_id": customer, "item_id": id_of(item), "subject": "It leaks",
           "description": "Water under it. Call Sanne on 06-12345678."}  # fmt: skip
    made = http.post("/api/v1/service/orders", new)
    return {"id": id_of(made), **who}


def id_of(answer: dict[str, Any]) -> str:
    """Of a thing, or of a page about one."""
    return str(answer.get("id") or next(one["id"] for one in answer.values() if isinstance(one, dict) and "id" in one))


def accepted(phone: Any) -> None:
    """The first offer, taken with one thumb."""
    phone.sees("#offers .offer[data-state=open]")
    phone.page.click("#offers .offer[data-state=open] .btn.primary")
    phone.sees("#what")


def offered(desk: Any, kind: str) -> None:
    desk.page.click("#offer-step")
    desk.page.select_option("#step-kind", kind)
    desk.page.click("#step-save")
    desk.sees(f"[data-step={kind}][data-state=offered]")


def test_a_repair_from_the_desk_to_the_carrier(
    story: Story, order: dict[str, Any], eventually: Callable[..., None]
) -> None:
    desk = story.signed_in("desk")
    desk.go(f"/service/orders/{order['id']}")
    desk.sees("#steps")
    offered(desk, "visit")

    phone = story.signed_in("mechanic", *PHONE)
    phone.sees("#offers .offer[data-state=open]")
    assert order["name"] not in phone.page.inner_text("body")
    assert "Veerhaven" not in phone.page.inner_text("body")
    accepted(phone)
    assert order["name"] in phone.page.inner_text("h1")
    assert order["email"] not in phone.page.inner_text("body")
    phone.page.wait_for_function("async () => (await (await caches.open('zegel-partner')).keys()).length > 3")

    phone.page.context.set_offline(True)  # a cellar
    phone.page.reload()
    phone.sees("#arrived")
    phone.page.click("#arrived")
    phone.page.click("#add-note")
    phone.page.fill("#note-text", "The pump is broken.")
    phone.page.click("#note-keep")
    phone.page.set_input_files("#add-photo input", {"name": "p.png", "mimeType": "image/png", "buffer": picture()})
    phone.sees("#photos")
    phone.page.click("#done")
    phone.page.check("input[name=outcome][value=not_solved]")
    phone.page.click("#done-keep")
    phone.sees("#jobs")
    assert phone.page.get_attribute("#content", "data-waiting") == "4"
    phone.page.context.set_offline(False)
    phone.page.wait_for_function("() => document.querySelector('#content').dataset.waiting === '0'")
    assert phone.axe() == []
    assert phone.overflow() <= 0
    functional_only(phone)

    desk.sees("[data-step=visit][data-state=done]")
    desk.page.click("[data-step=visit] .btn.small >> nth=0")  # the photo, with the firm's own key
    desk.sees("dialog img.chain-photo")
    assert desk.page.evaluate("async () => { const i = document.querySelector('dialog img'); await i.decode();"
                              " return i.naturalWidth; }") == 64  # fmt: skip
    desk.page.keyboard.press("Escape")
    offered(desk, "workshop")

    repairer = story.signed_in("repairer", *PHONE)
    accepted(repairer)
    seen = repairer.page.inner_text("#content")
    for hidden in (order["name"], "Sanne", "Veerhaven", "3016", "1234", order["email"]):
        assert hidden not in seen
    assert "The pump is broken." in seen
    repairer.page.click("#done")
    repairer.page.check("input[name=outcome][value=solved]")
    repairer.page.click("#done-keep")
    desk.sees("[data-step=workshop][data-state=done]")
    offered(desk, "deliver")

    carrier = story.signed_in("carrier", *PHONE)
    accepted(carrier)
    seen = carrier.page.inner_text("#content")
    assert order["name"] in seen
    for hidden in ("pump", "leaks", "Water", order["email"]):
        assert hidden not in seen
    with carrier.page.expect_download() as label:
        carrier.page.click("#label")
    assert Path(label.value.path()).read_bytes().startswith(b"%PDF")
    assert any("label" in str(row) for row in story.place.client("shop").http.get("/api/v1/use-log")["uses"])

    link = story.place.client("desk").http.post(f"/api/v1/service/orders/{order['id']}/follow-link", {})["url"]
    consumer = story.desk(*PHONE)
    consumer.page.goto(link)
    consumer.page.click("#open")
    consumer.sees("#own-form")
    assert consumer.axe() == []
    consumer.page.fill("#own-house_number", "14")
    consumer.page.click("#correct")
    consumer.sees("[role=status]")
    functional_only(consumer)
    other = story.desk(*PHONE)
    other.page.goto(link)
    other.sees("[data-view=refused]")
    carrier.page.reload()
    eventually(lambda: "Veerhaven 14" in carrier.page.inner_text("#where"), "the carrier reads the new address")


def picture() -> bytes:
    import io

    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (64, 48), (120, 30, 30)).save(made, "PNG")
    return made.getvalue()
