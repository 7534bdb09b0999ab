#!/usr/bin/env bash
# Plays requests through the C library: keys of three kinds are made, tokens signed and spoilt, and
# examples/c/demo.c answers each request as a server would; then examples/c/fetch.c plays a host that
# fetches its keys, through an outage and a change of keys; then examples/nginx/demo.sh starts a real
# nginx with the module and plays the requests over HTTP. Ends with 1 if an answer is not the announced
# one. DEMO_KEEP=DIR keeps keys, tokens, script and the site in DIR.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
issuer=https://login.example.com
audience=api://reports

echo "demo: building the library, the command line and the programs of examples/c (the first time takes minutes)" >&2
make --silent lib >&2
"${CARGO:-cargo}" build --quiet --release -p countersign-cli >&2
module=$(tools/nginx.sh | tail -1)
work=${DEMO_KEEP:-$(mktemp -d)}
mkdir -p "$work"
[ -n "${DEMO_KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
for program in demo fetch; do
  "${CC:-cc}" -std=c99 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -Werror -I"$target/c/include" \
    "examples/c/$program.c" -L"$target/c/lib" -Wl,-rpath,"$(cd "$target/c/lib" && pwd)" -lcountersign -o "$work/$program"
done

mint() { # mint OPTION...: a token by the issuer; what mint says to people is for when it fails
  "$target/release/countersign" mint --issuer "$issuer" --audience "$audience" --subject alice \
    --scope 'read:reports' --typ at+jwt "$@" 2>"$work/mint.log" || {
    cat "$work/mint.log" >&2
    return 1
  }
}
new_key() { # new_key NAME ALGORITHM
  mint --alg "$2" --kid "$1" --out-dir "$work/$1" --force >/dev/null
}
token() { # token KEY OPTION...: signed with that key
  mint --key "$work/$1/private.pem" --kid "$1" --show-token "${@:2}"
}
keys_of() { # keys_of NAME: the members of its JWK Set's list
  sed -n '/"keys": \[/,/^  \]/p' "$work/$1/jwks.json" | sed '1d;$d'
}

new_key rsa-2026 RS256
new_key ec-2026 ES256
new_key ed-2026 EdDSA
new_key stranger ES256
cat >"$work/policy.json" <<JSON
{
  "realm": "reports",
  "scopes": "read:reports",
  "profiles": { "delete": { "scopes": "delete:reports" } },
  "cors": true,
  "bearer": {
    "issuers": [{
      "issuer": "$issuer",
      "audience": "$audience",
      "algorithms": ["RS256", "ES256", "EdDSA"],
      "jwks": { "keys": [
$(keys_of rsa-2026),
$(keys_of ec-2026),
$(keys_of ed-2026)
      ] }
    }]
  }
}
JSON

rsa=$(token rsa-2026 --alg RS256)
ec=$(token ec-2026)
ed=$(token ed-2026)
expired=$(token ec-2026 --expires-in -3600)
early=$(token ec-2026 --claim "nbf=$(($(date +%s) + 3600))")
elsewhere=$(audience=api://billing token ec-2026)
stranger=$(token stranger)
# One character in the middle of the signature is another one.
signature=${ec##*.}
middle=${signature:40:1}
altered=${ec%.*}.${signature:0:40}$([ "$middle" = A ] && echo B || echo A)${signature:41}
# No signature at all, as the header says.
none=$(token ec-2026 --raw-header '{"alg":"none","typ":"at+jwt","kid":"ec-2026"}')
none=${none%.*}.
# HMAC with what everybody can have: the text of the public key's JWK Set.
printf '{"kty":"oct","kid":"rsa-2026","alg":"HS256","k":"%s"}\n' \
  "$(base64 <"$work/rsa-2026/jwks.json" | tr -d '\n=' | tr '+/' '-_')" >"$work/public.jwk"
confused=$(mint --key "$work/public.jwk" --kid rsa-2026 --alg HS256 --show-token)

request() { # request TITLE START-LINE FIELD-LINE...
  printf '== %s\n%s\nHost: api.example.com\n' "$1" "$2"
  shift 2
  [ $# -eq 0 ] || printf '%s\n' "$@"
  printf '\n'
}
get='GET /v1/reports HTTP/1.1'
{
  request 'No credentials: 401 credentials_missing' "$get"
  request 'Another scheme: 401 scheme_unsupported' "$get" 'Authorization: Basic YWxpY2U6c2VjcmV0'
  request 'Bearer with nothing behind it: 401 bearer_empty' "$get" 'Authorization: Bearer'
  request 'A variable that was never set: 401 bearer_placeholder' "$get" 'Authorization: Bearer undefined'
  request 'Two Authorization lines: 401 authorization_repeated' "$get" "Authorization: Bearer $ec" "Authorization: Bearer $rsa"
  request 'An expired token: 401 token_expired' "$get" "Authorization: Bearer $expired"
  request 'A token of the future: 401 token_not_yet_valid' "$get" "Authorization: Bearer $early"
  request 'A token for another API: 401 audience_mismatch' "$get" "Authorization: Bearer $elsewhere"
  request 'A key that the issuer does not have: 401 kid_unknown' "$get" "Authorization: Bearer $stranger"
  request 'One character of the signature changed: 401 signature_invalid' "$get" "Authorization: Bearer $altered"
  request 'No signature, alg none: 401 alg_not_allowed' "$get" "Authorization: Bearer $none"
  request 'HS256 with the public key as its secret: 401 alg_not_allowed' "$get" "Authorization: Bearer $confused"
  request 'A scope that was not granted: 403 insufficient_scope' 'DELETE /v1/reports/7 HTTP/1.1' "Authorization: Bearer $ec"
  request 'A CORS preflight has no credentials: 204 preflight_exempt' 'OPTIONS /v1/reports HTTP/1.1' \
    'Origin: https://app.example.com' 'Access-Control-Request-Method: GET' 'Access-Control-Request-Headers: authorization'
  request 'Allowed, signed with RSA (RS256): 200 ok' "$get" "Authorization: Bearer $rsa"
  request 'Allowed, signed with an elliptic curve (ES256): 200 ok' "$get" "Authorization: Bearer $ec"
  request 'Allowed, signed with Ed25519 (EdDSA): 200 ok' "$get" "Authorization: Bearer $ed"
} >"$work/script.txt"

"$work/demo" "$work/policy.json" <"$work/script.txt"

# Keys that are fetched: the same issuer, whose keys are at an address. The network is a file, or down.
cat >"$work/fetched.json" <<JSON
{ "realm": "reports", "bearer": { "issuers": [
  { "issuer": "$issuer", "audience": "$audience", "jwks_uri": "$issuer/keys", "keys": { "cooldown": 30 } } ] } }
JSON
printf '{"keys": [\n%s,\n%s\n]}\n' "$(keys_of ec-2026)" "$(keys_of ed-2026)" >"$work/both.json"
echo '<html>Please try again</html>' >"$work/page.html"
old=$(token ec-2026 --expires-in 86400)
new=$(token ed-2026 --expires-in 86400)
cat >"$work/fetches.txt" <<SCRIPT

== The first token: 503 once, while its issuer's keys are fetched
network $work/ec-2026/jwks.json
check 503 keys_unavailable $old
check 200 ok $old
== The issuer signs with a new key: its set is fetched again when the cooldown is over
network $work/both.json
check 401 kid_unknown $new
wait 30
check 200 ok $new
== The issuer is down: its keys are refreshed in vain, and serve on
network down
wait 1000
wait 60
check 200 ok $old
== Then it answers with a page: that is no key set, and replaces none
network $work/page.html
wait 300
check 200 ok $new
== It is back
network $work/both.json
wait 400
check 200 ok $new
SCRIPT
"$work/fetch" "$work/fetched.json" <"$work/fetches.txt"

echo
echo "the same requests over HTTP, through nginx on loopback"
echo
echo "$old" >"$work/old.token"
echo "$new" >"$work/new.token"
token stranger --expires-in 86400 >"$work/stranger.token"
cat >"$work/site-fetched.json" <<JSON
{ "realm": "reports", "bearer": { "issuers": [
  { "issuer": "$issuer", "audience": "$audience", "jwks_uri": "$issuer/keys", "keys": { "cooldown": 1 } } ] } }
JSON
examples/nginx/demo.sh "$work" "$module"
