# SPDX-License-Identifier: EUPL-1.2
"""How fast Debian's Chromium opens segments, in MB/s of plaintext. Part of the claim `seal`; bench/seal.py calls it.

The page web/bench/open.html (built by `make setup` into web/dist/bench) runs the viewer's own code: SHA-256 of the
segment, key derivation, commitment, every chunk of AES-256-GCM. 256 KiB a segment, eight at once, as the client opens
them.
"""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUILT = Path(__file__).resolve().parent.parent / "web" / "dist" / "bench"
CHROMIUM = Path("/usr/bin/chromium")
SIZE_KIB = 256
SECONDS = 3.0
AT_ONCE = 8
ROUNDS = 3
TARGET_MB_S = 100.0


class NoBrowser(Exception):
    """There is no Chromium here, or the page was not built: run `make setup browser`."""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves a folder on a free port of the loopback address (a secure context: WebCrypto is there)."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def opening_speed_mb_s(size_kib: int = SIZE_KIB, seconds: float = SECONDS, at_once: int = AT_ONCE) -> float:
    """The best of three rounds. Raises NoBrowser."""
    if not CHROMIUM.exists() or not (BUILT / "open.js").exists():
        raise NoBrowser(f"needs {CHROMIUM} and {BUILT}: run make setup browser")
    from playwright.sync_api import sync_playwright

    with served(BUILT) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        try:
            page = browser.new_page()
            page.goto(f"{address}/open.html")
            page.wait_for_function("document.body.textContent === 'ready'")
            call = f"measure({size_kib}, {seconds}, {at_once})"
            return max(float(page.evaluate(call)["mbPerS"]) for _ in range(ROUNDS))
        finally:
            browser.close()


def main() -> None:
    got = opening_speed_mb_s()
    print(f"{'opening in the browser':40} {got:8.0f} MB/s   (target {TARGET_MB_S:.0f})")
    result = {"what": "opening in the browser", "unit": "MB/s", "got": round(got, 1), "target": TARGET_MB_S}
    print(json.dumps({"bench": "open_in_browser", "results": [{**result, "better": "higher"}]}))


if __name__ == "__main__":
    main()
