# SPDX-License-Identifier: EUPL-1.2
"""Notifications on the customer's phone: the page, the app that can be installed, and the service worker, driven by
DevTools (a browser without the internet has no push service: what it would have brought is handed to it there)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")

Eventually = Callable[..., None]
SHOWN = """async () => (await (await navigator.serviceWorker.getRegistration('/portal/')).getNotifications())
  .map(n => ({title: n.title, body: n.body, tag: n.tag, lang: n.lang, image: n.image ?? null, path: n.data.path}))"""
# What the browser does when somebody taps it: the worker's own listener hears the event.
TAP = """async (tag) => { const [n] = (await self.registration.getNotifications()).filter(n => n.tag === tag);
  self.dispatchEvent(new NotificationEvent('notificationclick', {notification: n})) }"""


class Phone:
    """The owner's browser, with DevTools open on its worker."""

    def __init__(self, story: Story, path: str = "/portal/notifications") -> None:
        self.desk: Desk = story.signed_in("owner", 390, 844, anew=True)
        self.page = self.desk.page
        self.page.context.grant_permissions(["notifications"], origin=story.origin)
        self._registration = ""
        self._tools = self.page.context.new_cdp_session(self.page)
        self._tools.on("ServiceWorker.workerRegistrationUpdated", self._heard)
        self._tools.send("ServiceWorker.enable")
        self.desk.go(path)
        self.page.evaluate("async () => { await navigator.serviceWorker.ready }")
        if self.page.evaluate("() => navigator.serviceWorker.controller === null"):
            self.page.reload()  # it was loaded while its worker was being made
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")

    def _heard(self, said: dict[str, Any]) -> None:
        for one in said["registrations"]:
            self._registration = one["registrationId"] if one["scopeURL"].endswith("/portal/") else self._registration

    def push(self, data: str) -> list[dict[str, Any]]:
        """A message arrives; what is shown then."""
        before = len(self.shown())
        self._tools.send("ServiceWorker.deliverPushMessage", {
            "origin": self.desk.origin, "registrationId": self._registration, "data": data,
        })  # fmt: skip
        begun = clock.mono_s()
        while len(self.shown()) <= before:
            assert clock.mono_s() - begun < 40, "the message was not shown"
            self.page.wait_for_timeout(50)
        return self.shown()

    def shown(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(SHOWN)
        return found

    def tap(self, tag: str) -> None:
        worker = next(w for w in self.page.context.service_workers if "/portal/service-worker.js" in w.url)
        worker.evaluate(TAP, tag)


def said(**more: Any) -> str:
    """As the server writes it (tests/integration/notify/test_push.py opens the real one)."""
    return json.dumps({"v": 1, "c": "alarm", "o": "alarm", "w": "", "l": "en", "n": "n1", "t": 1_800_000_000_000,
                       "u": "/portal/", **more})  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _somebody_is_on_his_way(story: Story) -> None:
    """What the tap needs, while the other tests run."""
    story.guard()


@pytest.mark.parametrize("width", [390, pytest.param(1440, marks=pytest.mark.soak)])
def test_the_page_of_notifications_is_for_everyone(story: Story, width: int) -> None:
    desk = story.signed_in("owner", width, 844)
    desk.go("/portal/notifications")
    desk.page.wait_for_selector("[data-class=alarm]")
    desk.page.click("#add-quiet")
    desk.page.wait_for_selector(".span")
    desk.page.wait_for_selector("[data-told=alarm]")
    for scheme in ("light", "dark"):
        desk.page.emulate_media(color_scheme=scheme)
        assert desk.axe() == []
    assert desk.overflow() <= 0
    assert story.push.origin in desk.page.inner_text(".notifications")
    functional_only(desk)
    desk.page.click("button[aria-label^='Remove quiet hours']")
    desk.page.wait_for_selector(".span", state="detached")
    assert desk.complaints == []


def test_what_is_chosen_is_kept_and_can_be_undone(story: Story) -> None:
    desk = story.signed_in("owner", 390, 844)
    desk.go("/portal/notifications")
    mail = "[data-class=technical] .chip:has-text('mail')"
    desk.page.wait_for_selector(f"{mail}[aria-pressed=true]")
    desk.page.click(mail)
    desk.page.wait_for_selector(f"{mail}[aria-pressed=false]")
    desk.page.reload()
    desk.page.wait_for_selector(f"{mail}[aria-pressed=false]")
    desk.page.click(mail)
    desk.page.wait_for_selector(f"{mail}[aria-pressed=true]")
    desk.page.click(".toast .btn")
    desk.page.wait_for_selector(f"{mail}[aria-pressed=false]")
    desk.page.click(mail)
    desk.page.wait_for_selector(f"{mail}[aria-pressed=true]")
    assert desk.page.query_selector("[data-class=alarm] .chip-always") is not None


def test_a_message_of_the_server_reaches_the_screen_in_the_persons_language(story: Story) -> None:
    phone, behind = Phone(story), story.push.browser()
    story.place.client("owner").http.post("/api/v1/notifications/devices", behind.subscription("A phone"))
    phone.page.reload()
    phone.page.wait_for_selector(".devices [data-device]")
    phone.page.click("#try")
    phone.page.wait_for_selector(".this-device .note")
    [message] = behind.got
    [shown] = phone.push(json.dumps(message))
    words = {"nl": "Een test, zoals u vroeg", "sv": "Ett test, som du bad om", "de": "Ein Test, wie Sie ihn wollten",
             "en": "A test, as you asked for it"}  # fmt: skip
    assert (shown["title"], shown["lang"]) == (words[message["l"]], message["l"])
    phone.page.click(".devices [data-device] button")
    phone.page.wait_for_selector(".devices [data-device]", state="detached")


def test_a_tap_opens_the_alarm_with_its_picture_opened_on_the_device(story: Story, eventually: Eventually) -> None:
    story.guard()
    owner = story.place.client("owner")

    def alarms() -> list[dict[str, Any]]:
        rows = owner.http.get("/api/v1/alarms?state=all")["alarms"]
        return [row for row in rows if row["images"] == "released" and row["camera"] is not None]

    def of_ours() -> list[dict[str, Any]]:
        return [row for row in alarms() if story.unit is not None and row["camera"]["id"] == str(story.unit.camera_id)]

    eventually(lambda: len(of_ours()) > 0, "an alarm with pictures", 90)
    alarm = of_ours()[0]
    phone = Phone(story, "/portal/")
    [shown] = phone.push(said(c="person", w="person", a=alarm["id"], u=f"/portal/alarm/{alarm['id']}"))
    assert (shown["title"], shown["tag"], shown["image"] or None) == ("Alarm: a person", alarm["id"], None)
    assert "Harbour" not in shown["title"] + shown["body"]
    phone.tap(alarm["id"])
    phone.page.wait_for_url(f"**/portal/alarm/{alarm['id']}")
    phone.page.wait_for_selector("[data-picture=shown]", timeout=60_000)
    lit = "() => { const c = document.querySelector('.opened canvas'); const d = c.getContext('2d')" \
          ".getImageData(0, 0, c.width, c.height).data; return d.some((v, i) => i % 4 < 3 && v > 40) }"  # fmt: skip
    phone.page.wait_for_function(lit)
    assert phone.desk.axe() == []
    assert phone.shown() == []
    looks = owner.http.get("/api/v1/who-looked?days=1")
    assert any(look["kind"] == "view" and look["camera_id"] == alarm["camera"]["id"] for look in looks)
    functional_only(phone.desk)


def test_what_nobody_can_read_is_shown_as_news_and_leads_nowhere_else(story: Story) -> None:
    phone = Phone(story)
    [shown] = phone.push("not what we write")
    assert shown["path"] == "/portal/"
    for path in ("https://evil.example/", "//evil.example/portal/", "/portal/../sign-in", "javascript:alert(1)"):
        found = phone.push(said(n=path, u=path))
        assert {one["path"] for one in found} == {"/portal/"}


def test_without_a_connection_the_app_says_that_nothing_can_be_shown_and_nothing_was_kept(story: Story) -> None:
    phone = Phone(story)
    phone.page.wait_for_selector("[data-class=alarm]")
    assert phone.desk.keeps()["caches"] == []
    phone.page.context.set_offline(True)
    phone.page.goto(story.origin + "/portal/recordings")
    assert phone.page.inner_text("h1") in {"No connection", "Geen verbinding", "Ingen anslutning", "Keine Verbindung"}
    assert phone.desk.axe() == []
    assert phone.page.evaluate("() => getComputedStyle(document.querySelector('h1')).fontSize") == "28px"
    refused = phone.page.evaluate("() => fetch('/api/v1/notifications').then(() => 'kept', () => 'nothing')")
    assert refused == "nothing"
    phone.page.context.set_offline(False)
    phone.page.click("a")
    phone.page.wait_for_selector("[data-view=recordings]")


@pytest.mark.parametrize("language", ["nl", "sv", "de", "en"])
def test_the_app_can_be_installed_and_speaks_the_language(story: Story, language: str) -> None:
    desk = story.desk(390, 844, language)
    answer = desk.page.request.get(story.origin + "/portal/app.webmanifest", headers={"accept-language": language})
    told = answer.json()
    assert answer.headers["content-type"] == "application/manifest+json"
    assert (told["lang"], told["scope"], told["display"]) == (language, "/portal/", "standalone")
    for icon in told["icons"]:
        picture = desk.page.request.get(story.origin + icon["src"])
        assert (picture.status, picture.headers["content-type"]) == (200, "image/png")
    if language == "en":
        phone = Phone(story)
        tools = phone.page.context.new_cdp_session(phone.page)
        assert tools.send("Page.getAppManifest")["errors"] == []
        assert [e["errorId"] for e in tools.send("Page.getInstallabilityErrors")["installabilityErrors"]] in (
            [], ["in-incognito"],
        )  # fmt: skip


def test_the_worker_is_the_portals_alone(story: Story) -> None:
    desk = story.desk()
    answer = desk.page.request.get(story.origin + "/portal/service-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "service-worker-allowed" not in answer.headers
    assert "caches" not in answer.text()
    desk.go("/")
    assert desk.page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
