# SPDX-License-Identifier: EUPL-1.2
"""From which address a tenant's letters come. The principles:

- Until the tenant shows that a domain is his, his letters leave from the provider's address, in his name, and answers
  go to him. He shows it by publishing the public half of a key (DKIM, RFC 6376) that was drawn for him; nobody else's
  record, and no word of his, does.
- The private half never leaves the server: it is encrypted under the installation's secret `sender-keys`, bound to its
  row, and opened to sign.
- A record that is gone or changed ends it, at a look each night: a letter whose signature nobody can check would be
  thrown away by its receivers. A resolver that does not answer ends nothing.
- The envelope stays the provider's, so undeliverable letters come back to where they are read; SPF is then judged of
  the provider's domain, and DMARC (RFC 7489) passes by the tenant's own signature.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, dkim, ids, log, mail, names, secrets, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.tenants.errors import BadTenant
from zegel.server.tenants.models import Brand, SenderDomain, Tenant

_LOCAL = re.compile(r"[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9])?")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")
_NONCE = 12


@dataclass(frozen=True)
class Record:
    """A line to publish in the DNS. `use`: dkim, dmarc or spf; `must`: nothing works without it; `found`: whether it
    was there at the last look of this very call, None where nobody looked."""

    use: str
    name: str
    value: str
    must: bool
    found: bool | None = None


# --- choosing ---


def choose(actor: Actor, address: str) -> SenderDomain:
    """Draws a key for the address's domain; letters come from there once it is verified. Another address of the same
    domain keeps the key and its proof. Raises Denied, BadTenant."""
    owner = _own(actor)
    local, domain = checked_address(address)
    with work.transaction(actor) as w:
        row = SenderDomain.objects.select_for_update().filter(owner_id=owner).first()
        if row is not None and row.domain == domain:
            row.local = local
            row.save(update_fields=["local"])
        else:
            SenderDomain.objects.filter(owner_id=owner).delete()
            row = _drawn(owner, local, domain)
        _note(w, row, "sender_chosen")
        return row


def checked_address(address: str) -> tuple[str, str]:
    """What stands before and after the @, in small letters. Raises BadTenant."""
    local, _at, domain = address.strip().lower().rpartition("@")
    try:
        plain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        plain = ""
    fits = _LOCAL.fullmatch(local) and ".." not in local and len(plain) <= 200 and _DOMAIN.fullmatch(plain)
    if not fits or not mail.is_address(f"{local}@{plain}"):
        raise BadTenant(
            _("This is not an e-mail address of a domain of your own."),
            action=_("Write for example service@your-firm.example."), field="address",
        )  # fmt: skip
    return local, plain


def remove(actor: Actor) -> None:
    """Letters leave from the provider's address again; the key is gone. Again is harmless. Raises Denied."""
    owner = _own(actor)
    with work.transaction(actor) as w:
        row = SenderDomain.objects.select_for_update().filter(owner_id=owner).first()
        if row is not None:
            _note(w, row, "sender_removed")
            row.delete()


def _drawn(owner: UUID, local: str, domain: str) -> SenderDomain:
    key = rsa.generate_private_key(65537, dkim.BITS)
    raw = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    row_id = ids.new()
    return SenderDomain.objects.create(
        id=row_id, owner_id=owner, provider_id=people.serving(owner, RelationKind.PROVIDER) or owner, local=local,
        domain=domain, selector=f"zegel-{os.urandom(4).hex()}", key_wrapped=wrap(row_id, raw), made_at=clock.now(),
    )  # fmt: skip


# --- proving ---


def verify(actor: Actor) -> tuple[SenderDomain | None, list[Record]]:
    """Looks in the DNS now. Raises Denied, names.NoAnswer when no resolver answers."""
    owner = _own(actor)
    with tenancy.acting_as(owner):
        row = SenderDomain.objects.filter(owner_id=owner).first()
    if row is None:
        return None, []
    records = [_looked(one) for one in records_of(row)]  # no transaction is open while a resolver is waited for
    with work.transaction(actor) as w:
        _judge(w, row, records[0].found is True)
    return row, records


def look_again(owner: UUID) -> None:
    """Each night: a verified domain whose record is gone ends."""
    with tenancy.acting_as(owner):
        row = SenderDomain.objects.filter(owner_id=owner, verified_at__isnull=False).first()
    if row is None:
        return
    try:
        found = _looked(records_of(row)[0]).found is True
    except names.NoAnswer:
        log.warning("sender.no_resolver", domain=str(row.id))
        return
    with work.transaction(system(owner)) as w:
        _judge(w, row, found)


def _judge(w: work.Work, row: SenderDomain, found: bool) -> None:
    was = row.verified_at is not None
    row.looked_at, row.verified_at = clock.now(), (row.verified_at or clock.now()) if found else None
    row.save(update_fields=["looked_at", "verified_at"])
    if was != found:
        _note(w, row, "sender_verified" if found else "sender_lost")


def records_of(row: SenderDomain) -> list[Record]:
    """What to publish: the key, without which nothing works; a policy; and who else may send, where a record for the
    domain's own mail is wanted."""
    signer = _signer(row)
    provider = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].rstrip(">") or "localhost"
    key = dkim.record(signer) if signer is not None else (f"{row.selector}._domainkey.{row.domain}", "")
    return [
        Record("dkim", key[0], key[1], True),
        Record("dmarc", f"_dmarc.{row.domain}", "v=DMARC1; p=none", False),
        Record("spf", row.domain, f"v=spf1 include:{provider} ~all", False),
    ]


def _looked(record: Record) -> Record:
    """Raises names.NoAnswer."""
    said = names.texts(record.name)
    if record.use == "dkim":
        found = any(_public(one) == _public(record.value) != "" for one in said)
    else:
        found = any(one.lower().startswith(record.value.split()[0].rstrip(";").lower()) for one in said)
    return Record(record.use, record.name, record.value, record.must, found)


def _public(record: str) -> str:
    """The public key of a DKIM record; "" for one that has none, or was revoked (RFC 6376 §3.6.1)."""
    parts = (part.partition("=") for part in record.split(";"))
    tags = {name.strip(): "".join(value.split()) for name, _equals, value in parts}
    return tags.get("p", "") if tags.get("v", "DKIM1") == "DKIM1" and tags.get("k", "rsa") == "rsa" else ""


# --- sending ---


def chosen(owner: UUID) -> SenderDomain | None:
    with tenancy.acting_as(owner):
        return SenderDomain.objects.filter(owner_id=owner).first()


def of(owner: UUID) -> mail.Sender | None:
    """In whose name a tenant's letters leave; None for who is no tenant."""
    with tenancy.acting_as(owner):
        brand = Brand.objects.filter(owner_id=owner).first()
        if brand is None or not Tenant.objects.filter(owner_id=owner).exists():
            return None
        row = SenderDomain.objects.filter(owner_id=owner, verified_at__isnull=False).first()
    signer = None if row is None else _signer(row)
    if row is None or signer is None:
        return mail.Sender(brand.name, brand.email)
    return mail.Sender(brand.name, brand.email, f"{row.local}@{row.domain}", signer)


def _signer(row: SenderDomain) -> dkim.Signer | None:
    """None where the installation's secret is another one than the key was encrypted under."""
    raw = unwrap(row.id, bytes(row.key_wrapped))
    if raw is None:
        log.error("sender.key_unreadable", domain=str(row.id))
        return None
    key = serialization.load_der_private_key(raw, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return dkim.Signer(row.domain, row.selector, key)


def wrap(row_id: UUID, raw: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher().encrypt(nonce, raw, _bound_to(row_id))


def unwrap(row_id: UUID, wrapped: bytes) -> bytes | None:
    try:
        return _cipher().decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound_to(row_id))
    except InvalidTag:
        return None


def _bound_to(row_id: UUID) -> bytes:
    return b"zegel/sender/" + row_id.bytes


@cache
def _cipher() -> AESGCM:
    return AESGCM(secrets.secret(settings.SECRETS_PATH, "sender-keys"))


# --- parts ---


def _own(actor: Actor) -> UUID:
    """The acting party, whose own matter it is. Raises Denied, BadTenant for who is no tenant."""
    require(actor, Action.CHANGE, Resource(ResourceKind.TENANT, None, actor.party_id))
    assert actor.party_id is not None
    return actor.party_id


def _note(w: work.Work, row: SenderDomain, what: str) -> None:
    w.record(Entry(Kind.TENANT, row.owner_id, {"what": what}, about=row.id))
    w.publish("tenant.changed", owner_id=row.owner_id)
