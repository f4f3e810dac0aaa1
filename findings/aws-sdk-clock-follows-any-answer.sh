#!/usr/bin/env bash
# @aws-sdk/client-cloudformation 3.1169.0: the signing clock follows the Date header of every answer.
#
# Guess: the SDK corrects its clock once, after an error that speaks of the time (RequestTimeTooSkewed); an
#   AccessDenied is final and is sent once.
# Seen: every answer sets the offset of the client, a success whose Date is three minutes off and a proxy's page with
#   502 too, and the next request is signed with that time. An AccessDenied whose Date is two hours off counts as a
#   corrected clock skew and is sent again, as often as maxAttempts permits.
# Why it matters: X-Amz-Date is no evidence of this machine's clock; one answer of a proxy with a wrong clock makes the
#   next calls fail as skewed; and a refusal can be sent several times, so a writer needs maxAttempts 1.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @aws-sdk/client-cloudformation@3.1169.0

cat >probe.mjs <<'NODE'
import { createServer } from 'node:http';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

const MINUTE = 60_000;
const good = '<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>';
const refusal = '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';
let answer;
const offsets = [];
const server = createServer((request, response) => {
  const [, year, month, day, hour, minute, second] = /(....)(..)(..)T(..)(..)(..)Z/.exec(request.headers['x-amz-date']);
  const signed = Date.UTC(year, month - 1, day, hour, minute, second);
  offsets.push(Math.round((signed - Date.now()) / MINUTE));
  response.sendDate = false;
  response.setHeader('date', new Date(Date.now() + answer.minutes * MINUTE).toUTCString());
  request.resume().on('end', () => response.writeHead(answer.status).end(answer.body));
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
for (const [name, status, body, minutes] of [
  ['success', 200, good, 3],
  ['proxy page', 502, '<html></html>', 120],
  ['AccessDenied', 403, refusal, 120],
  ['AccessDenied', 403, refusal, 0],
]) {
  const client = new CloudFormationClient({
    endpoint: `http://127.0.0.1:${server.address().port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'EXAMPLE', secretAccessKey: 'example' },
    maxAttempts: status === 403 ? 3 : 1,
  });
  offsets.length = 0;
  answer = { status, body, minutes };
  await client.send(new DescribeStacksCommand({})).catch(() => {});
  const sent = offsets.length;
  answer = { status: 200, body: good, minutes: 0 };
  await client.send(new DescribeStacksCommand({}));
  console.log(`${name}, Date +${minutes} min: sent ${sent}, the next call is signed +${offsets.at(-1)} min`);
}
server.close();
NODE

expected='success, Date +3 min: sent 1, the next call is signed +3 min
proxy page, Date +120 min: sent 1, the next call is signed +120 min
AccessDenied, Date +120 min: sent 3, the next call is signed +120 min
AccessDenied, Date +0 min: sent 1, the next call is signed +0 min'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
