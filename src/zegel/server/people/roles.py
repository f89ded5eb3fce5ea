# SPDX-License-Identifier: EUPL-1.2
"""The closed sets of this room. Pure: other rooms' rules read them without touching the database."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person does for a party."""

    OWNER = "owner"
    MEMBER = "member"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    PLANNER = "planner"
    TECHNICIAN = "technician"
    PRIVACY_OFFICER = "privacy_officer"
    ADMIN = "admin"
    AUDITOR = "auditor"  # reads the books until a date; no image, no person's data beyond them


class PartyKind(StrEnum):
    PERSON = "person"
    HOUSEHOLD = "household"
    COMPANY = "company"


class RelationKind(StrEnum):
    """How one party serves another."""

    PROVIDER = "provider"
    ARC = "arc"
    ARC_SECOND = "arc_second"  # the centre that takes over when nobody is there; no unit names it, so no image opens


class Language(StrEnum):
    NL = "nl"
    SV = "sv"
    DE = "de"
    EN = "en"
