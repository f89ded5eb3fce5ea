# SPDX-License-Identifier: EUPL-1.2
"""What happens by itself in the chain."""

from __future__ import annotations
