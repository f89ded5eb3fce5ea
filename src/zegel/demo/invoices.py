# SPDX-License-Identifier: EUPL-1.2
"""The shop's and the workshop's books: an offer, a draft, invoices that are open and paid, a bank's statement, and the
agreement under which the accountant reads them. All of it is made up; for the demo, not for every test."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from zegel.demo.world import WORLD

if TYPE_CHECKING:
    from zegel.server.invoices.making import NewPaper
    from zegel.server.invoices.rules import Line
    from zegel.server.kernel.actor import Actor


def record() -> None:
    """Once: what is there already stays."""
    from zegel.server.invoices.models import Invoice
    from zegel.server.kernel import tenancy

    for name, person, work_of in (("noordman", "shop", _shop), ("garage", "garagist", _workshop)):
        owner_id = WORLD.party(name).id
        with tenancy.acting_as(owner_id):
            known = Invoice.objects.filter(owner_id=owner_id).exists()
        if not known:
            work_of(_owner(owner_id, person))


def _owner(party_id: UUID, person: str) -> Actor:
    from zegel.server.kernel.actor import Actor, ActorKind

    return Actor(ActorKind.PERSON, WORLD.person(person).id, party_id, role="owner", address="127.0.0.1")


def _line(text: str, quantity: str, unit: str, price: str, rate: str = "21") -> Line:
    from zegel.server.invoices.rules import Category, Line

    return Line(text, Decimal(quantity), unit, Decimal(price), Category.STANDARD, Decimal(rate))


def _paper(email: str, subject: str, *lines: Line, days: int | None = None) -> NewPaper:
    """For the customer with that address, whom the demo recorded before."""
    from zegel.server.customers.models import Customer
    from zegel.server.invoices.making import NOBODY, NewPaper

    row = Customer.objects.filter(email=email).first()
    return NewPaper(NOBODY, lines, "", None if row is None else row.id, subject=subject, payment_days=days)


def _shop(owner: Actor) -> None:
    from zegel.server.invoices import actions, money, offering
    from zegel.server.kernel import clock, tenancy

    assert owner.party_id is not None
    with tenancy.acting_as(owner.party_id, owner.id):
        repair = _paper(
            "sanne.deboer@klant.example", "Washing machine leaks", _line("Call-out and repair", "1.25", "HUR", "78.00"),
            _line("Door seal AS900", "1", "C62", "41.50"),
        )
        yearly = _line("Yearly service", "1", "LS", "245.00")
        stove = _paper("info@bakkerijblom.example", "Oven serviced", yearly, days=0)
        pump = _paper("greet.willems@klant.example", "Drain pump", _line("Drain pump", "1", "C62", "64.95"))
        paid = actions.issue(owner, actions.draft(owner, repair).id)
        actions.issue(owner, actions.draft(owner, stove).id)
        actions.draft(owner, pump)
        dryer = _line("Dryer AD700", "1", "C62", "529")
        offering.make(owner, _paper("mehmet.yilmaz@klant.example", "New dryer", dryer))
    money.take(owner, statement(f"{paid.total_cents / 100:.2f}", paid.reference, clock.now().date().isoformat()))
    now = clock.now()
    agreement = actions.NewAgreement(
        WORLD.person("accountant").id, "Vos Accountants", "VOS-2026-031", now.date(), now, now + timedelta(days=365)
    )
    actions.record_agreement(owner, agreement)


def _workshop(owner: Actor) -> None:
    """An order of a workshop, without partners: the work, the parts, paid at the counter."""
    from zegel.server.invoices import actions, making, money
    from zegel.server.invoices.rules import Way
    from zegel.server.kernel import tenancy

    assert owner.party_id is not None
    with tenancy.acting_as(owner.party_id, owner.id):
        service = _paper(
            "joost.vandam@klant.example", "Small service, inspection", _line("Small service", "1.5", "HUR", "72.50"),
            _line("Oil 5W-30", "4.2", "LTR", "11.95"), _line("Inspection (APK)", "1", "LS", "38.00"),
        )
        row = actions.issue(owner, actions.draft(owner, service).id)
    money.received(owner, row.id, Way.CARD, row.total_cents, making.today("NL"))


def statement(amount: str, words: str, day: str) -> bytes:
    """What a bank would send: one payment that came."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        "<BkToCstmrStmt><GrpHdr><MsgId>DEMO</MsgId></GrpHdr><Stmt><Id>DEMO-1</Id>"
        "<Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>DEMO{words}</AcctSvcrRef><NtryDtls><TxDtls>"
        "<RltdPties><Dbtr><Pty><Nm>S de Boer</Nm></Pty></Dbtr>"
        "<DbtrAcct><Id><IBAN>NL20INGB0001234567</IBAN></Id></DbtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
    ).encode()
