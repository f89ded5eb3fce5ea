# SPDX-License-Identifier: EUPL-1.2
"""The house's MQTT broker: Home Assistant shows and commands the unit, Frigate's reviews are inputs.

Principles that keep it safe:
- Whoever may write to the broker may raise an alarm, and nothing else. To arm and to disarm takes a code, which opens
  the key with which the command is signed (keypad.py); the unit judges that command like every other.
- What is shown is the unit's true state, never what was asked for.
- A command that the broker kept (retained) is old, and is not obeyed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Coroutine
from typing import Any

import aiomqtt
import msgspec

from zegel.link.messages import SignalSource, Told
from zegel.protocols import frigate, homeassistant
from zegel.protocols.errors import BadMessage
from zegel.protocols.events import Event
from zegel.protocols.homeassistant import Command
from zegel.seal.command import Action
from zegel.unit import clock
from zegel.unit.config import Home
from zegel.unit.errors import ConfigError
from zegel.unit.site import keypad
from zegel.unit.site.hub import Hub, TooMuch, digest_of, told_of
from zegel.unit.site.messages import InputKind, Ordered, Wanted
from zegel.unit.site.settings import Mqtt

FRIGATE, HOMEASSISTANT = "frigate", "homeassistant"
AGAIN_S = (1.0, 2.0, 5.0, 15.0, 60.0)
STEADY_S = 30.0
KEEPALIVE_S = 20
LEAVE_S = 1.0
MAX_TASKS = 32
MAX_COMMANDS = 4
TRIES = 3
MAX_REVIEWS = 2000
TOPICS = ("frigate/reviews", "frigate/available", "frigate/+/status/+")
_SHOWN = {"armed": "armed_away", "part": "armed_home"}

log = logging.getLogger("zegel.unit.site.broker")


class House:
    """`want` says what is shown and listened to; `run` keeps at it."""

    def __init__(self, home: Home, hub: Hub, broker: Mqtt) -> None:
        self._home, self._hub, self._broker = home, hub, broker
        self._wanted: Wanted | None = None
        self._changed = asyncio.Event()
        self._commands: asyncio.Queue[Command] = asyncio.Queue(MAX_COMMANDS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._reviews: dict[str, None] = {}
        self._troubles: set[str] = set()

    def want(self, wanted: Wanted) -> None:
        before, self._wanted = self._wanted, wanted
        if before != wanted:
            self._changed.set()

    async def run(self) -> None:
        tries = 0
        while True:
            began_s = clock.mono_s()
            if self._wanted is None or not (self._wanted.frigate or self._wanted.homeassistant):
                self._changed.clear()
                await self._changed.wait()
                continue
            try:
                await self._session(self._wanted)
            except (aiomqtt.MqttError, OSError, ConfigError, ValueError) as error:
                log.warning("broker_lost reason=%s", type(error).__name__)
                self._lost("broker", "broker_lost")
            tries = 0 if clock.mono_s() - began_s > STEADY_S else tries + 1
            await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])

    async def _session(self, wanted: Wanted) -> None:
        shown = homeassistant.discovery(wanted.unit.hex(), "Zegel")
        will = aiomqtt.Will(shown.availability_topic, homeassistant.OFFLINE, qos=1, retain=True)
        async with aiomqtt.Client(
            self._broker.host, self._broker.port, username=self._broker.user or None,
            password=self._broker.password or None, identifier=f"zegel-{wanted.unit.hex()[:16]}",
            keepalive=KEEPALIVE_S, timeout=10, tls_context=self._tls(), will=will if wanted.homeassistant else None,
            max_queued_incoming_messages=1000,
        ) as client:  # fmt: skip
            self._back("broker", "broker_back")
            try:
                await self._talk(client, wanted, shown)
            finally:
                if wanted.homeassistant:  # whoever leaves in order gets no will
                    with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                        await client.publish(
                            shown.availability_topic, homeassistant.OFFLINE, qos=1, retain=True, timeout=LEAVE_S
                        )

    async def _talk(self, client: aiomqtt.Client, wanted: Wanted, shown: homeassistant.Discovery) -> None:
        """Until something else is wanted of the broker, or it is gone."""
        await self._subscribe(client, wanted, shown)
        parts = [self._read(client, shown), self._show(client, wanted, shown), self._obey()]
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in [*tasks, *self._tasks]:
                task.cancel()
            await asyncio.gather(*tasks, *self._tasks, return_exceptions=True)

    def _tls(self) -> ssl.SSLContext | None:
        if not self._broker.tls:
            return None
        try:
            return ssl.create_default_context(cafile=self._broker.ca)
        except (OSError, ssl.SSLError):
            raise ConfigError("the broker's certificate authority can't be read") from None

    async def _subscribe(self, client: aiomqtt.Client, wanted: Wanted, shown: homeassistant.Discovery) -> None:
        for topic in TOPICS if wanted.frigate else ():
            await client.subscribe(topic, qos=1)
        if wanted.homeassistant:
            await client.subscribe(shown.command_topic, qos=1)
            await client.publish(shown.topic, _with_code(shown.payload), qos=1, retain=True)

    # -- what the house sees

    async def _show(self, client: aiomqtt.Client, began: Wanted, shown: homeassistant.Discovery) -> None:
        """Until what is wanted of the broker changes: then a new session begins."""
        said = ""
        while (wanted := self._wanted) is not None:
            if (wanted.frigate, wanted.homeassistant) != (began.frigate, began.homeassistant):
                break
            state = "triggered" if wanted.alarm else _SHOWN.get(wanted.state, "disarmed")
            if wanted.homeassistant and f"{state} {wanted.state}" != said:
                said = f"{state} {wanted.state}"
                attributes = msgspec.json.encode({"posture": wanted.state})
                await client.publish(shown.state_topic, state, qos=1, retain=True)
                await client.publish(shown.attributes_topic, attributes, qos=1, retain=True)
                await client.publish(shown.availability_topic, homeassistant.ONLINE, qos=1, retain=True)
            self._changed.clear()
            await self._changed.wait()

    # -- what the house says

    async def _read(self, client: aiomqtt.Client, shown: homeassistant.Discovery) -> None:
        async for message in client.messages:
            topic, payload = str(message.topic), message.payload
            data = payload if isinstance(payload, bytes) else str(payload or "").encode()
            if topic == shown.command_topic:
                if not message.retain:
                    self._take_command(data)
                continue
            self._take_frigate(topic, data)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._tasks) >= MAX_TASKS:
            work.close()
            self._lost("flood", "broker_floods")
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _take_frigate(self, topic: str, data: bytes) -> None:
        found = frigate.read(topic, data)
        if isinstance(found, frigate.Health):
            about = f"frigate {found.camera or ''} {found.role or ''}"
            detail = {"camera_name": found.camera or "", "role": found.role or "", "state": found.state}
            if found.ok:
                self._back(about, "frigate_back", **detail)
            else:
                self._lost(about, "frigate_lost", **detail)
        elif found is not None:
            self._take_review(found, data)

    def _take_review(self, event: Event, data: bytes) -> None:
        """One event for each review, at its first alert."""
        review = event.told("review") or digest_of(data).hex()
        if review in self._reviews:
            return
        self._reviews[review] = None
        while len(self._reviews) > MAX_REVIEWS:
            self._reviews.pop(next(iter(self._reviews)))
        self._start(self._hear(digest_of(FRIGATE, review), FRIGATE, told_of(event), data))

    async def _hear(self, digest: bytes, account: str, told: Told, raw: bytes = b"") -> None:
        for _ in range(TRIES):
            with contextlib.suppress(TimeoutError, TooMuch):
                await self._hub.hear(digest, SignalSource.MQTT, "mqtt", account, told, raw=raw)
                return
        log.error("event_lost account=%s", account)

    # -- commands

    def _take_command(self, data: bytes) -> None:
        try:
            command = homeassistant.command(data)
        except BadMessage:
            log.warning("not_a_command bytes=%d", len(data))
            return
        try:
            self._commands.put_nowait(command)
        except asyncio.QueueFull:
            log.warning("too_many_commands")

    async def _obey(self) -> None:
        """One after the other: trying a code takes its time, on purpose."""
        while True:
            command = await self._commands.get()
            if command.action is homeassistant.Action.TRIGGER:
                await self._alarm("trigger", "Alarm raised in Home Assistant")
            else:
                await self._order(command)

    async def _order(self, command: Command) -> None:
        wanted, now_ms = self._wanted, clock.wall_ms()
        if wanted is None or wanted.pairing is None:
            return
        try:
            opened = await asyncio.to_thread(keypad.try_code, self._home, command.code, now_ms)
        except keypad.WrongCode as error:
            self._hub.trouble(InputKind.LOST, "wrong_code", "code", locked_s=error.locked_ms // 1000)
            return
        except ConfigError:
            self._hub.trouble(InputKind.LOST, "no_code", "code")
            return
        if opened.duress:
            await self._alarm("code", "Code under duress")
        action = Action.DISARM if command.action is homeassistant.Action.DISARM else Action.ARM
        until_ms = _latest_end(wanted, opened.person, clock.wall_ms()) if action is Action.DISARM else None
        self._hub.say(Ordered(opened.order(wanted.unit, wanted.pairing, action, clock.wall_ms(), until_ms)))

    async def _alarm(self, zone: str, name: str) -> None:
        """Somebody is threatened. It comes first: what is still armed now may show who does it."""
        told = Told("keypad", zone, "", "alarm", "holdup_duress", 1, name, zone, known=True, duress=zone == "code")
        await self._hear(digest_of(HOMEASSISTANT, zone, clock.wall_ms() // 10_000), HOMEASSISTANT, told)

    # -- troubles

    def _lost(self, about: str, code: str, **detail: str | int) -> None:
        if about not in self._troubles:
            self._troubles.add(about)
            self._hub.trouble(InputKind.LOST, code, about, None, **detail)

    def _back(self, about: str, code: str, **detail: str | int) -> None:
        if about in self._troubles:
            self._troubles.discard(about)
            self._hub.trouble(InputKind.BACK, code, about, None, **detail)


def _latest_end(wanted: Wanted, person: bytes, now_ms: int) -> int | None:
    """A delegate's disarming ends by itself: as late as he may. The unit judges it by the policy all the same."""
    for delegate, max_s, expires_ms in wanted.delegates:
        if delegate == person:
            return expires_ms if max_s is None else min(expires_ms, now_ms + max_s * 1000)
    return None


def _with_code(payload: bytes) -> bytes:
    """Arming needs the code here as well: without it nobody signs."""
    told = msgspec.json.decode(payload)
    return msgspec.json.encode({**told, "code_arm_required": True, "supported_features": ["arm_away", "trigger"]})
