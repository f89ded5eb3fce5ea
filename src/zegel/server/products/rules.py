# SPDX-License-Identifier: EUPL-1.2
"""Pure: what a product is, how long its warranty and its life last, what its numbers look like.

- Warranty runs from the day of purchase, for the model's months; the seller's liability of two years is never shortened
  (Directive (EU) 2019/771, art. 10): a model has at least 24.
- A product's life decides until when its data may be found again (promise I7).
- A vehicle's identification number is that of ISO 3779: seventeen letters and figures, no I, O or Q.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LEAST_WARRANTY_MONTHS = 24
MOST_MONTHS = 360
LONGEST_SERIAL = 60
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_PLATE = re.compile(r"[A-ZÅÄÖÜ0-9]{2,12}")
_SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z ._/\-]*")


class ModelKind(StrEnum):
    """What sort of product it is."""

    APPLIANCE = "appliance"
    VEHICLE = "vehicle"
    CAMERA_UNIT = "camera_unit"
    FURNISHING = "furnishing"  # what is measured and installed: sun screens, kitchens, floors
    OTHER = "other"


class Source(StrEnum):
    """How we came to know of it."""

    FORM = "form"
    DESK = "desk"
    IMPORT = "import"
    API = "api"


class WarrantyState(StrEnum):
    COVERED = "covered"
    ENDED = "ended"
    UNKNOWN = "unknown"  # nobody told when it was bought


@dataclass(frozen=True)
class Thing:
    """What somebody says of a product of his. `model_id`: of the catalogue, as text or UUID; dates are days."""

    serial: str = ""
    purchased_on: date | None = None
    shop: str = ""
    plate: str = ""
    vin: str = ""
    mileage: int | None = None
    inspection_on: date | None = None


def months_later(day: date, months: int) -> date:
    """The same day of the month, or the month's last."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def warranty_state(until: date | None, today: date) -> WarrantyState:
    if until is None:
        return WarrantyState.UNKNOWN
    return WarrantyState.COVERED if today <= until else WarrantyState.ENDED


def serial_of(text: str) -> str:
    """As it is kept: capitals, one space. "" when it is none."""
    found = " ".join(text.split()).upper()
    return found if len(found) <= LONGEST_SERIAL and _SERIAL.fullmatch(found) else ""


def vin_of(text: str) -> str:
    """"" when it is none (ISO 3779)."""
    found = re.sub(r"[\s\-]", "", text).upper()
    return found if _VIN.fullmatch(found) else ""


def plate_of(text: str) -> str:
    """Without spaces and dashes, as it is looked for. "" when it is none."""
    found = re.sub(r"[\s\-]", "", text).upper()
    return found if _PLATE.fullmatch(found) else ""
