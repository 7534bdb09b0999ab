// The conformance driver (docs/CONFORMANCE.md): `node bindings/node/conform.mjs < cases.jsonl > answers.jsonl`.
//
// Stands on the package's own API, so what it answers is what a Node host gets.
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
import { decisionMembers, errorMember, Members, Raw, write } from "./conform/answer.mjs";
import { base64Bytes, Case, CaseFault } from "./conform/case.mjs";
import { takeSteps } from "./conform/client.mjs";
import { explainCase } from "./conform/explain.mjs";
import { parse } from "./conform/json.mjs";
import { readAsked } from "./conform/request.mjs";
import { readStep } from "./conform/steps.mjs";

/** Most steps of one case. */
const STEPS_MAX = 256;

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

  next_step: (object) => takeSteps(object, STEPS_MAX),

  explain: explainCase,

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

/** Answers one line of bytes; what is no UTF-8 is no case. */
async function answerBytes(line) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    return write(new Members([["id", null], errorMember("case_invalid", "the line is no UTF-8")]));
  }
  return await answerLine(text);
}

async function* linesOf(stream) {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
  }
  yield rest;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for await (const line of linesOf(process.stdin)) {
    const answer = await answerBytes(line);
    if (answer !== undefined) process.stdout.write(`${answer}\n`);
  }
}
