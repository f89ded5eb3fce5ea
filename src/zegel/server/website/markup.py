# SPDX-License-Identifier: EUPL-1.2
"""Words with a little form, as somebody types them: for pages and letters. Pure.

    ## a heading       - a list       **bold**       [words](https://address or /page)
    ![words below it](name-of-a-picture), alone in its line, where pictures are (pages, not letters)

Nothing else is form; what looks like HTML is shown as it was typed. An address is of the web, of mail, of a
telephone or of this site; anything else stays plain text. A picture is one of the site's own, by its name; there is no
way to make a reader's program ask anybody else for something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\(([^()\s]{1,500})\)")
_BOLD = re.compile(r"\*\*(?=\S)(.{1,500}?)(?<=\S)\*\*")
_PICTURE = re.compile(r"!\[([^\[\]\n]{0,200})\]\(([a-z0-9-]{1,40})\)")
_SCHEMES = frozenset({"https", "http", "mailto", "tel"})


@dataclass(frozen=True)
class Shown:
    """A picture as a page shows it: its path on this server, what it shows in words, its size in pixels."""

    path: str
    alt: str
    width: int
    height: int


def html(text: str, base: str = "", pictures: Mapping[str, Shown] | None = None) -> str:
    """Safe to show as it is. `base`: the origin, where addresses of this site must be whole (letters). `pictures`: by
    name; one that is not there is left out, and where None is given (letters) its words stand alone."""
    return "\n".join(_block(lines, base, pictures) for lines in _blocks(text))


def pictures(text: str) -> frozenset[str]:
    """The names of the pictures that a text shows."""
    found = (_PICTURE.fullmatch(lines[0]) for lines in _blocks(text))
    return frozenset(one[2] for one in found if one is not None)


def plain(text: str, base: str = "") -> str:
    """The same for who reads plain text: addresses stand behind their words."""
    bare = (_PICTURE.sub(r"\1", line) for line in text.replace("\r\n", "\n").split("\n"))
    lines = (re.sub(r"^##\s+", "", line) for line in bare)
    without = (_BOLD.sub(r"\1", line) for line in lines)
    return "\n".join(_LINK.sub(lambda found: _said(found, base), line) for line in without).strip()


def _said(found: re.Match[str], base: str) -> str:
    address = _address(found[2], base)
    return found[1] if address is None else f"{found[1]} ({address})"


def _blocks(text: str) -> Iterator[list[str]]:
    """Runs of lines of one sort: a heading, a list, a paragraph."""
    found: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        line = line.rstrip()
        alone = line.startswith("## ") or _PICTURE.fullmatch(line) is not None
        if found and (not line or alone or _is_item(line) != _is_item(found[-1])):
            yield found
            found = []
        if alone:
            yield [line]
        elif line:
            found.append(line)


def _is_item(line: str) -> bool:
    return line.startswith("- ")


def _block(lines: list[str], base: str, pictures: Mapping[str, Shown] | None) -> str:
    first = lines[0]
    picture = _PICTURE.fullmatch(first)
    if picture is not None:
        return _figure(picture[1], None if pictures is None else pictures.get(picture[2]), base)
    if first.startswith("## "):
        return f"<h2>{_inline(first[3:], base)}</h2>"
    if _is_item(first):
        return "<ul>" + "".join(f"<li>{_inline(line[2:], base)}</li>" for line in lines) + "</ul>"
    return "<p>" + "<br>".join(_inline(line, base) for line in lines) + "</p>"


def _figure(words: str, shown: Shown | None, base: str) -> str:
    below = _inline(words, base)
    if shown is None:
        return f"<p>{below}</p>" if below else ""
    image = (
        f'<img src="{escape(shown.path)}" alt="{escape(shown.alt)}" width="{shown.width}" height="{shown.height}"'
        ' loading="lazy" decoding="async">'
    )
    return f"<figure>{image}" + (f"<figcaption>{below}</figcaption>" if below else "") + "</figure>"


def _inline(text: str, base: str) -> str:
    """Words are escaped piece by piece: between the links, and in them."""
    made, at = [], 0
    for found in _LINK.finditer(text):
        made.append(_bold(text[at : found.start()]))
        address = _address(found[2], base)
        words = _bold(found[1])
        made.append(words if address is None else f'<a href="{escape(address)}" rel="noopener">{words}</a>')
        at = found.end()
    return "".join([*made, _bold(text[at:])])


def _bold(text: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", escape(text))


def _address(text: str, base: str) -> str | None:
    """What may be followed; None for anything else."""
    if re.fullmatch(r"/(?![/\\])[^\\]*", text):
        return base + text
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or re.search(r"[\x00-\x20\x7f\\]", text):
        return None
    return text if parts.netloc or (parts.scheme in {"mailto", "tel"} and parts.path) else None
