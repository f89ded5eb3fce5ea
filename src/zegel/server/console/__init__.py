# SPDX-License-Identifier: EUPL-1.2
"""The operator's face: the queue and one alarm at a time. A shell; released pictures open in the browser."""
