#!/usr/bin/env bash
# @aws-sdk/client-ec2 and client-cloudformation 3.1169.0: no parameter is checked; a misspelt one is left out.
#
# Guess: as boto3 and version 2 of the SDK do, the client refuses unknown members, missing required ones and values of
#   another type before it sends anything.
# Seen: all of them are sent. `Dryrun` disappears, so a rehearsal is the real call; `RetainResource` disappears from
#   DeleteStack; an id that is no list disappears too; an empty list of ids is no list, so DescribeInstances asks for
#   every instance of the region; a DeleteStack without a stack's name leaves.
# Why it matters: a recorded and signed input is not the input that leaves, unless its members are compared with the
#   model of the operation; and "these ids" with no ids in it means "all".
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @aws-sdk/client-ec2@3.1169.0 @aws-sdk/client-cloudformation@3.1169.0

cat >probe.mjs <<'NODE'
import { createServer } from 'node:http';
import { CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';

let sent;
const server = createServer(async (request, response) => {
  const body = [];
  for await (const part of request) body.push(part);
  sent = Buffer.concat(body).toString().replace(/&Version=[0-9-]+/, '');
  const operation = new URLSearchParams(sent).get('Action');
  response.end(`<${operation}Response></${operation}Response>`);
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const settings = {
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'EXAMPLE', secretAccessKey: 'example' },
  maxAttempts: 1,
};
const ec2 = new EC2Client(settings);
const cloudFormation = new CloudFormationClient(settings);
for (const [client, Command, input] of [
  [ec2, TerminateInstancesCommand, { InstanceIds: ['i-1'], Dryrun: true }],
  [ec2, TerminateInstancesCommand, { InstanceIds: ['i-1'], DryRun: 'yes' }],
  [ec2, DescribeInstancesCommand, { InstanceIds: 'i-1' }],
  [ec2, DescribeInstancesCommand, { InstanceIds: [] }],
  [cloudFormation, DeleteStackCommand, { StackName: 's', RetainResource: ['Table'] }],
  [cloudFormation, DeleteStackCommand, {}],
]) {
  sent = 'nothing';
  await client.send(new Command(input)).catch(() => {});
  console.log(`${JSON.stringify(input)} sends ${sent}`);
}
server.close();
NODE

expected='{"InstanceIds":["i-1"],"Dryrun":true} sends Action=TerminateInstances&InstanceId.1=i-1
{"InstanceIds":["i-1"],"DryRun":"yes"} sends Action=TerminateInstances&InstanceId.1=i-1&DryRun=yes
{"InstanceIds":"i-1"} sends Action=DescribeInstances
{"InstanceIds":[]} sends Action=DescribeInstances
{"StackName":"s","RetainResource":["Table"]} sends Action=DeleteStack&StackName=s
{} sends Action=DeleteStack'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
