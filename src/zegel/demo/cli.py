# SPDX-License-Identifier: EUPL-1.2
"""`zegel demo`: the main job on real video, for a visitor or (with --once) for a judge."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str]) -> int:
    """The exit status: 0 when everything went as promised."""
    if argv and argv[0] == "seed":
        return seed_main(argv[1:])
    if argv and argv[0] == "send":
        from zegel.demo import senders

        return senders.main(argv[1:])
    words = _parser().parse_args(argv)
    from zegel.demo.processes import DidNotStart

    try:
        if words.once:
            from zegel.demo.once import judge

            return judge(words.folder, words.video, words.camera, keep=words.keep)
        from zegel.demo.visit import visit

        return visit(words.folder, words.video, words.camera, words.http)
    except DidNotStart as error:
        print(f"\nzegel demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def seed_main(argv: Sequence[str]) -> int:
    """`zegel demo seed`: fill an installation with the world unless it is there; prints the log's name and key."""
    parser = argparse.ArgumentParser(prog="zegel demo seed")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True, help="the file with the people's secrets")
    parser.add_argument("--origin", required=True)
    parser.add_argument("--invite", action="store_true", help="prints the link of an invitation that waits, too")
    words = parser.parse_args(argv)
    from zegel.demo import keys, seed
    from zegel.demo.world import WORLD
    from zegel.setup import make
    from zegel.setup.keys import Keyring

    make.prepare(words.data, words.origin)
    if not words.keys.exists():
        keyring = Keyring.generate(WORLD)
        seed.seed(keyring, words.origin)
        keys.save(keyring, words.keys)
    name, vkey = make.log_key()
    said = {"name": name, "vkey": vkey}
    if words.invite:
        from zegel.demo import connections, customers, invoices, orders, products
        from zegel.demo.invited import waiting

        connections.record()
        customers.record()
        products.things()
        orders.record()
        invoices.record()
        said["invitation"] = waiting()
    print(json.dumps(said))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel demo", description="The main job, end to end, on real video.")
    parser.add_argument("--once", action="store_true", help="tell the whole story without a person, check it, and end")
    parser.add_argument("--video", help="a clip of your own")
    parser.add_argument("--camera", help="a camera of your own: rtsp://user:password@host/path")
    parser.add_argument("--folder", type=Path, default=None, help="where it lives (default: var/demo)")
    parser.add_argument("--http", type=int, default=8000, help="the browser's port")
    parser.add_argument("--keep", action="store_true", help="with --once: leave its folder and logs behind")
    return parser
