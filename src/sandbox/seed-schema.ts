/** The shape of a described world: a seed file's, and a policy test's `world:`. */
import { z } from 'zod';
import { faultSchema } from './faults.ts';
import { SANDBOX_ACCOUNT } from './world.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const tags = z.record(z.string(), scalar).default({});
const accountId = z.string().regex(/^\d{12}$/, 'twelve digits, in quotes');
const idOf = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}[0-9a-f]{8,17}$`), `${prefix} and 8 to 17 hex digits`);
/** Where a thing is, when it is not where the rest is. */
const place = { account: accountId.optional(), region: z.string().optional() };

const snapshotSchema = z.strictObject({
  id: idOf('snap-').optional(),
  age_hours: z.number().nonnegative().default(0),
  tags,
});
export const volumeSchema = z.strictObject({
  id: idOf('vol-').optional(),
  size_gib: z.int().positive(),
  encrypted: z.boolean().default(false),
  tags,
  snapshots: z.array(snapshotSchema).default([]),
});
export const ruleSchema = z.strictObject({
  /** A range, an id of a group or prefix list, or the name of a group above. */
  peer: z.string(),
  protocol: z.string().default('tcp'),
  /** One port or a range: 443, "8000-8100". Without: all. */
  ports: scalar.pipe(z.string().regex(/^\d+(?:-\d+)?$/)).optional(),
  description: z.string().optional(),
});

/** Paths are relative to the file. */
export const worldSchema = z.strictObject({
  account: accountId.default(SANDBOX_ACCOUNT),
  region: z.string().default('eu-west-1'),
  /** One or more: only these can be assumed. */
  iam_roles: z.array(z.string().startsWith('arn:')).default([]),
  ssm_parameters: z
    .record(
      z.string(),
      z.union([
        scalar.transform((value) => ({ type: 'String' as const, value })),
        z.strictObject({ type: z.enum(['String', 'StringList', 'SecureString']).default('String'), value: scalar }),
      ]),
    )
    .default({}),
  /** URL: file. */
  template_objects: z.record(z.url(), z.string()).default({}),
  vpcs: z
    .array(z.strictObject({ ...place, id: idOf('vpc-'), cidr: z.string().default('10.0.0.0/16'), tags }))
    .default([]),
  security_groups: z
    .array(
      z.strictObject({
        ...place,
        id: idOf('sg-').optional(),
        name: z.string(),
        description: z.string().default(''),
        vpc_id: z.string().optional(),
        tags,
        ingress: z.array(ruleSchema).default([]),
        egress: z.array(ruleSchema).optional(),
      }),
    )
    .default([]),
  /** In this order: what exports stands before what imports. */
  stacks: z
    .array(
      z.strictObject({
        ...place,
        name: z.string(),
        template: z.union([z.string(), z.record(z.string(), z.json())]).optional(),
        template_file: z.string().optional(),
        parameters: z.record(z.string(), scalar).default({}),
        tags,
        termination_protection: z.boolean().default(false),
        stack_policy: z.record(z.string(), z.json()).optional(),
        role_arn: z.string().optional(),
        /** The state it is left in by its own creation. */
        status: z.enum(['CREATE_COMPLETE', 'ROLLBACK_COMPLETE']).default('CREATE_COMPLETE'),
      }),
    )
    .default([]),
  instances: z
    .array(
      z.strictObject({
        ...place,
        id: idOf('i-').optional(),
        name: z.string().optional(),
        type: z.string().default('t3.micro'),
        state: z.enum(['running', 'stopped']).default('running'),
        root_device: z.enum(['ebs', 'instance-store']).default('ebs'),
        termination_protection: z.boolean().default(false),
        stop_protection: z.boolean().default(false),
        auto_scaling_group: z.string().optional(),
        /** `aws:` tags too: an instance that a deleted stack has left behind carries them. */
        tags,
        /** Names or ids. */
        security_groups: z.array(z.string()).default([]),
        /** The first is the root. `keep`: it outlives the instance. */
        volumes: z.array(volumeSchema.extend({ keep: z.boolean().optional() })).optional(),
      }),
    )
    .default([]),
  volumes: z.array(volumeSchema.extend(place)).default([]),
  /** What else uses a group: load balancers, functions, endpoints. */
  network_interfaces: z
    .array(
      z.strictObject({
        ...place,
        id: idOf('eni-').optional(),
        description: z.string(),
        private_ip: z.ipv4().default('172.31.0.10'),
        security_groups: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  faults: z.array(faultSchema).default([]),
});
/** As written. */
export type WorldDescription = z.input<typeof worldSchema>;
/** As read. */
export type DescribedWorld = z.output<typeof worldSchema>;
