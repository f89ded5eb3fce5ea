# SPDX-License-Identifier: EUPL-1.2
"""What is covered is gone from the pixels; what is not is untouched."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zegel.records.redact.pixels import LEAST_BLOCK, area, pixelate
from zegel.records.redact.places import Kind, Place

SIZES = st.sampled_from([(64, 48), (130, 98), (320, 180)])
PART = st.floats(0, 0.9)


@given(
    SIZES, st.sampled_from(list(Kind)), PART, PART, st.floats(0.01, 1), st.floats(0.01, 1), st.integers(0, 2**32 - 1)
)
def test_every_block_is_of_one_colour_and_nothing_outside_changes(
    size: tuple[int, int], kind: Kind, x: float, y: float, w: float, h: float, seed: int
) -> None:
    width, height = size
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    place = Place(x, y, min(w, 1 - x), min(h, 1 - y))
    made = pixelate(image, [(kind, place)])
    (left, top, right, bottom), block = area(kind, place, width, height)
    assert (left % 2, top % 2, block % 2) == (0, 0, 0)
    assert left <= x * width
    assert right >= min(width, (x + place.w) * width)
    assert block >= LEAST_BLOCK
    outside = np.ones((height, width), bool)
    outside[top:bottom, left:right] = False
    assert np.array_equal(made[outside], image[outside])
    for at_y in range(top, bottom, block):
        for at_x in range(left, right, block):
            part = made[at_y : min(at_y + block, bottom), at_x : min(at_x + block, right)].reshape(-1, 3)
            assert part.var(axis=0).max() == 0


def test_two_pictures_with_the_same_means_give_the_same_film() -> None:
    """What is not in the mean can't be won back."""
    one = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    two = one.reshape(4, 16, 4, 16, 3)[:, ::-1, :, ::-1].reshape(64, 64, 3)  # each block turned round
    whole = [(Kind.FACE, Place(0, 0, 1, 1))]
    assert not np.array_equal(one, two)
    assert np.array_equal(pixelate(one, whole), pixelate(two, whole))


def test_a_head_is_about_a_block_however_near_somebody_is() -> None:
    for height in (0.1, 0.3, 0.9):
        box, block = area(Kind.PERSON, Place(0.3, 0.05, height / 3, height), 1920, 1080)
        assert (box[3] - box[1]) / block <= 8.5
