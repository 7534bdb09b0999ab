// The operation `next_step`: the responses that a client meets with one request, and the step after each.
import { nextStep } from "../dist/client.mjs";
import { Case, CaseFault } from "./case.mjs";
import { readHeader } from "./request.mjs";

const NANOS = 1_000_000_000n;
/** Numbers from here on are not told apart by every language that has a driver. */
const NUMBERS_END = 1n << 53n;
const SCHEMES = ["bearer", "dpop", "digest", "basic", "api-key"];
const FLAGS = ["refresh", "interactive", "replay", "idempotent", "strict", "downgrade"];

/** The members of the answer. */
export function takeSteps(object, stepsMax) {
  object.only("op", "id", "sent", "can", "state", "now", "seed", "responses");
  const now = wholeOf(object, "now");
  if (now === undefined) throw object.fault("now", "is missing");
  const seed = wholeOf(object, "seed") ?? 0n;
  if (seed < 0n) throw object.fault("seed", "is below 0");
  let state = smallOf(object, "state", 0xffff_ffff) ?? 0;
  const [sent, can] = [readSent(object), readAbilities(object)];
  const responses = object.list("responses");
  if (responses.length > stepsMax) throw object.fault("responses", `has more than ${stepsMax} elements`);
  const steps = responses.map(readResponse).map((response) => {
    const step = nextStep(response, { sent, can, state, now: now * NANOS, seed });
    state = step.state;
    return {
      step: step.step,
      reason: step.reason,
      replay: step.replay,
      state,
      scheme: step.scheme,
      scope: step.scope,
      acr_values: step.acrValues,
      max_age: step.maxAge,
      resource_metadata: step.resourceMetadata,
      nonce: step.nonce,
      seconds: step.seconds,
      offered: step.challenges.map(({ scheme }) => scheme),
      warnings: step.warnings.map(({ tolerance, value, offset }) => ({ tolerance, value, offset })),
    };
  });
  return [["steps", steps]];
}

function readSent(object) {
  if (!object.has("sent")) return {};
  const sent = new Case(object.required("sent"), "sent").only("scheme", "expires", "superseded", "url");
  const scheme = sent.nullableText("scheme");
  const expires = sent.has("expires") && sent.required("expires").isNull ? undefined : wholeOf(sent, "expires");
  return {
    scheme: scheme === undefined ? undefined : known(scheme),
    expires: expires === undefined ? undefined : Number(expires),
    superseded: truth(sent, "superseded"),
    url: sent.nullableText("url"),
  };
}

function readAbilities(object) {
  if (!object.has("can")) return {};
  const can = new Case(object.required("can"), "can").only("schemes", ...FLAGS);
  return { schemes: (can.texts("schemes") ?? []).map(known), ...Object.fromEntries(FLAGS.map((name) => [name, truth(can, name)])) };
}

function readResponse(value) {
  const response = new Case(value, "a response").only("status", "headers", "url");
  const status = smallOf(response, "status", 0xffff);
  if (status === undefined) throw response.fault("status", "is missing");
  return { status, headers: (response.optionalList("headers") ?? []).map(readHeader), url: response.nullableText("url") };
}

function known(name) {
  if (!SCHEMES.includes(name.toLowerCase())) throw new CaseFault(`the scheme ${JSON.stringify(name)} is not known`);
  return name;
}

function truth(object, name) {
  if (!object.has(name)) return false;
  const { raw } = object.required(name);
  if (raw !== "true" && raw !== "false") throw object.fault(name, "is neither true nor false");
  return raw === "true";
}

/** A whole number; undefined if the member is absent. */
function wholeOf(object, name) {
  if (!object.has(name)) return undefined;
  const { type, held } = object.required(name);
  const number = type === "number" && /^-?[0-9]+$/.test(held) ? BigInt(held) : undefined;
  if (number === undefined || number >= NUMBERS_END || -number >= NUMBERS_END) throw object.fault(name, "is no whole number of its range");
  return number;
}

function smallOf(object, name, most) {
  const number = wholeOf(object, name);
  if (number !== undefined && (number < 0n || number > BigInt(most))) throw object.fault(name, "is no whole number of its range");
  return number === undefined ? undefined : Number(number);
}
