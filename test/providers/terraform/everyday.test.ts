/**
 * Everyday changes, as easy as the same ones of CloudFormation (`test/corpus/everyday`, `test/corpus/changes`): one
 * approval in production, none in development.
 */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/digest.ts';
import { allGuards, inDevelopment, judged } from '../../guards/builders.ts';
import { described, type Row } from './builders.ts';
import { planOf, provider, verdictOf } from './judging.ts';

type Side = NonNullable<Row['before']>;
const changed = (at: string, before: Side, after: Side, more: Partial<Row> = {}): Row => ({
  at,
  before: { id: 'x', ...before },
  after: { id: 'x', ...after },
  ...more,
});
const made = (at: string, after: Side, unknown: Side = { id: true, arn: true }): Row => ({ at, after, unknown });
const there = (at: string, values: Side): Row => changed(at, values, values);
const fn = { function_name: 'api', role: 'arn:aws:iam::111122223333:role/api' };
const queue = (name: string) => ({ name, visibility_timeout_seconds: 30 });
const ingress = (cidr: string, port: number): Json => ({
  cidr_blocks: [cidr],
  from_port: port,
  to_port: port,
  protocol: 'tcp',
  self: false,
});
const group = { name: 'web', vpc_id: 'vpc-1' };
const statement = (Action: string, Resource: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: [Action], Resource }] });

interface Everyday {
  rows: Row[];
  bodies?: Record<string, Json>;
  ports?: number[];
}

const CHANGES: Readonly<Record<string, Everyday>> = {
  'the memory of a function': {
    rows: [changed('aws_lambda_function.api', { ...fn, memory_size: 512 }, { ...fn, memory_size: 1024 })],
  },
  'the runtime of a function': {
    rows: [changed('aws_lambda_function.api', { ...fn, runtime: 'nodejs20.x' }, { ...fn, runtime: 'nodejs22.x' })],
  },
  'a variable of a function': {
    rows: [
      changed(
        'aws_lambda_function.api',
        { ...fn, environment: [{ variables: { LEVEL: 'info' } }] },
        { ...fn, environment: [{ variables: { LEVEL: 'debug' } }] },
      ),
    ],
  },
  'an image of a task, pinned': {
    rows: [
      {
        at: 'aws_ecs_task_definition.web',
        before: {
          id: 'web',
          family: 'web',
          container_definitions:
            '[{"name":"web","image":"111122223333.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]',
        },
        after: {
          family: 'web',
          container_definitions:
            '[{"name":"web","image":"111122223333.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}]',
        },
        actions: ['delete', 'create'],
        change: { replace_paths: [['container_definitions']] },
      },
    ],
  },
  'a type of a machine': {
    rows: [changed('aws_instance.web', { instance_type: 't3.small' }, { instance_type: 't3.medium' })],
  },
  'a class of a database': {
    rows: [
      changed(
        'aws_db_instance.main',
        { instance_class: 'db.t3.medium', deletion_protection: true },
        { instance_class: 'db.m5.large', deletion_protection: true },
      ),
    ],
  },
  'more storage of a database': {
    rows: [changed('aws_db_instance.main', { allocated_storage: 100 }, { allocated_storage: 200 })],
  },
  'a port for a private range': {
    rows: [
      changed(
        'aws_security_group.web',
        { ...group, ingress: [ingress('10.0.0.0/8', 22)] },
        { ...group, ingress: [ingress('10.0.0.0/8', 22), ingress('10.1.0.0/16', 5432)] },
      ),
    ],
  },
  'a rule of its own for a private range': {
    rows: [
      there('aws_security_group.web', { ...group, id: 'sg-1' }),
      made('aws_vpc_security_group_ingress_rule.db', {
        security_group_id: 'sg-1',
        cidr_ipv4: '10.1.0.0/16',
        from_port: 5432,
        to_port: 5432,
        ip_protocol: 'tcp',
      }),
    ],
  },
  'port 443 for the world, where it is listed': {
    rows: [
      changed('aws_security_group.web', { ...group, ingress: [] }, { ...group, ingress: [ingress('0.0.0.0/0', 443)] }),
    ],
    ports: [443],
  },
  'the threshold of an alarm': {
    rows: [changed('aws_cloudwatch_metric_alarm.errors', { threshold: 5 }, { threshold: 10 })],
  },
  'logs that are kept for longer': {
    rows: [changed('aws_cloudwatch_log_group.api', { retention_in_days: 14 }, { retention_in_days: 30 })],
  },
  'a tag that decides nothing': {
    rows: [
      changed(
        'aws_dynamodb_table.orders',
        { tags: { team: 'a' }, tags_all: { team: 'a' } },
        { tags: { team: 'b' }, tags_all: { team: 'b' } },
      ),
    ],
  },
  'a queue with its policy': {
    rows: [
      made('aws_sqs_queue.jobs', queue('jobs'), { id: true, arn: true, url: true, policy: true }),
      made('aws_sqs_queue.dead', queue('dead'), { id: true, arn: true, url: true }),
      there('aws_sqs_queue.old', queue('old')),
    ],
  },
  'a new function of a role of this workspace': {
    rows: [
      there('aws_sqs_queue.jobs', { ...queue('jobs'), id: 'jobs', arn: 'arn:aws:sqs:eu-west-1:111122223333:jobs' }),
      made('aws_iam_role.worker', {
        name: 'worker',
        assume_role_policy:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}',
      }),
      {
        ...made(
          'aws_iam_role_policy.worker',
          { name: 'p', policy: statement('sqs:SendMessage', 'arn:aws:sqs:eu-west-1:111122223333:jobs') },
          { id: true, role: true },
        ),
        written: {
          role: { references: ['aws_iam_role.worker.id', 'aws_iam_role.worker'] },
          policy: { references: ['aws_sqs_queue.jobs.arn', 'aws_sqs_queue.jobs'] },
          name: { constant_value: 'p' },
        },
      },
      {
        ...made(
          'aws_lambda_function.worker',
          { function_name: 'worker', filename: 'a.zip', handler: 'i.h', runtime: 'nodejs22.x' },
          { id: true, role: true, arn: true },
        ),
        written: {
          role: { references: ['aws_iam_role.worker.arn', 'aws_iam_role.worker'] },
          function_name: { constant_value: 'worker' },
        },
      },
    ],
    bodies: {
      'aws_lambda_function.worker': { role: '${aws_iam_role.worker.arn}', function_name: 'worker' },
      'aws_iam_role_policy.worker': { role: '${aws_iam_role.worker.id}', name: 'p' },
    },
  },
  'more tasks of a service': {
    rows: [
      changed(
        'aws_ecs_service.web',
        { desired_count: 2, task_definition: 'web:1' },
        { desired_count: 4, task_definition: 'web:1' },
      ),
    ],
  },
  'a private bucket': {
    rows: [
      there('aws_sqs_queue.jobs', queue('jobs')),
      made('aws_s3_bucket.reports', { bucket: 'reports', force_destroy: false }),
      made(
        'aws_s3_bucket_versioning.reports',
        { bucket: 'reports', versioning_configuration: [{ status: 'Enabled' }] },
        {},
      ),
      made(
        'aws_s3_bucket_public_access_block.reports',
        {
          bucket: 'reports',
          block_public_acls: true,
          block_public_policy: true,
          ignore_public_acls: true,
          restrict_public_buckets: true,
        },
        { id: true },
      ),
    ],
  },
  'an index of a table': {
    rows: [
      changed(
        'aws_dynamodb_table.orders',
        { global_secondary_index: [] },
        { global_secondary_index: [{ name: 'by_day', hash_key: 'day' }] },
      ),
    ],
  },
  'a resource under another address': {
    rows: [
      {
        ...there('aws_dynamodb_table.orders', { name: 'orders' }),
        more: { previous_address: 'aws_dynamodb_table.table' },
      },
    ],
  },
  'a value of a parameter': {
    rows: [
      changed(
        'aws_ssm_parameter.level',
        { name: 'level', type: 'String', value: 'info' },
        { name: 'level', type: 'String', value: 'debug' },
      ),
    ],
  },
  'an output': {
    rows: [
      there('aws_sqs_queue.jobs', queue('jobs')),
      changed('aws_sns_topic.t', { display_name: 'a' }, { display_name: 'b' }),
    ],
  },
  'a schedule': {
    rows: [
      changed(
        'aws_cloudwatch_event_rule.nightly',
        { name: 'nightly', schedule_expression: 'rate(1 day)' },
        { name: 'nightly', schedule_expression: 'rate(12 hours)' },
      ),
    ],
  },
  'a disk of Google Cloud grows': { rows: [changed('google_compute_disk.data', { size: 100 }, { size: 200 })] },
  'an image of Cloud Run': {
    rows: [
      changed(
        'google_cloud_run_v2_service.web',
        { template: [{ containers: [{ image: 'europe-docker.pkg.dev/p/r/web@sha256:a' }] }] },
        { template: [{ containers: [{ image: 'europe-docker.pkg.dev/p/r/web@sha256:b' }] }] },
      ),
    ],
  },
  'a size of a machine of Azure': {
    rows: [changed('azurerm_linux_virtual_machine.web', { size: 'Standard_B1s' }, { size: 'Standard_B2s' })],
  },
  'a setting of a web app': {
    rows: [
      changed(
        'azurerm_linux_web_app.web',
        { app_settings: { LEVEL: 'info' }, public_network_access_enabled: true },
        { app_settings: { LEVEL: 'debug' }, public_network_access_enabled: true },
      ),
    ],
  },
};

describe('an everyday change', () => {
  it.each(Object.entries(CHANGES))('%s', (_name, { rows, bodies, ports }) => {
    const plan = described(rows, {}, bodies);
    const guards = allGuards(ports ? { options: { exposure: { public_ports: ports } } } : {});
    expect(verdictOf(plan, guards)).toBe(1);
    const inDev = judged(
      planOf(plan),
      inDevelopment({ provider, scope: { text: 'x', create: true, execute: 'by_command' } }),
      guards,
    );
    expect(inDev.decision).toBe('pass');
  });
});
