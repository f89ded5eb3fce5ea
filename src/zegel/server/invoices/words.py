# SPDX-License-Identifier: EUPL-1.2
"""The words of papers, in the language that is set."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zegel.server.invoices.rules import Category

_UNITS = {
    "C62": gettext_lazy("pc."), "HUR": gettext_lazy("h"), "DAY": gettext_lazy("days"), "MON": gettext_lazy("months"),
    "KMT": "km", "MTR": "m", "MTK": "m²", "LTR": "l", "KGM": "kg", "LS": "",
}  # fmt: skip


def unit(code: str) -> str:
    return str(_UNITS.get(code, code))


def rate(category: Category, percent: Decimal) -> str:
    if category is Category.STANDARD:
        plain = percent.normalize()
        return number_format(plain, max(0, -int(plain.as_tuple().exponent))) + "%"
    if category is Category.REVERSE:
        return _("reversed")
    return "0%" if category is Category.ZERO else _("none")
