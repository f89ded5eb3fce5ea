# SPDX-License-Identifier: EUPL-1.2
"""What is looked at before a unit goes into service: what somebody must see for himself, and what the server knows.

Source: promises C7 (told on the spot), C10 (only the area to guard), C2 and C6 (agreement and purpose). Pure.
"""

from __future__ import annotations

from enum import StrEnum


class Tick(StrEnum):
    """What only somebody on the spot can say."""

    MOUNTED = "mounted"  # it stands firm, and nobody reaches it without being seen
    AIMED = "aimed"  # only the area to guard is in the picture: no street, no neighbour, or a privacy mask over it
    POWERED = "powered"  # mains, battery and antenna are as they should be
    SIGN_SEEN = "sign_seen"  # the sign hangs where people see it before a camera sees them
    TESTED = "tested"  # somebody walked through the picture, and it was seen


class Known(StrEnum):
    """What the server finds out by itself."""

    AGREEMENT = "agreement"
    PURPOSE = "purpose"
    SIGN = "sign"
    CONTACT = "contact"  # the unit is on the link
    CAMERAS = "cameras"  # each of its cameras works
    POLICY = "policy"  # the unit confirmed the owner's newest policy
