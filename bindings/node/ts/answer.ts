/** What the handlers of all frameworks share: what a route asks for, and how a denial is answered. */

import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";

import type { Decision, HeaderList } from "./decision.js";
import { fieldsByName } from "./errors.js";
import type { AsyncCheckOptions, CheckRequest } from "./verifier.js";

/** What one route asks for. */
export interface RouteOptions extends AsyncCheckOptions {
  /** The policy's profile; one with `optional` lets requests without credentials through. */
  readonly profile?: string | undefined;
  /** The scopes that are needed, in place of the policy's. */
  readonly scopes?: string | readonly string[] | undefined;
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

/** Sets the fields of a decision that allows, beside those that are there. */
export function addFields(
  response: { getHeader(name: string): unknown; setHeader(name: string, value: string | string[]): unknown },
  headers: HeaderList,
): void {
  for (const [name, value] of Object.entries(fieldsByName(headers))) response.setHeader(name, value);
}
