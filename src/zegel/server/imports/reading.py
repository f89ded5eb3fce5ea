# SPDX-License-Identifier: EUPL-1.2
"""Reading a CSV file as it is, not as it should be. Pure.

RFC 4180 is what programs say they write. What people send has a byte order mark or none, is in Windows' letters or in
those of DOS, is cut by semicolons or tabs, begins with a title, has quotes that never close and lines that break inside
them. So: the letters are told from the bytes, the separator from what cuts most lines into the same number, and a quote
that does not close within some lines is a letter like any other.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

LARGEST = 24 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 200
LONGEST_CELL = 4000
LOOKED_AT = 200  # lines from which a file's habits are told
QUOTED_LINES = 20  # over so many lines a quoted cell may run
MOST_BROKEN = 100  # quotes that never close; after them quotes are letters
LONGEST_LINE = 80_000  # letters of one line, with the breaks inside its quotes
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp850", "iso8859-15", "mac-roman")
SEPARATORS = (";", ",", "\t", "|")
_BREAK = re.compile(r"\r\n|\n|\r")
_SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Unreadable(Exception):
    """No list of rows. `why`: empty, large, binary, one_column, many_columns."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Habits:
    """How a file is written. `skip`: lines above its header (a title, an empty line)."""

    encoding: str
    separator: str
    skip: int = 0


@dataclass(frozen=True)
class Row:
    """`line`: where it begins in the file, from 1. `problem`: "quote" when a quote in it never closed, "cells" when
    it has more than the header."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """A file that can be read. `header`: every column with a name of its own."""

    habits: Habits
    header: tuple[str, ...]
    text: str

    def rows(self) -> Iterator[Row]:
        """Those below the header that say something."""
        found = (row for row in _rows(self.text, self.habits.separator) if row.line > self.habits.skip)
        next(found, None)
        for row in found:
            if any(row.cells):
                yield _fitted(row, len(self.header))


def read(data: bytes, habits: Habits | None = None) -> Table:
    """`habits`: what somebody said about the file; None: told from it. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable("large")
    if not data.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise Unreadable("empty")
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") or data[:5] == b"%PDF-":
        raise Unreadable("binary")
    encoding = habits.encoding if habits else encoding_of(data)
    text = decoded(data, encoding)
    said = _SEP_LINE.fullmatch(_first_line(text))
    separator = habits.separator if habits else said.group(1) if said else separator_of(text)
    first = list(islice(_rows(text, separator), LOOKED_AT))
    skip = habits.skip if habits else _skip(first, said is not None)
    header = next((row for row in first if row.line > skip and any(row.cells)), None)
    if header is None:
        raise Unreadable("empty")
    if len(header.cells) > MOST_COLUMNS:
        raise Unreadable("many_columns")
    if sum(1 for cell in header.cells if cell) < 2:
        raise Unreadable("one_column")
    return Table(Habits(encoding, separator, header.line - 1), _named(header.cells), text)


# --- letters ---


def encoding_of(data: bytes) -> str:
    """One of ENCODINGS: from the byte order mark, else the first that fits."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if data.startswith(codecs.BOM_UTF16_LE) or _every_other(data, 1):
        return "utf-16-le"
    if data.startswith(codecs.BOM_UTF16_BE) or _every_other(data, 0):
        return "utf-16-be"
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    return _old_letters(data[: 1 << 20])


def _every_other(data: bytes, which: int) -> bool:
    """Whether nearly every second byte is nought: Latin letters of two bytes each."""
    some = data[: 4096 & ~1]
    return len(some) > 8 and some[which::2].count(0) > 0.7 * len(some[which::2])


_ACCENTS = "éèëêïíöóòôüúùûäáàâåæøñçßÉÈËÏÖÜÄÅÆØÇ"


def _old_letters(data: bytes) -> str:
    """Windows, DOS or Macintosh: in whose letters the most of what is not ASCII reads as accents inside words. Windows
    where it says nothing."""
    high = [found.group() for found in re.finditer(rb"[A-Za-z]?[\x80-\xff][A-Za-z]?", data[: 1 << 18])]
    if not high:
        return "cp1252"

    def score(encoding: str) -> int:
        text = b" ".join(high).decode(encoding, "replace")
        return sum(2 if letter in _ACCENTS else -1 for letter in text if ord(letter) > 127)

    return max(("cp1252", "cp850", "mac-roman"), key=score)


def decoded(data: bytes, encoding: str) -> str:
    """What can't be a letter there becomes �; what no text of people holds is left out."""
    if encoding not in ENCODINGS:
        encoding = "cp1252"
    return _NO_TEXT.sub("", data.decode(encoding, "replace"))


def _first_line(text: str) -> str:
    return _BREAK.split(text[:200], maxsplit=1)[0]


# --- what cuts ---


def separator_of(text: str) -> str:
    """The one that cuts most lines into the same number of cells, more than one; a semicolon where none does."""
    sample = "\n".join(_BREAK.split(text[:200_000])[:LOOKED_AT])

    def score(separator: str) -> tuple[float, int]:
        widths = Counter(len(row.cells) for row in _rows(sample, separator) if any(row.cells))
        widths.pop(1, None)
        if not widths:
            return 0.0, 0
        width, often = max(widths.items(), key=lambda each: (each[1], each[0]))
        return often / max(1, sum(1 for row in _rows(sample, separator) if any(row.cells))), width

    best = max(SEPARATORS, key=score)
    return best if score(best)[0] > 0 else ";"


def _rows(text: str, separator: str) -> Iterator[Row]:
    """Every line that a reader sees, with breaks inside quotes; nothing is dropped. Each line is looked at a bounded
    number of times: a file full of quotes that never close is one without quotes."""
    lines = _lines(text)
    ahead: deque[tuple[int, str]] = deque()
    broken = 0
    while True:
        first = ahead.popleft() if ahead else next(lines, None)
        if first is None:
            return
        number, line = first
        if broken > MOST_BROKEN or len(line) > LONGEST_LINE:
            yield Row(number, _cut_plainly(line, separator))
            continue
        taken, size = [line], len(line)
        more: list[tuple[int, str]] = []
        quoted = _is_open(line, separator, False)
        while quoted and len(more) < QUOTED_LINES and size < LONGEST_LINE:
            following = ahead.popleft() if ahead else next(lines, None)
            if following is None:
                break
            more.append(following)
            taken.append(following[1])
            size += len(following[1])
            quoted = _is_open(following[1], separator, True)
        if quoted:  # a quote that never closes: this line as it stands, the others anew
            broken += 1
            ahead.extendleft(reversed(more))
            yield Row(number, _cut_plainly(line, separator), "quote")
        else:
            yield Row(number, _cut("\n".join(taken), separator))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at, number = 0, 1
    for found in _BREAK.finditer(text):
        yield number, text[at : found.start()]
        at, number = found.end(), number + 1
    if at < len(text):
        yield number, text[at:]


def _is_open(line: str, separator: str, quoted: bool) -> bool:
    """Whether a quoted cell goes on in the next line; `quoted`: whether one came from the line before. A quote opens
    only at the beginning of a cell."""
    if '"' not in line:
        return quoted
    at, start = 0, not quoted
    while at < len(line):
        letter = line[at]
        if quoted:
            if letter == '"':
                if line[at + 1 : at + 2] == '"':
                    at += 1
                else:
                    quoted = False
        elif letter == '"' and start:
            quoted = True
        start = not quoted and (letter == separator or (start and letter == " "))
        at += 1
    return quoted


def _cut(line: str, separator: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader(line.replace("\n", " \n").split("\n"), delimiter=separator, skipinitialspace=True), [])
    except (csv.Error, ValueError):
        return _cut_plainly(line, separator)
    return tuple(_plain(cell) for cell in cells)


def _cut_plainly(line: str, separator: str) -> tuple[str, ...]:
    return tuple(_plain(cell.strip().strip('"')) for cell in line.split(separator))


def _plain(cell: str) -> str:
    return " ".join(cell.replace("\u00a0", " ").split())[:LONGEST_CELL]


# --- the header ---


def _skip(first: Sequence[Row], said: bool) -> int:
    """Lines above the header: one that says the separator, titles of one cell over a wider table."""
    rows = [row for row in first if not (said and row.line == 1)]
    width = Counter(len(row.cells) for row in rows if any(row.cells)).most_common(1)
    if not width:
        return 0
    wide = max(2, width[0][0] // 2)
    header = next((row for row in rows if sum(1 for cell in row.cells if cell) >= wide), None)
    return 0 if header is None else header.line - 1


def _named(cells: Sequence[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    found = []
    for place, cell in enumerate(cells, start=1):
        name = cell[:80] or f"#{place}"
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    while found and found[-1] == f"#{len(found)}":
        found.pop()
    return tuple(found)


def _fitted(row: Row, width: int) -> Row:
    cells = (*row.cells, *[""] * (width - len(row.cells)))
    too_many = any(cells[width:])
    return Row(row.line, cells[:width], row.problem or ("cells" if too_many else ""))
