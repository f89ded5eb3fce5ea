# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: whom to call, what they say to prove who they are, and who wrote the plans."""

from functools import partial

from zegel.declare import (
    Basis,
    Category,
    Erase,
    Export,
    Purpose,
    Recipient,
    Start,
    Subject,
    Term,
    declare,
    not_personal,
)

# Contacts rarely hired the guard themselves: they are told who gave their number (Art. 14), and it goes with the site.
_contact = partial(
    declare,
    "plans.Contact",
    subject=Subject.CONTACT,
    path="",
    purpose=Purpose.ALARM_VERIFICATION,
    basis=Basis.LEGITIMATE_INTERESTS,
    term=Term.SITE,
    starts=Start.UNIT_REMOVED,
    erase=Erase.DELETE_ROW,
)
_contact(
    ("name", "relation", "language", "phones", "hours", "tell_guard", "guard_note", "place", "created_at",
     "removed_at"),
    category=Category.CONTACT, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC), export=Export.VALUE,
)  # fmt: skip
_contact(
    ("code_word", "duress_word", "words_set_at"), category=Category.CREDENTIAL, recipients=(Recipient.NOBODY,),
    export=Export.DESCRIBED,
)  # fmt: skip
not_personal("plans.Contact", ("site_id",), why="which site the contact is called about")

_try = partial(
    declare,
    "plans.CodeWordTry",
    purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS,
    category=Category.ACTIVITY,
    recipients=(Recipient.ARC,),
    term=Term.ALARM,
    starts=Start.ALARM_CLOSED,
    erase=Erase.DELETE_ROW,
)
_try(("contact", "outcome", "at"), subject=Subject.CONTACT, path="contact_id", export=Export.DESCRIBED)
_try(("person_id",), subject=Subject.OPERATOR, path="person_id", export=Export.VALUE)
not_personal("plans.CodeWordTry", ("site_id", "alarm_id"), why="which alarm the word was asked for")

declare(
    "plans.PlanVersion", ("made_by", "made_at", "why"), subject=Subject.STAFF, path="made_by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.PROVIDER, Recipient.ARC), term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE,
    erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "plans.PlanVersion",
    ("plan", "site_id", "number", "name", "classes", "steps", "restored_from", "retired_at"),
    why="what to do about a class of alarm; people are named by their contact's identifier only",
)
not_personal(
    "plans.ActionPlan",
    ("site_id", "name", "number", "created_at", "ended_at"),
    why="that there is a plan, and for what",
)
not_personal("plans.PlanClass", ("site_id", "alarm_class", "plan"), why="which plan speaks of a class of alarm")
declare(
    "plans.SiteGuidance", ("route", "on_site"), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC),
    term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "plans.SiteGuidance", ("changed_by", "changed_at"), subject=Subject.STAFF, path="changed_by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.PROVIDER, Recipient.ARC), term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE,
    erase=Erase.BLANK,
)  # fmt: skip
not_personal("plans.SiteGuidance", ("site_id",), why="which site the way leads to")
