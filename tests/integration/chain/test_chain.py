# SPDX-License-Identifier: EUPL-1.2
"""Journey 26 as the server has it: authorised, offered, accepted by the first of two, done, told, gone; and what each
partner never gets to see."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.actors import World
from tests.attack.test_door_routes import signed_in
from tests.clock import stopped_clock

from zegel.demo import tenants as demo_tenants
from zegel.demo.world import WORLD
from zegel.seal import sealedfile
from zegel.seal.suite import Suite, open_fingerprint
from zegel.server.chain import actions, follow, jobs, queries, rules, sheets, working
from zegel.server.chain.errors import (
    BadAct,
    BadPartner,
    LinkRefused,
    NobodyAuthorised,
    NotNow,
    TakenByAnother,
    UnknownStep,
)
from zegel.server.chain.models import Act, Authorisation, Document, FollowLink, Offer, Partner, Sheet, Step
from zegel.server.chain.rules import ActKind, DocumentKind, Outcome, PartnerKind, StepKind
from zegel.server.customers import actions as customers
from zegel.server.customers.models import Customer
from zegel.server.customers.rules import Details, Why
from zegel.server.gate import Denied
from zegel.server.kernel import clock, erasures, outbox, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.orders import actions as orders
from zegel.server.orders.models import Line, Note, Order, Visit
from zegel.server.orders.rules import OrderType
from zegel.server.people.models import Membership
from zegel.server.products import actions as products
from zegel.server.products.models import Item
from zegel.server.products.rules import ModelKind, Source, Thing
from zegel.server.tenants import actions as tenants
from zegel.server.tenants import leaving

NOORDMAN, SNEL, VANDIJK, LINGE = (WORLD.party(key).id for key in ("noordman", "snel", "vandijk", "linge"))
SANNE = Details(
    name="Sanne de Boer", street="Veerhaven", house_number="12", postcode="3016 CJ", city="Rotterdam",
    email="sanne@example.org", phone="+31 6 1234 5678", language="nl",
)  # fmt: skip
ALL_STATES = ("offered", "accepted", "done", "given_back", "withdrawn")


@dataclass(frozen=True)
class Chain:
    """A repair for Sanne, and three partners that are authorised for it in Rotterdam."""

    world: World
    order: Order
    customer_id: UUID
    mechanic: Partner
    centre: Partner
    carrier: Partner

    def offer(self, kind: StepKind, **more: Any) -> Step:
        return actions.offer_step(self.world.actor("desk"), self.order.id, actions.NewStep(kind, **more))

    def accepted(self, kind: StepKind, person: str, **more: Any) -> Sheet:
        self.offer(kind, **more)
        return working.accept(self.world.actor(person), open_offer(person).id)


def open_offer(person: str) -> Offer:
    party = WORLD.party(WORLD.person(person).party).id
    with tenancy.acting_as(party):
        return Offer.objects.get(owner_id=party, state="open")


def partner(world: World, party: UUID, kind: PartnerKind, name: str, postcodes: tuple[str, str] = ("", "")) -> Partner:
    desk, today = world.actor("desk"), clock.now().date()
    row = actions.add_partner(desk, actions.Said(party, kind, name, "Kade 1, 4000 AA, Tiel", today))
    region = rules.Region("NL", *postcodes)
    actions.authorise(desk, row.id, actions.Allowed("repair", region, today))
    return row


@pytest.fixture
def chain(world: World) -> Chain:
    with tenancy.acting_as(NOORDMAN):  # the world may have some of its own
        Authorisation.objects.all().delete()
        Step.objects.all().delete()
        Partner.objects.all().delete()
    for party in (SNEL, VANDIJK, LINGE):
        with tenancy.acting_as(party):
            Offer.objects.all().delete()
            Sheet.objects.all().delete()
    with work.transaction(system(NOORDMAN)) as w:
        customer = customers.find_or_add(w, NOORDMAN, SANNE)
        name = f"Brisa {uuid4().hex[:6]}"
        model = products.put_model(w, NOORDMAN, products.NewModel(ModelKind.APPLIANCE, "Bosch", name, "WAN28"))
        item = products.register(w, NOORDMAN, customer.id, model.id, Thing(serial=uuid4().hex[:12]), Source.DESK)
        order = orders.open(w, NOORDMAN, orders.New(
            OrderType.REPAIR, customer.id, "It leaks", "Water under it. Call me, Sanne, on 06-12345678.", item.id,
        ))  # fmt: skip
    return Chain(
        world, order, customer.id, partner(world, SNEL, PartnerKind.MECHANIC, "Snel", ("3000", "3099")),
        partner(world, LINGE, PartnerKind.REPAIR_CENTRE, "Linge"),
        partner(world, VANDIJK, PartnerKind.CARRIER, "Van Dijk", ("3000", "3099")),
    )  # fmt: skip


def said(kind: ActKind, **more: Any) -> working.Said:
    return working.Said(uuid4(), kind, clock.now(), **more)


def delivered(topic: str, **ids: UUID) -> outbox.Event:
    return outbox.Event(1, topic, NOORDMAN, {key: str(value) for key, value in ids.items()}, clock.now())


# --- who may be offered what ---


def test_nobody_is_offered_anything_without_agreement_and_authorisation(chain: Chain) -> None:
    desk, today = chain.world.actor("desk"), clock.now().date()
    with pytest.raises(NobodyAuthorised):  # of another sort
        chain.offer(StepKind.VISIT, partner_ids=(chain.carrier.id,))
    over = actions.Said(
        SNEL, PartnerKind.MECHANIC, "Snel", "", today - timedelta(days=9), today - timedelta(days=1)
    )  # fmt: skip
    actions.change_partner(desk, chain.mechanic.id, over)
    with pytest.raises(NobodyAuthorised):
        chain.offer(StepKind.VISIT)
    for person in ("mechanic", "owner"):  # the order is nothing that they know of
        with pytest.raises(UnknownStep):
            actions.offer_step(chain.world.actor(person), chain.order.id, actions.NewStep(StepKind.VISIT))
    with pytest.raises(BadPartner):
        actions.add_partner(desk, actions.Said(uuid4(), PartnerKind.CARRIER, "Nobody", "", today))


def test_an_authorisation_that_ended_closes_offers_that_are_open_already(chain: Chain) -> None:
    chain.offer(StepKind.VISIT)
    with tenancy.acting_as(NOORDMAN):
        [held] = Authorisation.objects.filter(partner=chain.mechanic)
    actions.end_authorisation(chain.world.actor("desk"), held.id)
    with pytest.raises(Denied) as refused:
        working.accept(chain.world.actor("mechanic"), open_offer("mechanic").id)
    assert refused.value.decision.missing == ("partner_authorised",)


def test_restricted_data_goes_to_no_partner(chain: Chain) -> None:
    desk = chain.world.actor("desk")
    sheet = chain.accepted(StepKind.VISIT, "mechanic")
    customers.restrict(desk, chain.customer_id, Why.DISPUTED)
    with pytest.raises(Denied):
        chain.offer(StepKind.COLLECT)
    assert not working.may_read(chain.world.actor("mechanic"), sheet)


# --- what a partner sees ---


def test_a_partner_never_reads_a_row_of_the_tenant(chain: Chain) -> None:
    sheet = chain.accepted(StepKind.VISIT, "mechanic")
    for party in (SNEL, VANDIJK, LINGE):
        with tenancy.acting_as(party):
            for model in (Customer, Order, Item, Step, Partner, Authorisation, Document, Note, Visit):
                assert not model.objects.exists(), model
            assert Sheet.objects.exists() == (party == SNEL)
            assert not Offer.objects.exclude(owner_id=party).exists()
    with tenancy.acting_as(NOORDMAN):
        assert not Sheet.objects.exists()
        assert not Offer.objects.exists()
    assert sheet.owner_id == SNEL


def test_an_offer_tells_nobody_whom_it_is_for(chain: Chain) -> None:
    chain.offer(StepKind.VISIT)
    row = open_offer("mechanic")
    told = " ".join(str(getattr(row, field.name)) for field in Offer._meta.fields)
    for hidden in ("Sanne", "Boer", "Veerhaven", "3016", "12345678", "example.org", chain.order.number):
        assert hidden not in told
    assert row.area == "NL 30 Rotterdam"


def test_each_sees_only_his_part(chain: Chain) -> None:
    visit = chain.accepted(StepKind.VISIT, "mechanic").fields
    assert (visit["customer_name"], visit["phone"]) == ("Sanne de Boer", "+31 6 1234 5678")
    workshop = chain.accepted(StepKind.WORKSHOP, "repairer").fields
    for hidden in ("Sanne", "Boer", "Veerhaven", "3016", "Rotterdam", "12345678", "example.org"):
        assert hidden not in str(workshop)
    assert workshop["serial"] == visit["serial"]
    assert workshop["fault"].startswith("Water under it.")
    carried = chain.accepted(StepKind.COLLECT, "carrier", other_end="Linge, Kade 1, Tiel").fields
    assert carried["street"] == "Veerhaven"
    assert not {"fault", "subject", "serial", "email", "warranty_until"} & set(carried)
    with pytest.raises(Denied):
        working.record(chain.world.actor("mechanic"), sheet_of(VANDIJK, "mechanic"), [])


def sheet_of(party: UUID, person: str) -> UUID:
    """A sheet that the person's own party can't even see, put under his name: the gate still refuses its sort."""
    mine = WORLD.party(WORLD.person(person).party).id
    with tenancy.acting_as(party):
        row = Sheet.objects.get()
    with tenancy.acting_as(mine):
        row.id, row.owner_id, row.step_id = uuid4(), mine, row.step_id
        row.save(force_insert=True)
    return row.id


# --- two who want the same ---


def test_of_two_partners_who_accept_at_once_one_has_it(chain: Chain) -> None:
    partner(chain.world, VANDIJK, PartnerKind.MECHANIC, "Van Dijk repairs too")
    chain.offer(StepKind.VISIT)
    as_mechanic = _as(chain.world.actor("carrier"), "mechanic")
    runs = [(chain.world.actor("mechanic"), SNEL), (as_mechanic, VANDIJK)]
    start = threading.Barrier(2)
    found: list[UUID | str] = []

    def accepts(actor: Any, party: UUID) -> Callable[[], None]:
        def run() -> None:
            from django.db import connection

            with tenancy.acting_as(party):
                offer = Offer.objects.get(state="open")
            start.wait(10)
            try:
                found.append(working.accept(actor, offer.id).owner_id)
            except TakenByAnother:
                found.append("taken")
            finally:
                connection.close()

        return run

    threads = [threading.Thread(target=accepts(*one)) for one in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 2
    assert found.count("taken") == 1
    with tenancy.acting_as(NOORDMAN):
        step = Step.objects.get()
    winner, loser = (SNEL, VANDIJK) if SNEL in found else (VANDIJK, SNEL)
    assert step.partner_id is not None
    with tenancy.acting_as(winner):
        assert Sheet.objects.count() == 1
    with tenancy.acting_as(loser):
        assert Sheet.objects.count() == 0
        assert [one.state for one in Offer.objects.all()] == ["taken"]


def _as(actor: Any, role: str) -> Any:
    from dataclasses import replace

    return replace(actor, role=role)


def test_who_accepts_twice_is_answered_twice_and_has_it_once(chain: Chain) -> None:
    first = chain.accepted(StepKind.VISIT, "mechanic")
    with tenancy.acting_as(SNEL):
        offer = Offer.objects.get()
    assert working.accept(chain.world.actor("mechanic"), offer.id).id == first.id


# --- at work ---


def test_what_a_phone_sends_twice_is_done_once_and_reaches_the_order(chain: Chain) -> None:
    mechanic = chain.world.actor("mechanic")
    window = {"window_from": clock.now() + timedelta(hours=20), "window_until": clock.now() + timedelta(hours=22)}
    sheet = chain.accepted(StepKind.VISIT, "mechanic", **window)
    acts = [
        said(ActKind.ARRIVED), said(ActKind.NOTE, text="The pump is broken."),
        said(ActKind.PARTS, parts=(("Pump 00145338", 1),)), said(ActKind.SIGNED, text="S. de Boer"),
        said(ActKind.DONE, outcome=Outcome.NOT_SOLVED),
    ]  # fmt: skip
    working.record(mechanic, sheet.id, acts[:3])
    _row, told = working.record(mechanic, sheet.id, acts)
    assert [one.done for one in told] == [True] * 5
    _row, late = working.record(mechanic, sheet.id, [said(ActKind.NOTE, text="One more thing")])
    assert [(one.done, one.refused) for one in late] == [(False, "step_not_now")]
    with tenancy.acting_as(NOORDMAN):
        step = Step.objects.get()
        assert (step.state, step.outcome, step.found) == ("done", "not_solved", "The pump is broken.")
        assert [(one.name, one.quantity_milli) for one in Line.objects.filter(order=chain.order)] == [
            ("Pump 00145338", 1000)
        ]
        assert [one.text for one in Note.objects.filter(order=chain.order, source="partner")] == ["The pump is broken."]
        assert [one.state for one in Visit.objects.filter(order=chain.order)] == ["done"]
        assert Order.objects.get(id=chain.order.id).state == "in_work"
    workshop = chain.accepted(StepKind.WORKSHOP, "repairer")
    assert workshop.fields["earlier_work"] == "The pump is broken."
    with pytest.raises(BadAct):
        working.record(mechanic, sheet.id, [said(ActKind.NOTE, text="x")] * 61)


def state_of(chain: Chain) -> tuple[str, int]:
    with tenancy.acting_as(NOORDMAN):
        row = Order.objects.get(id=chain.order.id)
    return row.state, row.visits


def test_the_orders_state_follows_what_partners_do_also_without_a_window(chain: Chain) -> None:
    mechanic = chain.world.actor("mechanic")
    assert state_of(chain) == ("new", 0)
    sheet = chain.accepted(StepKind.VISIT, "mechanic")
    assert state_of(chain) == ("assessed", 0)
    working.record(mechanic, sheet.id, [said(ActKind.ARRIVED)])
    assert state_of(chain) == ("in_work", 0)
    working.record(mechanic, sheet.id, [said(ActKind.DONE, outcome=Outcome.NOT_SOLVED)])
    assert state_of(chain) == ("in_work", 1)  # a visit like any other: no fix at the first time is counted with two
    workshop = chain.accepted(StepKind.WORKSHOP, "repairer")
    working.give_back(chain.world.actor("repairer"), workshop.id)
    assert state_of(chain) == ("assessed", 1)
    window = {"window_from": clock.now() + timedelta(hours=20), "window_until": clock.now() + timedelta(hours=22)}
    deliver = chain.accepted(StepKind.DELIVER, "carrier", **window)
    assert state_of(chain) == ("planned", 1)
    working.record(chain.world.actor("carrier"), deliver.id, [said(ActKind.DONE, outcome=Outcome.NOBODY_HOME)])
    assert state_of(chain) == ("assessed", 1)  # nobody comes any more until it is planned again


def test_a_job_that_is_given_or_taken_back_leaves_nothing_with_the_partner(chain: Chain) -> None:
    desk, mechanic = chain.world.actor("desk"), chain.world.actor("mechanic")
    sheet = chain.accepted(StepKind.VISIT, "mechanic")
    working.give_back(mechanic, sheet.id)
    with tenancy.acting_as(SNEL):
        assert not Sheet.objects.exists()
    with tenancy.acting_as(NOORDMAN):
        step = Step.objects.get()
    assert (step.state, step.partner_id) == ("given_back", None)
    actions.offer_again(desk, step.id)
    working.accept(mechanic, open_offer("mechanic").id)
    actions.withdraw(desk, step.id)
    with tenancy.acting_as(SNEL):
        assert not Sheet.objects.exists()
    with pytest.raises(NotNow):
        actions.withdraw(desk, step.id)


def test_a_sheet_is_gone_when_its_term_is_over(chain: Chain) -> None:
    desk, mechanic = chain.world.actor("desk"), chain.world.actor("mechanic")
    today = clock.now().date()
    actions.change_partner(
        desk, chain.mechanic.id, actions.Said(SNEL, PartnerKind.MECHANIC, "Snel", "", today, None, 3)
    )
    sheet = chain.accepted(StepKind.VISIT, "mechanic")
    working.record(mechanic, sheet.id, [said(ActKind.DONE, outcome=Outcome.SOLVED)])
    with stopped_clock(clock.now()) as time:
        time.advance(timedelta(days=3, minutes=-5))
        assert jobs.forget_due() == 0
        time.advance(timedelta(minutes=10))
        with tenancy.acting_as(SNEL):
            assert queries.sheets(SNEL, list(StepKind)) == []
            row = queries.sheet(SNEL, sheet.id)
        assert not working.may_read(mechanic, row)
        assert jobs.forget_due() == 1
    with tenancy.acting_as(SNEL):
        assert not Sheet.objects.exists()


def test_who_corrects_his_address_or_is_forgotten_is_so_on_every_sheet(chain: Chain) -> None:
    chain.accepted(StepKind.VISIT, "mechanic")
    customers.correct(chain.world.actor("desk"), chain.customer_id, {"house_number": "14"})
    with tenancy.acting_as(NOORDMAN):
        jobs.customer_changed(delivered("customer.changed", customer_id=chain.customer_id))
    with tenancy.acting_as(SNEL):
        assert Sheet.objects.get().fields["house_number"] == "14"
    with tenancy.acting_as(NOORDMAN):
        jobs.forgotten(delivered("customer.anonymised", customer_id=chain.customer_id))
    with tenancy.acting_as(SNEL):
        assert not Sheet.objects.exists()


def test_an_order_that_is_closed_takes_back_what_runs(chain: Chain) -> None:
    chain.accepted(StepKind.VISIT, "mechanic")
    chain.offer(StepKind.COLLECT)
    with tenancy.acting_as(NOORDMAN):
        jobs.order_closed(delivered("order.closed", order_id=chain.order.id))
        assert {one.state for one in Step.objects.all()} == {"withdrawn"}
        assert all(one.closed_at is not None for one in Step.objects.all())
    with tenancy.acting_as(SNEL):
        assert not Sheet.objects.exists()


# --- sealed photos ---


def photo(sheet: Sheet, content: bytes, about: UUID | None = None) -> working.Sealed:
    seal_to = sheet.seal_to
    assert seal_to is not None
    public = base64.urlsafe_b64decode(seal_to["open_pk"] + "==")
    key, document_id = bytes(range(32)), uuid4().bytes
    ciphertext = sealedfile.encrypt_file(sealedfile.Document, document_id, key, content)
    suite = Suite(seal_to["suite"])
    header = sealedfile.Document(
        suite, document_id, (about or sheet.step_id).bytes, sheet.tenant_id.bytes, open_fingerprint(suite, public),
        clock.now_ms(), "image/jpeg", len(content), hashlib.sha256(ciphertext).digest(),
    )  # fmt: skip
    return working.Sealed(DocumentKind.PHOTO, sealedfile.seal_file(header, key, public).encode(), ciphertext)


def test_a_photo_opens_with_the_tenants_key_and_no_other(chain: Chain) -> None:
    mechanic = chain.world.actor("mechanic")
    sheet = chain.accepted(StepKind.VISIT, "mechanic")
    one = photo(sheet, b"a leaking pump")
    assert working.add_document(mechanic, sheet.id, one) == working.add_document(mechanic, sheet.id, one)
    with tenancy.acting_as(NOORDMAN):
        row = Document.objects.get()
    found = sealedfile.Document.decode(bytes(row.header))
    key = chain.world.keys.parties["noordman"].tenant
    assert sealedfile.open_file(found, key, bytes(row.ciphertext)) == b"a leaking pump"
    assert b"leaking" not in bytes(row.ciphertext)
    with pytest.raises(BadAct):
        working.add_document(mechanic, sheet.id, photo(sheet, b"of another job", about=uuid4()))
    with pytest.raises(BadAct):
        working.add_document(mechanic, sheet.id, working.Sealed(one.kind, one.header, one.ciphertext + b"x"))


# --- the consumer's link ---


def test_his_page_stands_in_the_firms_colours_and_takes_his_corrections(chain: Chain) -> None:
    demo_tenants.record()
    token = follow.new_link(chain.world.actor("desk"), chain.order.id)
    browser = Client()
    closed = browser.get(f"/follow/{token}").content.decode()
    assert "/forms/noordman/brand.css" in closed  # also before it is opened
    assert "Sanne" not in closed
    browser.post(f"/follow/{token}", {"do": "open"})
    shown = browser.get(f"/follow/{token}").content.decode()
    assert 'class="light auto guard tenant"' in shown, "dark where his device is"
    assert 'value="Veerhaven"' in shown
    browser.post(f"/follow/{token}", {"do": "correct", "street": "Veerhaven", "house_number": "14", "city": "x" * 300})
    with tenancy.acting_as(NOORDMAN):
        assert Customer.objects.get(id=chain.customer_id).house_number == "12", "all of it or nothing"
    browser.post(f"/follow/{token}", {"do": "correct", "house_number": "14"})
    with tenancy.acting_as(NOORDMAN):
        assert Customer.objects.get(id=chain.customer_id).house_number == "14"
    assert "/forms/noordman/brand.css" not in Client().get(f"/follow/{'A' * 43}").content.decode()


def test_the_first_browser_has_the_link_and_corrects_his_own_data(chain: Chain) -> None:
    token = follow.new_link(chain.world.actor("desk"), chain.order.id)
    with pytest.raises(LinkRefused) as unopened:
        follow.page(token, "")
    assert unopened.value.why == "unopened"
    browser = follow.open_link(token)
    assert follow.page(token, browser).order.id == chain.order.id
    for other in ("", "A" * 43):
        with pytest.raises(LinkRefused) as elsewhere:
            follow.page(token, other)
        assert elsewhere.value.why == "elsewhere"
    with pytest.raises(LinkRefused):
        follow.open_link(token)
    follow.correct(token, browser, {"phone": "+31 6 8765 4321", "number": "1", "standing": "former"})
    shown = follow.page(token, browser).customer
    assert shown is not None
    assert (shown.phone, shown.standing) == ("+31 6 8765 4321", "customer")
    newer = follow.new_link(chain.world.actor("desk"), chain.order.id)
    assert newer != token
    with pytest.raises(LinkRefused):
        follow.page(token, browser)


def test_a_letter_with_the_link_names_the_firm_and_the_number_only(chain: Chain) -> None:
    from django.core import mail

    jobs.mail_link(str(NOORDMAN), str(chain.order.id))
    letter = mail.outbox[-1]
    assert letter.to == ["sanne@example.org"]
    assert chain.order.number in letter.subject
    assert "/follow/" in letter.body
    for hidden in ("Sanne", "Bosch", "leaks", "Veerhaven"):
        assert hidden not in letter.subject + str(letter.body)


# --- a partner's programs ---


def test_a_partners_program_has_the_same_limits_as_his_people(chain: Chain) -> None:
    from zegel.server.integrations import keys
    from zegel.server.integrations.rules import Scope

    owner = _as(chain.world.actor("mechanic"), "owner")
    until = clock.now() + timedelta(days=30)
    _row, both = keys.make(owner, keys.NewKey("Planning", [Scope.STEPS_READ, Scope.STEPS_WRITE], until))
    _row, reads = keys.make(owner, keys.NewKey("Screen", [Scope.STEPS_READ], until))
    program, screen = (Client(headers={"authorization": f"Bearer {key}"}) for key in (both, reads))
    chain.offer(StepKind.VISIT)
    chain.offer(StepKind.COLLECT)
    [offer] = program.get("/api/v1/partner/offers").json()["offers"]
    assert "Sanne" not in str(offer)
    path = f"/api/v1/partner/offers/{offer['id']}/accept"
    assert screen.post(path, {}, content_type="application/json").status_code == 403
    sheet = program.post(path, {}, content_type="application/json").json()
    assert set(sheet["fields"]) <= sheets.permitted(StepKind.VISIT)
    [shown] = screen.get("/api/v1/partner/sheets").json()["sheets"]
    assert shown["fields"]["customer_name"] == "Sanne de Boer"
    for path in ("/api/v1/service/orders", "/api/v1/service/customers", "/api/v1/service/partners"):
        assert program.get(path).status_code == 401
    with tenancy.acting_as(VANDIJK):
        other = Offer.objects.get()
    refused = program.post(f"/api/v1/partner/offers/{other.id}/accept", {}, content_type="application/json")
    assert refused.status_code == 404
    assert Client(headers={"authorization": "Bearer nonsense"}).get("/api/v1/partner/sheets").status_code == 401


def test_who_was_first_in_a_partners_firm_keeps_its_keys_and_colleagues_and_nobody_else_does(chain: Chain) -> None:
    first = signed_in(chain.world, "mechanic")

    def post(client: Any, path: str, body: Any) -> Any:
        return client.post(f"/api/v1{path}", body, content_type="application/json")

    told = first.get("/api/v1/partner/firm").json()
    assert (told["may_change"], told["keeper"]) == (True, WORLD.person("mechanic").name)
    key = {"name": "Van", "scopes": told["scopes"], "until_ms": clock.ms(clock.now() + timedelta(days=30))}
    secret = post(first, "/api-keys", key).json()["secret"]
    asked = {"email": "kees@snelservice.example", "name": "Kees", "role": "mechanic", "language": "nl"}
    assert post(first, "/invitations", asked).status_code == 200
    for role in ("owner", "admin", "desk"):
        assert post(first, "/invitations", {**asked, "role": role}).status_code == 400
    with tenancy.acting_as(SNEL):
        second = Membership.objects.create(
            party_id=SNEL, person_id=WORLD.person("carrier").id, role="mechanic", valid_from=clock.now()
        )
        theirs = people_sessions_of(chain, "carrier", SNEL)
    assert theirs.get("/api/v1/partner/firm").json()["may_change"] is False
    for path, body in (("/api-keys", key), ("/invitations", asked), (f"/members/{second.id}/end", {})):
        assert post(theirs, path, body).status_code == 403, path
    assert theirs.get("/api/v1/api-keys").status_code == 403
    assert post(first, f"/members/{second.id}/end", {}).status_code == 200
    assert theirs.get("/api/v1/partner/sheets").status_code in {401, 403}
    reads = Client(headers={"authorization": f"Bearer {secret}"})
    assert reads.get("/api/v1/partner/sheets").status_code == 200
    [row] = first.get("/api/v1/api-keys").json()["keys"]
    post(first, f"/api-keys/{row['id']}/end", {})
    assert reads.get("/api/v1/partner/sheets").status_code == 401


def people_sessions_of(chain: Chain, person: str, party: UUID) -> Any:
    """His browser, acting for another of his parties."""
    client = signed_in(chain.world, person)
    session = client.session
    session["party"], session["role"] = str(party), "mechanic"
    session.save()
    return client


# --- a tenant that leaves ---


def test_of_a_tenant_that_is_removed_nothing_is_left_with_its_partners_either_also_not_from_a_copy(
    chain: Chain,
) -> None:
    demo_tenants.record()
    mechanic = chain.world.actor("mechanic")
    sheet = chain.accepted(StepKind.VISIT, "mechanic")
    working.record(mechanic, sheet.id, [said(ActKind.ARRIVED)])
    working.add_document(mechanic, sheet.id, photo(sheet, b"a leaking pump"))
    chain.offer(StepKind.COLLECT)
    follow.new_link(chain.world.actor("desk"), chain.order.id)
    with tenancy.acting_as(SNEL):
        copies = [list(Sheet.objects.all()), list(Act.objects.all())]
    planner = chain.world.actor("planner")
    tenants.end_use(planner, NOORDMAN, clock.now(), "They stop.")
    removal = leaving.ask_removal(planner, NOORDMAN)
    with stopped_clock(removal.due_at):
        done = leaving.remove(planner, removal.id)
    assert done.left == {}
    assert done.counts["elsewhere: partners' sheets"] >= 2  # a sheet and an offer
    assert done.counts["elsewhere: consumers' links"] == 1
    assert done.counts["chain.Document"] == 1
    for party in (SNEL, VANDIJK, LINGE):
        with tenancy.acting_as(party):
            assert not any(model.objects.exists() for model in (Sheet, Act, Offer))
    with tenancy.acting_as(NOORDMAN):
        assert not any(model.objects.exists() for model in (Step, Document, Partner, Authorisation))
    assert not FollowLink.objects.filter(owner_id=NOORDMAN).exists()
    with tenancy.acting_as(SNEL):  # an older copy is put back
        for row in (*copies[0], *copies[1]):
            row.save(force_insert=True)
        erasures.erase_again()
        assert not any(model.objects.exists() for model in (Sheet, Act))


# --- every door, tried by a partner ---


def test_no_route_tells_a_partner_more_than_his_sheet(chain: Chain) -> None:
    """Every address of the API that reads, with the identifiers of what is really there."""
    visit = chain.accepted(StepKind.VISIT, "mechanic")
    chain.accepted(StepKind.WORKSHOP, "repairer")
    with tenancy.acting_as(NOORDMAN):
        photographed = uuid4()
        known = {
            "order_id": chain.order.id, "customer_id": chain.customer_id, "item_id": chain.order.item_id,
            "step_id": visit.step_id, "partner_id": chain.mechanic.id, "sheet_id": visit.id,
            "document_id": photographed, "person_id": WORLD.person("desk").id, "party_id": NOORDMAN,
        }  # fmt: skip
    told = {"Sanne", "Veerhaven", "12345678", "sanne@example.org", chain.order.number}
    for person in ("mechanic", "repairer", "carrier"):
        client = signed_in(chain.world, person)
        reached = 0
        for path in reading_paths(known):
            answer = client.get(path)
            raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = raw.decode("utf-8", "replace")
            reached += answer.status_code == 200
            if person == "mechanic" and path.endswith(("/partner/sheets", f"/partner/sheets/{visit.id}")):
                assert "Sanne" in text
            elif person == "repairer" and path == "/api/v1/partner/sheets":
                assert not (told - {chain.order.number}) & {one for one in told if one in text}, path
            else:
                assert not [one for one in told if one in text], (person, path)
        assert reached > 3


def reading_paths(known: dict[str, Any]) -> list[str]:
    import re

    from zegel.server.api.urls import api

    found = []
    for path, operations in api.get_openapi_schema()["paths"].items():
        if "get" in operations:
            found.append(re.sub(r"\{(\w+)\}", lambda name: str(known.get(name.group(1), uuid4())), path))
    return [path for path in found if "/events" not in path]
