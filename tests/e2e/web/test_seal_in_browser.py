# SPDX-License-Identifier: EUPL-1.2
"""The seal in Debian's Chromium: its WebCrypto, workers and WebAssembly open what Python and Node made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
BUILT = ROOT / "web" / "dist" / "browser-test"
VECTORS = ROOT / "tests" / "conformance" / "vectors"
CHROMIUM = Path("/usr/bin/chromium")
POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"

pytestmark = pytest.mark.browser


class _Page(SimpleHTTPRequestHandler):
    """The built script under the very policy that the server's pages have."""

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        page = b'<!doctype html><meta charset="utf-8"><body><script type="module" src="/vectors.js"></script></body>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not CHROMIUM.exists() or not (BUILT / "vectors.js").exists():
        pytest.skip("needs Debian's Chromium and the built test page: run make setup browser")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Page, directory=str(BUILT)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", ["python_seal.json", "typescript_seal.json"])
def test_chromium_opens_what_the_others_sealed(address: str, name: str, browser: Any) -> None:
    vectors = json.loads((VECTORS / name).read_text())
    for only_python in ("refused", "mailpictures"):
        vectors.setdefault(only_python, [])
    page = browser.new_page()
    try:
        page.goto(address)
        page.wait_for_function("document.body.textContent === 'ready'")
        said = page.evaluate("json => runVectors(json)", vectors)
    finally:
        page.close()
    assert len(said) >= 13
    assert [line for line in said if not line.endswith(": holds")] == []
