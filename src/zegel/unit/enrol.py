# SPDX-License-Identifier: EUPL-1.2
"""Enrolment: the unit makes its identity, shows its code, and waits until an owner who read the code has paired it.

The code carries the key's fingerprint and a secret. Whoever reads it can pair this unit, once; so it is shown here and
nowhere else, and its files are destroyed as soon as the unit is paired.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass

import segno

from zegel.seal.pairing import PairingCode
from zegel.seal.words import words
from zegel.unit.config import Camera, Config, Home, Server, check_ca, load, make_cameras, save
from zegel.unit.errors import AlreadyPaired, ConfigError, UnitError
from zegel.unit.files import overwrite_and_unlink, private_directory, write_atomic
from zegel.unit.identity import Identity
from zegel.unit.memory import harden
from zegel.unit.pin import pin
from zegel.unit.run import Runner, only_one, open_engine
from zegel.unit.spool import Kind
from zegel.unit.state import StateFile

CODE_FILES = ("pairing.txt", "pairing.svg", "pairing.png")


@dataclass(frozen=True, slots=True)
class Request:
    """What the installer asked for."""

    server: str
    ca: str
    cameras: list[str]
    detector: str | None = None
    timeout_s: float | None = None


def enrol(home: Home, request: Request, say: Callable[[str], None]) -> None:
    """Returns when the unit is paired. Raises AlreadyPaired, ConfigError, UnitError."""
    harden()
    private_directory(home.directory)
    with only_one(home):
        identity = _prepare(home, request)
        assert identity.pairing_secret is not None
        _show(home, PairingCode(identity.key.fingerprint, identity.pairing_secret), say)
        config = load(home)
        say(f"Waiting for the owner at {config.server} …")
        engine = open_engine(home, config)
        asyncio.run(_wait(Runner(home, config, engine), request.timeout_s))
        destroy_code(home)
        say(f"Paired. Keys and policy are pinned ({words(engine.trust.keyset_hash)}). Start with: zegel unit run")


def _prepare(home: Home, request: Request) -> Identity:
    """An interrupted enrolment is taken up again with the same identity and code."""
    server = Server.parse(request.server)
    cameras = _cameras(home, request.cameras)
    identity = Identity.load(home.identity) if home.identity.exists() else None
    if identity is not None and (identity.pairing_secret is None or _paired(home)):
        raise AlreadyPaired("this unit is paired: run `zegel unit wipe` before it is paired again")
    pin(home, server, check_ca(request.ca))
    save(home, Config(request.server, home.ca.name, cameras, request.detector))
    if identity is None:
        identity = Identity.create(home.identity)
    if not home.state.exists():
        StateFile.create(home.state, identity.unit)
    return identity


def _cameras(home: Home, wanted: list[str]) -> list[Camera]:
    fresh = make_cameras(wanted)
    with contextlib.suppress(ConfigError):
        known = {camera.words: camera for camera in load(home).cameras}
        return [known.get(camera.words, camera) for camera in fresh]
    return fresh


def _paired(home: Home) -> bool:
    return home.state.exists() and StateFile.load(home.state).state.pairing is not None


def _show(home: Home, code: PairingCode, say: Callable[[str], None]) -> None:
    text = code.text()
    picture = segno.make(text, error="m")
    drawn = io.StringIO()
    picture.terminal(drawn, compact=True)
    svg, png = io.BytesIO(), io.BytesIO()
    picture.save(svg, kind="svg", scale=8)
    picture.save(png, kind="png", scale=8)
    for name, data in zip(CODE_FILES, (text.encode(), svg.getvalue(), png.getvalue()), strict=True):
        write_atomic(home.directory / name, data)
    say(drawn.getvalue())
    say(f"Code: {text}")
    say(f"To type: {code.typed()}")
    say(f"Fingerprint in words: {words(code.fingerprint)}")
    say(f"As a picture: {home.directory / 'pairing.png'} (destroyed once the unit is paired)")


def destroy_code(home: Home) -> None:
    for name in CODE_FILES:
        overwrite_and_unlink(home.directory / name)


async def _wait(runner: Runner, timeout_s: float | None) -> None:
    """Until the owner's pairing is pinned and the server has the unit's signature on it."""
    task = asyncio.create_task(runner.run())
    try:
        async with asyncio.timeout(timeout_s):
            while not _settled(runner):
                if task.done():
                    task.result()
                    raise UnitError("the connection to the server ended for good")
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise UnitError(
            "nobody paired this unit in time: run the same command again, the code stays the same"
        ) from None
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _settled(runner: Runner) -> bool:
    spool = runner.engine.outbox.spool
    return runner.engine.trust.paired and not spool.waiting and not spool.of_kind(Kind.PAIRED)
