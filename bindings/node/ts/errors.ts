/** What is thrown: a denial, a policy that was refused, keys and challenges that are none. */

import type { Decision, HeaderList } from "./decision.js";
import type { Reason } from "./reasons.js";

/** A denial, thrown by {@link Decision.assertAllowed}. It says nothing of the credentials. */
export class AuthenticationError extends Error {
  /** The reason's stable name, as in `token_expired`. */
  readonly code: Reason;
  /** The HTTP status to answer with: 400, 401, 403, 500 or 503. */
  readonly status: number;
  /** The same, under the name that Express and Fastify read. */
  readonly statusCode: number;
  /** The header fields to answer with, by name; several lines of one name are a list. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The problem document (RFC 9457) to answer with. */
  readonly body: string;
  /** The fields as they are to be sent, one line each. */
  readonly fields: HeaderList;

  constructor(decision: Decision, text: string) {
    super(text === "" ? decision.reason : text);
    this.name = "AuthenticationError";
    this.code = decision.reason;
    this.status = this.statusCode = decision.status;
    this.fields = decision.headers;
    this.headers = fieldsByName(decision.headers);
    this.body = decision.body;
  }
}

/** One thing that loading a policy has to say about one place in it. */
export interface PolicyEntry {
  /** `error` refuses the policy, `warning` does not. */
  readonly severity: "error" | "warning";
  /** The stable word of its kind, as in `member_unknown`. */
  readonly code: string;
  /** The place as a JSON Pointer (RFC 6901); empty for the document as a whole. */
  readonly pointer: string;
  /** What was found and what is allowed. Never the value of a secret. */
  readonly text: string;
}

/** A policy, or a list of API keys, that was refused. */
export class PolicyError extends Error {
  readonly code = "policy_invalid";
  /** The place of the deciding error as a JSON Pointer (RFC 6901). */
  readonly pointer: string;
  /** Everything that was found, the deciding error first. */
  readonly entries: readonly PolicyEntry[];

  constructor(entries: readonly PolicyEntry[]) {
    const first = entries[0];
    const place = first === undefined || first.pointer === "" ? "the document" : first.pointer;
    super(`${place}: ${first?.text ?? "refused"}`);
    this.name = "PolicyError";
    this.pointer = first?.pointer ?? "";
    this.entries = entries;
  }
}

/** A text that is no JWK Set, or a set that was not taken. */
export class KeysError extends Error {
  /** `jwks_invalid`; of a push, `refused`, `older` or `issuer_unknown`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "KeysError";
    this.code = code;
  }
}

/** A challenge that cannot be read or written. */
export class ChallengeError extends Error {
  /** `challenge_malformed` or `challenge_invalid`. */
  readonly code: "challenge_malformed" | "challenge_invalid";

  constructor(code: "challenge_malformed" | "challenge_invalid", message: string) {
    super(message);
    this.name = "ChallengeError";
    this.code = code;
  }
}

/** Header lines by name; several lines of one name are a list. */
export function fieldsByName(fields: HeaderList): Record<string, string | string[]> {
  const byName: Record<string, string | string[]> = {};
  for (const [name, value] of fields) {
    const present = byName[name];
    byName[name] = present === undefined ? value : Array.isArray(present) ? [...present, value] : [present, value];
  }
  return byName;
}
