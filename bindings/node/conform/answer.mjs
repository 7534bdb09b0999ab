// Writes answers: compact JSON, members in the order in which they are put.

/** The members for a decision. */
export function decisionMembers(decision, withoutAddress) {
  const need = decision.need;
  const told = need?.kind === "keys" && (need.jwksUri !== null || withoutAddress);
  return [
    ["status", decision.status],
    ["reason", decision.reason],
    ["scheme", decision.scheme],
    ["issuer", decision.issuer],
    ["subject", decision.subject],
    ["key_id", decision.keyId],
    ["headers", decision.headers],
    ["claims", new Raw(decision.allowed ? decision.claimsText : null)],
    ["need", told ? { keys: { issuer: need.issuer, jwks_uri: need.jwksUri } } : null],
  ];
}

/** JSON that is there already. */
export class Raw {
  constructor(text) {
    this.text = text ?? "null";
  }
}

/** A value as compact JSON. */
export function write(value) {
  if (value instanceof Raw) return value.text;
  if (value instanceof Members) return `{${value.list.map(([name, held]) => `${JSON.stringify(name)}:${write(held)}`).join(",")}}`;
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  return JSON.stringify(value);
}

/** An object with its members in order. */
export class Members {
  constructor(list) {
    this.list = list;
  }
}

/** The member `error`. */
export function errorMember(reason, message, pointer) {
  return ["error", { reason, message, ...(pointer === undefined ? {} : { pointer }) }];
}
