# SPDX-License-Identifier: EUPL-1.2
"""Property tests judge what is computed, not how busy the machine is: no deadline per example."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("zegel", deadline=None, max_examples=60)
settings.load_profile("zegel")
