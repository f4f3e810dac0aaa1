import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { seedFromFile } from '../../src/sandbox/seed-file.ts';
import { openWorld } from '../../src/sandbox/world.ts';
import { queue, template } from './cloudformation-client.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-seed-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const open = (seed: string) => {
  const path = join(home, 'seed.yaml');
  writeFileSync(path, seed);
  return openWorld(home, { pace: 0, seed: (world) => seedFromFile(world, path) });
};

it('fills a world with stacks, nested ones too, parameters and instances', () => {
  writeFileSync(join(home, 'child.yaml'), template({ Q: queue() }));
  writeFileSync(
    join(home, 'root.yaml'),
    template(
      {
        Child: '{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "https://t/child.yaml" } }',
        T: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref P } }',
      },
      'Parameters: { P: { Type: AWS::SSM::Parameter::Value<String> } }',
    ),
  );
  const store = open(`
template_objects: { "https://t/child.yaml": child.yaml }
ssm_parameters: { /name: Costs }
stacks:
  - { name: root, template_file: root.yaml, parameters: { P: /name }, tags: { team: costs }, termination_protection: true }
instances:
  - { type: t3.micro, tags: { Name: bastion }, termination_protection: true }
`);
  store.transact((world) => {
    expect(world.list('instance')).toMatchObject([{ type: 't3.micro', terminationProtection: true }]);
    expect(world.list('stack').sort()).toMatchObject([
      { name: 'root', status: 'CREATE_COMPLETE', terminationProtection: true, tags: { team: 'costs' } },
      { status: 'CREATE_COMPLETE', parentId: expect.stringContaining(':stack/root/') },
    ]);
  });
  store.close();
});

it.each([
  ['stacks: [{ name: a }]', /template_file/],
  ['nothing: 1', /nothing/],
  ['stacks: [{ name: a, template_file: none.yaml }]', /none.yaml cannot be used: it cannot be read/],
])('refuses %s with what is wrong', (seed, words) => {
  expect(() => open(seed)).toThrow(words);
});

it('refuses a stack that does not come up', () => {
  writeFileSync(
    join(home, 'bad.yaml'),
    template({ A: '{ Type: AWS::SNS::Topic, Metadata: { CountersignSandbox: { fail: no capacity } } }' }),
  );
  expect(() => open('stacks: [{ name: a, template_file: bad.yaml }]')).toThrow(/ROLLBACK_COMPLETE/);
});
