// Reads JSON and keeps each value's text, for the conformance driver and its test alone: numbers, repeated names and
// raw documents must come through as they stand, which JSON.parse does not let them.

const DEPTH_MAX = 64;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\n\r]*/y;

/** A value: its type, its text, and what it holds. */
export class Value {
  /** @param {"object"|"array"|"string"|"number"|"literal"} type */
  constructor(type, raw, held) {
    this.type = type;
    this.raw = raw;
    this.held = held;
  }

  /** The first member of this name. */
  member(name) {
    return this.type === "object" ? this.held.find(([key]) => key === name)?.[1] : undefined;
  }

  get isNull() {
    return this.raw === "null";
  }
}

/** Reads a text; throws for what is no JSON. */
export function parse(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.space();
  if (reader.at !== text.length) throw new Error("something stands behind the value");
  return value;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) throw new Error(`no JSON at ${this.at}`);
    this.at = pattern.lastIndex;
    return found[0];
  }

  space() {
    this.match(SPACE);
  }

  take(character) {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  value(depth) {
    this.space();
    const start = this.at;
    const [type, held] = this.held(depth);
    return new Value(type, this.text.slice(start, this.at), held);
  }

  held(depth) {
    if (depth > DEPTH_MAX) throw new Error("nested too deep");
    const first = this.text[this.at];
    if (first === "{") return ["object", this.object(depth)];
    if (first === "[") return ["array", this.array(depth)];
    if (first === '"') return ["string", this.string()];
    for (const literal of ["true", "false", "null"]) {
      if (this.text.startsWith(literal, this.at)) {
        this.at += literal.length;
        return ["literal", literal];
      }
    }
    return ["number", this.match(NUMBER)];
  }

  string() {
    const text = JSON.parse(this.match(STRING));
    if (!text.isWellFormed()) throw new Error("half of a surrogate pair");
    return text;
  }

  object(depth) {
    const members = [];
    this.at++;
    if (this.take("}")) return members;
    do {
      this.space();
      const name = this.string();
      if (!this.take(":")) throw new Error("a colon is missing");
      members.push([name, this.value(depth + 1)]);
    } while (this.take(","));
    if (!this.take("}")) throw new Error("an object does not end");
    return members;
  }

  array(depth) {
    const elements = [];
    this.at++;
    if (this.take("]")) return elements;
    do elements.push(this.value(depth + 1));
    while (this.take(","));
    if (!this.take("]")) throw new Error("a list does not end");
    return elements;
  }
}

/** The value as compact JSON in UTF-8: only quote, backslash and controls are escaped. */
export function compact({ type, raw, held }) {
  switch (type) {
    case "object":
      return `{${held.map(([name, value]) => `${JSON.stringify(name)}:${compact(value)}`).join(",")}}`;
    case "array":
      return `[${held.map(compact).join(",")}]`;
    case "string":
      return JSON.stringify(held);
    default:
      return raw;
  }
}
