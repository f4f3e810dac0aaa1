#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 and @modelcontextprotocol/client 2.4.0: one answer, judged in two ways.
#
# Guess: both clients check structuredContent by the tool's outputSchema in the protocol's dialect (JSON Schema
#   2020-12), leave errors (isError) alone, and a schema that cannot be used costs that one tool.
# Seen: version 1 ignores prefixItems, dependentRequired and unevaluatedProperties; version 2 rejects the same answer
#   *after* the tool has run. Version 1 checks isError answers too, so that the tool's own words are lost; version 2
#   does not. One `$ref` to another document takes away the whole tools/list of version 1, and in version 2 the calls
#   of that tool only. Neither checks anything when tools/list was not asked for first.
# Why it matters: an outputSchema must stay within draft-07 words and local references; an error must not carry
#   structuredContent; "the call failed" can mean that a change was made and its answer was lost.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.4.0

cat >probe.mjs <<'NODE'
import { Client as Version2 } from '@modelcontextprotocol/client';
import { Client as Version1 } from '@modelcontextprotocol/sdk/client/index.js';

class Wire {
  constructor(outputSchema, answer) {
    const tools = [{ name: 'other', inputSchema: { type: 'object' } }, { name: 'tool', inputSchema: { type: 'object' }, outputSchema }];
    const initialize = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } };
    this.results = { initialize, 'tools/list': { tools }, 'tools/call': answer };
  }
  async start() {}
  async close() {}
  async send({ id, method }) {
    const result = this.results[method];
    const said = result ? { result } : { error: { code: -32601, message: 'unknown' } };
    if (id !== undefined) queueMicrotask(() => this.onmessage({ jsonrpc: '2.0', id, ...said }));
  }
}
const object = (words) => ({ type: 'object', ...words });
const told = (structuredContent, more) => ({ content: [{ type: 'text', text: 'words' }], structuredContent, ...more });
const list = { type: 'array', prefixItems: [{ type: 'string' }] };
const number = object({ properties: { a: { type: 'number' } } });
for (const [name, schema, answer, lists = true] of [
  ['prefixItems', object({ properties: { a: list } }), told({ a: [1] })],
  ['dependentRequired', object({ dependentRequired: { a: ['b'] } }), told({ a: 1 })],
  ['unevaluatedProperties', object({ allOf: [number], unevaluatedProperties: false }), told({ a: 1, b: 2 })],
  ['isError', number, told({ a: 'x' }, { isError: true })],
  ['type, not listed first', number, told({ a: 'x' }), false],
  ['reference elsewhere', object({ properties: { a: { $ref: 'https://example.com/a.json' } } }), told({ a: 1 })],
]) {
  const ends = [];
  for (const Client of [Version1, Version2]) {
    const client = new Client({ name: 'probe', version: '1' });
    await client.connect(new Wire(schema, answer));
    let step = 'tools/list';
    try {
      if (lists) await client.listTools();
      step = 'tools/call';
      await client.callTool({ name: 'tool', arguments: {} });
      ends.push('accepts');
    } catch {
      ends.push(`rejects ${step}`);
    }
  }
  console.log(`${name}: 1.32.2 ${ends[0]}, 2.4.0 ${ends[1]}`);
}
NODE

expected='prefixItems: 1.32.2 accepts, 2.4.0 rejects tools/call
dependentRequired: 1.32.2 accepts, 2.4.0 rejects tools/call
unevaluatedProperties: 1.32.2 accepts, 2.4.0 rejects tools/call
isError: 1.32.2 rejects tools/call, 2.4.0 accepts
type, not listed first: 1.32.2 accepts, 2.4.0 accepts
reference elsewhere: 1.32.2 rejects tools/list, 2.4.0 rejects tools/call'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
