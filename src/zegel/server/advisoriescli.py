# SPDX-License-Identifier: EUPL-1.2
"""zegel advisories: known weaknesses of the software that is installed here (A13).

  zegel advisories show [--data FOLDER]           what is known, and how old the list is; exits 1 when anything is wrong
  zegel advisories refresh [--data FOLDER] [--from URL]  ask the open database of vulnerabilities (OSV): names and
                                                  versions of open-source packages go there, nothing else
  zegel advisories questions                      the same questions as a file, for a machine without internet
  zegel advisories take ANSWERS [--data FOLDER]   the answers to them, brought back as a file
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zegel.server.kernel import clock, software
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.software import Advisories, BadAdvisories, Package

OSV = "https://api.osv.dev/v1/querybatch"
ECOSYSTEM = "PyPI"
TIMEOUT_S = 60


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="zegel advisories", description=__doc__.splitlines()[0] if __doc__ else "")
    words = parser.add_subparsers(dest="word", required=True)
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, default=Path(os.environ.get("ZEGEL_DATA", "var")))
    words.add_parser("show", parents=[data])
    words.add_parser("refresh", parents=[data]).add_argument("--from", dest="source", default=OSV)
    words.add_parser("questions")
    words.add_parser("take", parents=[data]).add_argument("answers", type=Path)
    said = parser.parse_args(list(argv))
    try:
        return _do(said)
    except (ZegelError, OSError) as error:
        print(f"zegel advisories: {error}", file=sys.stderr)
        return 1


def _do(said: argparse.Namespace) -> int:
    here = software.installed()
    match said.word:
        case "questions":
            print(json.dumps(questions(here), indent=1))
            return 0
        case "refresh":
            software.write(said.data, answered(here, ask(said.source, here)))
        case "take":
            software.write(said.data, answered(here, said.answers.read_bytes()))
    return _show(said.data)


def _show(data: Path) -> int:
    advisories = software.read(data)
    if advisories is None:
        print("No list yet: run `zegel advisories refresh`.")
        return 1
    tried, wrong = software.faults(data, clock.now())
    print(f"{tried - 1} packages, looked up {advisories.at.date().isoformat()}")
    for one in wrong:
        print(f"  {one}")
    return 1 if wrong else 0


def questions(here: Sequence[Package]) -> dict[str, Any]:
    """As OSV's /v1/querybatch takes them, one for each package, in order."""
    return {"queries": [{"package": {"name": p.name, "ecosystem": ECOSYSTEM}, "version": p.version} for p in here]}


def ask(source: str, here: Sequence[Package]) -> bytes:
    """Raises OSError when nobody answers, BadAdvisories for an address that is none."""
    if not source.startswith(("https://", "http://127.0.0.1:")):
        raise BadAdvisories("The database is asked over https only.", action="Give an address that begins with it.")
    body = json.dumps(questions(here)).encode()
    request = urllib.request.Request(source, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return bytes(answer.read(software.LARGEST + 1))
    except urllib.error.URLError as error:
        raise OSError(f"{source} does not answer ({error.reason})") from None


def answered(here: Sequence[Package], raw: bytes) -> Advisories:
    """The answers stand in the order of the questions. Raises BadAdvisories."""
    wrong = BadAdvisories("These are not the answers to our questions.", action="Ask anew: the software may differ.")
    try:
        results = json.loads(raw)["results"]
        known = [tuple(sorted(str(one["id"]) for one in row.get("vulns", []))) for row in results]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise wrong from None
    if len(known) != len(here):
        raise wrong
    made = Advisories(clock.now(), {package.key: ids for package, ids in zip(here, known, strict=True)})
    return software.decoded(software.encoded(made))
