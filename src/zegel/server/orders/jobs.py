# SPDX-License-Identifier: EUPL-1.2
"""What is found by a customer's words follows him: when his record or his thing changes, so do the words."""

from __future__ import annotations
