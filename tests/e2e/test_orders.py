# SPDX-License-Identifier: EUPL-1.2
"""The planner's day in a real browser: an order taken in, planned, found and closed with the keys; week and route."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only

pytestmark = pytest.mark.usefixtures("desks_closed")


def _look(desk: Desk, name: str) -> None:
    """In the language of the test, at a phone's and a desktop's width; kept as a picture when somebody asks for it."""
    desk.settled()
    assert desk.axe() == []
    for width in (390, 1440):
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert desk.overflow() <= 0, (name, width)
        if folder := os.environ.get("ZEGEL_PICTURES"):
            desk.page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


def test_the_desk_takes_an_order_in_plans_it_and_closes_it_with_the_keys(story: Story) -> None:
    desk = story.signed_in("desk")
    page, name = desk.page, f"Vlinder {''.join(chr(97 + byte % 26) for byte in uuid4().bytes[:7])}"
    desk.go("/service/orders")
    desk.sees("h1:has-text('Orders')")
    page.keyboard.press("c")
    desk.sees("dialog #who")
    page.fill("#who", name)
    page.click("#fresh-customer")
    page.fill("#postcode", "3016 CJ")
    page.fill("#phone", "+31 6 8765 4321")
    page.fill("#subject", "Washing machine leaks")
    page.click("#dialog-save")
    desk.sees("h1:has-text('Washing machine leaks')")
    desk.settled()
    page.keyboard.press("p")
    desk.sees("dialog #visit-day")
    page.locator("dialog .chip").first.click()
    page.click("#dialog-save")
    desk.sees("h2:has-text('Visits')")
    _look(desk, "order")
    page.click("#visit-done")
    desk.sees(".title .pill:has-text('In work')")
    page.keyboard.press("e")
    page.click("dialog label:has-text('Repaired')")
    page.click("dialog label:has-text('Wear')")
    page.click("#dialog-save")
    desk.sees("text=with one visit")
    page.keyboard.press("Escape")
    desk.sees("#search-orders")
    page.keyboard.press("/")
    page.keyboard.type(f"wash {name.split()[1]}")
    desk.sees(f".order-row:has-text('{name}')")
    _look(desk, "orders")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    desk.sees("h1:has-text('Washing machine leaks')")
    functional_only(desk)


def test_the_week_the_route_the_figures_and_the_hours_have_their_pages(story: Story) -> None:
    desk = story.signed_in("desk")
    pages = {"calendar": "Calendar", "route": "Route", "figures": "Figures", "days": "Hours and promises"}
    for path, title in pages.items():
        desk.go(f"/service/{path}")
        desk.sees(f"h1:has-text('{title}')")
        _look(desk, path)
    desk.page.click("#change-promises")
    desk.page.fill("#reply-repair", "9")
    desk.page.fill("#done-repair", "3")
    desk.page.click("#dialog-save")
    desk.sees("dialog .error:has-text('Whole days')")
    desk.page.fill("#done-repair", "12")
    desk.page.click("#dialog-save")
    desk.sees("tr:has-text('Repair') td:has-text('12')")
    desk.page.click("#add-closed")
    desk.page.fill("#closed-name", "Stocktaking")
    desk.page.click("#dialog-save")
    desk.sees("#holidays li:has-text('Stocktaking')")
    _look(desk, "closed")
    desk.go("/service/calendar")
    desk.sees("th.closed:has-text('Stocktaking')")
    desk.go("/service/days")
    desk.page.click("#holidays li:has-text('Stocktaking') button")  # other stories plan on that day
    desk.page.wait_for_selector("#holidays li:has-text('Stocktaking')", state="detached")
