# SPDX-License-Identifier: EUPL-1.2
"""A night at the alarm centre: panels dial in over DC-09, operators work the queue by keyboard, and nothing is lost.

Runs after the journeys: their unit goes on seeing people, so the queue holds more than what is dialled here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.demo import panels
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")

STORM = 120  # panels of the street; the soak's storm has more
GREAT_STORM = 500
FRAME_MS = 16.0

# What a person would hear, by its first note.
LISTEN = """
window.heard = [];
const made = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () {
  const tone = made.call(this);
  const at = Date.now();
  queueMicrotask(() => window.heard.push({at, wave: tone.type}));
  return tone;
};
"""
# How long the page works for one key and one turn of the wheel, layout included; how even its frames come. The
# median of each of three rounds, and of these the lowest: other programs may have the machine for a while.
MEASURE = """
async () => {
  const list = document.querySelector('#queue');
  const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
  const work = async (act) => {
    const begun = performance.now();
    act();
    await Promise.resolve();
    await Promise.resolve();
    list.getBoundingClientRect();
    document.querySelector('.entry').getBoundingClientRect();
    return performance.now() - begun;
  };
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const rounds = {keys: [], wheel: [], frames: []};
  for (let round = 0; round < 3; round += 1) {
    const [keys, wheel, frames] = [[], [], []];
    for (let i = 0; i < 25; i += 1) {
      const down = new KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true});
      keys.push(await work(() => document.dispatchEvent(down)));
      await frame();
    }
    for (let i = 0, last = await frame(); i < 30; i += 1) {
      wheel.push(await work(() => {
        list.scrollTop = (i * 311) % (list.scrollHeight - 900);
        list.dispatchEvent(new Event('scroll'));
      }));
      const now = await frame();
      frames.push(now - last);
      last = now;
    }
    rounds.keys.push(median(keys));
    rounds.wheel.push(median(wheel));
    rounds.frames.push(median(frames));
  }
  list.scrollTop = 0;
  const lowest = (all) => Math.min(...all);
  const drawn = document.querySelectorAll('.entry').length;
  return {keys: lowest(rounds.keys), wheel: lowest(rounds.wheel), frames: lowest(rounds.frames), drawn};
}
"""


@pytest.fixture(scope="module")
def street(story: Story) -> panels.Street:
    return story.street(STORM)


@pytest.fixture
def dial(street: panels.Street) -> Iterator[panels.Dialler]:
    dialler = panels.Dialler(street)
    yield dialler
    dialler.close()


def _sit_down(story: Story, person: str = "operator") -> Desk:
    """At the console, with the queue there and events coming."""
    desk = story.signed_in(person)
    desk.page.wait_for_selector(".status:has-text('Connected')")
    desk.page.wait_for_selector(".middle .steps", state="detached")
    return desk


def _row(desk: Desk, site: str) -> Any:
    return desk.page.locator(f".entry:has(.where:text-matches('^{re.escape(site)}\\\\b'))")


def _site(street: panels.Street, number: int) -> tuple[str, str]:
    """The account of the panel with that number, and its site's name."""
    return street.accounts[number], f"{panels.STREET[number % len(panels.STREET)]} {number + 1}"


def _find(desk: Desk, site: str) -> None:
    """As an operator finds one of many: by typing."""
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("/")
    desk.page.keyboard.type(site)
    _row(desk, site).wait_for()


def test_a_nights_queue_is_worked_by_keyboard_alone(story: Story, street: panels.Street, dial: panels.Dialler) -> None:
    story.empty_queue()
    operator = _sit_down(story)
    for number, code, zone in ((1, "FA", 2), (0, "HA", 9), (2, "BA", 3)):
        assert b"ACK" in dial.say(street.accounts[number], code, zone)
    keys = operator.page.keyboard
    _row(operator, "Bakery Lindqvist 3").wait_for()
    keys.press("t")
    operator.page.wait_for_selector("h1:text-is('Warehouse 2')")  # fire before hold-up before burglary
    keys.press("Enter")
    operator.page.wait_for_selector(".plan-panel .here")
    operator.page.wait_for_selector(".entry[aria-selected=true]:has-text('Yours')")
    keys.press("1")  # the plan's first step: nobody seen
    operator.page.wait_for_selector(".happened:has-text('step 1')")
    keys.press("b")
    operator.page.wait_for_selector(".raw:has-text('SIA-DCS')")
    keys.press("b")
    keys.press("g")
    keys.type("Rijnmond, 12 minutes")
    keys.press("Control+Enter")
    operator.page.wait_for_selector(".happened:has-text('guard sent')")
    assert operator.axe() == []
    keys.press("c")
    keys.press("1")
    keys.press("Enter")
    operator.page.wait_for_selector("text=Fire at Warehouse 2 is closed.")
    operator.page.wait_for_selector("h1:text-is('Jeweller Brandt 1')")  # the next most urgent lies open by itself
    assert operator.page.query_selector("#park") is None  # danger to people is never set aside
    _find(operator, "Bakery Lindqvist 3")
    keys.press("Enter")  # out of the search, onto what was found
    operator.page.wait_for_selector("h1:text-is('Bakery Lindqvist 3')")
    operator.page.wait_for_selector("#park")
    keys.press("p")
    keys.press("1")
    keys.press("Enter")
    operator.page.wait_for_selector("text=is parked for 5 minutes")
    operator.page.wait_for_selector(".parked-head", state="attached")
    keys.press("z")
    operator.page.wait_for_selector(".parked-head", state="detached")
    operator.page.wait_for_selector("text=Undo", state="detached")
    keys.press("?")
    operator.page.wait_for_selector("dialog .keys:has-text('Take up the most urgent')")
    keys.press("Escape")
    assert operator.complaints == []
    functional_only(operator)


def test_nothing_moves_under_the_pointer_and_what_is_held_back_is_said(
    story: Story, street: panels.Street, dial: panels.Dialler
) -> None:
    operator = _sit_down(story)
    dial.say(street.accounts[10], "BA", 1)
    row = _row(operator, "Bakery Lindqvist 11")
    row.wait_for()
    row.hover()
    before = row.bounding_box()
    dial.say(street.accounts[9], "FA", 1)
    operator.page.wait_for_selector("#held:has-text('Warehouse 10')")
    assert row.bounding_box() == before
    operator.page.mouse.move(700, 400)
    operator.page.wait_for_selector("#held", state="detached")
    assert _row(operator, "Warehouse 10").bounding_box()["y"] < row.bounding_box()["y"]


def test_each_class_sounds_its_own_until_claimed_and_a_seat_is_muted_in_sight(
    story: Story, street: panels.Street, dial: panels.Dialler
) -> None:
    operator = story.desk()
    operator.page.add_init_script(LISTEN)
    keys = story.place.keyring.people["operator"]
    operator.sign_in(keys.email, keys.password, "console")
    operator.page.wait_for_selector("text=Connected")
    _clear(story, urgent_only=True)
    account, site = _site(street, 20)
    dial.say(account, "FA", 1)
    _row(operator, site).wait_for()
    operator.page.evaluate("() => { window.heard = [] }")  # an earlier test's fire may have sounded
    operator.page.wait_for_function("() => window.heard.some((one) => one.wave === 'sawtooth')")
    operator.page.keyboard.press("m")
    operator.page.wait_for_selector("#bell:has-text('Seat muted')")
    operator.page.wait_for_selector(".hushed:has-text('it sounds again in')")
    muted = operator.page.evaluate("() => window.heard.length")
    operator.page.wait_for_timeout(2000)
    assert operator.page.evaluate("() => window.heard.length") == muted
    operator.page.keyboard.press("m")
    operator.page.wait_for_function(f"() => window.heard.length > {muted}")
    operator.page.keyboard.press("t")
    operator.page.keyboard.press("Enter")
    operator.page.wait_for_selector(".entry[aria-selected=true]:has-text('Yours')")
    operator.page.wait_for_timeout(300)
    claimed = operator.page.evaluate("() => window.heard.filter((one) => one.wave === 'sawtooth').length")
    operator.page.wait_for_timeout(2000)
    assert operator.page.evaluate("() => window.heard.filter((one) => one.wave === 'sawtooth').length") == claimed


def test_a_lost_connection_is_obvious_and_heals_without_losing_a_click_or_an_alarm(
    story: Story, street: panels.Street, dial: panels.Dialler
) -> None:
    operator = _sit_down(story)
    dial.say(street.accounts[30], "MA", 1)
    _find(operator, "Depot 31")
    _row(operator, "Depot 31").click()
    operator.page.wait_for_selector("h1:text-is('Depot 31')")
    operator.page.context.set_offline(True)
    operator.page.wait_for_selector(".offline:has-text('The queue is as of')")
    operator.page.keyboard.press("Enter")
    operator.page.wait_for_selector(".unsent:has-text('claimed AL-')")
    operator.page.wait_for_selector(".floor.old")
    dial.say(street.accounts[31], "BA", 1)
    operator.page.context.set_offline(False)
    operator.page.wait_for_selector(".offline", state="detached")
    operator.page.wait_for_selector(".unsent", state="detached")
    operator.page.wait_for_selector(".acts #close")
    _find(operator, "Home 32")
    assert _steps(story, "Depot 31").count("claimed") == 1


def test_an_action_whose_answer_got_lost_is_not_done_twice(
    story: Story, street: panels.Street, dial: panels.Dialler
) -> None:
    operator = _sit_down(story)
    dial.say(street.accounts[34], "BA", 1)
    _find(operator, "Bakery Lindqvist 35")
    _row(operator, "Bakery Lindqvist 35").click()
    operator.page.locator("#claim").click()
    operator.page.wait_for_selector(".acts #close")
    lost: list[str] = []

    def lose_the_answer(route: Any) -> None:
        lost.append(route.request.headers["idempotency-key"])
        if len(lost) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort()

    operator.page.route("**/note", lose_the_answer)
    operator.page.keyboard.press("n")
    operator.page.keyboard.type("A window stands open")
    operator.page.keyboard.press("Control+Enter")
    operator.page.wait_for_selector(".happened:has-text('A window stands open')")
    operator.page.wait_for_selector(".unsent", state="detached")
    assert len(lost) == 2
    assert len(set(lost)) == 1
    assert _steps(story, "Bakery Lindqvist 35").count("note") == 1


def test_who_was_second_reads_who_was_first(story: Story, street: panels.Street, dial: panels.Dialler) -> None:
    operator = _sit_down(story)
    dial.say(street.accounts[36], "BA", 1)
    _find(operator, "Pharmacy 37")
    _row(operator, "Pharmacy 37").click()
    operator.page.wait_for_selector("h1:text-is('Pharmacy 37')")
    operator.page.context.set_offline(True)
    operator.page.keyboard.press("Enter")
    _colleague_claims(story, "Pharmacy 37")
    operator.page.context.set_offline(False)
    operator.page.wait_for_selector(".refused:has-text('Not done: claimed AL-')")
    operator.page.click(".refused button")
    operator.page.wait_for_selector(".refused", state="detached")
    operator.page.wait_for_selector(".acts:has-text('handles this alarm')")


def test_a_second_monitor_follows_the_first_and_chooses_for_it(
    story: Story, street: panels.Street, dial: panels.Dialler
) -> None:
    first = _sit_down(story)
    dial.say(street.accounts[40], "FA", 1)
    with first.page.context.expect_page() as opened:
        first.page.keyboard.press("o")
    second = opened.value
    second.wait_for_selector(".walltile:has-text('Jeweller Brandt 41')")
    assert second.title().startswith("Second monitor")
    second.click(".walltile:has-text('Jeweller Brandt 41')")
    first.page.wait_for_selector("h1:text-is('Jeweller Brandt 41')")
    second.wait_for_selector(".chosen-line:has-text('Jeweller Brandt 41')")
    first.page.keyboard.press("ArrowDown")
    other = first.page.inner_text(".incident h1")
    second.wait_for_selector(f".chosen-line:has-text('{other}')")
    for width in (1280, 2560):
        second.set_viewport_size({"width": width, "height": 1000})
        assert second.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    assert Desk(second, story.origin).axe() == []


@pytest.mark.parametrize("size", [STORM, pytest.param(GREAT_STORM, marks=pytest.mark.soak)])
def test_a_storm_stays_fluid_with_the_dangerous_ones_first_and_none_lost(
    story: Story, street: panels.Street, dial: panels.Dialler, size: int
) -> None:
    street = street if size == STORM else story.street(size)
    operator = _sit_down(story)
    before = len(story.open_alarms())
    begun = clock.mono_s()
    for number in range(50, size):
        code = {75: "FA", 115: "HA"}.get(number, ("BA", "TA", "BA", "AT")[number % 4])
        dial.say(street.accounts[number], code, number % 16 + 1)
    dialled_s = clock.mono_s() - begun
    operator.page.wait_for_function(
        f"() => Number(document.querySelector('.queue-head .mono').textContent.replace(/\\D.*$/, '')) >= {size - 50}",
        timeout=60_000,
    )
    shown_s = clock.mono_s() - begun
    assert len(story.open_alarms()) - before >= size - 50
    keys = operator.page.keyboard
    keys.press("Escape")
    for site in ("School 76", "School 116"):
        _find(operator, site)
    keys.press("Escape")
    keys.press("t")
    assert re.search(r"Fire", operator.page.inner_text(".entry[aria-selected=true] .what"))
    took = operator.page.evaluate(MEASURE)
    print(f"storm: dialled in {dialled_s:.1f} s, all shown after {shown_s:.1f} s; {took}")
    assert took["drawn"] < 60, "only what is in sight is drawn"
    assert took["keys"] < FRAME_MS
    assert took["wheel"] < FRAME_MS
    assert operator.complaints == []
    story.everybody_leaves()
    story.empty_queue()


# --- the same facts, as the server has them ---


def _alarm(story: Story, site: str) -> dict[str, Any]:
    return next(row for row in story.open_alarms() if row["site"] and row["site"]["name"] == site)


def _steps(story: Story, site: str) -> list[str]:
    http = story.http("operator")
    return [step["kind"] for step in http.get(f"/api/v1/alarms/{_alarm(story, site)['id']}")["steps"]]


def _colleague_claims(story: Story, site: str) -> None:
    story.http("operator2").post(f"/api/v1/alarms/{_alarm(story, site)['id']}/claim")


def _clear(story: Story, *, urgent_only: bool) -> None:
    """Closes what earlier tests left waiting."""
    http = story.http("operator")
    for row in story.open_alarms():
        if urgent_only and row["signal_class"] not in {"fire", "holdup_duress", "medical"}:
            continue
        if row["claimed_by"] is None:
            http.post(f"/api/v1/alarms/{row['id']}/claim")
        http.post(f"/api/v1/alarms/{row['id']}/close", {"code": "test", "note": ""})
