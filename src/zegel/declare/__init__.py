# SPDX-License-Identifier: EUPL-1.2
"""What personal data the system holds, declared once by each room, used by everything that must know.

Pure: no models, no framework. Rooms write their `personal_data.py`:

    from zegel.declare import Basis, Category, Erase, Export, Purpose, Recipient, Start, Subject, Term, declare,
    not_personal

    declare("people.Person", ("email", "display_name"), subject=Subject.USER, path="id", category=Category.CONTACT,
            purpose=Purpose.ACCOUNT, basis=Basis.CONTRACT, recipients=(Recipient.PROVIDER,), term=Term.ACCOUNT,
            starts=Start.ACCOUNT_ENDED, export=Export.VALUE, erase=Erase.DELETE_ROW)
    not_personal("people.Party", ("kind", "country"), why="says what sort of party it is, not who")

A model's field that is neither stops the server from starting (zegel.server.kernel.checks), and fails a test.
"""

from zegel.declare.registry import (
    Declaration,
    DeclarationError,
    NotPersonal,
    declarations,
    declare,
    not_personal,
    not_personal_marks,
    undeclared,
    unknown,
)
from zegel.declare.vocabulary import Basis, Category, Erase, Export, Purpose, Recipient, Start, Subject, Term

__all__ = [
    "Basis",
    "Category",
    "Declaration",
    "DeclarationError",
    "Erase",
    "Export",
    "NotPersonal",
    "Purpose",
    "Recipient",
    "Start",
    "Subject",
    "Term",
    "declarations",
    "declare",
    "not_personal",
    "not_personal_marks",
    "undeclared",
    "unknown",
]
