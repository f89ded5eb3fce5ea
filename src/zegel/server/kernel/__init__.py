# SPDX-License-Identifier: EUPL-1.2
"""Kernel: what every room stands on and no room's business. Imports no room."""
