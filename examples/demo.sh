#!/usr/bin/env bash
# Five weeks of invented news, replayed and delivered to a receiver on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
tocsin=${TOCSIN:-.venv/bin/tocsin}
port=${PORT:-9000}
config=examples/tocsin.yml
mkdir -p out
if [ "$port" != 9000 ]; then
  mkdir -p out/demo
  cp -r examples/publishers.yml examples/templates out/demo/
  sed "s#127.0.0.1:9000#127.0.0.1:$port#" "$config" >out/demo/tocsin.yml
  config=out/demo/tocsin.yml
fi
rm -f out/demo.db out/demo.db-* out/demo.db.lock out/alerts.jsonl out/received.jsonl

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

say "1. A receiver starts on this machine: tocsin listen --port $port"
"$tocsin" listen --port "$port" --out out/received.jsonl >out/listen.log 2>&1 &
listener=$!
trap 'kill "$listener" 2>/dev/null || true' EXIT
for _ in $(seq 50); do
  grep -q http out/listen.log && break
  kill -0 "$listener" 2>/dev/null || { cat out/listen.log; exit 1; }
  sleep 0.1
done

say "2. The history is replayed and its alerts are sent: tocsin replay -c $config --store out/demo.db --deliver"
"$tocsin" replay -c "$config" --store out/demo.db --deliver --table

say "3. One alert in full: tocsin alerts --store out/demo.db --severity critical --key CO --full"
"$tocsin" alerts --store out/demo.db --severity critical --key CO --full

say "4. What arrived at the receiver"
printf '%s messages, in out/received.jsonl; as the receiver showed them: out/listen.log\n' "$(wc -l <out/received.jsonl)"

say "What to type next"
cat <<'TEXT'
  .venv/bin/tocsin classify examples/history.jsonl --format table | less -R    what was read, what was left out and why
  .venv/bin/tocsin check examples/tocsin.yml                                   is a config right?
  .venv/bin/tocsin replay YOUR.jsonl -c examples/seed.yml                      your own articles: JSON lines, RSS, Atom, text
  $EDITOR tocsin.yml && .venv/bin/tocsin run -c tocsin.yml                     watch feeds; docs/config.md has every key
TEXT
