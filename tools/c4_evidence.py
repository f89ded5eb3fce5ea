# SPDX-License-Identifier: EUPL-1.2
"""The signed evidence of C4 that ships with a version (zegel.server.promises.shipped).

    python tools/c4_evidence.py key FILE      a release key, for whoever releases; it belongs into no repository
    python tools/c4_evidence.py sign FILE     drives every page in a browser (tests/e2e/test_c4.py), signs what was seen

Signs nothing when a page was left out, or when the test failed: then there is nothing to show.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tools.pages import every_page  # noqa: E402

from zegel import __version__  # noqa: E402
from zegel.seal.note import NoteSigner, VerifierKey, sign_note  # noqa: E402
from zegel.seal.suite import SigningKey  # noqa: E402
from zegel.server.promises.shipped import KEY, NOTE, Standing, read, sitemap_of  # noqa: E402

NAME = "zegel-release"
KEPT = ("databases", "workers", "caches", "local", "session")


def main(words: Sequence[str]) -> int:
    match list(words):
        case ["key", path]:
            return _new_key(Path(path))
        case ["sign", path]:
            return _sign(Path(path))
    print(__doc__)
    return 2


def _new_key(path: Path) -> int:
    key = SigningKey.generate()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key.seed.hex() + "\n")
    print(NoteSigner(NAME, key).verifier)
    return 0


def _sign(path: Path) -> int:
    signer = NoteSigner(NAME, SigningKey(bytes.fromhex(path.read_text().strip())))
    if KEY.exists() and VerifierKey.parse(KEY.read_text().strip()) != signer.verifier:
        print(f"{KEY.name} names another key: a new release key is a decision, remove the file first", file=sys.stderr)
        return 1
    seen = _driven()
    wanted = {(page.path, page.person or "") for page in every_page()}
    found = {(one["path"], one["person"]) for one in seen}
    if found != wanted:
        print(f"not every page was driven: {sorted(wanted ^ found)[:5]}", file=sys.stderr)
        return 1
    note = str(sign_note(_text(seen), [signer]))
    assert read(note, str(signer.verifier), sitemap_of(sorted(wanted))).standing is Standing.HOLDS
    NOTE.parent.mkdir(exist_ok=True)
    KEY.write_text(f"{signer.verifier}\n", "utf-8")
    NOTE.write_text(note, "utf-8")
    print(f"{NOTE.relative_to(ROOT)}: {len(wanted)} pages, signed by {signer.verifier}")
    return 0


def _driven() -> list[dict[str, Any]]:
    """What each page kept and asked for, as the test saw it. Raises CalledProcessError when it failed."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "seen"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "tests/e2e/test_c4.py"]
        subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "ZEGEL_C4_SEEN": str(out)})
        return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def _text(seen: Sequence[dict[str, Any]]) -> str:
    """One line for each page, so that a difference can be read."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    said = {
        "what": "every page driven in a real browser: what it keeps, and whom it asks (C4)",
        "version": __version__, "commit": commit.stdout.strip(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cookies": sorted({name for one in seen for name in one.get("cookies", [])}),
        "kept": sorted({f"{kind} {name}" for one in seen for kind in KEPT for name in one.get(kind, [])}),
        "strangers": sorted({address for one in seen for address in one.get("strangers", [])}),
    }  # fmt: skip
    head = json.dumps(said, indent=1, ensure_ascii=False).removesuffix("\n}")
    ordered = sorted(seen, key=lambda one: (one["person"], one["path"]))
    pages = [{"path": one["path"], "person": one["person"], "shown": one["shown"]} for one in ordered]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in pages)
    return f'{head},\n "pages": [\n{lines}\n ]\n}}\n'


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
