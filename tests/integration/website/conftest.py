# SPDX-License-Identifier: EUPL-1.2
from tests.worlds import seeded, world  # noqa: F401
