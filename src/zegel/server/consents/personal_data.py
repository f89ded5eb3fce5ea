# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: what they consented to. The proof outlives the consent by its term (Art. 7(1))."""

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
    "consents.Consent",
    ("purpose", "text", "person_id", "email", "given_at", "place", "address", "withdrawn_at", "withdrawn_place"),
    subject=Subject.USER, path="person_id", category=Category.CONSENT, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.NOBODY,), term=Term.CONSENT, starts=Start.WITHDRAWN,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "consents.Text", ("purpose", "version", "language", "words", "hash", "made_at"),
    why="words that everybody is shown alike, kept so that it can be shown what was agreed to",
)  # fmt: skip
declare_body(
    Kind.CONSENT, (), subject=Subject.USER, category=Category.CONSENT, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.NOBODY,), term=Term.CONSENT, starts=Start.WITHDRAWN,
)  # fmt: skip
