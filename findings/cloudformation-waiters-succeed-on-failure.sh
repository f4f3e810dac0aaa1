#!/usr/bin/env bash
# @aws-sdk/client-cloudformation 3.1169.0: waiters of stacks that succeed on a failure.
#
# Guess: waitUntilStackCreateComplete succeeds on CREATE_COMPLETE; waitUntilStackDeleteComplete on DELETE_COMPLETE, or
#   on the error "does not exist".
# Seen: the first also succeeds while an update runs and on UPDATE_FAILED, UPDATE_ROLLBACK_FAILED and
#   UPDATE_ROLLBACK_COMPLETE. The second succeeds on *every* ValidationError, also on one that says that the name is
#   malformed. The waiter for updates refuses what the one for creation takes.
# Why it matters: "wait, then go on" after a create goes on over a failed update that came between; a wait for a
#   deletion under a wrong name reports a stack as gone that was never looked at.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @aws-sdk/client-cloudformation@3.1169.0

cat >probe.mjs <<'NODE'
import { createServer } from 'node:http';
import * as sdk from '@aws-sdk/client-cloudformation';

let answer;
const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(answer.status).end(answer.body));
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const client = new sdk.CloudFormationClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'EXAMPLE', secretAccessKey: 'example' },
  maxAttempts: 1,
});
const waiters = { create: sdk.waitUntilStackCreateComplete, update: sdk.waitUntilStackUpdateComplete, delete: sdk.waitUntilStackDeleteComplete };
const wait = (name, StackName) =>
  waiters[name]({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 2 }, { StackName }).then(
    ({ state }) => state,
    (error) => (error.name === 'TimeoutError' ? 'waits on' : 'FAILURE'),
  );
for (const status of ['UPDATE_IN_PROGRESS', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_COMPLETE']) {
  const stack = `<member><StackName>s</StackName><StackStatus>${status}</StackStatus></member>`;
  const result = `<DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult>`;
  answer = { status: 200, body: `<DescribeStacksResponse>${result}</DescribeStacksResponse>` };
  console.log(`${status}: create ${await wait('create', 's')}, update ${await wait('update', 's')}`);
}
const words = "1 validation error detected: Value 'my stack' at 'stackName' failed to satisfy constraint";
const error = `<Error><Code>ValidationError</Code><Message>${words}</Message></Error>`;
answer = { status: 400, body: `<ErrorResponse>${error}</ErrorResponse>` };
console.log(`malformed name: create ${await wait('create', 'my stack')}, delete ${await wait('delete', 'my stack')}`);
server.close();
NODE

expected='UPDATE_IN_PROGRESS: create SUCCESS, update waits on
UPDATE_FAILED: create SUCCESS, update FAILURE
UPDATE_ROLLBACK_FAILED: create SUCCESS, update FAILURE
UPDATE_ROLLBACK_COMPLETE: create SUCCESS, update FAILURE
malformed name: create FAILURE, delete SUCCESS'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
