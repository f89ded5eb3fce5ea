# SPDX-License-Identifier: EUPL-1.2
"""Known weaknesses of what is installed: asked, kept, and told; only the internet is ours."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from zegel.server import advisoriescli
from zegel.server.kernel import software
from zegel.server.kernel.software import Advisories, BadAdvisories

NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Osv(BaseHTTPRequestHandler):
    """The database: what it was asked, and one package that it knows something of."""

    asked: dict[str, Any] = {}

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        Osv.asked = json.loads(self.rfile.read(length))
        known = [{"vulns": [{"id": "GHSA-test-0001"}]} if one["package"]["name"] == "django" else {}
                 for one in Osv.asked["queries"]]  # fmt: skip
        body = json.dumps({"results": known}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        pass


@pytest.fixture
def osv() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Osv)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1/querybatch"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_installed_is_looked_up_by_name_and_version_and_nothing_else_is_told(
    osv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advisoriescli.main(["show", "--data", str(tmp_path)]) == 1, "no list yet"
    assert advisoriescli.main(["refresh", "--data", str(tmp_path), "--from", osv]) == 1
    here = software.installed()
    assert [one["package"]["name"] for one in Osv.asked["queries"]] == [one.name for one in here]
    assert {key for one in Osv.asked["queries"] for key in one} == {"package", "version"}
    django = next(one for one in here if one.name == "django")
    assert f"{django.key}: GHSA-test-0001" in capsys.readouterr().out
    assert software.faults(tmp_path, software.read(tmp_path).at)[1] == [f"{django.key}: GHSA-test-0001"]  # type: ignore[union-attr]


def test_answers_that_were_carried_here_as_a_file_count_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advisoriescli.main(["questions"]) == 0
    questions = json.loads(capsys.readouterr().out)["queries"]
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"results": [{} for _one in questions]}))
    assert advisoriescli.main(["take", str(answers), "--data", str(tmp_path)]) == 0
    answers.write_text(json.dumps({"results": []}))
    before = software.path(tmp_path).read_bytes()
    assert advisoriescli.main(["take", str(answers), "--data", str(tmp_path)]) == 1
    assert software.path(tmp_path).read_bytes() == before, "what can't be read changes nothing"


def test_a_version_that_was_never_looked_up_and_a_list_that_is_old_are_said(tmp_path: Path) -> None:
    assert software.faults(tmp_path, NOW) == (0, [])
    here = software.installed()
    software.write(tmp_path, Advisories(NOW, {one.key: () for one in here[1:]}))
    assert software.faults(tmp_path, NOW)[1] == [f"{here[0].key}: not looked up"]
    software.write(tmp_path, Advisories(NOW, {one.key: () for one in here}))
    assert software.faults(tmp_path, NOW)[1] == []
    assert software.faults(tmp_path, NOW + software.FRESH + timedelta(days=1))[1] == ["advisories_old"]
    software.path(tmp_path).write_text("{")
    assert software.faults(tmp_path, NOW) == (1, ["advisories_unreadable"])


@pytest.mark.parametrize(
    "said", [b"[]", b"{}", b'{"format":"other","at":"2026-11-22","known":{}}',
             b'{"format":"zegel-advisories/1","at":"2026-11-22","known":{"a==1":["<script>"]}}'],
)  # fmt: skip
def test_a_list_of_another_form_is_refused(said: bytes) -> None:
    with pytest.raises(BadAdvisories):
        software.decoded(said)


def test_the_database_is_asked_over_https_only() -> None:
    with pytest.raises(BadAdvisories):
        advisoriescli.ask("http://osv.example/v1/querybatch", [])


def test_a_site_without_a_trusted_certificate_is_told_apart(osv: str) -> None:
    port = int(osv.split(":")[2].split("/")[0])
    with pytest.raises((OSError, ssl.SSLError)):
        software.certificate_ends("127.0.0.1", port)
