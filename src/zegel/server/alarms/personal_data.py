# SPDX-License-Identifier: EUPL-1.2
"""Alarms: that somebody or something was there, and what operators did about it."""

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

declare(
    "alarms.Alarm",
    ("envelope", "cause", "alarm_class", "zone", "score", "first_seen_ms", "raised_ms", "received_ms", "recalled_at",
     "closed_code", "closed_note", "source", "signal_class", "area", "duress", "confirmed", "avs_score", "avs_reasons",
     "last_signal_ms", "cancelled_potential"),
    subject=Subject.FILMED, path="owner_id", category=Category.LOCATION, purpose=Purpose.ALARM_VERIFICATION,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC), term=Term.ALARM,
    starts=Start.ALARM_CLOSED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "alarms.Alarm", ("claimed_by", "claimed_at", "closed_by", "closed_at", "first_action_at"), subject=Subject.OPERATOR,
    path="claimed_by", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER, Recipient.ARC), term=Term.ALARM, starts=Start.ALARM_CLOSED, export=Export.VALUE,
    erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "alarms.Alarm",
    ("unit_id", "site_id", "camera_id", "number", "hash", "previous", "state", "priority", "images", "policy_hash",
     "claimed_by_party", "times", "panel_id", "plan_version_id", "queue_at", "look_after", "recall_until", "folded",
     "folded_into", "parked_until", "norm_due", "escalated_at", "asked_at"),
    why="which device it came from, and where it is in its life",
)  # fmt: skip
declare(
    "alarms.AlarmStep", ("person_id", "at", "kind", "note", "step_no", "outcome"), subject=Subject.OPERATOR,
    path="person_id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER, Recipient.ARC), term=Term.ALARM, starts=Start.ALARM_CLOSED, export=Export.VALUE,
    erase=Erase.WITH_PARENT,
)  # fmt: skip
not_personal("alarms.AlarmStep", ("alarm",), why="which alarm the step belongs to")
declare(
    "alarms.AlarmSignal", ("source", "signal_class", "phase", "code", "zone", "area", "at_ms", "verdict"),
    subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION, purpose=Purpose.ALARM_VERIFICATION,
    basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.ARC), term=Term.ALARM, starts=Start.MADE,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("alarms.AlarmSignal", ("signal_id", "alarm", "site_id", "panel_id"), why="which signal and alarm it is")
declare(
    "alarms.CentralWord", ("envelope", "person_id", "said_ms", "made_at"), subject=Subject.USER, path="person_id",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER,), term=Term.ALARM, starts=Start.ALARM_CLOSED, export=Export.VALUE,
    erase=Erase.WITH_PARENT,
)  # fmt: skip
not_personal("alarms.CentralWord", ("alarm", "unit_id", "hash", "ready_at"), why="which alarm and unit it is for")
declare(
    "alarms.AreaState", ("closed", "changed_ms"), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.ALARM_VERIFICATION, basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.ARC),
    term=Term.SITE, starts=Start.AGREEMENT_ENDED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("alarms.AreaState", ("panel_id", "site_id", "area"), why="which area of which panel it is")
declare(
    "alarms.OpeningPlan", ("weekly", "exceptions"), subject=Subject.CUSTOMER, path="owner_id",
    category=Category.LOCATION, purpose=Purpose.ALARM_VERIFICATION, basis=Basis.CONTRACT,
    recipients=(Recipient.OWNER, Recipient.ARC), term=Term.SITE, starts=Start.AGREEMENT_ENDED, export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "alarms.OpeningPlan", ("changed_at", "changed_by"), subject=Subject.USER, path="changed_by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER, Recipient.ARC), term=Term.SITE, starts=Start.AGREEMENT_ENDED, export=Export.VALUE,
    erase=Erase.BLANK,
)  # fmt: skip
not_personal("alarms.OpeningPlan", ("panel_id", "site_id", "area"), why="which area of which panel it is for")
declare(
    "alarms.TestWindow", ("starts_at", "ends_at", "ended_at", "reason", "made_by"), subject=Subject.USER,
    path="made_by", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER, Recipient.ARC), term=Term.ALARM, starts=Start.MADE, export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("alarms.TestWindow", ("site_id", "panel_id", "zones", "fire"), why="what is being tested")
declare(
    "alarms.ParameterSet", ("changed_at", "changed_by"), subject=Subject.STAFF, path="changed_by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.PROVIDER, Recipient.ARC), term=Term.AGREEMENT, starts=Start.AGREEMENT_ENDED,
    export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal("alarms.ParameterSet", ("site_id", "values"), why="figures of a company or a site")
not_personal("alarms.Due", ("kind", "about", "at"), why="when the server itself has something to do")
declare(
    "alarms.Asked", ("person_id", "key", "path", "body", "outcome", "at"), subject=Subject.OPERATOR, path="person_id",
    category=Category.ACTIVITY, purpose=Purpose.SECURITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.NOBODY,), term=Term.SESSION, starts=Start.MADE, export=Export.DESCRIBED,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
