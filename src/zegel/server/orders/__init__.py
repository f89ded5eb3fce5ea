# SPDX-License-Identifier: EUPL-1.2
"""Service orders: what somebody asked for, from the question to its end; its visits, notes, parts and costs; whose day
it is; and what all of them together say."""
