# SPDX-License-Identifier: EUPL-1.2
"""What makes a PDF/A-3 with an XML in it a Factur-X invoice: four properties in its metadata, and the extension schema
that PDF/A wants for properties that it does not know (Factur-X 1.0, 5.3; ISO 19005-3, 6.6.2.3).

The document is not written anew: an incremental update (ISO 32000-1, 7.5.6) appends the new metadata.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from zegel.server.invoices.errors import InvoiceError

_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES = (
    ("DocumentFileName", "The name of the embedded XML document", "factur-x.xml"),
    ("DocumentType", "The type of the hybrid document in capital letters", "INVOICE"),
    ("Version", "The version of the standard that the embedded XML document is of", "1.0"),
    ("ConformanceLevel", "The conformance level of the embedded XML document", "EN 16931"),
)
_BAG = b"<pdfaExtension:schemas><rdf:Bag>"


class NotAPdf(InvoiceError):
    """What should be made into an invoice has no metadata of the form that our typesetter writes."""

    code = "bad_paper"


def with_invoice_metadata(pdf: bytes) -> bytes:
    """Raises NotAPdf."""
    number = _number(pdf, rb"/Metadata (\d+) 0 R")
    start = pdf.find(b"\n%d 0 obj" % number)
    opens, ends = pdf.find(b"stream\n", start) + 7, pdf.find(b"endstream", start)
    packet = pdf[opens:ends].rstrip()
    if start < 0 or _BAG not in packet or b"</rdf:RDF>" not in packet:
        raise NotAPdf("The paper carries no metadata that could name the invoice in it.")
    packet = packet.replace(_BAG, _BAG + _schema(), 1).replace(b"</rdf:RDF>", _said() + b"</rdf:RDF>", 1)
    return _appended(pdf, number, packet)


def _schema() -> bytes:
    rows = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:category>external</pdfaProperty:category>'
        f"<pdfaProperty:description>{escape(words)}</pdfaProperty:description>"
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType></rdf:li>"
        for name, words, _value in _PROPERTIES
    )
    return (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{rows}</rdf:Seq></pdfaSchema:property></rdf:li>"
    ).encode()


def _said() -> bytes:
    rows = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, _words, value in _PROPERTIES)
    return f'<rdf:Description rdf:about="" xmlns:fx="{_NAMESPACE}">{rows}</rdf:Description>'.encode()


def _appended(pdf: bytes, number: int, packet: bytes) -> bytes:
    before = int(re.findall(rb"startxref\s+(\d+)\s+%%EOF", pdf)[-1])
    trailer = pdf[pdf.rfind(b"trailer") :]
    kept = b" ".join(
        found.group(0) for found in (re.search(pattern, trailer, re.S) for pattern in _KEPT) if found is not None
    )
    body = pdf.rstrip() + b"\n"
    entry = b"%d 0 obj\n<</Type /Metadata /Subtype /XML /Length %d>>\nstream\n" % (number, len(packet))
    table = len(body) + len(entry) + len(packet) + len(b"\nendstream\nendobj\n")
    return (
        body + entry + packet + b"\nendstream\nendobj\n"
        + b"xref\n%d 1\n%010d 00000 n\r\n" % (number, len(body))
        + b"trailer\n<<%s /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (kept, before, table)
    )  # fmt: skip


_KEPT = (rb"/Size \d+", rb"/Root \d+ \d+ R", rb"/Info \d+ \d+ R", rb"/ID\s*\[.*?\]")


def _number(pdf: bytes, pattern: bytes) -> int:
    found = re.findall(pattern, pdf)
    if not found:
        raise NotAPdf("The paper carries no metadata that could name the invoice in it.")
    return int(found[-1])
