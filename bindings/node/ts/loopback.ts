/** The development switch of the handlers: a denial explained to a client on this machine, and to nobody else. */

import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

import type { Answer } from "./answer.js";
import type { Decision, HeaderList } from "./decision.js";
import { explain, type ExplainedRequest } from "./explain.js";

/** The switch, as every handler takes it. */
export interface LoopbackOptions {
  /**
   * For development: a denial of a client on this machine says in a field `Server-Timing` what `explain` finds, where the
   * tools of browsers show it. Off unless given; handlers refuse to be made with it where NODE_ENV is `production`.
   */
  readonly explainToLoopback?: boolean | undefined;
}

/** A request as the switch looks at it. */
export interface LoopbackRequest extends ExplainedRequest {
  /** The address of the socket's other end; undefined for a unix socket, and where nobody knows. */
  readonly address: string | undefined;
  /** The version of HTTP, as `1.1`; undefined where nobody knows. */
  readonly version: string | undefined;
  /** Names and values of every field line. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/**
 * Refuses what is for development in production.
 *
 * @throws Error if the switch is on and NODE_ENV is `production`.
 */
export function demandDevelopment({ explainToLoopback }: LoopbackOptions): void {
  if (explainToLoopback === true && isProduction()) {
    throw new Error("explainToLoopback is for development, and NODE_ENV is production");
  }
}

function isProduction(): boolean {
  return process.env["NODE_ENV"] === "production";
}

/**
 * Whether a request came from this machine, to a name of this machine, and through no proxy that tells.
 *
 * A proxy on this machine makes all the world loopback, so every field that proxies add counts against it, and so does
 * HTTP/1.0, which browsers and curl do not speak and nginx does to what is behind it unless told otherwise. The name has
 * to be one of loopback, because a page of another site can have its own name lead here (DNS rebinding).
 */
export function isLoopback({ address, version, fields }: Pick<LoopbackRequest, "address" | "version" | "fields">): boolean {
  if (version === "1.0" || !isLoopbackAddress(address)) return false;
  const hosts: string[] = [];
  for (const [written, value] of fields) {
    const name = written.trim().replaceAll("_", "-").toLowerCase();
    if (PROXY_FIELD.test(name)) return false;
    // What HTTP/2 has in place of Host.
    if (name === "host" || name === ":authority") hosts.push(value);
  }
  return hosts.length === 1 && LOOPBACK_NAME.test(hosts[0]!);
}

function isLoopbackAddress(address: string | undefined): boolean {
  if (typeof address !== "string") return false;
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? "ipv4" : "ipv6");
}

/**
 * The field that explains a denial, or none: for a client elsewhere, and for a fault in explaining. Handlers ask for it
 * while the switch is on, and do nothing for it while it is off.
 *
 * @param answer what the denial is answered with.
 * @param describe tells of the request; what it throws is such a fault.
 */
export function explanation(answer: Answer, decision: Decision, describe: () => LoopbackRequest): HeaderList {
  // Production may have been declared since the handler was made.
  if (isProduction()) return [];
  try {
    const request = describe();
    if (!isLoopback(request)) return [];
    const findings = explain({
      request: { ...request, headers: request.fields.filter(([name]) => !name.startsWith(":")) },
      response: { status: answer.status, headers: answer.headers, body: decision.body },
      reason: decision.reason,
      now: new Date(),
    });
    const metrics = findings.slice(0, MOST).map(({ id, certainty }) => `${id};desc="${certainty}"`);
    return metrics.length === 0 ? [] : [["Server-Timing", metrics.join(", ")]];
  } catch {
    // Whatever it is, the request stays denied and its answer the same.
    return [];
  }
}

/** A request of node:http as {@link explanation} wants it. */
export function describeNode(request: IncomingMessage, url: string | undefined): LoopbackRequest {
  const raw = request.rawHeaders;
  const fields: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) fields.push([raw[at]!, raw[at + 1]!]);
  const authority = fields.find(([name]) => /^(?:host|:authority)$/i.test(name))?.[1] ?? "localhost";
  return {
    address: request.socket.remoteAddress,
    version: request.httpVersion,
    fields,
    method: request.method,
    // As the check had it: with a scheme only over TLS, and then without the authority.
    url: url?.startsWith("https://_/") ? `https://${authority}${url.slice("https://_".length)}` : `http://${authority}${url ?? "/"}`,
  };
}

/** Findings in one field; more would be no help, and fields have limits. */
const MOST = 8;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");
LOOPBACK.addSubnet("::ffff:127.0.0.0", 104, "ipv6");

const LOOPBACK_NAME = /^(?:(?:[a-z0-9_-]{1,63}\.){0,8}localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?$/i;

/** Fields that proxies add, in lower case: one of them, whatever it says, and the client is somewhere else. */
const PROXY_FIELD = new RegExp(
  `^(?:${[
    "x-forwarded.*|forwarded.*|via|x-real-ip|x-client-ip|client-ip|x-cluster-client-ip|true-client-ip|proxy-.*",
    "x-original-.*|x-envoy-.*|x-azure-.*|x-appengine-.*|x-amz-cf-.*|x-amzn-trace-id|x-arr-.*",
    "x-proxy.*|x-host|x-scheme|x-url-scheme|front-end-https",
    "wl-proxy-.*|cf-.*|cdn-loop|fastly-.*|x-akamai-.*|akamai-.*|fly-.*|tailscale-.*|x-vercel-.*|x-nf-.*",
  ].join("|")})$`,
);
