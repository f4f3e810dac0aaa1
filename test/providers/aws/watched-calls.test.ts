/** A call of the unchanged SDK to a server on loopback, as it is told to whoever watches. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, expect, it } from 'vitest';
import type { Activity, Attributes, During } from '../../../src/core/observing.ts';
import { cloudFormationClient } from '../../../src/providers/aws/clients.ts';

const DONE = '<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>';
const DENIED = '<ErrorResponse><Error><Code>AccessDenied</Code><Message>arn:secret</Message></Error></ErrorResponse>';
let server: Server;
afterEach(() => server.close());

async function called(status: number, body: string) {
  server = createServer((_, response) => {
    response.writeHead(status, { 'x-amzn-requestid': 'request-1', 'content-type': 'text/xml' });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const seen: { activity: Activity; attributes: Attributes; failed: string[] }[] = [];
  const during: During = (activity, run) => {
    const one = { activity, attributes: { ...activity.attributes }, failed: [] as string[] };
    seen.push(one);
    return run({
      set: (more) => void Object.assign(one.attributes, more),
      happened: () => undefined,
      failed: (type) => void one.failed.push(type),
    });
  };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const client = await cloudFormationClient({ region: 'eu-west-1', endpoint, credentials, during }, { account: '' });
  await client.send(new DescribeStacksCommand({ StackName: 'secret-stack' })).catch(() => undefined);
  return seen;
}
const about = {
  'rpc.system': 'aws-api',
  'rpc.service': 'CloudFormation',
  'rpc.method': 'DescribeStacks',
  'cloud.region': 'eu-west-1',
};

it('is one activity with its operation, AWS’s id and the status, and nothing else', async () => {
  const [one, ...more] = await called(200, DONE);
  expect(more).toEqual([]);
  expect(one?.activity).toMatchObject({ name: 'CloudFormation.DescribeStacks', kind: 'client' });
  expect(one?.attributes).toEqual({ ...about, 'aws.request_id': 'request-1', 'http.response.status_code': 200 });
  expect(one?.failed).toEqual([]);
});
it('that AWS refuses has the code, and not its words', async () => {
  const [one] = await called(403, DENIED);
  expect(one?.attributes).toEqual({ ...about, 'aws.request_id': 'request-1', 'http.response.status_code': 403 });
  expect(one?.failed).toEqual(['AccessDenied']);
});
