/** What the tools of AWS are given and ask for: plain summaries of the cloud, in our words. */
import { z } from 'zod';
import type { Environment } from '../../core/environment.ts';
import type { Page, Place } from '../../core/ports.ts';

export interface StackSummary {
  stack: string;
  stack_id: string;
  status: string;
  updated_at: string;
  environment: Environment | 'out_of_scope';
}
export interface InstanceSummary {
  instance_id: string;
  name: string;
  state: string;
  instance_type: string;
  owner: string;
  volumes: { volume_id: string; deleted_with_instance: boolean }[];
  /** Only of instances that were named: AWS tells them one instance at a time. */
  protections?: ('termination' | 'stop')[];
  /** Only of instances that were named. */
  tags?: Record<string, string>;
}
export interface SecurityGroupSummary {
  group_id: string;
  name: string;
  vpc_id: string;
  owner: string;
  rules: string[];
  /** In lists the first are told; of groups that were named, all. */
  more_rules?: number;
  /** Rules that let the whole internet in. */
  open_to_world: string[];
  /** Network interfaces and what they belong to. */
  used_by: string[];
  more_users?: number;
}
export interface VolumeSummary {
  volume_id: string;
  state: string;
  size_gib: number;
  owner: string;
  attached_to: { instance_id: string; deleted_with_instance: boolean }[];
  newest_snapshot: { snapshot_id: string; completed_at: string } | null;
}
export type StackPart = 'resources' | 'outputs' | 'parameters' | 'events' | 'template' | 'drift' | 'dependents';
/** Reads only; its clients hold no permit at all. */
export interface CloudReader {
  stacks(
    place: Place,
    query: { namePrefix?: string; status?: string; cursor?: string; limit: number },
  ): Promise<Page<StackSummary>>;
  stack(
    place: Place,
    name: string,
    parts: { include: StackPart[]; logicalIds: string[]; cursor?: string },
  ): Promise<Record<string, unknown>>;
  instances(
    place: Place,
    query: { ids?: string[]; tag?: string; cursor?: string; limit: number },
  ): Promise<Page<InstanceSummary>>;
  securityGroups(
    place: Place,
    query: { ids?: string[]; vpcId?: string; cursor?: string; limit: number },
  ): Promise<Page<SecurityGroupSummary>>;
  volumes(
    place: Place,
    query: { ids?: string[]; instanceId?: string; cursor?: string; limit: number },
  ): Promise<Page<VolumeSummary>>;
}

export const INSTANCE_ACTIONS = ['start', 'stop', 'reboot', 'terminate'] as const;
export type InstanceAction = (typeof INSTANCE_ACTIONS)[number];

export const templateRequestSchema = z.strictObject({
  stack: z.string(),
  template: z.string().optional(),
  templateFile: z.string().optional(),
  /** Name or ARN of a change set that another tool prepared. */
  changeSet: z.string().optional(),
  parameters: z.record(z.string(), z.string()).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  capabilities: z.array(z.string()).optional(),
});
export type TemplateRequest = z.infer<typeof templateRequestSchema>;
/** Sets or removes what `path` names; exactly one of the two. */
export const templateEditSchema = z.strictObject({
  path: z.string(),
  value: z.json().optional(),
  remove: z.boolean().optional(),
});
export type TemplateEdit = z.infer<typeof templateEditSchema>;
export const stackUpdateRequestSchema = templateRequestSchema.extend({
  set: z.array(templateEditSchema).optional(),
  /** Id of a change: back to what the stack was before it. */
  undo: z.string().optional(),
});
export type StackUpdateRequest = z.infer<typeof stackUpdateRequestSchema>;
