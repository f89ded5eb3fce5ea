# SPDX-License-Identifier: EUPL-1.2
"""What a site's notice says, in two layers: the sign at the fence and the page behind its code (EDPB 3/2019,
§§ 110–119; Art. 13 GDPR). Everything comes from what the system runs on: the owner's recorded purposes, the signed
policies of the units there, the profile's terms, the relations that hold, and the declarations of personal data.
Nothing is typed here.

The page is public, so it names no person but whom the owner names himself for questions, no address and no camera; it
says of the site only its name.
"""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from zegel.declare import law
from zegel.declare.registry import Declaration, declarations
from zegel.declare.vocabulary import Basis, Category, Purpose, Recipient, Subject, Term
from zegel.seal.policy import Policy, RecordingMode
from zegel.server import gate
from zegel.server.agreements import queries as agreements
from zegel.server.agreements import terms as chosen
from zegel.server.agreements import texts
from zegel.server.agreements.models import Purpose as RecordedPurpose
from zegel.server.agreements.models import Sign
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind, Sent
from zegel.server.gate import Resource
from zegel.server.gate.vocabulary import Action, ResourceKind
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.checks import load_declarations
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.privacy import queries as privacy
from zegel.server.sites import capabilities, queries
from zegel.server.sites.capabilities import Capability
from zegel.server.sites.errors import SignIncomplete
from zegel.server.sites.ground import LANGUAGES
from zegel.server.sites.models import Camera, NoticeCode, Site, Unit, UnitState
from zegel.server.sites.signs import sheet
from zegel.server.sites.signs.sheet import Sheet, SignFacts, Size

CODE_BYTES = 12
_CODE = re.compile(r"[A-Za-z0-9_-]{1,24}")


@dataclass(frozen=True)
class Kept:
    """A line of what is processed: declared data of those who are filmed, alike in all of this."""

    category: Category
    purpose: Purpose
    basis: Basis
    term: Term
    recipients: tuple[Recipient, ...]
    days: int | None


@dataclass(frozen=True)
class Cameras:
    """How many there are and what they can do; which tracks the signed policies allow."""

    count: int
    turning: int
    sound: int
    on_activity: bool
    all_the_time: bool
    overview: int
    masked: int
    hours: bool


@dataclass(frozen=True)
class Notice:
    """Both layers. `purposes`: (code, the owner's own words); `hung`: whether a sign is on record as hanging.
    `contact`, `statement`: whom the owner names for questions about personal data, and the address of his own privacy
    statement, where he has them (I15)."""

    site: str
    controller: str
    email: str
    phone: str
    country: str
    languages: tuple[str, ...]
    purposes: tuple[tuple[str, str], ...]
    provider: str
    alarm_centre: str
    terms: texts.Terms
    cameras: Cameras
    kept: tuple[Kept, ...]
    authority: law.Authority | None
    hung: bool
    address: str
    contact: str = ""
    statement: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What must still be known before a sign is made (C25: a reachable contact on every notice)."""
        wanted = {"email": self.email, "phone": self.phone, "purpose": self.purposes}
        return tuple(name for name, value in wanted.items() if not value)


# --- for everybody ---


def by_code(code: str) -> Notice | None:
    """The notice behind a sign's code; needs no acting party."""
    if not _CODE.fullmatch(code):
        return None
    with tenancy.acting_as(None):
        row = NoticeCode.objects.filter(code=code).first()
    if row is None:
        return None
    with tenancy.acting_as(row.owner_id):
        site = Site.objects.filter(id=row.site_id).first()
        return None if site is None else of_site(site, row.code)


# --- for the site's people ---


def read(actor: Actor, site_id: UUID) -> tuple[Site, Notice]:
    """What the site's sign and notice say now. Raises Denied, UnknownSite."""
    with tenancy.acting_as(actor.party_id, actor.id):
        site = queries.get_site(site_id)
    gate.require(actor, Action.READ, resource(site))
    with work.transaction(actor):
        return site, of_site(site, code_of(site))


def print_sign(actor: Actor, site_id: UUID, size: Size, languages: Sequence[str]) -> Sent:
    """A sign as a file to take away, ledgered. Raises Denied, UnknownSite, SignIncomplete, BadExport."""
    site, facts = read(actor, site_id)
    content = sheet.pdf(sheet_of(facts, size, languages))
    name = f"sign-{size.value.replace('_', '-')}-{'-'.join(languages)}.pdf"
    return exports.send(actor, FileKind.SIGN, name, content, purpose="inform_people", resource=resource(site))


def preview(actor: Actor, site_id: UUID, size: Size, languages: Sequence[str]) -> bytes:
    """A PNG to look at, too coarse to print. Raises as print_sign."""
    _site, facts = read(actor, site_id)
    return sheet.picture(sheet_of(facts, size, languages))


def sheet_of(notice: Notice, size: Size, languages: Sequence[str]) -> Sheet:
    """Raises SignIncomplete."""
    chosen = tuple(dict.fromkeys(languages))
    missing = notice.missing if chosen and set(chosen) <= set(LANGUAGES) else (*notice.missing, "languages")
    if missing:
        raise SignIncomplete(missing)
    purposes = tuple(texts.PURPOSES.get(code, words) for code, words in notice.purposes)
    facts = SignFacts(
        notice.controller, notice.email, notice.phone, purposes, notice.terms.surveillance_days, notice.address
    )
    return Sheet(size, chosen, facts)


def resource(site: Site) -> Resource:
    return Resource(ResourceKind.SITE_SIGN, site.id, site.owner_id, of={"site": site.id})


def hung_signs(site_id: UUID) -> Sequence[Sign]:
    """Within an acting party, the newest first."""
    return list(Sign.objects.filter(site_id=site_id).order_by("-hung_at")[:20])


# --- what is known ---


def code_of(site: Site) -> str:
    """The site's public code; made once and never changed: signs hang for years. Within the running work."""
    row = NoticeCode.objects.filter(site_id=site.id).first()
    if row is None:
        row, _new = NoticeCode.objects.get_or_create(
            site_id=site.id,
            defaults={
                "code": randomness.token_urlsafe(CODE_BYTES), "owner_id": site.owner_id, "created_at": clock.now(),
            },
        )  # fmt: skip
    return row.code


def of_site(site: Site, code: str) -> Notice:
    """Within an acting party that sees the site."""
    owner = people.party(site.owner_id, seen_by=tenancy.current_party())
    country = site.country or ("" if owner is None else owner.country.upper())
    terms = _terms(site, country)
    named = privacy.contact_of(site.owner_id)
    first = "en" if owner is None or owner.language not in LANGUAGES else owner.language
    return Notice(
        site=site.name,
        controller=site.controller or ("" if owner is None else owner.name),
        email=site.contact_email or ("" if named is None else named.email),
        phone=site.contact_phone or ("" if named is None else named.phone),
        country=country,
        languages=tuple(site.languages) or (first,),
        purposes=_purposes(site),
        provider=_serving(site, RelationKind.PROVIDER),
        alarm_centre=_serving(site, RelationKind.ARC),
        terms=terms,
        cameras=_cameras(site),
        kept=declared(terms),
        authority=law.authority(country),
        hung=agreements.sign_hangs(site.id),
        address=f"{settings.ORIGIN}/notice/{code}",
        contact="" if named is None else named.name,
        statement="" if named is None else named.statement_url,
    )


def _terms(site: Site, country: str) -> texts.Terms:
    """As they hold here: what the profile says, or what the owner chose instead."""
    days = chosen.all_days(site.owner_id, site.profile, country)
    return replace(
        texts.terms_of(site.profile), surveillance_days=days[Term.SURVEILLANCE_IMAGES],
        overview_days=days[Term.OVERVIEW_IMAGES], alarm_days=days[Term.ALARM], log_days=days[Term.VIEW_LOG],
    )  # fmt: skip


def _purposes(site: Site) -> tuple[tuple[str, str], ...]:
    """Of this site's cameras, and those that are of all of the owner's; each once."""
    now = clock.now()
    cameras = Camera.objects.filter(unit__site=site).values_list("id", flat=True)
    rows = RecordedPurpose.objects.filter(
        Q(agreement__valid_to=None) | Q(agreement__valid_to__gt=now), Q(camera_id=None) | Q(camera_id__in=cameras),
        owner_id=site.owner_id, agreement__valid_from__lte=now,
    )  # fmt: skip
    return tuple(dict.fromkeys(rows.order_by("recorded_at").values_list("code", "text")))[:6]


def _serving(site: Site, kind: RelationKind) -> str:
    party = people.serving(site.owner_id, kind)
    if party is None:
        return ""
    return people.party_names([party], seen_by=site.owner_id).get(party, "")


def _cameras(site: Site) -> Cameras:
    units = list(Unit.objects.filter(site=site, state=UnitState.PAIRED))
    cameras = list(Camera.objects.filter(unit__in=units))
    policies = [policy for unit in units if (policy := queries.newest_policy(unit)) is not None]
    can = [set(capabilities.of(camera)) for camera in cameras]
    return Cameras(
        count=len(cameras),
        turning=sum(Capability.PTZ in one for one in can),
        sound=sum(Capability.AUDIO in one for one in can),
        on_activity=any(policy.mode is RecordingMode.ACTIVITY for policy in policies),
        all_the_time=any(policy.mode is not RecordingMode.ACTIVITY for policy in policies),
        overview=sum(len(policy.overview) for policy in policies),
        masked=sum(_masked(policy) for policy in policies),
        hours=bool(policies) and all(policy.hours.weekly for policy in policies),
    )


def _masked(policy: Policy) -> int:
    return sum(bool(rules.privacy) for rules in policy.cameras)


def declared(terms: texts.Terms) -> tuple[Kept, ...]:
    """What is declared of those who come before a camera, a line for each sort."""
    days = {
        Term.SURVEILLANCE_IMAGES: terms.surveillance_days, Term.OVERVIEW_IMAGES: terms.overview_days,
        Term.ALARM: terms.alarm_days, Term.VIEW_LOG: terms.log_days,
    }  # fmt: skip
    found: dict[tuple[Category, Purpose, Basis, Term], set[Recipient]] = {}
    for row in _declarations():
        if row.subject is Subject.FILMED:
            found.setdefault((row.category, row.purpose, row.basis, row.term), set()).update(row.recipients)
    return tuple(
        Kept(*key, tuple(one for one in Recipient if one in who), days.get(key[3]))
        for key, who in sorted(found.items(), key=lambda item: [part.value for part in item[0]])
    )


@cache
def _declarations() -> tuple[Declaration, ...]:
    """Of every room: what serves pages has not read them all by itself."""
    load_declarations()
    return declarations()
