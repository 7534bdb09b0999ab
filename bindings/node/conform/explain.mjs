// The operation `explain`: the findings about one exchange.
import { explain, reasons } from "../dist/index.mjs";
import { base64Bytes, Case } from "./case.mjs";
import { readHeader } from "./request.mjs";

const MEMBERS = ["request", "response", "redirects", "token", "policy", "policy_text", "keys", "profile", "scopes", "revoked", "now", "reason"];

/** The members of the answer. */
export function explainCase(object) {
  object.only("op", "id", ...MEMBERS);
  const exchange = {
    request: part(object, "request", readRequest),
    response: part(object, "response", readResponse),
    redirects: (object.optionalList("redirects") ?? []).map(readRedirect),
    token: object.has("token") ? bytes(object, "token") : undefined,
    policy: object.has("policy") || object.has("policy_text") ? object.policy() : undefined,
    keys: (object.optionalList("keys") ?? []).map((value) => {
      const set = new Case(value, "a member of keys").only("issuer", "jwks", "jwks_text");
      return [set.text("issuer"), set.document("jwks", "jwks_text")];
    }),
    profile: object.nullableText("profile"),
    scopes: object.nullableText("scopes"),
    revoked: object.texts("revoked"),
    now: object.has("now") ? object.time("now") : undefined,
    reason: readReason(object),
  };
  // Findings write themselves in the form that all fronts have.
  return [["findings", explain(exchange)]];
}

/** A member that may be absent or null. */
function part(object, name, read) {
  return !object.has(name) || object.required(name).isNull ? undefined : read(new Case(object.required(name), name));
}

function readReason(object) {
  const name = object.nullableText("reason");
  if (typeof name === "string" && !Object.hasOwn(reasons, name)) throw object.fault("reason", "is no reason");
  return name;
}

function readRequest(request) {
  request.only("method", "target", "headers", "client_cert_sha256");
  return {
    method: request.optionalText("method"),
    url: request.text("target"),
    headers: readLines(request),
    clientCertSha256: request.nullableText("client_cert_sha256"),
  };
}

function readResponse(response) {
  response.only("status", "headers", "body");
  const body = response.has("body") && !response.required("body").isNull ? bytes(response, "body") : undefined;
  return { status: status(response), headers: readLines(response), body };
}

function readRedirect(value) {
  const redirect = new Case(value, "a redirect").only("status", "from", "location");
  return { status: status(redirect), from: redirect.nullableText("from"), location: redirect.text("location") };
}

function readLines(object) {
  return (object.optionalList("headers") ?? []).map(readHeader);
}

function status(object) {
  const { type, held } = object.required("status");
  const number = type === "number" && /^[0-9]+$/.test(held) ? Number(held) : undefined;
  if (number === undefined || number > 0xffff) throw object.fault("status", "is no status");
  return number;
}

/** A string, or bytes in base64. */
function bytes(object, name) {
  const value = object.required(name);
  if (value.type === "string") return value.held;
  const held = base64Bytes(new Case(value, name).only("b64").text("b64"));
  if (held === undefined) throw object.fault(name, "is no base64");
  return held;
}
