/** The development switch of the handlers: a denial explained to a client that seems to be on this machine. */

import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

import type { Answer } from "./answer.js";
import type { Decision, HeaderList } from "./decision.js";
import { explain, type ExplainedRequest } from "./explain.js";

/** The switch, as every handler takes it. */
export interface LoopbackOptions {
  /**
   * For development: a denial says in a field `Server-Timing` what `explain` finds, where the tools of browsers show it,
   * if the client seems to be on this machine; one behind a proxy that hides itself does. Off unless given; handlers
   * refuse to be made with it where NODE_ENV is `production`.
   */
  readonly explainToLoopback?: boolean | undefined;
}

/** Where a request came from, as the socket tells it and never a field. */
export interface Client {
  /** The address of the socket's other end; undefined for a unix socket, and where nobody knows. */
  readonly address: string | undefined;
  /** The version of HTTP, as `httpVersion` of node:http; undefined where nobody knows. */
  readonly httpVersion: string | undefined;
}

/** A request as the switch looks at it. */
export interface LoopbackRequest extends ExplainedRequest, Client {
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
 * Whether a request seems to come from this machine: from its address, to its name, and through no proxy that shows.
 *
 * A proxy on this machine makes all the world loopback, so every field that proxies add counts against it, and so does
 * HTTP/1.0, which browsers and curl do not speak and old proxies do. Host, Origin and Referer have to name loopback: a
 * page of another site can have its own name lead here (DNS rebinding), and proxies for development pass on the last two.
 */
export function isLoopback({ address, httpVersion, fields }: Pick<LoopbackRequest, "address" | "httpVersion" | "fields">): boolean {
  if (!HTTP_VERSIONS.includes(httpVersion) || !isLoopbackAddress(address)) return false;
  const hosts: string[] = [];
  for (const [written, value] of fields) {
    const name = written.trim().replaceAll("_", "-").toLowerCase();
    if (PROXY_FIELD.test(name)) return false;
    if ((name === "origin" || name === "referer") && !LOOPBACK_URL.test(value)) return false;
    // What HTTP/2 has in place of Host.
    if (name === "host" || name === ":authority") hosts.push(value);
  }
  return hosts.length === 1 && LOOPBACK_NAME.test(hosts[0]!);
}

function isLoopbackAddress(address: string | undefined): boolean {
  if (typeof address !== "string") return false;
  const family = isIP(address);
  return family !== 0 && loopbackAddresses().check(address, family === 4 ? "ipv4" : "ipv6");
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
    const metrics = new Map<string, string>();
    for (const { id, certainty } of findings) {
      // One id may be found in several places: the likeliest counts. Browsers show the description in place of the name.
      if (metrics.size < MOST && !metrics.has(id)) metrics.set(id, `countersign-${id};desc="${id}, ${certainty}"`);
    }
    return metrics.size === 0 ? [] : [["Server-Timing", [...metrics.values()].join(", ")]];
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
    httpVersion: request.httpVersion,
    fields,
    method: request.method,
    // As the check had it: with a scheme only over TLS, and then without the authority.
    url: url?.startsWith("https://_/") ? `https://${authority}${url.slice("https://_".length)}` : `http://${authority}${url ?? "/"}`,
  };
}

/** Findings in one field; more would be no help, and fields have limits. */
const MOST = 8;

/** As servers write them; not 1.0, and nothing that is spelled otherwise. */
const HTTP_VERSIONS: readonly (string | undefined)[] = ["1.1", "2", "2.0", "3"];

let addresses: BlockList | undefined;

/** Made when it is first asked for: where the switch is off, nothing is, and not every runtime has a BlockList. */
function loopbackAddresses(): BlockList {
  if (addresses === undefined) {
    const made = new BlockList();
    made.addSubnet("127.0.0.0", 8, "ipv4");
    made.addAddress("::1", "ipv6");
    made.addSubnet("::ffff:127.0.0.0", 104, "ipv6");
    addresses = made;
  }
  return addresses;
}

const NAME = String.raw`(?:(?:[a-z0-9_-]{1,63}\.){0,8}localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?`;
const LOOPBACK_NAME = new RegExp(`^${NAME}$`, "i");
const LOOPBACK_URL = new RegExp(`^https?://${NAME}(?:[/?#].*)?$`, "i");

/** Fields that proxies add, in lower case: one of them, whatever it says, and the client is somewhere else. Python has the same list. */
const PROXY_FIELDS = [
  "forwarded.*|x-forward.*|via|x-real-.*|x-host|x-scheme|x-url-scheme|front-end-https",
  "client-ip|x-client-ip|x-client-cert.*|x-client-verify|x-cluster-.*|true-client-.*|remote-.*|x-remote-.*",
  "proxy-.*|x-proxy.*|wl-proxy-.*|x-original-.*|x-originating-.*|x-ssl-.*|ssl-.*|x-varnish.*|x-envoy-.*|l5d-.*",
  "x-amz-cf-.*|x-amzn-.*|x-azure-.*|x-arr-.*|x-appengine-.*|cf-.*|cdn-.*|fastly-.*|x-akamai-.*|akamai-.*|ali-.*",
  "incap-.*|fly-.*|tailscale-.*|x-vercel-.*|x-nf-.*",
];
const PROXY_FIELD = new RegExp(`^(?:${PROXY_FIELDS.join("|")})$`);
