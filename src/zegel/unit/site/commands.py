# SPDX-License-Identifier: EUPL-1.2
"""`zegel unit panel | onvif | mqtt | code | discover`: what the installer sets up on site. Secrets are asked for, never
taken from the command line, where every user of the machine could read them."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from zegel.unit.config import Home, load
from zegel.unit.errors import ConfigError
from zegel.unit.site import settings
from zegel.unit.site.settings import Onvif, PanelKey

if TYPE_CHECKING:
    from zegel.unit.site.keypad import Keypad

AFTERWARDS = "It counts from the unit's next start, and only while the owner's signed policy allows it."


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """The sub-commands of `zegel unit` that this module answers."""
    _panel(commands, common)
    onvif = commands.add_parser("onvif", help="cameras' events, motors and stills by ONVIF")
    verbs = onvif.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", parents=[common], help="where a camera of this unit answers by ONVIF; tries it")
    add.add_argument("camera", help="the camera's name in this unit")
    add.add_argument("address", help="http://host/onvif/device_service, or the host alone")
    add.add_argument("--user", default="")
    verbs.add_parser("list", parents=[common])
    discover = commands.add_parser("discover", parents=[common], help="look for ONVIF cameras on the local network")
    discover.add_argument("--seconds", type=float, default=4.0)
    discover.add_argument("--address", action="append", default=[], help="ask this host too (may be given again)")
    discover.add_argument("--user", help="ask each camera found for its streams as this user")
    mqtt = commands.add_parser("mqtt", help="the house's broker: Home Assistant and Frigate")
    verbs = mqtt.add_subparsers(dest="verb", required=True)
    broker = verbs.add_parser("set", parents=[common])
    broker.add_argument("url", help="mqtt://host or mqtts://host")
    broker.add_argument("--user", default="")
    broker.add_argument("--ca", help="the broker's certificate authority (PEM), for mqtts in a house of one's own")
    verbs.add_parser("remove", parents=[common])
    code = commands.add_parser("code", help="codes by which people arm and disarm from Home Assistant")
    verbs = code.add_subparsers(dest="verb", required=True)
    verbs.add_parser("set", parents=[common], help="set the code and the code under duress; shows the keypad's key")
    named = verbs.add_parser("add", parents=[common], help="a code for one cleaner or child, with a key of its own")
    named.add_argument("name")
    verbs.add_parser("list", parents=[common], help="whose codes there are, and their keys; never a code")
    gone = verbs.add_parser("remove", parents=[common], help="one person's code; without a name every code")
    gone.add_argument("name", nargs="?")


def _panel(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    panel = commands.add_parser("panel", help="alarm panels that report to this unit (SIA DC-09)")
    verbs = panel.add_subparsers(dest="verb", required=True)
    listen = verbs.add_parser("listen", parents=[common], help="where panels are listened to")
    listen.add_argument("address", help="this unit's ADDRESS[:PORT] on the panels' network")
    listen.add_argument("--interface", help="listen on this interface only; needed for any address that is not local")
    add = verbs.add_parser("add", parents=[common], help="a panel; its key is asked for")
    add.add_argument("account", help="3 … 16 hex digits, as the panel sends it")
    add.add_argument("--key-format", choices=["hex", "ascii", "none"], required=True)
    add.add_argument("--poll", type=int, default=0, metavar="SECONDS", help="how often it promises to be heard")
    add.add_argument("--grace", type=int, default=30, metavar="SECONDS")
    remove = verbs.add_parser("remove", parents=[common])
    remove.add_argument("account")
    verbs.add_parser("list", parents=[common], help="accounts, never their keys")


def run(words: argparse.Namespace) -> None:
    """Raises ConfigError."""
    home = Home(words.data)
    name = f"{words.command} {words.verb}" if "verb" in words else words.command
    _COMMANDS[name](home, words)


def _listen(home: Home, words: argparse.Namespace) -> None:
    place = settings.read_listen(words.address, words.interface)
    settings.save(home, msgspec.structs.replace(settings.load(home), dc09=place))
    print(f"Panels are listened to at {place.host}:{place.port}, TCP and UDP. {AFTERWARDS}")


def _add_panel(home: Home, words: argparse.Namespace) -> None:
    key = None if words.key_format == "none" else settings.read_key(_secret("The panel's key: "), words.key_format)
    if not 0 <= words.poll <= 30 * 86_400 or not 0 <= words.grace <= 86_400:
        raise ConfigError("--poll is at most 30 days and --grace at most one, in seconds")
    panel = PanelKey(words.account.upper(), key, words.poll, words.grace)
    settings.save(home, settings.with_panel(settings.load(home), panel))
    how = "in clear" if key is None else f"with AES-{8 * len(key)}"
    print(f"Panel {panel.account}, {how}. {AFTERWARDS}")


def _remove_panel(home: Home, words: argparse.Namespace) -> None:
    settings.save(home, settings.without_panel(settings.load(home), words.account))
    print(f"Panel {words.account.upper()} is no longer known here.")


def _list_panels(home: Home, words: argparse.Namespace) -> None:
    site = settings.load(home)
    print(f"listening   {f'{site.dc09.host}:{site.dc09.port}' if site.dc09 else 'nowhere: zegel unit panel listen'}")
    for panel in site.panels:
        how = f"AES-{8 * len(panel.key)}" if panel.key else "in clear"
        print(f"panel       {panel.account} {how}" + (f", polls each {panel.poll_s} s" if panel.poll_s else ""))


def _add_onvif(home: Home, words: argparse.Namespace) -> None:
    names = [camera.name for camera in load(home).cameras]
    if words.camera not in names:
        raise ConfigError(f"this unit has no camera '{words.camera}'; it has {', '.join(names)}")
    password = _secret(f"The password of {words.user}: ") if words.user else ""
    camera = Onvif(words.camera, settings.check_onvif(words.address), words.user, password)
    _show(camera)
    settings.save(home, settings.with_onvif(settings.load(home), camera))
    print(AFTERWARDS)


def _show(camera: Onvif) -> None:
    from zegel.unit.onvif.device import Device, OnvifError

    try:
        found = Device(camera.address, camera.user, camera.password).look()
    except OnvifError as error:
        raise ConfigError(f"the camera at {camera.address} was asked and is of no use: {error}") from None
    print(f"{found.manufacturer} {found.model} {found.firmware}".strip())
    print(f"can: {', '.join(found.capabilities) or 'nothing that is used here'}")
    for profile in found.profiles:
        print(f"stream {profile.name}: {profile.encoding} {profile.width}x{profile.height} {profile.stream}")
    if found.snapshot:
        print(f"still: {found.snapshot}")
    for preset in found.presets:
        print(f"preset {preset.name}")


def _list_onvif(home: Home, words: argparse.Namespace) -> None:
    for camera in settings.load(home).onvif:
        print(f"{camera.camera}: {camera.address}" + (f" as {camera.user}" if camera.user else ""))


def _discover(home: Home, words: argparse.Namespace) -> None:
    from zegel.unit.onvif.device import Device, OnvifError
    from zegel.unit.onvif.discovery import discover

    found = discover(words.seconds, words.address)
    password = _secret(f"The password of {words.user}: ") if words.user and found else ""
    for camera in found:
        print(f"{camera.address}  {camera.name} {camera.hardware}".rstrip())
        if not words.user:
            continue
        try:
            looked = Device(camera.address, words.user, password).look()
        except OnvifError as error:
            print(f"    {error}")
            continue
        print(f"    can: {', '.join(looked.capabilities)}")
        for profile in looked.profiles:
            print(f"    {profile.encoding} {profile.width}x{profile.height} {profile.stream}")
    print(f"{len(found)} found. Give one to the unit with --camera NAME=STREAM, then: zegel unit onvif add …")


def _set_mqtt(home: Home, words: argparse.Namespace) -> None:
    password = _secret(f"The password of {words.user}: ") if words.user else ""
    broker = settings.read_mqtt(words.url, words.user, password, words.ca)
    settings.save(home, msgspec.structs.replace(settings.load(home), mqtt=broker))
    print(f"The house's broker is {broker.host}:{broker.port}{' over TLS' if broker.tls else ''}. {AFTERWARDS}")


def _remove_mqtt(home: Home, words: argparse.Namespace) -> None:
    settings.save(home, msgspec.structs.replace(settings.load(home), mqtt=None))
    print("There is no broker any more.")


def _set_code(home: Home, words: argparse.Namespace) -> None:
    _make_code(home, "")
    print("It arms and disarms nothing until an owner lists this key among the policy's commanders.")


def _add_code(home: Home, words: argparse.Namespace) -> None:
    if not words.name.strip():
        raise ConfigError("whose code is it? `zegel unit code add NAME`")
    _make_code(home, words.name.strip())
    print("It does nothing until an owner lists this key as a delegate, with the days and hours in which it counts.")


def _make_code(home: Home, name: str) -> None:
    from zegel.unit.site import keypad

    code, duress = _secret("The code: "), _secret("The code under duress (empty for none): ")
    _print_code(keypad.make(home, code, duress, name))


def _print_code(made: Keypad) -> None:
    from zegel.seal.suite import sign_fingerprint
    from zegel.seal.words import words as spoken

    print(f"{f'code of {made.name}' if made.name else 'keypad':<11} {made.person.hex()} {made.public_key.hex()}")
    print(f"words       {spoken(sign_fingerprint(made.public_key))}")


def _list_codes(home: Home, words: argparse.Namespace) -> None:
    from zegel.unit.site import keypad

    for made in keypad.listed(home):
        _print_code(made)


def _remove_code(home: Home, words: argparse.Namespace) -> None:
    from zegel.unit.site import keypad

    keypad.remove(home, words.name)
    print("No code counts any more." if words.name is None else f"The code of {words.name} counts no more.")
    print("Let an owner take the key out of the policy, too.")


def _secret(prompt: str) -> str:
    """From the terminal without showing it, or a line of what is piped in."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline().rstrip("\r\n")


_COMMANDS: dict[str, Callable[[Home, argparse.Namespace], None]] = {
    "panel listen": _listen,
    "panel add": _add_panel,
    "panel remove": _remove_panel,
    "panel list": _list_panels,
    "onvif add": _add_onvif,
    "onvif list": _list_onvif,
    "discover": _discover,
    "mqtt set": _set_mqtt,
    "mqtt remove": _remove_mqtt,
    "code set": _set_code,
    "code add": _add_code,
    "code list": _list_codes,
    "code remove": _remove_code,
}
