# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: what they want to be told."""

from zegel.declare import Basis, Category, Erase, Export, Purpose, Recipient, Start, Subject, Term, declare

declare(
    "notify.Preference", ("person_id", "occasion", "by_mail"), subject=Subject.USER, path="person_id",
    category=Category.CONTACT, purpose=Purpose.COMMUNICATION, basis=Basis.CONTRACT, recipients=(Recipient.NOBODY,),
    term=Term.ACCOUNT, starts=Start.ACCOUNT_ENDED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
