// A request as a case holds it, with the settings of its check.
import { CaseFault, Case, headerValue } from "./case.mjs";

/** A header line of a case. */
export function readHeader(pair) {
  if (pair.type !== "array" || pair.held.length !== 2 || pair.held[0].type !== "string") {
    throw new CaseFault("a header is no pair of name and value");
  }
  return [pair.held[0].held, headerValue(pair.held[1])];
}

/** What can be written into a challenge: printable ASCII without quotes and backslashes. */
function writable(scopes) {
  return /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(scopes);
}

/** The request of a check, as `Verifier.check` takes it. */
export function readAsked(object) {
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
