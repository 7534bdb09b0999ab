/** Key sets and tokens on their own. */

import { KeysError } from "./errors.js";
import { native, type NativeKeys } from "./native.js";
import type { Reason } from "./reasons.js";

/** One key of a set. */
export interface KeyInfo {
  readonly kid: string | null;
  readonly kty: string | null;
  readonly alg: string | null;
  /** The thumbprint (RFC 7638, SHA-256), if the members that it covers are well formed. */
  readonly thumbprint: string | null;
  /** Whether it can verify anything. */
  readonly usable: boolean;
  /** `ok`, or why it cannot. */
  readonly reason: Reason;
}

/** A loaded JWK Set. Never changes. */
export class KeySet {
  readonly #keys: NativeKeys;

  /** @internal */
  constructor(keys: NativeKeys) {
    this.#keys = keys;
  }

  /** Every key, usable or not, in the order of the set. */
  get keys(): readonly KeyInfo[] {
    return this.#keys.list().map((key) => ({
      kid: key.kid ?? null,
      kty: key.kty ?? null,
      alg: key.alg ?? null,
      thumbprint: key.thumbprint ?? null,
      usable: key.usable,
      reason: key.reason as Reason,
    }));
  }

  /**
   * Verifies the signature of a compact JWS and looks at no claim.
   *
   * @param algorithms those that count; without them each key's own.
   */
  verifyJws(token: string, algorithms?: readonly string[]): JwsVerdict {
    const verdict = native.verifyJws(Buffer.from(token), this.#keys, algorithms === undefined ? null : [...algorithms]);
    const valid = verdict.reason === "ok";
    return {
      valid,
      reason: verdict.reason as Reason,
      keyId: verdict.keyId ?? null,
      headerText: verdict.header ?? null,
      payload: valid ? (token.split(".")[1] ?? null) : null,
    };
  }
}

/** See {@link KeySet.verifyJws}. */
export interface JwsVerdict {
  /** Whether the signature holds. */
  readonly valid: boolean;
  /** `ok`, or why not. */
  readonly reason: Reason;
  /** The `kid` of the key whose signature held. */
  readonly keyId: string | null;
  /** The header's JSON, if it could be read. */
  readonly headerText: string | null;
  /** The payload as base64url, if the signature holds. */
  readonly payload: string | null;
}

/**
 * Reads a JWK Set. A key that cannot be used is listed with its reason and spoils no other.
 *
 * @throws {@link KeysError} with the code `jwks_invalid`.
 */
export function loadKeys(jwks: object | string | Uint8Array): KeySet {
  const text = jwks instanceof Uint8Array ? jwks : Buffer.from(typeof jwks === "string" ? jwks : JSON.stringify(jwks));
  try {
    return new KeySet(new native.Keys(text));
  } catch (fault) {
    throw new KeysError("jwks_invalid", (fault as Error).message);
  }
}

/** See {@link decodeUnverified}. */
export interface UnverifiedToken {
  /** `ok` if all three parts could be read. */
  readonly reason: Reason;
  /** The header's JSON, white space outside strings removed; null if it cannot be read. */
  readonly headerText: string | null;
  /** The payload's JSON in the same form; null if it is no object. */
  readonly claimsText: string | null;
  /** The header. */
  readonly header: Readonly<Record<string, unknown>> | null;
  /** The claims, which nobody vouches for. */
  readonly claims: Readonly<Record<string, unknown>> | null;
}

/** Reads a compact token and verifies nothing: what it says may be anybody's invention. */
export function decodeUnverified(token: string): UnverifiedToken {
  const { header, claims, reason } = native.decodeUnverified(Buffer.from(token));
  const parsed = (text: string | undefined) =>
    text === undefined ? null : (JSON.parse(text) as Readonly<Record<string, unknown>>);
  return {
    reason: reason as Reason,
    headerText: header ?? null,
    claimsText: claims ?? null,
    header: parsed(header),
    claims: parsed(claims),
  };
}
