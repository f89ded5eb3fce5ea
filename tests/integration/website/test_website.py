# SPDX-License-Identifier: EUPL-1.2
"""A firm's site for everybody: pages, a contact form, a newsletter asked for twice and left with one press, a queue
over real mail servers, and views that say nothing of whoever looked."""

from __future__ import annotations

import asyncio
import re
import smtplib
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import cv2
import numpy
import pytest
from django.core import mail as django_mail
from django.test import Client, override_settings
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import certificates
from tests.actors import World
from tests.clock import stopped_clock
from tests.smtp import REPORT, MailServer

from zegel.demo.world import WORLD
from zegel.server.consents import jobs as consents_jobs
from zegel.server.consents.models import Consent
from zegel.server.gate import Denied
from zegel.server.kernel import clock, outbox, tenancy
from zegel.server.kernel.configuration import email_from_url
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.lifecycle import finding
from zegel.server.lifecycle.finding import SubjectRef
from zegel.server.public import site as public_site
from zegel.server.website import bouncing, counting, door, jobs, messages, newsletters, pictures, rules, sending, sites
from zegel.server.website.errors import BadSite, NotNow, SlugTaken
from zegel.server.website.models import Delivery, Message, Newsletter, Page, PageCount, Subscriber, Website
from zegel.server.website.rules import DeliveryState, LetterState, LinkKind, SubscriberState

NOORDMAN = WORLD.party("noordman").id
JOBS = {
    "website.send_question": jobs.send_question, "website.send_leaving": jobs.send_leaving,
    "website.tell_firm": jobs.tell_firm, "website.send_answer": jobs.send_answer,
    "consents.send_receipt": consents_jobs.send_receipt,
}  # fmt: skip
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test counts from the beginning."""
    for name in ("_reading", "_guessing", "_sending", "_taking"):
        bucket = getattr(public_site, name)
        monkeypatch.setattr(public_site, name, type(bucket)(bucket._rate))


@pytest.fixture
def site(world: World) -> Website:
    shop = world.actor("shop")
    with tenancy.acting_as(NOORDMAN):  # the demo's own makes room
        for model in (Page, Website):
            model.objects.filter(owner_id=NOORDMAN).delete()
    made = sites.settle(shop, sites.Settings("noordman", "Noordman", ("nl", "en"), told="wim@noordman.example"))
    [home] = public_site.queries.pages(NOORDMAN)
    texts = {"nl": {"title": "Welkom", "body": "<b>Wij</b> repareren."}, "en": {"title": "Welcome", "body": "We mend."}}
    sites.change_page(shop, home.id, texts, in_menu=True)
    sites.publish_page(shop, home.id)
    sites.open_site(shop, True)
    return made


def stranger() -> Client:
    return Client(enforce_csrf_checks=True, headers={"user-agent": FIREFOX})


_done: set[int] = set()


def work_off() -> list[Any]:
    """Everything that was to be done, done; the letters that left."""
    django_mail.outbox = []
    deliverer = outbox.Deliverer()
    while deliverer.run_once():
        pass
    for job in ProcrastinateJob.objects.filter(task_name__in=JOBS).order_by("id"):
        if job.id not in _done:
            _done.add(job.id)
            JOBS[job.task_name](**job.args)
    return list(django_mail.outbox)


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    _done.clear()


def fields_of(page: Any) -> dict[str, str]:
    """A form's hidden fields, as the page has them."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return dict(found)


def asks(client: Client, email: str, path: str = "/site/noordman/nl/newsletter", **more: str) -> Any:
    """Fills in a form as a person does: it takes him some seconds."""
    page = client.get(path)
    with stopped_clock(clock.now()) as time:
        time.advance(20)
        return client.post(path, {"email": email, "do": "ask", **fields_of(page), **more})


def link_in(letter: Any) -> str:
    return str(re.search(r"http://localhost:8000(/newsletter/\w+/[\w-]{64})", letter.body)[1])  # type: ignore[index]


def subscribe(email: str) -> Subscriber:
    asks(stranger(), email)
    [letter] = [one for one in work_off() if one.to == [email]]
    assert stranger().post(link_in(letter)).status_code == 200
    work_off()
    with tenancy.acting_as(NOORDMAN):
        return Subscriber.objects.get(email=email)


def rows(model: type[Any], **wanted: Any) -> list[Any]:
    with tenancy.acting_as(NOORDMAN):
        return list(model.objects.filter(**wanted))


# --- pages ---


def test_everybody_reads_what_was_published_and_nobody_a_draft(world: World, site: Website) -> None:
    shop, client = world.actor("shop"), stranger()
    page = client.get("/site/noordman/nl")
    assert "&lt;b&gt;Wij&lt;/b&gt; repareren." in page.content.decode()
    assert page.cookies == {}
    assert "script-src" not in page["Content-Security-Policy"]
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert client.get("/site/noordman").headers["Location"] == "/site/noordman/en"
    added = sites.add_page(shop, "tarieven", {"nl": {"title": "Tarieven", "body": "Nog geheim"}})
    assert client.get("/site/noordman/nl/tarieven").status_code == 404
    assert b"geheim" not in client.get("/site/noordman/nl/tarieven?draft").content
    sites.publish_page(shop, added.id)
    assert b"Tarieven" in client.get("/site/noordman/nl").content, "it is in the menu"
    assert client.get("/site/noordman/en/tarieven").headers["Location"] == "/site/noordman/nl/tarieven"
    with tenancy.acting_as(NOORDMAN):
        said = [one.said.facts["what"] for one in ledger.entries([Kind.WEBSITE], NOORDMAN, since_ms=0) if one.said]
    assert {"settled", "opened", "page_added", "page_published"} <= set(said)
    sites.open_site(shop, False)
    assert client.get("/site/noordman/nl").status_code == 404


def test_a_site_is_its_firms_own(world: World, site: Website) -> None:
    garagist = world.actor("garagist")
    with pytest.raises(SlugTaken):
        sites.settle(garagist, sites.Settings("noordman", "Garage", ("nl",)))
    sites.settle(garagist, sites.Settings("garage-visser", "Garage Visser", ("nl",)))
    assert messages.listed(garagist) == []
    for who in ("bookkeeper", "mechanic", "privacy", "operator"):
        with pytest.raises(Denied):
            messages.listed(world.actor(who))
        with pytest.raises(Denied):
            counting.figures(world.actor(who), 7)
    with pytest.raises(NotNow):
        sites.open_site(garagist, True)
    with pytest.raises(BadSite):
        sites.settle(garagist, sites.Settings("Not A Slug", "Garage", ("nl",)))


def png(note: bytes = b"") -> bytes:
    """A drawing, with words hidden in its file."""
    made = cv2.imencode(".png", numpy.full((90, 120, 3), 120, numpy.uint8))[1].tobytes()
    text = b"tEXt" + b"Comment\x00" + note
    return made[:33] + struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text)) + made[33:]


def test_a_picture_is_made_anew_described_in_each_language_and_kept_for_good(world: World, site: Website) -> None:
    shop, alts = world.actor("shop"), {"nl": "Een oven", "en": "An oven"}
    with pytest.raises(BadSite) as told:
        pictures.add(shop, "oven", png(), {"nl": "Een oven"})
    assert told.value.details["field"] == "alt"
    for data in (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"GIF89a" + bytes(99), png()[:60]):
        with pytest.raises(BadSite) as told:
            pictures.add(shop, "oven", data, alts)
        assert told.value.details["field"] == "file"
    with pytest.raises(Denied):
        pictures.add(world.actor("mechanic"), "oven", png(), alts)
    pictures.add(shop, "oven", png(b"taken in the Kerkstraat"), alts)
    [home] = public_site.queries.pages(NOORDMAN)
    said = {"nl": {"title": "Welkom", "body": "![Onze oven](oven)"}, "en": {"title": "Welcome", "body": "![](owen)"}}
    sites.change_page(shop, home.id, said, in_menu=True)
    with pytest.raises(BadSite, match="owen"):
        sites.publish_page(shop, home.id)
    sites.change_page(shop, home.id, {**said, "en": {"title": "Welcome", "body": "![](oven)"}}, in_menu=True)
    sites.publish_page(shop, home.id)
    shown = stranger().get("/site/noordman/en").content.decode()
    [path] = re.findall(r'<img src="(/site/noordman/pictures/[0-9a-f]{64}\.png)" alt="An oven"', shown)
    picture = stranger().get(path)
    assert (picture["Content-Type"], picture.cookies) == ("image/png", {})
    assert picture["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"Kerkstraat" not in picture.content
    for other in (path.replace(".png", ".svg"), path.replace("noordman", "garage-visser"), path[:-8] + "0000.png"):
        assert stranger().get(other).status_code == 404
    with pytest.raises(NotNow):
        pictures.remove(shop, "oven")


# --- the contact form ---


def test_a_message_comes_in_is_told_without_its_words_and_is_answered_by_letter(world: World, site: Website) -> None:
    client, path = stranger(), "/site/noordman/nl/contact"
    page = client.get(path).content.decode()
    assert 'type="checkbox" id="newsletter" name="newsletter" value="yes"><label' in page, "it is not ticked"
    sent = asks(client, "Anna@Example.nl", path, name="Anna Bakker", text="Mijn oven wordt niet warm.")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{path}?sent")
    [message] = messages.listed(world.actor("desk"))
    assert (message.email, message.text) == ("anna@example.nl", "Mijn oven wordt niet warm.")
    [told] = work_off()
    assert told.to == ["wim@noordman.example"]
    assert "oven" not in told.body + told.subject
    assert "Anna" not in told.body + told.subject
    messages.answer(world.actor("desk"), message.id, "Morgen komt er iemand.")
    [letter] = work_off()
    assert letter.to == ["anna@example.nl"]
    assert "Morgen komt er iemand." in letter.body
    with pytest.raises(NotNow):
        messages.answer(world.actor("desk"), message.id, "Nog eens")
    with tenancy.acting_as(NOORDMAN):
        found = {one.model for one in finding.rows_of(SubjectRef.email("anna@example.nl"), owner_id=NOORDMAN)}
    assert found == {"website.Message"}, "who asks for his data is given it"
    assert rows(Subscriber) == []


def test_programs_that_fill_in_forms_get_nowhere(world: World, site: Website) -> None:
    client, path = stranger(), "/site/noordman/nl/contact"
    hidden = fields_of(client.get(path))
    filled = {"name": "Bot", "email": "bot@example.nl", "text": "Buy things now", **hidden}
    assert client.post(path, filled).status_code == 422, "nobody writes that quickly"
    asks(client, "bot@example.nl", path, name="Bot", text="Buy things", website="http://x.example")
    asks(client, "bot@example.nl", path, name="Bot", text="Buy things", stamp="0.00")
    assert rows(Message) == []
    answers = [asks(client, f"p{n}@example.nl", path, name="Piet", text="Hallo daar").status_code for n in range(9)]
    assert answers == [303] * 6 + [429] * 3
    assert len(rows(Message)) == 6


def test_what_cannot_be_a_message_is_said_so(world: World, site: Website) -> None:
    path, good = "/site/noordman/nl/contact", {"name": "Piet", "text": "Hallo daar"}
    for field, wrong in (("email", "no address"), ("name", ""), ("text", "x"), ("text", "y" * 5000), ("phone", "abc")):
        said = {"email": "a@b.nl", **good, field: wrong}
        page = asks(stranger(), said.pop("email"), path, **said)
        assert page.status_code == 422
        assert f'id="{field}"' in page.content.decode()
        assert 'aria-invalid="true"' in page.content.decode()
    assert rows(Message) == []


# --- asking for the newsletter, and leaving it ---


def test_nobody_is_on_the_list_who_did_not_ask_twice(world: World, site: Website) -> None:
    client = stranger()
    first = asks(
        client, "anna@example.nl", "/site/noordman/nl/contact", name="Anna", text="Hallo daar", newsletter="yes"
    )
    assert first.status_code == 303
    letters = [one for one in work_off() if one.to == ["anna@example.nl"]]
    assert len(letters) == 1
    link = link_in(letters[0])
    assert b"button" in client.get(link).content
    assert rows(Subscriber)[0].state == SubscriberState.ASKED, "reading the address is no yes"
    assert rows(Consent) == []
    assert client.post(link).status_code == 200
    [row] = rows(Subscriber)
    assert row.state == SubscriberState.CONFIRMED
    [receipt] = work_off()
    assert receipt.to == ["anna@example.nl"]
    assert receipt.attachments, "the record of the consent"
    assert client.post(link).status_code == 200
    assert len(rows(Consent, withdrawn_at=None)) == 1
    on_the_list, unknown = (asks(client, one) for one in ("anna@example.nl", "nobody@example.nl"))
    assert on_the_list.headers["Location"] == unknown.headers["Location"], "the page tells nobody who is on the list"
    assert [one.to for one in work_off()] == [["nobody@example.nl"]]
    asks(client, "nobody@example.nl")
    assert work_off() == [], "one letter a day, whoever fills in an address"


def test_a_question_that_nobody_answers_is_forgotten(world: World, site: Website) -> None:
    with stopped_clock(clock.now()) as time:
        page = stranger().get("/site/noordman/nl/newsletter")
        time.advance(10)
        stranger().post("/site/noordman/nl/newsletter", {"email": "a@b.nl", "do": "ask", **fields_of(page)})
        [letter] = work_off()
        time.advance(timedelta(days=7, minutes=1))
        assert stranger().post(link_in(letter)).status_code == 404
        assert newsletters.drop_unconfirmed(NOORDMAN) == 1
    assert rows(Subscriber) == []


def test_one_click_leaves_without_cookie_or_question(world: World, site: Website) -> None:
    row = subscribe("anna@example.nl")
    link = newsletters.link(LinkKind.LEAVE, row).removeprefix("http://localhost:8000")
    assert stranger().get(link).status_code == 200
    assert rows(Subscriber), "a program that only reads the address leaves nothing"
    for content_type, body in (
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
    ):
        gone = stranger().post(link, body, content_type=content_type)
        assert (gone.status_code, gone.cookies) == (200, {})
    assert rows(Subscriber) == []
    [consent] = rows(Consent)
    assert consent.withdrawn_at is not None
    [receipt] = work_off()
    assert receipt.to == ["anna@example.nl"]
    assert stranger().post(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 404


def test_who_has_no_letter_at_hand_is_sent_the_link(world: World, site: Website) -> None:
    row = subscribe("anna@example.nl")
    with stopped_clock(clock.now()) as time:
        time.advance(timedelta(days=2))
        for email in ("anna@example.nl", "unknown@example.nl", "anna@example.nl"):
            assert asks(stranger(), email, do="leave").status_code == 303
        letters = work_off()
    assert [one.to for one in letters] == [["anna@example.nl"]]
    assert stranger().post(link_in(letters[0])).status_code == 200
    assert rows(Subscriber, id=row.id) == []


# --- the queue, over real mail servers ---


@contextmanager
def leaving_by(server: MailServer) -> Iterator[None]:
    url = f"smtp://127.0.0.1:{server.port}?from=post@zegel.example&ca={certificates.authority().file}"
    with override_settings(**email_from_url(f"{url}&bounces=b.zegel.example")):
        yield


def test_a_newsletter_leaves_over_verified_tls_waits_without_and_learns_from_what_comes_back(
    world: World, site: Website
) -> None:
    desk = world.actor("desk")
    people = {name: subscribe(f"{name}@example.nl") for name in ("anna", "bram", "gone", "full", "late")}
    texts = {"nl": {"subject": "Lente", "body": "## Actie\nZie [de pagina](/site/noordman/nl)."}}
    letter = newsletters.write(desk, None, texts)
    newsletters.dispatch(desk, letter.id)
    newsletters.leave(newsletters.link(LinkKind.LEAVE, people["late"]).rsplit("/", 1)[1])
    with pytest.raises(NotNow):
        newsletters.write(desk, letter.id, texts)
    refuse = {"gone@example.nl": "550 5.1.1 No such user", "full@example.nl": "452 4.2.2 Full"}
    with stopped_clock(clock.now()) as time:
        for context, why in ((certificates.expired(), "expired"), (None, "no_tls")):
            with MailServer(context) as server, leaving_by(server):
                assert sending.run_due(NOORDMAN) == 0
            assert server.letters == []
            assert {one.fault for one in rows(Delivery, state=DeliveryState.WAITING.value)} == {why}
            time.advance(timedelta(minutes=6))
        with MailServer(certificates.good(), refuse=refuse) as server, leaving_by(server):
            assert sending.run_due(NOORDMAN) == 2
            assert sending.run_due(NOORDMAN) == 0, "each copy leaves once"
        assert sorted(one.to for one in server.letters) == ["anna@example.nl", "bram@example.nl"]
        assert all(one.sealed for one in server.letters)
        assert rows(Subscriber, email="gone@example.nl")[0].state == SubscriberState.BOUNCED
        assert rows(Subscriber, email="full@example.nl")[0].state == SubscriberState.CONFIRMED
        time.advance(timedelta(minutes=3))
        with MailServer(certificates.good()) as later, leaving_by(later):
            assert sending.run_due(NOORDMAN) == 1
        assert [one.to for one in later.letters] == ["full@example.nl"]
    assert rows(Newsletter)[0].state == LetterState.SENT
    came = next(one for one in server.letters if one.to.startswith("anna"))
    assert came.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    header = came.message["List-Unsubscribe"].strip()
    link = re.fullmatch(r"<http://localhost:8000(/newsletter/leave/[\w-]{64})>", header)
    assert link is not None
    kinds = [part.get_content_type() for part in came.message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    assert link[1] in came.text
    html = came.message.get_payload(1).get_payload(decode=True).decode()
    assert "<img" not in html
    assert link[1] in html
    assert not any(bouncing.came_back(to, REPORT.encode()) for to in ("b+x@b.zegel.example", "anna@example.nl"))
    for _ in range(2):
        assert bouncing.came_back(came.back, REPORT.encode())
    [dead] = rows(Subscriber, email="anna@example.nl")
    assert (dead.state, dead.failures) == (SubscriberState.BOUNCED.value, 1)
    assert rows(Consent, email="anna@example.nl", withdrawn_at=None) == []
    assert [one.to for one in work_off()] == [["late@example.nl"]], "no receipt goes to an address that takes none"
    counts = newsletters.listed(desk)[0][1]
    assert counts == {"sent": 2, "refused": 1, "bounced": 1, "skipped": 1}


def test_the_port_for_what_comes_back_takes_reports_and_nothing_else(world: World, site: Website) -> None:
    row = subscribe("anna@example.nl")
    letter = newsletters.write(world.actor("desk"), None, {"nl": {"subject": "Lente", "body": "Actie"}})
    newsletters.dispatch(world.actor("desk"), letter.id)
    [copy] = rows(Delivery)
    back = rules.return_path(newsletters.secret(), NOORDMAN, copy.id)
    loop = asyncio.new_event_loop()
    running = threading.Thread(target=loop.run_forever, daemon=True)
    running.start()
    server = asyncio.run_coroutine_threadsafe(door.opened("127.0.0.1:0"), loop).result(5)
    try:
        with smtplib.SMTP("127.0.0.1", server.sockets[0].getsockname()[1], timeout=5) as client:
            client.ehlo()
            client.mail("")
            assert client.rcpt("anna@example.nl")[0] == 550
            assert client.rcpt(f"{back}@b.zegel.example")[0] == 250
            assert client.data(REPORT.encode())[0] == 250
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        running.join(5)
        loop.close()
    assert rows(Subscriber, id=row.id)[0].state == SubscriberState.BOUNCED
    assert rows(Delivery)[0].fault == "5.1.1"


# --- counting ---


def test_views_are_counted_and_nothing_of_whoever_looked(world: World, site: Website) -> None:
    reader = {"user-agent": FIREFOX, "accept-language": "nl"}
    for referer in ("https://search.example/?q=oven", "http://localhost:8000/site/noordman/nl", ""):
        client = Client(headers={**reader, "referer": referer})
        assert client.get("/site/noordman/nl", REMOTE_ADDR="198.51.100.23").status_code == 200
    for agent in ("Googlebot/2.1", "", "curl/8"):
        Client(headers={"user-agent": agent}).get("/site/noordman/nl")
    stranger().get("/site/noordman/nl", headers={"sec-purpose": "prefetch"})
    [row] = rows(PageCount)
    assert (row.page, row.language, row.views, row.visits) == ("home", "nl", 3, 2)
    figures = counting.figures(world.actor("desk"), 7)
    assert len(figures["days"]) == 7
    assert figures["pages"] == [{"page": "home", "views": 3, "visits": 2}]
    columns = {field.name for field in PageCount._meta.concrete_fields}
    assert columns == {"id", "provider_id", "owner_id", "day", "page", "language", "views", "visits"}


# --- what stands on a site by itself ---


def test_security_txt_the_statement_and_the_front_door(world: World, site: Website) -> None:
    client = stranger()
    assert client.get("/.well-known/security.txt").status_code == 404
    with override_settings(SECURITY_CONTACT="mailto:security@noordman.example"):
        text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:security@noordman.example\n" in text
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT00:00:00Z$", text, re.M)
    with override_settings(WEBSITE="noordman"):
        assert client.get("/").headers["Location"] == "/site/noordman"
    statement = client.get("/site/noordman/nl/privacy")
    assert (statement.status_code, statement.headers["Location"]) == (302, "https://www.noordman.example/privacy")
