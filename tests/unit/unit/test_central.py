# SPDX-License-Identifier: EUPL-1.2
"""Alarms of panels that report to the server: what a unit asks before one of them shows a single second, and what it
shows then. Every field is turned once; each refusal is told by its reason."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.unit.actors import DAY_MS, ORIGIN, Owner, Rig, arc_leaves, epochs_of, owner_leaf, releases_of
from zegel.link.messages import AlarmItem, CentralAlarm
from zegel.seal import merkle
from zegel.seal.alarm import Alarm, Cause, verify_alarm
from zegel.seal.central import ENTRY, MAX_AGE_MS, OWNER_WAITS_S, CentralWord, quorum_of, sign_central
from zegel.seal.checkpoint import Checkpoint, sign_checkpoint
from zegel.seal.command import Action
from zegel.seal.cosignature import cosign
from zegel.seal.entry import ActorKind, Entry, entry_leaf_hash
from zegel.seal.envelope import Envelope
from zegel.seal.keyset import Keyset, NamedKey, Signer, sign_keyset
from zegel.seal.note import Algorithm, NoteSigner
from zegel.seal.policy import Caps, CentralAlarms
from zegel.seal.proof import make_receipt
from zegel.seal.suite import SigningKey

WITNESSES = tuple(NoteSigner(f"w{n}.example", SigningKey.generate(), Algorithm.COSIGNATURE) for n in range(3))
PANEL, PANEL_KEY = os.urandom(16), SigningKey.generate()
CENTRAL = CentralAlarms((Signer(PANEL, PANEL_KEY.public_key),), 3)


@dataclass
class Watched(Owner):
    """An owner whose keyset names three witnesses."""

    witnesses: tuple[NoteSigner, ...] = WITNESSES
    here: SigningKey = field(default_factory=SigningKey.generate)

    def keyset(self, unit: bytes, pairing: bytes, now_ms: int, **changes: object) -> Keyset:
        named = tuple(NamedKey(witness.name, str(witness.verifier)) for witness in self.witnesses)
        return super().keyset(unit, pairing, now_ms, **{"witnesses": named, **changes})


class House(Rig):
    """A unit that takes central alarms of one panel, of classes `person` and `burglary`, three in a day."""

    owner: Watched
    logged = 5

    def __init__(self, directory: Path, owner: Watched | None = None) -> None:
        super().__init__(directory, owner or Watched())

    def open(self, **policy: object) -> House:
        classes = ("burglary", "person")
        self.pair(**{"alarm_classes": classes, "release_classes": classes, "central": CENTRAL, **policy})
        self.play(15)
        return self

    def word(self, **changes: Any) -> CentralWord:
        assert self.policy is not None
        word = CentralWord(
            self.policy.unit, self.policy.pairing, os.urandom(16), PANEL, "burglary", "7", (self.camera,), self.wall_ms
        )
        return replace(word, **changes)

    def proof(self, word: CentralWord, envelope: bytes, **how: Any) -> str:
        """A receipt of the entry, as a log that grew by one entry gives it. `how`: what lies about it."""
        facts = {"alarm": word.alarm, "unit": word.unit, "panel": word.panel, "word": Envelope.decode(envelope).hash}
        entry = Entry.make(
            how.get("kind", ENTRY), self.wall_ms, how.get("owner", self.owner.party), ActorKind.PERSON, self.owner.id,
            self.owner.party, {**facts, **how.get("facts", {})},
        )  # fmt: skip
        self.logged = size = how.get("size", self.logged + 1)
        salts = [os.urandom(32) for _ in range(size)]
        leaves = [entry_leaf_hash(salt, entry.encode()) for salt in salts]
        node = merkle.nodes_of(leaves)
        log = NoteSigner(how.get("origin", ORIGIN), how.get("log", self.owner.log))
        note = sign_checkpoint(Checkpoint(log.name, size, merkle.root(size, node)), log)
        at_s = (self.wall_ms - how.get("age_ms", 0)) // 1000
        seen = how.get("witnesses", WITNESSES)
        note = note.with_signatures([cosign(note, witness, at_s) for witness in seen])
        return make_receipt(salts[2], entry.encode(), how.get("index", 2), merkle.inclusion_proof(2, size, node), note)

    def say(self, word: CentralWord | None = None, key: SigningKey = PANEL_KEY, **how: Any) -> CentralWord:
        """The server brings a word with its proof."""
        word = word or self.word()
        envelope = sign_central(word, key)
        proof = self.proof(how.pop("proven", word), envelope, **how)
        self.bring(CentralAlarm(word.alarm, word.panel, envelope, proof))
        return word

    def bring(self, asked: CentralAlarm) -> None:
        self.engine.central_alarm(asked, self.now)
        self.engine.tick(self.now)

    @property
    def alarms(self) -> list[Alarm]:
        return [verify_alarm(item.envelope, self.identity.key.public_key) for item in self.items(AlarmItem)]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path).open()


def refused(house: House, *codes: str) -> None:
    house.play(OWNER_WAITS_S + 5)
    assert [code for code in house.technical() if code.startswith("central_")] == list(codes)
    assert not releases_of(house)
    assert not house.alarms


# --- what it shows ---


def test_a_listed_panels_word_with_its_proof_opens_a_window_from_the_next_second_on(house: House) -> None:
    before = {(epoch, slot) for epoch, slot in _slots_until_now(house)}
    word = house.say()
    house.play(8)
    (alarm,) = house.alarms
    assert (alarm.alarm, alarm.cause, alarm.class_name, alarm.zone) == (word.alarm, Cause.CENTRAL, "burglary", "7")
    shown = arc_leaves(house)
    assert 4 <= len(shown) <= 8
    assert not before & set(shown), "nothing of the ring"
    for (epoch, slot), leaf in shown.items():
        assert leaf == owner_leaf(house, epochs_of(house)[epoch], slot)
    assert {release.reason for release in releases_of(house)} == {"central:burglary"}


def _slots_until_now(house: House) -> list[tuple[bytes, int]]:
    """Every second that has begun before now."""
    run = next(iter(house.engine.desks.values())).track.epoch
    assert run is not None
    return [(run.id, slot) for slot in range(run.slot_at(house.mono_s) + 1)]


def test_an_owners_word_counts_thirty_seconds_after_it_came(house: House) -> None:
    house.say(key=house.owner.key)
    house.play(OWNER_WAITS_S - 1)
    assert not releases_of(house)
    held = set(_slots_until_now(house))
    house.play(9)
    assert arc_leaves(house)
    first = min(slot for _, slot in arc_leaves(house))
    assert first >= max(slot for _, slot in held), "nothing of the wait"


def test_an_owners_clock_that_is_behind_shortens_no_wait(house: House) -> None:
    house.say(house.word(said_ms=house.wall_ms - MAX_AGE_MS + 1000), house.owner.key)
    house.play(OWNER_WAITS_S - 1)
    assert not releases_of(house)


@pytest.mark.parametrize("when", ["waiting", "showing"])
def test_a_recall_ends_it(house: House, when: str) -> None:
    word = house.say(key=house.owner.key)
    house.play(10 if when == "waiting" else OWNER_WAITS_S + 4)
    shown = len(arc_leaves(house))
    house.engine.end_window(word.alarm, "recalled", house.now)
    house.play(OWNER_WAITS_S + 5)
    assert len(arc_leaves(house)) == shown
    assert (shown == 0) is (when == "waiting")
    house.say(word, house.owner.key)
    house.play(OWNER_WAITS_S + 5)
    assert house.technical()[-1] == ("central_ended" if when == "waiting" else "central_replayed")


def test_disarming_or_another_policy_takes_back_what_waits(house: House) -> None:
    house.say(key=house.owner.key)
    house.play(5)
    house.new_policy()
    house.say(key=house.owner.key)
    house.play(5)
    house.order(Action.DISARM, 1)
    house.play(OWNER_WAITS_S + 5)
    assert not releases_of(house)


def test_what_the_unit_sees_for_itself_goes_before_it(house: House) -> None:
    house.say()
    house.play(3)
    house.see()
    house.play(3)
    assert [alarm.cause for alarm in house.alarms] == [Cause.CENTRAL, Cause.MOTION]
    assert {release.reason for release in releases_of(house)} == {"central:burglary", "motion:person"}


def test_it_ends_by_the_policys_own_times(house: House) -> None:
    house.say()
    house.play(30)
    assert len(arc_leaves(house)) <= 7  # five seconds after, and nothing moved


def test_a_majority_of_the_witnesses_is_enough(house: House) -> None:
    house.say(witnesses=WITNESSES[:2])
    house.play(5)
    assert arc_leaves(house)


def test_a_quorum_is_more_than_half() -> None:
    keys = [witness.verifier for witness in WITNESSES]
    assert [quorum_of(keys[:n]) for n in range(1, 4)] == [1, 2, 2]
    assert quorum_of([keys[0]] * 3) == 1, "one key under three names is one witness"


# --- what it refuses ---

LIES: dict[str, tuple[str, dict[str, Any]]] = {
    "no witness saw it": ("central_unproven", {"witnesses": ()}),
    "one of three is no majority": ("central_unproven", {"witnesses": WITNESSES[:1]}),
    "strangers saw it": ("central_unproven", {"witnesses": tuple(
        NoteSigner(f"w{n}.example", SigningKey.generate(), Algorithm.COSIGNATURE) for n in range(3)
    )}),
    "they saw it long ago": ("central_stale", {"age_ms": MAX_AGE_MS + 1000}),
    "they will see it": ("central_stale", {"age_ms": -MAX_AGE_MS - 1000}),
    "another log": ("central_unproven", {"log": SigningKey.generate()}),
    "another origin": ("central_unproven", {"origin": "other.test/zegel"}),
    "another place in the tree": ("central_unproven", {"index": 3}),
    "another kind of entry": ("central_unproven", {"kind": "view"}),
    "an entry that another owner reads": ("central_unproven", {"owner": bytes(16)}),
    "an entry that nobody reads": ("central_unproven", {"owner": None}),
    "another alarm's entry": ("central_unproven", {"facts": {"alarm": bytes(16)}}),
    "another unit's entry": ("central_unproven", {"facts": {"unit": bytes(16)}}),
    "another panel's entry": ("central_unproven", {"facts": {"panel": bytes(16)}}),
    "another word's entry": ("central_unproven", {"facts": {"word": bytes(32)}}),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_proof_that_is_wrong_in_one_thing_opens_nothing(house: House, lie: str) -> None:
    code, how = LIES[lie]
    house.say(**how)
    refused(house, code)


WRONG: dict[str, tuple[str, Callable[[House], dict[str, Any]]]] = {
    "another unit": ("central_not_allowed", lambda house: {"unit": bytes(16)}),
    "another pairing": ("central_not_allowed", lambda house: {"pairing": bytes(16)}),
    "another panel than its key's": ("central_not_allowed", lambda house: {"panel": bytes(16)}),
    "a class that does not release": ("central_not_allowed", lambda house: {"class_name": "fire"}),
    "a camera of another unit": ("central_unknown_camera", lambda house: {"cameras": (bytes(16),)}),
    "six minutes ago": ("central_stale", lambda house: {"said_ms": house.wall_ms - 6 * 60_000}),
    "in two minutes": ("central_stale", lambda house: {"said_ms": house.wall_ms + 2 * 60_000}),
}


@pytest.mark.parametrize("field", WRONG)
def test_a_word_that_is_wrong_in_one_field_opens_nothing(house: House, field: str) -> None:
    code, changes = WRONG[field]
    house.say(house.word(**changes(house)))
    refused(house, code)


@pytest.mark.parametrize("policy", [{"central": None}, {"central": CentralAlarms((), 3)}])
def test_a_panel_that_the_policy_does_not_list_opens_nothing(tmp_path: Path, policy: dict[str, Any]) -> None:
    house = House(tmp_path).open(**policy)
    house.say()
    refused(house, "central_off" if policy["central"] is None else "central_unknown_panel")


def test_a_strangers_key_opens_nothing(house: House) -> None:
    house.say(key=SigningKey.generate())
    refused(house, "central_unknown_panel")


def test_a_word_with_any_byte_flipped_opens_nothing(house: House) -> None:
    word = house.word()
    envelope = sign_central(word, PANEL_KEY)
    proof = house.proof(word, envelope)
    for at in range(0, len(envelope), 7):
        broken = bytearray(envelope)
        broken[at] ^= 1
        house.bring(CentralAlarm(word.alarm, word.panel, bytes(broken), proof))
    house.play(5)
    assert not releases_of(house)
    assert not house.alarms


def test_a_message_that_names_another_alarm_or_panel_opens_nothing(house: House) -> None:
    word = house.word()
    envelope = sign_central(word, PANEL_KEY)
    for alarm, panel in ((bytes(16), PANEL), (word.alarm, bytes(16))):
        house.bring(CentralAlarm(alarm, panel, envelope, house.proof(word, envelope)))
    refused(house, "central_not_allowed", "central_not_allowed")


def test_a_keyset_without_witnesses_takes_none(tmp_path: Path) -> None:
    house = House(tmp_path, Watched(witnesses=())).open()
    house.say()
    refused(house, "central_no_witness")


def test_it_is_shown_once_however_often_it_is_brought(house: House) -> None:
    word = house.say()
    house.play(20)
    shown = len(arc_leaves(house))
    house.say(word)
    house.play(10)
    house.restart()
    house.say(word)
    house.play(10)
    assert len(arc_leaves(house)) == shown
    assert len(house.alarms) == 1
    assert house.technical().count("central_replayed") == 2


def test_its_own_cap_counts_over_a_power_cut_and_a_day(house: House) -> None:
    for _ in range(3):
        house.say()
        house.play(10)
    house.restart()
    house.play(3)
    house.say()
    house.play(10)
    assert len(house.alarms) == 3
    assert "central_cap" in house.technical()
    house.step(DAY_MS / 1000)
    house.play(15)
    house.say()
    house.play(5)
    assert len(house.alarms) == 4


def test_the_common_caps_count_too(tmp_path: Path) -> None:
    house = House(tmp_path).open(caps=Caps(0, 600))
    house.say()
    refused(house, "central_cap")


def test_a_disarmed_unit_an_expired_policy_and_a_doubtful_clock_show_nothing(house: House) -> None:
    house.order(Action.DISARM, 1)
    house.say()
    house.play(3)
    assert "central_not_armed" in house.technical()
    house.order(Action.ARM, 2)
    house.play(3)
    house.new_policy(expires_ms=house.wall_ms + 2000)
    house.play(5)
    house.say()
    house.play(5)
    assert "central_policy_expired" in house.technical()
    assert not releases_of(house)


def test_a_removed_owners_word_opens_nothing(house: House) -> None:
    heir = SigningKey.generate()
    assert house.keyset is not None
    assert house.policy is not None
    gone = house.owner.key
    newer = replace(
        house.keyset, number=2, previous=house.keyset.hash, issued_ms=house.wall_ms,
        owners=(Signer(os.urandom(16), heir.public_key),),
    )  # fmt: skip
    house.deliver("keyset", sign_keyset(newer, gone))
    house.owner.key = heir
    house.new_policy(keyset_hash=newer.hash)
    house.play(12)
    house.say(key=gone)
    refused(house, "central_unknown_panel")


def test_a_log_that_shows_this_unit_another_tree_is_told(house: House) -> None:
    house.say()
    house.play(12)
    house.say(size=house.logged)  # as many entries, and others
    house.play(12)
    assert "central_unproven" in house.technical()
    assert len(house.alarms) == 1
