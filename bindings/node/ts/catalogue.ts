/** The core's table of reasons, as it stands in the addon. */

import { native } from "./native.js";
import type { Reason } from "./reasons.js";

/** What is known of one reason. */
export interface ReasonInfo {
  /** The stable number. */
  readonly number: number;
  /** The stable name, as in `token_expired`. */
  readonly name: Reason;
  /** The default HTTP status; 200 means "let the request through". */
  readonly status: number;
  /** The `error` of a Bearer challenge (RFC 6750 section 3.1), or null. */
  readonly error: string | null;
  /** The public text. */
  readonly text: string;
  /** Whether a fresh access token can be expected to help. */
  readonly refreshHelps: boolean;
  /** What the operator does next. Not for the caller. */
  readonly nextStep: string;
  /** The everyday cause. Not for the caller. */
  readonly cause: string;
}

const rows: readonly ReasonInfo[] = native
  .reasons()
  .map((row) => Object.freeze({ ...row, name: row.name as Reason, error: row.error ?? null }));

/** Every reason by its name. */
export const reasons: Readonly<Record<Reason, ReasonInfo>> = Object.freeze(
  Object.fromEntries(rows.map((row) => [row.name, row])),
) as Readonly<Record<Reason, ReasonInfo>>;

/** The names in the order of the counters, which is that of the numbers in a block. */
export const reasonNames: readonly Reason[] = rows.map((row) => row.name);
/** The words of the details by their numbers; 0 is none. */
export const detailNames: readonly string[] = native.details();
/** The names of the schemes by their numbers; 0 is none. */
export const schemeNames: readonly string[] = native.schemes();
/** The names of the fields by their numbers in a block. */
export const fieldNames: readonly string[] = native.fields();
