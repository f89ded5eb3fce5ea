# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: which things are and were whose. The things stay when that is forgotten: models,
dates of registration and causes keep counting."""

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

not_personal(
    "products.ProductModel",
    ("kind", "brand", "name", "type_number", "warranty_months", "life_months", "made_at", "retired_at"),
    why="the catalogue: what is sold, to nobody in particular",
)  # fmt: skip
declare(
    "products.Item",
    ("customer_id", "serial", "shop", "plate", "vin", "mileage", "inspection_on", "unit_id", "purchased_on",
     "warranty_until"),
    subject=Subject.CONSUMER, path="customer_id", category=Category.PRODUCT, purpose=Purpose.SERVICE,
    basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.PRODUCT_LIFE, starts=Start.SOLD,
    export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "products.Item", ("model", "life_until", "source", "doubt", "registered_at", "scrapped_at", "anonymised_at"),
    why="what sort of thing it is and what became of the row: once its number and its owner are gone, nobody's",
)  # fmt: skip
declare(
    "products.Ownership", ("customer_id", "item", "since", "until"),
    subject=Subject.CONSUMER, path="customer_id", category=Category.PRODUCT, purpose=Purpose.SERVICE,
    basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.PRODUCT_LIFE, starts=Start.SOLD,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare_body(
    Kind.PRODUCT, (), subject=Subject.STAFF, category=Category.PRODUCT, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.VIEW_LOG,
)  # fmt: skip
