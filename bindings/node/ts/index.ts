/** Decides who is asking, and answers a 401 properly. */

export { reasons, type ReasonInfo } from "./catalogue.js";
export {
  buildChallenge,
  parseAuthorization,
  parseChallenges,
  type Challenge,
  type Credentials,
  type ParsedChallenges,
  type ValueEncoding,
} from "./challenges.js";
export { Decision, type Claims, type HeaderList, type Need } from "./decision.js";
export { AuthenticationError, ChallengeError, KeysError, PolicyError, type PolicyEntry } from "./errors.js";
export {
  explain,
  type Exchange,
  type ExplainedRedirect,
  type ExplainedRequest,
  type ExplainedResponse,
  type KeySetDocument,
} from "./explain.js";
export type { Finding, FindingJson, FindingPlace } from "./finding.js";
export type { Certainty, ExchangePart, FindingId, FindingSeverity } from "./findings.js";
export type { HeadersInput } from "./headers.js";
export type { Reason } from "./reasons.js";
export { startKeyRefresh, type KeyRefresh, type KeyRefreshOptions } from "./refresh.js";
export {
  cacheControlMaxAge,
  type ExportedKeys,
  type FetchDone,
  type FetchOutcome,
  type FetchTicket,
  type KeptKeys,
  type KeyStore,
  type Revoked,
} from "./store.js";
export type { Clocks, Instant, Now } from "./time.js";
export {
  decodeUnverified,
  loadKeys,
  type JwsVerdict,
  type KeyInfo,
  type KeySet,
  type UnverifiedToken,
} from "./tokens.js";
export { Verifier, type AsyncCheckOptions, type CheckRequest, type Policy, type VerifierOptions } from "./verifier.js";
