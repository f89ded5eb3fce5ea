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
    # a tenant's own service and office
    DESK = "desk"  # plans and handles orders, customers, products, forms
    BOOKKEEPER = "bookkeeper"  # offers, invoices, payments
    ACCOUNTANT = "accountant"  # from outside: reads the books while a written agreement is in force
    # a partner's in the chain
    MECHANIC = "mechanic"
    REPAIRER = "repairer"
    CARRIER = "carrier"


TENANT_STAFF = (Role.DESK, Role.BOOKKEEPER)  # work for a tenant beside its owner, administrator and privacy officer
PARTNER = (Role.MECHANIC, Role.REPAIRER, Role.CARRIER)


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
