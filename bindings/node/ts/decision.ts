/** The answer to one request. */

import { inspect } from "node:util";

import { ABSENT, block, DECISION_HEAD, DECISION_LENGTHS, NEED_KEYS, NEED_SLOW_HASH, NOT_ASCII } from "./block.js";
import { detailNames, fieldNames, reasonNames, reasons, schemeNames } from "./catalogue.js";
import { AuthenticationError } from "./errors.js";
import type { Reason } from "./reasons.js";

/** Header lines to send, in order: names and values. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The claims of a token, as JSON.parse reads them. */
export interface Claims {
  iss?: string;
  sub?: string;
  aud?: string | string[];
  exp?: number;
  nbf?: number;
  iat?: number;
  jti?: string;
  [name: string]: unknown;
}

/** What the host must do before the same request can pass. */
export type Need =
  | {
      readonly kind: "keys";
      /** The issuer as the policy names it. */
      readonly issuer: string;
      /** Where its JWK Set is; null if its metadata tell. */
      readonly jwksUri: string | null;
      /** Which of the issuer's sets judged the token; 0 for none. */
      readonly generation: bigint;
    }
  /** The hash of a password has to be computed: `checkAsync` does it. */
  | { readonly kind: "slow_hash" };

/** The places of the parts in a block. */
const ISSUER = 0;
const SUBJECT = 1;
const KEY_ID = 2;
const ATTEMPT = 3;
const NEED_ISSUER = 4;
const NEED_URI = 5;
const BODY = 6;
const CLAIMS = 7;

const NO_FIELDS: HeaderList = Object.freeze([]);

/**
 * What a check found. Never changes, and keeps nothing of the request's credentials.
 *
 * A decision that allows may still be anonymous: see {@link Decision.authenticated}.
 */
export class Decision {
  /** 200, 400, 401, 403, 500 or 503. */
  readonly status: number;
  /** Why: a name of the table of reasons. */
  readonly reason: Reason;
  /** The header lines that the host adds to its response, on a 200 too. */
  readonly headers: HeaderList;
  readonly #text: string;
  readonly #ends: Parts;
  readonly #numbers: number;
  readonly #generation: bigint;
  #claims: Claims | undefined;

  /** Reads what the addon wrote; only {@link Verifier} makes decisions. @internal */
  constructor() {
    const { words, bytes } = block;
    const flags = words[4]!;
    const count = words[6]!;
    this.status = words[2]!;
    this.reason = reasonNames[words[1]!]!;
    this.#numbers = (flags & 3) | (words[3]! << 2) | (words[5]! << 8);
    this.#generation = flags & NEED_KEYS ? BigInt(words[7]!) | (BigInt(words[8]!) << 32n) : 0n;
    const start = DECISION_HEAD + 8 * count;
    if (flags & NOT_ASCII) {
      const parts: string[] = [];
      let at = start;
      const next = (length: number): string => {
        const part = bytes.utf8Slice(at, at + length);
        at += length;
        return part;
      };
      const ends = new Parts();
      let end = 0;
      for (let part = 0; part < 8; part++) {
        const length = words[DECISION_LENGTHS + part]!;
        const text = length === ABSENT ? undefined : next(length);
        if (text !== undefined) parts.push(text);
        end += text?.length ?? 0;
        ends.set(part, text === undefined ? -1 : end);
      }
      this.#text = parts.join("");
      this.#ends = ends;
      this.headers = readFields(count, next);
    } else {
      const ends = new Parts();
      let end = 0;
      let length = words[DECISION_LENGTHS]!;
      if (length !== ABSENT) ends.a = end += length;
      if ((length = words[DECISION_LENGTHS + 1]!) !== ABSENT) ends.b = end += length;
      if ((length = words[DECISION_LENGTHS + 2]!) !== ABSENT) ends.c = end += length;
      if ((length = words[DECISION_LENGTHS + 3]!) !== ABSENT) ends.d = end += length;
      if ((length = words[DECISION_LENGTHS + 4]!) !== ABSENT) ends.e = end += length;
      if ((length = words[DECISION_LENGTHS + 5]!) !== ABSENT) ends.f = end += length;
      if ((length = words[DECISION_LENGTHS + 6]!) !== ABSENT) ends.g = end += length;
      if ((length = words[DECISION_LENGTHS + 7]!) !== ABSENT) ends.h = end += length;
      let at = start + end;
      this.#text = end === 0 ? "" : bytes.latin1Slice(start, at);
      this.#ends = ends;
      this.headers =
        count === 0 ? NO_FIELDS : readFields(count, (length) => bytes.latin1Slice(at, (at += length)));
    }
  }

  /** Whether the request is let through. */
  get allowed(): boolean {
    return this.status === 200;
  }

  /** Whether the request is let through and its credentials proved an identity. */
  get authenticated(): boolean {
    return this.reason === "ok";
  }

  /** The scheme that was tried, as `Bearer`; null if none was recognised. */
  get scheme(): string | null {
    return schemeNames[(this.#numbers >> 2) & 63] || null;
  }

  /** The issuer, once the signature held; on denials too. */
  get issuer(): string | null {
    return this.#part(ISSUER);
  }

  /** The subject, the user's name or the API key's id, once they are proved; on denials too. */
  get subject(): string | null {
    return this.#part(SUBJECT);
  }

  /** The `kid` of the key whose signature held; on denials too. */
  get keyId(): string | null {
    return this.#part(KEY_ID);
  }

  /** What to count wrong passwords by: a keyed digest of the user name that was tried. */
  get attemptKey(): string | null {
    return this.#part(ATTEMPT);
  }

  /** What exactly was wrong with the credentials; for logs, never for the caller. */
  get detail(): string | null {
    return detailNames[this.#numbers >> 8] || null;
  }

  /** The problem document (RFC 9457) to send with a denial as `application/problem+json`; empty when allowed. */
  get body(): string {
    return this.#part(BODY) ?? "";
  }

  /** What the host must do before the same request can pass. */
  get need(): Need | null {
    switch (this.#numbers & 3) {
      case NEED_KEYS:
        return {
          kind: "keys",
          issuer: this.#part(NEED_ISSUER) ?? "",
          jwksUri: this.#part(NEED_URI),
          generation: this.#generation,
        };
      case NEED_SLOW_HASH:
        return { kind: "slow_hash" };
      default:
        return null;
    }
  }

  /**
   * The claims of the token, read when they are first asked for; null where the credentials have none, as those of
   * Basic and API keys, and for a request that is let through without an identity.
   *
   * @throws {@link AuthenticationError} for a denied request.
   */
  get claims(): Claims | null {
    if (this.#claims !== undefined) return this.#claims;
    this.assertAllowed();
    const text = this.#part(CLAIMS);
    if (text === null) return null;
    return (this.#claims = JSON.parse(text) as Claims);
  }

  /**
   * The claims as they were signed, number by number, with the white space outside strings removed.
   *
   * @throws {@link AuthenticationError} for a denied request.
   */
  get claimsText(): string | null {
    this.assertAllowed();
    return this.#part(CLAIMS)?.replace(STRING_OR_SPACE, "$1") ?? null;
  }

  /** @throws {@link AuthenticationError} unless the request is let through. */
  assertAllowed(): void {
    if (this.status !== 200) throw new AuthenticationError(this, reasons[this.reason].text);
  }

  /** What may stand in a log: no claims, no subject. */
  toJSON(): { status: number; reason: Reason; scheme: string | null; issuer: string | null; keyId: string | null } {
    const { status, reason, scheme, issuer, keyId } = this;
    return { status, reason, scheme, issuer, keyId };
  }

  /** The same for console.log. */
  [inspect.custom](_depth: number, options: object, show: typeof inspect): string {
    return `Decision ${show(this.toJSON(), options)}`;
  }

  #part(part: number): string | null {
    const ends = this.#ends;
    const end = ends.get(part);
    return end < 0 ? null : this.#text.slice(ends.startOf(part), end);
  }
}

/** Where the parts end in the text; -1 for one that is not there. Small integers in place: no list is made. */
class Parts {
  a = -1;
  b = -1;
  c = -1;
  d = -1;
  e = -1;
  f = -1;
  g = -1;
  h = -1;

  get(part: number): number {
    return this[NAMES[part]!];
  }

  set(part: number, end: number): void {
    this[NAMES[part]!] = end;
  }

  startOf(part: number): number {
    let start = -1;
    while (start < 0 && part > 0) start = this.get(--part);
    return Math.max(start, 0);
  }
}

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** A string of JSON, which stays, or white space between tokens. */
const STRING_OR_SPACE = /("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g;

function readFields(count: number, next: (length: number) => string): HeaderList {
  const fields: (readonly [string, string])[] = [];
  for (let field = 0; field < count; field++) {
    const at = DECISION_HEAD / 4 + 2 * field;
    fields.push([fieldNames[block.words[at]!]!, next(block.words[at + 1]!)]);
  }
  return fields;
}
