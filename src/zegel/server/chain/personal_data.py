# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: what partners did at a consumer's, and the sheet that each had of him.

A sheet and an offer are rows of the partner's party, copied from the tenant's: when the tenant forgets somebody, his
sheets go at once (jobs.forgotten), whatever term still runs.
"""

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

_of_consumer = partial(
    declare, subject=Subject.CONSUMER, path="customer_id", purpose=Purpose.SERVICE, basis=Basis.CONTRACT,
    starts=Start.CASE_CLOSED,
)  # fmt: skip

_of_consumer(
    "chain.Step",
    ("customer_id", "postcode", "country", "instructions", "other_end", "window_from", "window_until", "found", "parts",
     "signed_by", "outcome", "arrived_at", "ended_at"),
    category=Category.PRODUCT, recipients=(Recipient.OWNER, Recipient.PARTNER), term=Term.PRODUCT_LIFE,
    export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
declare(
    "chain.Step", ("offered_by", "offered_at"), subject=Subject.STAFF, path="offered_by", category=Category.ACTIVITY,
    purpose=Purpose.SERVICE, basis=Basis.CONTRACT, recipients=(Recipient.OWNER,), term=Term.PRODUCT_LIFE,
    starts=Start.CASE_CLOSED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
declare(
    "chain.Step", ("accepted_by", "accepted_at"), subject=Subject.USER, path="accepted_by", category=Category.ACTIVITY,
    purpose=Purpose.SERVICE, basis=Basis.CONTRACT, recipients=(Recipient.OWNER,), term=Term.PRODUCT_LIFE,
    starts=Start.CASE_CLOSED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "chain.Step", ("order_id", "order_type", "place", "kind", "state", "partner", "visit_id", "closed_at"),
    why="which part of which order it is, and which firm does it",
)  # fmt: skip

_of_consumer(
    "chain.Document", ("customer_id", "kind", "made_at", "header", "ciphertext", "size"), category=Category.IMAGE,
    recipients=(Recipient.OWNER,), term=Term.PRODUCT_LIFE, export=Export.SEALED, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("chain.Document", ("step", "closed_at"), why="which step it belongs to, and when its order was closed")

_of_consumer(
    "chain.Sheet", ("customer_id", "fields", "said", "ended_at"), category=Category.CONTACT,
    recipients=(Recipient.PARTNER,), term=Term.SHEET, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "chain.Sheet", ("accepted_by", "made_at", "changed_at"), subject=Subject.USER, path="accepted_by",
    category=Category.ACTIVITY, purpose=Purpose.SERVICE, basis=Basis.CONTRACT, recipients=(Recipient.PARTNER,),
    term=Term.SHEET, starts=Start.CASE_CLOSED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "chain.Sheet", ("step_id", "tenant_id", "tenant_name", "kind", "seal_to", "withdrawn", "gone_at"),
    why="which firm's step it is, its public key, and until when the sheet stays",
)  # fmt: skip

not_personal(
    "chain.Offer",
    ("step_id", "tenant_id", "tenant_name", "partner_id", "kind", "order_type", "product_kind", "area", "window_from",
     "window_until", "state", "made_at", "answered_at"),
    why="sort of work, place and window: whom it is for is not in it",
)  # fmt: skip
not_personal("chain.Act", ("sheet", "kind", "at", "received_at"), why="that a phone's message was taken in, once")

not_personal(
    "chain.Partner",
    ("party_id", "kind", "name", "address", "agreed_on", "agreed_until", "sheet_days", "made_at", "ended_at"),
    why="a firm in the chain and the agreement with it",
)  # fmt: skip
not_personal(
    "chain.Authorisation",
    ("partner", "order_type", "country", "postcode_from", "postcode_until", "valid_from", "valid_until"),
    why="which work a firm may be offered, and where",
)  # fmt: skip
not_personal(
    "chain.FollowLink", ("token_hash", "order_id", "browser_hash", "opened_at", "expires_at"),
    why="hashes of random secrets that name nobody, until the order is over",
)  # fmt: skip

declare_body(
    Kind.CHAIN, ("by",), subject=Subject.USER, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.PARTNER), term=Term.VIEW_LOG,
)  # fmt: skip
