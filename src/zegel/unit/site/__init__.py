# SPDX-License-Identifier: EUPL-1.2
"""What stands on site beside the cameras' pictures: panels, a broker, cameras' events and motors.

One process of its own talks to all of it and parses whatever it says. It holds no key of the seal; it starts only when
the installer set something up and the owner's signed policy wants it.
"""
