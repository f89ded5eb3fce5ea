# SPDX-License-Identifier: EUPL-1.2
"""A list of customers is read whatever it is, and what its columns hold is guessed in four languages."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.customers.rules import CustomerKind, Standing
from zegel.server.imports import mapping, reading
from zegel.server.imports.mapping import Choices, Target
from zegel.server.imports.reading import Unreadable
from zegel.server.kernel import clock

PLAIN = "Naam;Straat;Plaats\nJoël Müller;Één;Groß\nRené;Köln;Älvsjö\n"


def cells(data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in reading.read(data).rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp850", "mac-roman"])  # fmt: skip  # noqa: E501
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_letters_separators_and_line_ends_are_told_from_the_file(encoding: str, separator: str, ending: str) -> None:
    text = PLAIN.replace(";", separator).replace("\n", ending)
    table = reading.read(text.encode(encoding))
    assert table.header == ("Naam", "Straat", "Plaats")
    assert [row.cells for row in table.rows()] == [("Joël Müller", "Één", "Groß"), ("René", "Köln", "Älvsjö")]


def test_a_title_an_empty_line_and_a_line_that_says_the_separator_stand_above_the_header() -> None:
    for above in ("sep=;\r\n", "Klantenlijst 2024\n\n", "Klantenlijst;;\n;;\n"):
        table = reading.read((above + PLAIN).encode())
        assert table.header == ("Naam", "Straat", "Plaats"), above
        assert len(list(table.rows())) == 2


def test_breaks_and_separators_inside_quotes_belong_to_the_cell() -> None:
    found = cells(b'Naam;Straat;Plaats\n"De ""Boer""; S.";"Veer\nhaven";Rotterdam\nJan "de lange";x;y\n')
    assert found == [('De "Boer"; S.', "Veer haven", "Rotterdam"), ('Jan "de lange"', "x", "y")]


def test_a_quote_that_never_closes_costs_its_own_line_only() -> None:
    text = "Naam;Straat;Plaats\n" + '"Open;a;b\n' + "".join(f"Klant {n};s;p\n" for n in range(60))
    rows = list(reading.read(text.encode()).rows())
    assert len(rows) == 61
    assert (rows[0].cells, rows[0].problem) == (("Open", "a", "b"), "quote")
    assert rows[60].cells == ("Klant 59", "s", "p")


def test_a_file_of_quotes_that_never_close_is_read_in_time() -> None:
    text = "Naam;Straat;Plaats\n" + ('"Open;a;b\n' + 'x;a;b\n' * 24) * 2_000
    begun = clock.monotonic()
    rows = list(reading.read(text.encode()).rows())
    assert clock.monotonic() - begun < 10
    assert len(rows) == 50_000
    assert rows[-25].cells == ("Open", "a", "b")


def test_lines_that_are_too_short_or_too_long_are_fitted_and_empty_ones_left_out() -> None:
    rows = list(reading.read(b"Naam;Straat;Plaats\nA\n;;\n\nB;b;c;;;\nC;c;d;more\n").rows())
    assert [(row.line, row.cells, row.problem) for row in rows] == [
        (2, ("A", "", ""), ""), (5, ("B", "b", "c"), ""), (6, ("C", "c", "d"), "cells"),
    ]  # fmt: skip


def test_columns_of_one_name_are_told_apart_and_a_name_may_be_missing() -> None:
    assert reading.read(b"Naam;;Naam;Plaats\na;b;c;d\n").header == ("Naam", "#2", "Naam (2)", "Plaats")


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "empty"), (b"\xef\xbb\xbf\r\n\n", "empty"), (b"PK\x03\x04xlsx", "binary"), (b"%PDF-1.7 ...", "binary"),
     (b"Just one column\na\nb\n", "one_column"), ((";".join("ab" * 300) + "\n").encode(), "many_columns")],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_its_reason(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        reading.read(data)
    assert refused.value.why == why


@given(st.binary(max_size=3000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        table = reading.read(data)
    except Unreadable:
        return
    lines = [row.line for row in table.rows()]
    assert lines == sorted(set(lines))
    assert all(len(row.cells) == len(table.header) for row in table.rows())


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("Voornaam;Tussenvoegsel;Achternaam;Straat;Huisnummer;Postcode;Woonplaats;E-mailadres;Telefoon",
         ["first_name", "infix", "last_name", "street", "house_number", "postcode", "city", "email", "phone"]),
        ("Namn;Gatuadress;Postnr;Ort;E-post;Mobil", ["name", "street_number", "postcode", "city", "email", "mobile"]),
        ("Firma;Straße;Hausnr.;PLZ;Ort;E-Mail;USt-IdNr.",
         ["company", "street", "house_number", "postcode", "city", "email", "vat_no"]),
        ("Customer name;Address line;ZIP;City;Country;Serial number;Make",
         ["name", "street_number", "postcode", "city", "country", "serial", "brand"]),
    ],
)  # fmt: skip
def test_columns_are_guessed_in_four_languages(header: str, wanted: list[str]) -> None:
    assert [target.value for target in mapping.guess(header.split(";")).values()] == wanted


def taken(**cells: str) -> mapping.Taken:
    targets = {place: Target(name) for place, name in enumerate(cells)}
    return mapping.taken(list(cells.values()), Choices(targets, things=True))


def test_what_cells_say_is_brought_into_the_records_form() -> None:
    one = taken(first_name="Sanne", infix="de", last_name="Boer", street_number="Veerhaven 12 a", postcode="3016cj",
                city="Rotterdam", country="Nederland", email="mailto:Sanne@X.nl; s@y.nl", phone="612345678",
                company="n.v.t.", vat_no="-")  # fmt: skip
    said = one.details
    assert said is not None
    assert (said.name, said.kind) == ("Sanne de Boer", CustomerKind.PERSON)
    assert (said.street, said.house_number, said.postcode) == ("Veerhaven", "12 a", "3016 CJ")
    assert (said.country, said.email, said.phone, said.vat_no) == ("NL", "sanne@x.nl", "0612345678", "")


def test_what_is_no_address_or_number_is_left_open_and_named() -> None:
    one = taken(name="'=Anna", email="anna at x", phone="3,16E+10", mileage="many")
    assert one.details is not None
    assert one.details.name == "=Anna"
    assert (one.details.email, one.details.phone) == ("", "")
    assert set(one.left_out) == {"email", "phone", "mileage"}


def test_a_line_without_a_name_is_refused() -> None:
    assert taken(name="?", email="a@b.nl").fault == "name"


def test_the_thing_that_goes_with_him_is_read() -> None:
    thing = taken(name="Anna", brand="Opel", type="Corsa", plate="AB-12-CD", mileage="123.456 km",
                  purchased_on="3-11-2021").thing  # fmt: skip
    assert thing.there
    assert (thing.mileage, thing.purchased_on) == (123456, date(2021, 11, 3))


def test_prospects_need_a_day_on_which_their_consent_ends() -> None:
    columns = {0: Target.NAME, 1: Target.CONSENT_UNTIL}
    by = Choices(columns, standing=Standing.PROSPECT)
    assert mapping.taken(["Anna", ""], by).fault == "consent_until"
    found = mapping.taken(["Anna", "2027-03-01"], by).details
    assert found is not None
    assert found.consent_until == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("3-11-2021", (2021, 11, 3)), ("03.11.2021", (2021, 11, 3)), ("3/11/2021", (2021, 11, 3)),
        ("2021-11-03 00:00:00", (2021, 11, 3)), ("20211103", (2021, 11, 3)), ("3 november 2021", (2021, 11, 3)),
        ("3. März 2021", (2021, 3, 3)), ("den 3 maj 2021", (2021, 5, 3)), ("3-mrt-2021", (2021, 3, 3)),
        ("Nov 3, 2021", (2021, 11, 3)), ("03-11-21", (2021, 11, 3)), ("11/23/2021", (2021, 11, 23)),
        ("44503", (2021, 11, 3)), ("29-2-2024", (2024, 2, 29)), ("29-2-2023", None), ("31.4.2021", None),
        ("3 foo 2021", None), ("soon", None), ("99999999", None),
    ],
)  # fmt: skip
def test_days_are_read_as_four_countries_and_spreadsheets_write_them(
    written: str, day: tuple[int, int, int] | None
) -> None:
    one = taken(name="Anna", brand="Opel", type="Corsa", plate="AB-12-CD", purchased_on=written)
    assert one.thing.purchased_on == (date(*day) if day else None)
    assert ("purchased_on" in one.left_out) == (day is None)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Müller, Hans", "Hans Müller"), ("Boer, S. de", "S. de Boer"),
        ("van der Berg, Jan-Willem", "Jan-Willem van der Berg"),
        ("Jansen, Bakker en Zn", "Jansen, Bakker en Zn"), ("Klein, Werkstatt GmbH", "Klein, Werkstatt GmbH"),
        ("Blom, dochters & co", "Blom, dochters & co"), ("A, B, C", "A, B, C"),
    ],
)  # fmt: skip
def test_whoever_is_listed_by_his_last_name_is_written_as_he_is_addressed(written: str, name: str) -> None:
    said = taken(name=written).details
    assert said is not None
    assert said.name == name


def test_a_list_as_people_send_it_is_read_whole() -> None:
    """Tabs, UTF-16, a title, doubled headers, breaks in quotes, empty lines, a spreadsheet's way with a first nought,
    houses as they are written."""
    head = ["Naam", "Adres", "Postcode / Plaats", "Tel", "Tel", "E-mail"] + [f"Vrij {n}" for n in range(194)]
    lines = [
        ["Klanten 2019-2024"], [""], head,
        ['"Boer, Sanne\nde"', "Veerhaven 12-bis", "3016CJ Rotterdam", '="0612345678"', "", "sanne@x.example"],
        [], ["", "", ""],
        ["Åsa Öst", "Storgatan 5 B", "111 22 Stockholm", "+46 70 123 45 67", "", "asa@x.example", *["x"] * 194],
    ]  # fmt: skip
    table = reading.read("\r\n".join("\t".join(line) for line in lines).encode("utf-16"))
    assert (table.habits.encoding, table.habits.separator, len(table.header)) == ("utf-16-le", "\t", 200)
    assert table.header[3:5] == ("Tel", "Tel (2)")
    columns = mapping.guess(table.header)
    rows = [mapping.taken(row.cells, Choices(columns | {2: Target.POSTCODE_CITY})).details for row in table.rows()]
    first, second = rows
    assert first is not None
    assert second is not None
    assert (first.name, first.street, first.house_number) == ("Sanne de Boer", "Veerhaven", "12-bis")
    assert (first.postcode, first.city, first.phone) == ("3016 CJ", "Rotterdam", "0612345678")
    assert (second.name, second.house_number, second.postcode, second.city) == ("Åsa Öst", "5 B", "111 22", "Stockholm")
