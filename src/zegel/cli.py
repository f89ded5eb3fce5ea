# SPDX-License-Identifier: EUPL-1.2
"""`zegel …`: hands each word to the program that owns it, and imports nothing before it knows which."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

# word -> (module:function, what it does). The function takes the remaining words and returns the exit status.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("zegel.demo.cli:main", "tell the whole story on real video"),
    "serve": ("zegel.server.serve:main", "run the server: web, realtime, gateway, worker"),
    "setup": ("zegel.setup.cli:main", "found an installation: its first parties, people, keys and sites"),
    "manage": ("zegel.server.serve:manage", "Django's management commands, against this installation"),
    "unit": ("zegel.unit.cli:main", "run a camera unit: enrol, run, status, wipe; panels and cameras on its site"),
    "pair": ("zegel.client.cli:main", "pair a unit, as its owner, from his own machine"),
    "policy": ("zegel.client.policycli:main", "show or change what a unit obeys, as its owner"),
    "certify": ("zegel.client.certifycli:main", "certify an alarm centre's opening key anew, from its paper"),
    "package": ("zegel.client.packagecli:main", "make an evidence package of your recordings, on your own machine"),
    "verify-package": ("zegel.records.verify_cli:main", "check an evidence package offline, and write its films"),
    "open": ("zegel.records.cli:main", "check a film or a package of originals offline, and write the film"),
    "redact": ("zegel.records.redact.cli:main", "make a film in which others can't be recognised: find, review, make"),
    "ledger": ("zegel.ledgercli:main", "verify a ledger or a receipt, as an outsider"),
    "viewer": ("zegel.viewercli:main", "verify the pages' code that a server hands out, as an outsider"),
    "witness": ("zegel.witnesscli:main", "remember a log and cosign what only grew, as anybody"),
    "signal": ("zegel.dialler:main", "try an alarm receiver as a panel would: send"),
    "backup": ("zegel.server.backupcli:main", "make, try and list back-up copies; the administrator's key"),
    "restore": ("zegel.server.restorecli:main", "put a back-up copy into an empty installation"),
    "advisories": ("zegel.server.advisoriescli:main", "known weaknesses of the installed software: show, refresh"),
    "mail": ("zegel.server.mailcli:main", "how letters leave: check the mail server, the DNS record, what comes back"),
    "fsck": ("zegel.server.fsck:main", "check every invariant of this installation"),
}


def usage() -> str:
    lines = ["usage: zegel COMMAND …", ""]
    lines += [f"  {word:<8} {what}" for word, (_, what) in COMMANDS.items()]
    return "\n".join(lines)


def load(target: str) -> Callable[[Sequence[str]], int]:
    module, _, name = target.partition(":")
    function: Callable[[Sequence[str]], int] = getattr(import_module(module), name)
    return function


def main(argv: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0
    if words[0] in {"-V", "--version"}:
        from zegel import __version__

        print(f"zegel {__version__}")
        return 0
    if words[0] not in COMMANDS:
        print(f"zegel: there is no command '{words[0]}'.\n\n{usage()}", file=sys.stderr)
        return 2
    return load(COMMANDS[words[0]][0])(words[1:])


if __name__ == "__main__":
    raise SystemExit(main())
