# SPDX-License-Identifier: EUPL-1.2
"""What the declarations' closed words are called, in the language that is active. Pure but for the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from zegel.declare import Basis, Category, Erase, Export, Purpose, Recipient, Start, Subject, Term
from zegel.server.agreements import grounds
from zegel.server.agreements.residency_rules import Kept, Mechanism, Standard
from zegel.server.notify.endpoints import CARRIES
from zegel.server.registers.models import Risk
from zegel.server.registers.rules import Article, Measure

SUBJECTS: Mapping[Subject, Promise] = {
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
CATEGORIES: Mapping[Category, Promise] = {
    Category.IMAGE: _("sealed images, and what was found in them"),
    Category.IDENTITY: _("names"),
    Category.CONTACT: _("addresses, e-mail addresses and telephone numbers"),
    Category.CREDENTIAL: _("passwords, keys and codes, in protected form"),
    Category.LOCATION: _("guarded places, and what happened there"),
    Category.ACTIVITY: _("who did or saw what, and when"),
    Category.AGREEMENT: _("agreements and statements"),
    Category.CORRESPONDENCE: _("letters and messages"),
    Category.TECHNICAL: _("technical data of devices"),
    Category.CONSENT: _("consents, and that they were withdrawn"),
    Category.LEGAL_CASE: _("files of incidents, orders, requests and breaches"),
    Category.PRODUCT: _("products that somebody owns, and their service"),
    Category.FINANCIAL: _("offers, invoices and payments"),
}
PURPOSES: Mapping[Purpose, Promise] = {
    Purpose.SURVEILLANCE: _("guarding places"),
    Purpose.ALARM_VERIFICATION: _("judging and handling alarms"),
    Purpose.OWN_USE: _("the owner's own view of his place"),
    Purpose.MAINTENANCE: _("keeping the equipment working"),
    Purpose.ACCOUNT: _("accounts, and who may do what"),
    Purpose.AGREEMENT: _("concluding and keeping contracts"),
    Purpose.ACCOUNTABILITY: _("proving who saw and did what"),
    Purpose.SECURITY: _("the security of the system"),
    Purpose.COMMUNICATION: _("messages and answers"),
    Purpose.RIGHTS: _("answering those whose data it is"),
    Purpose.EVIDENCE: _("evidence for investigations"),
    Purpose.BREACH_HANDLING: _("handling breaches of personal data"),
    Purpose.SERVICE: _("work that somebody asked for, and its warranty"),
    Purpose.SALES: _("prospects and newsletters"),
    Purpose.BOOKKEEPING: _("invoices and the books"),
}
BASES: Mapping[Basis, Promise] = {
    Basis.CONSENT: _("consent (Art. 6(1)(a))"),
    Basis.CONTRACT: _("a contract (Art. 6(1)(b))"),
    Basis.LEGAL_OBLIGATION: _("a legal duty (Art. 6(1)(c))"),
    Basis.VITAL_INTERESTS: _("somebody's life (Art. 6(1)(d))"),
    Basis.PUBLIC_TASK: _("a public task (Art. 6(1)(e))"),
    Basis.LEGITIMATE_INTERESTS: _("a legitimate interest (Art. 6(1)(f))"),
}
RECIPIENTS: Mapping[Recipient, Promise] = {
    Recipient.OWNER: _("the customer"),
    Recipient.PROVIDER: _("the provider"),
    Recipient.ARC: _("the alarm centre"),
    Recipient.TECHNICIAN: _("technicians, with the customer's permission"),
    Recipient.GUARD: _("guards who are sent, a still of an alarm, with the customer's permission"),
    Recipient.POLICE: _("the police, where the law compels it"),
    Recipient.WITNESS: _("witnesses of the log, who see hashes only"),
    Recipient.AUTHORITY: _("supervisory authorities"),
    Recipient.AUDITOR: _("auditors"),
    Recipient.SUBPROCESSOR: _("sub-processors"),
    Recipient.PARTNER: _("mechanics, repair centres and carriers, for their step of an order"),
    Recipient.ACCOUNTANT: _("the accountant"),
    Recipient.NOBODY: _("nobody else"),
}
TERMS: Mapping[Term, Promise] = {
    Term.SURVEILLANCE_IMAGES: _("surveillance images"),
    Term.OVERVIEW_IMAGES: _("overview pictures"),
    Term.ALARM: _("alarms"),
    Term.VIEW_LOG: _("the log of who looked"),
    Term.ACCOUNT: _("accounts"),
    Term.AGREEMENT: _("agreements"),
    Term.SITE: _("places and devices"),
    Term.TECHNICAL_LOG: _("technical data"),
    Term.SESSION: _("sessions"),
    Term.LIVE: _("live view"),
    Term.CORRESPONDENCE: _("correspondence"),
    Term.INCIDENT: _("evidence of an incident"),
    Term.DISCLOSURE: _("what was handed over"),
    Term.REQUEST: _("requests for rights"),
    Term.BREACH: _("breaches"),
    Term.CONSENT: _("consents"),
    Term.REGISTER: _("registers"),
    Term.BACKUP: _("back-ups"),
    Term.RELATION: _("customers"),
    Term.LIABILITY: _("former customers"),
    Term.TAX: _("tax records"),
    Term.WARRANTY: _("warranty registrations"),
    Term.PRODUCT_LIFE: _("orders of a product"),
    Term.SHEET: _("what a partner knew of his step of an order"),
}
STARTS: Mapping[Start, Promise] = {
    Start.MADE: _("after they were made"),
    Start.ALARM_CLOSED: _("after the alarm was closed"),
    Start.ACCOUNT_ENDED: _("after the account ended"),
    Start.AGREEMENT_ENDED: _("after the agreement ended"),
    Start.UNIT_REMOVED: _("after the last unit was taken away"),
    Start.LAST_USED: _("after their last use"),
    Start.INCIDENT_CLOSED: _("after the incident was closed"),
    Start.RELATION_ENDED: _("after the relation ended"),
    Start.CASE_CLOSED: _("after the case was closed"),
    Start.WITHDRAWN: _("after withdrawal"),
    Start.SUPERSEDED: _("after a newer one took its place"),
    Start.YEAR_ENDED: _("after the end of the book year"),
    Start.SOLD: _("after the sale"),
    Start.CUSTOMER_LEFT: _("after the customer left"),
}
EXPORTS: Mapping[Export, Promise] = {
    Export.VALUE: _("given as it is"),
    Export.SEALED: _("given sealed, for the subject's own key"),
    Export.DESCRIBED: _("described"),
}
ERASES: Mapping[Erase, Promise] = {
    Erase.DELETE_ROW: _("the row is deleted"),
    Erase.BLANK: _("the value is blanked"),
    Erase.SHRED: _("its key is destroyed, then it is deleted"),
    Erase.WITH_PARENT: _("goes with what it belongs to"),
}
MEASURES: Mapping[Measure, Promise] = {
    Measure.SEALED: _("Sealed where it is made; only the customer's people can open it."),
    Measure.SHREDDED: _("Erased by destroying its key, so that it is gone from back-ups too."),
    Measure.ROLE: _("One table says who may do what, for which purpose; everything else is refused."),
    Measure.LOGGED: _("Every look and change is in a log that nobody can change, before it is served."),
    Measure.SEPARATED: _("Tenants are kept apart by the database itself."),
    Measure.ENCRYPTED: _("Encrypted on every way over a network."),
    Measure.CONFIDENTIAL: _("Everyone with access has signed a duty of confidentiality."),
    Measure.BACKED_UP: _("An encrypted back-up each night, tried by restoring it; erasures are done again."),
    Measure.TERM: _("Deleted by itself when its term is over, and verified."),
}
RISKS: Mapping[Risk, Promise] = {Risk.LOW: _("low"), Risk.MEDIUM: _("medium"), Risk.HIGH: _("high")}
MECHANISMS: Mapping[Mechanism, Promise] = {
    Mechanism.AREA: _("stays in the European Economic Area"),
    Mechanism.ADEQUACY: _("adequacy decision (Art. 45)"),
    Mechanism.CLAUSES: _("standard clauses (Art. 46)"),
    Mechanism.RULES: _("binding corporate rules (Art. 47)"),
}
STANDARDS: Mapping[Standard, str] = {
    Standard.ISO27001: "ISO 27001",
    Standard.NEN7510: "NEN 7510",
    Standard.ISO9001: "ISO 9001",
    Standard.DPF: "Data Privacy Framework",
}
KEPT: Mapping[Kept, Promise] = {
    Kept.OBJECTS: _("images and other objects"),
    Kept.DATABASE: _("database"),
    Kept.KEYS: _("keys of what can be erased"),
    Kept.BACKUP: _("back-ups"),
}
ARTICLES: Mapping[Article, Promise] = {
    Article.CONTROLLER: _("Register of processing activities (Art. 30(1) GDPR)"),
    Article.PROCESSOR: _("Register of categories of processing for a controller (Art. 30(2) GDPR)"),
}

ALL: tuple[tuple[type[Enum], Mapping[Enum, Promise | str]], ...] = (
    (Subject, SUBJECTS), (Category, CATEGORIES), (Purpose, PURPOSES), (Basis, BASES), (Recipient, RECIPIENTS),
    (Term, TERMS), (Start, STARTS), (Export, EXPORTS), (Erase, ERASES), (Measure, MEASURES), (Risk, RISKS),
    (Mechanism, MECHANISMS), (Standard, STANDARDS), (Kept, KEPT), (Article, ARTICLES),
)  # type: ignore[assignment]  # fmt: skip


def word(one: Enum) -> str:
    """What it is called; its own name where nobody said."""
    for kind, named in ALL:
        if isinstance(one, kind):
            return str(named.get(one, one.value))
    return str(one.value)


def task(said: str) -> str:
    """A sub-processor's task: a provider's own words, or ours, in the reader's language."""
    return gettext(said) if said == CARRIES else said


def decision(said: str) -> str:
    """An adequacy decision with whom it is for (making): a number, and words of ours."""
    number, colon, scope = said.partition(": ")
    return f"{grounds.said(number)}{colon}{grounds.said(scope) if scope else ''}"


def kept(term: Term, starts: Start, days: tuple[int, ...]) -> str:
    """A term in a phrase."""
    if not days:
        return gettext("%(what)s: as long as needed") % {"what": word(term)}
    if days == (0,):
        return gettext("%(what)s: gone at once %(when)s") % {"what": word(term), "when": word(starts)}
    span = "–".join(str(one) for one in sorted({min(days), max(days)}))
    long = ngettext("%(n)s day", "%(n)s days", max(days)) % {"n": span}
    return gettext("%(what)s: %(long)s %(when)s") % {"what": word(term), "long": long, "when": word(starts)}
