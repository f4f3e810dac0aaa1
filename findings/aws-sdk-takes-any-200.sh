#!/usr/bin/env bash
# @aws-sdk/client-cloudformation 3.1169.0: a web page with status 200 is a call that succeeded.
#
# Guess: an answer of 200 that is not the operation's XML is a deserialization error.
# Seen: a complete HTML page, an empty body and even AWS's own error document, sent with status 200, resolve as an
#   output without members: DescribeStacks finds no stacks, ExecuteChangeSet has worked. Only text that is no markup
#   at all rejects. A page with 502 or 403 rejects with the name "Unknown", whatever its words.
# Why it matters: a captive portal or a proxy's greeting reads as "done" or as "nothing there"; a
#   recorder of outcomes must look for the operation's own root element below the SDK.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @aws-sdk/client-cloudformation@3.1169.0

cat >probe.mjs <<'NODE'
import { createServer } from 'node:http';
import { CloudFormationClient, DescribeStacksCommand, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';

const page = '<!DOCTYPE html><html><body>Please sign in</body></html>';
const refusal = '<ErrorResponse><Error><Code>ValidationError</Code><Message>no</Message></Error></ErrorResponse>';
let answer;
const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(answer.status).end(answer.body));
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const client = new CloudFormationClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'EXAMPLE', secretAccessKey: 'example' },
  maxAttempts: 1,
});
for (const [name, status, body] of [
  ['page', 200, page],
  ['nothing', 200, ''],
  ['refusal', 200, refusal],
  ['words', 200, 'hello'],
  ['page', 502, page],
  ['page', 403, page],
]) {
  answer = { status, body };
  for (const command of [new DescribeStacksCommand({}), new ExecuteChangeSetCommand({ ChangeSetName: 'c', StackName: 's' })]) {
    const told = await client.send(command).then(
      ({ $metadata: _, ...output }) => `resolves ${JSON.stringify(output)}`,
      (error) => `rejects ${error.name}`,
    );
    console.log(`${status} ${name}: ${command.constructor.name} ${told}`);
  }
}
server.close();
NODE

expected='200 page: DescribeStacksCommand resolves {}
200 page: ExecuteChangeSetCommand resolves {}
200 nothing: DescribeStacksCommand resolves {}
200 nothing: ExecuteChangeSetCommand resolves {}
200 refusal: DescribeStacksCommand resolves {}
200 refusal: ExecuteChangeSetCommand resolves {}
200 words: DescribeStacksCommand rejects Error
200 words: ExecuteChangeSetCommand rejects Error
502 page: DescribeStacksCommand rejects Unknown
502 page: ExecuteChangeSetCommand rejects Unknown
403 page: DescribeStacksCommand rejects Unknown
403 page: ExecuteChangeSetCommand rejects Unknown'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
