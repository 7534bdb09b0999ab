/** Header lines in the forms that Node and the Web know them in. */

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
  readonly #numbers: ReadonlyMap<string, number>;
  /** Names by their length, so that most need no lower case. */
  readonly #lengths: ReadonlySet<number>;

  constructor(names: readonly string[]) {
    this.#numbers = new Map(names.map((name, number) => [name, number]));
    this.#lengths = new Set(names.map((name) => name.length));
  }

  /** Puts the numbers of the names and the values of the wanted lines. */
  collect(headers: HeadersInput, names: number[], values: string[]): void {
    if (Array.isArray(headers)) {
      const list = headers as readonly (string | readonly [string, string])[];
      if (typeof list[0] === "string") this.#collectFlat(list as readonly string[], names, values);
      else for (const [name, value] of list as readonly (readonly [string, string])[]) this.#add(name, value, names, values);
    } else if (typeof (headers as Headers).get === "function") {
      for (const [name, number] of this.#numbers) {
        const value = (headers as Headers).get(name);
        if (value !== null) {
          names.push(number);
          values.push(value);
        }
      }
    } else {
      const object = headers as { readonly [name: string]: string | readonly string[] | undefined };
      for (const name of Object.keys(object)) {
        if (!this.#lengths.has(name.length)) continue;
        const value = object[name];
        if (Array.isArray(value)) for (const line of value as string[]) this.#add(name, line, names, values);
        else if (value !== undefined) this.#add(name, value as string, names, values);
      }
    }
  }

  #collectFlat(list: readonly string[], names: number[], values: string[]): void {
    for (let at = 0; at + 1 < list.length; at += 2) {
      const name = list[at]!;
      if (this.#lengths.has(name.length)) this.#add(name, list[at + 1]!, names, values);
    }
  }

  #add(name: string, value: string, names: number[], values: string[]): void {
    const number = this.#numbers.get(name) ?? this.#numbers.get(name.toLowerCase());
    if (number === undefined) return;
    if (typeof value !== "string") throw new TypeError("a header value is no string");
    names.push(number);
    values.push(value);
  }
}
