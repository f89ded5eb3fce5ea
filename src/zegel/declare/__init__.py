# SPDX-License-Identifier: EUPL-1.2
"""What personal data the system holds, declared once by each room, used by everything that must know.

Pure: no models, no framework. Rooms write their `personal_data.py`:

    from zegel.declare import Basis, Category, Erase, Export, Purpose, Recipient, Start, Subject, Term, declare,
    not_personal

    declare("people.Person", ("email", "display_name"), subject=Subject.USER, path="id", category=Category.CONTACT,
            purpose=Purpose.ACCOUNT, basis=Basis.CONTRACT, recipients=(Recipient.PROVIDER,), term=Term.ACCOUNT,
            starts=Start.ACCOUNT_ENDED, export=Export.VALUE, erase=Erase.DELETE_ROW)
    not_personal("people.Party", ("kind", "country"), why="says what sort of party it is, not who")

Media tracks and the bodies of the ledger have no field of their own; they are spoken for by `declare_track` and
`declare_body`. How long a term lasts is in `zegel.declare.profiles`, what the law asks in `zegel.declare.law`: both are
dated data with a source.

A model's field that is neither stops the server from starting (zegel.server.kernel.checks), and fails a test.
"""

from zegel.declare.registry import (
    BodyDeclaration,
    Declaration,
    DeclarationError,
    NotPersonal,
    TrackDeclaration,
    bodies,
    declarations,
    declare,
    declare_body,
    declare_track,
    not_personal,
    not_personal_marks,
    tracks,
    undeclared,
    unknown,
)
from zegel.declare.vocabulary import Basis, Category, Erase, Export, Purpose, Recipient, Start, Subject, Term

__all__ = [
    "Basis",
    "BodyDeclaration",
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
    "TrackDeclaration",
    "bodies",
    "declarations",
    "declare",
    "declare_body",
    "declare_track",
    "not_personal",
    "not_personal_marks",
    "tracks",
    "undeclared",
    "unknown",
]
