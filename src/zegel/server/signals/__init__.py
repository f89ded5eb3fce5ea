# SPDX-License-Identifier: EUPL-1.2
"""Signals: one durable path for everything that panels, cameras and boxes say; the receivers; supervision."""
