/** The answer to one request. */

import { inspect } from "node:util";

import { ABSENT, block, DECISION_HEAD, DECISION_LENGTHS, mark, NEED_KEYS, NEED_SLOW_HASH, NOT_ASCII } from "./block.js";
import { detailNames, fieldNames, reasonNames, reasons, schemeNames } from "./catalogue.js";
import { AuthenticationError } from "./errors.js";
import type { Reason } from "./reasons.js";
import type { RememberedClaims } from "./remembered.js";

/** Header lines to send, in order: names and values. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The claims of a token, as JSON.parse reads them. */
export interface Claims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly [name: string]: unknown;
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
  /** Issuer, subject, key id and claims, one behind the other. */
  readonly #text: string;
  /** Their lengths; -1 for one that is not there. */
  readonly #issuer: number;
  readonly #subject: number;
  readonly #keyId: number;
  readonly #claims: number;
  readonly #numbers: number;
  readonly #rest: Rest;
  #parsed: Claims | undefined = undefined;
  readonly #remembered: RememberedClaims | undefined;
  readonly #mark: number;

  /** Reads what the addon wrote; only {@link Verifier} makes decisions. @internal */
  constructor(remembered?: RememberedClaims) {
    this.#remembered = remembered;
    this.#mark = mark;
    const { words, bytes } = block;
    const flags = words[4]!;
    const count = words[6]!;
    this.status = words[2]!;
    this.reason = reasonNames[words[1]!]!;
    this.#numbers = (flags & 3) | (words[3]! << 2) | (words[5]! << 8);
    const issuer = lengthOf(words[DECISION_LENGTHS]!);
    const subject = lengthOf(words[DECISION_LENGTHS + 1]!);
    const keyId = lengthOf(words[DECISION_LENGTHS + 2]!);
    const claims = lengthOf(words[DECISION_LENGTHS + 3]!);
    const start = DECISION_HEAD + 8 * count;
    const end = start + room(issuer) + room(subject) + room(keyId) + room(claims);
    if (flags & NOT_ASCII) {
      const next = takeUtf8(start);
      const parts = [issuer, subject, keyId, claims].map((length) => (length < 0 ? null : next(length)));
      this.#text = parts.join("");
      this.#issuer = parts[0]?.length ?? -1;
      this.#subject = parts[1]?.length ?? -1;
      this.#keyId = parts[2]?.length ?? -1;
      this.#claims = parts[3]?.length ?? -1;
    } else {
      this.#text = end === start ? "" : bytes.latin1Slice(start, end);
      this.#issuer = issuer;
      this.#subject = subject;
      this.#keyId = keyId;
      this.#claims = claims;
    }
    if (this.status === 200 && count === 0 && words[DECISION_LENGTHS + 4] === ABSENT) {
      this.#rest = NOTHING;
      this.headers = NO_FIELDS;
    } else {
      const next = takeUtf8(end);
      this.#rest = readRest(next);
      this.headers = readFields(count, next);
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
    return this.#issuer < 0 ? null : this.#text.slice(0, this.#issuer);
  }

  /** The subject, the user's name or the API key's id, once they are proved; on denials too. */
  get subject(): string | null {
    if (this.#subject < 0) return null;
    const start = room(this.#issuer);
    return this.#text.slice(start, start + this.#subject);
  }

  /** The `kid` of the key whose signature held; on denials too. */
  get keyId(): string | null {
    if (this.#keyId < 0) return null;
    const start = room(this.#issuer) + room(this.#subject);
    return this.#text.slice(start, start + this.#keyId);
  }

  /** What to count wrong passwords by: a keyed digest of the user name that was tried. */
  get attemptKey(): string | null {
    return this.#rest.attemptKey;
  }

  /** What exactly was wrong with the credentials; for logs, never for the caller. */
  get detail(): string | null {
    return detailNames[this.#numbers >> 8] || null;
  }

  /** The problem document (RFC 9457) to send with a denial as `application/problem+json`; empty when allowed. */
  get body(): string {
    return this.#rest.body ?? "";
  }

  /** What the host must do before the same request can pass. */
  get need(): Need | null {
    switch (this.#numbers & 3) {
      case NEED_KEYS:
        return {
          kind: "keys",
          issuer: this.#rest.needIssuer ?? "",
          jwksUri: this.#rest.needUri,
          generation: this.#rest.generation,
        };
      case NEED_SLOW_HASH:
        return { kind: "slow_hash" };
      default:
        return null;
    }
  }

  /**
   * The claims of the token, read when they are first asked for; null where the credentials have none, as those of
   * Basic and API keys, and for a request that is let through without an identity. With `remember` in the policy,
   * decisions about the same token share them, and they are frozen.
   *
   * @throws {@link AuthenticationError} for a denied request.
   */
  get claims(): Claims | null {
    if (this.#parsed !== undefined) return this.#parsed;
    if (this.status !== 200) this.assertAllowed();
    if (this.#claims < 0) return null;
    const text = this.#text.slice(this.#text.length - this.#claims);
    return (this.#parsed = this.#remembered?.read(this.#mark, text) ?? (JSON.parse(text) as Claims));
  }

  /**
   * The claims as they were signed, number by number, with the white space outside strings removed.
   *
   * @throws {@link AuthenticationError} for a denied request.
   */
  get claimsText(): string | null {
    this.assertAllowed();
    if (this.#claims < 0) return null;
    return this.#text.slice(this.#text.length - this.#claims).replace(STRING_OR_SPACE, "$1");
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
}

/** What denials have, and few others. */
interface Rest {
  readonly attemptKey: string | null;
  readonly needIssuer: string | null;
  readonly needUri: string | null;
  readonly body: string | null;
  readonly generation: bigint;
}

const NOTHING: Rest = { attemptKey: null, needIssuer: null, needUri: null, body: null, generation: 0n };

function readRest(next: (length: number) => string): Rest {
  const { words } = block;
  const part = (place: number): string | null => {
    const length = words[DECISION_LENGTHS + 4 + place]!;
    return length === ABSENT ? null : next(length);
  };
  const generation = words[4]! & NEED_KEYS ? BigInt(words[7]!) | (BigInt(words[8]!) << 32n) : 0n;
  return { attemptKey: part(0), needIssuer: part(1), needUri: part(2), body: part(3), generation };
}

function lengthOf(word: number): number {
  return word === ABSENT ? -1 : word;
}

/** How much of the text a part takes. */
function room(length: number): number {
  return length < 0 ? 0 : length;
}

/** Takes one part of the block behind the other. */
function takeUtf8(at: number): (length: number) => string {
  return (length) => block.bytes.utf8Slice(at, (at += length));
}

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
