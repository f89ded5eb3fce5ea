# SPDX-License-Identifier: EUPL-1.2
from tests.worlds import case, claimed, seeded, world  # noqa: F401
