# SPDX-License-Identifier: EUPL-1.2
"""Pure decisions about tenants: names, colours, numbers of the imprint, and what a right of use allows when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from zegel.server.tenants.errors import BadTenant

TAKEN_SLUGS = frozenset(
    {"admin", "api", "backoffice", "brand", "console", "embed", "follow", "forms", "partner", "portal", "privacy",
     "public", "service", "sign-in", "static", "verify", "www", "zegel"}
)  # fmt: skip
LONGEST_URL = 500
LEAST_CONTRAST = 4.5
"""White letters on the tenant's colours: WCAG 2.2 AA for text."""

GRACE = timedelta(days=30)
"""A new administrator has a month to have his contract recorded; after that he signs in as one no more."""

EXIT = timedelta(days=30)
"""How long everything can be taken along after the right of use has ended, unless more was agreed."""

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_VAT = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{4,38}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def checked_slug(text: str) -> str:
    """A tenant's name in addresses: 2 … 32 small letters, digits, single dashes. Raises BadTenant."""
    slug = text.strip().lower()
    if not 2 <= len(slug) <= 32 or not _SLUG.fullmatch(slug) or slug in TAKEN_SLUGS:
        raise BadTenant(
            _("This name can't stand in an address."),
            action=_("Use 2 to 32 letters, digits and dashes, beginning with a letter."), field="slug",
        )  # fmt: skip
    return slug


# --- colours ---


def checked_colour(text: str, field: str) -> str:
    """#rrggbb on which white letters can be read. Raises BadTenant."""
    colour = text.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise BadTenant(_("A colour is written like #1f4b6e."), action=_("Choose one."), field=field)
    if contrast(colour, "#ffffff") < LEAST_CONTRAST:
        raise BadTenant(
            _("White letters can't be read on this colour."), action=_("Choose a darker one."), field=field
        )
    return colour


DARK_PANEL = "#18202a"
"""The lightest ground on which a dark page of a tenant has words (.dark --panel2 of the pages' tokens)."""


def on_dark(colour: str) -> str:
    """The colour as #rrggbb, mixed with white until words in it can be read on a dark page."""
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    for tenths in range(11):
        mixed = "#" + "".join(f"{round(part + (255 - part) * tenths / 10):02x}" for part in parts)
        if contrast(mixed, DARK_PANEL) >= LEAST_CONTRAST:
            return mixed
    return "#ffffff"


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two colours as #rrggbb, 1 … 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- the imprint ---


def checked_iban(text: str) -> str:
    """Without spaces; its check digits are right (ISO 13616, mod 97). Empty stays empty. Raises BadTenant."""
    iban = re.sub(r"\s+", "", text).upper()
    if iban and not (re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", iban) and _mod97(iban) == 1):
        raise BadTenant(_("This is not an IBAN."), action=_("Copy it from a bank statement."), field="iban")
    return iban


def _mod97(iban: str) -> int:
    return int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97


def checked_bic(text: str) -> str:
    bic = re.sub(r"\s+", "", text).upper()
    if bic and not _BIC.fullmatch(bic):
        raise BadTenant(_("This is not a BIC."), action=_("It has 8 or 11 letters and digits."), field="bic")
    return bic


def checked_vat(text: str) -> str:
    vat = re.sub(r"[\s.]+", "", text).upper()
    if vat and not _VAT.fullmatch(vat):
        raise BadTenant(
            _("This is not a VAT number."), action=_("It begins with the country: NL123456789B01."), field="vat"
        )
    return vat


def checked_phone(text: str) -> str:
    phone = " ".join(text.split())
    if phone and not _PHONE.fullmatch(phone):
        raise BadTenant(
            _("This is not a telephone number."), action=_("Write it with its country: +31 20 123 4567."), field="phone"
        )
    return phone


def checked_country(text: str) -> str:
    country = text.strip().upper()
    if country and not _COUNTRY.fullmatch(country):
        raise BadTenant(
            _("A country is written with two capital letters."), action=_("NL, SE or DE, for example."), field="country"
        )
    return country


def checked_url(text: str, field: str) -> str:
    """https only, with a host and nobody's name or password in it. Raises BadTenant."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port is not False
    except ValueError:
        good = False
    if url and (not good or len(url) > LONGEST_URL or any(letter <= " " for letter in url)):
        raise BadTenant(
            _("An address begins with https://."), action=_("Copy it from your browser."), field=field
        )
    return url


# --- the right of use ---


class Standing(StrEnum):
    """Where a right of use stands at a moment."""

    NONE = "none"
    COMING = "coming"
    HOLDS = "holds"
    EXIT = "exit"  # over; everything can still be taken along
    OVER = "over"


@dataclass(frozen=True)
class Use:
    """From when to when (None: no end yet), and until when everything can be taken along after that."""

    valid_from: datetime
    valid_to: datetime | None
    exit_at: datetime | None


def standing(use: Use | None, at: datetime) -> Standing:
    if use is None:
        return Standing.NONE
    if at < use.valid_from:
        return Standing.COMING
    if use.valid_to is None or at < use.valid_to:
        return Standing.HOLDS
    return Standing.EXIT if at < (use.exit_at or use.valid_to + EXIT) else Standing.OVER


def admits(contracts: list[tuple[datetime, datetime]], appointed: datetime, at: datetime) -> bool:
    """Whether somebody may administer now: under a contract (from, until) that is in date, or still within the month
    after he was appointed and before any was recorded."""
    if contracts:
        return any(first <= at < last for first, last in contracts)
    return at < appointed + GRACE
