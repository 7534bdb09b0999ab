"""Another module changes the request behind our look ahead: what was seen there is no verdict any more."""

import os
import unittest

from support.http import bearer
from support.site import KEY, STRANGER, Site, policy

CHANGER = os.environ["CHANGER_MODULE"]
"""A module that changes requests in the access phase, loaded behind ours so that its handler comes first."""
WAYS = {
    "nothing": '""',
    "value": '"Bearer $arg_t"',
    "bytes": '""',
    "removal": '""',
    "method": "DELETE",
}
PREFLIGHT = [("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "GET")]


class Changed(Site):
    http = "limit_req_zone $countersign_subject zone=subjects:1m rate=1000r/s;"
    server = (
        "countersign policy.json; limit_req_status 429;"
        + "".join(
            f"""
        location = /{how}/looked {{ limit_req zone=subjects burst=1000 nodelay; changer {how} {value};
                                   proxy_pass UPSTREAM; }}
        location = /{how}/plain {{ changer {how} {value}; proxy_pass UPSTREAM; }}
        """
            for how, value in WAYS.items()
        )
        + """
    location = /grant/page.html { satisfy any; allow 127.0.0.1; deny all; ssi on; }
    location = /grant/part { satisfy any; deny all; changer grant ""; proxy_pass UPSTREAM; }
    location = /grant/listed { satisfy any; allow 127.0.0.1; deny all; changer grant ""; proxy_pass UPSTREAM; }
    """
    )
    policies = {"policy.json": policy(preflight="allow")}
    modules = (CHANGER,)

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        (cls.nginx.folder / "html/grant").mkdir()
        includes = '<!--# include virtual="/grant/part" --> <!--# include virtual="/grant/listed" -->'
        cls.nginx.write("html/grant/page.html", includes)

    def ends(self, how: str, fields: list[tuple[str, str]], reason: str, query: str = "", method: str = "GET") -> None:
        """How such requests end, looked at ahead or not; several, as a look that took long is no verdict anyway."""
        for place in ("plain", "looked"):
            for turn in range(5):
                target = f"/{how}/{place}?{turn}{reason}&t={query}"
                answer = self.get_with(target, fields, method=method)
                self.assertEqual(self.nginx.logged(target)["reason"], reason, target[:40])
                self.assertEqual(answer.status, 200 if reason in ("ok", "preflight_exempt") else 401, target[:40])

    def test_a_request_that_nobody_changed(self) -> None:
        self.ends("nothing", bearer(KEY.token()), "ok")
        self.ends("nothing", bearer(STRANGER.token()), "signature_invalid")
        self.ends("nothing", PREFLIGHT, "preflight_exempt", method="OPTIONS")

    def test_another_value(self) -> None:
        self.ends("value", bearer(KEY.token()), "signature_invalid", query=STRANGER.token())
        self.ends("value", bearer(STRANGER.token()), "ok", query=KEY.token())

    def test_other_bytes_in_the_same_place(self) -> None:
        self.ends("bytes", bearer(KEY.token()), "signature_invalid")

    def test_a_field_that_is_gone(self) -> None:
        self.ends("removal", bearer(KEY.token()), "credentials_missing")

    def test_what_another_module_grants_opens_nothing_that_is_included(self) -> None:
        """Of the other ways of access nginx's own three alone are asked for a subrequest, each outside its phase."""
        answer = self.get_with("/grant/part", [])
        self.assertEqual(answer.status, 200, "of a client's own request nginx asks it in its phase")
        answer = self.get_with("/grant/page.html", [])
        self.assertEqual(answer.status, 200)
        self.assertIn(b'"target": "/grant/listed"', answer.body, "its address")
        self.assertNotIn(b'"target": "/grant/part"', answer.body)
        answer = self.get_with("/grant/page.html", bearer(KEY.token()))
        self.assertIn(b'"target": "/grant/part"', answer.body)

    def test_another_method(self) -> None:
        self.ends("method", PREFLIGHT, "credentials_missing", method="OPTIONS")


if __name__ == "__main__":
    unittest.main()
