# SPDX-License-Identifier: EUPL-1.2
"""Nothing leaves before each frame was looked at as it is; whatever changes a frame makes it unseen again."""

from __future__ import annotations

import pytest

from zegel.records.redact.places import Kind, Place, Track
from zegel.records.redact.plan import NoSuchTrack, NotReviewed, Plan

HERE, THERE = Place(0.1, 0.1, 0.1, 0.3), Place(0.6, 0.1, 0.1, 0.3)


def plan() -> Plan:
    tracks = [
        Track(1, Kind.PERSON, dict.fromkeys(range(30), HERE)),
        Track(2, Kind.PERSON, dict.fromkeys(range(10, 30), THERE)),
    ]
    face = Track(3, Kind.FACE, dict.fromkeys(range(30), Place(0.13, 0.12, 0.03, 0.05)))
    made = Plan.of([*tracks, face], 30, 10.0)
    for frame in range(30):
        made.look(frame)
    return made


def test_a_film_with_an_unseen_or_flagged_frame_is_refused() -> None:
    made = plan()
    made.demand_reviewed()
    made.flag(4)
    with pytest.raises(NotReviewed):
        made.demand_reviewed()
    made.flag(4, on=False)
    made.reviewed.discard(29)
    with pytest.raises(NotReviewed, match="1 frames were not looked at"):
        made.demand_reviewed()
    with pytest.raises(NotReviewed):
        Plan(0, 10.0).demand_reviewed()


def test_whoever_is_kept_stays_sharp_with_his_face_and_nobody_else() -> None:
    made = plan()
    made.keep(1)
    assert made.covered(5) == []
    assert made.covered(15) == [(Kind.PERSON, THERE)]
    assert made.reviewed == set()


def test_a_track_that_jumped_to_another_is_cut_and_the_rest_is_covered() -> None:
    made = plan()
    made.keep(1)
    rest = made.split(1, 20)
    assert made.covered(19) == [(Kind.PERSON, THERE)]
    assert (Kind.PERSON, HERE) in made.covered(20)
    assert rest not in made.kept


def test_what_changes_is_unseen_again_and_nothing_else() -> None:
    made = plan()
    made.remove(2, range(12, 15))
    assert set(range(30)) - made.reviewed == {12, 13, 14}
    made.move(1, 3, THERE)
    assert 3 not in made.reviewed
    assert 4 in made.reviewed


def test_a_box_by_hand_goes_on_for_a_second_and_to_where_it_is_moved() -> None:
    made = plan()
    number = made.draw(2, HERE)
    assert sorted(made.tracks[number].places) == list(range(2, 13))
    made.move(number, 20, THERE)
    assert sorted(made.tracks[number].places) == list(range(2, 30))
    assert 0.2 < made.tracks[number].places[11].middle[0] < 0.6
    with pytest.raises(NoSuchTrack):
        made.move(99, 1, HERE)


def test_a_plan_is_the_same_after_it_was_put_down() -> None:
    made = plan()
    made.keep(1)
    made.draw(2, HERE)
    made.flag(7)
    again, about = Plan.load(made.dump({"film": "x.mp4"}))
    assert about == {"film": "x.mp4"}
    assert again.dump(about) == made.dump(about)
    assert [again.covered(frame) for frame in range(30)] == [made.covered(frame) for frame in range(30)]
