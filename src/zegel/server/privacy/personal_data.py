# SPDX-License-Identifier: EUPL-1.2
"""A tenant's privacy contact stands on notices and statements for everybody to read."""

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
    "privacy.PrivacyContact", ("name", "email", "phone"), subject=Subject.CUSTOMER, path="email",
    category=Category.CONTACT, purpose=Purpose.RIGHTS, basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.AUTHORITY), term=Term.AGREEMENT,
    starts=Start.SUPERSEDED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "privacy.PrivacyContact", ("set_by", "valid_from", "valid_to"), subject=Subject.USER, path="set_by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.PROVIDER,), term=Term.AGREEMENT, starts=Start.SUPERSEDED, export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "privacy.PrivacyContact", ("statement_url", "statement"), why="an organisation's public words about privacy"
)  # fmt: skip
declare_body(
    Kind.PRIVACY_CONTACT, (), subject=Subject.USER, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.AGREEMENT,
)  # fmt: skip
