"""Certificates of this run's own, and connections over TLS."""

import base64
import datetime
import hashlib
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.http import Connection


def certificate() -> tuple[str, str]:
    """A self-signed certificate for api.example.com and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "api.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return built.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


def thumbprint(chain: str) -> str:
    """The SHA-256 of a certificate as base64url (RFC 8705 section 3.1)."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(chain)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def client_context(identity: Path | None = None) -> ssl.SSLContext:
    """A client's context, with the certificate and key in one file if one is named. Any server will do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if identity:
        context.load_cert_chain(identity)
    return context


class TlsConnection(Connection):
    """A connection over TLS; with a session, one that is resumed."""

    def __init__(
        self,
        port: int,
        timeout: float = 30.0,
        *,
        context: ssl.SSLContext | None = None,
        session: ssl.SSLSession | None = None,
    ) -> None:
        super().__init__(port, timeout)
        self.tls = (context or client_context()).wrap_socket(self.socket, session=session)
        self.socket = self.tls
