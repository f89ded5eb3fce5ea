# SPDX-License-Identifier: EUPL-1.2
"""`zegel redact` on real people walking: nobody's face is found any more, the one who asked is as sharp as he was, and
nothing but pictures is in the file."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.shared_files import ROOT
from zegel.records.redact import cli, film
from zegel.records.redact.finding import Finder, Image
from zegel.records.redact.pixels import area
from zegel.records.redact.places import Kind, Track
from zegel.records.redact.plan import Plan

CLIP = ROOT / "var/clips/demo.mp4"
FIRST, COUNT = 298, 4
"""Faces are found then."""


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few frames with a sound and a title, so that there is something to lose."""
    if not CLIP.is_file():
        pytest.skip("the demo's clip is not here: `make clip` brings it")
    path = tmp_path_factory.mktemp("walk") / "walk.mp4"
    with av.open(str(path), "w") as made:
        made.metadata["title"] = "Gate of the yard"
        video, audio = made.add_stream("libx264", rate=10), made.add_stream("aac", rate=44100)
        video.width, video.height, video.options = 768, 576, {"crf": "12"}
        for at, image in enumerate(_frames()):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 10)
            made.mux(video.encode(frame))
        made.mux(video.encode(None))
        made.mux(audio.encode(_silence()))
        made.mux(audio.encode(None))
    return path


def _frames() -> Iterator[Image]:
    for number, (_, image) in enumerate(film.pictures(CLIP)):
        if number >= FIRST + COUNT:
            return
        if number >= FIRST:
            yield image


def _silence() -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
    frame.sample_rate = 44100
    return frame


def _plan(folder: Path) -> Plan:
    return Plan.load((folder / "plan.json").read_text("utf-8"))[0]


def test_faces_are_gone_the_one_who_asked_is_sharp_and_nothing_leaves_unseen(walk: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "look", tmp_path / "out.mp4"
    assert cli.main(["find", str(walk), str(folder)]) == 0
    assert len(list(folder.glob("*.jpg"))) == COUNT
    subject = _alone(_plan(folder))
    assert cli.main(["keep", str(folder), str(subject)]) == 0
    assert cli.main(["reviewed", str(folder), f"1-{COUNT - 1}"]) == 0
    assert cli.main(["make", str(folder), str(out)]) == 1, "a frame was not looked at"
    assert not out.exists()
    assert cli.main(["reviewed", str(folder), str(COUNT)]) == 0
    assert cli.main(["make", str(folder), str(out)]) == 0
    plan = _plan(folder)
    before, after = [image for _, image in film.pictures(walk)], [image for _, image in film.pictures(out)]
    assert len(after) == COUNT
    assert _faces(before, plan, subject) >= 3, "the clip has faces to lose"
    assert _faces(after, plan, subject) == 0
    assert _sharpness(before, after, plan, subject) > 32
    _only_pictures(out)


def _alone(plan: Plan) -> int:
    """Who is in every frame and comes least near to others."""
    everywhere = [one for one in plan.tracks.values() if len(one.places) == COUNT and one.kind is Kind.PERSON]

    def clear(track: Track) -> int:
        alone = Plan(COUNT, 10.0, dict(plan.tracks), {track.number})
        return min(int(_mine(alone, track.number, at, 768, 576).sum()) for at in range(COUNT))

    return max(everywhere, key=clear).number


def _mine(plan: Plan, subject: int, at: int, width: int, height: int) -> NDArray[np.bool_]:
    """The subject's own pixels, but where somebody else who is covered stands before him."""
    found, place = np.zeros((height, width), bool), plan.tracks[subject].places[at]
    left, top, right, bottom = (int(v) for v in (
        place.x * width, place.y * height, (place.x + place.w) * width, (place.y + place.h) * height
    ))  # fmt: skip
    found[top:bottom, left:right] = True
    for kind, other in plan.covered(at):
        left, top, right, bottom = area(kind, other, width, height)[0]
        found[top:bottom, left:right] = False
    return found


def _faces(images: list[Image], plan: Plan, subject: int) -> int:
    """That CenterFace finds outside of the subject."""
    finder, found = Finder.load(), 0
    for at, image in enumerate(images):
        mine = plan.tracks[subject].places[at].grown(0.2)
        found += sum(not mine.holds(one.place.middle) for one in finder.faces_in(image))
    return found


def _sharpness(before: list[Image], after: list[Image], plan: Plan, subject: int) -> float:
    """The worst PSNR of the subject's own pixels, in dB."""
    worst = 100.0
    for at, (one, two) in enumerate(zip(before, after, strict=True)):
        mine = _mine(plan, subject, at, one.shape[1], one.shape[0])
        assert mine.sum() > 500
        off = one[mine].astype(float) - two[mine]
        worst = min(worst, 10 * np.log10(255**2 / max(float((off**2).mean()), 1e-9)))
    return worst


def _only_pictures(out: Path) -> None:
    with av.open(str(out)) as made:
        assert [stream.type for stream in made.streams] == ["video"]
        assert not set(made.metadata) - {"major_brand", "minor_version", "compatible_brands"}
    data = out.read_bytes()
    for word in (b"x264", b"Lavf", b"Lavc", b"Gate of the yard"):
        assert word not in data, word


def test_a_changed_film_or_a_wrong_word_is_refused_in_a_sentence(
    walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["find", str(tmp_path / "none.mp4"), str(tmp_path / "x")]) == 2
    (tmp_path / "x").rmdir()
    assert cli.main(["dance"]) == 2
    assert cli.main(["keep", str(tmp_path), "1"]) == 2
    assert "zegel redact: " in capsys.readouterr().err
