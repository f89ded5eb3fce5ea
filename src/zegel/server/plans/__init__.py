# SPDX-License-Identifier: EUPL-1.2
"""Plans: what an operator does step by step, whom he calls, and the words by which they are known."""
