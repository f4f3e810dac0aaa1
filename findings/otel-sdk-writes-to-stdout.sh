#!/usr/bin/env bash
# @opentelemetry/sdk-node 0.301.0: its own log, asked for by a variable, is printed to standard output.
#
# Guess: diagnostics of a library go to standard error; OTEL_LOG_LEVEL only makes them more.
# Seen: the SDK's logger is the global console, and everything below a warning (info, debug, verbose) is console.info,
#   console.debug and the like, which Node.js prints to standard output. OTEL_TRACES_EXPORTER=console prints spans there.
# Why it matters: a stdio server of MCP (or LSP) speaks JSON-RPC on standard output. One variable that an operator sets to
#   find out why no trace arrives breaks the protocol for every client. Move the console to standard error before the SDK
#   is loaded.
# Date: 2026-11-29
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @opentelemetry/sdk-node@0.301.0 @opentelemetry/api@1.10.0

cat >probe.mjs <<'NODE'
import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK();
sdk.start();
trace.getTracer('probe').startSpan('work').end();
await sdk.shutdown();
NODE

lines() { # variables… : how many lines stand on standard output
  env OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none "$@" node probe.mjs 2>/dev/null | wc -l
}
quiet=$(lines OTEL_TRACES_EXPORTER=none)
logged=$(lines OTEL_TRACES_EXPORTER=none OTEL_LOG_LEVEL=debug)
spans=$(lines OTEL_TRACES_EXPORTER=console)
printf 'lines on standard output: by default %s, with OTEL_LOG_LEVEL=debug %s, with the console exporter %s\n' "$quiet" "$logged" "$spans"
if [ "$quiet" -ne 0 ] || [ "$logged" -eq 0 ] || [ "$spans" -eq 0 ]; then
  echo "changed: standard output was clean by default, and not with either variable" >&2
  exit 1
fi
