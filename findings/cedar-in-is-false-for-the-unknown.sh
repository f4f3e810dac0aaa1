#!/usr/bin/env bash
# @cedar-policy/cedar-wasm 4.13.0: a forbid that names a group is silently skipped where the group is not known.
#
# Guess: a rule about an entity that the request does not carry is an error in the diagnostics, as the access to an
#   attribute of an unknown entity is; and `action in Action::"write"` follows from the action's own type.
# Seen: `in` is false without any error for an entity that is not among the entities, whether the person's groups were
#   forgotten or the action's; the answer is allow with empty `errors`. The action's groups come only from a schema or
#   from entities. `validateRequest` does not notice a missing person either.
# Why it matters: "any diagnostics.errors is a deny" does not cover it. A caller must prove that every entity
#   which a rule can name is handed over, and must pass the schema or the parents of the action.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @cedar-policy/cedar-wasm@4.13.0

cat >probe.mjs <<'NODE'
import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';

const schema = `
  entity Group; entity Person in [Group] = { level: Long }; entity Stack;
  action change;
  action update in [change] appliesTo { principal: Person, resource: Stack };`;
const ann = { type: 'Person', id: 'ann' };
const known = { uid: ann, attrs: { level: 1 }, parents: [{ type: 'Group', id: 'contractors' }] };
const change = { uid: { type: 'Action', id: 'update' }, attrs: {}, parents: [{ type: 'Action', id: 'change' }] };
const ask = (forbid, more) => {
  const { response } = isAuthorized({
    principal: ann,
    action: { type: 'Action', id: 'update' },
    resource: { type: 'Stack', id: 'shop' },
    context: {},
    policies: { staticPolicies: { permit: 'permit(principal, action, resource);', forbid } },
    entities: [],
    ...more,
  });
  return `${response.decision}, errors: ${response.diagnostics.errors.length}`;
};
const group = 'forbid(principal in Group::"contractors", action, resource);';
const level = 'forbid(principal, action, resource) when { principal.level < 2 };';
const action = 'forbid(principal, action in Action::"change", resource);';
console.log(`person's group, person handed over: ${ask(group, { entities: [known] })}`);
console.log(`person's group, person forgotten: ${ask(group)}`);
console.log(`person's group, person forgotten, validated: ${ask(group, { schema, validateRequest: true })}`);
console.log(`person's attribute, person forgotten: ${ask(level)}`);
console.log(`action's group, nothing said of it: ${ask(action)}`);
console.log(`action's group, as an entity: ${ask(action, { entities: [change] })}`);
console.log(`action's group, with the schema: ${ask(action, { schema })}`);
NODE

expected="person's group, person handed over: deny, errors: 0
person's group, person forgotten: allow, errors: 0
person's group, person forgotten, validated: allow, errors: 0
person's attribute, person forgotten: allow, errors: 1
action's group, nothing said of it: allow, errors: 0
action's group, as an entity: deny, errors: 0
action's group, with the schema: deny, errors: 0"
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
