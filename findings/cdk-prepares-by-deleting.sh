#!/usr/bin/env bash
# aws-cdk 2.1148.1: commands that only compare or prepare delete stacks and take protection away.
#
# Guess: `cdk diff` reads; `cdk deploy --method=prepare-change-set` makes one change set and leaves the rest to its
#   execution; the template that is sent is the file in cdk.out.
# Seen: diff ("a read-only change set") deletes a stack in REVIEW_IN_PROGRESS, with the first change set that a colleague
#   may be reviewing. Preparing deletes a stack in ROLLBACK_COMPLETE, deletes the pending change set of its name, sends
#   an empty list for the stack's tags, and switches off a termination protection that the app does not name. The
#   template is written anew as YAML: its digest is never that of the file.
# Why it matters: the approval of the change set comes after these calls, and "diff only" needs cloudformation:DeleteStack.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund aws-cdk@2.1148.1

cat >probe.mjs <<'NODE'
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

const template = JSON.stringify({ Resources: { Topic: { Type: 'AWS::SNS::Topic' } } });
const properties = { templateFile: 'shop.json', validateOnSynth: false };
const shop = { type: 'aws:cloudformation:stack', environment: 'aws://111122223333/eu-west-1', properties };
mkdirSync('app');
writeFileSync('app/shop.json', template);
writeFileSync('app/manifest.json', JSON.stringify({ version: '36.0.0', artifacts: { shop } }));
const id = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/11111111-1111-1111-1111-111111111111';
const changeSet = `<Id>arn:aws:cloudformation:eu-west-1:111122223333:changeSet/c/1</Id><StackId>${id}</StackId>`;
let status, isGone, writes;
const results = {
  GetCallerIdentity: () => '<Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/u</Arn><UserId>U</UserId>',
  GetTemplate: () => '<TemplateBody>{"Resources":{"Old":{"Type":"AWS::SNS::Topic"}}}</TemplateBody>',
  DescribeStacks: (asked) =>
    !isGone && asked.get('StackName') !== 'CDKToolkit' &&
    `<Stacks><member><StackId>${id}</StackId><StackName>shop</StackName><StackStatus>${status}</StackStatus><EnableTerminationProtection>true</EnableTerminationProtection><Tags><member><Key>team</Key><Value>pay</Value></member></Tags></member></Stacks>`,
  CreateChangeSet: () => changeSet,
  DescribeChangeSet: (asked) =>
    asked.get('ChangeSetName').startsWith('arn:') &&
    `<ChangeSetName>c</ChangeSetName>${changeSet}<Status>CREATE_COMPLETE</Status><Changes><member><Type>Resource</Type></member></Changes>`,
};
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const asked = new URLSearchParams(body);
  const operation = asked.get('Action');
  if (/^(Create|Delete|Update|Execute)/.test(operation)) writes.push(operation);
  if (operation === 'UpdateTerminationProtection') writes.push(`to ${asked.get('EnableTerminationProtection')}`);
  if (operation === 'CreateChangeSet')
    writes.push(`(tags "${asked.get('Tags')}", the file: ${asked.get('TemplateBody') === template ? 'as it is' : 'written anew'})`);
  isGone ||= operation === 'DeleteStack';
  const result = (results[operation] ?? (() => ''))(asked);
  const error = `<Error><Code>${operation === 'DescribeStacks' ? 'ValidationError' : 'ChangeSetNotFound'}</Code><Message>Stack with id ${asked.get('StackName')} does not exist</Message></Error>`;
  if (result === false) response.writeHead(400).end(`<ErrorResponse>${error}</ErrorResponse>`);
  else response.end(`<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`);
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const env = { PATH: process.env.PATH, HOME: process.cwd(), CI: '1', CDK_DISABLE_CLI_TELEMETRY: 'true', AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'EXAMPLE', AWS_SECRET_ACCESS_KEY: 'example', AWS_ENDPOINT_URL: `http://127.0.0.1:${server.address().port}` };
const prepare = 'deploy shop --method=prepare-change-set --require-approval=never';
for (const [command, stands] of [['diff shop', 'REVIEW_IN_PROGRESS'], [prepare, 'ROLLBACK_COMPLETE'], [prepare, 'UPDATE_COMPLETE']]) {
  [status, isGone, writes] = [stands, false, []];
  await promisify(execFile)('node_modules/.bin/cdk', ['--app', 'app', '--no-notices', ...command.split(' ')], { env });
  console.log(`${command.split(' ')[0]}, ${stands}: ${writes.join(' ')}`);
}
server.close();
NODE

expected='diff, REVIEW_IN_PROGRESS: CreateChangeSet (tags "", the file: written anew) DeleteChangeSet DeleteStack
deploy, ROLLBACK_COMPLETE: DeleteStack CreateChangeSet (tags "", the file: written anew)
deploy, UPDATE_COMPLETE: DeleteChangeSet CreateChangeSet (tags "", the file: written anew) UpdateTerminationProtection to false'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
