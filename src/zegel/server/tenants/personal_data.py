# SPDX-License-Identifier: EUPL-1.2
"""A tenant's people: in which function they work, what they learnt, under which contract; and its imprint, which may
name a sole trader."""

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
    declare_body,
    not_personal,
)
from zegel.server.ledger import Kind

declare(
    "tenants.Brand",
    ("name", "legal_name", "street", "postcode", "city", "country", "registration", "vat", "iban", "bic", "email",
     "phone"),
    subject=Subject.CUSTOMER, path="owner_id", category=Category.CONTACT, purpose=Purpose.AGREEMENT,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.PROVIDER,), term=Term.AGREEMENT, starts=Start.AGREEMENT_ENDED,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "tenants.Brand",
    ("slug", "active", "colour", "accent", "logo", "logo_type", "logo_alt", "languages", "privacy_url", "privacy_text",
     "changed_at"),
    why="how a company shows itself to everybody",
)  # fmt: skip
not_personal("tenants.Tenant", ("profile", "sign_in", "since", "changed_at"), why="what a company uses, and since when")
not_personal(
    "tenants.SenderDomain",
    ("local", "domain", "selector", "key_wrapped", "made_at", "looked_at", "verified_at"),
    why="from which of a company's addresses its letters come, and the encrypted key that signs them",
)  # fmt: skip
not_personal(
    "tenants.RightOfUse",
    ("plan", "users", "valid_from", "valid_to", "billing", "price_cents", "reference", "exit_at", "ended_why",
     "recorded_at"),
    why="what a company may use, for how long and for how much",
)  # fmt: skip
not_personal(
    "tenants.Function", ("name", "tasks", "role", "made_at", "ended_at"), why="a function, whoever holds it"
)

_staff = partial(
    declare, subject=Subject.STAFF, basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.AUDITOR),
    export=Export.VALUE,
)  # fmt: skip
_staff(
    "tenants.Employee", ("name", "person_id", "since", "left_at", "left_why"), path="person_id",
    category=Category.IDENTITY, purpose=Purpose.ACCOUNTABILITY, term=Term.ACCOUNT, starts=Start.ACCOUNT_ENDED,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("tenants.Employee", ("function", "invitation_id"), why="which function, and which letter asked him")
_staff(
    "tenants.LessonTaken", ("person_id", "right", "asked", "passed", "at"), path="person_id",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, term=Term.ACCOUNT, starts=Start.ACCOUNT_ENDED,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("tenants.LessonTaken", ("version",), why="which version of the lesson it was")
_staff(
    "tenants.ServiceContract",
    ("person_id", "organisation", "reference", "valid_from", "valid_to", "document_hash", "ended_at", "recorded_at"),
    path="person_id", category=Category.AGREEMENT, purpose=Purpose.AGREEMENT, term=Term.AGREEMENT,
    starts=Start.AGREEMENT_ENDED, erase=Erase.DELETE_ROW,
)  # fmt: skip
for _model, _field in (
    ("tenants.RightOfUse", "recorded_by"), ("tenants.Employee", "recorded_by"),
    ("tenants.OwnLesson", "made_by"),
    ("tenants.ServiceContract", "recorded_by"), ("tenants.TakenOut", "by"), ("tenants.Removal", "asked_by"),
):  # fmt: skip
    _staff(
        _model, _field, path=_field, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, term=Term.AGREEMENT,
        starts=Start.AGREEMENT_ENDED, erase=Erase.BLANK,
    )  # fmt: skip
not_personal(
    "tenants.OwnLesson", ("version", "words", "cases", "made_at"), why="what a company teaches all who work there"
)  # fmt: skip
not_personal("tenants.TakenOut", ("at", "hash", "size", "counts"), why="that everything was taken out: how much, when")
not_personal(
    "tenants.Removal",
    ("tenant_id", "asked_at", "due_at", "withdrawn_at", "done_at", "counts", "left", "taken_out", "proof"),
    why="that a company's data was removed: how much, when, and the proof of it",
)  # fmt: skip
declare_body(
    Kind.TENANT, (), subject=Subject.STAFF, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.AGREEMENT,
)  # fmt: skip
declare_body(
    Kind.STAFF, ("person",), subject=Subject.STAFF, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.AUDITOR), term=Term.AGREEMENT,
)  # fmt: skip
