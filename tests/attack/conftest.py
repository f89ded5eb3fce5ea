# SPDX-License-Identifier: EUPL-1.2
from tests.worlds import claimed as case  # noqa: F401
from tests.worlds import seeded, world  # noqa: F401
