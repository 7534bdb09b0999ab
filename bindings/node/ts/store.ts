/** The live keys behind a verifier: tickets, pushed sets, revocation. */

import { KeysError } from "./errors.js";
import { native, type NativeSubject, type NativeVerifier } from "./native.js";
import { nanosOf, secondsText, type Instant, type Now } from "./time.js";

/** One request to make: GET, without cookies and credentials, following redirects to the same origin alone. */
export interface FetchTicket {
  /** Its number, for {@link KeyStore.fetchDone}. */
  readonly ticket: bigint;
  /** What is fetched: an issuer's metadata, or a JWK Set. */
  readonly kind: "metadata" | "key_set";
  /** Why, as in `first_use`. */
  readonly reason: string;
  /** The issuer as the policy names it. */
  readonly issuer: string;
  /** Where. */
  readonly url: string;
  /** For `If-None-Match`. */
  readonly etag: string | null;
  /** Nanoseconds on the monotonic clock; an answer that comes later changes nothing. */
  readonly deadline: bigint;
  /** A longer body is a failure. */
  readonly maxBytes: number;
}

/** What came of a fetch. */
export type FetchOutcome =
  | { readonly body: Uint8Array | string; readonly etag?: string | null; readonly maxAge?: bigint | number | null }
  | { readonly notModified: true; readonly maxAge?: bigint | number | null }
  /** With a word for the operator, as "HTTP 500". */
  | { readonly failed: string }
  /** The host could not go on: nothing is known of the issuer. */
  | { readonly abandoned: true };

/** What became of it; `refused` is a body that is of no use. */
export type FetchDone = "ignored" | "late" | "loaded" | "renewed" | "located" | "noted" | "again" | "refused";

/** What is revoked. */
export interface Revoked {
  /** Token ids (`jti`). */
  readonly ids?: readonly string[] | undefined;
  /** Session ids (`sid`). */
  readonly sessions?: readonly string[] | undefined;
  /** Subjects (`sub`) whose tokens from before a moment are revoked. */
  readonly subjects?: readonly { readonly subject: string; readonly before: Instant }[] | undefined;
}

/** A set as {@link KeyStore.export} gives it. */
export interface ExportedKeys {
  /** The JWK Set, byte for byte as it came. */
  readonly text: Uint8Array;
  /** Its entity tag. */
  readonly etag: string | null;
  /** When it was fetched, in nanoseconds since 1970; null if it was pushed without a time. */
  readonly fetchedAt: bigint | null;
}

/** A set that was kept somewhere, as {@link KeyStore.import} takes it. */
export interface KeptKeys {
  /** The JWK Set. */
  readonly text: Uint8Array | string;
  /** Its entity tag; one that is none is left out. */
  readonly etag?: string | null | undefined;
  /** When it was fetched. */
  readonly fetchedAt?: Instant | null | undefined;
}

/** Live keys and revoked tokens of one {@link Verifier}. */
export class KeyStore {
  readonly #native: () => NativeVerifier;
  readonly #clock: () => number;
  readonly #monotonic: () => number;

  /** @internal */
  constructor(loaded: () => NativeVerifier, clock: () => number, monotonic: () => number) {
    this.#native = loaded;
    this.#clock = clock;
    this.#monotonic = monotonic;
  }

  /** In how many milliseconds {@link KeyStore.nextFetch} has something; null while there is nothing to do. */
  dueIn(): number | null {
    const due = this.#native().dueAt();
    return due < 0 ? null : Math.max(0, due / 1e6 - this.#monotonic());
  }

  /** The next thing to fetch; null if there is nothing. At most one ticket a source is open. */
  nextFetch(now: Now = {}): FetchTicket | null {
    const ticket = this.#native().nextFetch(...this.#now(now));
    if (ticket === null) return null;
    const { number, ...rest } = ticket;
    return { ...rest, ticket: number, etag: ticket.etag ?? null };
  }

  /** Closes a ticket with what came of it. A set in place is seen by the next check. */
  fetchDone(ticket: bigint, outcome: FetchOutcome, now: Now = {}): FetchDone {
    const loaded = this.#native();
    const clocks = this.#now(now);
    if ("body" in outcome) {
      const { body, etag, maxAge } = outcome;
      return loaded.fetchBody(ticket, bytesOf(body), etag ?? null, wholeOf(maxAge), ...clocks) as FetchDone;
    }
    if ("notModified" in outcome) return loaded.fetchNotModified(ticket, wholeOf(outcome.maxAge), ...clocks) as FetchDone;
    return loaded.fetchFailed(ticket, "failed" in outcome ? outcome.failed : null, ...clocks) as FetchDone;
  }

  /**
   * Puts a JWK Set in place of the issuer's present one; with `fetchedAt`, one that was fetched at that moment.
   *
   * Symmetric keys in it are not used: they belong into the policy.
   *
   * @throws {@link KeysError} with the code `refused`, `older` or `issuer_unknown`; the present set then stays.
   */
  setKeys(issuer: string, jwks: object | string | Uint8Array, options: Now & { readonly fetchedAt?: Instant } = {}): void {
    const text = typeof jwks === "string" || jwks instanceof Uint8Array ? bytesOf(jwks) : bytesOf(JSON.stringify(jwks));
    const { fetchedAt } = options;
    demandTaken(
      fetchedAt === undefined
        ? this.#native().setKeys(issuer, text)
        : this.#native().setKeys(issuer, text, secondsText(fetchedAt), ...this.#now(options)),
    );
  }

  /**
   * Takes what {@link KeyStore.export} of another store gave: a file, the process before. Its age counts; without a
   * time it counts as fetched now. Its entity tag goes with the next fetch, where the policy and not discovery tells
   * the address.
   *
   * @throws {@link KeysError} as {@link KeyStore.setKeys} does; the present set then stays.
   */
  import(issuer: string, keys: KeptKeys, now: Now = {}): void {
    const { text, etag, fetchedAt } = keys;
    const at = fetchedAt === undefined || fetchedAt === null ? null : secondsText(fetchedAt);
    demandTaken(this.#native().importKeys(issuer, bytesOf(text), etag ?? null, at, ...this.#now(now)));
  }

  /** The set of this issuer that was loaded last; null if there is none but what stands in the policy. */
  export(issuer: string): ExportedKeys | null {
    const keys = this.#native().exportKeys(issuer);
    return keys === null ? null : { text: keys.text, etag: keys.etag ?? null, fetchedAt: keys.fetchedAt ?? null };
  }

  /** How many sets this issuer has had; null for one that the policy does not have. */
  generation(issuer: string): bigint | null {
    return this.#native().generation(issuer);
  }

  /** Whether a fetch for this issuer is under way. */
  isFetching(issuer: string): boolean {
    return this.#native().isFetching(issuer);
  }

  /** Every source with its keys, age, last failure and counters; no key, token or secret. */
  status(now: Now = {}): unknown {
    return JSON.parse(this.#native().status(...this.#now(now)));
  }

  /** The decisions of this verifier by reason, and ages and fetches of its keys, in Prometheus' text format. */
  metrics(now: Now = {}): string {
    return this.#native().metrics(...this.#now(now));
  }

  /** Revokes these too. */
  revoke(revoked: Revoked): void {
    this.#native().revoke(list(revoked.ids), list(revoked.sessions), subjects(revoked.subjects));
  }

  /** Takes each list that is given in place of the present one. */
  setRevoked(revoked: Revoked): void {
    this.#native().setRevoked(list(revoked.ids), list(revoked.sessions), subjects(revoked.subjects));
  }

  #now({ now, monotonic }: Now): [string, bigint] {
    const nanos = monotonic ?? this.#monotonic();
    return [secondsText(now ?? this.#clock()), typeof nanos === "bigint" ? nanos : nanosOf(nanos)];
  }
}

/**
 * How many seconds more a response is fresh (RFC 9111 section 4.2); null if it does not say.
 *
 * @param cacheControl the lines of Cache-Control, joined by commas.
 * @param age the seconds of the Age field; 0 without one.
 */
export function cacheControlMaxAge(cacheControl: string, age: number): number | null {
  return native.cacheControlMaxAge(Buffer.from(cacheControl, "latin1"), age);
}

/** @throws {@link KeysError} unless the addon said that the set was taken. */
function demandTaken([word = "refused", message = ""]: string[]): void {
  if (word !== "taken") throw new KeysError(word, message);
}

function list(names: readonly string[] | undefined): string[] | null {
  return names === undefined ? null : [...names];
}

function subjects(list: Revoked["subjects"]): NativeSubject[] | null {
  return list?.map(({ subject, before }) => ({ subject, before: secondsText(before) })) ?? null;
}

function bytesOf(text: Uint8Array | string): Uint8Array {
  return typeof text === "string" ? Buffer.from(text) : text;
}

function wholeOf(number: bigint | number | null | undefined): bigint | null {
  return number === null || number === undefined ? null : BigInt(number);
}
