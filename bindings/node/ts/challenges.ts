/** The grammar of challenges and credentials (RFC 9110 section 11), without any policy. */

import { ChallengeError } from "./errors.js";
import { native, type NativeRead } from "./native.js";
import type { Reason } from "./reasons.js";

/** One scheme with its parameters. */
export interface Challenge {
  /** The scheme as written; compare it without case. */
  readonly scheme: string;
  /** The token68, or null. */
  readonly token68: string | null;
  /** Names in lower case and unquoted values, in order. */
  readonly params: readonly (readonly [name: string, value: string])[];
}

/** See {@link parseChallenges}. */
export interface ParsedChallenges {
  /** Those in front of a fault. */
  readonly challenges: readonly Challenge[];
  /** Where reading ended early: the index of the line and the byte in it; null if all was read. */
  readonly error: { readonly code: "challenge_malformed"; readonly value: number; readonly offset: number } | null;
}

/** What stands in an Authorization field. */
export interface Credentials {
  /** `ok`, or why it cannot be read. */
  readonly reason: Reason;
  readonly credentials: Challenge | null;
}

/** How values become strings: strings of bytes as HTTP has them, or UTF-8. */
export type ValueEncoding = "latin1" | "utf8";

/**
 * Reads the `WWW-Authenticate` lines of one response; a parameter of one may stand on the next line. Reading ends at
 * the first fault.
 *
 * @param lines each one field line, as strings of bytes or as bytes.
 */
export function parseChallenges(
  lines: string | Uint8Array | readonly (string | Uint8Array)[],
  encoding: ValueEncoding = "utf8",
): ParsedChallenges {
  const list = typeof lines === "string" || lines instanceof Uint8Array ? [lines] : lines;
  const { challenges, fault } = native.parseChallenges(list.map(bytesOf));
  return {
    challenges: challenges.map((challenge) => challengeOf(challenge, encoding)),
    error: fault ? { code: "challenge_malformed", value: fault[0], offset: fault[1] } : null,
  };
}

/** Reads one Authorization value. */
export function parseAuthorization(value: string | Uint8Array, encoding: ValueEncoding = "utf8"): Credentials {
  const { credentials, reason } = native.parseCredentials(bytesOf(value));
  return {
    reason: reason as Reason,
    credentials: credentials === undefined || credentials === null ? null : challengeOf(credentials, encoding),
  };
}

/**
 * Writes a challenge, its values quoted where they have to be.
 *
 * @throws {@link ChallengeError} with the code `challenge_invalid` for what cannot be written.
 */
export function buildChallenge(
  scheme: string,
  params: Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[] = [],
): string {
  const pairs = Array.isArray(params) ? (params as readonly (readonly [string, string])[]) : Object.entries(params);
  try {
    return native.writeChallenge(scheme, pairs.flat());
  } catch (fault) {
    throw new ChallengeError("challenge_invalid", (fault as Error).message);
  }
}

function challengeOf({ scheme, token68, params }: NativeRead, encoding: ValueEncoding): Challenge {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < params.length; at += 2) {
    pairs.push([params[at]!.toString("latin1"), params[at + 1]!.toString(encoding)]);
  }
  return { scheme, token68: token68 ?? null, params: pairs };
}

/** A string of bytes has one byte a character; any other is taken as UTF-8. */
function bytesOf(value: string | Uint8Array): Buffer {
  return typeof value === "string" ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
