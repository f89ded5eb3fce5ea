# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: what a customer asked for, and who of the tenant did it. When a customer is
forgotten, or the product's life is over, the order stays as a figure: type, times, model, cause and cost (I6, I7)."""

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

_asked = partial(
    declare,
    subject=Subject.CONSUMER,
    category=Category.PRODUCT,
    purpose=Purpose.SERVICE,
    basis=Basis.CONTRACT,
    recipients=(Recipient.OWNER, Recipient.PARTNER),
    term=Term.PRODUCT_LIFE,
    export=Export.VALUE,
)
_worked = partial(
    declare,
    subject=Subject.STAFF,
    category=Category.ACTIVITY,
    purpose=Purpose.SERVICE,
    basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER,),
    term=Term.VIEW_LOG,
    starts=Start.MADE,
    export=Export.VALUE,
    erase=Erase.BLANK,
)

_asked(
    "orders.Order", ("customer_id", "subject", "description"), path="customer_id", starts=Start.CASE_CLOSED,
    erase=Erase.BLANK,
)  # fmt: skip
_worked("orders.Order", ("opened_by",), path="opened_by")
_worked("orders.Order", ("assignee_id",), path="assignee_id", starts=Start.CASE_CLOSED)
not_personal(
    "orders.Order",
    ("number", "type", "state", "item_id", "model_id", "source", "opened_at", "reply_by", "replied_at", "due_at",
     "stopped_at", "planned_from", "planned_until", "visits", "again_of", "first_time", "outcome", "cause",
     "changed_at", "closed_at"),
    why="what sort of work it is, when, and how it went: once the customer's link is gone, nobody's",
)  # fmt: skip
_worked("orders.Visit", ("assignee_id",), path="assignee_id")
_worked("orders.Visit", ("made_by",), path="made_by")
not_personal(
    "orders.Visit", ("order", "kind", "state", "starts_at", "ends_at", "made_at"),
    why="when somebody came for an order; whose it is, the order says",
)  # fmt: skip
_asked("orders.Note", ("text", "at", "source", "shown"), path="order__customer_id", starts=Start.MADE,
       erase=Erase.DELETE_ROW)  # fmt: skip
_worked("orders.Note", ("by",), path="by")
not_personal("orders.Note", ("order",), why="which order it is about")
_worked("orders.Line", ("by",), path="by")
not_personal(
    "orders.Line", ("order", "at", "kind", "name", "article", "quantity_milli", "price_cents", "covered"),
    why="parts and work with their price; whose order it is, the order says",
)  # fmt: skip
_worked("orders.Happening", ("by",), path="by")
not_personal("orders.Happening", ("order", "at", "what", "said"), why="codes of what happened to an order, and when")
_asked("orders.Word", ("word", "opened_at"), path="order__customer_id", starts=Start.MADE, erase=Erase.DELETE_ROW)
not_personal("orders.Word", ("order",), why="which order is found by it")
_worked(
    "orders.Availability", ("person_id", "weekday", "from_min", "until_min", "changed_at"), path="person_id",
    term=Term.ACCOUNT, starts=Start.ACCOUNT_ENDED, erase=Erase.DELETE_ROW,
)  # fmt: skip
_worked(
    "orders.Absence", ("person_id", "starts_at", "ends_at"), path="person_id", erase=Erase.DELETE_ROW,
)  # fmt: skip
_worked("orders.ServiceLevel", ("changed_by",), path="changed_by")
not_personal(
    "orders.ServiceLevel", ("type", "reply_days", "done_days", "changed_at"), why="what a tenant promises to everybody"
)
not_personal("orders.WorkRegion", ("region",), why="whose public holidays a tenant keeps")
not_personal("orders.OwnDay", ("day", "closed", "name"), why="on which days a tenant is closed, and why")
not_personal("orders.Counter", ("year", "last"), why="how many orders a tenant had in a year")
declare_body(
    Kind.ORDER, (), subject=Subject.STAFF, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.VIEW_LOG,
)  # fmt: skip
