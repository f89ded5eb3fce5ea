# SPDX-License-Identifier: EUPL-1.2
"""Sites, the units that guard them, and their cameras."""
