# SPDX-License-Identifier: EUPL-1.2
"""Tracks have no gaps where somebody is still there, and keep to the one whom they follow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zegel.records.redact.places import Found, Kind, Place, follow

FPS = 10.0


def person(x: float, y: float = 0.4, kind: Kind = Kind.PERSON) -> Found:
    return Found(kind, 0.9, Place(x, y, 0.05, 0.2))


def test_two_people_who_pass_each_other_stay_two() -> None:
    frames = [[person(0.1 + 0.02 * n, 0.3), person(0.7 - 0.02 * n, 0.55)] for n in range(30)]
    tracks = follow(frames, FPS)
    assert len(tracks) == 2
    assert tracks[0].places[29].middle[0] > 0.6
    assert tracks[1].places[29].middle[0] < 0.2


def test_a_detection_that_drops_out_leaves_no_frame_uncovered() -> None:
    frames = [[person(0.1 + 0.01 * n)] if n not in range(10, 25) else [] for n in range(40)]
    (track,) = follow(frames, FPS)
    assert sorted(track.places) == list(range(40))
    for n in range(10, 25):
        there = person(0.1 + 0.01 * n).place
        assert track.places[n].joined(there).w <= track.places[n].w + 1e-9


def test_what_was_found_once_is_covered_a_second_before_and_after() -> None:
    frames = [[person(0.5)] if n == 20 else [] for n in range(40)]
    (track,) = follow(frames, FPS)
    assert sorted(track.places) == list(range(10, 31))
    assert track.places[30].w > track.places[20].w


def test_a_vehicle_is_never_taken_for_the_person_beside_it() -> None:
    frames = [[person(0.4), person(0.41, kind=Kind.VEHICLE)] for _ in range(5)]
    assert sorted(track.kind.value for track in follow(frames, FPS)) == ["person", "vehicle"]


@given(
    st.lists(
        st.lists(st.tuples(st.floats(0, 0.9), st.floats(0, 0.8)), max_size=4), min_size=1, max_size=30
    )
)  # fmt: skip
def test_whatever_was_found_is_covered_in_its_frame_and_in_those_around_it(
    film: list[list[tuple[float, float]]],
) -> None:
    frames = [[person(x, y) for x, y in found] for found in film]
    tracks = follow(frames, FPS)
    for number, found in enumerate(frames):
        for one in found:
            holding = [track for track in tracks if track.places.get(number) == one.place]
            assert holding
            around = range(max(0, number - 10), min(len(frames), number + 11))
            assert any(all(at in track.places for at in around) for track in holding)
