// An API with its tokens, and the clients that are tried against it.
import { createServer } from "node:http";

import { guard } from "countersign/http";
import { Verifier } from "countersign";
import { makeKey, makePolicy, makeToken, serve } from "./support.mjs";

const key = makeKey("k1");
const verifier = new Verifier(makePolicy([key]));

/** An access token; of the past with `expired`. */
export const accessToken = (claims) => makeToken(key, { jti: crypto.randomUUID(), ...claims });
export const expiredToken = () => accessToken({ exp: Math.floor(Date.now() / 1000) - 60 });

/** An API that is guarded by this package; `behave` may answer in its place. */
export async function serveApi(t, behave = {}) {
  const api = { hits: 0, bodies: [], seen: [], ...behave };
  const guards = { "/": guard(verifier), "/admin": guard(verifier, { scopes: "admin" }) };
  const { url } = await serve(
    t,
    createServer(async (request, response) => {
      api.hits++;
      api.seen.push({ path: request.url, method: request.method, headers: request.headers });
      if (api.answer?.(request, response) === true) return;
      const judge = guards[request.url.split("?")[0]] ?? guards["/"];
      let body = "";
      for await (const chunk of request) body += chunk;
      api.bodies.push(body);
      const decision = await judge(request, response);
      if (decision !== undefined) response.end(`hello ${decision.subject} ${body}`);
    }),
  );
  api.url = url;
  return api;
}

/** A host's store of tokens, whose refresh gives a good one after a while. */
export function makeStore(token, { delay = 20, fresh = accessToken } = {}) {
  const store = { token, refreshes: 0, logouts: [], errors: [] };
  store.options = {
    httpLoopback: true,
    getToken: () => store.token,
    async refresh(old, { signal }) {
      store.refreshes++;
      store.old = old;
      store.signal = signal;
      await new Promise((resolve) => setTimeout(resolve, delay));
      return (store.token = await fresh(old));
    },
    onLogout: ({ error }) => {
      store.logouts.push(error);
      store.token = null;
    },
    onError: (error) => store.errors.push(error),
  };
  return store;
}
