"""A certificate authority for one run of the tests, with a server's and a client's certificate, all in PEM files."""

from __future__ import annotations

from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization


def make(folder: Path) -> None:
    """Writes ca.pem, server.pem (for 127.0.0.1 and localhost), client.pem, client.key; other-ca.pem is a stranger's."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "other-ca.pem"))
    server = authority.issue_cert("127.0.0.1", "localhost")
    (folder / "server.pem").write_bytes(_pkcs8(server) + b"".join(part.bytes() for part in server.cert_chain_pems))
    client = authority.issue_cert("worker@example.org")
    (folder / "client.key").write_bytes(_pkcs8(client))
    (folder / "client.pem").write_bytes(b"".join(part.bytes() for part in client.cert_chain_pems))


def _pkcs8(cert: trustme.LeafCert) -> bytes:
    """The private key in the one PEM form that Java reads."""
    key = serialization.load_pem_private_key(cert.private_key_pem.bytes(), password=None)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
