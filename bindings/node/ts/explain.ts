/** The diagnosis: why was a request denied, and what would help? */

import {
  bytesOf,
  demandObject,
  documentOf,
  listOf,
  namedOf,
  optional,
  redirectOf,
  requestOf,
  responseOf,
  textOf,
} from "./at-hand.js";
import { Finding } from "./finding.js";
import type { HeadersInput } from "./headers.js";
import { native } from "./native.js";
import type { Reason } from "./reasons.js";
import { secondsText, type Instant } from "./time.js";
import type { Policy } from "./verifier.js";

/** The head of a request, as it was sent or as it arrived; a `Request` of fetch is one. */
export interface ExplainedRequest {
  /** GET unless given. */
  readonly method?: string | undefined;
  /** The path, or the absolute URI, which alone tells the origin and whether TLS was used; `/` unless given. */
  readonly url?: string | undefined;
  /** Its header; see {@link HeadersInput}. */
  readonly headers?: HeadersInput | null | undefined;
  /** The SHA-256 of the client certificate's DER as base64url (RFC 8705 section 3.1). */
  readonly clientCertSha256?: string | null | undefined;
}

/** The head of a response, and its body. */
export interface ExplainedResponse {
  /** The HTTP status. */
  readonly status: number;
  /** Its header; see {@link HeadersInput}. Give `rawHeaders` where there are any. */
  readonly headers?: HeadersInput | null | undefined;
  /** The body as it was read, or its front: more than 16 KiB are not looked at. */
  readonly body?: string | Uint8Array | null | undefined;
}

/** A redirect on the way to the response. */
export interface ExplainedRedirect {
  /** Its HTTP status, as 302. */
  readonly status: number;
  /** The address that was asked, if that is known. */
  readonly from?: string | null | undefined;
  /** The value of its Location field. */
  readonly location: string;
}

/** A JWK Set: the document as an object, or its text. */
export type KeySetDocument = object | string | Uint8Array;

/** What is at hand of one exchange. Everything is optional; more gives surer findings. */
export interface Exchange {
  /** The request that the response is for; with redirects the last one. */
  readonly request?: ExplainedRequest | null | undefined;
  /** The response. */
  readonly response?: ExplainedResponse | null | undefined;
  /** The redirects that came before the response, in order. */
  readonly redirects?: readonly ExplainedRedirect[] | null | undefined;
  /** The token, where the request does not hold it or was recorded without. */
  readonly token?: string | Uint8Array | null | undefined;
  /** The policy that judges such requests; with it the check itself is run. One that cannot be loaded is a finding. */
  readonly policy?: Policy | null | undefined;
  /** The secrets that the policy names by `{"ref": ...}`. */
  readonly refs?: Readonly<Record<string, string | Uint8Array>> | null | undefined;
  /** JWK Sets by the name of their issuer: an object, a Map, or pairs. Without them nothing behind the signature is proved. */
  readonly keys?:
    | Readonly<Record<string, KeySetDocument>>
    | Iterable<readonly [issuer: string, set: KeySetDocument]>
    | null
    | undefined;
  /** The policy's profile; the unnamed one unless given. */
  readonly profile?: string | null | undefined;
  /** The scopes that the call needs, in place of the policy's; `""` or an empty list asks for none. */
  readonly scopes?: string | readonly string[] | null | undefined;
  /** Token ids (`jti`) that were revoked. */
  readonly revoked?: readonly string[] | null | undefined;
  /** When the request was judged. Unless given the response's Date counts; no clock is read. */
  readonly now?: Instant | null | undefined;
  /** The reason that the server's check gave, from its decision or its log; it counts where the check cannot be run. */
  readonly reason?: Reason | null | undefined;
}

/**
 * Explains one exchange: what went wrong, where it stands, what was seen, what to do. The likeliest finding comes first;
 * there is none if nothing is wrong that can be seen. For tools and for development, not for the way of every request.
 *
 * ```ts
 * const [first] = explain({ request, response: { status, headers, body: await response.text() } });
 * console.log(first?.cause, first?.advice);
 * ```
 *
 * @throws TypeError for a member of the wrong type, RangeError for a number out of range and for an unknown reason;
 * neither shows a value.
 */
export function explain(exchange: Exchange): Finding[] {
  demandObject(exchange, "the exchange");
  const { scopes, now } = exchange;
  const handed = {
    request: optional(exchange.request, requestOf),
    response: optional(exchange.response, responseOf),
    redirects: listOf(exchange.redirects, "redirects").map(redirectOf),
    token: optional(exchange.token, (token) => bytesOf(token, "the token")),
    policy: optional(exchange.policy, (policy) => documentOf(policy, "the policy")),
    refs: namedOf(exchange.refs, "refs", bytesOf),
    keys: namedOf(exchange.keys, "keys", documentOf),
    profile: optional(exchange.profile, (profile) => textOf(profile, "the profile")),
    scopes: optional(scopes, (wanted) => (typeof wanted === "string" ? wanted : textsOf(wanted, "scopes").join(" "))),
    revoked: textsOf(exchange.revoked, "revoked"),
    now: optional(now, secondsText),
    reason: optional(exchange.reason, (reason) => textOf(reason, "the reason")),
  };
  try {
    return native.explain(handed).map((found) => new Finding(found));
  } catch (fault) {
    // What the addon refuses: a time beyond those that it can hold, and a reason that it does not know.
    if ((fault as { code?: unknown }).code === "InvalidArg") throw new RangeError((fault as Error).message);
    throw fault;
  }
}

function textsOf(list: readonly string[] | null | undefined, what: string): string[] {
  return listOf(list, what).map((text) => textOf(text, `a member of ${what}`));
}
