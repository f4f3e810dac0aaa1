#!/usr/bin/env bash
# @cedar-policy/cedar-wasm 4.13.0: instants, numbers and names that arrive otherwise than they were written.
#
# Guess: `datetime` reads RFC 3339; a Long has 64 bits, so 9007199254740993 and a BigInt arrive as they are; the `@id`
#   of a policy is the id in the diagnostics.
# Seen: an offset with a colon (+00:00), tenths or microseconds of a second are errors, and a forbid with an error is
#   skipped; JavaScript rounds the number before Cedar sees it, without a word, while the literal in the policy keeps
#   all digits; a BigInt throws; in a text with several policies the id is the position, `policy0`, whatever `@id` says.
# Why it matters: instants from most languages' isoformat are not Cedar's; ids of more than 53 bits must be strings;
#   a record that keeps `policy0` names another rule as soon as one is inserted before it.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @cedar-policy/cedar-wasm@4.13.0

cat >probe.mjs <<'NODE'
import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';

const ask = (policy, context = {}) => {
  try {
    const { response } = isAuthorized({
      principal: { type: 'Person', id: 'ann' },
      action: { type: 'Action', id: 'update' },
      resource: { type: 'Stack', id: 'shop' },
      context,
      policies: { staticPolicies: policy },
      entities: [],
    });
    const { reason, errors } = response.diagnostics;
    return `${response.decision} [${reason}], errors: ${errors.length}`;
  } catch {
    return 'throws';
  }
};
const permitWhen = (condition) => ({ rule: `permit(principal, action, resource) when { ${condition} };` });
for (const instant of ['10:00:00Z', '10:00:00.250Z', '10:00:00+0000', '10:00:00+00:00', '10:00:00.2Z', '10:00:00.250000Z'])
  console.log(`T${instant}: ${ask(permitWhen(`datetime("2026-11-28T${instant}") < datetime("2030-01-01")`))}`);
const same = permitWhen('context.n == 9007199254740993');
console.log(`9007199254740993 as a number: ${ask(same, { n: Number('9007199254740993') })}`);
console.log(`9007199254740993 as a BigInt: ${ask(same, { n: 9007199254740993n })}`);
console.log(`with @id: ${ask('@id("mine") permit(principal, action, resource);')}`);
NODE

expected='T10:00:00Z: allow [rule], errors: 0
T10:00:00.250Z: allow [rule], errors: 0
T10:00:00+0000: allow [rule], errors: 0
T10:00:00+00:00: deny [], errors: 1
T10:00:00.2Z: deny [], errors: 1
T10:00:00.250000Z: deny [], errors: 1
9007199254740993 as a number: deny [], errors: 0
9007199254740993 as a BigInt: throws
with @id: allow [policy0], errors: 0'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
