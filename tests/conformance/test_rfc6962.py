# SPDX-License-Identifier: EUPL-1.2
"""Merkle proofs against transparency-dev/merkle's testdata: inclusion, consistency, and both of subtrees."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tests.shared_files import shared

from zegel.seal import merkle
from zegel.seal.errors import ProofRefused

COUNTS = {"inclusion": 98, "consistency": 98, "subtreeinclusion": 204, "subtreeconsistency": 118}


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def check(family: str, case: dict[str, Any]) -> None:
    proof = [raw(item) for item in case["proof"] or []]
    if family == "inclusion":
        merkle.verify_inclusion(raw(case["leafHash"]), case["leafIdx"], case["treeSize"], proof, raw(case["root"]))
    elif family == "consistency":
        merkle.verify_consistency(case["size1"], raw(case["root1"]), case["size2"], raw(case["root2"]), proof)
    elif family == "subtreeinclusion":
        leaf, index, start, end = raw(case["leafHash"]), case["leafIdx"], case["start"], case["end"]
        merkle.verify_subtree_inclusion(leaf, index, start, end, proof, raw(case["root"]))
    else:
        start, end, size = case["start"], case["end"], case["size"]
        merkle.verify_subtree_consistency(start, end, size, raw(case["root1"]), raw(case["root2"]), proof)


def refused(family: str, case: dict[str, Any]) -> bool:
    try:
        check(family, case)
    except ProofRefused:
        return True
    return False


@pytest.mark.parametrize("family", COUNTS)
def test_every_case_of_the_family(family: str) -> None:
    files: list[Path] = sorted(shared(f"vectors/rfc6962-merkle/testdata/{family}").rglob("*.json"))
    assert len(files) == COUNTS[family]
    wrong = [str(file) for file in files if refused(family, case := json.loads(file.read_text())) != case["wantErr"]]
    assert wrong == []
