"""Certificates for 127.0.0.1, made anew by each run."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """A private CA, and what it signed; and a certificate that nobody signed.

    A certificate's file begins with its key.
    """

    ca_file: Path
    good_file: Path
    self_signed_file: Path

    @property
    def good(self) -> ssl.SSLContext:
        """A server with the certificate that the CA signed."""
        return _server(self.good_file)

    @property
    def self_signed(self) -> ssl.SSLContext:
        """A server with the certificate that nobody signed."""
        return _server(self.self_signed_file)


def certificates(folder: Path, good_for: timedelta = timedelta(hours=1)) -> Certificates:
    """Make them. What the CA signed is valid for so long from now on; below zero it has expired."""
    ca_key, ca_name = ec.generate_private_key(ec.SECP256R1()), _name("A private CA")
    ca = _certificate(ca_name, ca_key, ca_name, ca_key, ca=True)
    made = Certificates(folder / "ca.pem", folder / "good.pem", folder / "own.pem")
    made.ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    name = _name("mx.example")
    signed, alone = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    _write(made.good_file, _certificate(name, signed, ca_name, ca_key, good_for=good_for), signed)
    _write(made.self_signed_file, _certificate(name, alone, name, alone), alone)
    return made


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    name: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    ca: bool = False,
    good_for: timedelta = timedelta(hours=1),
) -> x509.Certificate:
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + good_for)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(True, False, False, False, False, ca, ca, False, False), critical=True
        )
        .sign(issuer_key, hashes.SHA256())
    )


def _write(file: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))


def _server(file: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context
