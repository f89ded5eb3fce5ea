# SPDX-License-Identifier: EUPL-1.2
"""Bodies that are canonical and would be well signed, with one field that no reader may accept."""

from __future__ import annotations

from typing import Any

from tests.unit.seal.examples import DAY, NOW, ORIGIN, World

from zegel.seal import encoding
from zegel.seal.allowances import (
    Action,
    Budget,
    Geometry,
    LiveRules,
    OverBudget,
    OverviewRules,
    Part,
    Storage,
    StorageMode,
)
from zegel.seal.fields import Body
from zegel.seal.keyset import NamedKey, Signer
from zegel.seal.manifest import Entry, TreeHead
from zegel.seal.policy import (
    CameraRules,
    Caps,
    CentralAlarms,
    ExceptionDay,
    Hours,
    Interval,
    LocalAccount,
    LocalZone,
    PanTilt,
    Point,
    Polygon,
    Weekly,
    Window,
    Zone,
)
from zegel.seal.status import CameraState, CameraStatus, State
from zegel.seal.suite import Suite
from zegel.seal.tree import SLOTS

WORLD = World()
HYBRID = World(Suite.HYBRID)
SQUARE = Polygon((Point(0, 0), Point(1, 0), Point(1, 1)))
GEOMETRY = Geometry(600, 350, 9000, 2500)
FIELD_CASES: list[tuple[Any, dict[str, Any]]] = [
    (WORLD.make_keyset, {"number": 0}),
    (WORLD.make_keyset, {"number": 2}),
    (WORLD.make_keyset, {"previous": bytes(32)}),
    (WORLD.make_keyset, {"number": 2, "previous": bytes(31)}),
    (WORLD.make_keyset, {"expires_ms": NOW}),
    (WORLD.make_keyset, {"owners": ()}),
    (WORLD.make_keyset, {"owners": WORLD.keyset.owners[::-1]}),
    (WORLD.make_keyset, {"owners": (WORLD.keyset.owners[0],) * 2}),
    (WORLD.make_keyset, {"owners": tuple(Signer(id, WORLD.owner.public_key) for id in (bytes(16), b"\1" * 16))}),
    (WORLD.make_keyset, {"owners": (Signer(bytes(16), bytes(32)),)}),
    (WORLD.make_keyset, {"tenant_open_pk": bytes(31)}),
    (WORLD.make_keyset, {"tenant_open_pk": HYBRID.tenant.public_key}),
    (WORLD.make_keyset, {"log": NamedKey(ORIGIN, str(WORLD.witness.verifier))}),
    (WORLD.make_keyset, {"log": NamedKey("other.example", str(WORLD.log.verifier))}),
    (WORLD.make_keyset, {"log": NamedKey(ORIGIN, "nonsense")}),
    (WORLD.make_keyset, {"witnesses": (NamedKey(ORIGIN, str(WORLD.log.verifier)),)}),
    (WORLD.make_keyset, {"witnesses": WORLD.keyset.witnesses * 2}),
    (WORLD.make_policy, {"counter": 0}),
    (WORLD.make_policy, {"expires_ms": NOW}),
    (WORLD.make_policy, {"alarm_classes": ("person",)}),
    (WORLD.make_policy, {"release_classes": ("vehicle", "person")}),
    (WORLD.make_policy, {"alarm_classes": ("Person", "person", "vehicle")}),
    (WORLD.make_policy, {"window": Window(61, 60, WORLD.policy.window.live_end, 60)}),
    (WORLD.make_policy, {"window": Window(10, 3601, WORLD.policy.window.live_end, 60)}),
    (WORLD.make_policy, {"window": Window(10, 60, WORLD.policy.window.live_end, 0)}),
    (WORLD.make_policy, {"caps": Caps(-1, 0)}),
    (WORLD.make_policy, {"cameras": (CameraRules(WORLD.camera), CameraRules(WORLD.camera))}),
    (WORLD.make_policy, {"cameras": (CameraRules(WORLD.camera, (Zone("", SQUARE, ()),)),)}),
    (WORLD.make_policy, {"cameras": (CameraRules(WORLD.camera, (Zone("a\nb", SQUARE, ()),)),)}),
    (WORLD.make_policy, {"cameras": (CameraRules(WORLD.camera, (), (Polygon(SQUARE.corners[:2]),)),)}),
    (WORLD.make_policy, {"cameras": (CameraRules(WORLD.camera, (), (Polygon((Point(0, 10_001), *SQUARE.corners)),)),)}),
    (WORLD.make_policy, {"cameras": (CameraRules(WORLD.camera, (), (), PanTilt(5, 4, 0, 0)),)}),
    (WORLD.make_policy, {"hours": Hours("Mars/Olympus")}),
    (WORLD.make_policy, {"hours": Hours("../etc/passwd")}),
    (WORLD.make_policy, {"hours": Hours("UTC", (Weekly(7, Interval(0, 1)),))}),
    (WORLD.make_policy, {"hours": Hours("UTC", (Weekly(0, Interval(0, 1441)),))}),
    (WORLD.make_policy, {"hours": Hours("UTC", (Weekly(0, Interval(9, 9)),))}),
    (WORLD.make_policy, {"hours": Hours("UTC", (Weekly(0, Interval(0, 10)), Weekly(0, Interval(9, 20))))}),
    (WORLD.make_policy, {"hours": Hours("UTC", (Weekly(1, Interval(0, 10)), Weekly(0, Interval(9, 20))))}),
    (WORLD.make_policy, {"hours": Hours("UTC", (), (ExceptionDay("2026-02-29", ()),))}),
    (WORLD.make_policy, {"hours": Hours("UTC", (), (ExceptionDay("2026-2-280", ()),))}),
    (WORLD.make_policy, {"hours": Hours("UTC", (), (ExceptionDay("9999-12-31", ()),))}),
    (WORLD.make_policy, {"hours": Hours("UTC", (), (ExceptionDay("2026-W01-1", ()),))}),
    (WORLD.make_policy, {"hours": Hours("UTC", (), (ExceptionDay("2026-02-02", ()), ExceptionDay("2026-02-01", ())))}),
    (WORLD.make_policy, {"commanders": (Signer(WORLD.person, WORLD.owner.public_key),) * 2}),
    (WORLD.make_policy, {"local": ()}),
    (WORLD.make_policy, {"local": (LocalAccount("1234ab"),)}),
    (WORLD.make_policy, {"local": (LocalAccount("12"),)}),
    (WORLD.make_policy, {"local": (LocalAccount("0123456789ABCDEF0"),)}),
    (WORLD.make_policy, {"local": (LocalAccount("ABCD\n"),)}),
    (WORLD.make_policy, {"local": (LocalAccount("onvif"), LocalAccount("1234AB"))}),
    (WORLD.make_policy, {"local": (LocalAccount("onvif"),) * 2}),
    (WORLD.make_policy, {"local": (LocalAccount("onvif", (LocalZone("", "burglary"),)),)}),
    (WORLD.make_policy, {"local": (LocalAccount("onvif", (LocalZone("x" * 65, "burglary"),)),)}),
    (WORLD.make_policy, {"local": (LocalAccount("onvif", (LocalZone("1", "Burglary"),)),)}),
    (WORLD.make_policy, {"local": (LocalAccount("onvif", (LocalZone("1", "fire", (WORLD.camera,) * 2),)),)}),
    (WORLD.make_policy, {"local": (LocalAccount("onvif", (LocalZone("1", "fire", (bytes(15),)),)),)}),
    (WORLD.make_policy, {"local": (LocalAccount("onvif", (LocalZone("2", "fire"), LocalZone("1", "fire"))),)}),
    (WORLD.make_policy, {"central": CentralAlarms((), 0)}),
    (WORLD.make_policy, {"central": CentralAlarms((), 101)}),
    (WORLD.make_policy, {"central": CentralAlarms((Signer(bytes(16), bytes(32)),), 1)}),
    (WORLD.make_policy, {"central": CentralAlarms((Signer(WORLD.person, WORLD.owner.public_key),) * 2, 1)}),
    (WORLD.make_policy, {"parts": (Part("Night"),)}),
    (WORLD.make_policy, {"parts": (Part("", (WORLD.camera,)),)}),
    (WORLD.make_policy, {"parts": (Part("x" * 33, (WORLD.camera,)),)}),
    (WORLD.make_policy, {"parts": (Part("Night", (WORLD.camera,) * 2),)}),
    (WORLD.make_policy, {"parts": (Part("Night", (bytes(15),)),)}),
    (WORLD.make_policy, {"parts": (Part("Night", (), ("1234ab",)),)}),
    (WORLD.make_policy, {"parts": (Part("Night", (), ("onvif", "1234AB")),)}),
    (WORLD.make_policy, {"parts": (Part("Night", (WORLD.camera,)),) * 2}),
    (WORLD.make_policy, {"parts": (Part("b", (WORLD.camera,)), Part("a", (WORLD.camera,)))}),
    (WORLD.make_policy, {"parts": tuple(Part(f"p{n:02}", (WORLD.camera,)) for n in range(17))}),
    *[
        (WORLD.make_policy, {"delegates": (WORLD.make_delegate(**change),)})
        for change in (
            {"id": bytes(15)}, {"id": WORLD.person}, {"sign_pk": bytes(32)}, {"sign_pk": WORLD.owner.public_key},
            {"name": ""}, {"name": "x" * 65}, {"actions": ()}, {"actions": (Action.DISARM, Action.ARM)},
            {"actions": (Action.ARM,) * 2}, {"expires_ms": NOW - DAY}, {"max_s": 59}, {"max_s": 31 * 86_400 + 1},
            {"weekly": (Weekly(0, Interval(9, 9)),)}, {"weekly": (Weekly(7, Interval(0, 9)),)},
            {"weekly": (Weekly(0, Interval(0, 10)), Weekly(0, Interval(9, 20)))},
            {"weekly": (Weekly(1, Interval(0, 10)), Weekly(0, Interval(9, 20)))},
        )
    ],
    (WORLD.make_policy, {"delegates": (WORLD.make_delegate(),) * 2}),
    (WORLD.make_policy, {"delegates": tuple(WORLD.make_delegate(id=id) for id in (bytes(16), b"\1" * 16))}),
    (WORLD.make_policy, {"overview": (OverviewRules(WORLD.camera, 59, GEOMETRY),)}),
    (WORLD.make_policy, {"overview": (OverviewRules(WORLD.camera, 86_401, GEOMETRY),)}),
    (WORLD.make_policy, {"overview": (OverviewRules(WORLD.camera, 60, Geometry(0, 1, 100, 0)),)}),
    (WORLD.make_policy, {"overview": (OverviewRules(WORLD.camera, 60, Geometry(10, 0, 100, 0)),)}),
    (WORLD.make_policy, {"overview": (OverviewRules(WORLD.camera, 60, Geometry(10, 1, 99, 0)),)}),
    (WORLD.make_policy, {"overview": (OverviewRules(WORLD.camera, 60, Geometry(10, 1, 100, 9_001)),)}),
    (WORLD.make_policy, {"overview": (OverviewRules(WORLD.camera, 60, GEOMETRY),) * 2}),
    (WORLD.make_policy, {"live": LiveRules((), 29)}),
    (WORLD.make_policy, {"live": LiveRules((), 3601)}),
    (WORLD.make_policy, {"live": LiveRules((), 600, "x" * 501)}),
    (WORLD.make_policy, {"live": LiveRules((), 600, "a\nb")}),
    (WORLD.make_policy, {"live": LiveRules((Weekly(0, Interval(9, 9)),), 600)}),
    (WORLD.make_policy, {"budget": Budget(0, OverBudget.STOP)}),
    (WORLD.make_policy, {"budget": Budget(10_000_001, OverBudget.STOP)}),
    (WORLD.make_policy, {"storage": Storage(0, StorageMode.COPY)}),
    (WORLD.make_policy, {"storage": Storage(61, StorageMode.COPY)}),
    (WORLD.make_central, {"panel": bytes(15)}),
    (WORLD.make_central, {"class_name": "Person"}),
    (WORLD.make_central, {"zone": "x" * 65}),
    (WORLD.make_central, {"zone": "a\nb"}),
    (WORLD.make_central, {"cameras": ()}),
    (WORLD.make_central, {"cameras": (WORLD.camera,) * 2}),
    (WORLD.make_central, {"cameras": tuple(bytes([n]) * 16 for n in range(9))}),
    (WORLD.make_command, {"counter": 0}),
    (WORLD.make_command, {"part": "Night"}),
    (WORLD.make_command, {"action": Action.PART}),
    (WORLD.make_command, {"action": Action.PART, "part": ""}),
    (WORLD.make_command, {"action": Action.PART, "part": "x" * 33}),
    (WORLD.make_command, {"until_ms": NOW}),
    (WORLD.make_alarm, {"number": 2}),
    (WORLD.make_alarm, {"previous": bytes(32)}),
    (WORLD.make_alarm, {"score": 1001}),
    (WORLD.make_alarm, {"raised_ms": NOW}),
    (WORLD.make_alarm, {"slot": None}),
    (WORLD.make_alarm, {"slot": SLOTS}),
    (WORLD.make_alarm, {"images": "none"}),
    (WORLD.make_alarm, {"images": "none:Because"}),
    (WORLD.make_alarm, {"policy_hash": None}),
    (WORLD.make_alarm, {"camera": None}),
    (WORLD.make_alarm, {"class_name": "a person"}),
    (WORLD.make_manifest, {"slot_count": 0}),
    (WORLD.make_manifest, {"slot_count": 61}),
    (WORLD.make_manifest, {"first_slot": 4090, "slot_count": 7}),
    (WORLD.make_manifest, {"entries": (Entry(60, 0, bytes(32)),)}),
    (WORLD.make_manifest, {"entries": (Entry(3, 1, bytes(32)), Entry(3, 1, bytes(32)))}),
    (WORLD.make_manifest, {"entries": (Entry(3, 1, bytes(32)), Entry(2, 2, bytes(32)))}),
    (WORLD.make_manifest, {"entries": (Entry(3, 1, bytes(31)),)}),
    (WORLD.make_manifest, {"checkpoint": TreeHead(-1, bytes(32))}),
    (WORLD.make_arckey, {"number": 0}),
    (WORLD.make_arckey, {"expires_ms": NOW}),
    (WORLD.make_arckey, {"open_pk": HYBRID.arc_open.public_key}),
    (WORLD.make_status, {"state": State.UNPAIRED}),
    (WORLD.make_status, {"pairing": None}),
    (WORLD.make_status, {"software": ""}),
    (WORLD.make_status, {"part": "Night"}),
    (WORLD.make_status, {"state": State.ARMED, "part": ""}),
    (WORLD.make_status, {"commanded_by": bytes(15)}),
    (WORLD.make_status, {"state": State.ARMED}),
    (WORLD.make_status, {"guards_from_ms": 0}),
    (WORLD.make_status, {"cameras": (CameraStatus(WORLD.camera, CameraState.OK),) * 2}),
]  # fmt: skip


def wrong_bodies() -> list[tuple[str, str, bytes]]:
    """(object, what is wrong, encoded body), as a forger who does not check what he writes would make them."""
    made = []
    for make, change in FIELD_CASES:
        body: Body = make(**change)
        made.append((body.NAME, ", ".join(change), encode_unchecked(body)))
    return [item for item in made if item[2]]


def encode_unchecked(body: Body) -> bytes:
    """The body's encoding whatever it says; nothing where even the encoding refuses."""
    try:
        return encoding.encode((1, *body.values()))
    except ValueError:
        return b""
