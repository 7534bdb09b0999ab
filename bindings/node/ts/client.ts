/** The client's side: what to do after a 401, and a fetch that does it. */

export { createAuthFetch, type AuthFetchOptions } from "./fetch.js";
export {
  isSameOrigin,
  maySendTo,
  nextStep,
  readChallenges,
  tokenFresh,
  type Abilities,
  type ClientResponse,
  type FreshOptions,
  type HeardChallenge,
  type Reading,
  type Scheme,
  type Sent,
  type Step,
  type StepContext,
  type Warning,
} from "./next.js";
export { RefreshUnavailableError } from "./refusal.js";
export { tokenOfResponse, type AuthOptions, type RefreshContext, type Token, type TokenLike } from "./session.js";
export type { StepKind, StepReason, Tolerance } from "./words.js";
