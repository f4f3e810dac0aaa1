#!/usr/bin/env bash
# @aws-sdk/client-ec2 3.1169.0: a waiter that is denied, or whose session has expired, polls on to its time limit.
#
# Guess: waiters retry on states only; an error that no acceptor names (UnauthorizedOperation, ExpiredToken) rejects
#   at once.
# Seen: each such error is one more reason to wait. The waiter ends as TIMEOUT after maxWaitTime, with the error hidden
#   in `observedResponses`. An answer that lists no instance at all is waited for too, while a state that the model does
#   not expect on the way (`pending` after TerminateInstances) ends as FAILURE at the first look.
# Why it matters: a session of one hour and a snapshot that takes twelve: for eleven hours the waiter asks in vain, and
#   a lock stays held. A caller must judge the error of each look, and abort on a refusal.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @aws-sdk/client-ec2@3.1169.0

cat >probe.mjs <<'NODE'
import { createServer } from 'node:http';
import { EC2Client, waitForInstanceTerminated, waitForSnapshotCompleted } from '@aws-sdk/client-ec2';

let answer;
let looks = 0;
const server = createServer((request, response) => {
  looks += 1;
  request.resume().on('end', () => response.writeHead(answer.status).end(answer.body));
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const client = new EC2Client({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'EXAMPLE', secretAccessKey: 'example' },
  maxAttempts: 1,
});
const refusal = (code) => `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`;
const instances = (inner) =>
  `<DescribeInstancesResponse><reservationSet>${inner}</reservationSet></DescribeInstancesResponse>`;
const pending =
  '<item><instancesSet><item><instanceState><name>pending</name></instanceState></item></instancesSet></item>';
const pace = { client, minDelay: 1, maxDelay: 1, maxWaitTime: 4 };
const waits = {
  snapshot: () => waitForSnapshotCompleted(pace, { SnapshotIds: ['snap-1'] }),
  terminated: () => waitForInstanceTerminated(pace, { InstanceIds: ['i-1'] }),
};
for (const [wait, name, status, body] of [
  ['snapshot', 'UnauthorizedOperation', 403, refusal('UnauthorizedOperation')],
  ['snapshot', 'ExpiredToken', 400, refusal('ExpiredToken')],
  ['terminated', 'no instance', 200, instances('')],
  ['terminated', 'pending', 200, instances(pending)],
]) {
  looks = 0;
  answer = { status, body };
  const { state } = await waits[wait]();
  console.log(`${wait}, each look ${name}: ${state} after ${looks > 2 ? 'many looks' : `${looks} look`}`);
}
server.close();
NODE

expected='snapshot, each look UnauthorizedOperation: TIMEOUT after many looks
snapshot, each look ExpiredToken: TIMEOUT after many looks
terminated, each look no instance: TIMEOUT after many looks
terminated, each look pending: FAILURE after 1 look'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
