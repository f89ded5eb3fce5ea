# SPDX-License-Identifier: EUPL-1.2
"""XML as devices send it, read strictly: no document type, no entities, bounded depth, number and size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pyexpat import ExpatError, ParserCreate
from xml.sax.saxutils import escape, quoteattr

MAX_BYTES = 1 << 20
MAX_DEPTH = 40
MAX_NODES = 20_000
MAX_TEXT = 1 << 16


class XmlRefused(ValueError):
    """It is no XML, or more than a device has to say."""


@dataclass(slots=True)
class Node:
    """An element: its name without the namespace, which stands beside it."""

    name: str
    space: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def find(self, *path: str) -> Node | None:
        """The first element down this path of names."""
        node: Node | None = self
        for name in path:
            node = next((child for child in node.children if child.name == name), None) if node else None
        return node

    def all(self, name: str) -> Iterator[Node]:
        """Every element of that name, however deep, in order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.all(name)

    def first(self, name: str) -> Node | None:
        return next(self.all(name), None)

    def said(self, *path: str) -> str:
        """The text at the end of a path, "" where there is none."""
        node = self.find(*path)
        return node.text.strip() if node else ""

    def written(self) -> str:
        """The element as XML again."""
        space = f" xmlns={quoteattr(self.space)}" if self.space else ""
        attributes = "".join(
            f" {name}={quoteattr(value)}" for name, value in self.attributes.items() if " " not in name
        )
        inner = "".join(child.written() for child in self.children)
        return f"<{self.name}{space}{attributes}>{escape(self.text)}{inner}</{self.name}>"


def read(data: bytes) -> Node:
    """The root element. Raises XmlRefused."""
    if len(data) > MAX_BYTES:
        raise XmlRefused("more than a megabyte of XML")
    reading = _Reading()
    parser = ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = reading.refuse
    parser.EntityDeclHandler = reading.refuse
    parser.ExternalEntityRefHandler = reading.refuse
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler = reading.characters
    try:
        parser.Parse(data, True)
    except (ExpatError, ValueError, LookupError) as error:
        if isinstance(error, XmlRefused):
            raise
        raise XmlRefused("the device's answer is no XML") from None
    assert reading.root is not None
    return reading.root


class _Reading:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._nodes = 0

    def refuse(self, *_: object) -> int:
        raise XmlRefused("a document type or an entity has no place in a device's answer")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES or len(self._open) >= MAX_DEPTH:
            raise XmlRefused("more elements than a device has to say")
        space, _, local = name.rpartition(" ")
        node = Node(local, space, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, name: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        node = self._open[-1]
        if len(node.text) + len(text) > MAX_TEXT:
            raise XmlRefused("a text longer than a device has to say")
        node.text += text
