/** A finding of a diagnosis. */

import type { Certainty, ExchangePart, FindingId, FindingSeverity } from "./findings.js";
import type { NativeFinding } from "./native.js";

/** Where a finding is. */
export interface FindingPlace {
  /** Which part of the exchange. */
  readonly part: ExchangePart;
  /** The field name, the claim, or the JSON Pointer in the policy; null for the part as a whole. */
  readonly name: string | null;
  /** Bytes from the start of the field's value, or of the token; null if it is about all of it. */
  readonly offset: number | null;
}

/** A finding in the one form that every front and the command line write as JSON (docs/EXPLAIN.md). */
export interface FindingJson {
  readonly id: FindingId;
  readonly severity: FindingSeverity;
  readonly certainty: Certainty;
  readonly place: FindingPlace;
  readonly evidence: string;
  readonly cause: string;
  readonly advice: string;
  readonly would_pass_if: string | null;
}

/** One thing that explains an exchange. No text of it holds a token, a key or a password. */
export class Finding {
  /** The stable name, as in `token_expired`; docs/FINDINGS.md tells what each means. */
  readonly id: FindingId;
  /** The stable number of the name. */
  readonly number: number;
  /** `error` denies requests, `warning` hurts some clients, `note` is worth knowing. */
  readonly severity: FindingSeverity;
  /** How it is known: the check gave it, it stands in the exchange, the response says so, circumstances speak for it. */
  readonly certainty: Certainty;
  /** Where it is. */
  readonly place: FindingPlace;
  /** What was seen: lengths, times, names of issuers and audiences. */
  readonly evidence: string;
  /** The cause, in words for people. */
  readonly cause: string;
  /** What to do next. */
  readonly advice: string;
  /** With what change the policy's check lets the request through, which was tried; null if none was found. */
  readonly wouldPassIf: string | null;
  /** The project's requirement that it goes back to. */
  readonly requirement: string;
  /** The section of the standard. */
  readonly section: string;

  /** @internal */
  constructor(found: NativeFinding) {
    this.id = found.id as FindingId;
    this.number = found.number;
    this.severity = found.severity as FindingSeverity;
    this.certainty = found.certainty as Certainty;
    this.place = { part: found.part as ExchangePart, name: found.name ?? null, offset: found.offset ?? null };
    this.evidence = found.evidence;
    this.cause = found.cause;
    this.advice = found.advice;
    this.wouldPassIf = found.wouldPassIf ?? null;
    this.requirement = found.requirement;
    this.section = found.section;
  }

  /** The form that `JSON.stringify` writes: the same bytes as the command line and the other fronts. */
  toJSON(): FindingJson {
    const { id, severity, certainty, place, evidence, cause, advice } = this;
    return { id, severity, certainty, place, evidence, cause, advice, would_pass_if: this.wouldPassIf };
  }
}
