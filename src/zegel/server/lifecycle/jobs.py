# SPDX-License-Identifier: EUPL-1.2
"""When it happens: images soon after each hour, because somewhere it is midnight; everything else at night, and after
it the look at what is left over."""

from __future__ import annotations

from zegel.server.kernel import jobs
from zegel.server.lifecycle import runner, verifying


@jobs.periodic("1,16,31,46 * * * *", name="lifecycle.images")
def forget_images(timestamp: int) -> None:
    """Every quarter of an hour: the places on earth whose clocks are not on the hour are on its quarters."""
    runner.run_images()


@jobs.periodic("13 3 * * *", name="lifecycle.night")
def night(timestamp: int) -> None:
    runner.run()
    verifying.verify()
