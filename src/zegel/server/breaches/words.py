# SPDX-License-Identifier: EUPL-1.2
"""What the room's closed words are called, in the language that is active. Pure but for the catalogue."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zegel.declare import Category, Subject
from zegel.server.breaches.rules import DutyKind, Level, Nature, Risk, State

CATEGORIES: dict[Category, Promise] = {
    Category.IMAGE: _("camera images"),
    Category.IDENTITY: _("names"),
    Category.CONTACT: _("addresses, e-mail addresses and telephone numbers"),
    Category.CREDENTIAL: _("passwords, keys and codes, in protected form"),
    Category.LOCATION: _("what happened at a guarded place, and when"),
    Category.ACTIVITY: _("who did what in the system, and when"),
    Category.AGREEMENT: _("agreements and statements"),
    Category.CORRESPONDENCE: _("letters and messages"),
    Category.TECHNICAL: _("technical data of devices"),
    Category.CONSENT: _("consents"),
    Category.LEGAL_CASE: _("files of incidents, orders and requests"),
    Category.PRODUCT: _("products that somebody owns, and their service"),
    Category.FINANCIAL: _("offers, invoices and payments"),
}
SUBJECTS: dict[Subject, Promise] = {
    Subject.FILMED: _("people in front of a camera"),
    Subject.CUSTOMER: _("customers and their people"),
    Subject.USER: _("people with an account"),
    Subject.OPERATOR: _("staff of an alarm centre"),
    Subject.STAFF: _("staff of the provider"),
    Subject.CONTACT: _("people who are called at an alarm"),
    Subject.CORRESPONDENT: _("people who wrote"),
    Subject.REQUESTER: _("people who asked for their rights"),
    Subject.AUTHORITY_STAFF: _("staff of authorities"),
    Subject.CONSUMER: _("customers of a firm, their contacts, and prospects"),
}
NATURES: dict[Nature, Promise] = {
    Nature.CONFIDENTIALITY: _("somebody saw or got data who should not have"),
    Nature.INTEGRITY: _("data was changed that should not have been"),
    Nature.AVAILABILITY: _("data was lost or could not be reached"),
}
LEVELS: dict[Level, Promise] = {Level.LOW: _("low"), Level.MEDIUM: _("medium"), Level.HIGH: _("high")}
RISKS: dict[Risk, Promise] = {
    Risk.UNLIKELY: _("a risk to people is unlikely"),
    Risk.RISK: _("there is a risk to people"),
    Risk.HIGH: _("there is a high risk to people"),
}
STATES: dict[State, Promise] = {
    State.REPORTED: _("reported"),
    State.ASSESSED: _("assessed"),
    State.JUDGED: _("judged"),
    State.CLOSED: _("closed"),
    State.NO_BREACH: _("no breach"),
}
DUTIES: dict[DutyKind, Promise] = {
    DutyKind.CUSTOMER: _("customer"),
    DutyKind.AUTHORITY: _("authority"),
    DutyKind.PEOPLE: _("people concerned"),
}


def said(found: dict[str, Promise], values: list[str]) -> str:
    """A list in words; what nobody named a word for stands as it is."""
    return ", ".join(str(found.get(value, value)) for value in values)


def categories(values: list[str]) -> str:
    return said({one.value: name for one, name in CATEGORIES.items()}, values)


def subjects(values: list[str]) -> str:
    return said({one.value: name for one, name in SUBJECTS.items()}, values)


def natures(values: list[str]) -> str:
    return said({one.value: name for one, name in NATURES.items()}, values)
