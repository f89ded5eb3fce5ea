# SPDX-License-Identifier: EUPL-1.2
"""A tenant's public forms: what comes in, what is on record of it, what programs and other pages get, and how a consent
is taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from tests.actors import World
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.server.consents import jobs as consent_jobs
from zegel.server.consents import links
from zegel.server.consents.models import Consent
from zegel.server.customers.models import Customer
from zegel.server.gate import Denied
from zegel.server.intake import actions, rules
from zegel.server.intake.errors import BadForm, NoStatement
from zegel.server.intake.models import Submission
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.kernel.buckets import Buckets, Rate
from zegel.server.orders.models import Order
from zegel.server.products import actions as products
from zegel.server.products import jobs as product_jobs
from zegel.server.products.models import Item
from zegel.server.products.rules import ModelKind
from zegel.server.public import forms as pages
from zegel.server.tenants.models import Brand

NOORDMAN = WORLD.party("noordman").id
SHOP = "https://www.shop.example"
SANNE = {
    "name": "Sanne de Boer", "street": "Veerhaven", "house_number": "12", "postcode": "3016 CJ", "city": "Rotterdam",
    "email": "sanne@people.example", "phone": "+31 6 1234 5678", "agree": "yes",
}  # fmt: skip


@pytest.fixture(autouse=True)
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_reading", "_sending", "_without_script", "_to_address"):
        monkeypatch.setattr(pages, name, Buckets(Rate(per_s=1, burst=50)))


@pytest.fixture
def model(world: World) -> str:
    """Of a catalogue of the shop, which is open to the public with a statement of its own."""
    with work.transaction(system(NOORDMAN)) as w:
        return str(products.put_model(w, NOORDMAN, products.NewModel(ModelKind.APPLIANCE, "Testa", "Grill")).id)


def shown(kind: str = "registration", query: str = "lang=nl", **headers: str) -> Any:
    return Client(headers=headers).get(f"/forms/noordman/{kind}?{query}")


def hidden(page: str, name: str) -> str:
    [found] = re.findall(rf'name="{name}" value="([^"]*)"', page)
    return str(found)


def send(kind: str = "registration", said: dict[str, str] | None = None, **change: str) -> Any:
    """As a browser does: reads the form, waits, solves, sends."""
    page = shown(kind).content.decode()
    puzzle = hidden(page, "puzzle")
    form = SANNE | {"puzzle": puzzle, "number": rules.solve(puzzle), "words": hidden(page, "words")} | (said or {})
    with stopped_clock(clock.now() + timedelta(seconds=5)):
        return Client().post(f"/forms/noordman/{kind}?lang=nl", form | change)


def all_of(kind: type[Any]) -> list[Any]:
    with tenancy.acting_as(NOORDMAN):
        return list(kind.objects.filter(owner_id=NOORDMAN))


def letters() -> list[str]:
    for row in all_of(Consent):
        consent_jobs.send_receipt(str(NOORDMAN), str(row.id))
    return [str(letter.body) for letter in mail.outbox]


def test_a_registration_is_on_record_with_the_words_that_were_agreed_to(world: World, model: str) -> None:
    bought = clock.now().date().isoformat()
    answer = send(said={"model": model, "serial": "g-100", "bought": bought, "shop": "Noordman"})
    assert (answer.status_code, answer["Location"]) == (303, "/forms/noordman/registration/sent?lang=nl")
    [row], [who], [item] = all_of(Submission), all_of(Customer), all_of(Item)
    assert (row.customer_id, row.item_id, row.order_id) == (who.id, item.id, None)
    assert (who.name, who.language, item.serial, item.customer_id) == ("Sanne de Boer", "nl", "G-100", who.id)
    [consent] = all_of(Consent)
    with tenancy.acting_as(NOORDMAN):
        words = consent.text.words
    assert (consent.purpose, consent.email, consent.place) == (
        "registration", "sanne@people.example", "/forms/noordman/registration"
    )  # fmt: skip
    assert words in shown().content.decode()
    mail.outbox.clear()
    [letter] = letters()
    assert words in letter
    assert "Sanne" not in letter  # nothing that a stranger typed is sent to whom he named


def test_every_kind_of_order_is_opened_by_its_form(world: World, model: str) -> None:
    for kind, asks in rules.ASKS.items():
        if kind is not rules.FormKind.REGISTRATION:
            said = {"text": "Het lekt aan de onderkant."} | ({"model": model} if asks.product else {})
            assert send(kind.value, said).status_code == 303, kind
    found = {row.type: row for row in all_of(Order)}
    assert set(found) == {kind.value for kind in actions.ORDERS.values()}
    assert found["repair"].subject == "Testa Grill"
    assert found["repair"].source == "form"
    assert len(all_of(Customer)) == 1
    assert {row.order_id for row in all_of(Submission)} == {row.id for row in found.values()}


@pytest.mark.parametrize(
    ("change", "field"),
    [({"agree": ""}, "agree"), ({"words": "00" * 32}, "agree"), ({"words": "zz"}, "agree"), ({"name": ""}, "name"),
     ({"email": "nobody"}, "email"), ({"model": ""}, "model"), ({"model": "x"}, "model"), ({"city": " "}, "city"),
     ({"serial": "=1+1"}, "serial"), ({"bought": "soon"}, "bought"), ({"bought": "2999-01-01"}, "bought"),
     ({"phone": "call me"}, "phone"), ({"name": "x" * 300}, "name")],
)  # fmt: skip
def test_what_cannot_be_taken_leaves_nothing_behind(
    world: World, model: str, change: dict[str, str], field: str
) -> None:
    answer = send(said={"model": model}, **change)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert re.findall(r'id="(\w+)"[^>]*aria-invalid="true"', body) == [field]
    assert 'value="Veerhaven"' in body  # nobody types it twice
    for kind in (Submission, Customer, Item, Consent, Order):
        assert all_of(kind) == []


def test_no_answer_tells_that_somebody_or_something_is_known(world: World, model: str) -> None:
    first = send(said={"model": model, "serial": "G-1"})
    other = send(said={"model": model, "serial": "G-1"}, name="Piet Anders", email="piet@people.example", street="Kade")
    assert (first.status_code, first["Location"]) == (other.status_code, other["Location"])
    mine = next(row for row in all_of(Item) if row.doubt_id is None)
    assert {row.id: row.name for row in all_of(Customer)}[mine.customer_id] == "Sanne de Boer"
    assert len(all_of(Item)) == 2


def test_a_form_sets_no_cookie_and_asks_nothing_of_others(world: World, model: str) -> None:
    for path in ("", "/registration", "/registration?in=frame", "/brand.css", "/registration/sent"):
        answer = Client().get(f"/forms/noordman{path}")
        assert answer.status_code == 200, path
        assert not answer.cookies, path
        body = answer.content.decode()
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', body), path
        if not path.endswith(".css"):
            assert "/forms/noordman/privacy" in body
    assert not send(said={"model": model}).cookies


def test_it_stands_in_the_pages_that_the_tenant_named_and_in_no_other(world: World) -> None:
    actions.save(world.actor("shop"), ["registration"], [SHOP])
    policy = shown()["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {SHOP}" in policy
    assert "x-frame-options" not in {name.lower() for name in shown().headers}
    frame = {"sec-fetch-dest": "iframe"}
    assert shown(query="in=frame", referer=f"{SHOP}/", **frame).status_code == 200
    refused = shown(query="in=frame", referer="https://evil.example/", **frame)
    assert (refused.status_code, "<form" in refused.content.decode()) == (403, False)
    assert "frame-ancestors 'none'" in refused["Content-Security-Policy"]
    assert shown("repair").status_code == 404  # switched off
    page = shown(query="in=frame", referer=f"{SHOP}/p?q=1", **frame).content.decode()
    assert hidden(page, "origin") == SHOP
    with pytest.raises(BadForm):
        actions.save(world.actor("shop"), [], ["https://evil.example; script-src *"])
    for person in ("desk", "mechanic", "accountant"):
        with pytest.raises(Denied):
            actions.save(world.actor(person), [], [SHOP])


def test_without_a_statement_of_his_own_a_tenant_has_no_form(world: World) -> None:
    Brand.objects.filter(owner_id=NOORDMAN).update(privacy_url="", privacy_text={})
    assert shown().status_code == 404
    assert Client().get("/forms/noordman").status_code == 404
    with pytest.raises(NoStatement):
        actions.save(world.actor("shop"), ["registration"], [SHOP])
    Brand.objects.filter(owner_id=NOORDMAN).update(privacy_text={"nl": "Wij bewaren <b>weinig</b>."})
    said = Client().get("/forms/noordman/privacy?lang=nl").content.decode()
    assert "&lt;b&gt;weinig" in said
    assert shown().status_code == 200


def test_programs_are_kept_out_by_their_own_haste(
    world: World, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown().content.decode()
    puzzle = hidden(page, "puzzle")
    form = SANNE | {"puzzle": puzzle, "words": hidden(page, "words"), "model": model, "number": rules.solve(puzzle)}
    with stopped_clock(clock.now()):
        assert Client().post("/forms/noordman/registration", form).status_code == 422  # at once
    with stopped_clock(clock.now() + timedelta(seconds=5)):
        assert Client().post("/forms/noordman/registration", form | {"website": "x"}).status_code == 303
        assert Client().post("/forms/noordman/repair", form).status_code == 422  # another form's puzzle
        assert Client().post("/forms/noordman/registration", form | {"number": "1"}).status_code == 422
        assert all_of(Submission) == []
        assert Client().post("/forms/noordman/registration?lang=nl", form).status_code in {303, 422}
        again = Client().post("/forms/noordman/registration?lang=nl", form)
    assert again.status_code == 422
    assert len(all_of(Submission)) <= 1
    monkeypatch.setattr(pages, "_without_script", Buckets(Rate(per_s=0, burst=1)))
    assert [send(said={"model": model}, number="").status_code for _ in range(2)] == [303, 429]
    monkeypatch.setattr(pages, "_to_address", Buckets(Rate(per_s=0, burst=1)))
    assert [send(said={"model": model}).status_code for _ in range(2)] == [303, 429]  # nobody's mailbox is filled


def test_a_consent_is_taken_back_by_one_press_and_the_registration_is_gone(world: World, model: str) -> None:
    send(said={"model": model, "serial": "G-1"})
    mail.outbox.clear()
    [letter] = letters()
    [path] = re.findall(r"(/consent/[A-Za-z0-9_-]{64})", letter)
    assert 'data-view="held"' in Client().get(path).content.decode()
    assert all_of(Item)[0].serial == "G-1"  # opening asks for a press
    assert 'data-view="done"' in Client().post(path).content.decode()
    [item], [consent] = all_of(Item), all_of(Consent)
    assert (item.serial, item.customer_id) == ("", None)
    assert consent.withdrawn_at is not None
    assert all_of(Submission)[0].withdrawn_at is not None
    assert 'data-view="done"' in Client().post(path).content.decode()  # again is harmless
    for wrong in (path[:-1] + ("A" if path[-1] != "A" else "B"), "/consent/" + "A" * 64, "/consent/x"):
        assert Client().get(wrong).status_code == 404


def test_an_order_whose_consent_is_taken_back_is_off(world: World) -> None:
    send("question", {"text": "Past deze grill op mijn balkon?"})
    [consent] = all_of(Consent)
    assert Client().post(links.path_of(consent)).status_code == 200
    [order] = all_of(Order)
    assert (order.state, order.outcome) == ("cancelled", "withdrawn")


def test_a_thing_of_an_open_order_is_kept_until_that_is_closed(world: World, model: str) -> None:
    send("repair", {"model": model, "serial": "G-1", "text": "Hij wordt niet warm."})
    with stopped_clock(clock.now() + timedelta(days=4000)):
        assert product_jobs.forget_over(str(NOORDMAN)) == 0
        [consent] = all_of(Consent)
        Client().post(links.path_of(consent))
        assert product_jobs.forget_over(str(NOORDMAN)) == 1
    assert all_of(Item)[0].serial == ""


def test_the_one_line_s_script_is_for_every_page_and_the_form_s_style_is_only_colours(world: World) -> None:
    Brand.objects.filter(owner_id=NOORDMAN).update(colour="#f;}*{x", accent="#123456")
    assert Client().get("/forms/noordman/brand.css").content == b""
    Brand.objects.filter(owner_id=NOORDMAN).update(colour="#ffffff", accent="#123456")
    style = Client().get("/forms/noordman/brand.css").content.decode()
    assert "--brand: #ffffff; --brand-ink: #000000;" in style
    assert "--accent: #123456; --accent-ink: #ffffff;" in style
    assert "@media (prefers-color-scheme: dark) { .tenant.auto { --accent: #" in style
    Brand.objects.filter(owner_id=NOORDMAN).update(logo=b"<svg onload=alert(1)>", logo_type="image/svg+xml")
    assert Client().get("/forms/noordman/logo").status_code == 404
    for path in ("/forms/nobody", "/forms/nobody/registration", "/forms/noordman/nothing", "/forms/nobody/privacy"):
        assert Client().get(path).status_code == 404
