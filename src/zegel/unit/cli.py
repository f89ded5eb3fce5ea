# SPDX-License-Identifier: EUPL-1.2
"""`zegel unit enrol | run | status | wipe`, and what stands on site: `panel | onvif | discover | mqtt | code`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from zegel.seal.errors import SealError
from zegel.unit.config import Home
from zegel.unit.errors import AlreadyPaired, NotPaired, UnitError
from zegel.unit.site.commands import add_parsers
from zegel.unit.site.commands import run as site_command
from zegel.unit.source.config import ConfigError as SourceError

EXIT_FAILED, EXIT_NOT_PAIRED, EXIT_ALREADY_PAIRED = 1, 3, 4
DEFAULT_DATA = "/var/lib/zegel-unit"


def main(argv: Sequence[str]) -> int:
    """The exit status: 0 done, 1 failed, 2 misused, 3 not paired yet, 4 paired already."""
    words = _parser().parse_args(list(argv))
    logging.basicConfig(level=words.log.upper(), format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    try:
        _COMMANDS.get(words.command, site_command)(words)
    except NotPaired as error:
        return _complain(error, EXIT_NOT_PAIRED)
    except AlreadyPaired as error:
        return _complain(error, EXIT_ALREADY_PAIRED)
    except (UnitError, SealError, SourceError) as error:
        return _complain(error, EXIT_FAILED)
    except KeyboardInterrupt:
        return 130
    return 0


def _complain(error: Exception, status: int) -> int:
    print(f"zegel unit: {error}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel unit", description="The camera unit.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, default=Path(DEFAULT_DATA), help=f"the unit's directory ({DEFAULT_DATA})")
    common.add_argument("--log", default="info", choices=["debug", "info", "warning", "error"])
    commands = parser.add_subparsers(dest="command", required=True)
    enrol = commands.add_parser("enrol", parents=[common], help="make an identity, show its code, wait for the owner")
    enrol.add_argument("--server", required=True, help="https://host:8443")
    enrol.add_argument("--ca", required=True, help="the server's ca.pem, or sha256:FINGERPRINT of it")
    enrol.add_argument("--camera", action="append", required=True, metavar="NAME=SOURCE[,SUBSTREAM]")
    enrol.add_argument("--detector", help="another detector's manifest")
    enrol.add_argument("--timeout", type=float, metavar="SECONDS", help="how long to wait for the owner")
    commands.add_parser("run", parents=[common], help="guard, seal and send")
    status = commands.add_parser("status", parents=[common], help="what the unit on this machine is doing")
    status.add_argument("--json", action="store_true")
    add_parsers(commands, common)
    storage = commands.add_parser("storage", parents=[common], help="a disk, card or mounted NAS for recordings")
    storage.add_argument("action", choices=["set", "show", "off"])
    storage.add_argument("path", type=Path, nargs="?", help="the folder where it is mounted")
    storage.add_argument(
        "--limit-gb", type=float, default=0.0, help="how much of it recordings may fill (all but a rest)"
    )
    wipe = commands.add_parser("wipe", parents=[common], help="destroy identity, state and spool")
    wipe.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def _enrol(words: argparse.Namespace) -> None:
    from zegel.unit.enrol import Request, enrol

    request = Request(words.server, words.ca, words.camera, words.detector, words.timeout)
    enrol(Home(words.data), request, lambda line: print(line, flush=True))


def _run(words: argparse.Namespace) -> None:
    from zegel.unit.run import run_unit

    run_unit(Home(words.data))


def _status(words: argparse.Namespace) -> None:
    from zegel.unit import clock
    from zegel.unit.statusfile import read

    home = Home(words.data)
    if words.json:
        print(home.status.read_text() if home.status.exists() else "{}")
        return
    status = read(home)
    age_s = max(0, clock.wall_ms() - status.at_ms) // 1000
    print(f"unit        {status.unit}")
    print(f"state       {status.posture}, as of {age_s} s ago" + ("" if age_s < 30 else " (not running?)"))
    if status.part is not None:
        print(f"part        only {status.part} is armed")
    if status.data_limit_bytes is not None:
        print(f"data        {status.data_bytes / 1e6:.0f} of {status.data_limit_bytes / 1e6:.0f} MB so far")
    print(f"link        {status.link} {status.link_error}".rstrip())
    print(f"policy      {status.policy_counter}" + (f", REVOKED: {status.revoked}" if status.revoked else ""))
    print(f"spool       {status.spool_open} waiting, {status.spool_bytes / 1e6:.1f} MB")
    print(f"clock       {'agrees with the ledger' if status.clock_agrees else 'DISAGREES with the ledger'}")
    print(f"memory      {'locked' if status.memory_locked else 'not locked (no permission): switch swap off'}")
    if status.site:
        print(f"site        {status.site}")
    for camera in status.cameras:
        alarm = ", ALARM" if camera.alarm_open else ""
        masked = ", masked and re-encoded" if camera.reencoded else ""
        print(f"camera      {camera.name}: {camera.state}, epoch {camera.epoch} slot {camera.slot}{masked}{alarm}")
        if camera.overview:
            print(f"overview    {camera.name}: {camera.overview}")


def _storage(words: argparse.Namespace) -> None:
    """What is kept there, and for how long, is the owner's to say in his signed policy."""
    from msgspec import structs

    from zegel.unit.config import load, save
    from zegel.unit.errors import ConfigError

    home = Home(words.data)
    config = load(home)
    if words.action == "show":
        print(f"storage     {config.storage or 'none'}")
        return
    if words.action == "set" and (words.path is None or not words.path.is_dir()):
        raise ConfigError(f"{words.path or 'set'}: give a folder that is there, where the disk or card is mounted")
    place = str(words.path.absolute()) if words.action == "set" else ""
    save(home, structs.replace(config, storage=place, storage_bytes=round(words.limit_gb * 2**30)))
    print(f"storage     {place or 'none'}. Restart the unit: systemctl restart zegel-unit")


def _wipe(words: argparse.Namespace) -> None:
    from zegel.unit.wipe import wipe

    if not words.yes:
        answer = input(f"Destroy this unit's identity, state and spool in {words.data}? Type 'wipe': ")
        if answer.strip() != "wipe":
            raise UnitError("nothing was destroyed")
    print(f"{wipe(Home(words.data))} files destroyed. Enrol the unit to use it again.")


_COMMANDS = {"enrol": _enrol, "run": _run, "status": _status, "storage": _storage, "wipe": _wipe}
