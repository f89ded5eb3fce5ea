# SPDX-License-Identifier: EUPL-1.2
"""The pages' code that this installation serves is the one that its log names. A whole server is verified by the
command in tests/integration/test_setup.py, one that lies in tests/unit/web/test_viewer_verify.py."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.integration.ledger.publishing import add, publish, served
from zegel.ledgercli import REFUSED
from zegel.seal.note import VerifierKey
from zegel.seal.proof import verify_receipt
from zegel.server.kernel import storage
from zegel.server.ledger import queries, viewer
from zegel.viewercli import main


@pytest.fixture
def bundle() -> viewer.Bundle:
    found = viewer.built()
    assert found is not None, "the pages' code is not built: make setup"
    return found


def test_anybody_gets_the_receipt_of_what_is_served(db, bundle):
    viewer.log_bundle()
    publish(db)
    answer = Client().get(f"/ledger/viewer/{bundle.digest.hex()}")
    receipt = verify_receipt(answer.content, VerifierKey.parse(queries.verifier_key()))
    assert (receipt.entry.kind, receipt.entry.fact("bundle")) == ("software", bundle.digest)
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_a_bundle_that_no_entry_names_is_refused(db, bundle, capsys):
    add(3)
    publish(db)
    with served() as log:
        assert main(["verify", log.removesuffix("/ledger"), "--key", queries.verifier_key()]) == REFUSED
    assert "the log names no bundle" in capsys.readouterr().out


def test_a_bundle_is_logged_once_and_again_when_the_log_does_not_hold_it(db, bundle):
    add(2)
    first = viewer.log_bundle()
    assert (first, viewer.log_bundle(), queries.size()) == (2, 2, 3)
    key = queries.tiles().key(f"viewer/{bundle.digest.hex()}")
    index, salt, body = viewer.encoding.decode(storage.store().get(key))
    storage.store().put(key, viewer.encoding.encode((index - 1, salt, body)))  # an older database came back
    assert viewer.log_bundle() == 3


def test_a_new_bundle_is_another_entry(db, bundle, tmp_path, monkeypatch):
    viewer.log_bundle()
    other = tmp_path / "manifest.json"
    other.write_text(json.dumps({"sha256": "ab" * 32, "files": {"portal.js": "cd" * 32}}))
    monkeypatch.setattr(viewer.finders, "find", lambda _: str(other))
    viewer.log_bundle()
    publish(db)
    for digest in (bundle.digest, bytes.fromhex("ab" * 32)):
        assert Client().get(f"/ledger/viewer/{digest.hex()}").status_code == 200
    assert Client().get(f"/ledger/viewer/{'00' * 32}").status_code == 404


def test_where_no_pages_are_built_nothing_is_logged(db, monkeypatch):
    monkeypatch.setattr(viewer.finders, "find", lambda _: None)
    assert viewer.log_bundle() is None
