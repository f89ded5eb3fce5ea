# SPDX-License-Identifier: EUPL-1.2
"""What the demo claims, each as a check that tries to break it on the running installation."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import numpy as np
from numpy.typing import NDArray

from zegel.client import live, maintenance
from zegel.client import person as clients
from zegel.client.person import Client, Opened, Refused, View
from zegel.demo import pictures, senders
from zegel.demo.firm_claims import FIRM_CLAIMS, Fails
from zegel.demo.processes import DidNotStart, Program, Stage, run, wait_until
from zegel.demo.scene import FOREMAN_S, PRE_ALARM_S, Installation, Paired, backup_places
from zegel.demo.world import WORLD
from zegel.seal.command import Action
from zegel.seal.envelope import read_unverified
from zegel.seal.epoch import SLOT_MS, Epoch, open_epoch, verify_epoch
from zegel.seal.errors import CannotOpen, OutOfRange
from zegel.seal.keyset import Keyset
from zegel.seal.note import Algorithm, NoteSigner, VerifierKey
from zegel.seal.release import verify_release
from zegel.seal.sealedfile import open_file, verify_mailpicture
from zegel.seal.segment import Track, open_segment
from zegel.seal.suite import OpeningKey, SigningKey
from zegel.seal.tree import SLOTS, cover_of
from zegel.unit import clock
from zegel.unit.detectors import faces_manifest
from zegel.unit.watch.overview import enlarged

_MAX_LEAD_S = 5
_RING_MS = 1000
_RECALL_MS = 2000
_QUIET_S = 12
_LATER_S = 12
_UNIT_STARTS_S = 3.0
_RECEIPT_S = 3.0
_WITNESSED_S = 12.0
_TOO_EARLY = 425
_WORKING_MS = 2000
_NEARLY_BLACK = 48


class Broken(Exception):
    """A claim does not hold; the message says what was seen."""


@dataclass
class Night:
    """The running story, and what was collected while it was told."""

    stage: Stage
    place: Installation
    unit: Paired
    program: Program
    alarm: dict[str, Any] = field(default_factory=dict)
    watching_ms: int = 0
    rang_after_ms: int = 0
    gone_after_ms: int = 0
    arc_view: View | None = None
    arc_opened: list[Opened] = field(default_factory=list)
    seen: dict[bytes, Epoch] = field(default_factory=dict)

    @cached_property
    def operator(self) -> Client:
        """A second client of the alarm centre (the first is the page)."""
        return self.place.client("supervisor")

    @cached_property
    def owner(self) -> Client:
        return self.place.client("owner")

    @property
    def camera_id(self) -> str:
        return str(self.unit.camera_id)

    def watch_before_recall(self) -> None:
        """Open everything that the alarm centre may have, while the window is open and the alarm in somebody's hand."""
        if self.operator.http.get(f"/api/v1/alarms/{self.alarm['id']}")["claimed_by"] is None:
            self.operator.http.post(f"/api/v1/alarms/{self.alarm['id']}/claim")
        self.arc_view = self.operator.view_as_arc(
            str(self.alarm["id"]), self.camera_id, self.unit.sign_pk, self.place.keyring.parties["centrale"].tenant
        )
        self.arc_opened = self.operator.fetch(self.arc_view)

    def own_view(self, from_ms: int, to_ms: int) -> View:
        tenant = self.place.keyring.parties["dehaan"].tenant
        return self.owner.view_as_owner(self.camera_id, from_ms, to_ms, self.unit.sign_pk, tenant)

    def epochs(self) -> dict[bytes, Epoch]:
        """Every epoch that was told so far, by its identifier; those also of which a part was deleted since."""
        now = clock.wall_ms()
        said = self.owner.http.get(
            f"/api/v1/cameras/{self.camera_id}/timeline?from_ms={now - 3_600_000}&to_ms={now}"
        )
        told = [verify_epoch(clients.unb64(text), self.unit.sign_pk) for text in said["epochs"]]
        self.seen |= {epoch.epoch: epoch for epoch in told}
        return self.seen

    def epoch_roots(self) -> dict[bytes, bytes]:
        """What only the owner can open: the roots of every epoch so far."""
        tenant = self.place.keyring.parties["dehaan"].tenant
        return {name: open_epoch(epoch, tenant) for name, epoch in self.epochs().items()}


# --- what nobody may see ---


def mask_is_black(night: Night) -> str:
    """The corner that the owner masked, in every picture that the alarm centre was given."""
    shown = list(_shown([opened.plaintext for opened in night.arc_opened]))
    if not shown:
        raise Broken("the alarm centre was given no picture")
    brightest = max(int(pictures.corner_of(picture).max()) for picture in shown)
    if brightest > _NEARLY_BLACK:
        raise Broken(f"a pixel under the mask has brightness {brightest}")
    return f"{len(shown)} pictures, nothing under the mask brighter than {brightest} of 255"


def overview_shows_no_face(night: Night) -> str:
    """The owner opens them; nobody else is given any; a finder of faces, at three times their size, finds none."""
    tenant, now = night.place.keyring.parties["dehaan"].tenant, clock.wall_ms()
    view = night.owner.view_as_owner(
        night.camera_id, now - 86_400_000, now, night.unit.sign_pk, tenant, Track.OVERVIEW
    )
    opened = night.owner.fetch(view)
    for person in ("supervisor", "technician", "admin"):
        for purpose in ("own_use", "alarm_verification"):
            _refused_overview(night, person, purpose)
    manifest = faces_manifest()
    if manifest is None:
        raise Broken("the finder of faces is not there: make setup")
    from zegel.unit.detectors.runner import Detector

    finder = Detector.load(manifest)
    looked = [frame for item in opened[:: max(1, len(opened) // 4)] for frame in _decoded(item.plaintext, "rgb24")]
    if not looked or any(finder.detect(enlarged(frame)) for frame in looked):
        raise Broken("no picture came, or a face was found in one")
    return f"{len(opened)} pictures of {looked[0].shape[1]}x{looked[0].shape[0]}, no face in {len(looked)} looked at"


def _refused_overview(night: Night, person: str, purpose: str) -> None:
    what = {"camera_id": night.camera_id, "track": 2, "purpose": purpose, "from_ms": 0, "to_ms": clock.wall_ms()}
    try:
        night.place.client(person).http.post("/api/v1/views", what)
    except Refused:
        return
    raise Broken(f"{person} was given overview pictures for {purpose}")


def _shown(plaintexts: list[bytes]) -> Iterator[NDArray[np.uint8]]:
    """Every picture of released segments, grey; those before the first key frame can't be shown to anybody."""
    start = next((at for at, plaintext in enumerate(plaintexts) if b"moov" in plaintext[:2000]), len(plaintexts))
    if start < len(plaintexts):
        yield from _decoded(b"".join(plaintexts[start:]), "gray")


def _decoded(film: bytes, colours: str) -> Iterator[NDArray[np.uint8]]:
    container: Any = av.open(io.BytesIO(film))
    with container:
        yield from (frame.reformat(format=colours).to_ndarray() for frame in container.decode(video=0))


# --- alarm ----------------------------------------------------------------------------------------------------------


def rings_at_once(night: Night) -> str:
    if night.rang_after_ms > _RING_MS:
        raise Broken(f"it took {night.rang_after_ms} ms")
    return f"{night.rang_after_ms} ms"


def before_the_alarm(night: Night) -> str:
    """The released pictures begin ten seconds before the alarm, plus at most five to the last key frame."""
    first = min(opened.header.wall_ms for opened in night.arc_opened)
    before = (int(night.alarm["raised_ms"]) - first) / 1000
    watched_s = (int(night.alarm["raised_ms"]) - night.watching_ms) / 1000 - _UNIT_STARTS_S
    wanted_s = min(PRE_ALARM_S, watched_s)  # somebody may come before the unit has ten seconds of picture
    if not wanted_s - 1.5 <= before <= PRE_ALARM_S + _MAX_LEAD_S + 1.5:
        raise Broken(f"the first picture is {before:.1f} s before the alarm")
    return f"{before:.1f} s before it"


def nothing_outside(night: Night) -> str:
    """The alarm centre's keys against every slot of the camera's epochs, and against real segments after the recall."""
    assert night.arc_view is not None
    released = {(item.epoch, slot) for item in night.arc_view.keys.ranges for slot in range(item.start, item.end)}
    roots = night.epoch_roots()
    tried = 0
    for epoch in roots:
        for slot in range(SLOTS):
            if (epoch, slot) in released:
                continue
            tried += 1
            try:
                night.arc_view.keys.leaf(epoch, slot)
            except OutOfRange:
                continue
            raise Broken(f"slot {slot} can be derived from what was released")
    return f"{len(released)} seconds open, {tried} others don't; {_later_segments(night)} later segments stay shut"


def _later_segments(night: Night) -> int:
    """Segments that the owner has from after the recall, and every key that the alarm centre was ever given."""
    assert night.arc_view is not None
    later = _recorded_after(night, max(opened.header.wall_ms for opened in night.arc_opened) + 6000)
    if later is None:
        return 0
    leaves = [cover.leaf(cover.start) for cover in night.arc_view.keys.covers]
    shut = 0
    for item in later["segments"][:5]:
        sealed = night.owner.fetch_one(later["lease_id"], item["id"])
        for leaf in leaves:
            try:
                open_segment(leaf, sealed)
            except CannotOpen:
                continue
            raise Broken("a released key opens a segment from after the recall")
        shut += 1
    return shut


def _recorded_after(night: Night, begun_ms: int) -> dict[str, Any] | None:
    """The owner's view of what came then, once there is some; None when nobody moves any more."""
    until_s = clock.mono_s() + _LATER_S
    while clock.mono_s() < until_s:
        wish = {"track": 1, "purpose": "own_use", "from_ms": begun_ms, "to_ms": max(clock.wall_ms(), begun_ms + 1)}
        try:
            later: dict[str, Any] = night.owner.http.post("/api/v1/views", {"camera_id": night.camera_id, **wish})
            return later
        except Refused as refused:
            if refused.code != "nothing_to_show":
                raise
        clock.sleep(1.0)
    return None


def recall_ends_it(night: Night) -> str:
    if night.gone_after_ms > _RECALL_MS:
        raise Broken(f"the picture stayed for {night.gone_after_ms} ms")
    if night.gone_after_ms < 0:
        raise Broken(f"the picture was gone {-night.gone_after_ms} ms before the recall")
    view = night.arc_view
    assert view is not None
    listed = view.answer["segments"][0]["id"]
    _refused(lambda: night.operator.fetch_one(view.lease_id, listed), "a segment after the recall")
    _refused(
        lambda: night.operator.http.post(
            "/api/v1/views",
            {"camera_id": night.camera_id, "track": 1, "purpose": "alarm_verification", "alarm_id": night.alarm["id"]},
        ),
        "a new view after the recall",
    )
    return f"gone after {night.gone_after_ms} ms; the server hands out nothing more"


# --- the owner ------------------------------------------------------------------------------------------------------


def owner_opens_his_own(night: Night) -> str:
    raised = int(night.alarm["raised_ms"])
    opened = night.owner.fetch(night.own_view(raised - 5000, raised + 5000))
    if not opened or b"moof" not in opened[0].plaintext[:4096]:
        raise Broken("the owner's own recording does not open")
    return f"{sum(len(item.plaintext) for item in opened) // 1024} KiB of video opened with his key"


def others_do_not_leave(night: Night) -> str:
    """Declared as the owner would who makes his own client: no entry, so no file."""
    start = int(night.alarm["raised_ms"])
    film = {
        "camera_id": night.camera_id, "track": 1, "from_ms": start, "to_ms": start + 5000, "recipient": "A passer-by",
        "statement": clients.b64(bytes(32)), "size": 1000,
    }  # fmt: skip
    redacted = {"form": "redacted", "purpose": "data_subject"}
    for wrong, why in (
        ({"form": "film", "purpose": "data_subject"}, "a film of others for one who asked"),
        ({"form": "film", "purpose": "publication"}, "a film to be published"),
        (redacted | {"redaction": {"frames": 50, "reviewed": 49, "kept": 1}}, "a film with a frame nobody looked at"),
        (redacted | {"purpose": "publication", "redaction": {"frames": 50, "reviewed": 50, "kept": 1}},
         "somebody sharp in public"),
    ):  # fmt: skip
        attempt = film | wrong
        _refused(lambda said=attempt: night.owner.http.post("/api/v1/exports", said), why)  # type: ignore[misc]
    return "unredacted, with an unseen frame, or with somebody sharp in public: refused"


def owner_sees_who_looked(night: Night) -> str:
    looks = night.owner.http.get(f"/api/v1/who-looked?camera_id={night.camera_id}&days=1")
    kinds = [look["kind"] for look in looks]
    viewers = {look["who"]["name"] for look in looks if look["kind"] == "view" and look["who"]}
    for wanted in ("Operator 12", "Sanne Visser", "Pieter de Haan"):
        if wanted not in viewers:
            raise Broken(f"{wanted} looked and is not listed: {sorted(viewers)}")
    if "release" not in kinds:
        raise Broken("the unit's release is not listed")
    return f"{len(looks)} lines: {', '.join(sorted(viewers))} and the unit's release"


def receipts_verify_offline(night: Night) -> str:
    looks = night.owner.http.get(f"/api/v1/who-looked?camera_id={night.camera_id}&days=1")
    folder = night.place.data.parent / "receipts"
    folder.mkdir(exist_ok=True)
    for look in looks:
        receipt = folder / f"{look['index']}.txt"
        receipt.write_bytes(_receipt(night, int(look["index"])))
        run(["ledger", "verify-receipt", str(receipt), "--key", night.place.log.vkey])
        _check_forged(receipt, night.place.log.vkey)
    return f"{len(looks)} receipts, with the log's public key alone; a changed one is refused"


def viewer_is_the_one_in_the_log(night: Night) -> str:
    """As anybody checks it, with the log's key: every file and page that is served, against the log's entry."""
    told = run(["viewer", "verify", night.place.origin, "--key", night.place.log.vkey])
    said = dict(line.split(maxsplit=1) for line in told.splitlines() if " " in line)
    files, pages = (said[name].split(",")[0] for name in ("files", "pages"))
    return f"{files} files and {pages} pages; {said['logged'].split(' of ')[0]}"


def _receipt(night: Night, index: int) -> bytes:
    """The receipt's file; the newest entries wait up to a second for the checkpoint that covers them."""
    until_s = clock.mono_s() + _RECEIPT_S
    while True:
        try:
            return night.owner.http.raw("GET", f"/api/v1/receipts/{index}/file")
        except Refused as refused:
            if refused.status != _TOO_EARLY or clock.mono_s() > until_s:
                raise
        clock.sleep(0.2)


def _check_forged(receipt: Path, vkey: str) -> None:
    lines = receipt.read_text().splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith("index "))
    lines[at] = f"index {int(lines[at].split()[1]) + 1}\n"
    forged = receipt.with_suffix(".forged")
    forged.write_text("".join(lines))
    try:
        run(["ledger", "verify-receipt", str(forged), "--key", vkey])
    except DidNotStart:
        return
    raise Broken("a receipt with another index was believed")


def log_verifies(night: Night) -> str:
    state = night.place.data.parent / "seen-checkpoint"
    words = ["ledger", "verify", night.place.log.url, "--key", night.place.log.vkey, "--since", str(state)]
    run(words)
    said = run(words).strip().splitlines()
    return said[-1] if said else ""


def witness_cosigns(night: Night) -> str:
    """Somebody else's memory of the log: what an outsider verifies with the witness's key as well. Without its
    signature the same is refused."""
    words = ["ledger", "verify", night.place.log.url, "--key", night.place.log.vkey, "--quorum", "1", "--witness"]
    wait_until(lambda: _verifies([*words, night.place.witness]), "the witness's signature", _WITNESSED_S, night.stage)
    stranger = str(NoteSigner("witness.example/other", SigningKey.generate(), Algorithm.COSIGNATURE).verifier)
    if _verifies([*words, stranger]):
        raise Broken("a log without that witness's signature was believed")
    return "verified with its key; with another witness's key it is refused"


def _verifies(words: list[str]) -> bool:
    try:
        run(words)
    except DidNotStart:
        return False
    return True


def promises_hold(night: Night) -> str:
    """The privacy officer has them tried now, on what this night left; anybody reads what came of it, signed."""
    wanted = ["S1", "S10", "C2", "C10", "C12", "C15", "D6", "D7", "D9", "I14"]
    found = night.place.client("privacy").http.post("/api/v1/promises/check", {"promises": wanted})
    stranger = night.place.client("household").http
    said = json.loads(stranger.raw("GET", f"/promises.json?of={WORLD.party('waak').id}"))
    states = {one["id"]: one["state"] for one in said["promises"]}
    fell = [name for name in wanted if states.get(name, "kept") == "broken"]
    if found["broken"] or fell:
        raise Broken(f"broken: {fell}")
    return f"{found['kept']} of {len(wanted)} tried held, none broke; the round is entry {found['entry']} of the log"


def foreman_works_until(night: Night) -> str:
    """The unit obeys a foreman for as long as the owner's policy lets him, guards again by itself, and not a minute
    longer."""
    foreman, unit, pairing = night.place.client("foreman"), night.unit.unit_id, night.unit.keyset.pairing
    now = clock.wall_ms()
    for until in (None, now + (FOREMAN_S + 60) * 1000):
        _refused(partial(foreman.command, unit, pairing, now, Action.DISARM, now, until), "a foreman's longer word")
    foreman.command(unit, pairing, now, Action.DISARM, now, now + _WORKING_MS)
    wait_until(lambda: _state(night) == "disarmed", "the unit's confirmation", 10.0, night.stage)
    wait_until(lambda: _state(night) == "armed", "the end of the foreman's hour", 10.0, night.stage)
    return f"{_WORKING_MS // 1000} s of work, and it guards again; more than {FOREMAN_S // 3600} h are refused"


def disarmed_records_nothing(night: Night) -> str:
    """Two things: the unit confirms the owner's signed command, and then people walk by unrecorded."""
    night.owner.command(night.unit.unit_id, night.unit.keyset.pairing, 1, Action.DISARM, clock.wall_ms())
    wait_until(lambda: _state(night) == "disarmed", "the unit's confirmation", 10.0, night.stage)
    clock.sleep(3.0)
    begun = clock.wall_ms()
    alarms = len(night.owner.http.get("/api/v1/alarms?state=all")["alarms"])
    clock.sleep(_QUIET_S)
    said = night.owner.http.get(
        f"/api/v1/cameras/{night.camera_id}/timeline?from_ms={begun}&to_ms={clock.wall_ms()}"
    )
    if said["ranges"]:
        raise Broken(f"it recorded {said['ranges']}")
    if len(night.owner.http.get("/api/v1/alarms?state=all")["alarms"]) != alarms:
        raise Broken("an alarm came while it was disarmed")
    return f"{_QUIET_S} s with people in the picture: no recording, no alarm"


def _state(night: Night) -> str:
    from zegel.seal.status import verify_status

    said = night.owner.http.get(f"/api/v1/units/{night.unit.unit_id}/trust")
    return verify_status(clients.unb64(said["status"]), night.unit.sign_pk).state.value


# --- signals of others ------------------------------------------------------------------------------------------------


def panel_rings(night: Night) -> str:
    """An encrypted signal of the villa's panel, acknowledged and in the queue; its customer may recall it first."""
    before = _open_ids(night)
    begun = clock.wall_ms()
    try:
        senders.send_call(night.place.data, "burglary")
    except senders.NotSent as error:
        raise Broken(str(error)) from None
    acknowledged = clock.wall_ms() - begun
    wait_until(lambda: bool(_open_ids(night) - before), "the panel's alarm", 10.0, night.stage)
    took = clock.wall_ms() - begun
    (alarm,) = [row for row in _open(night) if row["id"] not in before]
    if (alarm["source"], alarm["class"]) != ("panel", "burglary"):
        raise Broken(f"the queue shows {alarm['source']} {alarm['class']}")
    return f"acknowledged after {acknowledged} ms, in the queue after {took} ms"


def readable_panel_is_refused(night: Night) -> str:
    """The same panel, without its key: a downgrade, or somebody else."""
    with senders.dialled(senders.ports(night.place.data).dc09) as line:
        line.settimeout(2.0)
        try:
            answer = senders.token(senders.call(line, "7001", "BA", "2", 4711, encrypted=False))
        except OSError:
            return "no answer to a readable frame of an encrypted panel"
    if answer in {"ACK", "*ACK"}:
        raise Broken("a readable frame of an encrypted panel was acknowledged")
    return f"a readable frame of an encrypted panel: {answer}"


def hold_up_comes_first(night: Night) -> str:
    """Sixty shops at once: fire and hold-up before all, and not one lost."""
    before = _open_ids(night)
    senders.send_storm(night.place, _STORM)
    wait_until(lambda: _signals_of(_new(night, before)) >= _STORM, "sixty alarms", 30.0, night.stage)
    new = _new(night, before)
    classes = [row["signal_class"] for row in new]
    first = [name for name in classes if name in {"fire", "holdup_duress"}]
    if not first or classes[: len(first)] != first:
        raise Broken(f"the queue begins with {classes[:8]}")
    return f"{_STORM} signals, {len(new)} alarms in the queue, {len(first)} of them fire or hold-up, all at its head"


def quiet_hours_hold_no_alarm(night: Night) -> str:
    """The yard's fire panel in the midst of its owner's quiet hours."""
    owner, minute = night.owner.http, clock.wall_ms() // 60_000 % 1440
    quiet = {"days": list(range(7)), "start": (minute - 60) % 1440, "end": (minute + 60) % 1440}
    owner.raw("PUT", "/api/v1/notifications/times", {"zone": "UTC", "quiet": [quiet]})
    before = {told["id"] for told in owner.get("/api/v1/notifications")["told"]}
    begun = clock.wall_ms()
    try:
        senders.send_call(night.place.data, "fire")
    except senders.NotSent as error:
        raise Broken(str(error)) from None

    def told() -> list[dict[str, Any]]:
        rows = owner.get("/api/v1/notifications")["told"]
        return [row for row in rows if row["id"] not in before and row["what"] == "fire" and row["mailed"]]

    wait_until(lambda: bool(told()), "the owner's letter", 15.0, night.stage)
    return f"he was written to within {clock.wall_ms() - begun} ms"


def mailed_picture_is_sealed(night: Night) -> str:
    """A camera that only knows e-mail: its picture opens for its owner, and lies nowhere readable."""
    picture = senders.a_picture(None) + os.urandom(4000)  # its own, to be searched for
    senders.send_mail(night.place, picture)
    wait_until(lambda: bool(_mailed(night)), "the mail's alarm", 20.0, night.stage)
    raw = night.owner.http.raw("POST", f"/api/v1/mail-pictures/{_mailed(night)[0]}/open", {"purpose": "own_use"})
    size = int.from_bytes(raw[:4], "big")
    sealed = verify_mailpicture(raw[4 : 4 + size], VerifierKey.parse(night.place.log.vkey).public_key)
    if open_file(sealed, night.place.keyring.parties["dehaan"].tenant, raw[4 + size :]) != picture:
        raise Broken("the owner's picture is another one")
    count = _search([night.place.data, night.stage.logs], {"the mailed picture": picture[-64:]})
    return f"opened by its owner; {count} files searched for it"


_STORM = 60


def _open(night: Night) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = night.operator.http.get("/api/v1/alarms?state=open")["alarms"]
    return rows


def _open_ids(night: Night) -> set[str]:
    return {row["id"] for row in _open(night)}


def _new(night: Night, before: set[str]) -> list[dict[str, Any]]:
    return [row for row in _open(night) if row["id"] not in before]


def _mailed(night: Night) -> list[str]:
    """Pictures that came by mail with an open alarm of the yard: with the mail's own, or with the camera unit's, of
    which it is a part when the unit saw somebody there just now."""
    here = [row for row in _open(night) if row["site"] and row["site"]["id"] == str(WORLD.site("yard").id)]
    found = [night.owner.http.get(f"/api/v1/alarms/{row['id']}/mail-pictures")["pictures"] for row in here]
    return [str(picture["id"]) for pictures_ in found for picture in pictures_]


def _signals_of(rows: list[dict[str, Any]]) -> int:
    return sum(1 + int(row.get("folded") or 0) for row in rows)


# --- everybody else ---------------------------------------------------------------------------------------------------


def others_see_nothing(night: Night) -> str:
    """Another customer of the same alarm centre, another provider's technician, and this provider's own."""
    tried = 0
    for person in ("household", "nordtech", "technician", "privacy", "admin"):
        other = night.place.client(person)
        for purpose in ("own_use", "alarm_verification", "maintenance"):
            wish = {
                "camera_id": night.camera_id, "track": 1, "purpose": purpose, "alarm_id": night.alarm["id"],
                "from_ms": night.alarm["raised_ms"] - 5000, "to_ms": night.alarm["raised_ms"],
            }  # fmt: skip
            _refused(partial(other.http.post, "/api/v1/views", wish), f"{person} for {purpose}")
            tried += 1
    household = night.place.client("household")
    if household.http.get("/api/v1/cameras")["cameras"] or household.http.get("/api/v1/alarms?state=all")["alarms"]:
        raise Broken("the household sees the building firm's cameras or alarms")
    _refused(lambda: household.http.get(f"/api/v1/alarms/{night.alarm['id']}"), "the household reads the alarm")
    return f"{tried + 2} attempts refused"


def technician_needs_consent(night: Night) -> str:
    """He asks, sees nothing, is allowed, holds the keys of one live picture's first minute, and sees nothing again."""
    technician, unit = night.place.client("technician"), night.unit
    tenant = night.place.keyring.parties["waak"].tenant
    see = partial(maintenance.look, technician, unit.camera_id, unit.keyset, tenant, clock.wall_ms())
    fault = maintenance.report(night.owner, unit.unit_id, unit.camera_id, "bad_picture", "It snows in the picture.")
    asked = maintenance.ask(technician, fault["id"], unit.camera_id, "To see what is the matter.", 1)
    _refused(see, "a technician who only asked")
    grant = maintenance.allow(
        night.owner, asked, 1, unit.keyset, unit.sign_pk, night.place.keyring.parties["dehaan"].tenant,
        tenant.fingerprint, clock.wall_ms, partial(clock.sleep, 0.1),
    )  # fmt: skip
    _, keys = see()
    keys.leaf(grant.ranges[0].epoch, 0)
    try:
        keys.leaf(grant.ranges[0].epoch, grant.ranges[0].end)
    except OutOfRange:
        pass
    else:
        raise Broken("a technician's keys reach further than his owner allowed")
    maintenance.end(technician, asked["id"], works=True)
    _refused(see, "a technician who is done")
    return f"{grant.ranges[0].end} s of one live picture, and over with the work"


_LIVE_S = 4.0


def live_is_the_owners(night: Night) -> str:
    """He says what for, looks, and it opens; the alarm centre gets no lease, and nothing over his."""
    tenant = night.place.keyring.parties["dehaan"].tenant
    lease = live.open_look(night.owner, night.camera_id)
    try:
        begun = clock.mono_s()
        seen = live.first_picture(night.owner, lease, night.unit.camera_id, night.unit.sign_pk, tenant, _LIVE_S)
        took = clock.mono_s() - begun
        age_ms = clock.wall_ms() - seen.header.wall_ms
        for purpose in ("own_use", "alarm_verification", "maintenance"):
            _refused(partial(live.open_look, night.operator, night.camera_id, purpose), f"a live look for {purpose}")
        _refused(lambda: live.line(night.operator, lease, _LIVE_S).close(), "the alarm centre on its owner's line")
        _refused(lambda: night.operator.http.post(f"/api/v1/views/{lease}/renew"), "his lease, renewed by others")
    finally:
        night.owner.http.post(f"/api/v1/views/{lease}/end")
    if not seen.plaintext or abs(age_ms) > 60_000:
        raise Broken(f"what came is {age_ms} ms old")
    return f"its first picture opened after {took * 1000:.0f} ms; the alarm centre refused five times"


def server_holds_no_key(night: Night) -> str:
    """Every file that the server keeps (database, objects, secrets, logs), searched for every key that opens."""
    from zegel.server.kernel.postgres import place_for

    needles = {
        **{f"the root of epoch {epoch.hex()[:8]}": root for epoch, root in night.epoch_roots().items()},
        **{f"{key}'s tenant key": party.tenant.private for key, party in night.place.keyring.parties.items()},
        **{f"{key}'s opening key": person.bundle.opening.private for key, person in night.place.keyring.people.items()},
        **{f"{key}'s password": person.password.encode() for key, person in night.place.keyring.people.items()},
        "a piece of picture": _piece(night),
    }
    folders = [night.place.data, night.stage.logs, place_for(night.place.data)]
    count = _search(folders, needles)
    return f"{count} files searched for {len(needles)} secrets"


def _piece(night: Night) -> bytes:
    """32 bytes from the middle of a decrypted picture."""
    plaintext = max((opened.plaintext for opened in night.arc_opened), key=len)
    return plaintext[len(plaintext) // 2 :][:32]


def unit_listens_on_nothing(night: Night) -> str:
    listening = _listening_inodes()
    try:
        held = {inode for pid in _tree(night.program.pid) for inode in _sockets(pid)}
    except PermissionError:  # only root looks into it: then all that listens for us must be in others
        held = listening.keys() - _sockets_of_others()
    for inode in held & listening.keys():
        raise Broken(f"the unit listens on {listening[inode]}")
    return "no port of it can be reached"


def stolen_unit_opens_nothing(night: Night) -> str:
    """Pull its plug, take its disk, look for every key of the past. Then revoke it and let it try to come back."""
    roots = night.epoch_roots()
    if not roots:
        raise Broken("there is no key of the past to look for")
    night.program.kill()
    night.stage.forget(night.program)
    needles = {f"the root of epoch {epoch.hex()[:8]}": root for epoch, root in roots.items()}
    for epoch, root in roots.items():
        for slot in range(SLOTS // 4):
            needles[f"slot {slot} of {epoch.hex()[:8]}"] = cover_of(root, slot, slot + 1).nodes[0]
    count = _search([night.unit.home], needles)
    night.owner.http.post(f"/api/v1/units/{night.unit.unit_id}/revoke")
    back = night.stage.start("unit-stolen", ["unit", "run", "--data", str(night.unit.home)])
    try:
        wait_until(lambda: "revoked reason" in back.log.read_text(), "the revoked unit's refusal", 20.0, night.stage)
    finally:
        night.stage.forget(back)
        back.kill()
    seen = [u for u in night.owner.http.get("/api/v1/units")["units"] if UUID(u["id"]) == night.unit.unit_id]
    if seen[0]["state"] != "revoked" or seen[0]["in_contact"]:
        raise Broken(f"the unit's state is {seen[0]['state']}, in contact: {seen[0]['in_contact']}")
    return f"{count} files searched for {len(needles)} keys; it can't come back"


def chain_has_no_gap(night: Night) -> str:
    """Every release is signed by the unit and continues the one before."""
    assert night.arc_view is not None
    releases = [verify_release(clients.unb64(text), night.unit.sign_pk) for text in night.arc_view.answer["releases"]]
    for before, after in pairwise(releases):
        after.check_follows(before)
    return f"{len(releases)} parts, one chain"


def breach_is_told_in_time(night: Night) -> str:
    """Two fields start both clocks; the declarations count; the letter is there in four languages (A9, I10)."""
    technician, officer = night.place.client("technician").http, night.place.client("privacy").http
    made = technician.post("/api/v1/breaches", {"what": "A trial: a list of keyholders was left in a train."})
    _refused(partial(technician.get, f"/api/v1/breaches/{made['id']}"), "a technician reading the register")
    _refused(partial(night.owner.http.get, f"/api/v1/breaches/{made['id']}"), "a customer reading it")
    case = officer.get(f"/api/v1/breaches/{made['id']}")
    hours = {duty["kind"]: (duty["due_ms"] - duty["started_ms"]) / 3_600_000 for duty in case["duties"]}
    if hours != {"customer": 48, "authority": 72}:
        raise Broken(f"the clocks are {hours}")
    touched = {"categories": ["contact", "location"], "nature": ["confidentiality"]}
    case = officer.post(f"/api/v1/breaches/{made['id']}/assess", touched)
    theirs = next(row for row in case["affected"] if row["side"] == "processor")
    duty = next(row for row in case["duties"] if row["kind"] == "customer" and row["dropped_ms"] is None)
    draft = f"/api/v1/breach-duties/{duty['id']}/draft?language="
    drafts = {officer.get(draft + one)["body"] for one in ("nl", "sv", "de", "en")}
    if len(drafts) != 4 or not theirs["people"] or theirs["name"] != WORLD.party("dehaan").name:
        raise Broken(f"{len(drafts)} letters, {theirs['people']} people of {theirs['name']}")
    officer.post(f"/api/v1/breaches/{made['id']}/dismiss", {"reason": "It was a trial of the demo."})
    return f"48 h and 72 h ran; {theirs['people']} people and {theirs['records']} records of {theirs['name']} counted"


def _firm(claim: Callable[[str, Callable[[str], Client], int], str]) -> Callable[[Night], str]:
    """A claim of the shop and the workshop, which have no night and no camera."""

    def told(night: Night) -> str:
        try:
            return claim(night.place.origin, night.place.client, clock.wall_ms())
        except Fails as fell:
            raise Broken(str(fell)) from None

    return told


# --- how ------------------------------------------------------------------------------------------------------------


def _refused(attempt: Callable[[], object], what: str) -> None:
    try:
        attempt()
    except Refused as refused:
        if refused.status in {401, 403, 404, 409, 410, 422}:
            return
        raise Broken(f"{what}: the server failed with {refused}") from None
    raise Broken(f"{what} was not refused")


def _files(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            if path.is_file() and not path.is_symlink() and "install" not in path.parts:
                yield path


def _search(folders: list[Path], needles: dict[str, bytes]) -> int:
    """How many files were searched; as bytes, and as hex. Raises Broken at the first find."""
    count = 0
    prefixes: dict[bytes, list[tuple[str, bytes]]] = {}
    for name, needle in needles.items():
        for form in (needle, needle.hex().encode()):
            prefixes.setdefault(form[:8], []).append((name, form))
    for folder in folders:
        for path in _files(folder):
            count += 1
            data = path.read_bytes()
            for prefix, forms in prefixes.items():
                if prefix in data:
                    for name, form in forms:
                        if form in data:
                            raise Broken(f"{path} holds {name}")
    return count


def _tree(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def _sockets(pid: int) -> Iterator[str]:
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]


def _sockets_of_others() -> set[str]:
    """Of every process that lets us look."""
    found: set[str] = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            found |= set(_sockets(int(process.name)))
    return found


def _listening_inodes() -> dict[str, str]:
    """Inodes of listening TCP sockets; for who is not root, of his own only."""
    found: dict[str, str] = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and os.geteuid() in {0, int(columns[7])}:
                found[columns[9]] = columns[1]
    return found


def sign_leads_to_notice(night: Night) -> str:
    """C7, C25: no sign without a contact; with both it is a PDF, and its address is read by a stranger."""
    site, http = WORLD.site("yard"), night.owner.http
    facts = {"name": site.name, "address": site.address, "tz": site.tz, "country": "NL", "languages": ["nl"]}
    path = f"/api/v1/sites/{site.id}"
    http.raw("PUT", path, facts)
    try:
        http.raw("POST", f"{path}/sign/file?size=a4&languages=nl")
        raise Broken("a sign was made without anybody to ask")
    except Refused as refused:
        if refused.code != "sign_incomplete":
            raise Broken(f"the sign was refused as {refused.code}") from None
    http.raw("PUT", path, {**facts, "contact_email": "privacy@dehaan.example", "contact_phone": "+31 10 000 0103"})
    if not http.raw("POST", f"{path}/sign/file?size=a4&languages=nl").startswith(b"%PDF-"):
        raise Broken("the sign is no PDF")
    address = str(http.get(f"{path}/sign")["address"]).removeprefix(night.place.origin)
    stranger = clients.Http(night.place.origin)
    read = [language for language in ("nl", "sv", "de", "en") if _names_owner(stranger, f"{address}?lang={language}")]
    if len(read) != 4 or len(stranger.jar):
        raise Broken(f"the notice was read in {read}, with {len(stranger.jar)} cookies")
    return "read in four languages, without a cookie"


def _names_owner(stranger: clients.Http, path: str) -> bool:
    return "privacy@dehaan.example" in stranger.raw("GET", path).decode()


_DELETED_MS = 3000


def deletion_is_real(night: Night) -> str:
    """D9: three seconds in the midst of what was recorded, for ever; all other seconds still open."""
    now, tenant = clock.wall_ms(), night.place.keyring.parties["dehaan"].tenant
    before = _begins(night, _opened_by(night, tenant, now))
    start = min(before.values()) + _DELETED_MS
    trust = night.owner.http.get(f"/api/v1/units/{night.unit.unit_id}/trust")
    keyset = Keyset.decode(read_unverified(clients.unb64(trust["keyset"]), Keyset.NAME).body)
    delete = partial(night.owner.delete, night.camera_id, start, start + _DELETED_MS, keyset, night.unit.sign_pk, now)
    _without_alarms(night, delete)
    after = _opened_by(night, tenant, now)
    gone = {place for place, begins in before.items() if start - SLOT_MS < begins < start + _DELETED_MS}
    if not gone or gone & after:
        raise Broken(f"{len(gone & after)} of {len(gone)} seconds are still handed out")
    if before.keys() - gone - after:
        raise Broken(f"{len(before.keys() - gone - after)} other seconds went with them")
    held = night.owner.holdings(night.camera_id, now - 3_600_000, now, night.unit.sign_pk, tenant)
    for epoch, slot in gone:
        try:
            held[epoch].keys.leaf(epoch, slot)
        except (OutOfRange, KeyError):
            continue
        raise Broken("the owner's own key still opens a deleted second")
    return f"{len(gone)} seconds gone with their keys, {len(after)} others open"


def two_people_keep_a_time(night: Night) -> str:
    """An incident of yesterday: one signature keeps nothing, two keep exactly their time, closing lets it go."""
    officer, day = night.place.client("privacy"), clock.wall_ms() - 86_400_000
    span = {"camera_id": night.camera_id, "track": int(Track.SURVEILLANCE), "from_ms": day, "to_ms": day + 60_000}
    sites = night.owner.http.get("/api/v1/incidents")["sites"]
    site = next(one["id"] for one in sites if any(each["id"] == night.camera_id for each in one["cameras"]))
    said = {"site_id": site, "title": "Demonstration", "reason": "To show that it takes two people.", "holds": [span]}
    incident = night.owner.http.post("/api/v1/incidents", said)
    hold = f"/api/v1/holds/{incident['holds'][0]['id']}/sign"
    delete = partial(night.owner.http.post, "/api/v1/recordings/plan", span)
    _refused(partial(night.owner.http.post, hold, {}), "a second signature of the same person")
    delete()
    officer.http.post(hold, {})
    _refused(delete, "deleting what an incident keeps")
    night.owner.http.post("/api/v1/recordings/plan", span | {"from_ms": day + 61_000, "to_ms": day + 120_000})
    night.owner.http.post(f"/api/v1/incidents/{incident['id']}/close", {"outcome": "Shown."})
    delete()
    plan = night.owner.http.get("/api/v1/retention")
    if plan["leftovers"]:
        raise Broken(f"{len(plan['leftovers'])} things are left over")
    days = next(line["days"] for line in plan["lines"] if line["what"] == "track.surveillance")
    return f"kept by two, and only the minute that they named; images go after {days} days, and nothing is left over"


def back_up_revives_nothing(night: Night) -> str:
    """A copy is made, put back aside and questioned: it opens what is there, and nothing that was erased since."""
    folder = night.place.data.parent
    env = {**backup_places(folder), "ZEGEL_ORIGIN": night.place.origin}
    words, key = ["backup", "--data", str(night.place.data)], folder / "administrator.key"
    if not key.exists():
        run([*words, "key", str(key)], env)
    run([*words, "make"], env)
    said = run([*words, "try"], env).splitlines()
    if said[-1] != "passed" or not said[-2].endswith(" 0 opened"):
        raise Broken(said[-2])
    return f"{said[-2]}; {len(said) - 2} questions hold"


def _without_alarms(night: Night, act: Callable[[], object]) -> None:
    """What an open alarm shows stays, so this camera's are recalled first; somebody may walk in meanwhile."""
    until_s = clock.mono_s() + _LATER_S
    while True:
        for alarm in night.owner.http.get("/api/v1/alarms?state=open")["alarms"]:
            if alarm["camera"] and alarm["camera"]["id"] == night.camera_id:
                night.owner.http.post(f"/api/v1/alarms/{alarm['id']}/recall")
        try:
            act()
            return
        except Refused as refused:
            if refused.code != "not_in_open_alarm" or clock.mono_s() > until_s:
                raise


def _opened_by(night: Night, tenant: OpeningKey, now: int) -> set[tuple[bytes, int]]:
    """Every second that the owner opens: its epoch and slot."""
    view = night.owner.view_as_owner(night.camera_id, now - 3_600_000, now, night.unit.sign_pk, tenant)
    return {(one.header.epoch, one.header.slot) for one in night.owner.fetch(view)}


def _begins(night: Night, places: set[tuple[bytes, int]]) -> dict[tuple[bytes, int], int]:
    """When each of these seconds begins, by the epochs that the unit signed."""
    epochs = night.epochs()
    return {(epoch, slot): epochs[epoch].slot_ms(slot) for epoch, slot in places}


def stranger_gets_nothing_yet(night: Night) -> str:
    """Journey 21: a letter is taken in; nobody searches or answers while it is not sure who wrote it, and the alarm
    centre does not even see it."""
    office, owner = night.place.client("privacy").http, night.place.client("owner").http
    letter = {
        "about": "records", "rights": ["access"], "channel": "letter", "language": "nl", "name": "Yusuf Demir",
        "postal": "Molenweg 3, Delft", "owner_id": str(WORLD.party("dehaan").id),
    }  # fmt: skip
    case = office.post("/api/v1/requests", letter)
    where = f"/api/v1/requests/{case['id']}"
    if office.get(f"{where}/found")["lines"]:
        raise Broken("it was searched before it was sure who asks")
    _refused(lambda: office.post(f"{where}/prepare", {"outcome": "fulfilled"}), "an answer to somebody unknown")
    numbered = {"how": "document_seen", "seen": "passport 1234567"}
    _refused(lambda: office.post(f"{where}/establish", numbered), "a document's number")
    _refused(lambda: night.operator.http.get(where), "the alarm centre's look at a request")
    _refused(lambda: owner.post(f"{where}/give", {}), "an answer that nobody prepared")
    office.post(f"{where}/withdraw", {"words": "The demonstration is over."})
    return f"request {case['number']}, due in a month; four ways to more were refused"


def data_stays_where_it_was_promised(night: Night) -> str:
    """C1, A11: a sub-processor outside a customer's rule is refused, and so is a longer term than was promised."""
    office = night.place.client("privacy").http
    abroad = {"name": "Cloud", "country": "US", "task": "keeps copies", "mechanism": "adequacy", "reference": "DPF"}
    _refused(lambda: office.post("/api/v1/subprocessors", abroad), "a sub-processor outside the customer's rule")
    owner = night.place.client("owner").http
    longer = {"days": 15, "justification": "we would rather keep everything for longer"}
    _refused(lambda: owner.raw("PUT", "/api/v1/terms/surveillance_images", longer), "a longer term than was promised")
    registers = office.get("/api/v1/registers")["registers"]
    places = office.get("/api/v1/places")
    countries = {row["country"] for row in (*places["places"], *places["subprocessors"])}
    if not registers or countries != {"NL"} or places["faults"]:
        raise Broken(f"{len(registers)} registers, data in {countries}, faults: {places['faults']}")
    return f"{len(registers)} registers; all in NL; abroad and 15 days refused"


CLAIMS: tuple[tuple[str, Callable[[Night], str]], ...] = (
    ("the alarm rings within a second", rings_at_once),
    (f"the pictures begin {PRE_ALARM_S} s before the alarm", before_the_alarm),
    ("the unit's releases are one signed chain", chain_has_no_gap),
    ("the recall ends it within two seconds", recall_ends_it),
    ("the owner opens his own recordings", owner_opens_his_own),
    ("who asks for pictures of himself, and the public, get none of others", others_do_not_leave),
    ("the owner sees every release and every view", owner_sees_who_looked),
    ("each look has a receipt that verifies offline", receipts_verify_offline),
    ("the pages' code is the one that the log names", viewer_is_the_one_in_the_log),
    ("an outsider verifies the whole log", log_verifies),
    ("a witness that the provider does not run cosigns the log", witness_cosigns),
    ("the promises about this night hold when they are tried, and anybody reads it", promises_hold),
    ("nobody else sees anything", others_see_nothing),
    ("what the owner masked is black in every picture that the alarm centre was given", mask_is_black),
    ("overview pictures are the owner's alone and show no face", overview_shows_no_face),
    ("a technician sees nothing without the owner's consent, and nothing after it", technician_needs_consent),
    ("live is the owner's alone", live_is_the_owners),
    ("the alarm centre's keys open the released seconds and not one more", nothing_outside),
    ("the server holds no key that opens anything", server_holds_no_key),
    ("a panel's encrypted signal is stored, acknowledged and rings", panel_rings),
    ("an encrypted panel that suddenly speaks readably is not believed", readable_panel_is_refused),
    ("no alarm waits for the end of anybody's quiet hours", quiet_hours_hold_no_alarm),
    ("in a storm fire and hold-up come first, and nothing is lost", hold_up_comes_first),
    ("a picture that came by mail is sealed on arrival", mailed_picture_is_sealed),
    ("a sign says who is responsible, and its code leads anybody to the whole notice", sign_leads_to_notice),
    ("data stays where it was promised, for as long as it was promised", data_stays_where_it_was_promised),
    ("what its owner deletes is gone with its keys, and nothing else is", deletion_is_real),
    ("a breach starts its clocks, is counted by the declarations, its letters are written", breach_is_told_in_time),
    ("whoever asks for his rights gets nothing before it is sure who he is", stranger_gets_nothing_yet),
    ("what an incident keeps takes two people, and nobody deletes it meanwhile", two_people_keep_a_time),
    ("a back-up put back opens nothing that was erased since", back_up_revives_nothing),
    ("the unit opens no port", unit_listens_on_nothing),
    ("a foreman works until the hour he says, within what the owner signed", foreman_works_until),
    ("disarmed by its owner's signed command it records nothing", disarmed_records_nothing),
    *((words, _firm(claim)) for words, claim in FIRM_CLAIMS),
    (f"a stolen unit opens nothing of the past, and {WORLD.party('dehaan').name} shuts it out",
     stolen_unit_opens_nothing),
)
