"""Certificates for engines that ask for them: authorities, servers and clients, good ones and wrong ones."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

_SIGNING = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


class Pair(NamedTuple):
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """A certificate authority of our own (EC P-256).

    Two authorities of the same name are told apart by their keys alone, as after a renewal.
    """

    def __init__(self, name: str = "dockmagic test authority", *, key_usage: bool = True) -> None:
        """Make its key and certificate.

        Args:
            name: its common name.
            key_usage: without, its certificate lacks the key-usage extension, as those do that Docker's guide makes
                (`openssl req -new -x509 -days 365 -key ca-key.pem -sha256 -out ca.pem`,
                https://docs.docker.com/engine/security/protect-access/). Python 3.13 refuses these by default.
        """
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _common_name(name)
        builder = _builder(self._name, self._key.public_key(), 1).issuer_name(self._name)
        builder = self._identified(builder, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        if key_usage:
            builder = builder.add_extension(_SIGNING, critical=True)
        self.certificate = _pem(builder.sign(self._key, hashes.SHA256()))
        """The authority's own certificate, PEM."""

    def server(
        self, *, names: Sequence[str] = ("localhost",), addresses: Sequence[str] = ("127.0.0.1",), days: int = 1
    ) -> Pair:
        """Return a server's certificate for these names and addresses; one with `days` below 1 has expired."""
        subjects: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        subjects += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
        common = (*names, *addresses)[0]
        return self._issue(common, ExtendedKeyUsageOID.SERVER_AUTH, x509.SubjectAlternativeName(subjects), days)

    def client(self, name: str = "client", *, days: int = 1) -> Pair:
        """Return a client's certificate."""
        return self._issue(name, ExtendedKeyUsageOID.CLIENT_AUTH, None, days)

    def write(self, directory: Path, *, server: Pair | None = None, client: Pair | None = None) -> Path:
        """Write all files into `directory`, which is then a DOCKER_CERT_PATH for the client, and return it.

        ca.pem, cert.pem and key.pem are the client's, server-cert.pem and server-key.pem the engine's.
        """
        server, client = server or self.server(), client or self.client()
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "ca.pem").write_bytes(self.certificate)
        for prefix, pair in (("server-", server), ("", client)):
            (directory / f"{prefix}cert.pem").write_bytes(pair.certificate)
            key = directory / f"{prefix}key.pem"
            key.touch(mode=0o600)
            key.write_bytes(pair.key)
        return directory

    def _issue(
        self, name: str, usage: ObjectIdentifier, subjects: x509.SubjectAlternativeName | None, days: int
    ) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_common_name(name), key.public_key(), days).issuer_name(self._name)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if subjects is not None:
            builder = builder.add_extension(subjects, critical=False)
        certificate = self._identified(builder, key.public_key()).sign(self._key, hashes.SHA256())
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Pair(_pem(certificate), secret)

    def _identified(
        self, builder: x509.CertificateBuilder, subject: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        """Add the identifiers of both keys, as openssl does of itself."""
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        own = x509.SubjectKeyIdentifier.from_public_key(subject)
        return builder.add_extension(own, critical=False).add_extension(issuer, critical=False)


def _common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    """Begin a certificate that ends an hour short of `days` from now, and began two days before that or before now."""
    now = dt.datetime.now(dt.UTC)
    until = now + dt.timedelta(days=days, hours=-1)
    builder = x509.CertificateBuilder().subject_name(subject).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(min(now, until) - dt.timedelta(days=2)).not_valid_after(until)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
