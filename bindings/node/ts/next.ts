/** The core's word on the client's side: what to do after a response, and where a credential may go. */

import type { HeadersInput } from "./headers.js";
import { native, type NativeReading } from "./native.js";
import { instantSeconds, type Instant } from "./time.js";
import type { StepKind, StepReason, Tolerance } from "./words.js";

/** A scheme that the core knows. */
export type Scheme = "Bearer" | "DPoP" | "Digest" | "Basic" | "Api-Key";

/** A response, as far as it matters here: `Response` of fetch is one. */
export interface ClientResponse {
  /** The HTTP status; 0 if no response came at all. */
  readonly status: number;
  /** The header; of its lines WWW-Authenticate, Retry-After and DPoP-Nonce count. */
  readonly headers?: HeadersInput | undefined;
  /** The URL that answered, behind all redirects that were followed. */
  readonly url?: string | null | undefined;
}

/** What was sent with the request. */
export interface Sent {
  /** The scheme of the credential; none if there was none. */
  readonly scheme?: Scheme | null | undefined;
  /** When the token ends, if that is known: seconds since 1970. */
  readonly expires?: number | null | undefined;
  /** Whether the client has a newer token by now than the one that was sent. */
  readonly superseded?: boolean | undefined;
  /** The URL that the credential was sent to. */
  readonly url?: string | null | undefined;
}

/** What the client can do; what is not said it cannot. */
export interface Abilities {
  /** Whether there is a refresh token (RFC 6749 section 6). */
  readonly refresh?: boolean | undefined;
  /** Whether a person can be asked to log in or to consent. */
  readonly interactive?: boolean | undefined;
  /** The schemes that the client has credentials for, or could get them. */
  readonly schemes?: readonly Scheme[] | undefined;
  /** Whether the request can be sent again: its body is there once more. */
  readonly replay?: boolean | undefined;
  /** Whether it may be carried out twice (RFC 9110 section 9.2.2), when nobody knows whether it arrived. */
  readonly idempotent?: boolean | undefined;
  /** Whether a 401 that says nothing is no ground for a refresh, unless the token is known to be past its end. */
  readonly strict?: boolean | undefined;
  /** Whether a password may go to an origin that offered more before. */
  readonly downgrade?: boolean | undefined;
}

/** What goes with a call of {@link nextStep}. */
export interface StepContext {
  readonly sent?: Sent | undefined;
  readonly can?: Abilities | undefined;
  /** The state of the step before; 0, or nothing, for a new request. */
  readonly state?: number | undefined;
  /** The time; now unless given. */
  readonly now?: Instant | undefined;
  /** A whole number that spreads the waits of clients that fail together; random unless given. */
  readonly seed?: number | bigint | undefined;
}

/** A challenge as it was heard. */
export interface HeardChallenge {
  /** The scheme as written; compare it without case. */
  readonly scheme: string;
  readonly token68: string | null;
  /** Names in lower case, each once, and values without quotes and escapes. */
  readonly params: readonly (readonly [name: string, value: string])[];
}

/** Something that a server should not have sent. */
export interface Warning {
  readonly tolerance: Tolerance;
  /** The index of the line. */
  readonly value: number;
  /** The byte in it. */
  readonly offset: number;
}

/** What was read of WWW-Authenticate. */
export interface Reading {
  readonly challenges: readonly HeardChallenge[];
  readonly warnings: readonly Warning[];
}

/** One step, and what it is taken with. */
export interface Step extends Reading {
  readonly step: StepKind;
  readonly reason: StepReason;
  /** Whether the request is to be sent again afterwards. If not, this response is the caller's. */
  readonly replay: boolean;
  /** What to carry to the next response to this request. */
  readonly state: number;
  /** The scheme to use, for `switch_scheme`. */
  readonly scheme: Scheme | null;
  /** The scopes that the deciding challenge names. */
  readonly scope: string | null;
  /** The authentication contexts that it names, in order of preference (RFC 9470 section 3). */
  readonly acrValues: string | null;
  /** The greatest age of the login that it names, in seconds. */
  readonly maxAge: number | null;
  /** Where it says that the resource's metadata are (RFC 9728): an https URL, or one of loopback. */
  readonly resourceMetadata: string | null;
  /** The nonce to use from now on (RFC 9449 section 8, RFC 7616 section 3.3). */
  readonly nonce: string | null;
  /** How long to wait; with `wait_too_long` how long the server would have had it. */
  readonly seconds: number | null;
}

/**
 * The step after a response. Does nothing itself: the client takes it, and carries the state to the next response.
 *
 * ```ts
 * const step = nextStep(response, { sent: { scheme: "Bearer" }, can: { refresh: true, replay: true, schemes: ["Bearer"] } });
 * if (step.step === "refresh") ...
 * ```
 *
 * @throws TypeError for a scheme that is not known, RangeError for a number that is not whole.
 */
export function nextStep(response: ClientResponse, context: StepContext = {}): Step {
  const { sent = {}, can = {}, state = 0, now = Date.now(), seed = randomSeed() } = context;
  for (const scheme of [sent.scheme ?? "Bearer", ...(can.schemes ?? [])]) demandScheme(scheme);
  const told = native.nextStep(
    response.status,
    linesOf(response.headers ?? []),
    // A response that was made and not fetched has an empty one.
    response.url || undefined,
    {
      scheme: sent.scheme ?? undefined,
      expires: sent.expires === undefined || sent.expires === null ? undefined : BigInt(sent.expires),
      superseded: sent.superseded === true,
      url: sent.url ?? undefined,
    },
    {
      refresh: can.refresh === true,
      interactive: can.interactive === true,
      schemes: [...(can.schemes ?? [])],
      replay: can.replay === true,
      idempotent: can.idempotent === true,
      strict: can.strict === true,
      downgrade: can.downgrade === true,
    },
    { state, now: instantSeconds(now), seed: BigInt(seed) },
  );
  const { reading, scheme, scope, acrValues, maxAge, resourceMetadata, nonce, seconds, ...rest } = told;
  return {
    ...rest,
    step: told.step as StepKind,
    reason: told.reason as StepReason,
    scheme: (scheme as Scheme | undefined) ?? null,
    scope: scope ?? null,
    acrValues: acrValues ?? null,
    maxAge: maxAge ?? null,
    resourceMetadata: resourceMetadata ?? null,
    nonce: nonce ?? null,
    seconds: seconds ?? null,
    ...readingOf(reading),
  };
}

/**
 * Reads the WWW-Authenticate lines of a response as tolerantly as servers make necessary. It invents nothing: what is
 * quoted stays one value, and a parameter belongs to the challenge before it.
 */
export function readChallenges(lines: string | Uint8Array | readonly (string | Uint8Array)[]): Reading {
  const list = typeof lines === "string" || lines instanceof Uint8Array ? [lines] : lines;
  return readingOf(native.readChallenges(list.map((line) => Buffer.from(line as string))));
}

/** See {@link tokenFresh}. */
export interface FreshOptions {
  /** Seconds that the token lives in all; of a short life half is used. */
  readonly lifetime?: number | undefined;
  /** The time; now unless given. */
  readonly now?: Instant | undefined;
}

/**
 * Whether a token that lives until `expires` is worth sending: not in its last 30 seconds, so that it is not refused on
 * arrival. Else refresh first.
 *
 * @param expires seconds since 1970.
 */
export function tokenFresh(expires: number, { lifetime, now = Date.now() }: FreshOptions = {}): boolean {
  return native.tokenFresh(
    BigInt(Math.floor(expires)),
    lifetime === undefined ? undefined : BigInt(Math.floor(lifetime)),
    instantSeconds(now),
  );
}

/**
 * Whether a credential for the origin of `granted` may go to `target`: to the same scheme, host and port alone, by https,
 * or by http to loopback where `httpLoopback` says so.
 */
export function maySendTo(granted: string, target: string, options: { readonly httpLoopback?: boolean | undefined } = {}): boolean {
  return native.maySendTo(granted, target, options.httpLoopback === true);
}

/** Whether two http or https URLs have one origin; what is no such URL has none. */
export function isSameOrigin(one: string, other: string): boolean {
  return native.isSameOrigin(one, other);
}

/** A seed that no other client has. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** The fields that {@link nextStep} reads. */
const FIELDS = ["www-authenticate", "retry-after", "dpop-nonce"];

/** Names and values by turns, as bytes. */
function linesOf(headers: HeadersInput): Buffer[] {
  const lines: Buffer[] = [];
  const add = (name: string, value: unknown): void => {
    if (!FIELDS.includes(name.toLowerCase()) || value === undefined || value === null) return;
    if (typeof value !== "string") throw new TypeError("a header value is no string");
    lines.push(Buffer.from(name, "latin1"), Buffer.from(value, "latin1"));
  };
  if (Array.isArray(headers)) {
    const list = headers as readonly (string | readonly [string, string])[];
    if (typeof list[0] === "string") for (let at = 0; at + 1 < list.length; at += 2) add(list[at] as string, list[at + 1]);
    else for (const [name, value] of list as readonly (readonly [string, string])[]) add(name, value);
  } else if (typeof (headers as Headers).get === "function") {
    for (const name of FIELDS) add(name, (headers as Headers).get(name));
  } else {
    for (const [name, value] of Object.entries(headers as Record<string, string | readonly string[] | undefined>)) {
      if (Array.isArray(value)) for (const line of value as string[]) add(name, line);
      else add(name, value);
    }
  }
  return lines;
}

function readingOf({ challenges, warnings }: NativeReading): Reading {
  return {
    challenges: challenges.map(({ scheme, token68, params }) => ({ scheme, token68: token68 ?? null, params })),
    warnings: warnings as Warning[],
  };
}

const SCHEMES: readonly string[] = native.schemes().slice(1);

function demandScheme(name: string): void {
  if (!SCHEMES.some((known) => known.toLowerCase() === name.toLowerCase())) throw new TypeError("the scheme is not known");
}
