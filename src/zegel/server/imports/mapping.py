# SPDX-License-Identifier: EUPL-1.2
"""From a file's columns to a customer: which column is probably what, and what becomes of a line. Pure.

Columns are guessed from their names in Dutch, Swedish, German and English; somebody looks before anything is written.
What a cell says is brought into the records' form, and what can't be is named by its column, never repeated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from zegel.server.customers import rules
from zegel.server.customers.rules import CustomerKind, Details, Standing


class Target(StrEnum):
    """What a column may hold. What is not mapped is not taken over (I3)."""

    NAME = "name"
    FIRST_NAME = "first_name"
    INFIX = "infix"
    LAST_NAME = "last_name"
    COMPANY = "company"
    STREET = "street"
    STREET_NUMBER = "street_number"  # both in one cell
    HOUSE_NUMBER = "house_number"
    ADDITION = "addition"
    POSTCODE = "postcode"
    CITY = "city"
    POSTCODE_CITY = "postcode_city"
    COUNTRY = "country"
    EMAIL = "email"
    PHONE = "phone"
    MOBILE = "mobile"
    LANGUAGE = "language"
    REGISTRATION_NO = "registration_no"
    VAT_NO = "vat_no"
    CONSENT_UNTIL = "consent_until"
    # the thing that goes with him
    BRAND = "brand"
    TYPE = "type"
    SERIAL = "serial"
    PURCHASED_ON = "purchased_on"
    PLATE = "plate"
    VIN = "vin"
    MILEAGE = "mileage"


OF_THING = frozenset({
    Target.BRAND, Target.TYPE, Target.SERIAL, Target.PURCHASED_ON, Target.PLATE, Target.VIN, Target.MILEAGE,
})  # fmt: skip

# names of columns, letters only, in four languages; the first target that has one wins
_WORDS: Mapping[Target, str] = {
    Target.EMAIL: "email emailadres mail mailadres epost epostadress emailadresse mailaddress emailaddress",
    Target.FIRST_NAME: "voornaam voornamen fornamn vorname firstname givenname voorletters initialen",
    Target.INFIX: "tussenvoegsel tussenvoegsels voorvoegsel infix prefix namenszusatz",
    Target.LAST_NAME: "achternaam familienaam efternamn nachname familienname lastname surname",
    Target.COMPANY: "bedrijf bedrijfsnaam firma firmanaam organisatie foretag foretagsnamn firmenname unternehmen "
    "company companyname organisation",
    Target.NAME: "naam klantnaam klant namn kundnamn kund name kundenname kunde fullname customer customername "
    "relatie relatienaam volledigenaam",
    Target.STREET_NUMBER: "straatenhuisnummer adres gatuadress adress strasseundhausnummer anschrift adresse address "
    "streetaddress addressline adresregel straatnummer",
    Target.STREET: "straat straatnaam gata gatunamn strasse strasze strassenname street streetname",
    Target.HOUSE_NUMBER: "huisnummer huisnr nummer nr husnummer gatunummer hausnummer hausnr housenumber houseno",
    Target.ADDITION: "toevoeging huisnummertoevoeging tillagg zusatz addition suffix toev",
    Target.POSTCODE_CITY: "postcodeplaats postcodeenplaats plzort postnrort postcodewoonplaats",
    Target.POSTCODE: "postcode postkode pc postnummer postnr plz postleitzahl zip zipcode postalcode",
    Target.CITY: "plaats woonplaats plaatsnaam stad ort stadt postort wohnort city town",
    Target.COUNTRY: "land landcode country countrycode staat",
    Target.MOBILE: "mobiel mobielnummer gsm mobil mobilnummer mobiltelefon handy mobile mobilephone cell",
    Target.PHONE: "telefoon telefoonnummer tel telnr telefon telefonnummer phone phonenumber telephone",
    Target.LANGUAGE: "taal taalcode sprak sprache language",
    Target.REGISTRATION_NO: "kvk kvknummer kvknr orgnr organisationsnummer handelsregisternummer hrb registrationno "
    "companynumber",
    Target.VAT_NO: "btw btwnummer btwnr btwid momsnummer momsregnr vatnummer ustid ustidnr umsatzsteuerid vat vatno "
    "vatnumber",
    Target.CONSENT_UNTIL: "toestemmingtot samtycketill einwilligungbis consentuntil",
    Target.BRAND: "merk marke fabrikat brand make",
    Target.TYPE: "type typenummer model modell typbezeichnung typ",
    Target.SERIAL: "serienummer serienr seriennummer serial serialnumber serialno",
    Target.PURCHASED_ON: "aankoopdatum koopdatum inkopsdatum kopdatum kaufdatum purchasedate purchasedon",
    Target.PLATE: "kenteken registreringsnummer regnr kennzeichen numberplate licenceplate licenseplate plate",
    Target.VIN: "chassisnummer vin chassinummer fahrgestellnummer fin",
    Target.MILEAGE: "kilometerstand kmstand matarstallning kilometer mileage odometer",
}

_NOTHING = frozenset({
    "", "-", "--", ".", "?", "n.v.t.", "nvt", "null", "none", "nil", "n/a", "#n/a", "#n/b", "#nv", "#ref!", "#value!",
    "#name?", "geen", "onbekend", "unknown", "unbekannt", "okand", "okänd", "keine", "saknas", "x", "0",
})  # fmt: skip

_COUNTRIES: Mapping[str, str] = {
    word: code
    for code, words in {
        "NL": "nederland netherlands thenetherlands holland niederlande nederlanderna nld",
        "BE": "belgie belgium belgien belgique bel", "DE": "duitsland germany deutschland tyskland deu d",
        "SE": "zweden sweden sverige schweden swe s", "FR": "frankrijk france frankreich frankrike fra f",
        "LU": "luxemburg luxembourg lux", "AT": "oostenrijk austria osterreich osterrike aut",
        "DK": "denemarken denmark danmark danemark dnk", "NO": "noorwegen norway norge norwegen nor",
        "FI": "finland finnland suomi fin", "PL": "polen poland polska pol", "ES": "spanje spain spanien espana esp",
        "IT": "italie italy italien italia ita", "PT": "portugal prt", "IE": "ierland ireland irland irl",
        "GB": "verenigdkoninkrijk unitedkingdom uk engeland england grossbritannien storbritannien gbr",
        "CH": "zwitserland switzerland schweiz che", "CZ": "tsjechie czechia tschechien tjeckien cze",
        "US": "verenigdestaten unitedstates usa vereinigtestaaten",
    }.items() for word in words.split()
}  # fmt: skip
_LANGUAGES: Mapping[str, str] = {
    word: code
    for code, words in {
        "nl": "nl nederlands dutch niederlandisch nederlandska", "sv": "sv zweeds svenska swedish schwedisch se",
        "de": "de duits deutsch german tyska", "en": "en engels english englisch engelska gb",
    }.items() for word in words.split()
}  # fmt: skip
_HOUSE = re.compile(r"(?P<street>.*\D)\s+(?P<number>\d+\s?[A-Za-z]?(?:[ \-/]\s?[\w\-]{1,8})?)$")
_CODE_CITY = re.compile(
    r"(?P<code>(?:[A-Z]{1,2}[- ])?\d{4}\s?[A-Za-z]{2}\b|(?:[A-Z]{1,2}[- ])?\d{3}\s?\d{2}\b|\d{4}\b)\s+(?P<city>\D.*)$"
)
_MAIL = re.compile(r"[^\s<>;,\"'()]+@[^\s<>;,\"'()]+\.[^\s<>;,\"'()]+")
_DAYS = (
    re.compile(r"(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<d>\d{1,2})[-./](?P<m>\d{1,2})[-./](?P<y>\d{4}|\d{2})(?: .*)?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?:den )?(?P<d>\d{1,2})\.?[ -](?P<m>[^\W\d_]{3,9})\.?[ -](?P<y>\d{4})"),
    re.compile(r"(?P<m>[^\W\d_]{3,9})\.? (?P<d>\d{1,2}),? (?P<y>\d{4})"),
)
_SERIAL = re.compile(r"(?P<days>[2-6]\d{4})(?:[.,]\d+)?")
_SERIAL_FIRST = date(1899, 12, 30)  # the day from which spreadsheets count
_MONTHS = {
    "jan": 1, "feb": 2, "maa": 3, "mrt": 3, "mar": 3, "mär": 3, "apr": 4, "mei": 5, "maj": 5, "mai": 5, "may": 5,
    "jun": 6, "jul": 7, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dec": 12, "dez": 12,
}  # fmt: skip
_LAST_FIRST = re.compile(r"(?P<last>[^\W\d_][^,&+/\d]{1,40}), ?(?P<first>[^\W\d_][^,&+/\d]{0,40})")
_OF_FIRMS = frozenset({
    "bv", "nv", "vof", "cv", "bvba", "gmbh", "mbh", "ug", "ag", "kg", "ohg", "gbr", "ev", "ab", "hb", "kb", "ltd",
    "llc", "inc", "sarl", "sa", "zn", "zonen", "en", "und", "och", "and", "co", "cie",
})  # fmt: skip



@dataclass(frozen=True)
class Choices:
    """What holds for every line. `columns`: the place of a column and what it holds. `standing` of those taken over;
    `consent_until`: of prospects whose line says none."""

    columns: Mapping[int, Target]
    country: str = "NL"
    language: str = "nl"
    standing: Standing = Standing.CUSTOMER
    consent_until: date | None = None
    things: bool = False


@dataclass(frozen=True)
class Thing:
    """What goes with him, as his line says it."""

    brand: str = ""
    type: str = ""
    serial: str = ""
    purchased_on: date | None = None
    plate: str = ""
    vin: str = ""
    mileage: int | None = None

    @property
    def there(self) -> bool:
        return bool((self.brand or self.type) and (self.serial or self.plate or self.vin or self.type))


@dataclass(frozen=True)
class Taken:
    """What becomes of a line. `details` None: refused, by `fault` (a detail's name). `left_out`: details that could
    not be read and were left open."""

    details: Details | None
    fault: str = ""
    left_out: tuple[str, ...] = ()
    thing: Thing = field(default_factory=Thing)


def guess(header: Sequence[str]) -> dict[int, Target]:
    """What each column probably holds; each thing once, but for the ones left open."""
    found: dict[int, Target] = {}
    words = {word: target for target, text in _WORDS.items() for word in text.split()}
    for place, name in enumerate(header):
        target = words.get(_letters(name)) or words.get(_letters(name.split("(")[0]))
        if target is not None and target not in found.values():
            found[place] = target
    return found


def _letters(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in flat if letter.isascii() and letter.isalnum())


def unusable(columns: Mapping[int, Target]) -> str:
    """Why these columns make no customers; empty: they do."""
    targets = list(columns.values())
    if len(set(targets)) != len(targets):
        return "twice"
    if not {Target.NAME, Target.LAST_NAME, Target.COMPANY} & set(targets):
        return "no_name"
    return ""


# --- one line ---


def taken(cells: Sequence[str], by: Choices) -> Taken:
    """What a line says, tidy."""
    said = {target: _cell(cells[place]) for place, target in by.columns.items() if place < len(cells)}
    get = {target: said.get(target, "") for target in Target}
    details, left_out = _details(get, by)
    tidy = rules.tidy(details)
    while (wrong := rules.wrong(tidy)) is not None:
        if wrong not in {"email", "phone", "vat_no", "registration_no", "language", "street", "house_number"}:
            return Taken(None, wrong)
        left_out.append(wrong)  # without it he is still somebody
        tidy = replace(tidy, **{wrong: by.language if wrong == "language" else ""})  # type: ignore[arg-type]
    thing = _thing(get, left_out) if by.things else Thing()
    return Taken(tidy, "", tuple(dict.fromkeys(left_out)), thing)


def _cell(text: str) -> str:
    """Without the apostrophe before what would be a formula, and without words for nothing."""
    text = text.strip()
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@'":
        text = text[1:]
    if text.startswith('="') and text.endswith('"'):  # how a spreadsheet keeps a number's first nought
        text = text[2:-1]
    return "" if text.casefold() in _NOTHING else text


def _details(get: Mapping[Target, str], by: Choices) -> tuple[Details, list[str]]:
    left_out: list[str] = []
    person = _turned(get[Target.NAME]) or " ".join(
        part for part in (get[Target.FIRST_NAME], get[Target.INFIX], get[Target.LAST_NAME]) if part
    )
    company = get[Target.COMPANY]
    street, number = _street(get)
    code, city = _code_city(get)
    phone = _phone(get[Target.PHONE], by.country) or _phone(get[Target.MOBILE], by.country)
    if not phone and (get[Target.PHONE] or get[Target.MOBILE]):
        left_out.append("phone")
    email = _email(get[Target.EMAIL])
    if not email and get[Target.EMAIL]:
        left_out.append("email")
    until = _day(get[Target.CONSENT_UNTIL]) or by.consent_until
    details = Details(
        name=company or person, kind=CustomerKind.COMPANY if company else CustomerKind.PERSON, street=street,
        house_number=number, postcode=code, city=city, country=_country(get[Target.COUNTRY]) or by.country, email=email,
        phone=phone, language=_LANGUAGES.get(_letters(get[Target.LANGUAGE]), by.language),
        registration_no=get[Target.REGISTRATION_NO], vat_no=get[Target.VAT_NO], standing=by.standing,
        consent_until=until if by.standing is Standing.PROSPECT else None,
    )  # fmt: skip
    return details, left_out


def _street(get: Mapping[Target, str]) -> tuple[str, str]:
    street, number = get[Target.STREET], get[Target.HOUSE_NUMBER]
    if not street and get[Target.STREET_NUMBER]:
        found = _HOUSE.fullmatch(get[Target.STREET_NUMBER])
        street, number = (found["street"], found["number"]) if found else (get[Target.STREET_NUMBER], number)
    if number and number.endswith(".0"):  # a spreadsheet took it for a figure
        number = number[:-2]
    return street.strip(" ,"), " ".join(part for part in (number, get[Target.ADDITION]) if part)


def _code_city(get: Mapping[Target, str]) -> tuple[str, str]:
    code, city = get[Target.POSTCODE], get[Target.CITY]
    if not code and get[Target.POSTCODE_CITY]:
        found = _CODE_CITY.fullmatch(get[Target.POSTCODE_CITY])
        code, city = (found["code"], found["city"]) if found else ("", get[Target.POSTCODE_CITY])
    dutch = re.fullmatch(r"(\d{4})\s?([A-Za-z]{2})", code)
    return (f"{dutch[1]} {dutch[2].upper()}" if dutch else code), city


def _country(text: str) -> str:
    if re.fullmatch(r"[A-Za-z]{2}", text):
        return text.upper()
    return _COUNTRIES.get(_letters(text), "")


def _email(text: str) -> str:
    """The first address in it."""
    found = _MAIL.search(text.replace("mailto:", ""))
    return found.group().rstrip(".") if found else ""


def _phone(text: str, country: str) -> str:
    """Figures that a spreadsheet took for one number are none any more; a first nought that it took away is put
    back where the country's numbers tell."""
    text = re.sub(r"(?i)^(tel|t|mob)[.: ]+", "", text).replace("\u2011", "-").strip()
    text = re.sub(r"^\+?00", "+", text)
    if re.search(r"[eE]\+?\d", text) or not re.fullmatch(r"\+?[0-9 ().\-/]{6,40}", text):
        return ""
    if country == "NL" and re.fullmatch(r"[1-9]\d{8}", text):
        return f"0{text}"
    return text if text[0] in "+0" or not re.fullmatch(r"(31|46|49)\d{8,11}", text) else f"+{text}"


def _day(text: str) -> date | None:
    """In the ways of four countries and of spreadsheets; the day comes before the month where figures leave it open."""
    for form in _DAYS:
        found = form.fullmatch(text)
        if found:
            return _date(found["y"], found["m"], found["d"])
    counted = _SERIAL.fullmatch(text)
    return None if counted is None else _SERIAL_FIRST + timedelta(days=int(counted["days"]))


def _date(year: str, month: str, day: str) -> date | None:
    """None when there is no such day. A year of two figures is one of ours, not of our grandparents'."""
    y = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 70 else 1900)
    m = int(month) if month.isdecimal() else _MONTHS.get(month.casefold()[:3], 0)
    d = int(day)
    if m > 12 >= d and month.isdecimal():  # written the American way
        m, d = d, m
    try:
        return date(y, m, d)
    except ValueError:
        return None


def _turned(name: str) -> str:
    """Who is written with his last name first, as lists are, is written as he is addressed; firms stay as they are."""
    found = _LAST_FIRST.fullmatch(name)
    if found is None or {_letters(word) for word in re.split(r"[\s,]+", name)} & _OF_FIRMS:
        return name
    return f"{found['first'].strip()} {found['last'].strip()}"


def _thing(get: Mapping[Target, str], left_out: list[str]) -> Thing:
    bought = _day(get[Target.PURCHASED_ON])
    if bought is None and get[Target.PURCHASED_ON]:
        left_out.append("purchased_on")
    figures = re.sub(r"(?i)[ .']|km$", "", get[Target.MILEAGE])
    mileage = int(figures) if figures.isdecimal() and len(figures) < 8 else None
    if mileage is None and get[Target.MILEAGE]:
        left_out.append("mileage")
    return Thing(
        get[Target.BRAND], get[Target.TYPE], get[Target.SERIAL], bought, get[Target.PLATE], get[Target.VIN], mileage
    )
