# SPDX-License-Identifier: EUPL-1.2
"""Alarms: from the unit's signed word to the operator's closing code."""
