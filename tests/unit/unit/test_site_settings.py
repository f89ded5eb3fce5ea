# SPDX-License-Identifier: EUPL-1.2
"""What the installer sets up on site: private, checked when it is written, gone when the unit is wiped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.unit.actors import Rig
from zegel.unit.config import Camera, Config, Home
from zegel.unit.errors import ConfigError
from zegel.unit.run import Runner
from zegel.unit.site import keypad, settings
from zegel.unit.site.settings import Dc09, Mqtt, Onvif, PanelKey, Site
from zegel.unit.wipe import wipe

KEY = bytes(range(16))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "unit")


def test_what_was_set_up_is_kept_privately_and_shown_without_its_secrets(home: Home) -> None:
    site = settings.with_panel(Site(dc09=Dc09("192.168.1.5")), PanelKey("1234AB", KEY))
    site = settings.with_onvif(site, Onvif("yard", "http://192.168.1.9/onvif", "user", "secret"))
    settings.save(home, site)
    assert settings.load(home) == site
    assert home.site.stat().st_mode & 0o077 == 0
    assert "secret" not in repr(site)
    assert repr(KEY) not in repr(site)
    assert "pass" not in repr(Mqtt("house", 1883, False, "user", "pass"))
    home.site.chmod(0o644)
    with pytest.raises(ConfigError):
        settings.load(home)


def test_a_unit_without_anything_set_up_has_an_empty_site(home: Home) -> None:
    assert settings.load(home).empty


def test_a_panel_is_replaced_and_removed_by_its_account() -> None:
    site = settings.with_panel(settings.with_panel(Site(), PanelKey("1234AB", KEY)), PanelKey("1234AB"))
    assert [panel.key for panel in site.panels] == [None]
    assert settings.without_panel(site, "1234ab").panels == []
    with pytest.raises(ConfigError):
        settings.without_panel(site, "5678")
    for account in ("12", "1234ab", "G123", "0" * 17, "12 34"):
        with pytest.raises(ConfigError):
            settings.with_panel(Site(), PanelKey(account))


@pytest.mark.parametrize(
    ("text", "form", "bits"), [("00" * 16, "hex", 128), ("x" * 32, "ascii", 256), ("0" * 32, "ascii", 256)]
)
def test_a_key_is_read_in_the_form_that_is_said(text: str, form: str, bits: int) -> None:
    assert len(settings.read_key(f" {text}\n", form)) * 8 == bits


@pytest.mark.parametrize(("text", "form"), [("", "hex"), ("00" * 15, "hex"), ("x" * 32, "hex"), ("é" * 16, "ascii")])
def test_what_is_no_key_is_not_stored(text: str, form: str) -> None:
    with pytest.raises(ConfigError) as error:
        settings.read_key(text, form)
    assert not text or text not in str(error.value)


@pytest.mark.parametrize("url", ["http://house", "mqtt://", "mqtt://user:pass@house", "mqtt://house:x", "house"])
def test_a_broker_is_written_in_one_way(url: str) -> None:
    with pytest.raises(ConfigError):
        settings.read_mqtt(url, "", "", None)


def test_a_broker_with_tls_has_its_own_port_and_a_readable_authority(tmp_path: Path) -> None:
    assert settings.read_mqtt("mqtts://house", "", "", None).port == 8883
    with pytest.raises(ConfigError):
        settings.read_mqtt("mqtts://house", "", "", str(tmp_path / "none.pem"))


def test_a_camera_by_its_host_alone_gets_the_usual_path() -> None:
    assert settings.check_onvif("192.168.1.9") == "http://192.168.1.9/onvif/device_service"
    assert settings.check_onvif("https://cam:8443/x") == "https://cam:8443/x"
    for address in ("ftp://cam", "http://user:pass@cam", "http://"):
        with pytest.raises(ConfigError):
            settings.check_onvif(address)


def test_a_wiped_unit_knows_no_panel_no_password_and_no_code(home: Home) -> None:
    settings.save(home, Site(dc09=Dc09("192.168.1.5"), panels=[PanelKey("1234AB", KEY)]))
    keypad.make(home, "724815")
    wipe(home)
    assert [path.name for path in home.directory.iterdir()] == ["lock"]


def test_a_damaged_file_keeps_no_camera_from_being_guarded(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair()
    Home(tmp_path).site.write_bytes(b"damaged")
    Home(tmp_path).site.chmod(0o600)
    config = Config("https://server.example", "ca.pem", [Camera(rig.camera, "yard", "yard=rtsp://127.0.0.1:9/")])
    runner = Runner(Home(tmp_path), config, rig.engine, pool=NoCameras())  # type: ignore[arg-type]
    assert runner.site is None
    assert "site_not_usable" in rig.technical()


class NoCameras:
    """A pool that is never started."""
