# SPDX-License-Identifier: EUPL-1.2
"""An owner's word that nothing of an epoch is left: without ranges, and then without a grant."""

from __future__ import annotations

import pytest
from tests.unit.seal.examples import World

from zegel.seal.errors import FieldWrong
from zegel.seal.kept import NO_GRANT, complement, sign_kept, verify_kept


def test_a_word_that_keeps_nothing_names_no_grant() -> None:
    world = World()
    said = verify_kept(sign_kept(world.make_kept(ranges=(), grant=NO_GRANT), world.owner), world.keyset.owner_pks)
    assert complement((one.start, one.end) for one in said.ranges) == ((0, 4096),)
    with pytest.raises(FieldWrong):
        verify_kept(sign_kept(world.make_kept(ranges=()), world.owner), world.keyset.owner_pks)
