// The steps of the operation `store`: each read in full before the first is made.
import { KeysError } from "../dist/index.mjs";
import { decisionMembers, Members, Raw } from "./answer.mjs";
import { Case, CaseFault, whole } from "./case.mjs";
import { readAsked } from "./request.mjs";

const NANOS = 1_000_000_000n;
const NOW_MEMBERS = ["now", "monotonic"];

/** The step's name, and what makes it. */
export function readStep(value) {
  new Case(value, "a step");
  if (value.held.length !== 1) throw new CaseFault("a step has one member");
  const [verb, held] = value.held[0];
  if (verb === "generation") {
    if (held.type !== "string") throw new CaseFault("the issuer of a generation is no string");
    return [verb, ({ store }) => new Raw(store.generation(held.held)?.toString())];
  }
  const step = new Case(held, "the member of a step");
  const read = Object.hasOwn(stepReaders, verb) ? stepReaders[verb] : undefined;
  if (read === undefined) throw new CaseFault(`the step ${JSON.stringify(verb)} is not known`);
  return [verb, read(step)];
}

const stepReaders = {
  next_fetch(step) {
    const clocks = step.only(...NOW_MEMBERS).clocks();
    return ({ store, tickets }) => {
      const fetch = store.nextFetch(clocks);
      if (fetch === null) return null;
      tickets.push(fetch.ticket);
      return {
        ticket: tickets.length - 1,
        kind: fetch.kind,
        reason: fetch.reason,
        issuer: fetch.issuer,
        url: fetch.url,
        etag: fetch.etag,
        deadline_in: Number((fetch.deadline - clocks.monotonic) / NANOS),
        max_bytes: fetch.maxBytes,
      };
    };
  },

  fetch_done(step) {
    step.only("ticket", "outcome", ...NOW_MEMBERS);
    const outcome = readOutcome(step.required("outcome"));
    const place = step.required("ticket");
    const last = place.type === "string" && place.held === "last";
    if (!last && whole(place) === undefined) throw step.fault("ticket", 'is neither "last" nor a whole number');
    const clocks = step.clocks();
    return ({ store, tickets }) => {
      const ticket = last ? tickets.at(-1) : tickets[Number(whole(place))];
      return store.fetchDone(ticket ?? 0n, outcome, clocks);
    };
  },

  check(step) {
    step.only("request", "profile", "scopes", ...NOW_MEMBERS);
    const monotonic = step.has("monotonic") ? step.monotonic() : null;
    const asked = readAsked(step);
    return async ({ verifier }) => new Members(decisionMembers(await verifier.checkAsync({ ...asked, monotonic }), true));
  },

  set_keys(step) {
    step.only("issuer", "jwks", "jwks_text", "fetched_at", ...NOW_MEMBERS);
    const dated = step.has("fetched_at");
    if (!dated && (step.has("now") || step.has("monotonic"))) throw step.fault("fetched_at", "is missing beside the time");
    const times = dated ? { fetchedAt: step.setTime("fetched_at"), ...step.clocks() } : {};
    const [issuer, jwks] = [step.text("issuer"), step.document("jwks", "jwks_text")];
    return ({ store }) => {
      try {
        store.setKeys(issuer, jwks, times);
        return "taken";
      } catch (fault) {
        if (!(fault instanceof KeysError)) throw fault;
        return fault.code;
      }
    };
  },

  revoke(step) {
    const names = readNames(step);
    return ({ store }) => store.revoke(names) ?? null;
  },

  set_revoked(step) {
    const names = readNames(step);
    return ({ store }) => store.setRevoked(names) ?? null;
  },
};

function readNames(step) {
  step.only("ids", "sessions", "subjects");
  const subjects = step.optionalList("subjects")?.map((value) => {
    const subject = new Case(value, "a subject").only("subject", "before");
    if (whole(subject.required("before")) === undefined) throw subject.fault("before", "is no whole number of seconds");
    return { subject: subject.text("subject"), before: subject.setTime("before") };
  });
  return { ids: step.texts("ids"), sessions: step.texts("sessions"), subjects };
}

function readOutcome(value) {
  if (value.type === "string") {
    switch (value.held) {
      case "not_modified":
        return { notModified: true };
      case "failed":
        return { failed: "failed" };
      case "abandoned":
        return { abandoned: true };
      default:
        throw new CaseFault(`the outcome ${JSON.stringify(value.held)} is not known`);
    }
  }
  const outcome = new Case(value, "an outcome");
  if (outcome.has("not_modified")) {
    outcome.only("not_modified");
    const answer = new Case(outcome.required("not_modified"), "not_modified").only("max_age");
    return { notModified: true, maxAge: maxAge(answer) };
  }
  outcome.only("body", "body_text", "etag", "max_age");
  return { body: outcome.document("body", "body_text"), etag: outcome.nullableText("etag"), maxAge: maxAge(outcome) };
}

function maxAge(answer) {
  if (!answer.has("max_age") || answer.required("max_age").isNull) return undefined;
  const age = whole(answer.required("max_age"));
  if (age === undefined) throw answer.fault("max_age", "is no whole number of seconds");
  return age;
}
