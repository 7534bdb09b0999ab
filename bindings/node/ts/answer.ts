/** What the handlers of all frameworks share: what a route asks for, and how a denial is answered. */

import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";

import type { Decision, HeaderList } from "./decision.js";
import type { LoopbackOptions } from "./loopback.js";
import type { AsyncCheckOptions, CheckRequest } from "./verifier.js";

/** What one route asks for. */
export interface RouteOptions extends AsyncCheckOptions, LoopbackOptions {
  /** The policy's profile; one with `optional` lets requests without credentials through. */
  readonly profile?: string | undefined;
  /** The scopes that are needed, in place of the policy's. */
  readonly scopes?: string | readonly string[] | undefined;
  /**
   * Called once with each decision of this guard, before the answer is sent or the request goes on, as `record` of
   * `countersign/opentelemetry`; a promise is awaited. What it throws or rejects with is a fault of the host: the guard
   * rejects with it, and no request passes.
   */
  readonly onDecision?: ((decision: Decision) => void | Promise<void>) | undefined;
}

/** What a route of a server over node:http asks for. */
export interface NodeRouteOptions extends RouteOptions {
  /**
   * Whether a client reached this server by https through a proxy that ends TLS; without it only the socket itself is
   * asked. What a proxy says in a field counts here alone, and only if the proxy cannot be gone around.
   */
  readonly isHttps?: ((request: IncomingMessage) => boolean) | undefined;
  /** The SHA-256 of the client certificate as base64url; that of the socket unless given. */
  readonly clientCertSha256?: ((request: IncomingMessage) => string | null) | undefined;
}

/** The media type of a denial's body (RFC 9457 section 3). */
export const PROBLEM = "application/problem+json";

/** A response, ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}

/** The exact answer to a denied request; without a body for HEAD. */
export function denialOf(decision: Decision, method: string | undefined): Answer {
  const body = decision.body;
  const headers: (readonly [string, string])[] = [...decision.headers];
  if (body !== "") {
    headers.push(["Content-Type", PROBLEM], ["Content-Length", String(Buffer.byteLength(body))]);
  }
  return { status: decision.status, headers, body: method === "HEAD" ? "" : body };
}

/** The request as the core wants it. `rawHeaders`, because `headers` hides a second Authorization line. */
export function nodeRequest(request: IncomingMessage, options: NodeRouteOptions): CheckRequest {
  const socket = request.socket as Partial<TLSSocket>;
  const path = pathOf((request as { originalUrl?: string }).originalUrl ?? request.url ?? "/");
  const isHttps = options.isHttps === undefined ? socket.encrypted === true : options.isHttps(request);
  const { profile, scopes, clientCertSha256 } = options;
  return {
    headers: request.rawHeaders,
    method: request.method,
    // The authority is not judged: it only makes the target absolute, which tells of TLS.
    url: isHttps ? `https://_${path}` : path,
    profile,
    scopes,
    clientCertSha256: clientCertSha256 === undefined ? socketCertificate(socket) : clientCertSha256(request),
  };
}

/**
 * Path and query of a target. Of one in absolute form (RFC 9112 section 3.2.2) too, whose scheme is the client's word:
 * over a plain socket it must not tell of TLS.
 */
function pathOf(target: string): string {
  if (target.startsWith("/")) return target;
  const rest = target.replace(ABSOLUTE, "");
  return rest.startsWith("/") ? rest : rest.startsWith("?") ? `/${rest}` : "/";
}

/** Scheme and authority. */
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/** The SHA-256 of the certificate that the client proved to have, as base64url. */
function socketCertificate(socket: Partial<TLSSocket>): string | null {
  if (socket.encrypted !== true || socket.authorized !== true) return null;
  const digits = socket.getPeerCertificate?.().fingerprint256;
  return digits === undefined ? null : Buffer.from(digits.replaceAll(":", ""), "hex").toString("base64url");
}

/**
 * Adds the fields of a decision that allows to those that are there; of Cache-Control, see {@link cacheControlWith}.
 *
 * @param present what a response has under a name.
 * @param set puts a value, or the values of several lines, in the place of what is there.
 */
export function addFields(
  headers: HeaderList,
  present: (name: string) => unknown,
  set: (name: string, value: string | string[]) => unknown,
): void {
  for (const [name, value] of headers) {
    const lines = linesOf(present(name));
    if (isCacheControl(name)) set(name, cacheControlWith(lines.join(", "), value));
    else set(name, lines.length === 0 ? value : [...lines, value]);
  }
}

function linesOf(present: unknown): string[] {
  if (present === undefined || present === null) return [];
  return Array.isArray(present) ? present.map(String) : [String(present)];
}

/** Whether this is the name of Cache-Control. */
export function isCacheControl(name: string): boolean {
  return name.toLowerCase() === "cache-control";
}

/**
 * A host's Cache-Control that also says what a decision asks for (RFC 9111 section 5.2.2). One that is as strict already
 * stays as it is; of another, what lets a shared cache store the response goes. One that cannot be read goes whole.
 *
 * @param present the host's, empty for none.
 * @param asked `private`, or `no-store`.
 */
export function cacheControlWith(present: string, asked: string): string {
  if (present.replace(QUOTED, "").includes('"')) return asked;
  const directives = (present.match(DIRECTIVE) ?? []).map((directive) => directive.trim()).filter((directive) => directive !== "");
  const names = directives.map((directive) => directive.toLowerCase());
  // `private="X-Field"` is about that field alone.
  if (names.includes("no-store") || names.includes(asked)) return present;
  return [...directives.filter((directive) => !SHARED.test(directive)), asked].join(", ");
}

const QUOTED = /"(?:[^"\\]|\\.)*"/g;
/** One directive; a comma in quotes does not end it. */
const DIRECTIVE = /(?:[^",]|"(?:[^"\\]|\\.)*")+/g;
const SHARED = /^(?:public|s-maxage|private)(?:\s*=|$)/i;
