#!/usr/bin/env bash
# Plays requests over HTTP through a real nginx with the module, on loopback, before a small upstream.
#
#   examples/nginx/demo.sh WORK MODULE      called by examples/demo.sh, which made keys and tokens in WORK
#
# The requests are those of WORK/script.txt, then some whose keys nginx fetches. Ends with 1 if an answer is not the
# announced one.
set -euo pipefail
work=$(cd "$1" && pwd)
module=$2
here=$(cd "$(dirname "$0")" && pwd)
site=$work/site
mkdir -p "$site/issuer"
cp "$work/policy.json" "$site/policy.json"
cp "$work/site-fetched.json" "$site/fetched.json"

free_port() { # a port that was free a moment ago
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
port=$(free_port) upstream=$(free_port) keyserver=$(free_port)
issuer=$(sed -n 's/.*"issuer": "\([^"]*\)".*/\1/p' "$site/fetched.json" | head -1)
sed -e "s|SITE|$site|g; s|MODULE|$module|; s|USER|$(id -un) $(id -gn)|; s|KEYSERVER|$keyserver|g" \
    -e "s|UPSTREAM|$upstream|g; s|PORT|$port|; s|ISSUER|$issuer|" "$here/nginx.conf.in" >"$site/nginx.conf"

nginx -p "$site" -e "$site/error.log" -c "$site/nginx.conf" 2>"$site/said" &
server=$!
trap 'kill "$server" 2>/dev/null && wait "$server" || true' EXIT
for ((tries = 0; tries < 100; tries++)); do
    curl --silent --output /dev/null "http://127.0.0.1:$port/" && break
    kill -0 "$server" 2>/dev/null || { cat "$site/said" "$site/error.log" >&2; exit 1; }
    sleep 0.05
done

wrong=0
play() { # play TITLE STATUS REASON METHOD TARGET FIELD-LINE...
    local title=$1 status=$2 reason=$3 method=$4 target=$5 field got_status got_reason
    shift 5
    local options=()
    for field in "$@"; do options+=(--header "$field"); done
    curl --silent --show-error --max-time 20 --include --request "$method" "${options[@]}" \
        "http://127.0.0.1:$port$target" | tr -d '\r' >"$site/answer"
    got_status=$(awk 'NR == 1 { print $2 }' "$site/answer")
    got_reason=$(sed -n 's/^X-Demo-Reason: //p' "$site/answer")
    printf '== %s\n' "$title"
    grep -E '^(HTTP/|WWW-Authenticate:|Retry-After:|Content-Type: application/problem)|^$' "$site/answer" | sed '$d'
    sed '1,/^$/d' "$site/answer" | awk 'NF && NR < 4'
    echo
    if [ "$got_status" != "$status" ] || [ "$got_reason" != "$reason" ]; then
        echo "demo: expected $status $reason, got $got_status $got_reason" >&2
        wrong=1
    fi
}
from_script() { # from_script LINE...: one request of the script
    local title=${1#== } method target status reason
    read -r method target _ <<<"$2"
    read -r status reason <<<"${title##*: }"
    if [ "$reason" = authorization_repeated ] && [[ "$(nginx -v 2>&1)" =~ nginx/1\.([0-9]+)\. && ${BASH_REMATCH[1]} -lt 23 ]]; then
        # This nginx refuses a second line itself, before any module is asked.
        title="${title%: *}: 400 by nginx itself" status=400 reason=
    fi
    play "$title" "$status" "$reason" "$method" "$target" "${@:3}"
}
lines=()
while IFS= read -r line; do
    if [ -n "$line" ]; then
        lines+=("$line")
    elif [ "${#lines[@]}" -gt 0 ]; then
        from_script "${lines[@]}"
        lines=()
    fi
done <"$work/script.txt"

fetched() { # fetched TITLE STATUS REASON TOKEN-FILE
    play "$1" "$2" "$3" GET /fetched/reports "Authorization: Bearer $(<"$work/$4")"
}
cp "$work/ec-2026/jwks.json" "$site/issuer/keys.json"
fetched 'The first token: it waits while its keys are fetched' 200 ok old.token
fetched 'The second, perhaps on the other worker: no wait' 200 ok old.token
sleep 1.1
cp "$work/both.json" "$site/issuer/keys.json"
fetched 'The issuer signs with a new key, and its set is fetched again' 200 ok new.token
rm "$site/issuer/keys.json"
kill -HUP "$server"
sleep 0.5
fetched 'The issuer is down and nginx reloads: the keys of before serve on' 200 ok new.token
sleep 1.1
fetched 'A key that nobody has, and the issuer still down' 401 kid_unknown stranger.token
echo "from the access log:"
tail -3 "$site/access.log"
exit "$wrong"
