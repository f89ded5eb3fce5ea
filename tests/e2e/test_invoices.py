# SPDX-License-Identifier: EUPL-1.2
"""Journey 27 in a browser: an invoice is written, issued, sent and paid by a bank's statement; an accountant reads the
books only under a written agreement."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import facturx
import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.demo.invoices import statement

pytestmark = pytest.mark.usefixtures("desks_closed")


def _english(desk: Desk) -> Desk:
    if desk.page.get_attribute("html", "lang") != "en":
        desk.page.click("button[lang=en]")
        desk.page.wait_for_selector("html[lang=en]")
    return desk


def _fits(desk: Desk) -> None:
    desk.settled()
    assert desk.axe() == []
    for width in (390, 1440):
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert desk.overflow() <= 0, width


def test_an_invoice_is_written_issued_sent_and_paid_by_the_banks_statement(story: Story, tmp_path: Path) -> None:
    bookkeeper = _english(story.signed_in("bookkeeper"))
    page = bookkeeper.page
    name = f"J. {uuid4().hex[:8]} de Vries"
    bookkeeper.go("/service/invoices")
    page.click("#new-invoice")
    for field, value in {
        "buyer-name": name, "buyer-street": "Kerkstraat 2", "buyer-postcode": "1011 AB", "buyer-city": "Amsterdam",
        "buyer-email": "vries@people.example", "subject": "Washing machine leaks", "text-0": "Call-out and repair",
        "quantity-0": "1,25", "price-0": "78",
    }.items():  # fmt: skip
        page.fill(f"#{field}", value)
    page.select_option("#unit-0", "HUR")
    page.click("#add-line")
    page.fill("#text-1", "Door seal")
    page.fill("#price-1", "forty")
    page.click("#save-paper")
    bookkeeper.sees(".note.alarm:has-text('line 2')")
    page.fill("#price-1", "41.50")
    page.click("#with-vat")
    bookkeeper.sees(".sum:has-text('139.00')")
    _fits(bookkeeper)
    page.click("#save-paper")
    page.click("#issue")
    page.click("#dialog-save")
    bookkeeper.sees("#paper")
    _fits(bookkeeper)
    with page.expect_download() as taken:
        page.click("#paper")
    pdf = taken.value.path().read_bytes()
    assert facturx.get_facturx_xml_from_pdf(pdf, check_xsd=True)[0] == "factur-x.xml"
    page.click("#send")
    page.click("#dialog-save")
    bookkeeper.sees(".pill:has-text('on its way'), dt:has-text('Sent')")

    reference = page.inner_text("dl.facts code")
    bookkeeper.go("/service/payments")
    where = tmp_path / "statement.xml"
    where.write_bytes(statement("139.00", reference, datetime.now(ZoneInfo("Europe/Amsterdam")).date().isoformat()))
    page.set_input_files("#statement", str(where))
    bookkeeper.sees("[role=status]:has-text('1 booking read, 1 new, 1 found')")
    page.wait_for_selector("#statement:not([disabled])")
    page.set_input_files("#statement", str(where))
    bookkeeper.sees("[role=status]:has-text('1 booking read, 0 new')")
    _fits(bookkeeper)
    bookkeeper.go("/service/invoices")
    page.fill("#search", name[3:11])
    page.fill("#search", name)
    bookkeeper.sees(f"tr:has-text('{name}') .pill.ok:has-text('paid')")
    _fits(bookkeeper)
    bookkeeper.go("/service/offers")
    bookkeeper.sees("h1:has-text('Offers')")
    _fits(bookkeeper)
    functional_only(bookkeeper)


def test_an_accountant_reads_the_books_only_under_a_written_agreement(story: Story) -> None:
    accountant = _english(story.signed_in("accountant"))
    accountant.go("/service/books")
    accountant.sees(".note:has-text('No written agreement'), #books-file:not([disabled])")
    owner = _english(story.signed_in("shop"))
    owner.go("/service/books")
    owner.page.click("#new-agreement")
    owner.page.fill("#firm", "Vos Accountants")
    owner.page.fill("#reference", "VOS-2026-031")
    owner.page.click("#dialog-save")
    owner.sees("#agreements .pill.ok")
    _fits(owner)
    accountant.go("/service/books")
    accountant.sees(".note:has-text('VOS-2026-031')")
    with accountant.page.expect_download() as taken:
        accountant.page.click("#books-file")
    assert taken.value.path().read_bytes()[:2] == b"PK"
    accountant.go("/service/invoices")
    accountant.sees("h1:has-text('Invoices')")
    accountant.settled()
    assert accountant.page.locator("#new-invoice").count() == 0
    _fits(accountant)
    functional_only(accountant)
