"""Every configuration that the README shows goes to `nginx -t`, with the policy that stands before it."""

import json
import re
import subprocess
import unittest
from pathlib import Path

import bcrypt
from support.nginx import MODULE, Nginx
from support.ports import free_port
from support.site import KEY
from support.tls import certificate
from support.tokens import key_set

README = Path(__file__).resolve().parents[1] / "README.md"
FENCE = re.compile(r"^```(nginx|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CERTIFICATE, KEY_OF_IT = certificate()
FILES = {
    "api.crt": CERTIFICATE,
    "api.key": KEY_OF_IT,
    "ca-certificates.crt": CERTIFICATE,
    "batch.jwks.json": json.dumps(key_set(KEY)),
    "users.htpasswd": f"alice:{bcrypt.hashpw(b'secret', bcrypt.gensalt(10)).decode()}\n",
    "keys.jsonl": json.dumps({"id": "billing", "sha256": "00" * 32}) + "\n",
}


def recipes() -> list[tuple[str, str, str]]:
    """Each configuration: its heading, its text, and the policy that was shown last before it."""
    text = README.read_text()
    found, policy = [], ""
    for match in FENCE.finditer(text):
        if match[1] == "json":
            policy = match[2]
        else:
            heading = re.findall(r"^##+ (.*)$", text[: match.start()], re.MULTILINE)[-1]
            found.append((heading, match[2], policy))
    return found


class Readme(unittest.TestCase):
    def check(self, text: str, policy: str) -> subprocess.CompletedProcess[str]:
        """`nginx -t` over what the README shows; nothing of it is changed but places."""
        level = "server" if text.startswith("# in server") else "http"
        fetch = next(text for _, text, _ in recipes() if "location = /_fetch" in text)
        if "location = /_fetch" not in text:
            text = re.sub(r"(server \{\n|# in server\n)", lambda match: match[0] + fetch, text)
        nginx = Nginx("", files=FILES, policies={"policy.json": policy})
        folder = str(nginx.folder)
        for old, new in (
            ("/usr/lib/nginx/modules/ngx_http_countersign_module.so", MODULE),
            ("/etc/nginx/", f"{folder}/"),
            ("/etc/ssl/certs/", f"{folder}/"),
            ("/var/log/nginx/", f"{folder}/"),
            ("listen 443", f"listen 127.0.0.1:{free_port()}"),
            ("proxy_pass https://login.example.com", "proxy_pass https://127.0.0.1"),
        ):
            text = text.replace(old, new)
        if "load_module" in text:
            temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi"))
            temporary += f"uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; access_log off;"
            nginx.write("nginx.conf", f"pid {folder}/nginx.pid;\n{text}".replace("http {", "http { " + temporary))
        else:
            nginx.configure(**{level: text})
        try:
            return nginx.test()
        finally:
            nginx.__exit__()

    def test_every_configuration_is_taken(self) -> None:
        found = recipes()
        self.assertGreaterEqual(len(found), 9)
        for heading, text, policy in found:
            with self.subTest(heading):
                self.assertRegex(text, r"^(# in (http|server)\n|load_module)")
                done = self.check(text, policy)
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_first_one_has_ten_lines(self) -> None:
        _, text, _ = recipes()[0]
        self.assertEqual(len([line for line in text.splitlines() if line.strip() != "}"]), 10)

    def test_what_was_asked_for_is_there(self) -> None:
        headings = " ".join(heading for heading, _, _ in recipes())
        for words in ("Several issuers", "Basic and Bearer", "API keys", "Scopes by location", "CORS"):
            self.assertIn(words, headings)

    def test_every_directive_and_variable_is_told(self) -> None:
        text = README.read_text()
        sources = "".join(path.read_text() for path in (README.parent / "src").glob("*.c"))
        names = set(re.findall(r'ngx_string\("(countersign[a-z_]*)"\)', sources))
        self.assertGreaterEqual(len(names), 20)
        for name in names:
            self.assertTrue(f"`{name}" in text or f"`${name}" in text, name)


if __name__ == "__main__":
    unittest.main()
