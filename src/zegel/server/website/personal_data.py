# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: who wrote, who asked for the newsletter, and who of the office did what. Of
visitors it knows nothing."""

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
    "website.Message", ("name", "email", "phone", "text", "language", "received_at", "answer", "sent_at"),
    subject=Subject.CORRESPONDENT, path="email", category=Category.CORRESPONDENCE, purpose=Purpose.COMMUNICATION,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER,), term=Term.CORRESPONDENCE, starts=Start.MADE,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "website.Message", ("answered_by", "answered_at"), subject=Subject.STAFF, path="answered_by",
    category=Category.ACTIVITY, purpose=Purpose.COMMUNICATION, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER,), term=Term.CORRESPONDENCE, starts=Start.MADE, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal("website.Message", ("state",), why="whether a message was answered")
declare(
    "website.Subscriber",
    ("email", "language", "source", "asked_at", "letter_at", "confirmed_at", "consent_id", "withdrawn_at"),
    subject=Subject.CORRESPONDENT, path="email", category=Category.CONTACT, purpose=Purpose.COMMUNICATION,
    basis=Basis.CONSENT, recipients=(Recipient.OWNER, Recipient.SUBPROCESSOR), term=Term.CORRESPONDENCE,
    starts=Start.WITHDRAWN, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "website.Subscriber", ("state", "failures", "words_hash"),
    why="how far an address came, how many letters in a row failed, and the hash of words shown to everybody",
)  # fmt: skip
declare(
    "website.Page", ("changed_by", "changed_at"), subject=Subject.STAFF, path="changed_by", category=Category.ACTIVITY,
    purpose=Purpose.COMMUNICATION, basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER,),
    term=Term.CORRESPONDENCE, starts=Start.MADE, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "website.Page", ("slug", "position", "in_menu", "draft", "live", "published_at"),
    why="a public page and its draft, for everybody to read",
)  # fmt: skip
declare(
    "website.Newsletter", ("changed_by", "sent_by", "made_at"), subject=Subject.STAFF, path="changed_by",
    category=Category.ACTIVITY, purpose=Purpose.COMMUNICATION, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER,), term=Term.CORRESPONDENCE, starts=Start.MADE, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "website.Newsletter", ("texts", "state", "sent_at", "ended_at"), why="a letter that everybody gets alike, and when"
)  # fmt: skip
declare(
    "website.Delivery",
    ("newsletter", "subscriber", "state", "attempts", "next_at", "sent_at", "fault"),
    subject=Subject.CORRESPONDENT, path="subscriber__email", category=Category.TECHNICAL, purpose=Purpose.COMMUNICATION,
    basis=Basis.CONSENT, recipients=(Recipient.OWNER,), term=Term.TECHNICAL_LOG, starts=Start.MADE,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "website.Website",
    ("slug", "name", "languages", "imprint", "told", "security", "has_form", "has_newsletter", "counts",
     "published_at"),
    why="a firm's public words about itself, and at which of its addresses it reads",
)  # fmt: skip
not_personal(
    "website.Picture",
    ("name", "alts", "media_type", "width", "height", "data", "digest", "added_at"),
    why="a picture that a firm shows to everybody on its public pages; of its file nothing but the pixels is kept",
)  # fmt: skip
not_personal("website.Address", ("slug",), why="a public address")
not_personal(
    "website.PageCount", ("day", "page", "language", "views", "visits"),
    why="sums by day and page; nothing of whoever looked was ever kept",
)  # fmt: skip
declare_body(
    Kind.WEBSITE, (), subject=Subject.STAFF, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER,), term=Term.AGREEMENT,
)  # fmt: skip
