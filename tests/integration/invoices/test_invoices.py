# SPDX-License-Identifier: EUPL-1.2
"""Journey 27 at the server: an invoice is issued, sent, paid and kept; its numbers have no gap whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.core import mail as outgoing
from django.db import DatabaseError, connection, connections

from tests.actors import World
from tests.clock import stopped_clock
from zegel.demo.world import WORLD
from zegel.server.customers import actions as customers
from zegel.server.customers import forgetting
from zegel.server.customers.models import Customer
from zegel.server.customers.rules import Details
from zegel.server.gate import Denied
from zegel.server.invoices import actions, einvoice, invariants, jobs, journal, money, offering, queries, reminding
from zegel.server.invoices.document import Buyer
from zegel.server.invoices.errors import AlreadyIssued, BadInvoice, BadPayment, BadStatement, NotReady
from zegel.server.invoices.journal import Period
from zegel.server.invoices.making import NOBODY, NewPaper
from zegel.server.invoices.models import Invoice, InvoiceLine, Offer, Paper, Payment, Series
from zegel.server.invoices.rules import Category, Line, OfferState, Way
from zegel.server.kernel import outbox, tenancy
from zegel.server.ledger import Kind as EntryKind
from zegel.server.ledger import queries as ledger

SHOP = WORLD.party("noordman").id
MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
VRIES = Buyer("J. de Vries", "", "Kerkstraat 2", "1011 AB", "Amsterdam", "NL", "j@vries.example", "", "")
REPAIR = Line("Repair of a pump", Decimal("1.5"), "HUR", Decimal("75"), Category.STANDARD, Decimal(21))
PART = Line("Pump", Decimal(1), "C62", Decimal("33.335"), Category.STANDARD, Decimal(21), Decimal(10))
PAPER = NewPaper(VRIES, (REPAIR, PART), "nl", subject="26-000001")


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with stopped_clock(MORNING):
        yield


def issued(world: World, new: NewPaper = PAPER) -> Invoice:
    bookkeeper = world.actor("bookkeeper")
    return actions.issue(bookkeeper, actions.draft(bookkeeper, new).id)


def again(row: Invoice) -> Invoice:
    with tenancy.acting_as(SHOP):
        return Invoice.objects.get(id=row.id)


def test_an_invoice_is_issued_sent_paid_and_what_stands_on_record_says_so(world: World) -> None:
    row = issued(world)
    assert (row.number, row.total_cents, row.due_on) == ("2026-0001", 17244, date(2026, 12, 23))
    actions.send(world.actor("bookkeeper"), row.id)
    jobs.send_invoice(str(SHOP), str(row.id))
    letter = outgoing.outbox[-1]
    assert letter.to == ["j@vries.example"]
    name, content, kind = letter.attachments[0]
    assert (name, kind) == ("2026-0001.pdf", "application/pdf")
    assert content.startswith(b"%PDF-1.7")
    assert again(row).sent_at is not None
    money.received(world.actor("bookkeeper"), row.id, Way.CARD, 10_000, date(2026, 11, 23))
    assert again(row).open_cents == 7244
    with pytest.raises(BadPayment):
        money.received(world.actor("bookkeeper"), row.id, Way.CASH, 7245, date(2026, 11, 23))
    money.received(world.actor("bookkeeper"), row.id, Way.CASH, 7244, date(2026, 11, 23))
    assert again(row).settled_at is not None
    with tenancy.acting_as(SHOP):
        said = [one.said.facts["what"] for one in ledger.of_party([EntryKind.INVOICE], SHOP, since_ms=0) if one.said]
    assert said == ["settled", "settled", "sent", "issued"]
    assert not [*invariants.numbered(), *invariants.papers(), *invariants.paid()]


def test_what_is_issued_is_never_changed_not_even_by_the_database(world: World) -> None:
    row = issued(world)
    for attempt in (
        lambda: actions.change(world.actor("bookkeeper"), row.id, PAPER),
        lambda: actions.delete(world.actor("bookkeeper"), row.id),
        lambda: actions.issue(world.actor("bookkeeper"), row.id),
    ):
        with pytest.raises(AlreadyIssued):
            attempt()
    tampering: tuple[tuple[Any, dict[str, Any]], ...] = (
        (Invoice.objects.filter(id=row.id), {"total_cents": 1}), (Invoice.objects.filter(id=row.id), {"sequence": 7}),
        (Invoice.objects.filter(id=row.id), {"buyer_name": "Somebody"}),
        (InvoiceLine.objects.filter(invoice=row), {"price": 1}), (Paper.objects.filter(invoice=row), {"pdf": b""}),
    )  # fmt: skip
    for rows, values in tampering:
        with pytest.raises(DatabaseError), tenancy.acting_as(SHOP):
            rows.update(**values)


def test_a_draft_is_told_in_sentences_what_it_lacks_and_takes_no_number(world: World) -> None:
    bookkeeper = world.actor("bookkeeper")
    bad = replace(PAPER, buyer=replace(VRIES, street=""), lines=(replace(REPAIR, rate=Decimal(19)),))
    row = actions.draft(bookkeeper, bad)
    with pytest.raises(NotReady) as refused:
        actions.issue(bookkeeper, row.id)
    assert len(refused.value.faults) == 2
    assert issued(world).sequence == 1
    reverse = replace(REPAIR, category=Category.REVERSE, rate=Decimal(0))
    with pytest.raises(NotReady):
        actions.issue(bookkeeper, actions.draft(bookkeeper, replace(PAPER, lines=(reverse,))).id)


def test_many_at_once_get_numbers_without_gap_and_none_twice(world: World) -> None:
    bookkeeper = world.actor("bookkeeper")
    drafts = [actions.draft(bookkeeper, PAPER).id for _ in range(12)]
    wrong = actions.draft(bookkeeper, replace(PAPER, lines=())).id
    gate = threading.Barrier(6)

    def work(ids: list[Any]) -> None:
        gate.wait(10)
        for one in ids:
            try:
                actions.issue(bookkeeper, one)
            except NotReady:
                assert one == wrong
        connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(work, [*drafts[start::6], wrong]) for start in range(6)]:
            done.result(60)
    with tenancy.acting_as(SHOP):
        found = sorted(Invoice.objects.filter(owner_id=SHOP, id__in=drafts).values_list("sequence", flat=True))
    assert found == list(range(1, 13))
    assert not list(invariants.numbered())


def test_who_dies_while_issuing_took_no_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = issued(world)
    bookkeeper = world.actor("bookkeeper")
    doomed = actions.draft(bookkeeper, PAPER)

    def die(*_args: Any) -> None:
        with connection.cursor() as cursor:  # as if the process, or its server, was killed there and then
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(actions, "_keep_paper", die)
    with pytest.raises((DatabaseError, psycopg.Error)):
        actions.issue(bookkeeper, doomed.id)
    monkeypatch.undo()
    connections.close_all()
    with stopped_clock(MORNING):
        assert (first.sequence, issued(world).sequence, actions.issue(bookkeeper, doomed.id).sequence) == (1, 2, 3)
    assert not list(invariants.numbered())


def test_a_credit_note_takes_back_no_more_than_the_invoice_was(world: World) -> None:
    bookkeeper = world.actor("bookkeeper")
    row = issued(world)
    money.received(bookkeeper, row.id, Way.CARD, 10_000, date(2026, 11, 23))
    note = actions.credit(bookkeeper, row.id, "The pump was faulty")
    note = actions.change(bookkeeper, note.id, replace(PAPER, lines=(PART,)))
    note = actions.issue(bookkeeper, note.id)
    assert (note.number, note.total_cents, note.open_cents, again(row).open_cents) == ("C2026-0001", 3631, 0, 3613)
    rest = actions.credit(bookkeeper, row.id, "All of it")
    with pytest.raises(NotReady):
        actions.issue(bookkeeper, rest.id)
    rest = actions.issue(bookkeeper, actions.change(bookkeeper, rest.id, replace(PAPER, lines=(REPAIR,))).id)
    assert (again(row).open_cents, rest.open_cents) == (0, 10_000)
    xml = _xml(rest)
    assert b"<ram:TypeCode>381</ram:TypeCode>" in xml
    assert b"2026-0001" in xml
    assert not list(invariants.paid())


def _xml(row: Invoice) -> bytes:
    with tenancy.acting_as(SHOP):
        return bytes(Paper.objects.get(invoice=row).xml)


def test_what_xml_has_no_character_for_is_left_out_of_both(world: World) -> None:
    odd = replace(REPAIR, text="Pump\x0b \x00of\ufffe <steel>\r\nnew")
    row = issued(world, replace(PAPER, lines=(odd,), buyer=replace(VRIES, name="J. \x1fde Vries"), note="\x08"))
    with tenancy.acting_as(SHOP):
        assert row.lines.get().text == "Pump of <steel>\nnew"
    assert b"<ram:Name>J. de Vries</ram:Name>" in _xml(row)


def test_the_paper_and_its_xml_say_the_same(world: World) -> None:
    row = issued(world)
    assert einvoice.read(_xml(row)) == {"number": row.number, "currency": "EUR", "total": "172.44"}


def test_an_overdue_invoice_is_reminded_three_times_and_no_more(world: World) -> None:
    row = issued(world)
    bookkeeper = world.actor("bookkeeper")
    with pytest.raises(BadInvoice):
        reminding.remind(bookkeeper, row.id)
    for level, days in ((1, 31), (2, 46), (3, 61)):
        with stopped_clock(MORNING + timedelta(days=days)):
            made = reminding.remind(bookkeeper, row.id)
            jobs.send_reminder(str(SHOP), str(made.id))
            assert (made.level, "2026-0001" in outgoing.outbox[-1].subject) == (level, True)
            with pytest.raises(BadInvoice):
                reminding.remind(bookkeeper, row.id)
    with stopped_clock(MORNING + timedelta(days=200)), pytest.raises(BadInvoice):
        reminding.remind(bookkeeper, row.id)


def test_an_offer_becomes_an_invoice_once_and_is_no_record_of_the_books(world: World) -> None:
    desk = world.actor("desk")
    offer = offering.make(desk, PAPER)
    offering.send(desk, offer.id)
    jobs.send_offer(str(SHOP), str(offer.id))
    assert outgoing.outbox[-1].attachments[0][0] == "O2026-0001.pdf"
    offering.answered(desk, offer.id, OfferState.ACCEPTED)
    made = offering.invoice(desk, offer.id)
    assert (made.total_cents, made.state) == (17244, "draft")
    with pytest.raises(BadInvoice):
        offering.invoice(desk, offer.id)
    with pytest.raises(Denied):  # a number is given by who keeps the books
        actions.issue(desk, made.id)


def test_an_accountant_reads_only_under_an_agreement_in_force_and_each_look_is_logged(world: World) -> None:
    row = issued(world)
    accountant = world.actor("accountant")
    assert accountant.id is not None
    period = Period(date(2026, 1, 1), date(2026, 12, 31))
    with pytest.raises(Denied), tenancy.acting_as(SHOP):
        actions.faults(accountant, row.id)
    new = actions.NewAgreement(
        accountant.id, "Vos Accountants", "2026/7", date(2026, 11, 1), MORNING, MORNING + timedelta(days=365)
    )
    with pytest.raises(Denied):
        actions.record_agreement(world.actor("bookkeeper"), new)
    made = actions.record_agreement(world.actor("shop"), new)
    with tenancy.acting_as(SHOP):
        actions.found(accountant, row.id, actions.Action.READ)
    journal.note(accountant, "read", about=row.id)
    for attempt in (lambda: actions.draft(accountant, PAPER), lambda: actions.send(accountant, row.id)):
        with pytest.raises(Denied):
            attempt()
    with tenancy.acting_as(SHOP):
        content, papers = journal.file(SHOP, period)
        assert journal.file(SHOP, period)[0] == content
        said = next(one.said for one in ledger.of_party([EntryKind.INVOICE], SHOP, since_ms=0) if one.said)
        assert (said.actor_id, said.facts["what"], papers) == (accountant.id, "read", 1)
    actions.end_agreement(world.actor("shop"), made.id)
    with pytest.raises(Denied), tenancy.acting_as(SHOP):
        actions.found(accountant, row.id, actions.Action.READ)


def test_the_books_of_a_period_take_credit_notes_off_and_no_cell_is_a_formula(world: World) -> None:
    row = issued(world, replace(PAPER, buyer=replace(VRIES, name="=HYPERLINK(1)")))
    bookkeeper = world.actor("bookkeeper")
    actions.issue(bookkeeper, actions.credit(bookkeeper, row.id, "It was wrong").id)
    issued(world)
    with tenancy.acting_as(SHOP):
        period = Period(date(2026, 11, 1), date(2026, 11, 30))
        (one,) = journal.taxes(SHOP, period)
        assert (one.net_cents, one.vat_cents, one.papers) == (14251, 2993, 3)
        sales = journal.sales_csv(SHOP, period)[0].decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in sales
    assert ",-142.51,-29.93," in sales


def test_the_books_are_kept_seven_years_and_nothing_is_kept_with_them(world: World) -> None:
    from zegel.server.lifecycle import planner
    from zegel.server.lifecycle.owners import Owner

    row = issued(world)
    draft = actions.draft(world.actor("bookkeeper"), PAPER)
    assert row.year_ended_at == datetime(2027, 1, 1, 11, tzinfo=UTC)
    matters = [one for one in planner.matters() if one.model == "invoices.Invoice"]
    assert [one.fields for one in matters] == [()]
    for day, over in ((datetime(2033, 12, 31, 12, tzinfo=UTC), []), (datetime(2034, 1, 1, 1, tzinfo=UTC), [row.id])):
        with stopped_clock(day), tenancy.acting_as(SHOP):
            assert list(matters[0].over(Owner(SHOP)).values_list("id", flat=True)) == over
    with stopped_clock(MORNING + timedelta(days=200)):
        jobs.forget_drafts_of(SHOP)
    with tenancy.acting_as(SHOP):
        assert set(Invoice.objects.filter(owner_id=SHOP).values_list("id", flat=True)) >= {row.id}
        assert not Invoice.objects.filter(id=draft.id).exists()


def test_nothing_is_kept_of_a_forgotten_customer_but_what_the_books_must_hold(world: World) -> None:
    shop = world.actor("shop")
    told = customers.add(shop, Details("Greet Willems", street="Kerkweg", house_number="3", postcode="6811 AB",
                                       city="Arnhem", email="greet@people.example"))  # fmt: skip
    new = NewPaper(NOBODY, (REPAIR,), "", told.id)
    row = issued(world, new)
    assert (row.buyer_name, row.buyer_street) == ("Greet Willems", "Kerkweg 3")
    draft, offer = actions.draft(shop, new), offering.make(shop, new)
    forgetting.anonymise(shop, told.id, forgetting.preview(shop, told.id).proof)
    while outbox.Deliverer().run_once():
        pass
    with tenancy.acting_as(SHOP):
        assert not Invoice.objects.filter(id=draft.id).exists()
        assert not Offer.objects.filter(id=offer.id).exists()
        assert Invoice.objects.get(id=row.id).buyer_name == "Greet Willems"
        assert Customer.objects.get(id=told.id).name == ""
    assert not [*invariants.papers(), *invariants.numbered()]
    with pytest.raises(BadInvoice):
        actions.draft(shop, new)


# --- bank statements ---


def statement(*entries: str, account: str = "NL91ABNA0417164300") -> bytes:
    return (
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'
        f"<Id>1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{''.join(entries)}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def entry(amount: str, words: str, *, sign: str = "CRDT", more: str = "", day: str = "2026-11-23") -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more}<Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>J DE VRIES</Nm></Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def test_a_statement_finds_its_invoices_by_what_stands_in_it_and_the_same_file_again_changes_nothing(
    world: World,
) -> None:
    bookkeeper = world.actor("bookkeeper")
    rows = [issued(world) for _ in range(5)]
    content = statement(
        entry("172.44", f"betaling {rows[0].reference}"), entry("72.44", "factuur 2026 0002 eerste deel"),
        entry("344.88", "2026-0003 en 2026-0004"), entry("172.44", "dank u wel"),
        entry("19.99", "2026-0005", sign="DBIT"),
    )  # fmt: skip
    done = money.take(bookkeeper, content)
    assert (done.bookings, done.new, done.matched) == (5, 5, 3)
    assert [again(row).open_cents for row in rows] == [0, 10_000, 0, 0, 17244]
    assert (money.take(bookkeeper, content).new, again(rows[1]).open_cents) == (0, 10_000)
    assert money.take(bookkeeper, statement(entry("172.44", "dank u wel"), entry("1.00", "nieuw"))).new == 1
    with tenancy.acting_as(SHOP):
        (waiting, _small) = sorted(queries.unmatched(SHOP), key=lambda one: -one.amount_cents)
        assert next((one.invoice.id, one.why) for one in money.suggestions(waiting)) == (rows[4].id, "amount")
    paid = money.settle(bookkeeper, waiting.id, rows[4].id)
    assert (paid.settled_cents, again(rows[4]).open_cents) == (17244, 0)
    with tenancy.acting_as(SHOP):
        made = paid.settlements.get()
    money.unsettle(bookkeeper, made.id)
    with pytest.raises(BadPayment):
        money.unsettle(bookkeeper, made.id)
    assert again(rows[4]).open_cents == 17244
    assert not list(invariants.paid())


def test_what_the_bank_takes_back_opens_the_invoice_again_and_a_refund_settles_its_credit_note(world: World) -> None:
    bookkeeper = world.actor("bookkeeper")
    row = issued(world)
    back = "<RvslInd>true</RvslInd>"
    money.take(bookkeeper, statement(entry("172.44", "2026-0001")))
    money.take(bookkeeper, statement(entry("172.44", "2026-0001", sign="DBIT", more=back, day="2026-11-24")))
    assert (again(row).open_cents, again(row).settled_at) == (17244, None)
    money.take(bookkeeper, statement(entry("172.44", "2026-0001 nogmaals", day="2026-11-25")))
    note = actions.issue(bookkeeper, actions.credit(bookkeeper, row.id, "Sent back").id)
    assert note.open_cents == 17244
    money.take(bookkeeper, statement(entry("172.44", "terug C2026-0001", sign="DBIT", day="2026-11-26")))
    assert again(note).settled_at is not None
    assert not list(invariants.paid())


def test_two_who_import_the_same_file_at_once_take_each_booking_once(world: World) -> None:
    bookkeeper = world.actor("bookkeeper")
    row = issued(world)
    content = statement(*(entry("10.00", f"2026-0001 deel {n}") for n in range(8)))
    gate = threading.Barrier(3)

    def work() -> int:
        gate.wait(10)
        try:
            return money.take(bookkeeper, content).new
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        new = [done.result(60) for done in [pool.submit(work) for _ in range(3)]]
    assert sum(new) == 8
    assert again(row).open_cents == 17244 - 8000
    assert not list(invariants.paid())


def test_a_file_that_is_none_is_refused_in_words_and_nothing_of_it_is_taken(world: World) -> None:
    bookkeeper = world.actor("bookkeeper")
    for content in (
        b"", b"<a/>", b"PK\x03\x04nonsense", b"not xml at all", statement(entry("12,50", "x")),
        statement(entry("12.50", "x", day="yesterday")), statement(entry("12.50", "fine"), entry("-1", "x")),
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Document><BkToCstmrStmt>&b;</BkToCstmrStmt></Document>',
    ):
        with pytest.raises(BadStatement):
            money.take(bookkeeper, content)
    with pytest.raises(Denied):
        money.take(world.actor("desk"), statement(entry("1.00", "x")))
    with tenancy.acting_as(SHOP):
        assert not Payment.objects.filter(owner_id=SHOP, way="bank").exists()


def test_another_firm_sees_nothing_of_these_books(world: World) -> None:
    row = issued(world)
    with pytest.raises(actions.UnknownInvoice):
        actions.faults(world.actor("garagist"), row.id)
    with tenancy.acting_as(WORLD.party("garage").id):
        assert not Invoice.objects.exists()
        assert not Series.objects.exists()


def test_an_accountants_agreement_that_lapses_today_opens_nothing_after_its_last_moment(world: World) -> None:
    """Signed until the end of the firm's day: the evening before midnight in Amsterdam he reads, a minute later not;
    and what he read stands in the log."""
    row = issued(world)
    accountant, midnight = world.actor("accountant"), datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert accountant.id is not None
    new = actions.NewAgreement(
        accountant.id, "Vos Accountants", "2026/8", date(2026, 11, 1), MORNING - timedelta(days=20), midnight
    )
    actions.record_agreement(world.actor("shop"), new)

    def reads() -> None:
        with tenancy.acting_as(SHOP):
            actions.found(accountant, row.id, actions.Action.READ)
        journal.note(accountant, "read", about=row.id)

    with stopped_clock(midnight - timedelta(minutes=1)):
        reads()
    for late in (midnight, midnight + timedelta(minutes=1)):
        with stopped_clock(late), pytest.raises(Denied):
            reads()
    with tenancy.acting_as(SHOP):
        entries = [one.said.facts for one in ledger.of_party([EntryKind.INVOICE], SHOP, since_ms=0) if one.said]
    assert [facts["what"] for facts in entries].count("read") == 1


def test_what_a_consumer_was_quoted_with_vat_is_what_he_pays_and_gets_back(world: World) -> None:
    bookkeeper = world.actor("bookkeeper")
    hundred = Line("Repair at a fixed price", Decimal(1), "LS", Decimal(100), Category.STANDARD, Decimal(21))
    quoted = offering.make(bookkeeper, NewPaper(VRIES, (hundred,), "nl", prices_with_vat=True))
    assert (quoted.total_cents, quoted.net_cents, quoted.vat_cents, quoted.rounding_cents) == (10_000, 8264, 1735, 1)
    row = actions.issue(bookkeeper, offering.invoice(bookkeeper, quoted.id).id)
    assert (row.total_cents, row.rounding_cents) == (10_000, 1)
    assert einvoice.read(_xml(row))["total"] == "100.00"
    note = actions.issue(bookkeeper, actions.credit(bookkeeper, row.id, "It broke again").id)
    assert (note.total_cents, again(row).open_cents) == (10_000, 0)
    with tenancy.acting_as(SHOP):
        content, _papers = journal.sales_csv(SHOP, Period(date(2026, 1, 1), date(2026, 12, 31)))
    assert b";100.00;" in content or b",100.00," in content
    assert list(invariants.papers()) == []
