/** From the words of a plan to effects, subject, picture and notes. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/digest.ts';
import { describePlan, parsePlanJson } from '../../../src/providers/terraform/effects/index.ts';
import { described, keyed, planJson, type Row } from './builders.ts';

const TABLE = 'aws_dynamodb_table.orders';
const table = { id: 'orders', name: 'orders', billing_mode: 'PAY_PER_REQUEST' };
const one = (row: Partial<Row>, over: Record<string, Json> = {}) => {
  const { effects } = described([{ at: TABLE, ...row }], over);
  expect(effects.length).toBeLessThanOrEqual(1);
  return effects[0];
};

describe('the kind of an effect', () => {
  it.each<[string, Partial<Row>, object]>([
    ['create', { after: table }, { kind: 'create', reversibility: 'reversible', physicalId: 'orders' }],
    [
      'update',
      { before: table, after: { ...table, billing_mode: 'PROVISIONED' } },
      { kind: 'update', reversibility: 'reversible', interrupts: 'unknown' },
    ],
    [
      'tags alone',
      { before: { ...table, tags: { a: 'x' } }, after: { ...table, tags: { a: 'y' } } },
      { kind: 'tag', tagKeys: ['a'] },
    ],
    ['delete', { before: table }, { kind: 'delete', reversibility: 'irreversible', physicalId: 'orders' }],
    [
      'replace, the old one first',
      {
        before: table,
        after: { ...table, name: 'x' },
        actions: ['delete', 'create'],
        change: { replace_paths: [['name']] },
      },
      { kind: 'replace', reversibility: 'irreversible' },
    ],
    [
      'replace, the new one first',
      { before: table, after: { ...table, name: 'x' }, actions: ['create', 'delete'] },
      { kind: 'replace', reversibility: 'irreversible' },
    ],
    [
      'forget',
      { before: table, actions: ['forget'] },
      { kind: 'delete', reversibility: 'recoverable', retention: { effective: 'Retain' } },
    ],
    [
      'replace and forget',
      { before: table, after: { ...table, name: 'x' }, actions: ['create', 'forget'] },
      { kind: 'replace', retention: { effective: 'Retain' } },
    ],
    [
      'import',
      { before: table, after: table, change: { importing: { id: 'orders' } } },
      {
        kind: 'update',
        properties: [{ path: 'importing', after: 'orders', replaces: 'never' }],
        marks: [expect.objectContaining({ kind: 'reach', target: { id: 'orders' } })],
      },
    ],
    [
      'import by identity',
      { before: table, after: table, change: { importing: { identity: { name: 'orders' } } } },
      { kind: 'update', marks: [expect.objectContaining({ kind: 'reach' })] },
    ],
    [
      'moved',
      { before: table, after: table, more: { previous_address: 'aws_dynamodb_table.old' } },
      {
        kind: 'update',
        interrupts: 'no',
        properties: [{ path: 'address', before: 'aws_dynamodb_table.old', after: TABLE, replaces: 'never' }],
      },
    ],
    [
      'a deposed object',
      { before: table, more: { deposed: 'abcd1234' } },
      { kind: 'delete', logicalId: `${TABLE} (deposed abcd1234)` },
    ],
  ])('%s', (_what, row, expected) => {
    expect(one(row)).toMatchObject({
      type: 'aws_dynamodb_table',
      logicalId: TABLE,
      holds: 'data',
      owner: { kind: 'workspace', name: 'prod' },
      ...expected,
    });
  });
  it('nothing', () => {
    expect(one({ before: table, after: table })).toBeUndefined();
  });
  it('says why it is replaced, and by which attribute', () => {
    const replaced = one({
      before: table,
      after: { ...table, name: 'x' },
      actions: ['delete', 'create'],
      change: { replace_paths: [['name']] },
      more: { action_reason: 'replace_because_cannot_update' },
    });
    expect(replaced?.why).toContain('Reason: a change of it cannot be made in place.');
    expect(replaced?.properties).toContainEqual({ path: 'name', before: 'orders', after: 'x', replaces: 'always' });
  });
  it.each(['replace_because_tainted', 'replace_by_request', 'replace_by_triggers', 'delete_because_no_module'])(
    '%s has words',
    (action_reason) => {
      expect(one({ before: table, more: { action_reason } })?.why).toMatch(/Reason: \w+ /);
    },
  );
  it.each(['registry.terraform.io/acme/aws', 'registry.terraform.io/hashicorp/awsome', undefined])(
    'is unknown where %s provides it',
    (provider_name) => {
      const json = JSON.parse(planJson([{ at: TABLE, before: table }]));
      Object.assign(json.resource_changes[0], { provider_name });
      const plan = parsePlanJson(JSON.stringify(json), { tool: 'terraform' });
      const { effects } = describePlan(plan, { workspace: 'prod', keyed });
      expect(effects[0]).toMatchObject({ kind: 'delete', holds: 'unknown', reversibility: 'unknown' });
    },
  );
  it.each(['registry.opentofu.org/hashicorp/aws', 'hashicorp/aws', 'aws'])(
    'is known where %s provides it',
    (provider) => {
      expect(one({ before: table, provider })?.holds).toBe('data');
    },
  );
  it.each<[string, string, NonNullable<Row['after']>, string | undefined]>([
    ['a machine', 'aws_instance.a', { instance_type: 'm5.24xlarge' }, 'm5.24xlarge'],
    [
      'a database of Google Cloud',
      'google_sql_database_instance.a',
      { settings: [{ tier: 'db-n1-standard-96' }] },
      'db-n1-standard-96',
    ],
    [
      'a cluster of Azure',
      'azurerm_kubernetes_cluster.a',
      { default_node_pool: [{ vm_size: 'Standard_D64' }] },
      'Standard_D64',
    ],
    ['a queue', 'aws_sqs_queue.a', { name: 'q' }, undefined],
  ])('has the size of %s', (_what, at, after, expected) => {
    expect(described([{ at, after }]).effects[0]?.size).toBe(expected);
  });
  it('has a size that no policy lists where it is not known', () => {
    const row = { at: 'aws_instance.a', after: {}, unknown: { instance_type: true } };
    const written = { instance_type: { references: ['terraform_data.x.output', 'terraform_data.x'] } };
    expect(described([{ ...row, written }]).effects[0]?.size).toBe('unknown until execution');
  });
  it('sorts the worst first', () => {
    const rows: Row[] = [
      { at: 'aws_iam_group.a', after: { name: 'a' } },
      { at: TABLE, before: table },
      { at: 'aws_sqs_queue.q', before: { name: 'q', delay_seconds: 1 }, after: { name: 'q', delay_seconds: 2 } },
    ];
    expect(described(rows).effects.map(({ kind }) => kind)).toEqual(['delete', 'update', 'create']);
  });
  it('finds the block of an instance in a module', () => {
    const { effects } = described([{ at: 'module.a["x.y[0]"].aws_dynamodb_table.t["k"]', before: table }]);
    expect(effects[0]).toMatchObject({ logicalId: 'module.a["x.y[0]"].aws_dynamodb_table.t["k"]', holds: 'data' });
  });
});

describe('what is about the workspace', () => {
  const made = { at: TABLE, after: table };
  it('a first plan creates it', () => {
    expect(described([made])).toMatchObject({
      action: 'create',
      subject: { lifecycle: 'new', resourceCount: 0, itself: { type: 'terraform_workspace', ids: ['prod'] } },
    });
  });
  it.each<[string, Row[], Record<string, Json>]>([
    ['with something in the state', [made, { at: 'aws_sqs_queue.q', before: { name: 'q' }, after: { name: 'q' } }], {}],
    ['that takes something over', [{ ...made, before: table, change: { importing: { id: 'x' } } }], {}],
    ['that creates and takes over', [{ ...made, change: { importing: { id: 'x' } } }], {}],
    [
      'whose state was changed outside',
      [made],
      { resource_drift: JSON.parse(planJson([{ at: 'aws_sqs_queue.q', before: { name: 'q' } }])).resource_changes },
    ],
    ['with a deposed object', [made, { at: 'aws_sqs_queue.q', before: { name: 'q' }, more: { deposed: 'x' } }], {}],
  ])('it is not new %s', (_what, rows, over) => {
    expect(described(rows, over)).toMatchObject({ action: 'update', subject: { lifecycle: 'live' } });
  });
  it('a plan that takes everything away deletes it', () => {
    expect(described([{ at: TABLE, before: table }])).toMatchObject({
      action: 'delete',
      subject: { lifecycle: 'live', resourceCount: 1 },
    });
    expect(
      described([
        { at: TABLE, before: table },
        { at: 'aws_sqs_queue.q', before: { name: 'q' }, after: { name: 'q' } },
      ]).action,
    ).toBe('update');
  });
  it('outputs are one thing', () => {
    const change = (before: Json, after: Json) => ({
      actions: ['update'],
      before,
      after,
      after_unknown: false,
      before_sensitive: false,
      after_sensitive: false,
    });
    const { effects, picture } = described([], {
      output_changes: { url: change('a', 'b'), same: { ...change('x', 'x'), actions: ['no-op'] } },
    });
    expect(effects).toMatchObject([
      {
        type: 'terraform_workspace',
        kind: 'update',
        physicalId: 'prod',
        properties: [{ path: 'outputs.url', before: 'a', after: 'b' }],
      },
    ]);
    expect(picture?.things).toEqual([
      {
        kind: 'stack',
        id: '',
        type: 'terraform_workspace',
        before: { outputs: { url: 'a' } },
        after: { outputs: { url: 'b' } },
      },
    ]);
  });
});

describe('what is told besides', () => {
  const drifted = (before: Json, after: Json, at = TABLE) => ({
    resource_drift: JSON.parse(planJson([{ at, before: before as never, after: after as never }])).resource_changes,
  });
  it('a change outside of the workspace', () => {
    const { notes } = described([], drifted({ a: 1, b: 1 }, { a: 2, b: 1 }));
    expect(notes).toEqual([`${TABLE} was changed outside of the workspace: a.`]);
  });
  it('a deletion outside of the workspace', () => {
    expect(described([], drifted(table, null)).notes).toEqual([`${TABLE} was deleted outside of the workspace.`]);
  });
  it('that a change outside is changed back', () => {
    const rows: Row[] = [{ at: TABLE, before: { ...table, read_capacity: 50 }, after: { ...table, read_capacity: 5 } }];
    const { effects } = described(rows, drifted({ ...table, read_capacity: 5 }, { ...table, read_capacity: 50 }));
    expect(effects[0]?.marks).toContainEqual(expect.objectContaining({ kind: 'overwrite', path: 'read_capacity' }));
    const other = described(rows, drifted({ ...table, other: 5 }, { ...table, other: 50 }));
    expect(other.effects[0]?.marks.filter(({ kind }) => kind === 'overwrite')).toEqual([]);
  });
  it('what is read only when it is applied', () => {
    const data: Row = { at: 'data.aws_ami.latest', after: { owners: ['self'] }, actions: ['read'] };
    const machine: Row = {
      at: 'aws_instance.a',
      after: { instance_type: 't3.micro' },
      unknown: { ami: true },
      written: { ami: { references: ['data.aws_ami.latest.id', 'data.aws_ami.latest'] } },
    };
    const { notes, effects } = described([data, machine]);
    expect(notes).toEqual(['Read only when the plan is applied: data.aws_ami.latest.']);
    expect(effects).toMatchObject([
      {
        logicalId: 'aws_instance.a',
        marks: expect.arrayContaining([
          expect.objectContaining({ kind: 'unpinned', reads: 'value', path: 'data.aws_ami.latest' }),
        ]),
      },
    ]);
  });
  it('checks that did not pass', () => {
    const check = (status: string) => ({
      address: { kind: 'check', to_display: `check.${status}` },
      status,
      instances: [],
    });
    expect(described([], { checks: ['pass', 'fail', 'unknown', 'error'].map(check) }).notes).toEqual([
      'The check check.fail has the status fail.',
      'The check check.unknown is decided only when the plan is applied.',
      'The check check.error has the status error.',
    ]);
  });
  it('types that nobody judged, by name', () => {
    const { notes, effects } = described([{ at: 'acme_rocket.a', after: { x: 1 } }]);
    expect(notes).toEqual(['1 resource type is not in the tables and judged as the worst case: acme_rocket.']);
    expect(effects[0]?.holds).toBe('unknown');
  });
});

describe('the account', () => {
  const arn = (account: string) => `arn:aws:sqs:eu-west-1:${account}:q`;
  const queue = (account: string, name = 'q'): Row => {
    const values = { name, arn: arn(account) };
    return { at: `aws_sqs_queue.${name}`, before: values, after: values, written: { name: { constant_value: name } } };
  };
  const grant: Row = {
    at: 'aws_lambda_permission.p',
    after: { function_name: 'f', action: 'lambda:InvokeFunction', principal: 'arn:aws:iam::111122223333:root' },
  };
  const told = (rows: Row[]) => {
    const plan = parsePlanJson(planJson(rows), { tool: 'terraform' });
    return JSON.stringify(describePlan(plan, { workspace: 'prod', keyed }).effects.flatMap(({ marks }) => marks));
  };
  it('is the one that all of the workspace is in', () => {
    expect(told([grant, queue('111122223333')])).not.toContain('another account');
    expect(told([grant, queue('111122223333')])).not.toBe(told([grant, queue('444455556666')]));
  });
  it('is none where they differ, or where somebody wrote it', () => {
    const unknown = told([grant]);
    expect(told([grant, queue('111122223333'), queue('444455556666', 'r')])).toBe(unknown);
    expect(told([grant, { ...queue('111122223333'), written: { arn: { constant_value: 'x' } } }])).toBe(unknown);
    expect(told([grant, { ...queue('111122223333'), written: null }])).toBe(unknown);
  });
});

describe('the picture', () => {
  it('has every leaf that differs, opened', () => {
    const policy = (action: string) => JSON.stringify({ Statement: [{ Effect: 'Allow', Action: action }] });
    const { effects, picture } = described([
      {
        at: 'aws_iam_policy.p',
        before: { name: 'p', policy: policy('s3:Get*') },
        after: { name: 'p', policy: policy('s3:*') },
      },
    ]);
    expect(effects[0]?.properties).toEqual([
      { path: 'policy.Statement.0.Action', before: 's3:Get*', after: 's3:*', replaces: 'never' },
    ]);
    expect(picture?.things).toMatchObject([
      { kind: 'resource', id: 'aws_iam_policy.p', type: 'aws_iam_policy', before: { name: 'p' }, after: { name: 'p' } },
    ]);
  });
  it('says what is known only later', () => {
    const { effects, picture } = described([
      { at: TABLE, before: table, after: { ...table, read_capacity: 2 }, unknown: { arn: true } },
    ]);
    expect(JSON.stringify(picture)).toContain('${known after apply}');
    expect(effects[0]?.properties).toContainEqual({ path: 'arn', after: '${known after apply}', replaces: 'never' });
  });
  it('leaves out what only stands beside', () => {
    const { picture } = described([
      { at: TABLE, before: table, after: table },
      { at: 'aws_sqs_queue.q', after: { name: 'q' } },
    ]);
    expect(picture?.things.map(({ id }) => id)).toEqual(['aws_sqs_queue.q']);
  });
  it('shows text that runs on a host to people alone', () => {
    const { effects } = described([
      { at: 'aws_instance.a', before: { id: 'i', user_data: 'echo a' }, after: { id: 'i', user_data: 'echo b' } },
    ]);
    expect(effects[0]?.properties).toContainEqual({
      path: 'user_data',
      before: 'echo a',
      after: 'echo b',
      replaces: 'never',
      peopleOnly: true,
    });
  });
});

const SECRET = 'Corr3ct-Horse!Battery';
const plainly = (plan: ReturnType<typeof described>) => JSON.stringify(plan);
describe('a sensitive value', () => {
  const elsewhere: Row = {
    at: 'aws_ssm_parameter.b',
    after: { name: 'b', value: `copy ${SECRET}`, description: Buffer.from(`user:${SECRET}`).toString('base64') },
  };
  it.each<[string, Row[], Record<string, Json>]>([
    [
      'by the tree of after',
      [
        { at: 'aws_db_instance.a', after: { name: 'a', admin: SECRET }, sensitive: { after: { admin: true } } },
        elsewhere,
      ],
      {},
    ],
    [
      'by the tree of before',
      [
        { at: 'aws_db_instance.a', before: { name: 'a', admin: SECRET }, sensitive: { before: { admin: true } } },
        elsewhere,
      ],
      {},
    ],
    [
      'within a list',
      [
        {
          at: 'aws_db_instance.a',
          after: { users: [{ word: 'x' }, { word: SECRET }] },
          sensitive: { after: { users: [{}, { word: true }] } },
        },
        elsewhere,
      ],
      {},
    ],
    [
      'as a whole',
      [
        { at: 'aws_db_instance.a', after: { users: { word: SECRET } }, sensitive: { after: { users: true } } },
        elsewhere,
      ],
      {},
    ],
    [
      'of an output',
      [elsewhere],
      {
        output_changes: {
          word: {
            actions: ['create'],
            before: null,
            after: SECRET,
            after_unknown: false,
            before_sensitive: false,
            after_sensitive: true,
          },
        },
      },
    ],
    [
      'of a variable',
      [elsewhere],
      {
        variables: { word: { value: SECRET } },
        configuration: { root_module: { variables: { word: { sensitive: true } } } },
      },
    ],
    [
      'that is a default',
      [elsewhere],
      {
        configuration: {
          root_module: {
            module_calls: { m: { module: { variables: { word: { sensitive: true, default: SECRET } } } } },
          },
        },
      },
    ],
    [
      'of the state',
      [elsewhere],
      {
        prior_state: {
          values: {
            root_module: {
              child_modules: [
                {
                  resources: [
                    { address: 'x.y', type: 'x', values: { word: SECRET }, sensitive_values: { word: true } },
                  ],
                },
              ],
            },
          },
        },
      },
    ],
    [
      'of what changed outside',
      [elsewhere],
      {
        resource_drift: JSON.parse(
          planJson([
            { at: 'x_y.z', before: { word: SECRET }, after: { word: 'other' }, sensitive: { before: { word: true } } },
          ]),
        ).resource_changes,
      },
    ],
    ['by its name alone', [{ at: 'aws_db_instance.a', after: { password: SECRET } }], {}],
    [
      'that is a number',
      [
        { at: 'aws_db_instance.a', after: { pin: 8675309 }, sensitive: { after: { pin: true } } },
        {
          at: 'aws_ssm_parameter.b',
          after: { name: SECRET, value: 'pin 8675309' },
          sensitive: { after: { name: true } },
        },
      ],
      {},
    ],
    [
      'within a document',
      [
        {
          at: 'aws_db_instance.a',
          after: { all: JSON.stringify({ word: SECRET }) },
          sensitive: { after: { all: true } },
        },
        elsewhere,
      ],
      {},
    ],
    [
      'in the name of a member',
      [
        {
          at: 'aws_db_instance.a',
          after: { admin: SECRET, tags: { [`k-${SECRET}`]: 'v' } },
          sensitive: { after: { admin: true } },
        },
      ],
      {},
    ],
    [
      'in a mark',
      [
        {
          at: 'aws_security_group_rule.a',
          after: {
            type: 'ingress',
            security_group_id: 'sg-1',
            cidr_blocks: ['0.0.0.0/0'],
            protocol: 'tcp',
            from_port: 1,
            to_port: 1,
            description: SECRET,
          },
        },
        {
          at: 'aws_sns_topic_subscription.s',
          after: { protocol: 'https', endpoint: `https://example.com/${SECRET}`, topic_arn: SECRET },
          sensitive: { after: { topic_arn: true } },
        },
      ],
      {},
    ],
  ])('%s is nowhere', (_what, rows, over) => {
    const told = plainly(described(rows, over));
    for (const form of [SECRET, Buffer.from(SECRET).toString('base64').slice(0, -4), encodeURIComponent(SECRET)])
      expect(told).not.toContain(form);
    expect(told).not.toContain('8675309');
    expect(told).toMatch(/\*{4}\([0-9a-f]{8}\)/);
  });
  it('looks equal where it is equal, and another where it is another', () => {
    const password = (before: string, after: string): Row => ({
      at: 'aws_db_instance.a',
      before: { name: 'a', size: 1, word: before },
      after: { name: 'a', size: 2, word: after },
      sensitive: { before: { word: true }, after: { word: true } },
    });
    expect(described([password(SECRET, SECRET)]).effects[0]?.properties.map(({ path }) => path)).toEqual(['size']);
    expect(described([password(SECRET, `${SECRET}2`)]).effects[0]?.properties.map(({ path }) => path)).toEqual([
      'size',
      'word',
    ]);
  });
  it('is not told in text that runs on a host', () => {
    const told = plainly(
      described([{ at: 'aws_instance.a', after: { user_data: `#!/bin/sh\nexport DB_PASSWORD=${SECRET}\n` } }]),
    );
    expect(told).not.toContain(SECRET);
    expect(told).toContain('DB_PASSWORD');
  });
  it('does not hide plain words', () => {
    const rows: Row[] = [
      {
        at: 'aws_db_instance.a',
        after: { flag: true, word: 'true', name: 'true' },
        sensitive: { after: { word: true } },
      },
    ];
    expect(JSON.stringify(described(rows).picture)).toContain('"name":"true"');
  });
  it('is no word by which an effect is judged', () => {
    const rows: Row[] = [
      { at: TABLE, before: { ...table, tags: { environment: 'production' } }, actions: ['delete'] },
      {
        at: 'aws_kms_key.k',
        before: { is_enabled: true, tags: { environment: 'a' } },
        after: { is_enabled: false, tags: { environment: 'b' } },
      },
      { at: 'google_storage_bucket_iam_member.m', after: { bucket: 'b', role: 'roles/owner', member: 'allUsers' } },
    ];
    const words = [
      'data',
      'identity',
      'nothing',
      'irreversible',
      'delete',
      'update',
      'create',
      'expose',
      'disable',
      'Delete',
      'environment',
      'unknown',
      'PhysicalName',
      'stack',
      'prod',
      'terraform_workspace',
      'aws_kms_key',
    ];
    const hiding = {
      variables: { words: { value: words } },
      configuration: { root_module: { variables: { words: { sensitive: true } } } },
    };
    const judgedBy = (plan: ReturnType<typeof described>) =>
      plan.effects.map(
        ({ kind, type, logicalId, holds, reversibility, retention, tagKeys, owner, marks, properties }) => [
          kind,
          type,
          logicalId,
          holds,
          reversibility,
          retention?.effective,
          tagKeys,
          owner,
          marks.map((mark) => [mark.kind, mark.path]),
          properties.map(({ path }) => path).filter((path) => !path.startsWith('tags')),
        ],
      );
    expect(judgedBy(described(rows, hiding))).toEqual(judgedBy(described(rows)));
    expect(described(rows, hiding).subject).toEqual(described(rows).subject);
  });
  it('does not stop judging', () => {
    const rows: Row[] = [
      {
        at: 'aws_security_group_rule.a',
        after: {
          type: 'ingress',
          security_group_id: 'sg-1',
          cidr_blocks: ['0.0.0.0/0'],
          protocol: 'tcp',
          from_port: 22,
          to_port: 22,
        },
        sensitive: { after: { cidr_blocks: [true] } },
      },
    ];
    expect(described(rows).effects[0]?.marks.map(({ kind }) => kind)).toContain('expose');
  });
});

it('is the same for the same plan', () => {
  const text = planJson([
    { at: TABLE, before: table },
    { at: 'aws_sqs_queue.q', after: { name: 'q' } },
  ]);
  const made = () => describePlan(parsePlanJson(text, { tool: 'tofu' }), { workspace: 'prod', keyed });
  expect(JSON.stringify(made())).toBe(JSON.stringify(made()));
});
