# SPDX-License-Identifier: EUPL-1.2
"""A person's own client without a browser: what his pages do, for the command line (`zegel pair`), demo and tests."""
