"""Which addresses a webhook may reach when nobody allowed private ones."""

from __future__ import annotations

import pytest

from alerts.channels.http import AddressRefusedError, is_public, resolve

INTERNAL = [
    "127.0.0.1",
    "127.255.1.2",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:10.0.0.1",
    "2002:7f00:0001::",
    "64:ff9b::169.254.169.254",
    "ff02::1",
]


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses_in_every_wrapping(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost"])
def test_other_spellings_of_loopback_are_resolved_first(host: str) -> None:
    with pytest.raises(AddressRefusedError):
        resolve(host, 80, allow_private=False)
    assert resolve(host, 80, allow_private=True)
