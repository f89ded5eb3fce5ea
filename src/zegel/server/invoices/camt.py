# SPDX-License-Identifier: EUPL-1.2
"""A bank's account statement (ISO 20022 camt.053, versions 001.02 to 001.13) as bookings. Pure.

Banks differ: the state of an entry is a word or a code, a batch has its transactions listed or not, their amounts stand
in the transaction or in its details, references are structured or not. What is read here is what they have in common,
by the elements' names whatever their version. What comes from a bank's customer is not trusted either: no document
type, no entities, nothing fetched, limits on size and number.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from lxml import etree

from zegel.server.invoices.rules import cents

LARGEST = 20 * 1024 * 1024
MOST_FILES = 100
MOST_BOOKINGS = 50_000


class NotCamt(Exception):
    """`why`: a short code: "size", "zip", "xml", "kind", "empty", "many", "amount", "date", "account"."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class Booking:
    """One transaction. `amount_cents`: negative when it went; `mark`: SHA-256 by which the same booking is known in
    another file."""

    amount_cents: int
    currency: str
    booked_on: date
    value_on: date | None
    name: str
    iban: str
    reference: str
    end_to_end: str
    text: str
    bank_reference: str
    reversal: bool
    mark: bytes = b""


@dataclass(frozen=True)
class Statement:
    """`opening_cents`, `closing_cents`: what the bank says was booked on the account; None where it does not."""

    account: str
    identification: str
    currency: str
    from_on: date | None
    to_on: date | None
    opening_cents: int | None
    closing_cents: int | None
    bookings: tuple[Booking, ...]

    @property
    def adds_up(self) -> bool | None:
        """Whether opening balance and bookings make the closing balance; None where the bank says too little."""
        if self.opening_cents is None or self.closing_cents is None:
            return None
        return self.opening_cents + sum(one.amount_cents for one in self.bookings) == self.closing_cents


def read(content: bytes) -> list[Statement]:
    """Of a camt.053 file, or a ZIP of such. Raises NotCamt: then nothing of it was read."""
    found = [one for xml in _files(content) for one in _statements(xml)]
    if not found:
        raise NotCamt("empty")
    if sum(len(one.bookings) for one in found) > MOST_BOOKINGS:
        raise NotCamt("many")
    return found


def _files(content: bytes) -> Iterator[bytes]:
    if len(content) > LARGEST:
        raise NotCamt("size")
    if not content.startswith(b"PK"):
        yield content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = [one for one in packed.infolist() if one.filename.lower().endswith(".xml")]
            if len(names) > MOST_FILES or sum(one.file_size for one in names) > LARGEST:
                raise NotCamt("size")
            for one in names:
                with packed.open(one) as opened:  # what the list says of its size is not believed
                    data = opened.read(LARGEST + 1)
                if len(data) > LARGEST:
                    raise NotCamt("size")
                yield data
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as problem:
        raise NotCamt("zip") from problem


def _statements(xml: bytes) -> Iterator[Statement]:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise NotCamt("xml") from problem
    if root.getroottree().docinfo.doctype:
        raise NotCamt("xml")
    message = _first(root, "BkToCstmrStmt")
    if message is None:
        raise NotCamt("kind")
    for statement in _all(message, "Stmt"):
        yield _statement(statement)


def _statement(node: etree._Element) -> Statement:
    account = _text(node, "Acct/Id/IBAN") or _text(node, "Acct/Id/Othr/Id")
    if not account:
        raise NotCamt("account")
    opening, closing = _balance(node, ("OPBD", "PRCD")), _balance(node, ("CLBD",))
    bookings = [one for entry in _all(node, "Ntry") for one in _entry(entry)]
    currency = _text(node, "Acct/Ccy") or next((one.currency for one in bookings), "EUR")
    return Statement(
        account=account.replace(" ", "")[:34], identification=_text(node, "Id")[:70], currency=currency[:3],
        from_on=_day(_text(node, "FrToDt/FrDtTm")), to_on=_day(_text(node, "FrToDt/ToDtTm")), opening_cents=opening,
        closing_cents=closing, bookings=_marked(account, bookings),
    )  # fmt: skip


def _balance(node: etree._Element, kinds: Sequence[str]) -> int | None:
    for kind in kinds:
        for balance in _all(node, "Bal"):
            if _text(balance, "Tp/CdOrPrtry/Cd") == kind:
                return _amount(_text(balance, "Amt")) * _sign(balance)
    return None


def _entry(node: etree._Element) -> Iterator[Booking]:
    """One for each transaction that the bank lists; else one for the entry as a whole."""
    status = _text(node, "Sts/Cd") or _text(node, "Sts")
    if status and status != "BOOK":
        return
    whole = _whole(node)
    details = [one for part in _all(node, "NtryDtls") for one in _all(part, "TxDtls")]
    if len(details) < 2:
        yield _detailed(whole, details[0]) if details else whole
        return
    amounts = [_of_details(one, whole) for one in details]
    known = [one for one in amounts if one is not None]
    if len(known) < len(details) or sum(known) != whole.amount_cents:  # a batch that does not say how it is made up
        yield whole
        return
    for one, amount in zip(details, known, strict=True):
        yield replace(_detailed(whole, one), amount_cents=amount)


def _whole(node: etree._Element) -> Booking:
    booked = _day(_text(node, "BookgDt/Dt") or _text(node, "BookgDt/DtTm"))
    value = _day(_text(node, "ValDt/Dt") or _text(node, "ValDt/DtTm"))
    if booked is None and value is None:
        raise NotCamt("date")
    amount = _first(node, "Amt")
    return Booking(
        amount_cents=_amount(_text(node, "Amt")) * _sign(node), booked_on=booked or value or date.min,
        currency=((amount.get("Ccy") if amount is not None else "") or "EUR")[:3], value_on=value, name="", iban="",
        reference="", end_to_end="", text=_text(node, "AddtlNtryInf")[:2000],
        bank_reference=_text(node, "AcctSvcrRef")[:35],  # NtryRef only counts within one file
        reversal=_text(node, "RvslInd").lower() in ("true", "1"),
    )  # fmt: skip


def _of_details(node: etree._Element, whole: Booking) -> int | None:
    """The transaction's own amount in the account's currency, with its sign (its own, else the entry's)."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = _first(node, path)
        if found is not None and found.get("Ccy", whole.currency) == whole.currency:
            sign = _sign(node) if _text(node, "CdtDbtInd") else (1 if whole.amount_cents >= 0 else -1)
            return _amount(found.text or "") * sign
    return None


def _detailed(whole: Booking, node: etree._Element) -> Booking:
    """With who was on the other side and what he wrote."""
    other = "Dbtr" if whole.amount_cents >= 0 else "Cdtr"
    own = _text(node, "Refs/AcctSvcrRef") or _text(node, "Refs/TxId") or whole.bank_reference
    words = [one.text or "" for one in _all(node, "RmtInf/Ustrd")]
    words += [_text(one, "RfrdDocInf/Nb") for one in _all(node, "RmtInf/Strd")]
    words += [one.text or "" for part in _all(node, "RmtInf/Strd") for one in _all(part, "AddtlRmtInf")]
    returned = _first(node, "RtrInf") is not None
    return replace(
        whole,
        name=_party(node, other)[:200],
        iban=(_text(node, f"RltdPties/{other}Acct/Id/IBAN") or _text(node, f"RltdPties/{other}Acct/Id/Othr/Id"))[:34],
        reference=_structured(node)[:35], end_to_end=_real(_text(node, "Refs/EndToEndId"))[:35],
        text=" ".join(" ".join([*words, _text(node, "AddtlTxInf")]).split())[:2000] or whole.text,
        bank_reference=own[:35], reversal=whole.reversal or returned,
    )  # fmt: skip


def _party(node: etree._Element, side: str) -> str:
    """The name stands under the party itself up to version 001.06, below Pty or Agt since."""
    paths = (f"{side}/Nm", f"{side}/Pty/Nm", f"Ultmt{side}/Nm", f"{side}/Agt/Nm")
    return next((found for found in (_text(node, f"RltdPties/{path}") for path in paths) if found), "")


def _structured(node: etree._Element) -> str:
    return next(
        (found for found in (_text(one, "CdtrRefInf/Ref") for one in _all(node, "RmtInf/Strd")) if found), ""
    ).replace(" ", "")


def _real(text: str) -> str:
    return "" if text in ("NOTPROVIDED", "NONREF") else text


# --- marks ---


def _marked(account: str, bookings: Sequence[Booking]) -> tuple[Booking, ...]:
    """Two payments may be alike in everything: the second of them on a day is the second in any other file too."""
    seen: dict[bytes, int] = {}
    found = []
    for one in bookings:
        plain = "\x1f".join((
            account.replace(" ", ""), one.booked_on.isoformat(), str(one.amount_cents), one.currency, one.iban,
            one.reference, one.end_to_end, one.text, one.bank_reference,
        ))  # fmt: skip
        digest = hashlib.sha256(plain.encode()).digest()
        seen[digest] = seen.get(digest, 0) + 1
        found.append(replace(one, mark=hashlib.sha256(digest + str(seen[digest]).encode()).digest()))
    return tuple(found)


# --- reading without caring for the version ---


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    found = [node]
    for name in path.split("/"):
        found = [child for each in found for child in each if etree.QName(child).localname == name]
    return found


def _first(node: etree._Element, path: str) -> etree._Element | None:
    return next(iter(_all(node, path)), None)


def _text(node: etree._Element, path: str) -> str:
    found = _first(node, path)
    return "" if found is None else " ".join((found.text or "").split())


def _sign(node: etree._Element) -> int:
    return -1 if _text(node, "CdtDbtInd") == "DBIT" else 1


def _amount(text: str) -> int:
    try:
        found = Decimal(text)
    except InvalidOperation as problem:
        raise NotCamt("amount") from problem
    if not found.is_finite() or not 0 <= found < Decimal(10) ** 13:
        raise NotCamt("amount")
    return cents(found)


def _day(text: str) -> date | None:
    """Of a day or a moment; the bank's own day, whatever zone it writes."""
    try:
        return datetime.fromisoformat(text).date() if text else None
    except ValueError as problem:
        raise NotCamt("date") from problem
