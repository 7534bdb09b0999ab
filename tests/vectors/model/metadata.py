"""An issuer's metadata: where they are, and what is read of them (OpenID Connect Discovery, RFC 8414)."""

import ipaddress
import re
from urllib.parse import urlsplit

from .jsontext import JsonError, parse

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"
BYTES = 512 * 1024
ADDRESS_BYTES = 8000
PRIVATE = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
    *("192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
    *("64:ff9b:1::/48", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
]
EMBEDDING = {"::/96": 0, "::ffff:0:0/96": 0, "::ffff:0:0:0/96": 0, "64:ff9b::/96": 0, "2002::/16": 80}
"""IPv6 networks whose addresses stand for an IPv4 one, and how many bits are behind that."""


def addresses(issuer):
    """Every address to try: OpenID's, then RFC 8414's forms, which stand in front of the path."""
    issuer = issuer.removesuffix("/")
    path = urlsplit(issuer).path
    root = issuer.removesuffix(path)
    inserted = [root + OPENID + path] if path else []
    return [issuer + OPENID, root + OAUTH + path, *inserted]


def is_loopback(host):
    """Whether a host name is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_private(host):
    """Whether a host name says that it is this machine or none of the open network, however it spells its address."""
    host = host.rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        last = host.rsplit(".", 1)[-1]
        return last in ("localhost", "localdomain") or re.fullmatch(r"\d+|0x[0-9a-f]*", last) is not None
    for net, behind in EMBEDDING.items():
        if address in ipaddress.ip_network(net):
            address = ipaddress.IPv4Address(int(address) >> behind & 0xFFFFFFFF)
            break
    return any(address in ipaddress.ip_network(net) for net in PRIVATE)


def url(text):
    """The parts of a URL that could be fetched from, or None."""
    if not re.fullmatch(r"(?i:https?)://[A-Za-z0-9._\[\]:-]+([/?][\w.~%!$&'()*+,;=:@/?-]*)?", text, re.ASCII):
        return None
    try:
        parts = urlsplit(text)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def key_set_address(text, issuer, rules):
    """Where a document says that the key set is; None if none of it can be used."""
    if len(text.encode()) > BYTES:
        return None
    try:
        value, repeated = parse(text)
    except JsonError:
        return None
    if not isinstance(value, dict) or repeated or value.get("issuer") != issuer:
        return None
    address = value.get("jwks_uri")
    found, home = (url(address) if isinstance(address, str) else None), url(issuer)
    if not found or not home or len(address) > ADDRESS_BYTES:
        return None
    tried_out = rules.get("http_loopback") and is_loopback(found.hostname) and is_loopback(home.hostname)
    if found.scheme != "https" and not tried_out:
        return None
    elsewhere = rules.get("other_host") and (is_private(home.hostname) or not is_private(found.hostname))
    if found.hostname != home.hostname and not elsewhere:
        return None
    return address
