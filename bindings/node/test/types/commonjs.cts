// The same from CommonJS.
import countersign = require("countersign");
import forExpress = require("countersign/express");
import forFastify = require("countersign/fastify");

const verifier = new countersign.Verifier("{}");
const need: countersign.Need | null = verifier.check({ headers: [] }).need;
if (need?.kind === "keys") need.generation + 1n;
// @ts-expect-error a slow hash has no issuer
if (need?.kind === "slow_hash") need.issuer;
forExpress.countersign(verifier);
void forFastify.default;
const [finding] = countersign.explain({ token: "undefined" });
const cause: string | undefined = finding?.cause;
void cause;
