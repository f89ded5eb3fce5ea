# SPDX-License-Identifier: EUPL-1.2
"""What each kind of entry says of whom, and how long. Who did it and when is in every entry; `fields` are facts that
say more of a person. A look, and what was done to keep others out, stays longer than any image; an alarm's entries go
with the alarm, an agreement's with the agreement.

The check stops the server from starting with a kind that nobody spoke for: a new one is declared here, or in the
personal_data.py of the room that writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks

from zegel.declare import Basis, Category, Purpose, Recipient, Start, Subject, Term, bodies, declare_body
from zegel.server.kernel.checks import load_declarations
from zegel.server.ledger.entry import Kind

_LOOKERS = (Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC)


def _looks(*kinds: Kind, fields: Iterable[str] = (), subject: Subject = Subject.USER) -> None:
    """Who saw what of whom: the proof that the law and the promises ask for."""
    for kind in kinds:
        declare_body(
            kind, fields, subject=subject, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
            basis=Basis.LEGAL_OBLIGATION, recipients=_LOOKERS, term=Term.VIEW_LOG,
        )  # fmt: skip


def _alarms(*kinds: Kind, fields: Iterable[str] = ()) -> None:
    for kind in kinds:
        declare_body(
            kind, fields, subject=Subject.OPERATOR, category=Category.ACTIVITY, purpose=Purpose.ALARM_VERIFICATION,
            basis=Basis.LEGITIMATE_INTERESTS, recipients=_LOOKERS, term=Term.ALARM, starts=Start.ALARM_CLOSED,
        )  # fmt: skip


def _security(*kinds: Kind, fields: Iterable[str] = ()) -> None:
    """Who may do what, and who tried: what the system's own safety rests on."""
    for kind in kinds:
        declare_body(
            kind, fields, subject=Subject.USER, category=Category.CREDENTIAL, purpose=Purpose.SECURITY,
            basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.VIEW_LOG,
        )  # fmt: skip


def _agreed(*kinds: Kind, fields: Iterable[str] = ()) -> None:
    for kind in kinds:
        declare_body(
            kind, fields, subject=Subject.CUSTOMER, category=Category.AGREEMENT, purpose=Purpose.AGREEMENT,
            basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.AGREEMENT,
            starts=Start.AGREEMENT_ENDED,
        )  # fmt: skip


def _ground(*kinds: Kind, fields: Iterable[str] = ()) -> None:
    """What was set up or changed at a site, and by whom."""
    for kind in kinds:
        declare_body(
            kind, fields, subject=Subject.STAFF, category=Category.TECHNICAL, purpose=Purpose.SURVEILLANCE,
            basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.VIEW_LOG,
        )  # fmt: skip


def _system(*kinds: Kind) -> None:
    """What the log says of itself and of the programs: nobody is in it but who did it."""
    for kind in kinds:
        declare_body(
            kind, subject=Subject.STAFF, category=Category.TECHNICAL, purpose=Purpose.SECURITY,
            basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.PROVIDER, Recipient.WITNESS), term=Term.VIEW_LOG,
        )  # fmt: skip


_looks(Kind.VIEW, Kind.VERIFY, fields=("address", "role", "purpose"))
_looks(Kind.GUARD_SIGHT, fields=("on",))
_looks(Kind.GUARD_PICTURE, fields=("guard", "address", "role"))
_looks(Kind.GUARD_PICTURE_ENDED, fields=("why", "seen"))
_looks(Kind.VIEW_ENDED, fields=("person", "party", "seconds"))
_looks(Kind.CONTROL, Kind.PICTURE_TAKEN, Kind.FETCHED, fields=("address",))
_looks(Kind.REOPENED, Kind.REOPENING_ENDED, Kind.FOLLOW_UP, fields=("reason",))
_looks(Kind.GRANT, Kind.GRANT_ENDED, Kind.KEPT, fields=("recipient", "purpose"))
_looks(Kind.RELEASE, Kind.RELEASE_HANDED, fields=("alarm",), subject=Subject.FILMED)
_looks(Kind.EXPORT, fields=("address", "recipient", "role", "file", "purpose"))
_looks(Kind.REVIEW, fields=("judge", "verdict", "why", "suspended"), subject=Subject.OPERATOR)
_looks(Kind.DELETION, Kind.SHRED, fields=("address", "why", "reason"))
_alarms(Kind.ALARM, fields=("site", "cause"))
_alarms(Kind.CENTRAL_ALARM)
_alarms(Kind.ALARM_CLAIMED, Kind.ALARM_CLOSED, Kind.RECALL, Kind.HAND_OVER, Kind.ESCALATION)
_alarms(Kind.DISPATCH, fields=("guard", "by", "state"))
_alarms(Kind.CODE_WORD, fields=("contact", "accepted"))
_alarms(Kind.SEAT, fields=("person",))
_security(Kind.SIGN_IN, Kind.SIGN_IN_FAILED, fields=("person", "address"))
_security(Kind.ACCOUNT, Kind.KEY, fields=("person", "by"))
_security(Kind.MEMBERSHIP, fields=("person", "role", "invitation"))
_security(Kind.RELATION, fields=("party",))
_security(Kind.ENROLMENT, Kind.KEYSET, Kind.POLICY, Kind.REVOCATION, Kind.COMMAND)
_security(Kind.SUSPENSION, fields=("person", "finding"))
_agreed(Kind.AGREEMENT, fields=("person", "name", "by", "letter"))
_agreed(Kind.TERM, fields=("why",))
_agreed(Kind.CERTIFICATE, fields=("person", "document"))
_ground(Kind.ARMING, Kind.LINE, Kind.PANEL, Kind.PANEL_KEY, Kind.PLAIN_EXCEPTION, Kind.CODES)
_ground(Kind.PLAN, Kind.TEST, Kind.ALARM_SETTINGS, Kind.SITE, Kind.UNIT)
_ground(Kind.CONTACT, fields=("contact", "route"))
_ground(Kind.GUARD, fields=("guard",))
_ground(Kind.MAINTENANCE, fields=("technician", "request"))
_ground(Kind.PLACE, Kind.REGISTER)
_system(Kind.RESTORE, Kind.SOFTWARE, Kind.CHECKPOINT_RESTART)


@checks.register("zegel")
def every_kind_is_declared(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    load_declarations()
    declared = {body.kind for body in bodies()}
    return [
        checks.Error(
            f"Entries of the kind {kind.value} are in no declaration.",
            hint="Say in ledger/bodies.py, or in its room's personal_data.py, what they hold of whom (declare_body).",
            id="zegel.E003",
        )
        for kind in Kind
        if kind.value not in declared
    ]
