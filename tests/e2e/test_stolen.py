# SPDX-License-Identifier: EUPL-1.2
"""A stolen unit. The last of these files by its name: after it the yard has no unit that comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.conftest import Story

pytestmark = pytest.mark.usefixtures("desks_closed")

Eventually = Callable[..., None]


def test_journey_14_a_stolen_unit_is_cut_off_and_cannot_come_back(story: Story, eventually: Eventually) -> None:
    story.guard()
    owner = story.signed_in("owner")
    owner.page.click(".tab-you")
    owner.page.click("button:has-text('It was stolen')")
    owner.page.click("#revoke-now")
    owner.page.wait_for_selector("text=Cut off. It cannot come back.")
    owner.page.click(".tab-now")
    owner.page.wait_for_selector("text=No camera unit yet")
    assert story.guarding is not None
    log = story.guarding.log
    eventually(lambda: "revoked" in log.read_text(errors="replace").lower(), "the unit hearing that it is revoked")
