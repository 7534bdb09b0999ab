/** The claims of tokens that come back, read once. */

import type { Claims } from "./decision.js";

/** Most claims that one verifier keeps: some kilobytes each. */
const SLOTS_MAX = 4096;

/**
 * Claims by their text, for policies that `remember` verdicts. Reading them takes as long as the rest of such a check.
 *
 * What is kept is frozen in depth: requests with the same token share it. A place is found by a mark of the token, and
 * what stands there counts only if its text is the same in full.
 */
export class RememberedClaims {
  readonly #texts: string[];
  readonly #claims: (Claims | undefined)[];
  readonly #mask: number;

  /** @param entries how many verdicts the policy remembers. */
  constructor(entries: number) {
    const slots = Math.min(SLOTS_MAX, 2 ** Math.ceil(Math.log2(Math.max(entries, 1))));
    this.#mask = slots - 1;
    this.#texts = Array.from({ length: slots }, () => "");
    this.#claims = Array.from({ length: slots }, () => undefined);
  }

  /** What JSON.parse makes of the text, frozen. */
  read(mark: number, text: string): Claims {
    const slot = mark & this.#mask;
    const present = this.#claims[slot];
    if (present !== undefined && this.#texts[slot] === text) return present;
    const claims = frozen(JSON.parse(text)) as Claims;
    this.#texts[slot] = text;
    this.#claims[slot] = claims;
    return claims;
  }
}

/** How many verdicts a loaded policy remembers; 0 for none. */
export function rememberedEntries(policy: Uint8Array): number {
  const document = JSON.parse(Buffer.from(policy).toString()) as { remember?: { entries?: number } };
  return document.remember === undefined ? 0 : (document.remember.entries ?? SLOTS_MAX);
}

/** Freezes a value of JSON and all that it holds; the core bounds how deep that is. */
function frozen(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const held of Object.values(value)) frozen(held);
  return Object.freeze(value);
}
