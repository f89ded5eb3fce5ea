# SPDX-License-Identifier: EUPL-1.2
"""The customer's face: state, recordings, alarms, who looked. A shell: what is sealed opens in the browser."""
