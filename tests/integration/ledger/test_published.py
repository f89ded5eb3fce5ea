# SPDX-License-Identifier: EUPL-1.2
"""What an outsider sees: a log that he can read with any client, recompute, and catch at lying; and that can forget."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.test import Client

from tests.clock import stopped_clock
from tests.integration.ledger.publishing import add, publish, served
from zegel.ledgercli import NOT_CHECKED, REFUSED, VERIFIED, main
from zegel.seal.merkle import verify_inclusion
from zegel.seal.note import VerifierKey
from zegel.seal.proof import verify_receipt
from zegel.server.api import public_ledger, throttle
from zegel.server.kernel import ids, shred, storage, tenancy
from zegel.server.kernel.actor import system
from zegel.server.ledger import Entry, Kind, actions, publication, queries, recovery
from zegel.server.ledger.errors import EntryForgotten, NoSuchEntry, NotYetCheckpointed, TreeConflict, TreeShrunk
from zegel.server.ledger.models import Body


def verify(url: str, *more: str) -> int:
    return main(["verify", url, "--key", queries.verifier_key(), *more])


def test_the_whole_log_verifies_with_nothing_but_the_key(db, capsys):
    add(300)
    publish(db)
    with served() as url:
        assert verify(url) == VERIFIED
    told = capsys.readouterr().out
    assert "entries     300" in told
    assert told.endswith("VERIFIED\n")


def test_it_grows_from_the_checkpoint_seen_before(db, tmp_path, capsys):
    seen = tmp_path / "seen"
    add(10)
    publish(db)
    with served() as url:
        assert verify(url, "--since", str(seen)) == VERIFIED
        add(600)
        publish(db)
        assert verify(url, "--since", str(seen)) == VERIFIED
    assert "consistent  with the checkpoint of 10 entries" in capsys.readouterr().out
    assert "\n610\n" in seen.read_text()


def test_another_history_under_the_same_key_is_caught(db, tmp_path, capsys):
    seen = tmp_path / "seen"
    add(10)
    publish(db)
    with served() as url:
        verify(url, "--since", str(seen))
    with psycopg.connect(db.admin, autocommit=True) as admin:
        admin.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
        admin.execute(
            "UPDATE ledger_entry SET commitment = sha256('x'), "
            "leaf_hash = sha256('\\x00'::bytea || sha256('x')) WHERE index = 3"
        )
        admin.execute("UPDATE ledger_published SET size = 0")
    storage.store().delete_prefix("ledger")
    publish(db)
    with served() as url:
        assert verify(url) == VERIFIED  # who sees it for the first time can't know
        assert verify(url, "--since", str(seen)) == REFUSED
    assert "forked" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/000", "heads/0000000000000300"])
@pytest.mark.parametrize("place", [20, -20])
def test_a_changed_file_is_refused(db, name, place):
    add(300)
    publish(db)
    data = bytearray(storage.store().get(f"ledger/1/{name}"))
    data[place] ^= 1
    storage.store().put(f"ledger/1/{name}", bytes(data))
    with served() as url:
        assert verify(url) == REFUSED


def test_an_address_without_a_log_is_not_checked_and_a_key_that_is_none_is_said(db, capsys):
    assert main(["verify", "http://localhost:1/ledger", "--key", "not a key"]) == NOT_CHECKED
    assert verify("http://localhost:1/ledger") == NOT_CHECKED
    assert verify("ftp://localhost/ledger") == NOT_CHECKED
    assert "not checked" in capsys.readouterr().err


def test_a_strangers_key_verifies_nothing(db):
    from zegel.seal.note import Algorithm
    from zegel.seal.suite import SigningKey

    add(3)
    publish(db)
    stranger = VerifierKey("localhost:8000/ledger", Algorithm.ED25519, SigningKey(bytes(32)).public_key)
    with served() as url:
        assert main(["verify", url, "--key", str(stranger)]) == REFUSED


# --- over HTTP --------------------------------------------------------------------------------------------------------


def test_files_are_served_as_tlog_tiles_are_read(db):
    add(300)
    publish(db)
    client = Client()
    assert client.get("/ledger/checkpoint")["Content-Type"] == "text/plain; charset=utf-8"
    full, part = client.get("/ledger/tile/0/000"), client.get("/ledger/tile/0/001.p/44")
    assert (len(full.content), len(part.content)) == (256 * 32, 44 * 32)
    assert len(client.get("/ledger/tile/0/001.p/7").content) == 7 * 32
    assert len(client.get("/ledger/tile/0/000.p/200").content) == 200 * 32
    assert client.get("/ledger/tile/1/000.p/1")["Content-Type"] == "application/octet-stream"
    assert len(client.get("/ledger/tile/entries/001.p/44").content) == 44 * 34
    assert full["Cache-Control"] == "public, max-age=31536000, immutable"
    assert full["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in full


MISSING = "0/002 0/001.p/45 0/001 2/000.p/1 64/000 0/1 0/000.p/256 0/000.p/0 entries/x000/000 0/../checkpoint"


@pytest.mark.parametrize("path", MISSING.split())
def test_what_does_not_exist_is_not_there(db, path):
    add(300)
    publish(db)
    assert Client().get(f"/ledger/tile/{path}").status_code == 404


def test_unchanged_is_answered_without_the_bytes(db):
    add(3)
    publish(db)
    client = Client()
    first = client.get("/ledger/checkpoint")
    again = client.get("/ledger/checkpoint", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    add(1)
    publish(db)
    assert client.get("/ledger/checkpoint", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_flood_of_readers_reads_the_store_once_in_half_a_second(db, monkeypatch):
    read = []
    add(3)
    publish(db)
    latest = queries.latest_checkpoint
    monkeypatch.setattr(queries, "latest_checkpoint", lambda: read.append(1) or latest())
    with stopped_clock(datetime(2030, 1, 1, tzinfo=UTC)) as clock:
        public_ledger.newest.forget()
        assert len({Client().get("/ledger/checkpoint").content for _ in range(20)}) == 1
        assert len(read) == 1
        clock.advance(timedelta(milliseconds=500))
        Client().get("/ledger/checkpoint")
        assert len(read) == 2
    public_ledger.newest.forget()


def test_who_asks_for_too_much_waits_and_others_do_not(db, monkeypatch):
    add(3)
    publish(db)
    monkeypatch.setattr(throttle, "auditors", throttle.Buckets(throttle.Rate(0.001, 3)))
    near, far = Client(REMOTE_ADDR="2001:db8::1"), Client(REMOTE_ADDR="2001:db8:0:1::1")
    assert [near.get("/ledger/tile/0/000.p/3").status_code for _ in range(4)] == [200, 200, 200, 429]
    neighbour = Client(REMOTE_ADDR="2001:db8::2").get("/ledger/checkpoint")
    assert (neighbour.status_code, neighbour["Retry-After"]) == (429, "1")
    assert far.get("/ledger/checkpoint").status_code == 200


def test_nothing_can_be_written_over_http(db):
    assert Client().post("/ledger/checkpoint").status_code == 405
    assert Client().put("/ledger/tile/0/000").status_code == 405


# --- receipts ---------------------------------------------------------------------------------------------------------


def test_a_receipt_verifies_offline_and_says_what_happened(db, tmp_path, capsys):
    owner = ids.new()
    add(270)
    receipt = actions.append(Entry(Kind.VIEW, owner, {"purpose": "alarm_verification"}), system(owner))
    publish(db)
    with tenancy.acting_as(owner):
        text = queries.receipt(receipt.index)
    verified = verify_receipt(text, VerifierKey.parse(queries.verifier_key()))
    assert (verified.index, verified.entry.kind) == (270, "view")
    file = tmp_path / "receipt.txt"
    file.write_text(text)
    assert main(["verify-receipt", str(file), "--key", queries.verifier_key()]) == VERIFIED
    assert "alarm_verification" in capsys.readouterr().out
    for place in range(0, len(text), 7):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        file.write_text(changed)
        assert main(["verify-receipt", str(file), "--key", queries.verifier_key()]) == REFUSED


def test_a_receipt_needs_a_checkpoint_and_is_for_those_whom_it_concerns(db):
    owner, stranger = ids.new(), ids.new()
    receipt = add(1, owner)[0]
    with tenancy.acting_as(owner), pytest.raises(NotYetCheckpointed):
        queries.receipt(receipt.index)
    publish(db)
    with tenancy.acting_as(stranger), pytest.raises(NoSuchEntry):
        queries.receipt(receipt.index)
    with tenancy.acting_as(owner):
        assert queries.receipt(receipt.index)


def test_the_promise_holds(db):
    from zegel.seal.promise import verify_promise

    receipt = add(5)[4]
    promise = verify_promise(
        receipt.promise, VerifierKey.parse(queries.verifier_key()).public_key, "localhost:8000/ledger"
    )
    publish(db)
    nodes = queries.tiles().nodes(5)
    from zegel.seal.merkle import inclusion_proof

    head = queries.checkpoint_head()
    verify_inclusion(promise.leaf_hash, promise.index, 5, inclusion_proof(promise.index, 5, nodes), head.root)


# --- forgetting -------------------------------------------------------------------------------------------------------


def test_a_forgotten_entry_is_gone_and_the_tree_still_verifies(db, tmp_path):
    owner = ids.new()
    kept, gone = add(1, owner, who="Anna")[0], add(1, owner, who="Bram")[0]
    publish(db)
    seen = tmp_path / "seen"
    with served() as url:
        assert verify(url, "--since", str(seen)) == VERIFIED
        with tenancy.acting_as(owner):
            number = Body.objects.get(index=gone.index).shred_id
        actions.forget([gone.index], "term_over", system())
        publish(db)
        publication.publish_forgotten()
        assert verify(url, "--since", str(seen)) == VERIFIED
    assert shred.is_destroyed("ledger", number)
    with tenancy.acting_as(owner):
        assert queries.receipt(kept.index)
        with pytest.raises(NoSuchEntry):
            queries.receipt(gone.index)
        assert [logged.index for logged in queries.entries([Kind.VIEW], owner, since_ms=0)] == [kept.index]


def test_a_shredded_key_alone_already_forgets(db):
    owner = ids.new()
    add(1, owner)
    publish(db)
    with tenancy.acting_as(owner):
        shred.destroy("ledger", Body.objects.get(index=0).shred_id)
        with pytest.raises(EntryForgotten):
            queries.receipt(0)
        assert queries.entries([Kind.VIEW], owner, since_ms=0)[0].said is None


def test_a_body_that_vanished_without_a_deletion_is_reported(db, capsys):
    add(5, ids.new())
    actions.forget([1], "term_over", system())
    with psycopg.connect(db.admin, autocommit=True) as admin:
        admin.execute("UPDATE ledger_body SET sealed = NULL WHERE index = 3")
    publish(db)
    publication.publish_forgotten()
    with served() as url:
        assert verify(url) == REFUSED
    assert "body of entry 3 is gone" in capsys.readouterr().out


def test_a_deletion_that_is_not_in_the_tree_excuses_nothing(db):
    add(5, ids.new())
    actions.forget([1], "term_over", system())
    publish(db)
    publication.publish_forgotten()
    told = json.loads(queries.forgotten())
    told["deletions"][0]["salt"] = "A" * 43 + "="
    storage.store().put("ledger/1/forgotten", json.dumps(told).encode())
    with served() as url:
        assert verify(url) == REFUSED


def test_deletions_themselves_stay(db):
    add(2, ids.new())
    deletion = actions.forget([0], "term_over", system())
    actions.forget([deletion.index, 1], "term_over", system())
    assert [item["index"] for item in publication.forgotten()["deletions"]] == [2, 3]
    assert publication.forgotten()["missing"] == [[0, 2]]


def test_keys_left_by_a_crash_are_destroyed_later(db, monkeypatch):
    add(1, ids.new())
    monkeypatch.setattr(actions, "_destroy_now", lambda: None)
    actions.forget([0], "term_over", system())
    assert actions.destroy_forgotten_keys() == 1
    assert actions.destroy_forgotten_keys() == 0


# --- an older database was restored -----------------------------------------------------------------------------------


def restore_older(db, size: int) -> None:
    """What a restore of an older dump does: entries and notes of later are not there."""
    with psycopg.connect(db.admin, autocommit=True) as admin:
        admin.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_stays")
        admin.execute("ALTER TABLE ledger_body DISABLE TRIGGER ledger_body_stays")
        admin.execute("DELETE FROM ledger_entry WHERE index >= %s", [size])
        admin.execute("DELETE FROM ledger_body WHERE index >= %s", [size])
        admin.execute("UPDATE ledger_head SET size = %s", [size])
        admin.execute("UPDATE ledger_published SET size = least(size, %s)", [size])
        admin.execute("ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_stays")


def test_a_restored_log_publishes_nothing_until_somebody_decides(db, tmp_path):
    add(600)
    publish(db)
    before = queries.latest_checkpoint()
    restore_older(db, 400)
    add(3)
    with pytest.raises(TreeShrunk):
        publish(db)
    assert queries.latest_checkpoint() == before


def test_a_restored_log_goes_on_from_the_last_checkpoint(db, tmp_path):
    seen = tmp_path / "seen"
    add(600)
    publish(db)
    with served() as url:
        verify(url, "--since", str(seen))
        restore_older(db, 400)
        done = recovery.go_on()
        assert (done.before, done.after) == (400, 600)
        add(5)
        assert publish(db) == 606
        publication.publish_forgotten()
        assert verify(url, "--since", str(seen)) == VERIFIED


def test_a_restored_log_that_went_another_way_cannot_go_on_but_can_begin_anew(db):
    add(600)
    publish(db)
    restore_older(db, 400)
    add(3)
    with pytest.raises(TreeConflict):
        recovery.go_on()
    done = recovery.begin_anew()
    assert done.origin == "localhost:8000/ledger/2"
    assert publish(db) == 404
    assert queries.latest_checkpoint().startswith("localhost:8000/ledger/2\n404\n")
    assert actions.append(Entry(Kind.SOFTWARE, None, {}), system()).origin == "localhost:8000/ledger/2"


# --- the invariants ---------------------------------------------------------------------------------------------------


def faults() -> list[str]:
    from zegel.server.kernel.invariants import ask_all

    return [fault for answer in ask_all() if answer.name.startswith("ledger.") for fault in answer.faults]


def test_fsck_finds_nothing_in_a_log_that_forgot_and_something_in_one_that_was_changed(db):
    add(5, ids.new())
    actions.forget([1], "term_over", system())
    publish(db)
    assert faults() == []
    with psycopg.connect(db.admin, autocommit=True) as admin:
        admin.execute("UPDATE ledger_body SET sealed = NULL WHERE index = 3")
        admin.execute(
            "UPDATE ledger_body SET sealed = (SELECT sealed FROM ledger_body WHERE index = 0) WHERE index = 2"
        )
        admin.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
        admin.execute("UPDATE ledger_entry SET leaf_hash = sha256('x') WHERE index = 4")
    found = " ".join(faults())
    assert all(f"ntry {index}" in found for index in (2, 3, 4))
