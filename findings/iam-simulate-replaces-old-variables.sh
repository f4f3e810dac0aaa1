#!/usr/bin/env bash
# @cloud-copilot/iam-simulate 0.1.173: policy variables are replaced in old policies too; IPv6 is compared as text.
#
# Guess: as IAM documents it, `${aws:username}` is a variable from Version 2012-10-17 on and plain text before (also
#   where Version is missing); one IPv6 address equals itself however it is written.
# Seen: the variable is replaced whatever the version says. An address without a prefix length is compared character by
#   character; with /128 it is compared as an address.
# Why it matters: as an oracle in tests the simulator allows what IAM denies, and its Deny with a variable in an old
#   policy denies what IAM allows: give every policy its Version, and every single address its prefix length.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @cloud-copilot/iam-simulate@0.1.173

cat >probe.mjs <<'NODE'
import { runSimulation } from '@cloud-copilot/iam-simulate';

const account = '111122223333';
async function ask(version, Statement, contextVariables) {
  const answer = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:user/bob`,
        action: 's3:GetObject',
        resource: { resource: 'arn:aws:s3:::home/bob', accountId: account },
        contextVariables,
      },
      identityPolicies: [{ name: 'p', policy: { ...version, Statement } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    { simulationMode: 'Strict' },
  );
  return answer.overallResult ?? JSON.stringify(answer.errors);
}
const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const own = 'arn:aws:s3:::home/${aws:username}';
const bob = { 'aws:username': 'bob' };
for (const [name, version] of [
  ['2012-10-17', { Version: '2012-10-17' }],
  ['2008-10-17', { Version: '2008-10-17' }],
  ['no version', {}],
]) {
  const denied = [allow, { Effect: 'Deny', Action: 's3:GetObject', Resource: own }];
  console.log(`${name}: Allow ${await ask(version, [{ ...allow, Resource: own }], bob)}, Deny ${await ask(version, denied, bob)}`);
}
for (const range of ['2001:db8::1', '2001:0DB8::0001', '2001:0DB8::0001/128']) {
  const only = [{ ...allow, Condition: { IpAddress: { 'aws:SourceIp': range } } }];
  console.log(`from 2001:db8::1, wanted ${range}: ${await ask({ Version: '2012-10-17' }, only, { 'aws:SourceIp': '2001:db8::1' })}`);
}
NODE

expected='2012-10-17: Allow Allowed, Deny ExplicitlyDenied
2008-10-17: Allow Allowed, Deny ExplicitlyDenied
no version: Allow Allowed, Deny ExplicitlyDenied
from 2001:db8::1, wanted 2001:db8::1: Allowed
from 2001:db8::1, wanted 2001:0DB8::0001: ImplicitlyDenied
from 2001:db8::1, wanted 2001:0DB8::0001/128: Allowed'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
