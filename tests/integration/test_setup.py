# SPDX-License-Identifier: EUPL-1.2
"""From nothing to an armed unit by the commands of docs/guide/install.md, without the demo's world."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import NAMESPACE_URL, uuid5

import pytest

import zegel as zegel_package
from zegel.client.person import Client, unb64
from zegel.demo.processes import Stage, free_port, wait_until
from zegel.demo.scene import start_server
from zegel.seal import words as spoken
from zegel.seal.suite import Suite, open_fingerprint
from zegel.setup.founding import FoundingWrong, read

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/install.md"
FIRM = GUIDE.read_text().partition("```toml\n")[2].partition("```")[0]  # the guide's own example must work
BARN = """
[[site]]
key = "barn"
owner = "home"
provider = "guard"
name = "Barn"
address = "Street 2"
tz = "Europe/Amsterdam"
profile = "home-nl"
purpose = "burglary_prevention"
purpose_text = "To guard the barn at night."
agreement = "agreement.pdf"
signed = "paper"
sign = true
"""


def zegel(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zegel.cli", *words], capture_output=True, text=True, timeout=110, check=False,
        env={**os.environ, **env},
    )  # fmt: skip


@pytest.fixture(scope="module")
def installed(walkable_folder: Path) -> Iterator[SimpleNamespace]:
    """A server as the guide starts it, founded from the file above."""
    for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "ZEGEL_DATA", "STORAGE_URL"):
        os.environ.pop(name, None)
    folder = walkable_folder
    (folder / "statement.pdf").write_text("I keep it to myself.")
    (folder / "agreement.pdf").write_text("We guard, you own.")
    (folder / "firm.toml").write_text(FIRM)
    stage = Stage(folder / "logs")
    http, link = free_port(0), free_port(0)
    try:
        start_server(stage, folder / "server", http, link)
        done = zegel("setup", "--data", str(folder / "server"), "--file", str(folder / "firm.toml"))
        assert done.returncode == 0, done.stderr
        yield SimpleNamespace(
            folder=folder,
            stage=stage,
            url=f"http://localhost:{http}",
            link=f"https://127.0.0.1:{link}",
            said=done.stdout,
        )
    finally:
        stage.stop()


def said(place: SimpleNamespace, pattern: str) -> str:
    found = re.search(pattern, place.said, re.DOTALL)
    assert found is not None, place.said
    return found.group(1).strip()


def password_of(place: SimpleNamespace, email: str) -> str:
    return said(place, re.escape(email) + r"\n  Password +(\S+)")


def enrolled(place: SimpleNamespace, name: str) -> tuple[str, Path]:
    home = place.folder / name
    program = place.stage.start(
        name, ["unit", "enrol", "--data", str(home), "--server", place.link, "--ca",
               str(place.folder / "server/tls/ca.pem"), "--camera", "Gate=rtsp://127.0.0.1:9/none"],
    )  # fmt: skip
    code = re.compile(r"ZEGEL1:[A-Z2-7]+")
    wait_until(lambda: bool(code.search(program.log.read_text())), "the code", 60)
    return code.search(program.log.read_text()).group(), home  # type: ignore[union-attr]


def posture(home: Path) -> str:
    done = zegel("unit", "status", "--data", str(home), "--json")
    return str(json.loads(done.stdout)["posture"]) if done.returncode == 0 else ""


def test_an_outsider_verifies_every_file_and_page_that_it_serves(installed, tmp_path):
    key, kept = said(installed, r"every agreement: +(\S+)"), tmp_path / "receipt"
    built = Path(zegel_package.__file__).parent / "server/static/zegel/dist/manifest.json"
    verify = ["viewer", "verify", installed.url, "--key", key, "--built", str(built), "--receipt", str(kept)]
    done = zegel(*verify)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "your build  the same" in done.stdout
    assert "not there" not in done.stdout
    assert zegel("ledger", "verify-receipt", str(kept), "--key", key).returncode == 0


def pair(place: SimpleNamespace, code: str, *more: str) -> subprocess.CompletedProcess[str]:
    return zegel(
        "pair", "--server", place.url, "--email", "anna@home.example", "--code", code, "--site",
        said(place, r"([0-9a-f-]{36})  House"), "--log-key", said(place, r"every agreement: +(\S+)"), *more,
        ZEGEL_PASSWORD=password_of(place, "anna@home.example"),
    )  # fmt: skip


def test_a_stranger_gets_from_nothing_to_an_armed_unit(installed):
    code, home = enrolled(installed, "unit")
    done = pair(installed, code, "--arc-fingerprint", said(installed, r"fingerprint in words +(\S+)"))
    assert done.returncode == 0, done.stderr
    installed.panels = free_port(0)
    for words in (["listen", f"127.0.0.1:{installed.panels}"], ["add", "1234AB", "--key-format", "none"]):
        assert zegel("unit", "panel", words[0], "--data", str(home), *words[1:]).returncode == 0
    installed.stage.start("unit-run", ["unit", "run", "--data", str(home)])
    wait_until(lambda: posture(home) == "armed", "the unit that guards", 60)
    client = Client.sign_in(installed.url, "anna@home.example", password_of(installed, "anna@home.example"))
    assert [unit["state"] for unit in client.http.get("/api/v1/units")["units"]] == ["paired"]
    assert {pin.kind for pin in client.pins} >= {"unit", "keyset", "log"}
    shown = client.http.get("/api/v1/maintenance/provider-key")  # what her sheet lets her compare
    assert said(installed, r"(\S+)  [^\n]*when you let a technician look") == spoken.words(
        open_fingerprint(Suite(shown["suite"]), unb64(shown["open_pk"]))
    )


def counter(home: Path) -> int:
    return int(json.loads(zegel("unit", "status", "--data", str(home), "--json").stdout)["policy_counter"])


def check_its_panels_alarm_reaches_the_alarm_centre(installed):
    """By the dialler that installers use, through the unit and its link, to whoever sits at the centre."""
    to = ["signal", "send", "--to", f"127.0.0.1:{installed.panels}", "--account", "1234AB", "--zone", "7", "--code"]
    wait_until(lambda: zegel(*to, "CL").returncode == 0, "the unit that listens to its panel", 30)
    dialled = zegel(*to, "BA")
    assert dialled.returncode == 0, dialled
    operator = Client.sign_in(installed.url, "one@centre.example", password_of(installed, "one@centre.example"))

    def rows() -> list[dict[str, object]]:
        return [row for row in operator.http.get("/api/v1/alarms")["alarms"] if row["class"] == "burglary"]

    wait_until(lambda: bool(rows()), "the panel's alarm at the alarm centre", 30)
    assert [(row["cause"], row["zone"], row["images"]) for row in rows()] == [("input", "7", "released")]


def test_an_owner_lets_his_unit_listen_to_a_panel_and_his_camera_be_turned(installed):
    client = Client.sign_in(installed.url, "anna@home.example", password_of(installed, "anna@home.example"))
    unit = next(unit["id"] for unit in client.http.get("/api/v1/units")["units"] if unit["state"] == "paired")
    show = ["policy", "show", "--server", installed.url, "--email", "anna@home.example", "--unit", unit]
    words = ["policy", "--server", installed.url, "--email", "anna@home.example", "--unit", unit]
    secret = {"ZEGEL_PASSWORD": password_of(installed, "anna@home.example")}
    wish = ["--zone", "1234AB/7=burglary:Gate", "--release", "burglary", "--turn", "Gate=2000:8000,0:10000"]
    done = zegel(*words, *wish, **secret)
    assert done.returncode == 0, done.stderr
    wait_until(lambda: counter(installed.folder / "unit") == 2, "the unit that obeys it", 30)
    check_its_panels_alarm_reaches_the_alarm_centre(installed)
    heard = "zone        7: burglary, Gate"
    wait_until(lambda: heard in zegel(*show, **secret).stdout, "the unit's own word for it", 30)
    shown = zegel(*show, **secret)
    assert "turned within 2000:8000,0:10000" in shown.stdout
    wrong = zegel(*words, "--zone", "1234AB/8=burglary:Cellar", **secret)
    assert (wrong.returncode, "there is no camera 'Cellar'" in wrong.stderr) == (2, True)


def test_an_alarm_centre_of_other_words_is_not_paired(installed):
    code, _ = enrolled(installed, "unit-2")
    words = said(installed, r"fingerprint in words +(\S+)").split("-")
    done = pair(installed, code, "--arc-fingerprint", "-".join(reversed(words)))
    assert done.returncode == 1
    assert "not the one of those words" in done.stderr
    assert "ZEGEL1" not in done.stderr + done.stdout


def test_a_log_of_another_key_is_not_paired(installed):
    code, _ = enrolled(installed, "unit-3")
    from zegel.seal.note import Algorithm, VerifierKey
    from zegel.seal.suite import SigningKey

    other = VerifierKey("localhost/ledger", Algorithm.ED25519, SigningKey.generate().public_key)
    done = pair(installed, code, "--no-arc", "--log-key", str(other))
    assert done.returncode == 1
    assert "another key" in done.stderr


def test_a_second_run_makes_what_is_new_and_nothing_twice(installed):
    (installed.folder / "firm.toml").write_text(FIRM + BARN)
    data = ["setup", "--data", str(installed.folder / "server"), "--file", str(installed.folder / "firm.toml")]
    again = zegel(*data)
    assert again.returncode == 0, again.stderr
    assert "0 parties, 0 people, 1 sites are new" in again.stdout
    assert "Password" not in again.stdout
    third = zegel(*data)
    assert "0 parties, 0 people, 0 sites are new" in third.stdout
    assert third.stdout.count("  House (") == 1


def test_nothing_on_the_disk_of_the_server_says_a_password_or_a_code(installed):
    secrets = [password_of(installed, "anna@home.example"), said(installed, r"Recovery code +(\S+)"),
               said(installed, r"nowhere else\) +(\S+)")]  # fmt: skip
    done = subprocess.run(
        ["grep", "-rlaF", *(word for secret in secrets for word in ("-e", secret)), str(installed.folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('role = "owner"', 'role = "king"'), "role is one of"),
        (('party = "home"\nrole', 'party = "home2"\nrole'), "there is no party 'home2'"),
        (("sign = true", 'sign = "yes"'), "sign is true or false"),
        (('agreement = "agreement.pdf"', 'agreement = "lost.pdf"'), "can't be read"),
        (('key = "house"', 'key = "house"\ncolour = "red"'), "unknown colour"),
        (('key = "anna"', 'key = "operator"'), "person twice"),
    ],
)
def test_a_wrong_file_is_not_read(installed, change, says):
    (installed.folder / "wrong.toml").write_text(FIRM.replace(*change))
    with pytest.raises(FoundingWrong, match=re.escape(says)):
        read(installed.folder / "wrong.toml", lambda key: uuid5(NAMESPACE_URL, key))


def test_a_wrong_file_changes_nothing_and_says_what_is_wrong(installed):
    (installed.folder / "wrong.toml").write_text(FIRM.replace('role = "owner"', 'role = "king"'))
    done = zegel("setup", "--data", str(installed.folder / "server"), "--file", str(installed.folder / "wrong.toml"))
    assert done.returncode == 2
    assert "role is one of" in done.stderr


def test_somebody_new_in_a_party_that_is_there_is_refused(installed):
    more = FIRM + FIRM[FIRM.index('[[person]]\nkey = "anna"') : FIRM.index("[[service]]")].replace("anna", "bert")
    (installed.folder / "more.toml").write_text(more)
    done = zegel("setup", "--data", str(installed.folder / "server"), "--file", str(installed.folder / "more.toml"))
    assert done.returncode == 2
    assert "only one of its people" in done.stderr
