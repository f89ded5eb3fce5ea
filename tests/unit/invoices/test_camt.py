# SPDX-License-Identifier: EUPL-1.2
"""Account statements as banks of three countries write them: versions, batches, states, references, and what is
hostile."""

from __future__ import annotations

import contextlib
import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.invoices import camt
from zegel.server.invoices.camt import Booking, NotCamt

IBAN = "NL91ABNA0417164300"


def wrapped(*statements: str, version: str = "02") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>'
        f"{''.join(statements)}</BkToCstmrStmt></Document>"
    ).encode()


def statement(*entries: str, balances: str = "", account: str = f"<IBAN>{IBAN}</IBAN>", currency: str = "EUR") -> str:
    head = f"<Id>S1</Id><Acct><Id>{account}</Id><Ccy>{currency}</Ccy></Acct>{balances}"
    return f"<Stmt>{head}{''.join(entries)}</Stmt>"


def balance(kind: str, amount: str, sign: str = "CRDT") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2026-11-23</Dt></Dt></Bal>"
    )


def entry(amount: str, details: str = "", *, sign: str = "CRDT", state: str = "<Sts>BOOK</Sts>", more: str = "") -> str:
    inside = f"<NtryDtls>{details}</NtryDtls>" if details else ""
    return (
        f"<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{state}<BookgDt><Dt>2026-11-23</Dt></BookgDt>"
        f"<ValDt><Dt>2026-11-24</Dt></ValDt>{more}{inside}</Ntry>"
    )


def one(content: bytes) -> Booking:
    (found,) = camt.read(content)
    (booking,) = found.bookings
    return booking


def test_a_dutch_bank_with_an_unstructured_reference_in_version_2() -> None:
    found = one(wrapped(statement(entry(
        "1234.50",
        "<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Dbtr><Nm>J DE VRIES</Nm></Dbtr>"
        "<DbtrAcct><Id><IBAN>NL20INGB0001234567</IBAN></Id></DbtrAcct></RltdPties><RmtInf>"
        "<Ustrd>Factuur 2026-0001</Ustrd><Ustrd>met dank</Ustrd></RmtInf></TxDtls>",
        more="<AcctSvcrRef>NL26112300001</AcctSvcrRef>",
    ))))  # fmt: skip
    assert (found.amount_cents, found.name, found.iban) == (123450, "J DE VRIES", "NL20INGB0001234567")
    assert (found.text, found.end_to_end, found.bank_reference) == ("Factuur 2026-0001 met dank", "", "NL26112300001")
    assert (found.booked_on, found.value_on) == (date(2026, 11, 23), date(2026, 11, 24))


def test_a_german_bank_with_codes_and_parties_of_version_8_and_a_structured_reference() -> None:
    found = one(wrapped(statement(entry(
        "99.00",
        "<TxDtls><Refs><EndToEndId>E2E-7</EndToEndId></Refs><Amt Ccy='EUR'>99.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        "<RltdPties><Dbtr><Pty><Nm>Müller &amp; Söhne</Nm></Pty></Dbtr></RltdPties>"
        "<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>RF31 2026 0001</Ref></CdtrRefInf>"
        "<RfrdDocInf><Nb>2026-0001</Nb></RfrdDocInf></Strd></RmtInf></TxDtls>",
        state="<Sts><Cd>BOOK</Cd></Sts>",
    )), version="08"))  # fmt: skip
    assert (found.name, found.reference, found.end_to_end) == ("Müller & Söhne", "RF3120260001", "E2E-7")
    assert found.text == "2026-0001"


def test_a_swedish_bank_with_a_bankgiro_number_for_its_account_and_an_ocr_reference() -> None:
    other = "<Othr><Id>991-2346</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm></Othr>"
    details = "<TxDtls><RmtInf><Strd><CdtrRefInf><Ref>202600014</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
    (found,) = camt.read(wrapped(statement(entry("500", details), account=other, currency="SEK"), version="13"))
    assert (found.account, found.currency, found.bookings[0].reference) == ("991-2346", "SEK", "202600014")


def _batch(*amounts: str, where: str = "<AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls>") -> str:
    rows = (
        f"<TxDtls><Refs><EndToEndId>E{n}</EndToEndId></Refs>{where.format(amount)}"
        f"<RmtInf><Ustrd>2026-000{n}</Ustrd></RmtInf></TxDtls>"
        for n, amount in enumerate(amounts, 1)
    )
    return f"<Btch><NbOfTxs>{len(amounts)}</NbOfTxs></Btch>{''.join(rows)}"


def test_a_batch_is_as_many_bookings_as_it_says_with_their_own_amounts() -> None:
    for where in ("<AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls>", "<Amt Ccy='EUR'>{}</Amt>"):
        (found,) = camt.read(wrapped(statement(entry("60.00", _batch("10", "20", "30", where=where)))))
        assert [(row.amount_cents, row.end_to_end, row.text) for row in found.bookings] == [
            (1000, "E1", "2026-0001"), (2000, "E2", "2026-0002"), (3000, "E3", "2026-0003"),
        ]  # fmt: skip
        assert len({row.mark for row in found.bookings}) == 3


def test_a_batch_that_does_not_say_how_it_is_made_up_is_one_booking() -> None:
    for details in ("<Btch><NbOfTxs>9</NbOfTxs></Btch>", _batch("10", "20", where=""), _batch("10", "49.99")):
        assert one(wrapped(statement(entry("60.00", details)))).amount_cents == 6000


def test_what_is_not_booked_is_no_money_yet_and_money_that_went_is_negative() -> None:
    pending = [entry("1", state=state) for state in ("<Sts>PDNG</Sts>", "<Sts><Cd>INFO</Cd></Sts>")]
    out = "<TxDtls><RltdPties><Cdtr><Nm>Groothandel</Nm></Cdtr><Dbtr><Nm>Wij</Nm></Dbtr></RltdPties></TxDtls>"
    found = one(wrapped(statement(*pending, entry("12.34", out, sign="DBIT"))))
    assert (found.amount_cents, found.name, found.reversal) == (-1234, "Groothandel", False)
    for sign_of in ("<RvslInd>true</RvslInd>", "<RvslInd>1</RvslInd>"):
        assert one(wrapped(statement(entry("1", sign="DBIT", more=sign_of)))).reversal
    returned = "<TxDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>"
    assert one(wrapped(statement(entry("1", returned, sign="DBIT")))).reversal


def test_an_amount_in_another_currency_in_the_details_does_not_replace_that_of_the_account() -> None:
    details = "<TxDtls><AmtDtls><TxAmt><Amt Ccy='USD'>120</Amt></TxAmt></AmtDtls></TxDtls>"
    assert one(wrapped(statement(entry("100.00", details)))).amount_cents == 10_000


def test_balances_say_whether_something_is_missing() -> None:
    balances = balance("OPBD", "100.00") + balance("CLBD", "40.00", "DBIT")
    (whole,) = camt.read(wrapped(statement(entry("10"), entry("150", sign="DBIT"), balances=balances)))
    assert (whole.opening_cents, whole.closing_cents, whole.adds_up) == (10_000, -4000, True)
    (part,) = camt.read(wrapped(statement(entry("10"), balances=balances)))
    assert part.adds_up is False
    (silent,) = camt.read(wrapped(statement(entry("10"))))
    assert silent.adds_up is None


def test_the_same_booking_has_the_same_mark_in_any_file_and_two_alike_have_two() -> None:
    alike = [entry("10", "<TxDtls><RmtInf><Ustrd>x</Ustrd></RmtInf></TxDtls>") for _ in range(2)]
    (day,), (week,) = (camt.read(wrapped(statement(*rows), version=version)) for rows, version in (
        (alike, "02"), ([entry("7"), *alike], "08"),
    ))  # fmt: skip
    assert len({row.mark for row in day.bookings}) == 2
    assert {row.mark for row in day.bookings} < {row.mark for row in week.bookings}


def test_a_zip_of_statements_is_read_whole() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for day in range(3):
            packed.writestr(f"stmt-{day}.xml", wrapped(statement(entry(str(day + 1)))))
        packed.writestr("readme.txt", "nothing")
    assert [row.bookings[0].amount_cents for row in camt.read(out.getvalue())] == [100, 200, 300]


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.xml", b"<a>" + b" " * (camt.LARGEST + 1))
    return out.getvalue()


LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))


@pytest.mark.parametrize(("content", "why"), [
    (b"", "xml"), (b"\x00\x01", "xml"), (b"<a>", "xml"), (b"<a/>", "kind"), (wrapped(), "empty"),
    (wrapped("<Stmt><Id>1</Id></Stmt>"), "account"), (b"PK\x03\x04", "zip"), (_bomb(), "size"),
    (b" " * (camt.LARGEST + 1), "size"), (wrapped(statement(entry("1e99"))), "amount"),
    (wrapped(statement(entry("NaN"))), "amount"), (wrapped(statement(entry("-5"))), "amount"),
    (wrapped(statement(entry("1").replace("2026-11-23", "23-11-2026"))), "date"),
    (b'<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/hostname">]><D>&x;</D>', "xml"),
    (f'<!DOCTYPE D [<!ENTITY l0 "lol">{LOL}]><D>&l8;</D>'.encode(), "xml"),
    (wrapped(statement(entry("1"))).replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt"), "kind"),
])  # fmt: skip
def test_what_is_no_statement_or_hostile_is_refused_with_a_reason(content: bytes, why: str) -> None:
    with pytest.raises(NotCamt) as refused:
        camt.read(content)
    assert refused.value.why == why


@given(st.binary(max_size=400), st.integers(0, 900))
def test_a_broken_file_is_refused_and_never_breaks_us(noise: bytes, at: int) -> None:
    whole = wrapped(statement(entry("10", _batch("4", "6"))))
    for content in (noise, whole[:at], whole[:at] + noise + whole[at:]):
        with contextlib.suppress(NotCamt):
            camt.read(content)
