# SPDX-License-Identifier: EUPL-1.2
"""The TypeScript half has its own types and tests; they are part of this suite."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[3] / "web"


def _npm(*words: str) -> str:
    npm = shutil.which("npm")
    if npm is None or not (WEB / "node_modules").is_dir():
        pytest.skip("needs Node 20 and web/node_modules: run make setup")
    done = subprocess.run([npm, "run", "--silent", *words], cwd=WEB, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, f"npm run {' '.join(words)}:\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def test_typescript_is_strictly_typed() -> None:
    _npm("check")


@pytest.mark.timeout(180)
def test_the_seal_and_the_client_in_typescript_pass_their_own_tests() -> None:
    said = _npm("test")
    passed = re.search(r"pass (\d+)", said)
    assert passed is not None
    assert int(passed[1]) >= 70
    for line in said.splitlines():
        if "NOT RUN" in line:
            print(line)


def test_the_lock_names_no_registry_and_every_version_is_exact() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text())
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]
    wanted = json.loads((WEB / "package.json").read_text())
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert not [
        f"{name} {version}" for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)
    ]
