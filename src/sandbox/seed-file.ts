/** A world from a file: what a test or a demonstration wants to be there, in YAML or JSON. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CountersignError } from '../core/errors.ts';
import { advanceStacks } from './cloudformation/engine.ts';
import { cloudformation } from './cloudformation/index.ts';
import { requireStack } from './cloudformation/model.ts';
import { knowledge } from './cloudformation/target.ts';
import { makeInstance } from './ec2/model.ts';
import { putSsmParameter, putTemplateObject } from './seed.ts';
import { SandboxFault } from './service.ts';
import type { World } from './world.ts';

const texts = z.record(z.string(), z.string()).default({});
const seedFileSchema = z.strictObject({
  region: z.string().default('eu-west-1'),
  /** Files, relative to this one, under the URLs at which TemplateURL finds them. */
  template_objects: texts,
  ssm_parameters: texts,
  stacks: z
    .array(
      z.strictObject({
        name: z.string(),
        /** Relative to this file. */
        template_file: z.string(),
        parameters: texts,
        tags: texts,
        termination_protection: z.boolean().default(false),
      }),
    )
    .default([]),
  instances: z
    .array(
      z.strictObject({
        type: z.string(),
        tags: texts,
        state: z.enum(['running', 'stopped']).default('running'),
        termination_protection: z.boolean().default(false),
      }),
    )
    .default([]),
});

/** @throws CountersignError CONFIG_INVALID for a file that cannot be read, or a stack that does not come up. */
export function seedFromFile(world: World, path: string): void {
  const beside = (name: string) => readText(resolve(dirname(path), name));
  const read = seedFileSchema.safeParse(parse(readText(path)));
  if (!read.success) throw unusable(path, z.prettifyError(read.error));
  const { region, template_objects, ssm_parameters, stacks, instances } = read.data;
  const place = { account: world.account, region };
  for (const [url, file] of Object.entries(template_objects)) putTemplateObject(world, url, beside(file));
  for (const [name, value] of Object.entries(ssm_parameters)) putSsmParameter(world, place, name, value);
  for (const { type, tags, state, termination_protection: protection } of instances)
    makeInstance(world, { region, type, tags: pairs(tags), state, protection });
  for (const { name, template_file, parameters, tags, termination_protection } of stacks) {
    const input = {
      StackName: name,
      TemplateBody: beside(template_file),
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Tags: pairs(tags),
      Capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
      EnableTerminationProtection: termination_protection,
    };
    const caller = { ...place, arn: `arn:aws:iam::${place.account}:user/seed`, accessKeyId: 'seed' };
    try {
      cloudformation.operations.CreateStack!(world, input, caller);
    } catch (error) {
      if (error instanceof SandboxFault) throw unusable(path, `stack ${name}: ${error.message}`);
      throw error;
    }
    advanceStacks(world, knowledge);
    const { status, statusReason } = requireStack(world, name, place);
    if (status !== 'CREATE_COMPLETE') throw unusable(path, `stack ${name} ended in ${status}: ${statusReason ?? ''}`);
  }
}

const pairs = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw unusable(path, 'it cannot be read');
  }
}

const unusable = (path: string, what: string) =>
  new CountersignError(
    'CONFIG_INVALID',
    `The seed file ${path} cannot be used: ${what}.`,
    'Mend it; docs/sandbox.md has its form.',
  );
