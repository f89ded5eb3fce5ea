# SPDX-License-Identifier: EUPL-1.2
"""`zegel redact`: a film in which others can't be recognised, made where the film is. Nothing goes over a network.

    zegel redact find FILM FOLDER              looks for people, vehicles and faces; writes plan.json and a picture of
                                               each frame as it would leave, with the numbers of what was found
    zegel redact keep FOLDER TRACK…            these stay sharp: the one who asked
    zegel redact cover FOLDER TRACK…           and these no longer
    zegel redact remove FOLDER TRACK [FRAMES]  nothing is there: from these frames (12, 12-40), or from all
    zegel redact draw FOLDER FRAME X,Y,W,H     something is there: a box in pixels, for a second from that frame on
    zegel redact move FOLDER TRACK FRAME X,Y,W,H
    zegel redact split FOLDER TRACK FRAME      from that frame on it is somebody else
    zegel redact flag FOLDER FRAMES            to be looked at again; `unflag` takes it back
    zegel redact reviewed FOLDER FRAMES        you looked at the pictures of these frames, as they are now
    zegel redact show FOLDER                   how far the look is
    zegel redact make FOLDER OUT.mp4           writes the film; refused until each frame was looked at

Frames count from 1. Whatever changes a frame makes it unseen again and draws its picture anew. The film that `make`
writes is not signed and not in the log: that is done where the key is, in the portal.
Exit status: 0 done, 1 refused, 2 used wrongly.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from zegel.records.redact import film
from zegel.records.redact.finding import Finder, Image
from zegel.records.redact.pixels import area, pixelate
from zegel.records.redact.places import Found, Place, follow
from zegel.records.redact.plan import NotReviewed, Plan
from zegel.unit.detectors.manifest import ManifestError

DONE, REFUSED, WRONG_USE = 0, 1, 2
_GREEN, _WHITE = (60, 200, 60), (255, 255, 255)


class WrongUse(ValueError):
    """The words make no sense; the message says which."""


@dataclass
class Desk:
    """A folder with a plan and its pictures."""

    folder: Path
    plan: Plan
    about: dict[str, Any]

    @classmethod
    def open(cls, folder: Path) -> Desk:
        """Raises ValueError, OSError."""
        plan, about = Plan.load((folder / "plan.json").read_text("utf-8"))
        return cls(folder, plan, about)

    @property
    def film(self) -> Path:
        """The film it was made for. Raises WrongUse when it is another by now."""
        path = Path(str(self.about["film"]))
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != self.about["sha256"]:
            raise WrongUse(f"{path} is not the film that was looked through: find anew")
        return path

    def save(self) -> None:
        made = self.folder / "plan.json.new"
        made.write_text(self.plan.dump(self.about), "utf-8")
        made.replace(self.folder / "plan.json")

    def draw(self, frames: Iterable[int]) -> None:
        """The pictures of these frames anew, as they would leave."""
        wanted = set(frames)
        for number, (_, image) in enumerate(film.pictures(self.film)):
            if number in wanted:
                self._picture(number, image)

    def _picture(self, number: int, image: Image) -> None:
        shown = pixelate(image, self.plan.covered(number))
        for track in self.plan.tracks.values():
            if number in track.places:
                _label(
                    shown,
                    track.number,
                    track.number in self.plan.kept,
                    area(track.kind, track.places[number], image.shape[1], image.shape[0])[0],
                )
        path = self.folder / f"{number + 1:06d}.jpg"
        cv2.imwrite(str(path), cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))


def _label(image: Image, number: int, kept: bool, box: tuple[int, int, int, int]) -> None:
    colour = _GREEN if kept else _WHITE
    cv2.rectangle(image, box[:2], box[2:], colour, 1)
    cv2.putText(image, str(number), (box[0] + 2, box[1] + 14), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1)


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    words = list(argv)
    verb = _VERBS.get(words[0]) if words else None
    if verb is None:
        print(__doc__)
        return DONE if words and words[0] in {"-h", "--help", "help"} else WRONG_USE
    try:
        return verb(words[1:])
    except NotReviewed as refusal:
        print(f"REFUSED: {refusal}", file=sys.stderr)
        return REFUSED
    except (ValueError, OSError, KeyError, IndexError, ManifestError) as error:
        print(f"zegel redact: {error or type(error).__name__}", file=sys.stderr)
        return WRONG_USE


def _find(words: list[str]) -> int:
    source, folder = Path(_at(words, 0, "FILM")).resolve(), Path(_at(words, 1, "FOLDER"))
    if (folder / "plan.json").exists():
        raise WrongUse(f"{folder} holds a plan already: choose another folder")
    finder, found = Finder.load(), list[list[Found]]()
    folder.mkdir(parents=True, exist_ok=True)
    for _, image in film.pictures(source):
        found.append(finder.find(image))
        if len(found) % 25 == 0:
            print(f"  {len(found)} frames", file=sys.stderr)
    fps = film.shape(source).fps
    plan = Plan.of(follow(found, fps), len(found), fps)
    about = {"film": str(source), "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
             "finders": [one.hex() for one in finder.hashes]}  # fmt: skip
    desk = Desk(folder, plan, about)
    desk.save()
    desk.draw(range(plan.frames))
    print(f"{plan.frames} frames, {len(plan.tracks)} tracks. Look at each picture in {folder}, then say `reviewed`.")
    return DONE


def _changing(change: Callable[[Plan, list[str], Desk], None]) -> Callable[[list[str]], int]:
    """A verb that changes a plan: its pictures are drawn anew where it changed."""

    def run(words: list[str]) -> int:
        desk = Desk.open(Path(_at(words, 0, "FOLDER")))
        before = [desk.plan.covered(frame) for frame in range(desk.plan.frames)]
        change(desk.plan, words[1:], desk)
        desk.save()
        desk.draw(frame for frame in range(desk.plan.frames) if desk.plan.covered(frame) != before[frame])
        return _show([words[0]])

    return run


def _keep(plan: Plan, words: list[str], desk: Desk) -> None:
    for word in words:
        plan.keep(_number(word))


def _cover(plan: Plan, words: list[str], desk: Desk) -> None:
    for word in words:
        plan.keep(_number(word), sharp=False)


def _remove(plan: Plan, words: list[str], desk: Desk) -> None:
    plan.remove(_number(_at(words, 0, "TRACK")), _frames(words[1], plan) if len(words) > 1 else None)


def _draw(plan: Plan, words: list[str], desk: Desk) -> None:
    number = plan.draw(_frame(_at(words, 0, "FRAME"), plan), _place(_at(words, 1, "X,Y,W,H"), desk))
    print(f"track {number}")


def _move(plan: Plan, words: list[str], desk: Desk) -> None:
    plan.move(
        _number(_at(words, 0, "TRACK")), _frame(_at(words, 1, "FRAME"), plan), _place(_at(words, 2, "X,Y,W,H"), desk)
    )


def _split(plan: Plan, words: list[str], desk: Desk) -> None:
    print(f"track {plan.split(_number(_at(words, 0, 'TRACK')), _frame(_at(words, 1, 'FRAME'), plan))}")


def _flag(plan: Plan, words: list[str], desk: Desk) -> None:
    for frame in _frames(_at(words, 0, "FRAMES"), plan):
        plan.flag(frame)


def _unflag(plan: Plan, words: list[str], desk: Desk) -> None:
    for frame in _frames(_at(words, 0, "FRAMES"), plan):
        plan.flag(frame, on=False)


def _reviewed(plan: Plan, words: list[str], desk: Desk) -> None:
    for frame in _frames(_at(words, 0, "FRAMES"), plan):
        plan.look(frame)


def _show(words: list[str]) -> int:
    plan = Desk.open(Path(_at(words, 0, "FOLDER"))).plan
    print(
        f"{len(plan.reviewed)} of {plan.frames} frames looked at, {len(plan.flagged)} flagged,"
        f" {len(plan.kept)} kept sharp"
    )
    return DONE


def _make(words: list[str]) -> int:
    desk, out = Desk.open(Path(_at(words, 0, "FOLDER"))), Path(_at(words, 1, "OUT.mp4"))
    desk.plan.demand_reviewed()

    def frames() -> Iterator[tuple[float, Image]]:
        for number, (time, image) in enumerate(film.pictures(desk.film)):
            yield time, pixelate(image, desk.plan.covered(number))

    made = out.with_name(f".{out.name}.part")
    try:
        count = film.write(made, frames())
        made.replace(out)
    finally:
        made.unlink(missing_ok=True)
    print(
        f"{out}: {count} frames, each looked at; {len(desk.plan.kept)} kept sharp; no sound, no metadata. Not signed."
    )
    return DONE


# --- words ---


def _at(words: Sequence[str], index: int, name: str) -> str:
    if len(words) <= index:
        raise WrongUse(f"{name} is missing; `zegel redact help` says how it is used")
    return words[index]


def _number(word: str) -> int:
    if not word.isdecimal():
        raise WrongUse(f"'{word}' is no number")
    return int(word)


def _frame(word: str, plan: Plan) -> int:
    number = _number(word)
    if not 1 <= number <= plan.frames:
        raise WrongUse(f"frames are 1 to {plan.frames}, not {number}")
    return number - 1


def _frames(word: str, plan: Plan) -> range:
    first, _, last = word.partition("-")
    return range(_frame(first, plan), _frame(last or first, plan) + 1)


def _place(word: str, desk: Desk) -> Place:
    said = film.shape(desk.film)
    numbers = [_number(each) for each in word.split(",")]
    if len(numbers) != 4 or not numbers[2] or not numbers[3]:
        raise WrongUse(f"a box is X,Y,W,H in pixels, not '{word}'")
    x, y, w, h = numbers
    return Place(x / said.width, y / said.height, w / said.width, h / said.height).grown(0)


_VERBS: dict[str, Callable[[list[str]], int]] = {
    "find": _find, "keep": _changing(_keep), "cover": _changing(_cover), "remove": _changing(_remove),
    "draw": _changing(_draw), "move": _changing(_move), "split": _changing(_split), "flag": _changing(_flag),
    "unflag": _changing(_unflag), "reviewed": _changing(_reviewed), "show": _show, "make": _make,
}  # fmt: skip
