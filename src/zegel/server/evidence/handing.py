# SPDX-License-Identifier: EUPL-1.2
"""A redacted film, handed to who asked for pictures of himself, behind a link of its own (S7). Principles:

- The film is encrypted in the browser of who made it, under a key that stands behind the `#` of the link: no browser
  sends that to a server. Here lies ciphertext, in pieces, and the hash of the link's secret.
- Only a film that was declared redacted, by the same person, is taken: its entry in the log is looked up, not believed.
- It opens once: three attempts at most, each ends the one before; when the last piece was fetched there is no other.
  Where it belongs to a request, the code that opens the answer opens this, too: who has only the link has nothing.
- It dies after two weeks, when it was fetched (a day later, in case the download broke), or when its maker says so.
  Making, fetching and ending stand in the log of use.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.evidence.errors import BadFilm, FilmGone
from zegel.server.evidence.models import Handed
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, storage, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.ledger import queries as ledger
from zegel.server.people import actions as people
from zegel.server.requests import intake, rules
from zegel.server.requests.models import Case
from zegel.server.sites import queries as sites

LASTS = timedelta(days=14)
AFTER_FETCH = timedelta(days=1)
MOST_OPENINGS = 3
MOST_TRIES = 5
LARGEST_PIECE = 900_000  # under what the server reads of a request at all
MOST_PIECES = 256
MOST_AT_ONCE = 20


@dataclass(frozen=True)
class FilmSaid:
    """`index`: of the export's entry; `pieces`: how many will come; `size`: of the film itself."""

    index: int
    pieces: int
    size: int
    name: str
    case_id: UUID | None = None


@dataclass(frozen=True)
class Opening:
    """What the page that opened it is told. `secret`: only who knows it fetches pieces from now on."""

    film: Handed
    secret: str


def begin(actor: Actor, said: FilmSaid) -> tuple[Handed, str]:
    """The row and the link's token; the film is not there before `ready`. Raises Denied, BadFilm."""
    if not 0 < said.pieces <= MOST_PIECES or not 0 < said.size <= said.pieces * LARGEST_PIECE:
        raise BadFilm(_("This film is too large for a link."), action=_("Make it of a shorter time."))
    with work.transaction(actor) as w:
        assert actor.party_id is not None
        assert actor.id is not None
        camera_id, recipient = _exported(actor, said.index)
        require(actor, Action.EXPORT, _of_camera(camera_id, actor.party_id))
        if Handed.objects.filter(owner_id=actor.party_id, ended_at=None).count() >= MOST_AT_ONCE:
            raise BadFilm(_("Too many films wait behind links."), action=_("End one that is not needed."))
        case = _case(actor.party_id, said.case_id)
        secret, now = secrets.token_bytes(24), clock.now()
        row = Handed.objects.create(
            owner_id=actor.party_id, provider_id=actor.party_id, export_index=said.index, case_id=said.case_id,
            camera_id=camera_id, recipient=recipient[:120], name=said.name[:120],
            token_hash=_hash(secret), pieces=said.pieces, size=said.size, made_by=actor.id, made_at=now,
            expires_at=now + LASTS,
        )  # fmt: skip
        if case is not None:
            intake.note(w, case, "film_handed")
    return row, base64.urlsafe_b64encode(row.owner_id.bytes + row.id.bytes + secret).decode().rstrip("=")


def put_piece(actor: Actor, film_id: UUID, number: int, data: bytes) -> None:
    """A piece of ciphertext. Raises BadFilm, FilmGone."""
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Handed.objects.filter(id=film_id, ready_at=None, ended_at=None).first()
    if row is None or (row.owner_id, row.made_by) != (actor.party_id, actor.id):
        raise FilmGone("unknown")
    if not 0 <= number < row.pieces or not 0 < len(data) <= LARGEST_PIECE:
        raise BadFilm(_("This is no piece of that film."), action=_("Make it anew."))
    storage.store().put(_key(row, number), data)


def ready(actor: Actor, film_id: UUID) -> Handed:
    """All of it is there: from now on the link opens. Written in the log. Raises FilmGone, BadFilm."""
    with work.transaction(actor) as w:
        row = _mine(actor, film_id)
        there = sum(1 for _one in storage.store().list(_folder(row)))
        if there != row.pieces:
            raise BadFilm(_("Not all of the film came in."), action=_("Try again."))
        if row.ready_at is None:
            row.ready_at = clock.now()
            row.save(update_fields=["ready_at"])
            w.record(_entry(row, "made", actor))
    return row


def end(actor: Actor, film_id: UUID) -> Handed:
    """Its maker's organisation takes it back. Ending it twice is harmless. Raises FilmGone."""
    with work.transaction(actor) as w:
        row = _mine(actor, film_id)
        _end(w, row, actor)
    return row


def of(actor: Actor) -> Sequence[Handed]:
    """Those of the acting party, the newest first. Raises Denied."""
    require(actor, Action.LIST, Resource(ResourceKind.DISCLOSURE))
    with tenancy.acting_as(actor.party_id, actor.id):
        return list(Handed.objects.filter(owner_id=tenancy.current_party()).order_by("-made_at")[:100])


def waiting_for(case: Case) -> int:
    """For the page of an answer: how many films wait behind links that the controller sends himself."""
    with tenancy.acting_as(case.owner_id):
        rows = Handed.objects.filter(case_id=case.id, ended_at=None, fetched_at=None, ready_at__isnull=False)
        return rows.filter(expires_at__gt=clock.now()).count()


# --- whoever has the link ---


def shown(token: str) -> Handed:
    """Whether the link opens anything. Raises FilmGone."""
    owner_id, film_id, secret = _read(token)
    with tenancy.acting_as(owner_id):
        row = Handed.objects.filter(id=film_id, owner_id=owner_id, ready_at__isnull=False).first()
    if row is None or not secrets.compare_digest(bytes(row.token_hash), _hash(secret)):
        raise FilmGone("unknown")
    if row.ended_at is not None or row.expires_at <= clock.now():
        raise FilmGone("expired")
    if row.tries >= MOST_TRIES:
        raise FilmGone("locked")
    if row.fetched_at is not None or row.openings >= MOST_OPENINGS:
        raise FilmGone("opened")
    return row


def open_film(token: str, code: str, address: str) -> Opening:
    """Raises FilmGone; "code" where the request's code is another."""
    found = shown(token)
    secret = secrets.token_urlsafe(24)
    with work.transaction(system(found.owner_id)) as w:
        row = Handed.objects.select_for_update().get(id=found.id)
        case = None if row.case_id is None else Case.objects.filter(id=row.case_id).first()
        if case is not None and case.code_mac is not None and not _right(case, code):
            row.tries += 1
            row.save(update_fields=["tries"])
            wrong = True
        else:
            wrong = False
            row.openings, row.opened_at = row.openings + 1, clock.now()
            row.browser_hash = _hash(secret.encode())
            row.save(update_fields=["openings", "opened_at", "browser_hash"])
            w.record(_entry(row, "opened", system(row.owner_id), address))
            if case is not None:
                intake.note(w, case, "film_opened")
    if wrong:
        raise FilmGone("code")
    return Opening(row, secret)


def needs_code(row: Handed) -> bool:
    if row.case_id is None:
        return False
    with tenancy.acting_as(row.owner_id):
        return Case.objects.filter(id=row.case_id, code_mac__isnull=False).exists()


def piece(token: str, secret: str, number: int) -> bytes:
    """Ciphertext, for the page that opened it last. With the last piece it was fetched. Raises FilmGone."""
    owner_id, film_id, own = _read(token)
    with work.transaction(system(owner_id)):
        row = Handed.objects.select_for_update().filter(id=film_id, owner_id=owner_id, ended_at=None).first()
        if row is None or not secrets.compare_digest(bytes(row.token_hash), _hash(own)):
            raise FilmGone("unknown")
        if row.browser_hash is None or not secrets.compare_digest(bytes(row.browser_hash), _hash(secret.encode())):
            raise FilmGone("opened")
        if row.expires_at <= clock.now() or not 0 <= number < row.pieces:
            raise FilmGone("expired")
        data = storage.store().get(_key(row, number))
        if number == row.pieces - 1 and row.fetched_at is None:
            row.fetched_at = clock.now()
            row.expires_at = min(row.expires_at, row.fetched_at + AFTER_FETCH)
            row.save(update_fields=["fetched_at", "expires_at"])
    return data


def destroy_expired(owner_id: UUID) -> int:
    """Films whose link is over: their bytes go."""
    with work.transaction(system(owner_id)) as w:
        rows = list(Handed.objects.select_for_update().filter(
            owner_id=owner_id, ended_at=None, expires_at__lte=clock.now()
        ))  # fmt: skip
        for row in rows:
            _end(w, row, system(owner_id))
    return len(rows)


# --- parts ---


def _exported(actor: Actor, index: int) -> tuple[UUID, str]:
    """Camera and recipient of a film that this very person declared redacted. Raises BadFilm."""
    entry = ledger.by_index([index]).get(index)
    said = None if entry is None else entry.said
    if said is not None and said.actor_id == actor.id and said.facts.get("what") == "redacted":
        camera = said.facts.get("camera")
        if isinstance(camera, bytes) and len(camera) == 16:
            return UUID(bytes=camera), str(said.facts.get("recipient", ""))
    raise BadFilm(_("The log knows no redacted film of yours under that entry."), action=_("Make it anew."))


def _of_camera(camera_id: UUID, owner_id: UUID) -> Resource:
    camera, of = sites.find_camera(camera_id), {"camera": camera_id}
    if camera is not None:
        of |= {"unit": camera.unit_id, "site": camera.unit.site_id}
    return Resource(ResourceKind.CAMERA, camera_id, owner_id, of)


def _mine(actor: Actor, film_id: UUID) -> Handed:
    row = Handed.objects.select_for_update().filter(id=film_id).first()
    if row is None or row.owner_id != actor.party_id:
        raise FilmGone("unknown")
    require(actor, Action.EXPORT, _of_camera(row.camera_id, row.owner_id))
    return row


def _end(w: work.Work, row: Handed, actor: Actor) -> None:
    if row.ended_at is None:
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        w.record(_entry(row, "ended", actor))
    folder = _folder(row)
    w.after_commit(lambda: _forget(folder))


def _forget(folder: str) -> None:
    storage.store().delete_prefix(folder)


def _case(owner_id: UUID, case_id: UUID | None) -> Case | None:
    if case_id is None:
        return None
    case = Case.objects.filter(id=case_id, owner_id=owner_id).first()
    if case is None:
        raise BadFilm(_("This request is not one of yours."), action=_("Choose again."))
    return case


def _right(case: Case, code: str) -> bool:
    return secrets.compare_digest(bytes(case.code_mac or b""), rules.code_mac(people.pepper(), case.id.bytes, code))


def _read(token: str) -> tuple[UUID, UUID, bytes]:
    """Raises FilmGone."""
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise FilmGone("unknown") from None
    if len(data) != 56:
        raise FilmGone("unknown")
    return UUID(bytes=data[:16]), UUID(bytes=data[16:32]), data[32:]


def _hash(secret: bytes) -> bytes:
    return hashlib.sha256(b"zegel/handed-film/v1\x00" + secret).digest()


def _folder(row: Handed) -> str:
    return f"handed/{row.id}"


def _key(row: Handed, number: int) -> str:
    return f"{_folder(row)}/{number:04d}"


def _entry(row: Handed, step: str, actor: Actor, address: str = "") -> Entry:
    facts: dict[str, Fact] = {
        "export": row.id, "what": "film_link", "how": step, "purpose": "data_subject", "recipient": row.recipient,
        "of": row.export_index, "bytes": row.size, "role": actor.role or "",
        "address": (address or actor.address)[:64],
    }  # fmt: skip
    return Entry(Kind.EXPORT, row.owner_id, facts, about=row.camera_id)
