// Made by scripts/build.mjs from the tables in the addon.

/** The name of what a span says of a decision; docs/MONITORING.md tells what each means. */
export type Attribute =
  | "countersign.allowed"
  | "countersign.authenticated"
  | "countersign.status"
  | "countersign.reason"
  | "countersign.scheme"
  | "countersign.issuer";
