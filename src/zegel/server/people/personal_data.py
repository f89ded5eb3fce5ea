# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: their account, for whom they act, and the keys that stand for them."""

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
    not_personal,
)

_account = partial(
    declare,
    subject=Subject.USER,
    purpose=Purpose.ACCOUNT,
    basis=Basis.CONTRACT,
    term=Term.ACCOUNT,
    starts=Start.ACCOUNT_ENDED,
)

_account(
    "people.Person",
    ("email", "display_name", "language"),
    path="",
    category=Category.CONTACT,
    recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC),
    export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)
_account(
    "people.Person",
    ("auth_hash", "sign_pk", "open_pk", "suite", "epoch", "created_at"),
    path="",
    category=Category.CREDENTIAL,
    recipients=(Recipient.NOBODY,),
    export=Export.DESCRIBED,
    erase=Erase.DELETE_ROW,
)
_account(
    "people.Person",
    ("bundle_password", "bundle_password_shred", "bundle_recovery", "bundle_recovery_shred", "pins"),
    path="",
    category=Category.CREDENTIAL,
    recipients=(Recipient.NOBODY,),
    export=Export.SEALED,
    erase=Erase.SHRED,
)

_account(
    "people.Membership",
    ("party", "person", "role", "valid_from", "valid_to"),
    path="person_id",
    category=Category.IDENTITY,
    recipients=(Recipient.OWNER,),
    export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)

_account(
    "people.SealedTenantKey",
    ("party_id", "person_id", "number", "created_at"),
    path="person_id",
    category=Category.CREDENTIAL,
    recipients=(Recipient.OWNER,),
    export=Export.DESCRIBED,
    erase=Erase.DELETE_ROW,
)
_account(
    "people.SealedTenantKey",
    ("envelope", "shred_id"),
    path="person_id",
    category=Category.CREDENTIAL,
    recipients=(Recipient.NOBODY,),
    export=Export.SEALED,
    erase=Erase.SHRED,
)

_account(
    "people.Invitation",
    ("email", "name", "language", "role", "invited_by", "created_at", "expires_at", "sent_at", "letters", "accepted_at",
     "person_id", "withdrawn_at"),
    path="person_id",
    category=Category.CONTACT,
    recipients=(Recipient.OWNER, Recipient.PROVIDER),
    export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("people.Invitation", ("kind",), why="what sort of invitation it is, not for whom")
_account(
    "people.SecondFactor",
    ("person", "kind", "name", "last_step", "credential_id", "credential", "sign_count", "confirmed", "created_at",
     "used_at"),
    path="person_id",
    category=Category.CREDENTIAL,
    recipients=(Recipient.NOBODY,),
    export=Export.DESCRIBED,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
_account(
    "people.SecondFactor",
    ("secret", "secret_shred"),
    path="person_id",
    category=Category.CREDENTIAL,
    recipients=(Recipient.NOBODY,),
    export=Export.DESCRIBED,
    erase=Erase.SHRED,
)
declare(
    "people.SignedIn",
    ("person", "started_at", "seen_at", "address", "agent"),
    subject=Subject.USER,
    path="person_id",
    category=Category.ACTIVITY,
    purpose=Purpose.SECURITY,
    basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.NOBODY,),
    term=Term.SESSION,
    starts=Start.LAST_USED,
    export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)
declare(
    "people.SignedIn",
    "session_key",  # whoever has it is signed in: said to exist, shown to nobody
    subject=Subject.USER,
    path="person_id",
    category=Category.CREDENTIAL,
    purpose=Purpose.SECURITY,
    basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.NOBODY,),
    term=Term.SESSION,
    starts=Start.LAST_USED,
    export=Export.DESCRIBED,
    erase=Erase.DELETE_ROW,
)

# A party may be one person or a household: then its name is a person's. The row stays, nameless, as what others' rows
# point at.
declare(
    "people.Party",
    "name",
    subject=Subject.CUSTOMER,
    path="id",
    category=Category.IDENTITY,
    purpose=Purpose.AGREEMENT,
    basis=Basis.CONTRACT,
    recipients=(Recipient.PROVIDER, Recipient.ARC),
    term=Term.AGREEMENT,
    starts=Start.AGREEMENT_ENDED,
    export=Export.VALUE,
    erase=Erase.BLANK,
)
declare(
    "people.ServiceRelation",
    ("party_id", "kind", "valid_from", "valid_to"),
    subject=Subject.CUSTOMER,
    path="owner_id",
    category=Category.AGREEMENT,
    purpose=Purpose.AGREEMENT,
    basis=Basis.CONTRACT,
    recipients=(Recipient.PROVIDER, Recipient.ARC),
    term=Term.AGREEMENT,
    starts=Start.AGREEMENT_ENDED,
    export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)

not_personal(
    "people.Party", ("kind", "country", "language", "created_at"),
    why="what sort of party it is, in which country and language, and since when: not who",
)  # fmt: skip
not_personal(
    "people.TenantKey",
    ("party_id", "suite", "open_pk", "number", "succession", "created_at"),
    why="an organisation's or household's public key, and ciphertext that only its members open",
)
not_personal(
    "people.ArcKey",
    ("party_id", "sign_pk", "envelope", "number", "created_at"),
    why="an alarm centre's public keys, printed in its agreements",
)
not_personal(
    "people.Throttle",
    ("key", "count", "since"),
    why="counts under an HMAC that names nobody without the installation's secret, for fifteen minutes",
)
