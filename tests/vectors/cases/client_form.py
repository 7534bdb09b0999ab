"""`next_step`: lines that are no case."""

from model.jsontext import write
from responses import ABLE, BEARER, REFUSED, response
from rows import NOW, add

MET = response(401, REFUSED)


def case(**members):
    """The good case with members changed; an ellipsis leaves one out."""
    base = {"op": "next_step", "id": "st", "sent": BEARER, "can": ABLE, "now": NOW, "responses": [MET]}
    return {name: value for name, value in {**base, **members}.items() if value is not ...}


def bad(name, text):
    """A line that gets `case_invalid`; the id in it is the row's own."""
    text = text if isinstance(text, str) else write(text)
    text = text.replace('"id":"st"', f'"id":"step-{name}"')
    expect = {"reason": "case_invalid", "id": f"step-{name}"}
    add("driver", None, expect, text, ["reason:case_invalid", "op:next_step"])


def number(name, place, text):
    """The good case with a number written so: behind the text `place`."""
    line = write(case(state=0, seed=0, sent={**BEARER, "expires": 0}))
    assert place in line
    bad(name, line.replace(place, place[: place.rindex(":") + 1] + text, 1))


LINES = {
    "now-missing": case(now=...),
    "now-text": case(now="1700000000"),
    "now-null": case(now=None),
    "responses-missing": case(responses=...),
    "responses-object": case(responses=MET),
    "responses-many": case(responses=[{"status": 200}] * 257),
    "response-text": case(responses=["401"]),
    "response-empty": case(responses=[{}]),
    "response-member": case(responses=[{**MET, "body": ""}]),
    "status-text": case(responses=[{"status": "401"}]),
    "status-over": case(responses=[{"status": 65536}]),
    "status-below": case(responses=[{"status": -1}]),
    "headers-object": case(responses=[{"status": 401, "headers": {"Retry-After": "1"}}]),
    "headers-null": case(responses=[{"status": 401, "headers": None}]),
    "header-alone": case(responses=[{"status": 401, "headers": [["Retry-After"]]}]),
    "header-number": case(responses=[{"status": 401, "headers": [["Retry-After", 1]]}]),
    "header-b64": case(responses=[{"status": 401, "headers": [["Retry-After", {"b64": "!"}]]}]),
    "response-url": case(responses=[{"status": 401, "url": 1}]),
    "sent-null": case(sent=None),
    "sent-text": case(sent="Bearer"),
    "sent-member": case(sent={"token": "x"}),
    "sent-scheme-unknown": case(sent={"scheme": "Hawk"}),
    "sent-scheme-empty": case(sent={"scheme": ""}),
    "sent-scheme-number": case(sent={"scheme": 1}),
    "sent-superseded": case(sent={"superseded": 1}),
    "sent-superseded-null": case(sent={"superseded": None}),
    "sent-expires": case(sent={"expires": "1"}),
    "sent-expires-far": case(sent={"expires": 2**53}),
    "sent-url": case(sent={"url": 1}),
    "can-null": case(can=None),
    "can-list": case(can=["refresh"]),
    "can-member": case(can={"login": True}),
    "can-refresh": case(can={"refresh": "yes"}),
    "can-schemes": case(can={"schemes": "Bearer"}),
    "can-schemes-unknown": case(can={"schemes": ["Bearer", "Hawk"]}),
    "can-schemes-number": case(can={"schemes": [1]}),
    "can-schemes-null": case(can={"schemes": None}),
    "state-below": case(state=-1),
    "state-over": case(state=2**32),
    "state-text": case(state="0"),
    "seed-below": case(seed=-1),
    "seed-over": case(seed=2**53),
    "member": case(now=NOW, token="x"),
}
for name, line in LINES.items():
    bad(name, line)
number("now-fraction", f'"now":{NOW}', f"{NOW}.5")
number("now-exponent", f'"now":{NOW}', "17e8")
number("state-fraction", '"state":0', "0.0")
number("seed-exponent", '"seed":0', "1e1")
number("expires-fraction", '"expires":0', "1.5")
number("status-fraction", '"status":401', "401.0")
bad("sent-twice", write(case()).replace('"sent":', '"sent":{},"sent":', 1))
bad("status-twice", write(case()).replace('"status":401', '"status":401,"status":200', 1))
bad("refresh-twice", write(case()).replace('"refresh":true', '"refresh":true,"refresh":true', 1))
