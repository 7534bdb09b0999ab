// The diagnosis as a program calls it: the forms that it takes, what it gives, what throws, what it keeps to itself.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";

import { explain, loadKeys, Verifier } from "countersign";
import { AUDIENCE, bearer, ISSUER, makeKey, makePolicy, makeToken, serve } from "./support.mjs";

const SECRET = "s3cr3t-c4n4ry-0f-th3-t3st";
const key = makeKey("k1");
const ids = (findings) => findings.map(({ id }) => id);

test("a finding says what, how bad, how known, where, and what to do", () => {
  const [first] = explain({
    request: { method: "GET", url: "https://api.example.com/v1/reports", headers: ["Authorization", 'Bearer "mF_9.B5f-4.1JqM"'] },
    response: { status: 401, headers: { "WWW-Authenticate": 'Bearer realm="api", error="invalid_request"' } },
  });
  const { number, evidence, cause, advice, requirement, section, ...rest } = first;
  assert.deepEqual(rest, {
    id: "bearer_quoted",
    severity: "error",
    certainty: "observed",
    place: { part: "request", name: "Authorization", offset: 7 },
    wouldPassIf: null,
  });
  assert.ok(Number.isInteger(number) && number > 0);
  assert.match(requirement, /^REQ-[A-Z]+-[0-9]+/);
  assert.match(section, /^RFC [0-9]+/);
  for (const text of [evidence, cause, advice]) assert.ok(typeof text === "string" && text !== "");
});

test("JSON.stringify writes the form of all fronts", () => {
  const findings = explain({ token: "undefined" });
  const [{ id, severity, certainty, place, evidence, cause, advice }] = findings;
  assert.equal(JSON.stringify(findings), JSON.stringify([{ id, severity, certainty, place, evidence, cause, advice, would_pass_if: null }]));
  assert.equal(id, "bearer_placeholder");
  assert.equal(place.name, null);
});

test("the header is taken in every form that check takes", () => {
  const value = "Bearer Bearer abc";
  const forms = [
    new Headers([["authorization", value]]),
    { authorization: value, host: undefined },
    { Authorization: [value] },
    ["Authorization", value],
    [["Authorization", value]],
    new Map([["Authorization", value]]),
    Object.assign(Object.create(null), { authorization: value }),
  ];
  for (const headers of forms) {
    const findings = explain({ request: { headers } });
    assert.equal(findings[0].id, "bearer_prefix_repeated", inspect(headers));
    assert.ok(JSON.stringify(findings).toLowerCase() === JSON.stringify(explain({ request: { headers: forms[3] } })).toLowerCase());
  }
});

test("every line counts, in requests and responses", () => {
  const twice = ["Authorization", "Bearer abc", "Authorization", "Bearer def"];
  assert.ok(ids(explain({ request: { headers: twice } })).includes("header_repeated"));
  assert.ok(!ids(explain({ request: { headers: twice.slice(2) } })).includes("header_repeated"));
  const headers = new Headers([["www-authenticate", "Bearer"]]);
  headers.append("set-cookie", `a=${SECRET}`);
  headers.append("set-cookie", "b=2");
  assert.ok(!ids(explain({ response: { status: 401, headers } })).includes("challenge_missing"));
  headers.delete("www-authenticate");
  assert.ok(ids(explain({ response: { status: 401, headers } })).includes("challenge_missing"));
});

test("a Request and a Response of fetch go in as they are", async (t) => {
  const { url } = await serve(t, (request, response) => {
    response.writeHead(401, { "WWW-Authenticate": 'Bearer realm="api", error="invalid_token", error_description="The access token expired"' });
    response.end(JSON.stringify({ error: "invalid_token" }));
  });
  const request = new Request(url, { headers: [bearer(makeToken(key))] });
  const response = await fetch(request.clone());
  const { status, headers } = response;
  const [first] = explain({ request, response: { status, headers, body: await response.text() } });
  assert.deepEqual([first.id, first.certainty, first.place.part], ["token_expired", "said", "response"]);
});

test("with policy and keys the cause is proved, and so is what would pass", () => {
  const token = makeToken(key, { exp: 1_700_000_000, iat: 1_699_999_000 });
  const jwks = { keys: [key.jwk] };
  const policy = { realm: "api", bearer: { issuers: [{ issuer: ISSUER, audience: AUDIENCE, jwks_uri: `${ISSUER}/jwks` }] } };
  const exchange = { request: { headers: bearer(token) }, policy, now: 1_700_000_100_000 };
  const text = JSON.stringify(jwks);
  const forms = [{ [ISSUER]: jwks }, { [ISSUER]: text }, new Map([[ISSUER, Buffer.from(text)]]), [[ISSUER, jwks]]];
  for (const keys of forms) {
    const [first] = explain({ ...exchange, keys });
    assert.deepEqual([first.id, first.certainty, first.place.name], ["token_expired", "proved", "exp"]);
    assert.match(first.wouldPassIf, /leeway were 101 s/);
  }
  // Without the issuer's keys nothing behind the signature is proved.
  for (const keys of [undefined, null, {}, []]) {
    assert.ok(!explain({ ...exchange, keys }).some(({ id, certainty }) => id === "token_expired" && certainty === "proved"));
  }
  for (const form of [JSON.stringify(policy), Buffer.from(JSON.stringify(policy))]) {
    assert.deepEqual(explain({ ...exchange, policy: form, keys: forms[0] }), explain({ ...exchange, keys: forms[0] }));
  }
});

test("the verifier and the diagnosis agree", () => {
  const policy = makePolicy([key]);
  const verifier = new Verifier(policy);
  const now = Date.now();
  for (const claims of [{}, { exp: 1 }, { aud: `${AUDIENCE}/` }, { nbf: 4e9 }, { iss: "https://other.example" }]) {
    const headers = bearer(makeToken(key, claims));
    const { allowed, reason } = verifier.check({ headers, now });
    const findings = explain({ request: { headers }, policy, now });
    const proved = findings.find(({ certainty }) => certainty === "proved");
    assert.equal(proved?.id === "would_pass", allowed, `${reason} ${ids(findings)}`);
    assert.ok(proved !== undefined, `${reason} ${ids(findings)}`);
  }
});

test("profile, scopes, revoked ids and the client certificate reach the check", () => {
  const policy = makePolicy([key]);
  const now = new Date();
  const token = makeToken(key, { jti: "id-of-the-token" });
  const first = (more, headers = bearer(token)) => ids(explain({ request: { headers }, policy, now, ...more }))[0];
  assert.equal(first({}), "would_pass");
  assert.equal(first({ scopes: "write:reports" }), "scope_missing");
  assert.equal(first({ scopes: ["read:reports", "write:reports"] }), "scope_missing");
  assert.equal(first({ scopes: [] }), "would_pass");
  assert.equal(first({ revoked: ["id-of-the-token"] }), "token_revoked");
  assert.equal(first({}, []), "header_missing");
  assert.notEqual(first({ profile: "public" }, []), "header_missing");
  const bound = makeToken(key, { cnf: { "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" } });
  const clientCertSha256 = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";
  const url = "https://api.example.com/";
  assert.equal(first({ request: { url, headers: bearer(bound) } }), "certificate_missing");
  assert.equal(first({ request: { url, headers: bearer(bound), clientCertSha256 } }), "would_pass");
});

test("references of the policy are filled in", () => {
  const policy = { realm: "api", api_key: { keys: { ref: "shared" } } };
  const list = JSON.stringify([{ id: "billing", sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" }]);
  const exchange = { request: { headers: ["X-Api-Key", "foo"] }, policy, now: new Date() };
  const [first] = explain(exchange);
  assert.deepEqual([first.id, first.place.part, first.place.name], ["policy_invalid", "policy", "/api_key/keys"]);
  for (const refs of [{ shared: list }, { shared: Buffer.from(list) }]) {
    assert.equal(ids(explain({ ...exchange, refs }))[0], "would_pass");
    assert.equal(ids(explain({ ...exchange, refs, request: { headers: ["X-Api-Key", "bar"] } }))[0], "api_key_unknown");
  }
});

test("now is a number of milliseconds, a Date, or nanoseconds; without it the response's Date counts", () => {
  const policy = makePolicy([key]);
  const token = makeToken(key, { exp: 1_700_000_000, iat: 1_699_999_000 });
  const at = (now, response) => explain({ request: { headers: bearer(token) }, policy, now, response });
  const millis = 1_700_000_100_000;
  const expected = at(millis);
  assert.match(expected[0].evidence, /100 s before the time given/);
  assert.deepEqual(at(new Date(millis)), expected);
  assert.deepEqual(at(BigInt(millis) * 1_000_000n), expected);
  assert.equal(at(millis - 200_000)[0].id, "would_pass");
  const response = { status: 401, headers: { date: new Date(millis).toUTCString(), "www-authenticate": "Bearer" } };
  assert.equal(at(undefined, response)[0].id, "token_expired");
  assert.ok(!ids(at(undefined)).includes("token_expired"), "no clock is read");
});

test("redirects tell where the header was left behind", () => {
  const findings = explain({
    request: { url: "https://www.example.com/v1", headers: [] },
    redirects: [{ status: 301, from: "https://example.com/v1", location: "https://www.example.com/v1" }],
    response: { status: 401, headers: ["WWW-Authenticate", "Bearer"] },
  });
  assert.equal(findings[0].id, "header_stripped_on_redirect");
});

test("more of a body than is looked at changes nothing", () => {
  const explained = (body) => explain({ response: { status: 401, body, headers: { server: "nginx" } } });
  const said = "jwt expired";
  const padded = said.padEnd(16_384);
  for (const more of ["", "x", "é".repeat(5), "🗝".repeat(70_000)]) {
    assert.deepEqual(explained(padded + more), explained(said), `${more.length}`);
    assert.deepEqual(explained(Buffer.from(padded + more)), explained(said));
  }
  // The last character of the front has two halves in JavaScript.
  assert.deepEqual(explained(`${said.padEnd(16_383)}🗝`), explained(Buffer.from(`${said.padEnd(16_383)}🗝`)));
  assert.notDeepEqual(explained(`${" ".repeat(16_384 - said.length)}${said}`), explained(""));
  assert.deepEqual(explained(`${" ".repeat(16_384)}${said}`), explained(""), "behind the front");
});

test("hundreds of lines, redirects and ids are taken", () => {
  const headers = Array.from({ length: 5_000 }, (_, line) => [`x-${line}`, "a"]).concat([bearer("abc")]);
  const redirects = Array.from({ length: 5_000 }, () => ({ status: 302, location: "https://a.example/" }));
  const revoked = Array.from({ length: 5_000 }, (_, id) => `id-${id}`);
  const findings = explain({ request: { headers }, response: { status: 401, headers }, redirects, revoked, policy: makePolicy([key]), now: Date.now() });
  assert.ok(findings.length > 0 && findings.length <= 32);
});

test("nothing at hand explains nothing", () => {
  const nothing = Object.fromEntries(["request", "response", "redirects", "token", "policy", "refs", "keys", "profile", "scopes", "revoked", "now"].map((name) => [name, null]));
  for (const exchange of [{}, nothing]) assert.deepEqual(explain(exchange), []);
});

test("what is of the wrong type throws, and shows nothing", () => {
  const cycle = { secret: SECRET };
  cycle.self = cycle;
  const wrong = [
    [SECRET, /^the exchange is no object$/],
    [undefined, /^the exchange is no object$/],
    [{ request: SECRET }, /^the request is no object$/],
    [{ request: { method: 7 } }, /^the method is no string$/],
    [{ request: { url: new URL(`https://a/?access_token=${SECRET}`) } }, /^the URL is no string$/],
    [{ request: { headers: SECRET } }, /^the header of the request is no object$/],
    [{ request: { headers: { authorization: 7 } } }, /^a header value of the request is no string$/],
    [{ request: { headers: { authorization: null } } }, /^a header value of the request is no string$/],
    [{ request: { headers: { authorization: `${SECRET}€` } } }, /^a header value of the request holds a character/],
    [{ request: { headers: [[`${SECRET}€`, "a"]] } }, /^a header name of the request holds a character/],
    [{ request: { headers: [["a", "b"], SECRET] } }, /^a member of the header of the request is no pair$/],
    [{ request: { headers: ["a", [SECRET]] } }, /^a header value of the request is no string$/],
    [{ request: { clientCertSha256: Buffer.from(SECRET) } }, /^clientCertSha256 is no string$/],
    [{ response: 401 }, /^the response is no object$/],
    [{ response: {} }, /^the status of the response is no number$/],
    [{ response: { status: "401" } }, /^the status of the response is no number$/],
    [{ response: { status: 401, body: new Response(SECRET).body } }, /^the body is neither a string nor bytes$/],
    [{ response: { status: 401, headers: ["a", `€${SECRET}`] } }, /^a header value of the response holds/],
    [{ redirects: { status: 302 } }, /^redirects is no list$/],
    [{ redirects: [SECRET] }, /^a redirect is no object$/],
    [{ redirects: [{ status: 302 }] }, /^the location of a redirect is no string$/],
    [{ redirects: [{ status: 302, from: 7, location: SECRET }] }, /^the address before a redirect is no string$/],
    [{ token: { accessToken: SECRET } }, /^the token is neither a string nor bytes$/],
    [{ policy: 7 }, /^the policy is no object$/],
    [{ policy: cycle }, /^the policy cannot be written as JSON$/],
    [{ policy: { secret: 7n } }, /^the policy cannot be written as JSON$/],
    [{ policy: { toJSON() { throw new Error(SECRET); } } }, /^the policy cannot be written as JSON$/],
    [{ refs: { shared: 7 } }, /^a member of refs is neither a string nor bytes$/],
    [{ keys: SECRET }, /^keys is no object$/],
    [{ keys: [SECRET] }, /^a member of keys is no pair$/],
    [{ keys: [[7, {}]] }, /^a name in keys is no string$/],
    [{ keys: { [ISSUER]: 7 } }, /^a member of keys is no object$/],
    [{ profile: 7 }, /^the profile is no string$/],
    [{ scopes: 7 }, /^scopes is no list$/],
    [{ scopes: [7] }, /^a member of scopes is no string$/],
    [{ revoked: SECRET }, /^revoked is no list$/],
    [{ revoked: [7] }, /^a member of revoked is no string$/],
  ];
  for (const [exchange, message] of wrong) {
    assert.throws(() => explain(exchange), (fault) => {
      assert.equal(fault.constructor, TypeError, inspect(fault));
      assert.match(fault.message, message);
      assert.ok(!inspect(fault).includes(SECRET));
      return true;
    });
  }
});

test("numbers out of range throw", () => {
  const wrong = [
    { response: { status: 401.5 } },
    { response: { status: -1 } },
    { response: { status: 65_536 } },
    { response: { status: Number.NaN } },
    { redirects: [{ status: Infinity, location: "/" }] },
    { now: Number.NaN },
    { now: Infinity },
    { now: new Date("never") },
    { reason: "no_such_reason" },
  ];
  for (const exchange of wrong) assert.throws(() => explain(exchange), RangeError, inspect(exchange));
  for (const now of [0, -1, 8.64e15, -8.64e15, 1e300, 10n ** 60n, -(10n ** 60n)]) {
    const exchange = { request: { headers: bearer(makeToken(key)) }, policy: makePolicy([key]), now };
    let found;
    try {
      found = explain(exchange);
    } catch (fault) {
      assert.equal(fault.constructor, RangeError, inspect(fault));
    }
    assert.ok(found === undefined || Array.isArray(found));
  }
});

test("the reason of a decision counts where no policy is", () => {
  const headers = bearer(makeToken(key, { exp: 1, iat: 0 }));
  const [first] = explain({ request: { headers }, response: { status: 401 }, now: new Date(), reason: "token_expired" });
  assert.deepEqual([first.id, first.certainty, first.place.name], ["token_expired", "proved", "exp"]);
  assert.match(first.evidence, /^exp was /);
  const decision = new Verifier(makePolicy([key])).check({ headers });
  assert.deepEqual(ids(explain({ reason: decision.reason })), ["token_expired"]);
  assert.throws(() => explain({ reason: 3001 }), TypeError);
});

test("nothing of a credential stands in what is given or printed", () => {
  const token = makeToken(key, { exp: 1, email: `${SECRET}@example.com` });
  const exchanges = [
    { request: { url: `https://api.example.com/?access_token=${SECRET}`, headers: [] } },
    { request: { headers: ["Authorization", `Bearer "${SECRET}"`, "X-Api-Key", SECRET, "Cookie", `sid=${SECRET}`] } },
    { request: { headers: ["Authorization", `Basic ${Buffer.from(`alice:${SECRET}`).toString("base64")}x`] } },
    { request: { headers: bearer(token) }, policy: makePolicy([key]), now: Date.now() },
    { token, response: { status: 401, body: `bad token ${token}`, headers: ["WWW-Authenticate", `Bearer error="invalid_token", error_description="${token}"`] } },
    { request: { headers: [] }, policy: { realm: "api", secret: SECRET }, refs: { shared: SECRET }, now: 1 },
    { request: { headers: [] }, policy: `{"realm": "api", "cookie": "${SECRET}`, now: 1 },
  ];
  for (const exchange of exchanges) {
    const findings = explain(exchange);
    assert.ok(findings.length > 0, inspect(exchange));
    const printed = `${inspect(findings, { depth: 9 })} ${JSON.stringify(findings)}`;
    for (const secret of [SECRET, ...token.split(".")]) {
      for (let at = 0; at + 12 <= secret.length; at++) assert.ok(!printed.includes(secret.slice(at, at + 12)), printed);
    }
  }
});

test("the same exchange gives the same answer, and is left as it was", () => {
  const exchange = { request: { headers: ["Authorization", "bearer abc"] }, token: Buffer.from("undefined"), keys: { [ISSUER]: { keys: [key.jwk] } } };
  const before = structuredClone(exchange);
  assert.deepEqual(explain(exchange), explain(exchange));
  assert.deepEqual(structuredClone(exchange), before);
  assert.ok(loadKeys(exchange.keys[ISSUER]).keys.length === 1);
});
