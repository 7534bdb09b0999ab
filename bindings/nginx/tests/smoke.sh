#!/usr/bin/env bash
# Drives a real nginx on loopback with the module: a few requests with curl, each with the status, reason and
# challenge expected. Ends its server by its process id, and gives up after two minutes.
#
#   bindings/nginx/tests/smoke.sh        after `make nginx` and `cargo build --release -p countersign-cli`
set -euo pipefail
cd "$(dirname "$0")/../../.."
target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
work=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill -QUIT "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
keys_port=$(free_port)
issuer=https://login.example.com

mint() { # mint OPTION...: a token by the issuer
    "$target/release/countersign" mint --issuer "$issuer" --audience api --subject alice --scope read:reports \
        --typ at+jwt "$@" 2>"$work/mint.log" || { cat "$work/mint.log" >&2; exit 1; }
}
mint --alg ES256 --kid one --out-dir "$work/one" --force >/dev/null
mint --alg ES256 --kid two --out-dir "$work/two" --force >/dev/null
good=$(mint --key "$work/one/private.pem" --kid one --show-token --claim 'Team="blue"')
expired=$(mint --key "$work/one/private.pem" --kid one --show-token --expires-in=-3600)
stranger=$(mint --key "$work/two/private.pem" --kid two --show-token)
cp "$work/one/jwks.json" "$work/keys.json"
cat >"$work/policy.json" <<JSON
{ "realm": "api", "scopes": "read:reports", "profiles": { "admin": { "scopes": "admin" } },
  "bearer": { "issuers": [ { "issuer": "$issuer", "audience": "api", "jwks_uri": "$issuer/keys" } ] } }
JSON
password=secret
hash=$(python3 -c '
import base64, hashlib, sys
text = lambda data: base64.b64encode(data).decode().rstrip("=")
salt = b"only for the test"
print("$pbkdf2-sha256$i=600000$%s$%s" % (text(salt), text(hashlib.pbkdf2_hmac("sha256", sys.argv[1].encode(), salt, 600000))))
' "$password")
cat >"$work/basic.json" <<JSON
{ "realm": "admin", "basic": { "users": { "alice": { "hash": "$hash" } } } }
JSON
cat >"$work/nginx.conf" <<CONF
load_module $target/nginx/ngx_http_countersign_module.so;
pid $work/nginx.pid;
error_log $work/error.log info;
daemon off;
worker_processes 2;
events { worker_connections 256; }
http {
    client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
    log_format reason '\$uri \$status \$countersign_reason \$countersign_subject';
    access_log $work/access.log reason;
    countersign_keys $issuer file $work/keys.json;
    countersign_set \$team /Team;
    countersign_zone shared 1m;
    server {
        listen 127.0.0.1:$keys_port;
        location /keys { limit_rate 3k; access_log $work/fetches.log; root $work/one; rewrite ^ /jwks.json break; }
        location /seen { return 200 "subject=\$http_countersign_subject other=\$http_countersign_other\n"; }
    }
    server {
        listen 127.0.0.1:$port;
        countersign $work/policy.json;
        location / { return 200 "hello \$countersign_subject"; }
        location /echo {
            add_header X-Seen "\$countersign_scheme|\$countersign_status|\$countersign_reason|\$countersign_issuer|\$countersign_subject|\$countersign_key_id|\$countersign_claim_scope|\$team" always;
            alias $work/; try_files nothing =404;
        }
        location /files/ { alias $work/; }
        location /admin/ { countersign_profile admin; alias $work/; }
        location /open/ { countersign off; alias $work/; }
        location /page/ { error_page 401 /401.html; alias $work/; }
        location /fine/ { error_page 401 =200 /401.html; alias $work/; }
        location = /401.html { countersign off; root $work; }
        location /any/ { satisfy any; allow 127.0.0.1; deny all; alias $work/; }
        location /both/ { satisfy any; auth_basic other; auth_basic_user_file $work/htpasswd; alias $work/; }
        location = /static-keys { internal; alias $work/one/jwks.json; }
        location /static/ { countersign_keys $issuer location /static-keys; alias $work/; }
        location = /proxied-keys { internal; proxy_pass http://127.0.0.1:$keys_port/keys; }
        location /proxied/ { countersign_zone third 1m; countersign_keys $issuer location /proxied-keys; alias $work/; }
        location = /down-keys { internal; proxy_pass http://127.0.0.1:1/keys; }
        location /down/ { countersign_keys $issuer location /down-keys; countersign_zone other 1m; alias $work/; }
        location /forward/ { countersign_forward on; proxy_pass http://127.0.0.1:$keys_port/seen; }
        location /metrics { countersign off; countersign_metrics; }
        location /status { countersign off; countersign_status; }
        location /basic/ { countersign $work/basic.json; alias $work/; }
    }
}
CONF
echo hi >"$work/file.txt"
head -c 500000 /dev/zero >"$work/large"
echo please log in >"$work/401.html"
printf 'bob:{PLAIN}secret\n' >"$work/htpasswd"
chmod -R a+rX "$work"

nginx -t -c "$work/nginx.conf" 2>"$work/test.log" || { cat "$work/test.log" >&2; exit 1; }
nginx -c "$work/nginx.conf" &
server=$!
for _ in $(seq 50); do
    curl -s -o "$work/out" "http://127.0.0.1:$port/open/file.txt" && break
    sleep 0.1
done

failures=0
count=0
expect() { # expect TITLE STATUS PATTERN CURL-ARGUMENT...: status, and a pattern in head and body
    local title=$1 status=$2 pattern=$3 told
    shift 3
    count=$((count + 1))
    told=$(curl -s -i --max-time 10 "$@" | tr -d '\r')
    if ! head -1 <<<"$told" | grep -q " $status" || ! grep -qE -- "$pattern" <<<"$told"; then
        printf 'not as expected: %s (%s, %s)\n%s\n\n' "$title" "$status" "$pattern" "$told" >&2
        failures=$((failures + 1))
    fi
}
without() { # without TITLE PATTERN CURL-ARGUMENT...: the pattern stands nowhere
    local title=$1 pattern=$2 told
    shift 2
    count=$((count + 1))
    told=$(curl -s -i --max-time 10 "$@" | tr -d '\r')
    if grep -qiE -- "$pattern" <<<"$told"; then
        printf 'not as expected: %s (without %s)\n%s\n\n' "$title" "$pattern" "$told" >&2
        failures=$((failures + 1))
    fi
}
at=http://127.0.0.1:$port
bearer="Authorization: Bearer $good"
expect 'no credentials' 401 '^WWW-Authenticate: Bearer realm="api"' "$at/files/file.txt"
expect 'a problem document' 401 '^Content-Type: application/problem\+json$' "$at/files/file.txt"
expect 'never kept by caches' 401 '^Cache-Control: no-store$' "$at/files/file.txt"
expect 'a good token' 200 '^hi$' -H "$bearer" "$at/files/file.txt"
without 'no challenge on a 200' 'www-authenticate' -H "$bearer" "$at/files/file.txt"
expect 'expired' 401 'error="invalid_token"' -H "Authorization: Bearer $expired" "$at/files/file.txt"
expect 'another key' 401 'error="invalid_token"' -H "Authorization: Bearer $stranger" "$at/files/file.txt"
expect 'a scope too few' 403 'error="insufficient_scope"' -H "$bearer" "$at/admin/file.txt"
expect 'off' 200 '^hi$' "$at/open/file.txt"
expect 'HEAD' 401 '^Content-Length: [1-9]' -I "$at/files/file.txt"
expect 'a body' 401 'WWW-Authenticate' --data-binary "@$work/large" "$at/files/file.txt"
expect 'the site'"'"'s own page' 401 'please log in' "$at/page/file.txt"
expect 'and its challenge' 401 '^WWW-Authenticate: Bearer' "$at/page/file.txt"
expect 'a page with 200' 200 'please log in' "$at/fine/file.txt"
without 'has no challenge' 'www-authenticate' "$at/fine/file.txt"
expect 'satisfy any, by address' 200 '^hi$' "$at/any/file.txt"
without 'has no challenge' 'www-authenticate' "$at/any/file.txt"
expect 'satisfy any, neither: ours' 401 '^WWW-Authenticate: Bearer' "$at/both/file.txt"
expect 'satisfy any, neither: the other' 401 '^WWW-Authenticate: Basic realm="other"' "$at/both/file.txt"
expect 'satisfy any, by password' 200 '^hi$' -u bob:secret "$at/both/file.txt"
without 'has no challenge' 'www-authenticate' -u bob:secret "$at/both/file.txt"
expect 'satisfy any, by token' 200 '^hi$' -H "$bearer" "$at/both/file.txt"
expect 'variables' 404 "^X-Seen: Bearer\|200\|ok\|$issuer\|alice\|one\|read:reports\|blue$" -H "$bearer" "$at/echo"
expect 'keys of a static location' 200 '^hi$' -H "$bearer" "$at/static/file.txt"
expect 'keys of an upstream' 200 '^hi$' -H "$bearer" "$at/proxied/file.txt"
expect 'and of another worker' 200 '^hi$' -H "$bearer" "$at/proxied/file.txt"
for _ in $(seq 10); do expect 'again' 200 '^hi$' -H "$bearer" "$at/proxied/file.txt"; done
expect 'an unknown key' 401 'error="invalid_token"' -H "Authorization: Bearer $stranger" "$at/proxied/file.txt"
expect 'keys that cannot be had' 503 '^Retry-After: [0-9]+$' -H "$bearer" "$at/down/file.txt"
expect 'who is asking, for an upstream' 200 '^subject=alice other=$' -H "$bearer" -H 'Countersign-Subject: mallory' \
    -H 'Countersign-Other: mallory' "$at/forward/"
expect 'counters' 200 'countersign_decisions_total\{server="",location="/files/",reason="token_expired",status="401"\} 1$' "$at/metrics"
expect 'the state of the keys' 200 "$issuer/keys" "$at/status"
expect 'the right password' 200 '^hi$' -u "alice:$password" "$at/basic/file.txt"
expect 'a wrong password' 401 '^WWW-Authenticate: Basic realm="admin"' -u alice:wrong "$at/basic/file.txt"

[ "$(wc -l <"$work/fetches.log")" = 1 ] || { echo 'more than one fetch' >&2; cat "$work/fetches.log" >&2; failures=$((failures + 1)); }
grep -q '/files/file.txt 401 token_expired alice' "$work/access.log" || { echo 'no reason in the log' >&2; cat "$work/access.log" >&2; failures=$((failures + 1)); }
if grep -qF "${good##*.}" "$work/error.log" "$work/access.log"; then
    echo 'a signature in a log' >&2
    failures=$((failures + 1))
fi
if grep -E '\[(emerg|alert|crit|error)\]' "$work/error.log" | grep -v 'while fetching keys' >&2; then failures=$((failures + 1)); fi
echo "$count requests, $failures not as expected"
[ "$failures" -eq 0 ]
