"""May this address be fetched? HTTP(S) only, and no private network unless the source says so."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}


class RefusedError(Exception):
    """An address that is not to be fetched, or an answer that is not to be read on."""


def check_address(url: str, *, allow_private: bool) -> None:
    """Raises RefusedError for what is no HTTP address or leads into a private network; OSError for an unknown host."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise RefusedError(f"{url[:200]!r} is no http or https address")
    if not allow_private:
        public_addresses(parts.hostname, parts.port or _PORTS[parts.scheme])


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises RefusedError when one of them is not public, OSError when there is none."""
    found = list(dict.fromkeys(str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    if not all(is_public(address) for address in found):
        raise RefusedError(f"{host} is in a private network; if it is meant, set allow_private: true")
    return found


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, whatever form it is wrapped in."""
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast
