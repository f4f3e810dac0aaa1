/**
 * Marks: what an effect does besides its kind. Found by `knowledge/marks` from the resource before and after,
 * judged by guards, shown to people. A mark is a fact about one property; it never makes an effect milder.
 */
import { z } from 'zod';

export const MARK_KINDS = [
  // What it does to the resource itself, mildest of consequence last.
  'expire', // data will be gone by itself: TTL, retention shortened, lifecycle, backups or versioning off
  'disable', // it stops doing its work: key disabled, capacity to zero, trail or rule off
  'disconnect', // traffic to it is cut: listener, route, record, subnet, permission removed
  'unprotect', // a protection is lowered: termination, deletion policy, stack policy, backup, logging
  'expose', // more of the world reaches it, or a principal may do more
  'protect', // a protection is raised
  // What it does beyond the resource.
  'deputy', // it runs code or calls APIs under a role
  'reach', // it attaches to something outside its stack
  'unpinned', // something is read again only at execution
  'overwrite', // it would erase live values that the plan does not mention (drift, whole-value writes)
] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

export const markSchema = z.strictObject({
  kind: z.enum(MARK_KINDS),
  /** Template path below the resource: `Properties.RetentionInDays`. */
  path: z.string(),
  /** The fact in one sentence, safe to show. */
  text: z.string(),
  /**
   * deputy: how far what it runs can go. `own_stack`: its role, as written in this template, reaches only resources
   * of this stack. `named`: it also hands items or messages to things of this account that it names one by one.
   * `unbounded`: further, or the role is not in the template. `direct_api`: the target itself is
   * any call of the cloud's API.
   */
  bound: z.enum(['own_stack', 'named', 'unbounded', 'direct_api']).optional(),
  /** deputy: the role. expose: the principal that gains. */
  principal: z.string().optional(),
  /** reach, expose: the thing outside that it touches. `stack`: who owns it; null: nobody; absent: not resolved. */
  target: z.strictObject({ id: z.string(), stack: z.string().nullable().optional() }).optional(),
  /** unpinned: is code read again, a value, or an output that another stack keeps? */
  reads: z.enum(['code', 'value', 'output']).optional(),
  /** expose: those outside that would be sent data: accounts, hosts, buckets, addresses; of logs and findings alone? */
  receives: z.strictObject({ names: z.array(z.string()), logs: z.boolean() }).optional(),
  /** expose: the network range that gains, normalised. Ports -1: all. */
  network: z
    .strictObject({ range: z.string(), protocol: z.string(), fromPort: z.number().int(), toPort: z.number().int() })
    .optional(),
});
export type Mark = z.infer<typeof markSchema>;
