# SPDX-License-Identifier: EUPL-1.2
"""A sign as a file: size, languages and facts in, PDF or a picture of it out (see exports.documents). Nothing but the
facts is in it: no date, no name of who made it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path

import segno
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from zegel.server.exports import documents

LANGUAGES_AT_MOST = 4


class Size(StrEnum):
    """What can be printed."""

    A5 = "a5"
    A4 = "a4"
    A3 = "a3"
    BANNER_1 = "banner_1"
    BANNER_15 = "banner_15"
    BANNER_2 = "banner_2"

    @property
    def millimetres(self) -> tuple[int, int]:
        """Width and height."""
        return _SIZES[self]


_SIZES: dict[Size, tuple[int, int]] = {
    Size.A5: (148, 210), Size.A4: (210, 297), Size.A3: (297, 420),
    Size.BANNER_1: (1000, 500), Size.BANNER_15: (1500, 750), Size.BANNER_2: (2000, 1000),
}  # fmt: skip


@dataclass(frozen=True)
class SignFacts:
    """What a sign says. `purposes`: one or more in words, or lazily translated; `days`: how long images are kept at
    most; `address`: of the whole notice."""

    controller: str
    email: str
    phone: str
    purposes: tuple[str | Promise, ...]
    days: int
    address: str


@dataclass(frozen=True)
class Sheet:
    size: Size
    languages: tuple[str, ...]
    facts: SignFacts


TITLE = gettext_lazy("Camera surveillance")


def pdf(sheet: Sheet) -> bytes:
    """A PDF of one page, tagged for screen readers (PDF/UA-1)."""
    return documents.pdf(_template(), said(sheet), sheet.languages[0])


def picture(sheet: Sheet, width_px: int = 840) -> bytes:
    """A PNG to look at before printing; too coarse to print."""
    width_mm, _height = sheet.size.millimetres
    return documents.picture(_template(), said(sheet), sheet.languages[0], ppi=width_px / (width_mm / 25.4))


def said(sheet: Sheet) -> dict[str, object]:
    """Everything that stands on the sheet. Languages in their order, the first one largest."""
    width, height = sheet.size.millimetres
    facts = sheet.facts
    return {
        "width_mm": width, "height_mm": height, "controller": facts.controller, "email": facts.email,
        "phone": facts.phone, "address": facts.address, "qr": qr_svg(facts.address),
        "languages": [_in(language, facts) for language in sheet.languages],
    }  # fmt: skip


def _in(language: str, facts: SignFacts) -> dict[str, object]:
    with override(language):
        return {
            "code": language, "title": str(TITLE), "picture": _("Pictogram of a camera"),
            "responsible": _("Responsible"),
            "lines": [
                (_("For:"), "; ".join(str(purpose) for purpose in facts.purposes)),
                (_("Kept:"), _("at most %(days)d days, longer only as evidence") % {"days": facts.days}),
                (_("Your rights:"), _("among others to see images of yourself, to object and to complain")),
            ],
            "more": _("Everything about it: scan the code"),
        }  # fmt: skip


def qr_svg(text: str) -> str:
    """Error correction Q: a quarter of it may be scratched or faded."""
    out = BytesIO()
    segno.make(text, error="q", micro=False).save(out, kind="svg", border=0, xmldecl=False, svgns=True, dark="#000000")
    return out.getvalue().decode("ascii")


@cache
def _template() -> Path:
    with resources.as_file(resources.files("zegel.server.sites.signs")) as folder:
        return Path(folder) / "sign.typ"
