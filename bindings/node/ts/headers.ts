/** Header lines in the forms that Node and the Web know them in. */

import { addLine } from "./block.js";

/**
 * The header of a request: a `Headers`, an object of names and values, or a list of names and values by turns like
 * `rawHeaders` of node:http, or a list of pairs.
 *
 * Prefer `rawHeaders` where there is one: `headers` of node:http hides a second Authorization line.
 */
export type HeadersInput =
  | { get(name: string): string | null; entries(): IterableIterator<[string, string]> }
  | readonly string[]
  | readonly (readonly [string, string])[]
  | { readonly [name: string]: string | readonly string[] | undefined };

/** The names of which an addon wants every line. */
export class WantedFields {
  readonly #numbers = new Map<string, number>();
  /** Whether a wanted name has this length: most of the others need no more of a look. */
  readonly #lengths: boolean[] = Array.from({ length: LENGTH_MAX + 1 }, () => false);
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
    names.forEach((name, number) => {
      this.#numbers.set(name, number);
      // As clients write it, which saves making it small.
      this.#numbers.set(name.replace(/(?<![a-z0-9])[a-z]/g, (first) => first.toUpperCase()), number);
      this.#lengths[Math.min(name.length, LENGTH_MAX)] = true;
    });
  }

  /** Puts the wanted lines into the next request. */
  collect(headers: HeadersInput): void {
    if (Array.isArray(headers)) {
      const list = headers as readonly (string | readonly [string, string])[];
      if (typeof list[0] === "string") {
        for (let at = 0; at + 1 < list.length; at += 2) this.#add(list[at] as string, list[at + 1]);
      } else {
        for (const [name, value] of list as readonly (readonly [string, string])[]) this.#add(name, value);
      }
    } else if (typeof (headers as Headers).get === "function") {
      this.#names.forEach((name, number) => {
        const value = (headers as Headers).get(name);
        if (value !== null) addLine(number, value);
      });
    } else {
      const object = headers as { readonly [name: string]: string | readonly string[] | undefined };
      for (const name of Object.keys(object)) {
        const value = object[name];
        if (Array.isArray(value)) for (const line of value as string[]) this.#add(name, line);
        else if (value !== undefined) this.#add(name, value);
      }
    }
  }

  #add(name: string, value: unknown): void {
    if (!this.#lengths[Math.min(name.length, LENGTH_MAX)]) return;
    const number = this.#numbers.get(name) ?? this.#numbers.get(name.toLowerCase());
    if (number !== undefined) addLine(number, value);
  }
}

/** Longer names than this are all looked up. */
const LENGTH_MAX = 64;
