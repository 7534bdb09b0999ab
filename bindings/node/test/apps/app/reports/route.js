// Route handlers of Next, as an app has them.
import { Verifier } from "countersign";
import { guard, withAuth } from "countersign/web";

const verifier = new Verifier(process.env.POLICY);
const change = guard(verifier, { scopes: "write:reports" });

export const dynamic = "force-dynamic";

export const GET = withAuth(verifier, (request, decision) => Response.json({ of: decision.subject, scope: decision.claims.scope }));

export async function POST(request) {
  const decision = await change(request);
  if (decision instanceof Response) return decision;
  return Response.json({ by: decision.subject, body: await request.json() });
}
