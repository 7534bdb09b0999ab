// The conformance driver (docs/CONFORMANCE.md): `node bindings/node/conform.mjs < cases.jsonl > answers.jsonl`.
//
// Stands on the package's own API, so what it answers is what a Node host gets.
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import {
  buildChallenge,
  ChallengeError,
  decodeUnverified,
  KeysError,
  loadKeys,
  parseAuthorization,
  parseChallenges,
  PolicyError,
  Verifier,
} from "./dist/index.mjs";
import { parse } from "./json.mjs";

class CaseFault extends Error {}

const STEPS_MAX = 256;
const NANOS = 1_000_000_000n;
const NOW_MEMBERS = ["now", "monotonic"];

/** One object of a case: known members only, each of its type, no name twice. */
class Case {
  constructor(value, what) {
    this.what = what;
    if (value?.type !== "object") throw new CaseFault(`${what} is no object`);
    this.members = new Map(value.held);
    if (this.members.size !== value.held.length) throw new CaseFault(`${what} has a member twice`);
  }

  only(...known) {
    for (const name of this.members.keys()) if (!known.includes(name)) throw this.fault(name, "is not known");
    return this;
  }

  fault(name, what) {
    return new CaseFault(`${this.what}: the member ${JSON.stringify(name)} ${what}`);
  }

  has(name) {
    return this.members.has(name);
  }

  required(name) {
    const value = this.members.get(name);
    if (value === undefined) throw this.fault(name, "is missing");
    return value;
  }

  text(name) {
    const value = this.required(name);
    if (value.type !== "string") throw this.fault(name, "is no string");
    return value.held;
  }

  optionalText(name) {
    return this.has(name) ? this.text(name) : undefined;
  }

  nullableText(name) {
    return this.members.get(name)?.isNull ? undefined : this.optionalText(name);
  }

  list(name) {
    const value = this.required(name);
    if (value.type !== "array") throw this.fault(name, "is no list");
    return value.held;
  }

  optionalList(name) {
    return this.has(name) ? this.list(name) : undefined;
  }

  texts(name) {
    return this.optionalList(name)?.map((value) => {
      if (value.type !== "string") throw this.fault(name, "holds more than strings");
      return value.held;
    });
  }

  /** The raw text of a member, or the string in the other one: exactly one of the two. */
  document(json, rawText) {
    const [value, text] = [this.members.get(json), this.optionalText(rawText)];
    if ((value === undefined) === (text === undefined)) throw this.fault(json, "is needed, or its raw text, and not both");
    return value?.raw ?? text;
  }

  policy() {
    if (this.has("policy") && this.members.get("policy").type !== "object") throw this.fault("policy", "is no object");
    return this.document("policy", "policy_text");
  }

  /** Nanoseconds. */
  time(name) {
    const value = this.required(name);
    const form = value.type === "number" ? /^(-?)([0-9]+)(?:\.([0-9]{1,9}))?$/.exec(value.held) : null;
    if (form === null) throw this.fault(name, "is no time in seconds");
    const nanos = BigInt(form[2]) * NANOS + BigInt((form[3] ?? "").padEnd(9, "0"));
    return form[1] === "-" ? -nanos : nanos;
  }

  setTime(name) {
    const nanos = this.time(name);
    if (nanos <= 0n) throw this.fault(name, "is not above 0");
    return nanos;
  }

  monotonic() {
    const nanos = this.time("monotonic");
    if (nanos <= 0n || nanos >= 1n << 64n) throw this.fault("monotonic", "is not above 0 or not below 2^64 nanoseconds");
    return nanos;
  }

  clocks() {
    return { now: this.time("now"), monotonic: this.monotonic() };
  }
}

/** The digits of a whole number of 64 bits. */
function whole(value) {
  if (value.type !== "number" || !/^[0-9]+$/.test(value.held)) return undefined;
  const number = BigInt(value.held);
  return number < 1n << 64n ? number : undefined;
}

function base64Bytes(text) {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) &&
    Buffer.from(text, "base64").toString("base64") === text
    ? Buffer.from(text, "base64")
    : undefined;
}

/** The UTF-8 of a string, or raw bytes, as the string of bytes that HTTP has. */
function headerValue(value) {
  if (value.type === "string") return Buffer.from(value.held).toString("latin1");
  const object = new Case(value, "a header value").only("b64");
  const bytes = base64Bytes(object.text("b64"));
  if (bytes === undefined) throw object.fault("b64", "is no base64");
  return bytes.toString("latin1");
}

function readHeader(pair) {
  if (pair.type !== "array" || pair.held.length !== 2 || pair.held[0].type !== "string") {
    throw new CaseFault("a header is no pair of name and value");
  }
  return [pair.held[0].held, headerValue(pair.held[1])];
}

/** What can be written into a challenge: printable ASCII without quotes and backslashes. */
function writable(scopes) {
  return /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(scopes);
}

function readAsked(object) {
  const now = object.time("now");
  const scopes = object.optionalText("scopes");
  if (scopes !== undefined && !writable(scopes)) throw object.fault("scopes", "cannot be written into a challenge");
  const request = new Case(object.required("request"), "the request");
  request.only("method", "target", "headers", "client_cert_sha256");
  const bytes = (text) => Buffer.from(text).toString("latin1");
  return {
    method: bytes(request.optionalText("method") ?? "GET"),
    url: bytes(request.text("target")),
    headers: request.list("headers").map(readHeader),
    clientCertSha256: request.nullableText("client_cert_sha256"),
    profile: object.nullableText("profile"),
    scopes,
    now,
  };
}

/** The members for a decision. */
function decisionMembers(decision, withoutAddress) {
  const need = decision.need;
  const told = need?.kind === "keys" && (need.jwksUri !== null || withoutAddress);
  return [
    ["status", decision.status],
    ["reason", decision.reason],
    ["scheme", decision.scheme],
    ["issuer", decision.issuer],
    ["subject", decision.subject],
    ["key_id", decision.keyId],
    ["headers", decision.headers],
    ["claims", new Raw(decision.allowed ? decision.claimsText : null)],
    ["need", told ? { keys: { issuer: need.issuer, jwks_uri: need.jwksUri } } : null],
  ];
}

/** JSON that is there already. */
class Raw {
  constructor(text) {
    this.text = text ?? "null";
  }
}

function write(value) {
  if (value instanceof Raw) return value.text;
  if (value instanceof Members) return `{${value.list.map(([name, held]) => `${JSON.stringify(name)}:${write(held)}`).join(",")}}`;
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  return JSON.stringify(value);
}

class Members {
  constructor(list) {
    this.list = list;
  }
}

function errorMember(reason, message, pointer) {
  return ["error", { reason, message, ...(pointer === undefined ? {} : { pointer }) }];
}

/** A verifier, or the member that tells why there is none. */
function load(policy) {
  try {
    return { verifier: new Verifier(policy) };
  } catch (fault) {
    if (!(fault instanceof PolicyError)) throw fault;
    return { refused: errorMember(fault.code, fault.entries[0].text, fault.pointer) };
  }
}

const operations = {
  async check(object) {
    object.only("op", "id", "policy", "policy_text", "keys", "request", "profile", "scopes", "revoked", "now");
    const asked = readAsked(object);
    const policy = object.policy();
    const keys = (object.optionalList("keys") ?? []).map((value) => {
      const set = new Case(value, "a member of keys").only("issuer", "jwks", "jwks_text");
      return [set.text("issuer"), set.document("jwks", "jwks_text")];
    });
    const revoked = object.texts("revoked") ?? [];
    const { verifier, refused } = load(policy);
    if (refused !== undefined) return [refused];
    for (const [issuer, jwks] of keys) {
      try {
        verifier.store.setKeys(issuer, jwks);
      } catch (fault) {
        // A set that cannot be taken is ignored, as a host ignores a broken fetch.
        if (!(fault instanceof KeysError)) throw fault;
      }
    }
    verifier.store.setRevoked({ ids: revoked });
    return decisionMembers(await verifier.checkAsync(asked), false);
  },

  async store(object) {
    object.only("op", "id", "policy", "policy_text", "steps");
    const policy = object.policy();
    const steps = object.list("steps");
    if (steps.length > STEPS_MAX) throw object.fault("steps", `has more than ${STEPS_MAX} elements`);
    const made = steps.map(readStep);
    const { verifier, refused } = load(policy);
    if (refused !== undefined) return [refused];
    const host = { verifier, store: verifier.store, tickets: [] };
    const answers = [];
    for (const [verb, take] of made) answers.push(new Members([[verb, await take(host)]]));
    return [["steps", answers]];
  },

  verify_jws(object) {
    object.only("op", "id", "token", "jwks", "jwks_text", "algorithms");
    const token = object.text("token");
    const jwks = object.document("jwks", "jwks_text");
    const algorithms = object.texts("algorithms");
    let verdict;
    try {
      verdict = loadKeys(jwks).verifyJws(token, algorithms);
    } catch (fault) {
      if (!(fault instanceof KeysError)) throw fault;
      verdict = { valid: false, reason: fault.code, keyId: null, headerText: null, payload: null };
    }
    return [
      ["valid", verdict.valid],
      ["reason", verdict.reason],
      ["key_id", verdict.keyId],
      ["header", new Raw(verdict.headerText)],
      ["payload", verdict.payload],
    ];
  },

  load_keys(object) {
    object.only("op", "id", "jwks", "jwks_text");
    try {
      const { keys } = loadKeys(object.document("jwks", "jwks_text"));
      return [["keys", keys.map(({ kid, kty, alg, thumbprint, usable, reason }) => ({ kid, kty, alg, thumbprint, usable, reason }))]];
    } catch (fault) {
      if (!(fault instanceof KeysError)) throw fault;
      return [errorMember(fault.code, fault.message)];
    }
  },

  decode(object) {
    object.only("op", "id", "token");
    const decoded = decodeUnverified(object.text("token"));
    return [
      ["header", new Raw(decoded.headerText)],
      ["claims", new Raw(decoded.claimsText)],
      ["reason", decoded.reason],
    ];
  },

  parse_challenges(object) {
    object.only("op", "id", "values", "values_b64");
    const [texts, encoded] = [object.texts("values"), object.texts("values_b64")];
    if ((texts === undefined) === (encoded === undefined)) throw object.fault("values", "is needed, or values_b64, and not both");
    const lines = texts ?? encoded.map(base64Bytes);
    if (lines.includes(undefined)) throw object.fault("values_b64", "is no base64");
    const { challenges, error } = parseChallenges(lines, encoded === undefined ? "utf8" : "latin1");
    const beyond = (value) => (encoded !== undefined && /[\x80-\xff]/.test(value) ? { b64: Buffer.from(value, "latin1").toString("base64") } : value);
    return [
      ["challenges", challenges.map(({ scheme, token68, params }) => ({ scheme, token68, params: params.map(([name, value]) => [name, beyond(value)]) }))],
      ["error", error === null ? null : { reason: error.code, value: error.value, offset: error.offset }],
    ];
  },

  parse_authorization(object) {
    object.only("op", "id", "value");
    const { credentials, reason } = parseAuthorization(object.text("value"));
    const { scheme, token68, params } = credentials ?? { scheme: null, token68: null, params: [] };
    return [
      ["scheme", scheme],
      ["token68", token68],
      ["params", params],
      ["reason", reason],
    ];
  },

  build_challenge(object) {
    object.only("op", "id", "scheme", "params");
    const scheme = object.text("scheme");
    const params = object.list("params").map((pair) => {
      if (pair.type !== "array" || pair.held.length !== 2 || pair.held.some((part) => part.type !== "string")) {
        throw new CaseFault("a param is no pair of strings");
      }
      return pair.held.map((part) => part.held);
    });
    try {
      return [
        ["value", buildChallenge(scheme, params)],
        ["error", null],
      ];
    } catch (fault) {
      if (!(fault instanceof ChallengeError)) throw fault;
      return [["value", null], errorMember(fault.code, fault.message)];
    }
  },
};

/** The step's name, and what makes it. */
function readStep(value) {
  new Case(value, "a step");
  if (value.held.length !== 1) throw new CaseFault("a step has one member");
  const [verb, held] = value.held[0];
  if (verb === "generation") {
    if (held.type !== "string") throw new CaseFault("the issuer of a generation is no string");
    return [verb, ({ store }) => new Raw(store.generation(held.held)?.toString())];
  }
  const step = new Case(held, "the member of a step");
  const read = Object.hasOwn(stepReaders, verb) ? stepReaders[verb] : undefined;
  if (read === undefined) throw new CaseFault(`the step ${JSON.stringify(verb)} is not known`);
  return [verb, read(step)];
}

const stepReaders = {
  next_fetch(step) {
    const clocks = step.only(...NOW_MEMBERS).clocks();
    return ({ store, tickets }) => {
      const fetch = store.nextFetch(clocks);
      if (fetch === null) return null;
      tickets.push(fetch.ticket);
      return {
        ticket: tickets.length - 1,
        kind: fetch.kind,
        reason: fetch.reason,
        issuer: fetch.issuer,
        url: fetch.url,
        etag: fetch.etag,
        deadline_in: Number((fetch.deadline - clocks.monotonic) / NANOS),
        max_bytes: fetch.maxBytes,
      };
    };
  },

  fetch_done(step) {
    step.only("ticket", "outcome", ...NOW_MEMBERS);
    const outcome = readOutcome(step.required("outcome"));
    const place = step.required("ticket");
    const last = place.type === "string" && place.held === "last";
    if (!last && whole(place) === undefined) throw step.fault("ticket", 'is neither "last" nor a whole number');
    const clocks = step.clocks();
    return ({ store, tickets }) => {
      const ticket = last ? tickets.at(-1) : tickets[Number(whole(place))];
      return store.fetchDone(ticket ?? 0n, outcome, clocks);
    };
  },

  check(step) {
    step.only("request", "profile", "scopes", ...NOW_MEMBERS);
    const monotonic = step.has("monotonic") ? step.monotonic() : null;
    const asked = readAsked(step);
    return async ({ verifier }) => new Members(decisionMembers(await verifier.checkAsync({ ...asked, monotonic }), true));
  },

  set_keys(step) {
    step.only("issuer", "jwks", "jwks_text", "fetched_at", ...NOW_MEMBERS);
    const dated = step.has("fetched_at");
    if (!dated && (step.has("now") || step.has("monotonic"))) throw step.fault("fetched_at", "is missing beside the time");
    const times = dated ? { fetchedAt: step.setTime("fetched_at"), ...step.clocks() } : {};
    const [issuer, jwks] = [step.text("issuer"), step.document("jwks", "jwks_text")];
    return ({ store }) => {
      try {
        store.setKeys(issuer, jwks, times);
        return "taken";
      } catch (fault) {
        if (!(fault instanceof KeysError)) throw fault;
        return fault.code;
      }
    };
  },

  revoke(step) {
    const names = readNames(step);
    return ({ store }) => store.revoke(names) ?? null;
  },

  set_revoked(step) {
    const names = readNames(step);
    return ({ store }) => store.setRevoked(names) ?? null;
  },
};

function readNames(step) {
  step.only("ids", "sessions", "subjects");
  const subjects = step.optionalList("subjects")?.map((value) => {
    const subject = new Case(value, "a subject").only("subject", "before");
    if (whole(subject.required("before")) === undefined) throw subject.fault("before", "is no whole number of seconds");
    return { subject: subject.text("subject"), before: subject.setTime("before") };
  });
  return { ids: step.texts("ids"), sessions: step.texts("sessions"), subjects };
}

function readOutcome(value) {
  if (value.type === "string") {
    switch (value.held) {
      case "not_modified":
        return { notModified: true };
      case "failed":
        return { failed: "failed" };
      case "abandoned":
        return { abandoned: true };
      default:
        throw new CaseFault(`the outcome ${JSON.stringify(value.held)} is not known`);
    }
  }
  const outcome = new Case(value, "an outcome");
  if (outcome.has("not_modified")) {
    outcome.only("not_modified");
    const answer = new Case(outcome.required("not_modified"), "not_modified").only("max_age");
    return { notModified: true, maxAge: maxAge(answer) };
  }
  outcome.only("body", "body_text", "etag", "max_age");
  return { body: outcome.document("body", "body_text"), etag: outcome.nullableText("etag"), maxAge: maxAge(outcome) };
}

function maxAge(answer) {
  if (!answer.has("max_age") || answer.required("max_age").isNull) return undefined;
  const age = whole(answer.required("max_age"));
  if (age === undefined) throw answer.fault("max_age", "is no whole number of seconds");
  return age;
}

/** Answers one line; undefined for an empty one. */
export async function answerLine(line) {
  if (line.endsWith("\r")) line = line.slice(0, -1);
  if (line === "") return undefined;
  let id = null;
  try {
    let value;
    try {
      value = parse(line);
    } catch (fault) {
      throw new CaseFault(`the line is no JSON: ${fault.message}`);
    }
    const found = value.member("id");
    if (found?.type === "string") id = found.held;
    const object = new Case(value, "the case");
    object.text("id");
    const operation = object.text("op");
    if (!Object.hasOwn(operations, operation)) throw new CaseFault("the op is not known");
    const members = await operations[operation](object);
    return write(new Members([["id", id], ...members]));
  } catch (fault) {
    if (!(fault instanceof CaseFault)) throw fault;
    return write(new Members([["id", id], errorMember("case_invalid", fault.message)]));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const answer = await answerLine(line);
    if (answer !== undefined) process.stdout.write(`${answer}\n`);
  }
}
