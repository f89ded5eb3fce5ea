# SPDX-License-Identifier: EUPL-1.2
"""The messages of the link, in the order in which they are met. Limits are part of the types and are enforced by
decoding.

Handshake: server `Challenge` → unit `Hello` → server `Welcome`, or `Unclaimed` for a unit that nobody paired yet.
Then the unit sends `Up` (one item each, `n` rising, kept over restarts for what is spooled) and `NeedProof`; the
server answers each item with `Ack` (durable) or `Refused` (for good), and sends `Deliver`, `EndWindow`, `Proof`,
`Revoked`, and what a person asks for: `Control`, `StartLive`, `StopLive`, `TakePicture` and `FetchLocal`, each answered
by `Controlled`. While somebody looks live the unit sends `LiveSegments`, which nobody keeps. Resending anything else is
harmless.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

LINK_VERSION = 1
PATH = "/unit-link"
PING_S = 10

MAX_FRAME = 8 << 20
MAX_SEGMENTS_BYTES = 4 << 20
MAX_SEGMENTS = 64
MAX_ENVELOPE = 1 << 20
MAX_SIGNAL = 16 << 10
MAX_PRESETS = 64
MAX_LIVE_SEGMENTS = 16
MAX_LIVE_S = 3600
"""The longest that one `StartLive` may last; the policy may say less, and who still looks asks again."""
MAX_FETCH_S = 3600
"""The longest stretch of local recordings that one `FetchLocal` may ask for."""
FULL_SPEED = 1000
"""Pan, tilt and zoom of a `Control` at full speed; negative is left, down and wide."""

Id: TypeAlias = Annotated[bytes, Meta(min_length=16, max_length=16)]
Hash: TypeAlias = Annotated[bytes, Meta(min_length=32, max_length=32)]
Nonce: TypeAlias = Annotated[bytes, Meta(min_length=32, max_length=32)]
PublicKey: TypeAlias = Annotated[bytes, Meta(min_length=32, max_length=32)]
Signature: TypeAlias = Annotated[bytes, Meta(min_length=64, max_length=64)]
Uint: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Small: TypeAlias = Annotated[int, Meta(ge=0, le=2**31 - 1)]
EnvelopeBytes: TypeAlias = Annotated[bytes, Meta(min_length=1, max_length=MAX_ENVELOPE)]
SegmentBytes: TypeAlias = Annotated[bytes, Meta(min_length=67, max_length=MAX_SEGMENTS_BYTES)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
Word: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Text: TypeAlias = Annotated[str, Meta(max_length=500)]
NoteText: TypeAlias = Annotated[str, Meta(max_length=64 << 10)]
Speed: TypeAlias = Annotated[int, Meta(ge=-FULL_SPEED, le=FULL_SPEED)]
PresetName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
Short: TypeAlias = Annotated[str, Meta(max_length=64)]
Detail: TypeAlias = Annotated[dict[Word, Annotated[str, Meta(max_length=200)] | int], Meta(max_length=16)]


class Message(Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """What a frame holds."""


class Item(Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """What an `Up` carries: something that must become durable at the server."""


# --- handshake ---------------------------------------------------------------------------------------------------


class Challenge(Message, frozen=True, tag="challenge"):
    """Server, first: a nonce to sign, and who it says it is."""

    nonce: Nonce
    server_name: Name
    link_version: Uint = LINK_VERSION


class Hello(Message, frozen=True, tag="hello"):
    """Unit: who it is, proven by its signature (`zegel.seal.linkauth`) over both nonces and the server's name.

    `cameras`: (id, name) of each, for the owner to recognise when pairing; the policy decides which count.
    """

    unit_id: Id
    sign_pk: PublicKey
    nonce: Nonce
    software: Annotated[str, Meta(min_length=1, max_length=64)]
    signature: Signature
    pairing_id: Id | None = None
    cameras: Annotated[list[tuple[Id, Name]], Meta(max_length=64)] = []


class Welcome(Message, frozen=True, tag="welcome"):
    """Server: log-signed time for the first half of the unit's nonce, the newest checkpoint, whether it knows it."""

    time: EnvelopeBytes
    checkpoint: NoteText
    known: bool


class Unclaimed(Message, frozen=True, tag="unclaimed"):
    """Server: nobody has paired this unit yet. It waits; only who knows its fingerprint finds it."""

    retry_after_s: Annotated[int, Meta(ge=1, le=86_400)] = 60


# --- items, unit → server -----------------------------------------------------------------------------------------


class EpochItem(Item, frozen=True, tag="epoch"):
    """Acknowledged before any segment of the epoch is accepted."""

    envelope: EnvelopeBytes


class SegmentsItem(Item, frozen=True, tag="segments"):
    """The segments of one completed slot, in order."""

    camera: Id
    track: Annotated[int, Meta(ge=1, le=4)]
    epoch: Id
    segments: Annotated[list[SegmentBytes], Meta(min_length=1, max_length=MAX_SEGMENTS)]


class ManifestItem(Item, frozen=True, tag="manifest"):
    envelope: EnvelopeBytes


class AlarmItem(Item, frozen=True, tag="alarm"):
    """Jumps the queue; acknowledged before its releases."""

    envelope: EnvelopeBytes


class ReleaseItem(Item, frozen=True, tag="release"):
    """Jumps the queue."""

    envelope: EnvelopeBytes


class StatusItem(Item, frozen=True, tag="status"):
    """Jumps the queue."""

    envelope: EnvelopeBytes


class PairedItem(Item, frozen=True, tag="paired"):
    envelope: EnvelopeBytes


class TechnicalKind(Enum):
    """What can be the matter with a unit that is no alarm."""

    CAMERA_LOST = "camera_lost"
    CAMERA_BACK = "camera_back"
    CAMERA_GARBAGE = "camera_garbage"
    RESOLUTION_CHANGED = "resolution_changed"
    TIME_JUMP = "time_jump"
    VIEW_LOST = "view_lost"
    VIEW_BACK = "view_back"
    SPOOL_FULL = "spool_full"
    CLOCK_DISAGREES = "clock_disagrees"
    CAP_REACHED = "cap_reached"
    INPUT_LOST = "input_lost"
    INPUT_BACK = "input_back"
    STORAGE_LOST = "storage_lost"
    STORAGE_BACK = "storage_back"
    REFUSED_OBJECT = "refused_object"
    PROOF_MISSING = "proof_missing"


class TechnicalItem(Item, frozen=True, tag="technical"):
    """A technical event; not signed, so it proves nothing and moves nobody but the technician."""

    id: Id
    kind: TechnicalKind
    camera: Id | None
    ms: Uint
    code: Word
    detail: Detail = {}


class SignalSource(Enum):
    """Through what a signal came to the unit."""

    PANEL = "panel"
    ONVIF = "onvif"
    MQTT = "mqtt"


class Told(Struct, frozen=True, forbid_unknown_fields=True):
    """What a signal says, as the unit read it (`zegel.protocols.events.Event`). "" means that nothing was said."""

    protocol: Word
    code: Short
    qualifier: Short = ""
    phase: Word = "unknown"
    signal_class: Word = "unknown"
    priority: Annotated[int, Meta(ge=1, le=9)] = 9
    name: Annotated[str, Meta(max_length=200)] = ""
    zone: Short = ""
    area: Short = ""
    user: Short = ""
    text: Text = ""
    occurred_ms: Uint | None = None
    known: bool = False
    duress: bool = False


class SignalItem(Item, frozen=True, tag="signal"):
    """What something on site said that is no alarm of the unit's own: openings, troubles, restores, unknown accounts.

    `raw` is what came in, byte by byte: what an encrypted panel said stays encrypted in it, because its key never
    leaves the unit; `told` says what it meant. Not signed, so it opens nothing. `id` stays the same when it is resent.
    """

    id: Id
    ms: Uint
    source: SignalSource
    transport: Word
    peer: Short
    account: Short
    told: Told
    raw: Annotated[bytes, Meta(max_length=MAX_SIGNAL)] = b""
    camera: Id | None = None
    sequence: Annotated[int, Meta(ge=0, le=9999)] | None = None
    encrypted: bool = False


class CameraFacts(Struct, frozen=True, forbid_unknown_fields=True):
    """What a camera can do (words: stills, video, live, ptz, audio, pre_alarm, inputs) and its presets' names."""

    camera: Id
    capabilities: Annotated[list[Word], Meta(max_length=16)] = []
    presets: Annotated[list[PresetName], Meta(max_length=MAX_PRESETS)] = []


class FactsItem(Item, frozen=True, tag="facts"):
    """What the unit found out about its cameras; not signed: it decides what is offered, never what is allowed."""

    cameras: Annotated[list[CameraFacts], Meta(max_length=64)]


class UnitFigures(Struct, frozen=True, forbid_unknown_fields=True):
    """A unit's condition. What it has no sensor for is None, never a guess. `clock_offset_ms`: how far its clock is
    from the best other source; `uplink`: the sort of network it came over (wired, wifi, mobile)."""

    battery_mv: Small | None = None
    signal_dbm: Annotated[int, Meta(ge=-200, le=50)] | None = None
    temperature_c10: Annotated[int, Meta(ge=-1000, le=2000)] | None = None
    storage_free_mb: Small | None = None
    spool_mb: Small | None = None
    clock_offset_ms: Uint | None = None
    uplink: Word | None = None
    data_month_mb: Small | None = None


class CameraFigures(Struct, frozen=True, forbid_unknown_fields=True):
    """The health of a camera's stream over the last minute. `gaps`: how often nothing came for two seconds or more;
    `keyframe_ms`: the longest way from one key frame to the next; `state` as in the signed status."""

    camera: Id
    fps10: Small | None = None
    kbps: Small | None = None
    gaps: Small | None = None
    keyframe_ms: Uint | None = None
    state: Word | None = None


class TelemetryItem(Item, frozen=True, tag="telemetry"):
    """The condition of a unit and its cameras, each minute: for maintenance, quality and security. Never a picture.

    Not signed: it moves nobody but the technician. One a minute counts; while room runs out it is the first to go.
    """

    ms: Uint
    unit: UnitFigures
    cameras: Annotated[list[CameraFigures], Meta(max_length=64)] = []


AnyItem: TypeAlias = (
    EpochItem
    | SegmentsItem
    | ManifestItem
    | AlarmItem
    | ReleaseItem
    | StatusItem
    | PairedItem
    | TechnicalItem
    | SignalItem
    | FactsItem
    | TelemetryItem
)


class Up(Message, frozen=True, tag="up"):
    """One item. `n` is the unit's own number for it: unique and rising."""

    n: Uint
    item: AnyItem


class NeedProof(Message, frozen=True, tag="need_proof"):
    """Unit: show me that this release is in the ledger."""

    release_hash: Hash


class Controlled(Message, frozen=True, tag="controlled"):
    """Unit: what became of what a person asked for. `code` is "done", or why not.

    `epoch`: the live epoch that a `StartLive` looks at, or the picture's; `slot`: the picture's second of it. How many
    slots a `FetchLocal` found is `count`: they follow as ordinary items.
    """

    id: Id
    ok: bool
    code: Word
    epoch: Id | None = None
    slot: Annotated[int, Meta(ge=0, le=4095)] | None = None
    count: Uint | None = None


class LiveSegments(Message, frozen=True, tag="live"):
    """Unit: what a camera sees now, at most 250 ms a segment. Relayed to who looks and kept by nobody: not durable,
    not acknowledged, left out when the link is behind (the next one with random access heals that)."""

    camera: Id
    epoch: Id
    segments: Annotated[list[SegmentBytes], Meta(min_length=1, max_length=MAX_LIVE_SEGMENTS)]


# --- server → unit ------------------------------------------------------------------------------------------------


class Ack(Message, frozen=True, tag="ack"):
    """These items are durable: the unit may forget them."""

    ns: Annotated[list[Uint], Meta(min_length=1, max_length=1000)]


class Refused(Message, frozen=True, tag="refused"):
    """This item will never be accepted: the unit drops it and reports it."""

    n: Uint
    code: Word
    text: Text


class DeliverKind(Enum):
    PAIRING = "pairing"
    KEYSET = "keyset"
    POLICY = "policy"
    COMMAND = "command"
    ARCKEY = "arckey"


class Deliver(Message, frozen=True, tag="deliver"):
    """An object for the unit. For `pairing` the envelope field holds the bare body and `extra` its MAC."""

    kind: DeliverKind
    envelope: EnvelopeBytes
    extra: Annotated[bytes, Meta(max_length=64)] | None = None


class EndWindow(Message, frozen=True, tag="end_window"):
    """Stop releasing for this alarm (recall, close). The server can end a window, never open one."""

    alarm_id: Id
    reason: Word


class Proof(Message, frozen=True, tag="proof"):
    """The receipt that `NeedProof` asked for."""

    release_hash: Hash
    tlog_proof: NoteText


class ControlAction(Enum):
    MOVE = "move"
    STOP = "stop"
    PRESET = "preset"
    HOME = "home"


class Control(Message, frozen=True, tag="control"):
    """Turn a camera. Obeyed only while this alarm's window is open at the unit, or, without an alarm, while the owner
    looks live at that camera; always within the limits of the policy.

    A move goes on for `unit.control.RENEW_S` after the last `Control` of it, and never beyond the window or the look.
    """

    id: Id
    alarm_id: Id | None
    camera: Id
    action: ControlAction
    pan: Speed = 0
    tilt: Speed = 0
    zoom: Speed = 0
    preset: PresetName | None = None


class LiveWhy(Enum):
    """For whom a camera is looked at live."""

    OWNER = "owner"
    MAINTENANCE = "maintenance"


class StartLive(Message, frozen=True, tag="start_live"):
    """Send `LiveSegments` of this camera until then. Sent again it only moves the end; `maintenance` begins a new live
    epoch, because a technician's grant covers an epoch's first slots. The unit's signed policy decides (pairing, hours
    in which live is off, its own longest time); it ends by itself when the link is lost.

    Answered when it begins: `done` (with `epoch`), and once more, not ok, when it ends or if it never begins:
    `stopped`, `over`, `blocked`, `not_paired`, `unknown_camera`, `too_many`. `id` is the look's: it never begins again.
    """

    id: Id
    camera: Id
    why: LiveWhy
    until_ms: Uint


class StopLive(Message, frozen=True, tag="stop_live"):
    """Nobody looks any more: ends the look of that `id`, which has no other answer than the look's own end."""

    id: Id
    camera: Id
    why: LiveWhy


class TakePicture(Message, frozen=True, tag="take_picture"):
    """One sealed picture now, on the picture track (a `SegmentsItem`, durable). The answer names its epoch and slot.

    Answers: `done`, `not_paired`, `unknown_camera`, `no_picture`, `rate`.
    """

    id: Id
    camera: Id


class FetchLocal(Message, frozen=True, tag="fetch_local"):
    """Send what lies on the unit's own storage of this time, half-open, as ordinary items; at most MAX_FETCH_S.

    Answers: `done` (with `count`), `not_paired`, `unknown_camera`, `no_storage`, `too_long`, `busy`.
    """

    id: Id
    camera: Id
    from_ms: Uint
    to_ms: Uint


class CentralAlarm(Message, frozen=True, tag="central_alarm"):
    """A panel that reports to the server raised an alarm (seal.md, "Central alarm").

    `word`: the panel's or an owner's signed word for it (`zegel.seal.central`); `proof`: its receipt in the ledger,
    with the cosignatures of the keyset's witnesses. The unit judges all of it; what it refuses it reports.
    """

    alarm_id: Id
    panel: Id
    word: EnvelopeBytes
    proof: NoteText


class Revoked(Message, frozen=True, tag="revoked"):
    """The server no longer serves this unit's pairing. It keeps guarding by its pinned policy and stops connecting."""

    reason: Text


FromUnit: TypeAlias = Hello | Up | NeedProof | Controlled | LiveSegments
FromServer: TypeAlias = (
    Challenge
    | Welcome
    | Unclaimed
    | Ack
    | Refused
    | Deliver
    | EndWindow
    | Proof
    | Control
    | StartLive
    | StopLive
    | TakePicture
    | FetchLocal
    | CentralAlarm
    | Revoked
)
Asked: TypeAlias = Control | StartLive | StopLive | TakePicture | FetchLocal
"""What a person asks of a unit; each is answered by one `Controlled` of the same id."""

URGENT = (AlarmItem, ReleaseItem, StatusItem, PairedItem, SignalItem)
"""Items that go before the spooled backlog."""


def segments_size(segments: list[bytes]) -> int:
    """Bytes of a slot's segments: at most MAX_SEGMENTS_BYTES fit a message."""
    return sum(map(len, segments))
