"""Keys, tokens, policies and loopback servers for the tests. Everything here is made up for one run."""

from __future__ import annotations

import base64
import contextlib
import datetime
import functools
import ipaddress
import json
import ssl
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ISSUER = "https://login.example.com"
AUDIENCE = "api://billing"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Signer:
    """One key that signs tokens."""

    def __init__(self, kid: str, alg: str = "EdDSA") -> None:
        self.kid, self.alg = kid, alg
        self.key: Any
        if alg == "EdDSA":
            self.key = ed25519.Ed25519PrivateKey.generate()
        elif alg == "ES256":
            self.key = ec.generate_private_key(ec.SECP256R1())
        elif alg == "RS256":
            self.key = rsa.generate_private_key(65537, 2048)
        else:
            self.key = bytes(range(32))

    @property
    def jwk(self) -> dict[str, str]:
        common = {"kid": self.kid, "alg": self.alg}
        if self.alg == "EdDSA":
            return {"kty": "OKP", "crv": "Ed25519", "x": b64(self.key.public_key().public_bytes_raw()), **common}
        if self.alg == "HS256":
            return {"kty": "oct", "k": b64(self.key), **common}
        public = self.key.public_key().public_numbers()
        if self.alg == "RS256":
            return {"kty": "RSA", "n": number(public.n), "e": number(public.e), **common}
        x, y = (b64(value.to_bytes(32, "big")) for value in (public.x, public.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y, **common}

    def sign(self, claims: dict[str, Any] | None = None, **changes: Any) -> str:
        if claims is None:
            claims = {"iss": ISSUER, "sub": "alice", "aud": AUDIENCE, "exp": int(time.time()) + 600, "scope": "read"}
        header = b64(json.dumps({"alg": self.alg, "kid": self.kid}).encode())
        signed = f"{header}.{b64(json.dumps({**claims, **changes}).encode())}"
        return f"{signed}.{b64(self._signature(signed.encode()))}"

    def bearer(self, **changes: Any) -> str:
        return "Bearer " + self.sign(**changes)

    def _signature(self, signed: bytes) -> bytes:
        if self.alg == "EdDSA":
            return bytes(self.key.sign(signed))
        if self.alg == "RS256":
            return bytes(self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256()))
        if self.alg == "ES256":
            r, s = decode_dss_signature(self.key.sign(signed, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        mac = hmac.HMAC(self.key, hashes.SHA256())
        mac.update(signed)
        return mac.finalize()


def jwks(*signers: Signer) -> dict[str, Any]:
    return {"keys": [signer.jwk for signer in signers]}


def policy_document(*signers: Signer, issuer: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """Give a policy with these keys inline, or with the members of an issuer instead."""
    members_of_issuer = {"issuer": ISSUER, "audience": AUDIENCE, **(issuer or {})}
    if signers:
        members_of_issuer["jwks"] = jwks(*signers)
    bearer: dict[str, Any] = {"issuers": [members_of_issuer]}
    algorithms = {signer.alg for signer in signers if signer.alg == "HS256"}
    if algorithms:
        bearer["issuers"][0]["algorithms"] = sorted(algorithms)
    return {"realm": "api", "bearer": bearer, **members}


@functools.cache
def certificate() -> tuple[bytes, bytes]:
    """Give a certificate of 127.0.0.1 that signs itself, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(certificate()))
        file.flush()
        context.load_cert_chain(file.name)
    return context


def client_context() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=certificate()[0].decode())


class KeyServer:
    """An HTTPS server on a free loopback port whose answers a test sets by path."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def handle(self) -> None:
                # The handshake is the connection's own work: in the accepting thread, a client that goes away in the
                # midst of it would stop the server, and `shutdown` with it.
                with contextlib.suppress(OSError):
                    self.connection.do_handshake()
                    super().handle()

            def do_GET(self) -> None:
                server.requests.append((self.path, dict(self.headers.items())))
                answer = server.answers.get(self.path)
                with contextlib.suppress(OSError):
                    if answer is None:
                        self.send_error(404)
                    else:
                        answer(self)

            def do_POST(self) -> None:
                # What is left unread would reset the connection, and the answer with it.
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.socket = server_context().wrap_socket(
            self.http.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def set_json(self, path: str, document: object, **headers: str) -> None:
        body = json.dumps(document).encode()

        def answer(handler: BaseHTTPRequestHandler) -> None:
            etag = headers.get("ETag")
            if etag is not None and handler.headers.get("If-None-Match") == etag:
                handler.send_response(304)
                handler.end_headers()
                return
            handler.send_response(200)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)

        self.answers[path] = answer

    def set_status(self, path: str, status: int, **headers: str) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                handler.send_header(name, value)
            handler.end_headers()

        self.answers[path] = answer

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@contextlib.contextmanager
def key_server() -> Iterator[KeyServer]:
    server = KeyServer()
    try:
        yield server
    finally:
        server.close()


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait for a condition, at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return condition()
