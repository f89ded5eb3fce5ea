# SPDX-License-Identifier: EUPL-1.2
"""The story that `make demo` tells: one seeded world, one night, one person at the gate."""
