# SPDX-License-Identifier: EUPL-1.2
"""The closed sets that a declaration chooses from. A new word here is a decision about people's data: say why in the
commit.

The register of Art. 30 GDPR, the answers of Art. 15 and the privacy statement are written from these words; what they
mean in four languages belongs to the faces. How long a term lasts is not here: it differs by profile and is dated data.
"""

from __future__ import annotations

from enum import Enum


class Subject(Enum):
    """Whose data it is (Art. 30(1)(c): categories of data subjects)."""

    FILMED = "filmed"  # anybody in front of a camera
    CUSTOMER = "customer"  # the person or household that hired the guard, and a company's people there
    USER = "user"  # somebody who signs in, wherever he works
    OPERATOR = "operator"  # staff of an alarm centre
    STAFF = "staff"  # staff of the provider
    CONTACT = "contact"  # who is called when there is an alarm
    CORRESPONDENT = "correspondent"  # who wrote to us
    REQUESTER = "requester"  # who asks for his rights, or somebody for him
    AUTHORITY_STAFF = "authority_staff"  # the officer or supervisor on the other side of an order, a notice or an audit
    CONSUMER = "consumer"  # a customer of a service tenant or an office: its owner, director, contacts, a prospect


class Category(Enum):
    """What kind of data it is."""

    IMAGE = "image"  # sealed media, and what was found in it
    IDENTITY = "identity"
    CONTACT = "contact"  # addresses of every sort
    CREDENTIAL = "credential"  # what proves who somebody is; keys and their wrappers
    LOCATION = "location"  # where a site is, and what happens there
    ACTIVITY = "activity"  # who did or saw what, and when
    AGREEMENT = "agreement"
    CORRESPONDENCE = "correspondence"
    TECHNICAL = "technical"  # about devices, as far as it says something about people
    CONSENT = "consent"  # what somebody consented to, and that he withdrew it
    LEGAL_CASE = "legal_case"  # an incident, an order, a request or a breach in which somebody has a part
    PRODUCT = "product"  # what somebody owns, and what was done to it
    FINANCIAL = "financial"  # offers, invoices and payments


class Purpose(Enum):
    """What it is for (Art. 5(1)(b))."""

    SURVEILLANCE = "surveillance"  # guarding the site, as the owner laid down
    ALARM_VERIFICATION = "alarm_verification"
    OWN_USE = "own_use"  # the owner looks at his own cameras
    MAINTENANCE = "maintenance"
    ACCOUNT = "account"  # signing in, and knowing who may do what
    AGREEMENT = "agreement"  # concluding and keeping the contract
    ACCOUNTABILITY = "accountability"  # proving who saw what (Art. 5(2))
    SECURITY = "security"  # of the system itself (Art. 32)
    COMMUNICATION = "communication"
    RIGHTS = "rights"  # answering those whose data it is (Art. 12-22)
    EVIDENCE = "evidence"  # keeping and handing over what an investigation needs
    BREACH_HANDLING = "breach_handling"  # judging, telling and learning (Art. 33, 34)
    SERVICE = "service"  # doing the work that somebody asked for: orders, registrations, warranty
    SALES = "sales"  # prospects and newsletters, by consent
    BOOKKEEPING = "bookkeeping"  # offers, invoices, payments and the books


class Basis(Enum):
    """Art. 6(1) GDPR."""

    CONSENT = "6.1.a"
    CONTRACT = "6.1.b"
    LEGAL_OBLIGATION = "6.1.c"
    VITAL_INTERESTS = "6.1.d"
    PUBLIC_TASK = "6.1.e"
    LEGITIMATE_INTERESTS = "6.1.f"


class Recipient(Enum):
    """Who gets to see it besides the subject (Art. 30(1)(d))."""

    OWNER = "owner"
    PROVIDER = "provider"
    ARC = "arc"
    TECHNICIAN = "technician"
    GUARD = "guard"  # who is sent to an alarm: a still, where the owner lets him be shown one
    POLICE = "police"
    WITNESS = "witness"  # sees hashes only
    AUTHORITY = "authority"  # a supervisory authority (Art. 51)
    AUDITOR = "auditor"
    SUBPROCESSOR = "subprocessor"  # companies of the published list, in the countries said there
    PARTNER = "partner"  # a mechanic, repair centre or carrier, as far as its step of an order needs
    ACCOUNTANT = "accountant"
    NOBODY = "nobody"


class Term(Enum):
    """How long; the profile says how many days that is."""

    SURVEILLANCE_IMAGES = "surveillance_images"
    OVERVIEW_IMAGES = "overview_images"
    ALARM = "alarm"
    VIEW_LOG = "view_log"
    ACCOUNT = "account"
    AGREEMENT = "agreement"
    SITE = "site"
    TECHNICAL_LOG = "technical_log"
    SESSION = "session"
    LIVE = "live"  # passed on and kept nowhere
    CORRESPONDENCE = "correspondence"
    INCIDENT = "incident"  # evidence, and what was said of it
    DISCLOSURE = "disclosure"  # the register of what was handed over, and on which order
    REQUEST = "request"
    BREACH = "breach"
    CONSENT = "consent"
    REGISTER = "register"  # the registers of Art. 30 and their history
    BACKUP = "backup"
    RELATION = "relation"
    LIABILITY = "liability"
    TAX = "tax"
    WARRANTY = "warranty"
    PRODUCT_LIFE = "product_life"
    SHEET = "sheet"  # what a partner may know of a step of an order, once he did it


class Start(Enum):
    """What starts the term."""

    MADE = "made"  # when the data came to be
    ALARM_CLOSED = "alarm_closed"
    ACCOUNT_ENDED = "account_ended"
    AGREEMENT_ENDED = "agreement_ended"
    UNIT_REMOVED = "unit_removed"
    LAST_USED = "last_used"
    INCIDENT_CLOSED = "incident_closed"
    RELATION_ENDED = "relation_ended"
    CASE_CLOSED = "case_closed"  # a request answered, a breach evaluated, an order carried out
    WITHDRAWN = "withdrawn"  # a consent
    SUPERSEDED = "superseded"  # a newer version holds
    YEAR_ENDED = "year_ended"  # the book year
    SOLD = "sold"
    CUSTOMER_LEFT = "customer_left"  # the relation with one customer of a tenant or an office ended


class Export(Enum):
    """How it appears in an answer to its subject."""

    VALUE = "value"
    SEALED = "sealed"  # as ciphertext that the subject's own key opens
    DESCRIBED = "described"  # that it exists and what for, not its value (a secret, others' rights)


class Erase(Enum):
    """What erasing does."""

    DELETE_ROW = "delete_row"
    BLANK = "blank"  # the row stays, the value goes
    SHRED = "shred"  # destroy the shred key, then the row or the ciphertext
    WITH_PARENT = "with_parent"  # goes when the row it belongs to goes
