# SPDX-License-Identifier: EUPL-1.2
"""`zegel viewer …`: checks the pages' code that a server hands out, as an outsider with nothing but the log's key.

    zegel viewer verify URL --key VKEY [--built FILE] [--receipt FILE] [--witness VKEY]… [--quorum N]
        fetches the bundle's manifest, every file in it, the workers and the pages, and checks each file against the
        manifest and the manifest against the log: an entry that names it, with its proof under VKEY. A page that could
        run a script of another address is refused.
        --built: the manifest.json of a build of your own, which must be the same. Without it you know that the server
        stands by this bundle in a log that can't be taken back; with it you know what the bundle does.
        --receipt: where the proof is kept.

Exit status: 0 verified, 1 refused (keep the output: it is evidence), 2 not checked. No part of the server is imported.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from zegel.fetching import CannotFetch
from zegel.ledgercli import NOT_CHECKED, REFUSED, VERIFIED, BadUse, parse_key
from zegel.seal.errors import SealError
from zegel.viewercheck import Checked, Manifest, Viewer, ViewerRefused


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    words = _parser().parse_args(argv)
    try:
        witnesses = tuple(parse_key(text) for text in words.witness)
        if words.quorum > len(witnesses):
            raise BadUse(f"--quorum {words.quorum} needs as many --witness keys.")
        built = _read(words.built)
        viewer = Viewer(words.url, parse_key(words.key), witnesses, words.quorum)
        checked = viewer.check()
        if built is not None and Manifest.read(built).digest != checked.manifest.digest:
            raise ViewerRefused("the bundle is not the one of your own build")
    except (BadUse, CannotFetch) as problem:
        print(f"not checked: {problem}", file=sys.stderr)
        return NOT_CHECKED
    except (ViewerRefused, SealError) as problem:
        print(f"REFUSED: {problem}")
        return REFUSED
    if words.receipt:
        words.receipt.write_bytes(checked.proof)
    _tell(checked, compared=built is not None)
    return VERIFIED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel viewer", description="Check the pages' code that a server hands out.")
    commands = parser.add_subparsers(required=True, metavar="verify")
    verify = commands.add_parser("verify", help="compare what is served with what the log names")
    verify.add_argument("url", metavar="URL", help="the address that you open, for example https://alarm.example")
    verify.add_argument("--key", required=True, metavar="VKEY", help="the log's verifier key, or a file with it")
    verify.add_argument("--built", type=Path, metavar="FILE", help="manifest.json of a build of your own")
    verify.add_argument("--receipt", type=Path, metavar="FILE", help="where to keep the proof")
    verify.add_argument("--witness", action="append", default=[], metavar="VKEY", help="a witness's key")
    verify.add_argument("--quorum", type=int, default=0, metavar="N", help="how many of them must have cosigned")
    return parser


def _read(path: Path | None) -> bytes | None:
    try:
        return None if path is None else path.read_bytes()
    except OSError as problem:
        raise BadUse(f"{path} can't be read ({problem.strerror}).") from None


def _tell(checked: Checked, *, compared: bool) -> None:
    entry = checked.receipt.entry
    when = datetime.fromtimestamp(entry.at_ms / 1000, tz=UTC).isoformat(timespec="seconds")
    print(f"bundle      {checked.manifest.digest}")
    print(f"files       {len(checked.manifest.files)}, each as the manifest says")
    print(f"pages       {checked.pages}, in four languages, running nothing but these files")
    if checked.absent:
        print(f"not there   {', '.join(checked.absent)}")
    print(f"logged      entry {checked.receipt.index} of {checked.receipt.checkpoint.origin}, {when}")
    print("your build  the same" if compared else "your build  not compared (see --built)")
    print("VERIFIED")
