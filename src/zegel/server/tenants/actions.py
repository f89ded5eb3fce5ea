# SPDX-License-Identifier: EUPL-1.2
"""What is written about a tenant: set up, its face and imprint, its right of use. Each asks the gate and is logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import cv2
import numpy
from django.db import IntegrityError
from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, mail, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import Language, RelationKind
from zegel.server.tenants import queries, rules
from zegel.server.tenants.errors import BadTenant, NoTenant, TenantTaken, TooManyUsers
from zegel.server.tenants.models import (
    LARGEST_LOGO,
    LONGEST_TEXT,
    Billing,
    Brand,
    Profile,
    RightOfUse,
    SignIn,
    Tenant,
)

_LONGEST = {
    "legal_name": 200, "street": 200, "postcode": 16, "city": 100, "country": 2, "registration": 40, "vat": 20,
    "iban": 42, "bic": 11, "email": 254, "phone": 40,
}  # fmt: skip
LOGO_WIDTH, LOGO_HEIGHT = 480, 160
MOST_USERS = 100_000


@dataclass(frozen=True)
class New:
    """A tenant to be: its name in addresses, what it uses, and its first right of use."""

    slug: str
    profile: Profile
    use: Use


@dataclass(frozen=True)
class Use:
    """`price_cents`: for each `billing` period, without VAT, in the tenant's currency."""

    plan: str
    users: int
    billing: Billing
    price_cents: int
    valid_from: datetime
    valid_to: datetime | None = None
    reference: str = ""


@dataclass(frozen=True)
class Look:
    """How a tenant shows itself; colours as #rrggbb, languages of its public pages, the first is its own."""

    name: str
    colour: str
    accent: str
    languages: tuple[str, ...]
    logo_alt: str = ""


@dataclass(frozen=True)
class Imprint:
    """Who answers for the pages and invoices; each may be empty."""

    legal_name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    registration: str = ""
    vat: str = ""
    iban: str = ""
    bic: str = ""
    email: str = ""
    phone: str = ""


# --- set up ---


def found(actor: Actor, owner_id: UUID, new: New) -> Tenant:
    """A company that this provider serves becomes a tenant. Raises Denied, BadTenant, TenantTaken, NoTenant."""
    _ask(actor, Action.ADD, owner_id)
    slug, use = rules.checked_slug(new.slug), _checked_use(new.use)
    assert actor.party_id is not None
    provider_id = people.serving(owner_id, RelationKind.PROVIDER) or actor.party_id
    party = people.party(owner_id, seen_by=actor.party_id)
    if party is None:
        raise NoTenant(_("There is no such organisation."))
    now = clock.now()
    try:
        with work.transaction(actor) as w:
            Brand.objects.create(
                owner_id=owner_id, slug=slug, name=party.name, legal_name=party.name, country=party.country,
                languages=[party.language], changed_at=now,
            )  # fmt: skip
            row = Tenant.objects.create(
                owner_id=owner_id, provider_id=provider_id, profile=Profile(new.profile).value, since=now,
                changed_at=now,
            )  # fmt: skip
            _begin(actor, row, use)
            _record(w, row.owner_id, "founded", slug=slug, profile=row.profile)
            return row
    except IntegrityError:
        raise TenantTaken(
            _("This name or this organisation is a tenant already."), action=_("Choose another name.")
        ) from None


def set_use(actor: Actor, owner_id: UUID, use: Use) -> RightOfUse:
    """From `use.valid_from` on this holds; what held then ends there. Raises Denied, BadTenant, NoTenant."""
    _ask(actor, Action.CHANGE, owner_id, ResourceKind.RIGHT_OF_USE)
    checked = _checked_use(use)
    with work.transaction(actor) as w:
        row = _tenant(owner_id)
        later = RightOfUse.objects.filter(owner_id=owner_id, valid_from__gte=checked.valid_from)
        if later.exists():
            raise BadTenant(_("A later right of use is on record."), action=_("Begin after it."), field="valid_from")
        running = RightOfUse.objects.filter(owner_id=owner_id).exclude(valid_to__lte=checked.valid_from)
        running.update(valid_to=checked.valid_from)
        made = _begin(actor, row, checked)
        _record(w, owner_id, "right_of_use", plan=checked.plan, users=checked.users)
        return made


def end_use(actor: Actor, owner_id: UUID, until: datetime, why: str, exit_at: datetime | None = None) -> RightOfUse:
    """The right of use ends; until `exit_at` (thirty days after, unless said) its owner takes everything along.
    Raises Denied, BadTenant, NoTenant."""
    _ask(actor, Action.END, owner_id, ResourceKind.RIGHT_OF_USE)
    last = exit_at or until + rules.EXIT
    if last < until:
        raise BadTenant(_("The exit lies after the end."), field="exit_at")
    with work.transaction(actor) as w:
        row = RightOfUse.objects.select_for_update().filter(owner_id=owner_id).order_by("-valid_from").first()
        if row is None:
            raise NoTenant(_("There is no right of use to end."))
        if until < row.valid_from:
            raise BadTenant(_("It ends after it began."), field="until")
        row.valid_to, row.exit_at, row.ended_why = until, last, why.strip()[:500]
        row.save(update_fields=["valid_to", "exit_at", "ended_why"])
        _record(w, owner_id, "right_of_use_ended", until_ms=clock.ms(until), exit_ms=clock.ms(last))
        return row


def _begin(actor: Actor, tenant: Tenant, use: Use) -> RightOfUse:
    return RightOfUse.objects.create(
        owner_id=tenant.owner_id, provider_id=tenant.provider_id, plan=use.plan, users=use.users,
        valid_from=use.valid_from, valid_to=use.valid_to, billing=use.billing.value, price_cents=use.price_cents,
        reference=use.reference, recorded_by=actor.id, recorded_at=clock.now(),
    )  # fmt: skip


def _checked_use(use: Use) -> Use:
    plan, reference = " ".join(use.plan.split()), " ".join(use.reference.split())
    if not 1 <= len(plan) <= 40 or len(reference) > 120:
        raise BadTenant(_("A plan has a name of at most 40 letters."), field="plan")
    if not 1 <= use.users <= MOST_USERS:
        raise BadTenant(_("A plan is for at least one person."), field="users")
    if not 0 <= use.price_cents <= 2_000_000_000:
        raise BadTenant(_("This price can't be."), field="price_cents")
    if use.valid_to is not None and use.valid_to <= use.valid_from:
        raise BadTenant(_("It ends after it began."), field="valid_to")
    return Use(plan, use.users, use.billing, use.price_cents, use.valid_from, use.valid_to, reference)


# --- the face ---


def set_look(actor: Actor, look: Look) -> Brand:
    """Of the acting party. Raises Denied, BadTenant, NoTenant."""
    name, alt = " ".join(look.name.split()), " ".join(look.logo_alt.split())
    if not 1 <= len(name) <= 200 or len(alt) > 100:
        raise BadTenant(_("A name has 1 to 200 characters."), action=_("Shorten or complete the name."), field="name")
    values = {
        "name": name, "logo_alt": alt, "colour": rules.checked_colour(look.colour, "colour"),
        "accent": rules.checked_colour(look.accent, "accent"), "languages": list(_checked_languages(look.languages)),
    }  # fmt: skip
    return _changed(actor, "look", values)


def _checked_languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    once = tuple(dict.fromkeys(languages))
    if not once or not set(once) <= set(Language):
        raise BadTenant(_("This language is not available."), action=_("Choose nl, sv, de or en."), field="languages")
    return once


def set_logo(actor: Actor, data: bytes | None) -> Brand:
    """A PNG or JPEG, made anew as a PNG of at most 480 × 160: nothing that was hidden in the file stays. None: no logo.
    Raises Denied, BadTenant, NoTenant."""
    picture = None if data is None else _redrawn(data)
    return _changed(actor, "logo", {"logo": picture, "logo_type": "" if picture is None else "image/png"})


def _redrawn(data: bytes) -> bytes:
    wrong = BadTenant(
        _("This picture can't be used."), action=_("Give a PNG or JPEG of at most 256 kB."), field="logo"
    )
    if len(data) > LARGEST_LOGO or not data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise wrong
    try:
        picture = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        raise wrong from None
    if picture is None or picture.dtype != numpy.uint8 or max(picture.shape[:2]) > 4096:
        raise wrong
    height, width = picture.shape[:2]
    scale = min(1.0, LOGO_WIDTH / width, LOGO_HEIGHT / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    done, made = cv2.imencode(".png", cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    if not done:
        raise wrong
    return bytes(made)


def set_imprint(actor: Actor, imprint: Imprint) -> Brand:
    """Of the acting party. Raises Denied, BadTenant, NoTenant."""
    plain = {field.name: " ".join(str(getattr(imprint, field.name)).split()) for field in fields(imprint)}
    for name, value in plain.items():
        if len(value) > _LONGEST[name]:
            raise BadTenant(_("This is too long."), action=_("Shorten it."), field=name)
    if plain["email"] and not mail.is_address(plain["email"]):
        raise BadTenant(_("This is not an e-mail address."), action=_("Write one that is read."), field="email")
    checked = {
        "iban": rules.checked_iban(plain["iban"]), "bic": rules.checked_bic(plain["bic"]),
        "vat": rules.checked_vat(plain["vat"]), "phone": rules.checked_phone(plain["phone"]),
        "country": rules.checked_country(plain["country"]),
    }  # fmt: skip
    return _changed(actor, "imprint", plain | checked)


def set_privacy(actor: Actor, url: str, text: dict[str, str]) -> Brand:
    """Where the tenant's own statement stands, or its words by language; one of the two. Raises Denied, BadTenant,
    NoTenant."""
    address = rules.checked_url(url, "privacy_url")
    words = {language: said.strip() for language, said in text.items() if said.strip()}
    if address and words:
        raise BadTenant(
            _("One statement, not two."), action=_("Give the address or the words."), field="privacy_url"
        )
    if not set(words) <= set(Language) or any(len(said) > LONGEST_TEXT for said in words.values()):
        raise BadTenant(_("This statement is too long."), action=_("Give its address instead."), field="privacy_text")
    return _changed(actor, "privacy", {"privacy_url": address, "privacy_text": words})


def set_sign_in(actor: Actor, way: SignIn) -> Tenant:
    """By what new people of the acting party will sign in; those who are there keep theirs. Raises Denied, NoTenant."""
    owner_id = _own(actor)
    with work.transaction(actor) as w:
        row = _tenant(owner_id)
        row.sign_in, row.changed_at = SignIn(way).value, clock.now()
        row.save(update_fields=["sign_in", "changed_at"])
        _record(w, owner_id, "sign_in", way=row.sign_in)
        return row


def set_active(actor: Actor, active: bool) -> Brand:
    """Whether the public pages and forms of the acting party answer at all. Raises Denied, NoTenant."""
    return _changed(actor, "active" if active else "inactive", {"active": active})


def _changed(actor: Actor, what: str, values: Mapping[str, object]) -> Brand:
    owner_id = _own(actor)
    with work.transaction(actor) as w:
        row = Brand.objects.select_for_update().filter(owner_id=owner_id).first()
        if row is None:
            raise no_tenant()
        for name, value in {**values, "changed_at": clock.now()}.items():
            setattr(row, name, value)
        row.save(update_fields=[*values, "changed_at"])
        _record(w, owner_id, what)
        w.publish("tenant.changed", owner_id=owner_id)
        return row


def _own(actor: Actor) -> UUID:
    """The acting party, whose own matter it is. Raises Denied."""
    _ask(actor, Action.CHANGE, actor.party_id)
    assert actor.party_id is not None
    return actor.party_id


def _ask(
    actor: Actor, action: Action, owner_id: UUID | None, kind: ResourceKind = ResourceKind.TENANT
) -> None:  # fmt: skip
    if actor.kind is not ActorKind.SYSTEM:
        require(actor, action, Resource(kind, None, owner_id))


def _tenant(owner_id: UUID) -> Tenant:
    row = Tenant.objects.filter(owner_id=owner_id).first()
    if row is None:
        raise no_tenant()
    return row


def no_tenant() -> NoTenant:
    return NoTenant(
        _("This organisation is no tenant."), action=_("Its provider sets it up, in the office under Tenants.")
    )


def _record(w: work.Work, owner_id: UUID, what: str, **facts: Fact) -> None:
    said: dict[str, Fact] = {"what": what, **facts}
    w.record(Entry(Kind.TENANT, owner_id, said))


def refuse_more_users(owner_id: UUID) -> None:
    """Before somebody is asked: the plan is for so many people. Raises TooManyUsers."""
    row = queries.right_of_use(owner_id)
    if queries.tenant(owner_id) is None or row is None:
        return
    if queries.users(owner_id) >= row.users:
        raise TooManyUsers(
            _("The plan is for %(users)s people, and they are there.") % {"users": row.users},
            action=_("End somebody's work here, withdraw an invitation, or ask your provider for a larger plan."),
        )
