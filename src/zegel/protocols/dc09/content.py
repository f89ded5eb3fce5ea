# SPDX-License-Identifier: EUPL-1.2
"""What a frame tells: its data as events. Never fails: what can't be read is one event of an unknown class.

SIA (DC-03): `#acct|Nri1/id7/BA012^text^`, one or more blocks, each with one or more events. The two small letters
before an event are its modifiers; they hold until another replaces them. Real panels omit the slash before a code, add
`pi0/`, omit the account, begin with the time (`#acct|12:34:56 Nri1/BA12`), and write `NM` or `*'name'NM` after an
address for a name.

Contact ID (DC-05): `#acct|Q EEE GG ZZZ`, and from some panels several with bars between them.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from zegel.protocols.codes import NEW, RESTORED, Meaning, Table
from zegel.protocols.dc09.frames import REPLIES, SUPERVISION, Frame
from zegel.protocols.dc09.times import time_ms
from zegel.protocols.events import LEAST_URGENT, UNKNOWN_PRIORITY, Event, Phase, SignalClass
from zegel.protocols.text import clean, decoded

MAX_EVENTS = 32  # of one frame
SUPERVISION_NAME = "Supervision"
UNREADABLE_NAME = "Unreadable message"

_ACCOUNT = re.compile(r"\|*(?:#[0-9A-Za-z]*\|*|[0-9]{3,16}\|)?")
_HEX = "[0-9A-Fa-f]"
_CID = re.compile(
    rf"\s*(?:18|98)?\s*([1-9ER])\s*({_HEX}{{3}})"
    rf"(?:[ /]+({_HEX}{{1,2}})[ /]+[CU]?({_HEX}{{1,4}})|\s*({_HEX}{{2}})\s*({_HEX}{{3}}))(?!{_HEX})"
)
_PIECE = re.compile(r"(?:\^[^^]*\^?|[^|^])+")  # between bars; a text in ^^ may hold one
_CLOSE_CID = re.compile(rf"[136]{_HEX}{{3}}{_HEX}{{2}}{_HEX}{{3}}")
_TIME = re.compile(
    r"\s*(?:\d{1,4}[-/]\d{1,2}(?:[-/]\d{2,4})?[ ,]+)?(\d\d?:\d\d(?::\d\d)?)(?:,\d\d-\d\d-\d{4})?(?:[ |,]+|(?=[NO]))"
)
_QUALIFIERS = {"E": NEW, "R": RESTORED}  # as some write them: event and restore
_TOKEN = re.compile(
    r"(?P<modifier>da|ti|id|ri|pi|ai|ph|lv|va|pt|rg|ss)(?P<value>[0-9:.,+\-]*(?:[A-F](?=/))?)/?"
    r"|\^(?P<text>[^^]*)\^?"
    r"|\*?['\"](?P<name>[^'\"]*)['\"](?:NM)?"
    r"|(?<=[0-9A-Fa-f])NM(?![0-9A-Z])"
    r"|(?P<bar>\|)"
    r"|(?P<code>[A-Z]{2})(?P<address>[0-9][0-9A-Fa-f]*|[A-F]+(?=[/|^]|\Z)|)"
    r"|[/\s]+"
)
_BLOCK = re.compile(r"([NO])(?=[A-Z]{2}|[a-z]{2})|A(?![A-Z]?[0-9/^|]|[A-Z]\Z)(?P<ascii>[^|]*)")
_ZEROS = frozenset({"", "0", "00", "000", "0000"})
_XDATA_NAMES = {
    "A": "hash",
    "C": "supervision",
    "G": "network_path",
    "J": "json",
    "L": "location",
    "M": "mac",
    "N": "network_address",
    "O": "building",
    "R": "room",
    "S": "site",
    "T": "trigger",
    "V": "verification_url",
    "X": "longitude",
    "Y": "latitude",
    "Z": "altitude",
}
_MODIFIER_NAMES = {
    "da": "date",
    "ti": "time",
    "pi": "peripheral",
    "ai": "automated_id",
    "ph": "phone",
    "lv": "level",
    "va": "value",
    "pt": "path",
    "rg": "route_group",
    "ss": "subscriber",
    "old": "old",
}


class Item(msgspec.Struct, frozen=True):
    """One event of SIA data, before a table gave it a meaning."""

    code: str
    address: str
    modifiers: tuple[tuple[str, str], ...]
    text: str = ""


class Around(msgspec.Struct, frozen=True):
    """What a frame tells of all its events."""

    occurred_ms: int | None = None
    text: str = ""
    extra: tuple[tuple[str, str], ...] = ()


NOTHING_AROUND = Around()


def events(frame: Frame, cid: Table | None = None, sia: Table | None = None) -> tuple[Event, ...]:
    """What the frame tells, at least one event; none for a reply (ACK, NAK, DUH, RSP). Tables: a provider's own."""
    if frame.is_supervision:
        return (_supervision(frame),)
    if frame.token in REPLIES:
        return ()
    if frame.token == "ADM-CID":
        told = _contact_id(frame, cid or Table.cid()) or _sia(frame, sia or Table.sia())
    elif frame.token == "SIA-DCS":
        told = _sia(frame, sia or Table.sia()) or _contact_id(frame, cid or Table.cid())
    elif frame.token in SUPERVISION:  # a name that doesn't fit what is said: by its shape
        told = _contact_id(frame, cid or Table.cid()) or _sia(frame, sia or Table.sia())
    else:
        told = ()
    return told or (_unreadable(frame),)


def contact_id(data: str, table: Table | None = None) -> Event | None:
    """The event that `Q EEE GG ZZZ` tells (an account before it is ignored), or None when it is no Contact ID."""
    told = _contact_id_events(_after_account(data), table or Table.cid(), NOTHING_AROUND)
    return told[0] if told else None


def _contact_id(frame: Frame, table: Table) -> tuple[Event, ...]:
    body = _after_account(frame.data)
    first = frame.data.lstrip("|").partition("|")[0]
    if _CLOSE_CID.fullmatch(first) and first.lstrip("0") != frame.account.lstrip("0"):
        body = frame.data.lstrip("|")  # digits before a bar that are no account, but the first event
    return _contact_id_events(body, table, _around(frame))


def _contact_id_events(body: str, table: Table, around: Around) -> tuple[Event, ...]:
    told: list[Event] = []
    for piece in _PIECE.findall(_without_time(body)[0]):
        found = _CID.match(piece) if len(told) < MAX_EVENTS else None
        if found is not None:
            told.append(_contact_id_event(found, piece, table, around))
        elif told:
            told[-1] = msgspec.structs.replace(told[-1], text=_joined(told[-1].text, _text(piece.strip("^ "))))
        elif piece.strip():
            return ()
    return tuple(told)


def _contact_id_event(found: re.Match[str], piece: str, table: Table, around: Around) -> Event:
    qualifier, code, group, address, close_group, close_address = found.groups()
    qualifier, code = _QUALIFIERS.get(qualifier, qualifier), code.upper()
    group, address = group or close_group, address or close_address
    text = _text(piece[found.end() :].strip("^ "))
    return _event("cid", code, qualifier, table.lookup(code, qualifier), address, group, None, text, around)


def _without_time(body: str) -> tuple[str, str]:
    """What follows the time that some panels begin with, and that time, "" when there is none."""
    found = _TIME.match(body)
    return (body, "") if found is None else (body[found.end() :], found[1])


def _sia(frame: Frame, table: Table) -> tuple[Event, ...]:
    items = sia_items(frame.data)
    if not items:
        return ()
    around = _around(frame)
    return tuple(_sia_event(item, table, around) for item in items)


def _sia_event(item: Item, table: Table, around: Around) -> Event:
    area = user = None
    for name, value in item.modifiers:
        if name == "ri":
            area = value
        elif name == "id":
            user = value
        else:
            around = Around(around.occurred_ms, around.text, (*around.extra, (_MODIFIER_NAMES[name], value)))
    return _event("sia", item.code, None, table.lookup(item.code), item.address, area, user, item.text, around)


def sia_items(data: str) -> tuple[Item, ...]:
    """The events that SIA data tells, at most `MAX_EVENTS`; none when it can't be read as such."""
    return _items(_after_account(data))


@lru_cache(maxsize=4096)
def _items(said: str) -> tuple[Item, ...]:
    body, time = _without_time(said)
    items: list[Item] = []
    modifiers: dict[str, str] = {}
    position = _block(body, 0, items, modifiers)
    if time:
        modifiers["ti"] = time
    while position < len(body) and len(items) < MAX_EVENTS:
        token = _TOKEN.match(body, position)
        if token is None:
            return _rest_as_text(items, body[position:])
        position = token.end()
        if token["modifier"]:
            modifiers[token["modifier"]] = token["value"]
        elif token["code"]:
            items.append(Item(token["code"], token["address"], tuple(modifiers.items())))
        elif token["text"] or token["name"]:
            _describe(items, token["text"] or token["name"])
        elif token["bar"]:
            position = _block(body, position, items, modifiers)
    return tuple(items)


def _block(body: str, position: int, items: list[Item], modifiers: dict[str, str]) -> int:
    """Begins a block: N and O hold events (O: of earlier), A describes the event before it."""
    found = _BLOCK.match(body, position)
    if found is None:
        return position
    if found["ascii"] is not None:
        if not items:
            return position
        _describe(items, found["ascii"])
        return found.end()
    modifiers.clear()
    if found[1] == "O":
        modifiers["old"] = "1"
    return found.end()


def _describe(items: list[Item], text: str) -> None:
    if items:
        last = items[-1]
        items[-1] = msgspec.structs.replace(last, text=_joined(last.text, _text(text)))


def _rest_as_text(items: list[Item], rest: str) -> tuple[Item, ...]:
    _describe(items, rest.strip("*^ "))
    return tuple(items)


def _event(
    protocol: str,
    code: str,
    qualifier: str | None,
    meaning: Meaning,
    address: str,
    area: str | None,
    user: str | None,
    text: str,
    around: Around,
) -> Event:
    number = None if address in _ZEROS else address
    zone = number if meaning.address in ("zone", "other") else None
    if meaning.address == "user":
        user = number or user
    elif meaning.address == "area":
        area = number or area
    return Event(
        protocol,
        code,
        qualifier,
        meaning.phase,
        meaning.signal_class,
        meaning.priority,
        meaning.name,
        zone,
        None if area in _ZEROS else area,
        None if user in _ZEROS else user,
        _joined(text, around.text),
        around.occurred_ms,
        meaning.known,
        meaning.duress,
        around.extra,
    )


def _around(frame: Frame) -> Around:
    """Time, texts and places that stand around the data."""
    if not frame.xdata:
        return Around(frame.timestamp_ms)
    occurred_ms, text = frame.timestamp_ms, ""
    extra: list[tuple[str, str]] = []
    for name, value in frame.xdata:
        if name == "H":
            occurred_ms = time_ms(value) or occurred_ms
        elif name == "I":
            text = _joined(text, _text(value))
        elif name not in ("K", "P"):
            extra.append((_XDATA_NAMES.get(name) or f"x_{_text(name)}", _text(value)))
    return Around(occurred_ms, text, tuple(extra))


def _supervision(frame: Frame) -> Event:
    return Event(
        "null",
        frame.token,
        None,
        Phase.TEST,
        SignalClass.TEST,
        LEAST_URGENT,
        SUPERVISION_NAME,
        occurred_ms=frame.timestamp_ms,
    )


def _unreadable(frame: Frame) -> Event:
    around = _around(frame)
    return Event(
        "dc09",
        _text(frame.token),
        None,
        Phase.UNKNOWN,
        SignalClass.UNKNOWN,
        UNKNOWN_PRIORITY,
        UNREADABLE_NAME,
        text=_joined(_text(frame.data), around.text),
        occurred_ms=around.occurred_ms,
        known=False,
        extra=around.extra,
    )


def _after_account(data: str) -> str:
    found = _ACCOUNT.match(data)
    return data if found is None else data[found.end() :]


def _text(value: str) -> str:
    """Characters that stand for bytes, as a printable line."""
    return clean(value if value.isascii() else decoded(value.encode("latin-1", "replace")))


def _joined(before: str, more: str) -> str:
    return clean(f"{before} {more}") if before and more else before or more
