/**
 * Incidents that were reported, as a plan of Terraform would have made them. Each is stopped, its honest twin is not, and
 * without the guards that it names it would have passed more easily.
 */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/digest.ts';
import type { Guard } from '../../../src/core/guard.ts';
import type { Goal } from '../../../src/core/verdict.ts';
import { allGuards } from '../../guards/builders.ts';
import { described, planJson, type Row } from './builders.ts';
import { judgementOf, verdictOf } from './judging.ts';

interface Incident {
  name: string;
  /** What somebody asked for, and what was planned. */
  said: string;
  plan: Row[];
  over?: Record<string, Json>;
  /** What the agent says that it is for; a deployment where nothing stands. */
  goal?: Goal;
  verdict: 'denied' | number;
  guards: string[];
  twin: Row[];
  twinVerdict: 'denied' | number;
}

const stays: Row = { at: 'aws_sqs_queue.jobs', before: { name: 'jobs' }, after: { name: 'jobs' } };
const database = {
  id: 'courses',
  identifier: 'courses',
  engine: 'postgres',
  skip_final_snapshot: true,
  deletion_protection: false,
};
const bucket = { id: 'uploads', bucket: 'uploads', force_destroy: true };
const volume = { id: 'vol-1', size: 100, type: 'gp3' };
const group = { id: 'sg-1', name: 'web', vpc_id: 'vpc-1' };
const rule = (cidr: string, port: number) => ({
  cidr_blocks: [cidr],
  from_port: port,
  to_port: port,
  protocol: 'tcp',
  self: false,
});
const allow = (Action: Json, Resource: Json) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] });
const many = (count: number, of: (index: number) => Row): Row[] =>
  Array.from({ length: count }, (_, index) => of(index));

const INCIDENTS: readonly Incident[] = [
  {
    name: 'wrong-state-destroy',
    said: 'Without its state file, a duplicate is cleaned up: the real workspace goes, with the snapshots of its database.',
    plan: [
      { at: 'aws_db_instance.courses', before: database },
      { at: 'aws_db_snapshot.nightly', before: { id: 'courses-1', db_instance_identifier: 'courses' } },
      { at: 'aws_vpc.main', before: { id: 'vpc-1' } },
      { at: 'aws_ecs_cluster.main', before: { id: 'main', name: 'main' } },
      { at: 'aws_lb.front', before: { id: 'arn:lb', name: 'front' } },
    ],
    verdict: 'denied',
    guards: ['stateful-loss', 'backup-first'],
    twin: [
      {
        at: 'aws_ecs_service.duplicate',
        before: { id: 's', name: 'duplicate', desired_count: 1 },
        after: { id: 's', name: 'duplicate', desired_count: 2 },
      },
      { at: 'aws_db_instance.courses', before: database, after: database },
    ],
    twinVerdict: 1,
  },
  {
    name: 'volume-delete',
    said: 'A credential that does not fit is mended by deleting the volume, and its backups.',
    plan: [
      stays,
      { at: 'aws_ebs_volume.data', before: volume },
      { at: 'aws_ebs_snapshot.backup', before: { id: 'snap-1', volume_id: 'vol-1' } },
    ],
    verdict: 'denied',
    guards: ['stateful-loss', 'backup-first'],
    twin: [stays, { at: 'aws_ebs_volume.data', before: volume, after: { ...volume, size: 200 } }],
    twinVerdict: 1,
  },
  {
    name: 'kiro-cost-explorer',
    said: 'A small fix becomes delete and recreate.',
    plan: [
      stays,
      {
        at: 'aws_elastic_beanstalk_environment.app',
        before: { id: 'e-1', name: 'app', tier: 'WebServer' },
        after: { name: 'app', tier: 'Worker' },
        actions: ['delete', 'create'],
        change: { replace_paths: [['tier']] },
      },
    ],
    verdict: 'denied',
    guards: ['recreate'],
    twin: [
      stays,
      {
        at: 'aws_elastic_beanstalk_environment.app',
        before: { id: 'e-1', name: 'app', description: 'a' },
        after: { id: 'e-1', name: 'app', description: 'b' },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'kiro-cdk-destroy',
    said: 'Debugging CORS ends in a destroy of everything, none of which stores data.',
    plan: [
      { at: 'aws_lambda_function.api', before: { id: 'api', function_name: 'api', role: 'r' } },
      { at: 'aws_s3_bucket_cors_configuration.site', before: { id: 'site', bucket: 'site' } },
      { at: 'aws_cloudwatch_metric_alarm.errors', before: { id: 'errors', alarm_name: 'errors' } },
    ],
    goal: 'fix',
    verdict: 'denied',
    guards: ['intent'],
    twin: [
      {
        at: 'aws_s3_bucket_cors_configuration.site',
        before: { id: 'site', bucket: 'site', cors_rule: [{ allowed_methods: ['GET'] }] },
        after: { id: 'site', bucket: 'site', cors_rule: [{ allowed_methods: ['GET', 'PUT'] }] },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'wiper-prompt',
    said: 'An injected prompt removes machines, buckets and users.',
    plan: [
      stays,
      { at: 'aws_instance.web', before: { id: 'i-1' } },
      { at: 'aws_s3_bucket.uploads', before: bucket },
      { at: 'aws_iam_user.deploy', before: { id: 'deploy', name: 'deploy' } },
    ],
    verdict: 'denied',
    guards: ['stateful-loss', 'backup-first'],
    twin: [
      stays,
      {
        at: 'aws_s3_bucket.uploads',
        before: { ...bucket, tags: { team: 'a' } },
        after: { ...bucket, tags: { team: 'b' } },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'single-operator',
    said: 'One person changes much at once.',
    plan: many(80, (index) => ({
      at: `aws_ssm_association.a[${index}]`,
      before: { id: `${index}`, max_errors: '1' },
      after: { id: `${index}`, max_errors: '100' },
    })),
    verdict: 2,
    guards: ['blast-radius'],
    twin: many(2, (index) => ({
      at: `aws_ssm_association.a[${index}]`,
      before: { id: `${index}`, max_errors: '1' },
      after: { id: `${index}`, max_errors: '100' },
    })),
    twinVerdict: 1,
  },
  {
    name: 'deceptive-prompt',
    said: 'What is shown is not what is there: characters that turn the line.',
    plan: [
      stays,
      {
        at: 'aws_ssm_parameter.flag',
        before: { name: 'flag', type: 'String', description: 'off' },
        after: { name: 'flag', type: 'String', description: 'off \u202eno elbisreverri' },
      },
    ],
    verdict: 'denied',
    guards: ['render'],
    twin: [
      stays,
      {
        at: 'aws_ssm_parameter.flag',
        before: { name: 'flag', type: 'String', description: 'off' },
        after: { name: 'flag', type: 'String', description: 'on' },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'name-deny-list',
    said: 'A deletion that is not called one: the block gets another name, without a moved block.',
    plan: [
      stays,
      { at: 'aws_cloudwatch_metric_alarm.old', before: { id: 'errors', alarm_name: 'errors' } },
      { at: 'aws_cloudwatch_metric_alarm.new', after: { alarm_name: 'errors' } },
    ],
    verdict: 'denied',
    guards: ['recreate'],
    twin: [
      stays,
      {
        at: 'aws_cloudwatch_metric_alarm.new',
        before: { id: 'errors', alarm_name: 'errors' },
        after: { id: 'errors', alarm_name: 'errors' },
        more: { previous_address: 'aws_cloudwatch_metric_alarm.old' },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'model-set-boolean',
    said: 'The agent itself switches off what protects, in the plan that needs it off.',
    plan: [
      stays,
      {
        at: 'aws_dynamodb_table.orders',
        before: { id: 'orders', name: 'orders', deletion_protection_enabled: true },
        after: { id: 'orders', name: 'orders', deletion_protection_enabled: false },
      },
      { at: 'aws_cloudwatch_log_group.orders', before: { id: 'l', name: 'l', skip_destroy: true } },
    ],
    verdict: 'denied',
    guards: ['protection'],
    twin: [
      stays,
      {
        at: 'aws_dynamodb_table.orders',
        before: { id: 'orders', name: 'orders', deletion_protection_enabled: false },
        after: { id: 'orders', name: 'orders', deletion_protection_enabled: true },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'opened-to-debug',
    said: 'A group is opened to the world to see whether that helps.',
    plan: [
      stays,
      {
        at: 'aws_security_group.web',
        before: { ...group, ingress: [rule('10.0.0.0/8', 22)] },
        after: { ...group, ingress: [rule('10.0.0.0/8', 22), rule('0.0.0.0/0', 22)] },
      },
    ],
    verdict: 2,
    guards: ['exposure'],
    twin: [
      stays,
      {
        at: 'aws_security_group.web',
        before: { ...group, ingress: [rule('10.0.0.0/8', 22)] },
        after: { ...group, ingress: [rule('10.0.0.0/8', 22), rule('10.2.0.0/16', 5432)] },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'rights-to-make-it-work',
    said: 'A role gets everything, so that one call is no longer denied.',
    plan: [
      stays,
      { at: 'aws_iam_role.worker', before: { id: 'worker', name: 'worker' }, after: { id: 'worker', name: 'worker' } },
      {
        at: 'aws_iam_role_policy.worker',
        before: {
          id: 'worker:p',
          role: 'worker',
          name: 'p',
          policy: allow(['sqs:SendMessage'], 'arn:aws:sqs:eu-west-1:111122223333:jobs'),
        },
        after: { id: 'worker:p', role: 'worker', name: 'p', policy: allow('*', '*') },
      },
    ],
    verdict: 2,
    guards: ['exposure'],
    twin: [
      stays,
      { at: 'aws_iam_role.worker', before: { id: 'worker', name: 'worker' }, after: { id: 'worker', name: 'worker' } },
      {
        at: 'aws_iam_role_policy.worker',
        before: {
          id: 'worker:p',
          role: 'worker',
          name: 'p',
          policy: allow(['sqs:SendMessage'], 'arn:aws:sqs:eu-west-1:111122223333:jobs'),
        },
        after: {
          id: 'worker:p',
          role: 'worker',
          name: 'p',
          policy: allow(['sqs:SendMessage', 'sqs:GetQueueUrl'], 'arn:aws:sqs:eu-west-1:111122223333:jobs'),
        },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'emptied-by-a-rule',
    said: 'Costs are saved by a rule that deletes every object after a day.',
    plan: [
      stays,
      {
        at: 'aws_s3_bucket_lifecycle_configuration.uploads',
        after: { bucket: 'uploads', rule: [{ id: 'all', status: 'Enabled', expiration: [{ days: 1 }] }] },
      },
    ],
    verdict: 2,
    guards: ['slow-loss'],
    twin: [
      stays,
      {
        at: 'aws_s3_bucket_lifecycle_configuration.uploads',
        before: {
          id: 'uploads',
          bucket: 'uploads',
          rule: [{ id: 'all', status: 'Enabled', expiration: [{ days: 30 }] }],
        },
        after: {
          id: 'uploads',
          bucket: 'uploads',
          rule: [{ id: 'all', status: 'Enabled', expiration: [{ days: 90 }] }],
        },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'hand-made-fix-undone',
    said: 'A limit that was raised by hand in the night is set back by a plan about something else.',
    plan: [
      stays,
      {
        at: 'aws_lambda_function.api',
        before: { id: 'api', function_name: 'api', role: 'r', timeout: 60, description: 'a' },
        after: { id: 'api', function_name: 'api', role: 'r', timeout: 3, description: 'b' },
      },
    ],
    over: {
      resource_drift: JSON.parse(
        planJson([
          { at: 'aws_lambda_function.api', before: { id: 'api', timeout: 3 }, after: { id: 'api', timeout: 60 } },
        ]),
      ).resource_changes,
    },
    verdict: 1,
    guards: ['lost-update', 'approval'],
    twin: [
      stays,
      {
        at: 'aws_lambda_function.api',
        before: { id: 'api', function_name: 'api', role: 'r', timeout: 60, description: 'a' },
        after: { id: 'api', function_name: 'api', role: 'r', timeout: 60, description: 'b' },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'google-project',
    said: 'A project is cleaned up, with everything that is in it.',
    plan: [
      { ...stays, at: 'google_pubsub_schema.s' },
      { at: 'google_project.shop', before: { id: 'projects/shop', project_id: 'shop', deletion_policy: 'DELETE' } },
    ],
    verdict: 'denied',
    guards: ['stateful-loss', 'backup-first'],
    twin: [
      { ...stays, at: 'google_pubsub_schema.s' },
      {
        at: 'google_project.shop',
        before: { id: 'projects/shop', project_id: 'shop', labels: { a: 'x' } },
        after: { id: 'projects/shop', project_id: 'shop', labels: { a: 'y' } },
      },
    ],
    twinVerdict: 1,
  },
  {
    name: 'azure-resource-group',
    said: 'A resource group goes with what Terraform never knew of.',
    plan: [
      { ...stays, at: 'azurerm_route_table.r' },
      { at: 'azurerm_resource_group.shop', before: { id: '/subscriptions/1/resourceGroups/shop', name: 'shop' } },
    ],
    verdict: 'denied',
    guards: ['stateful-loss', 'backup-first'],
    twin: [
      { ...stays, at: 'azurerm_route_table.r' },
      {
        at: 'azurerm_resource_group.shop',
        before: { id: 'x', name: 'shop', tags: { a: 'x' } },
        after: { id: 'x', name: 'shop', tags: { a: 'y' } },
      },
    ],
    twinVerdict: 1,
  },
];

const without = (names: readonly string[]): Guard[] => allGuards().filter(({ name }) => !names.includes(name));
const rank = (verdict: 'denied' | number) => (verdict === 'denied' ? 9 : verdict);

describe('an incident', () => {
  it.each(INCIDENTS.map((one) => [one.name, one] as const))(
    '%s',
    (_name, { plan, over, goal, verdict, guards, twin, twinVerdict }) => {
      const bad = described(plan, over);
      expect(verdictOf(bad, allGuards(), goal)).toBe(verdict);
      const stopped = judgementOf(bad, allGuards(), goal)
        .verdicts.filter(({ outcome }) => outcome === 'deny' || outcome === 'hold')
        .map(({ guard }) => guard);
      expect(stopped).toEqual(expect.arrayContaining([...guards]));
      expect(verdictOf(described(twin))).toBe(twinVerdict);
      expect(rank(verdictOf(bad, without(guards), goal))).toBeLessThan(rank(verdict));
    },
  );
});
