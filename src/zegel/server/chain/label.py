# SPDX-License-Identifier: EUPL-1.2
"""The label on a parcel: what is on a carrier's sheet, and nothing beside it. The code on it is the order's number: it
leads nobody anywhere."""

from __future__ import annotations

from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.chain import sheets
from zegel.server.chain.errors import NotNow
from zegel.server.chain.models import Sheet
from zegel.server.chain.rules import StepKind
from zegel.server.exports import documents

_TEMPLATE = Path(str(resources.files("zegel.server.chain").joinpath("papers/label.typ")))


def pdf(sheet: Sheet) -> bytes:
    """Of a carrier's step. Raises NotNow for any other."""
    kind = StepKind(sheet.kind)
    if kind not in {StepKind.COLLECT, StepKind.DELIVER}:
        raise NotNow
    fields = sheets.shown(kind, sheet.fields)
    language = str(fields.get("language") or "en")
    with override(language):
        said = _said(sheet, kind, fields)
    return documents.pdf(_TEMPLATE, said, language)


def _said(sheet: Sheet, kind: StepKind, fields: dict[str, Any]) -> dict[str, Any]:
    number = str(fields.get("order_number", ""))
    drawn = BytesIO()
    segno.make(number or "-", error="m", micro=False).save(drawn, kind="svg", border=0)
    home = _home(fields)
    other = [part.strip() for part in str(fields.get("other_end", "")).split(",") if part.strip()]
    to, sender = (home, other) if kind is StepKind.DELIVER else (other, home)
    blocks = [(_("To"), to), (_("From"), sender)]
    return {
        "title": _("Label %(number)s") % {"number": number}, "firm": sheet.tenant_name, "number": number,
        "direction": _("Delivery") if kind is StepKind.DELIVER else _("Collection"), "qr": drawn.getvalue().decode(),
        "blocks": [[label, lines] for label, lines in blocks if lines],
    }  # fmt: skip


def _home(fields: dict[str, Any]) -> list[str]:
    street = f"{fields.get('street', '')} {fields.get('house_number', '')}".strip()
    city = f"{fields.get('postcode', '')} {fields.get('city', '')}".strip()
    return [one for one in (str(fields.get("customer_name", "")), street, city, str(fields.get("country", ""))) if one]
