// The API on its own: what a check takes and gives, what throws, what a decision keeps to itself.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";

import {
  AuthenticationError,
  buildChallenge,
  ChallengeError,
  decodeUnverified,
  KeysError,
  loadKeys,
  parseChallenges,
  PolicyError,
  reasons,
  Verifier,
} from "countersign";
import { AUDIENCE, bearer, ISSUER, makeKey, makePolicy, makeToken } from "./support.mjs";

const key = makeKey("k1");
const token = makeToken(key);

test("the header is taken in every form that Node and the Web know", () => {
  const verifier = new Verifier(makePolicy([key]));
  const [name, value] = bearer(token);
  const forms = [
    new Headers([[name, value]]),
    { authorization: value },
    { Authorization: [value] },
    ["Host", "a", name, value],
    [["host", "a"], [name.toUpperCase(), value]],
    Object.assign(Object.create(null), { authorization: value }),
  ];
  for (const headers of forms) {
    const decision = verifier.check({ headers });
    assert.equal(decision.reason, "ok", inspect(headers));
    assert.equal(decision.subject, "alice");
  }
});

test("an allowed decision has identity and claims", () => {
  const decision = new Verifier(makePolicy([key])).check({ headers: bearer(token), method: "GET", url: "/a" });
  decision.assertAllowed();
  const { allowed, authenticated, status, reason, scheme, issuer, subject, keyId, body, headers, need } = decision;
  assert.deepEqual(
    { allowed, authenticated, status, reason, scheme, issuer, subject, keyId, body, headers, need },
    { allowed: true, authenticated: true, status: 200, reason: "ok", scheme: "Bearer", issuer: ISSUER, subject: "alice", keyId: "k1", body: "", headers: [], need: null },
  );
  assert.equal(decision.claims.aud, AUDIENCE);
  assert.equal(decision.claims, decision.claims, "read once");
});

test("a denied decision throws for its claims and carries what to answer", () => {
  const decision = new Verifier(makePolicy([key])).check({ headers: bearer(makeToken(key, { exp: 1 })) });
  assert.equal(decision.status, 401);
  assert.equal(decision.subject, "alice", "the signature held");
  for (const read of [() => decision.claims, () => decision.claimsText, () => decision.assertAllowed()]) {
    assert.throws(read, (fault) => {
      assert.ok(fault instanceof AuthenticationError);
      assert.equal(fault.code, "token_expired");
      assert.equal(fault.message, reasons.token_expired.text);
      assert.equal(fault.statusCode, 401);
      assert.match(fault.headers["WWW-Authenticate"], /^Bearer realm="api", error="invalid_token"/);
      assert.equal(JSON.parse(fault.body).status, 401);
      return true;
    });
  }
});

test("several challenges stay several lines", () => {
  const policy = makePolicy([key], { api_key: { keys: [{ id: "billing", sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" }] } });
  const decision = new Verifier(policy).check({ headers: [] });
  assert.equal(decision.headers.filter(([name]) => name === "WWW-Authenticate").length, 2);
  assert.throws(() => decision.assertAllowed(), (fault) => fault.headers["WWW-Authenticate"].length === 2);
});

test("nothing of a credential stands in what is printed", () => {
  const verifier = new Verifier(makePolicy([key]));
  for (const claims of [{}, { exp: 1 }]) {
    const decision = verifier.check({ headers: bearer(makeToken(key, claims)) });
    for (const text of [inspect(decision, { depth: 9, showHidden: true }), JSON.stringify(decision), String(decision)]) {
      assert.doesNotMatch(text, /alice|eyJ/);
    }
  }
});

test("a second Authorization line is seen, a merged one too", () => {
  const verifier = new Verifier(makePolicy([key]));
  const twice = [...bearer(token), ...bearer(token)];
  assert.equal(verifier.check({ headers: twice }).reason, "authorization_repeated");
  const merged = new Headers([bearer(token), bearer(token)]);
  assert.equal(verifier.check({ headers: merged }).reason, "authorization_repeated");
});

test("characters that stand for no byte are no header value", () => {
  const verifier = new Verifier(makePolicy([key]));
  assert.throws(() => verifier.check({ headers: { authorization: "Bearer \u0142" } }), TypeError);
  assert.throws(() => verifier.check({ headers: { authorization: 7 } }), TypeError);
});

test("what is no request throws, and judges nothing", () => {
  const verifier = new Verifier(makePolicy([key]));
  const headers = bearer(token);
  for (const wrong of [{ url: new URL("https://a/") }, { url: 7 }, { method: 7 }, { profile: 7 }, { scopes: 7 }, { clientCertSha256: Buffer.alloc(32) }, { headers: null }, { headers: new Map([["authorization", headers[1]]]) }]) {
    assert.throws(() => verifier.check({ headers, ...wrong }), TypeError, inspect(wrong));
  }
  assert.equal(verifier.check({ headers: [] }).reason, "credentials_missing", "nothing is left over");
});

test("a check within a check sees no line of the other's", () => {
  const inner = new Verifier(makePolicy([key]));
  const seen = [];
  const peek = () => seen.push(inner.check({ headers: {} }).reason);
  const outer = new Verifier(makePolicy([key]), { clock: () => (peek(), Date.now()), monotonic: () => (peek(), performance.now()) });
  assert.equal(outer.check({ headers: bearer(token) }).reason, "ok");
  assert.deepEqual(seen, ["credentials_missing", "credentials_missing"]);
  const headers = { authorization: `Bearer ${token}`, get cookie() {
    peek();
    return "a=b";
  } };
  assert.throws(() => inner.check({ headers }), /checked another/);
  assert.equal(seen[2], "credentials_missing");
});

test("names that every object has are no header", () => {
  const verifier = new Verifier(makePolicy([key]));
  const inherited = Object.create({ authorization: `Bearer ${token}` });
  assert.equal(verifier.check({ headers: inherited }).reason, "credentials_missing");
});

test("scopes are asked for by the call, as text or list", () => {
  const verifier = new Verifier(makePolicy([key]));
  assert.equal(verifier.check({ headers: bearer(token), scopes: "read:reports" }).status, 200);
  assert.equal(verifier.check({ headers: bearer(token), scopes: ["read:reports"] }).status, 200);
  const denied = verifier.check({ headers: bearer(token), scopes: ["read:reports", "admin"] });
  assert.equal(denied.status, 403);
  assert.match(denied.headers[0][1], /scope="read:reports admin"/);
});

test("the clock is the host's, in milliseconds, as a Date or in nanoseconds", () => {
  const exp = 1_700_000_000;
  const old = makeToken(key, { iat: exp - 60, exp });
  const verifier = new Verifier(makePolicy([key], { leeway: 0 }, {}), { clock: () => (exp - 1) * 1000 });
  assert.equal(verifier.check({ headers: bearer(old) }).reason, "ok");
  for (const now of [exp * 1000, new Date(exp * 1000), BigInt(exp) * 1_000_000_000n]) {
    assert.equal(verifier.check({ headers: bearer(old), now }).reason, "token_expired", String(now));
  }
  assert.equal(verifier.check({ headers: bearer(old), now: BigInt(exp) * 1_000_000_000n - 1n }).reason, "ok");
  assert.equal(verifier.check({ headers: bearer(old), now: Number.NaN }).reason, "internal_error", "an unset clock denies");
});

test("text beyond ASCII comes through whole", () => {
  const name = "Zoë \u{1F600} 李";
  const decision = new Verifier(makePolicy([key])).check({ headers: bearer(makeToken(key, { sub: name, note: "é" })) });
  assert.equal(decision.subject, name);
  assert.equal(decision.issuer, ISSUER);
  assert.equal(decision.keyId, "k1");
  assert.equal(decision.claims.note, "é");
});

test("a decision larger than the block comes through whole", () => {
  const padding = "x".repeat(5000);
  const scopes = Array.from({ length: 500 }, (_, at) => `scope-number-${at}`).join(" ");
  const verifier = new Verifier(makePolicy([key]));
  const decision = verifier.check({ headers: bearer(makeToken(key, { padding })) });
  assert.equal(decision.claims.padding, padding);
  const target = `/${"a".repeat(40_000)}`;
  const denied = verifier.check({ headers: bearer(token), url: target, scopes });
  assert.equal(denied.reason, "insufficient_scope");
  assert.ok(denied.headers[0][1].includes(scopes));
});

test("a decision does not change when the next request is checked", () => {
  const verifier = new Verifier(makePolicy([key]));
  const first = verifier.check({ headers: bearer(token) });
  const second = verifier.check({ headers: bearer(makeToken(key, { sub: "bob", exp: 1 })) });
  assert.deepEqual([first.subject, first.claims.sub, first.reason], ["alice", "alice", "ok"]);
  assert.deepEqual([second.subject, second.reason], ["bob", "token_expired"]);
});

test("a refused policy names the place", () => {
  assert.throws(() => new Verifier({ realm: "api", bearrer: {} }), (fault) => {
    assert.ok(fault instanceof PolicyError);
    assert.equal(fault.code, "policy_invalid");
    assert.equal(fault.pointer, "/bearrer");
    assert.match(fault.message, /did you mean `bearer`/);
    return true;
  });
  assert.throws(() => new Verifier("{"), PolicyError);
});

test("secrets come by reference, and never into an error", () => {
  const secret = "correct horse battery staple, long enough";
  const jwks = JSON.stringify({ keys: [{ kty: "oct", alg: "HS256", k: Buffer.from(secret).toString("base64url") }] });
  const policy = makePolicy([], {}, { jwks: { ref: "keys" }, algorithms: ["HS256"] });
  assert.ok(new Verifier(policy, { refs: { keys: jwks } }));
  assert.throws(() => new Verifier(policy, { refs: { keys: `${jwks}]` } }), (fault) => {
    assert.doesNotMatch(inspect(fault, { depth: 9 }), /correct|Y29ycmVjd/);
    return fault instanceof PolicyError;
  });
});

test("several verifiers do not know each other", () => {
  const other = makeKey("k2");
  const [first, second] = [new Verifier(makePolicy([key])), new Verifier(makePolicy([other]))];
  assert.equal(first.check({ headers: bearer(token) }).reason, "ok");
  assert.equal(second.check({ headers: bearer(token) }).reason, "kid_unknown");
  first.store.revoke({ subjects: [{ subject: "alice", before: Date.now() + 1000 }] });
  assert.equal(first.check({ headers: bearer(token) }).reason, "token_revoked");
  assert.equal(second.check({ headers: bearer(makeToken(other)) }).reason, "ok");
});

test("a verifier that was disposed of checks nothing", () => {
  const verifier = new Verifier(makePolicy([key]));
  verifier[Symbol.dispose]();
  assert.throws(() => verifier.check({ headers: [] }), /disposed/);
  assert.throws(() => verifier.store.nextFetch(), /disposed/);
});

// PBKDF2 of "secret", made here: a stored hash has no business in a test file.
async function passwordPolicy(password, iterations = 600_000) {
  const { pbkdf2Sync, randomBytes } = await import("node:crypto");
  const salt = randomBytes(16);
  const plain = (bytes) => bytes.toString("base64").replace(/=+$/, "");
  const hash = `$pbkdf2-sha256$i=${iterations},l=32$${plain(salt)}$${plain(pbkdf2Sync(password, salt, iterations, 32, "sha256"))}`;
  return { realm: "api", transport: "tls", basic: { users: { alice: hash } } };
}

test("a password is hashed off the thread, and then remembered", async () => {
  const verifier = new Verifier(await passwordPolicy("open sesame"));
  const request = (password) => ({ headers: { authorization: `Basic ${btoa(`alice:${password}`)}` }, url: "https://a/" });
  const pending = verifier.check(request("open sesame"));
  assert.equal(pending.reason, "check_pending");
  assert.deepEqual(pending.need, { kind: "slow_hash" });
  assert.equal(pending.allowed, false);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const both = await Promise.all([verifier.checkAsync(request("open sesame")), verifier.checkAsync(request("wrong"))]);
  clearInterval(timer);
  assert.deepEqual(both.map(({ reason }) => reason), ["ok", "password_rejected"]);
  assert.equal(both[0].subject, "alice");
  assert.equal(both[0].claims, null);
  assert.ok(both[1].attemptKey.length >= 16);
  assert.ok(turns > 2, `${turns} turns of the loop while the hash ran`);
  assert.equal(verifier.check(request("open sesame")).reason, "ok", "remembered");
});

test("API keys are replaced while requests go on", () => {
  const hash = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
  const verifier = new Verifier({ realm: "api", api_key: { keys: [{ id: "billing", sha256: hash }] } });
  const request = { headers: { "X-API-Key": "foo" } };
  assert.equal(verifier.check(request).subject, "billing");
  verifier.setApiKeys([{ id: "audit", sha256: hash }]);
  assert.equal(verifier.check(request).subject, "audit");
  assert.throws(() => verifier.setApiKeys("[{}]"), PolicyError);
  assert.equal(verifier.check(request).subject, "audit", "the good ones stay");
});

test("challenges are read and written", () => {
  const { challenges, error } = parseChallenges(['Basic realm="a, b", Bearer scope="x"', "Negotiate abc="]);
  assert.equal(error, null);
  assert.deepEqual(challenges[1], { scheme: "Bearer", token68: null, params: [["scope", "x"]] });
  assert.equal(challenges[2].token68, "abc=");
  assert.equal(buildChallenge("Bearer", { realm: 'a "b"' }), 'Bearer realm="a \\"b\\""');
  assert.throws(() => buildChallenge("Bearer", { realm: "a\r\nSet-Cookie: b" }), ChallengeError);
});

test("tokens and key sets are read on their own", () => {
  const decoded = decodeUnverified(token);
  assert.equal(decoded.header.kid, "k1");
  assert.equal(decoded.claims.sub, "alice");
  const keys = loadKeys({ keys: [key.jwk, { kty: "RSA", e: "AQAB" }] });
  assert.deepEqual(keys.keys.map(({ usable }) => usable), [true, false]);
  assert.equal(keys.verifyJws(token).keyId, "k1");
  assert.equal(keys.verifyJws(`${token.slice(0, -4)}AAAA`).reason, "signature_invalid");
  assert.throws(() => loadKeys("[]"), KeysError);
});

test("the addon refuses a block that holds no request, and the decision is gone", async () => {
  const { createRequire } = await import("node:module");
  const { native } = createRequire(import.meta.url)("../dist/native.js");
  const verifier = new native.NativeVerifier(Buffer.from(JSON.stringify(makePolicy([key]))), [], Buffer.alloc(16));
  for (const length of [0, 3, 56, 64]) {
    const block = Buffer.alloc(length, 0xff);
    assert.throws(() => native.check(verifier.number(), block), /no request/);
  }
  const random = Buffer.alloc(512);
  for (let turn = 0; turn < 2000; turn++) {
    crypto.getRandomValues(random);
    for (let at = 3; at < 96; at += 4) random[at] = random[at - 1] = random[at - 2] = 0;
    const block = Buffer.from(random);
    try {
      native.check(verifier.number(), block);
    } catch (fault) {
      assert.match(fault.message, /no request/);
      continue;
    }
    const words = new Uint32Array(block.buffer, block.byteOffset, 4);
    assert.notEqual(words[2], 200);
  }
});

test("claims of a token that comes back are shared and frozen, and nobody gets another's", () => {
  const verifier = new Verifier(makePolicy([key], { remember: { entries: 2 } }));
  const tokens = Array.from({ length: 40 }, (_, at) => makeToken(key, { sub: `user-${at}`, nested: { list: [at] } }));
  for (let round = 0; round < 3; round++) {
    tokens.forEach((token, at) => {
      const { claims } = verifier.check({ headers: bearer(token) });
      assert.deepEqual([claims.sub, claims.nested.list], [`user-${at}`, [at]]);
    });
  }
  const [first, second] = [0, 1].map(() => verifier.check({ headers: bearer(tokens[0]) }).claims);
  assert.equal(first, second);
  assert.throws(() => (first.sub = "root"), TypeError);
  assert.throws(() => first.nested.list.push(1), TypeError);
  assert.throws(() => verifier.check({ headers: bearer(tokens[0]), now: Date.now() + 3_600_000 }).claims, AuthenticationError);
  const plain = new Verifier(makePolicy([key]));
  assert.notEqual(plain.check({ headers: bearer(token) }).claims, plain.check({ headers: bearer(token) }).claims);
});
