# SPDX-License-Identifier: EUPL-1.2
"""A firm's customers: found again, corrected, restricted so that nobody uses them, and forgotten with a proof."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError
from django.db.transaction import atomic
from tests.actors import World
from tests.integration.requests.test_requests import tables_with

from zegel.demo.world import WORLD
from zegel.server.customers import actions, files, forgetting, jobs, merging, queries, yearly
from zegel.server.customers.errors import BadDetails, NotNow, OtherPreview, Restricted
from zegel.server.customers.models import Contact, Customer, Suggestion, YearlyLine
from zegel.server.customers.rules import CustomerKind, Decision, Details, Function, Reason, Standing, Why
from zegel.server.gate import Denied
from zegel.server.invoices import actions as invoices
from zegel.server.invoices.document import Buyer
from zegel.server.invoices.making import NewPaper
from zegel.server.invoices.models import Invoice
from zegel.server.invoices.rules import Category, Line
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.lifecycle import finding
from zegel.server.lifecycle.finding import SubjectRef
from zegel.server.lifecycle.owners import Owner
from zegel.server.orders import actions as orders
from zegel.server.orders.models import Order
from zegel.server.orders.rules import OrderType, State
from zegel.server.people import queries as people
from zegel.server.products import actions as products
from zegel.server.products.models import ProductModel
from zegel.server.products.rules import Source as ItemSource
from zegel.server.products.rules import Thing
from zegel.server.registers import making
from zegel.server.registers.rules import Party
from zegel.server.requests import answering, handling, intake, searching
from zegel.server.requests.handling import Proposal
from zegel.server.requests.intake import Said
from zegel.server.requests.models import Case
from zegel.server.requests.rules import AboutWhat, Channel, Deed, EraseHow, How, Outcome, Right, Verdict

NOORDMAN = WORLD.party("noordman").id
DAY = timedelta(days=1)
SANNE = Details(
    name="Sanne de Boer", street="Veerhaven", house_number="12", postcode="3016 cj", city="Rotterdam",
    email="Sanne@Example.org", phone="+31 6 1234 5678",
)  # fmt: skip


def came_in(given: Details = SANNE) -> Customer:
    with work.transaction(system(NOORDMAN)) as w:
        return actions.find_or_add(w, NOORDMAN, given)


def now_of(customer_id: UUID) -> Customer:
    with tenancy.acting_as(NOORDMAN):
        return Customer.objects.get(id=customer_id)


def moved(customer_id: UUID, **values: object) -> None:
    with tenancy.acting_as(NOORDMAN):
        Customer.objects.filter(id=customer_id).update(**values)


def test_who_comes_again_is_the_same_and_what_differs_waits_for_the_desk(world: World) -> None:
    first = came_in()
    again = came_in(Details(name="S. de Boer", email="sanne@example.org", postcode="3016CJ", house_number="12"))
    namesake = came_in(Details(name="Piet de Boer", email="sanne@example.org", postcode="1011AA", house_number="1"))
    assert again.id == first.id
    assert namesake.id != first.id
    assert (first.number, namesake.number) == (first.number, first.number + 1)
    assert now_of(first.id).name == "Sanne de Boer"
    desk = world.actor("desk")
    [waiting] = queries.record(desk, first.id).suggestions
    assert waiting.values == {"name": "S. de Boer", "postcode": "3016CJ"}
    actions.decide_suggestion(desk, waiting.id, take=True, only=["name"])
    assert (now_of(first.id).name, now_of(first.id).postcode) == ("S. de Boer", "3016 CJ")
    assert queries.record(desk, first.id).suggestions == ()


def test_another_firm_sees_and_changes_nothing(world: World) -> None:
    first = came_in()
    garage = world.actor("garagist")
    assert queries.listed(garage, queries.Wanted()).rows == ()
    for act in (queries.record, forgetting.preview, actions.end, files.send_one):
        with pytest.raises(Exception, match="no such customer"):
            act(garage, first.id)
    with pytest.raises((Denied, Exception)):
        actions.correct(world.actor("mechanic"), first.id, {"name": "Somebody Else"})
    assert now_of(first.id).name == "Sanne de Boer"


def test_details_that_cannot_be_right_are_refused_by_their_name(world: World) -> None:
    desk = world.actor("desk")
    for bad, field in (
        (Details(name="x"), "name"), (Details(name="Anna", email="no@where"), "email"),
        (Details(name="Anna", phone="12"), "phone"), (Details(name="Anna\u202egnp"), "name"),
        (Details(name="Anna", country="Nederland"), "country"),
        (Details(name="Anna", standing=Standing.PROSPECT), "consent_until"),
    ):  # fmt: skip
        with pytest.raises(BadDetails) as refused:
            actions.add(desk, bad)
        assert refused.value.field == field


def test_a_company_has_contacts_and_one_who_leaves_is_gone(world: World) -> None:
    desk = world.actor("desk")
    firm = actions.add(desk, Details(name="Bakkerij Blom BV", kind=CustomerKind.COMPANY, email="info@blom.example"))
    contact = actions.add_contact(desk, firm.id, "Eva Blom", Function.DIRECTOR, "eva@blom.example", "+31 10 123 4567")
    assert [one.name for one in queries.record(desk, firm.id).contacts] == ["Eva Blom"]
    with tenancy.acting_as(NOORDMAN):
        found = {(one.model, one.pk) for one in finding.rows_of(SubjectRef.email("eva@blom.example"))}
    assert ("customers.Contact", contact.id) in found
    actions.end_contact(desk, contact.id)
    with tenancy.acting_as(NOORDMAN):
        assert not Contact.objects.filter(id=contact.id).exists()
    with pytest.raises(NotNow):
        actions.add_contact(desk, came_in().id, "Nobody", Function.OWNER)


def test_what_is_restricted_is_kept_and_not_used(world: World) -> None:
    desk, shop = world.actor("desk"), world.actor("shop")
    row = came_in()
    actions.restrict(desk, row.id, Why.DISPUTED)
    with tenancy.acting_as(NOORDMAN):
        with pytest.raises(Restricted):
            actions.usable(row.id)
        assert queries.names([row.id])[row.id].name == ""
    for act in (
        lambda: queries.record(desk, row.id), lambda: actions.correct(desk, row.id, {"name": "Other Name"}),
        lambda: actions.end(shop, row.id), lambda: files.send_one(shop, row.id),
    ):  # fmt: skip
        with pytest.raises(Denied) as refused:
            act()
        assert refused.value.decision.missing == ("not_restricted",)
    for text in ("Sanne", "sanne@example.org", "3016", "1234 5678"):
        assert queries.listed(desk, queries.Wanted(text=text)).rows == ()
    assert [one.id for one in queries.listed(desk, queries.Wanted(text=str(row.number))).rows] == [row.id]
    assert b"Sanne" not in files.send(shop).content
    assert queries.record(shop, row.id).row.name == "Sanne de Boer"  # who answers for it decides
    with pytest.raises(Denied):
        actions.unrestrict(desk, row.id)
    actions.unrestrict(shop, row.id)
    assert queries.record(desk, row.id).row.restricted_at is None


def test_forgetting_does_what_was_shown_and_leaves_what_counts(world: World) -> None:
    desk, shop = world.actor("desk"), world.actor("shop")
    row = came_in()
    came_in(Details(name="S. de Boer", email="sanne@example.org", postcode="3016CJ", house_number="12"))
    with pytest.raises(Denied):
        forgetting.preview(desk, row.id)
    old = forgetting.preview(shop, row.id)
    assert ("customers.Suggestion", "gone", 1) in {(line.model, line.fate, line.count) for line in old.lines}
    with tenancy.acting_as(NOORDMAN):
        Suggestion.objects.all().delete()
    with pytest.raises(OtherPreview):
        forgetting.anonymise(shop, row.id, old.proof)
    shown = forgetting.preview(shop, row.id)
    done = forgetting.anonymise(shop, row.id, shown.proof)
    assert bytes(done.proof) == shown.proof
    left = now_of(row.id)
    assert (left.number, left.country, left.standing) == (row.number, "NL", "former")
    assert not any((left.name, left.street, left.email, left.phone, left.name_key, left.place_key, left.postcode))
    with tenancy.acting_as(NOORDMAN):
        assert list(finding.rows_of(SubjectRef.email("sanne@example.org"), owner_id=NOORDMAN)) == []
        entries = ledger.entries([Kind.CUSTOMER_RECORD], NOORDMAN, since_ms=0)
    proofs = [entry.said.facts.get("proof") for entry in entries if entry.said]
    assert shown.proof in proofs
    with pytest.raises(NotNow):
        forgetting.preview(shop, row.id)
    assert came_in().id != row.id  # he is somebody new now


def test_the_list_says_who_may_go_and_why_and_the_night_takes_whom_nothing_keeps(world: World) -> None:
    shop, now = world.actor("shop"), clock.now()
    quiet, kept, former, prospect, held = (
        actions.add(shop, Details(name=name)) for name in ("Quiet", "Kept", "Former", "Prospect", "Held")
    )
    moved(quiet.id, active_at=now - timedelta(days=400))
    moved(kept.id, active_at=now - timedelta(days=500))
    moved(former.id, standing="former", ended_at=now - timedelta(days=1900))
    moved(prospect.id, standing="prospect", consent_until=now.date() - timedelta(days=1))
    moved(held.id, standing="former", ended_at=now - timedelta(days=1900), restricted_at=now - timedelta(days=100))
    reasons = {(line.row.name, line.reason) for line in queries.clean_up(shop)}
    assert reasons == {
        ("Quiet", Reason.QUIET), ("Kept", Reason.QUIET), ("Former", Reason.CLAIMS_OVER),
        ("Prospect", Reason.CONSENT_OVER), ("Held", Reason.CLAIMS_OVER), ("Held", Reason.RESTRICTED_LONG),
    }  # fmt: skip
    actions.keep(shop, kept.id, Reason.QUIET, "A service contract until next year", (now + timedelta(days=300)).date())
    with pytest.raises(NotNow):
        actions.keep(shop, prospect.id, Reason.CONSENT_OVER, "He will surely buy", (now + timedelta(days=30)).date())
    actions.confirm(shop, quiet.id)
    assert jobs.forget_due(NOORDMAN) == 2
    assert {line.row.name for line in queries.clean_up(shop)} == {"Held"}
    assert now_of(former.id).anonymised_at is not None
    assert now_of(prospect.id).name == ""
    assert now_of(held.id).name == "Held"


def asked(world: World, right: Right) -> Case:
    """Sanne's letter, taken in by the provider's privacy officer; it is sure that it is she, and who she is."""
    officer = world.actor("privacy")
    said = Said(AboutWhat.RECORDS, (right,), "nl", "Sanne de Boer", "sanne@example.org")
    case = intake.take_in(officer, NOORDMAN, said, Channel.LETTER)
    handling.establish(officer, case.id, How.CALLED_BACK, "knew her last order and her house")
    chosen = [(one.kind, one.value) for one in searching.candidates(officer, case.id) if one.kind == "customer"]
    searching.choose(officer, case.id, chosen)
    return case


def test_a_restriction_that_is_recorded_with_a_request_holds_at_once(world: World) -> None:
    row = came_in()
    officer = world.actor("privacy")
    case = asked(world, Right.RESTRICTION)
    handling.did(officer, case.id, Deed.RESTRICTED, "she disputes her address")
    assert now_of(row.id).restricted_why == Why.REQUEST
    with pytest.raises(Denied):
        queries.record(world.actor("desk"), row.id)


def test_whoever_asks_for_erasure_is_anonymised_in_the_firms_records(world: World) -> None:
    row = came_in()
    officer, shop = world.actor("privacy"), world.actor("shop")
    case = asked(world, Right.ERASURE)
    fields = [one.field for one in searching.of_case(officer, case.id).fields if one.field.value is not None]
    assert {"Sanne de Boer", "sanne@example.org"} <= {one.value for one in fields}
    lines = [(one.model, one.key, one.name, Verdict.GIVE, "") for one in fields]
    assert searching.review(officer, case.id, lines) == 0
    handling.prepare(officer, case.id, Proposal(Outcome.FULFILLED, erase_how=EraseHow.ANONYMISE))
    answering.give(shop, case.id, answering.preview(shop, case.id, EraseHow.ANONYMISE).proof)
    left = now_of(row.id)
    assert left.anonymised_at is not None
    assert not any((left.name, left.email, left.place_key))


def test_a_tenants_terms_are_those_of_its_own_profile(world: World) -> None:
    with tenancy.acting_as(NOORDMAN):
        assert Owner(NOORDMAN).home.profile == "service"


def test_an_order_of_somebody_forgotten_keeps_counting_and_says_nothing_of_him(world: World, seeded: Any) -> None:
    row, desk, shop = came_in(), world.actor("desk"), world.actor("shop")
    with work.transaction(system(NOORDMAN)) as w:
        model = ProductModel.objects.filter(owner_id=NOORDMAN).first()
        assert model is not None
        item = products.register(w, NOORDMAN, row.id, model.id, Thing(serial="MARKSERIAL77"), ItemSource.FORM)
        new = orders.New(OrderType.REPAIR, row.id, "Markword leaks", "Ring at Sanne de Boer", item.id)
        order = orders.open(w, NOORDMAN, new)
    orders.note(desk, order.id, "Sanne de Boer is at home on Mondays")
    shown = forgetting.preview(shop, row.id)
    assert shown.hindrance == "open_order"
    with pytest.raises(NotNow):
        forgetting.anonymise(shop, row.id, shown.proof)
    orders.move(desk, order.id, State.CANCELLED)
    shown = forgetting.preview(shop, row.id)
    fates = {(line.model, line.fate) for line in shown.lines}
    assert {("orders.Order", "nameless"), ("orders.Note", "gone"), ("products.Item", "nameless")} <= fates
    forgetting.anonymise(shop, row.id, shown.proof)
    with tenancy.acting_as(NOORDMAN):
        left = Order.objects.get(id=order.id)
    assert (left.number, left.type, left.state, left.model_id) == (order.number, "repair", "cancelled", model.id)
    assert left.closed_at is not None
    assert left.customer_id is None
    for marker in ("Sanne de Boer", "sannedeboer", "sanne@example", "Markword", "MARKSERIAL77", "Veerhaven"):
        assert tables_with(seeded, marker) == {}, marker


def test_the_register_of_a_tenant_has_its_customers_and_that_of_a_guarded_site_has_none(world: World) -> None:
    with people.as_party(NOORDMAN):
        mine = making.of_controller(NOORDMAN, Party.CUSTOMER)
    site = WORLD.party("dehaan").id
    theirs = making.of_controller(site, Party.CUSTOMER)
    assert "service" in {line["purpose"] for line in mine["lines"]}
    assert not any("consumer" in line["subjects"] for line in theirs["lines"])


def test_two_records_of_one_customer_become_one_as_it_was_shown(world: World) -> None:
    """Every room's rows go over, detail by detail somebody chooses, and of the other only its number is left."""
    desk, shop = world.actor("desk"), world.actor("shop")
    kept = came_in()
    other = actions.add(desk, Details(name="S. de Boer-Smit", postcode="3016CJ", house_number="12", phone="0612340000"))
    with work.transaction(system(NOORDMAN)) as w:
        order = orders.open(w, NOORDMAN, orders.New(OrderType.REPAIR, other.id, "It leaks"))
    invoice = _issued(world, other.id)
    actions.restrict(shop, kept.id, Why.DISPUTED)
    with pytest.raises((Denied, Restricted)):
        merging.preview(desk, kept.id, other.id)
    actions.unrestrict(shop, kept.id)
    shown = merging.preview(desk, kept.id, other.id)
    assert {one.name for one in shown.differing} == {"name", "street", "city", "email", "phone", "postcode"}
    moves = dict(shown.moves)
    assert (moves["orders.Order"], moves["invoices.Invoice"]) == (1, 1)

    actions.correct(desk, other.id, {"city": "Schiedam"})
    with pytest.raises(OtherPreview):
        merging.merge(desk, kept.id, other.id, ["phone"], shown.proof)
    shown = merging.preview(desk, kept.id, other.id)
    with pytest.raises(BadDetails):
        merging.merge(desk, kept.id, other.id, ["country"], shown.proof)
    for stranger in ("bookkeeper", "garagist", "mechanic"):
        with pytest.raises(Exception, match=r".") as refused:
            merging.merge(world.actor(stranger), kept.id, other.id, [], shown.proof)
        assert not isinstance(refused.value, OtherPreview)
    merging.merge(desk, kept.id, other.id, ["phone", "name"], shown.proof)

    one, gone = now_of(kept.id), now_of(other.id)
    assert (one.name, one.phone, one.city, one.email) == (
        "S. de Boer-Smit", "0612340000", "Rotterdam", "sanne@example.org",
    )  # fmt: skip
    assert (gone.name, gone.phone, gone.merged_into_id, gone.number) == ("", "", kept.id, other.number)
    with tenancy.acting_as(NOORDMAN):
        assert Order.objects.get(id=order.id).customer_id == kept.id
        assert Invoice.objects.get(id=invoice.id).customer_id == kept.id
        with pytest.raises(DatabaseError, match="never changed"), atomic():
            Invoice.objects.filter(id=invoice.id).update(buyer_name="Another")
        said = [row.said.facts for row in ledger.of_party([Kind.CUSTOMER_RECORD], NOORDMAN, since_ms=0) if row.said]
    assert {"merged", "merged_away"} <= {facts["what"] for facts in said}
    assert queries.record(desk, kept.id).doubles == ()
    with pytest.raises(NotNow):
        merging.preview(desk, kept.id, other.id)


def _issued(world: World, customer_id: UUID) -> Invoice:
    bookkeeper = world.actor("bookkeeper")
    line = Line("Repair", Decimal(1), "HUR", Decimal("75"), Category.STANDARD, Decimal(21))
    buyer = Buyer("S. de Boer", "", "Veerhaven 12", "3016 CJ", "Rotterdam", "NL", "", "", "")
    return invoices.issue(bookkeeper, invoices.draft(bookkeeper, NewPaper(buyer, (line,), "nl", customer_id)).id)


def test_the_yearly_list_is_drawn_up_decided_line_by_line_and_closed_with_a_proof(world: World) -> None:
    desk, now = world.actor("desk"), clock.now()
    quiet, left, double = (
        actions.add(desk, Details(name=f"Somebody {n}", email=f"{n}@people.example")) for n in range(3)
    )  # fmt: skip
    twin = actions.add(desk, Details(name="Somebody 2", email="2@people.example"))
    moved(quiet.id, active_at=now - timedelta(days=400))
    moved(left.id, active_at=now - timedelta(days=450))
    drawn = yearly.draw_up(desk)
    with pytest.raises(NotNow):
        yearly.draw_up(desk)
    state = yearly.state(desk)
    assert state.open is not None
    mine = {line.customer_id: line.reason for line in yearly.lines_of(desk, drawn.id)}
    assert {mine[quiet.id], mine[left.id]} == {"quiet"}
    assert mine[twin.id] == "double"
    with pytest.raises(NotNow):
        yearly.close(desk, drawn.id)
    actions.confirm(desk, quiet.id, "He ordered every second winter so far")
    with pytest.raises(BadDetails):
        actions.end(desk, left.id, "no")
    assert yearly.end_quiet(desk, drawn.id, "No order for more than a year") >= 1
    for line in yearly.lines_of(desk, drawn.id):
        if line.customer_id not in {quiet.id, left.id, twin.id} and line.decided_at is None:
            actions.keep(desk, line.customer_id, Reason(line.reason), "Decided by another test", now.date() + DAY)
    merging.merge(desk, double.id, twin.id, [], merging.preview(desk, double.id, twin.id).proof)
    closed = yearly.close(desk, drawn.id)
    with tenancy.acting_as(NOORDMAN):
        rows = {row.customer_id: row for row in YearlyLine.objects.filter(of=drawn)}
        assert (rows[quiet.id].decision, rows[left.id].decision, rows[twin.id].decision) == (
            Decision.CONFIRM, Decision.END, Decision.MERGE,
        )  # fmt: skip
        assert rows[quiet.id].words.startswith("He ordered")
        assert bytes(closed.proof or b"") == yearly.proof_of(closed)
        YearlyLine.objects.filter(id=rows[left.id].id).update(decision=Decision.KEEP)
        assert bytes(closed.proof or b"") != yearly.proof_of(closed), "a list that is changed afterwards is found out"


def test_a_year_without_a_list_draws_one_up_by_itself_and_one_that_waits_breaks_the_promise(world: World) -> None:
    desk = world.actor("desk")
    first = actions.add(desk, Details(name="Somebody Early", email="early@people.example"))
    moved(first.id, since=clock.now() - timedelta(days=364))
    assert yearly.draw_due(NOORDMAN) is None
    moved(first.id, since=clock.now() - timedelta(days=366))
    drawn = yearly.draw_due(NOORDMAN)
    assert drawn is not None
    assert drawn.drawn_by is None
    assert yearly.draw_due(NOORDMAN) is None, "one is open"
    with tenancy.acting_as(NOORDMAN):
        assert yearly.overdue(NOORDMAN, clock.now()) == []
        assert yearly.overdue(NOORDMAN, clock.now() + timedelta(days=100)) == [str(drawn.id)]
