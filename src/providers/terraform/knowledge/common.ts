/**
 * Attributes that protect, or force, under the same name in many types and providers.
 *
 * Source: the attributes of hashicorp/aws 6.25.0, hashicorp/google 6.50.0 and hashicorp/azurerm 4.55.0 (@cdktf/provider-*)
 * that have these names; what each does, from the page of each resource in the providers' documentation.
 */
import { isMembers } from '../../../core/leaves.ts';
import type { Mark } from '../../../core/mark.ts';
import type { Protection } from '../../../core/protection.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import { UNRESOLVED } from '../../aws/template/values.ts';
import type { Values } from './judgement.ts';
import { present } from './present.ts';

/** On protects; to switch it off, or to leave it out, lowers that. */
export const PROTECTING =
  /^(?:deletion_protection|deletion_protection_enabled|deletion_protection_state|delete_protection|delete_protection_enabled|delete_protection_state|enable_deletion_protection|termination_protection|termination_protection_enabled|disable_api_termination|disable_api_stop|enable_drop_protection|prevent_destroy|lock_enabled|purge_protection_enabled|soft_delete_enabled|is_locked|event_based_hold|temporary_hold|immutable|prevent_deletion_if_contains_resources|recover_soft_deleted_\w+|final_snapshot|retain_backups_on_delete|retain_on_delete|skip_destroy|create_snapshot_before_destroy)$/;
/** On lets a deletion take what it would otherwise refuse to take, or keep. */
export const FORCING =
  /^(?:force_destroy|force_delete|force_destroy_\w+|skip_final_snapshot|skip_final_backup|delete_contents_on_destroy|delete_automated_backups|force_overwrite_replica_secret|purge_soft_\w+_on_destroy|skip_shutdown_and_force_delete|force_update_\w+_on_destroy|bypass_policy_lockout_safety_check)$/;

const isOn = (value: unknown): boolean =>
  /^(?:true|enabled|on|delete_protection_enabled|protected|deletion_protection_enabled)$/i.test(String(value));

/** Of a change in place; a replaced resource has no protection that goes on. */
export function commonMarks(before: Values | null, after: Values | null): Mark[] {
  if (!before || !after) return [];
  return [...differing(present(before), present(after), '')];
}

function* differing(before: Values, after: Values, at: string): Generator<Mark> {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[name], after[name]];
    const path = at === '' ? name : `${at}.${name}`;
    const [old, now] = [one(was), one(is)];
    if (isMembers(old) && (isMembers(now) || now === undefined))
      yield* differing(old, (now as Values | undefined) ?? {}, path);
    else if (isMembers(now) && old === undefined) yield* differing({}, now, path);
    else if (name === 'deletion_policy' && policyLevel(is) !== policyLevel(was))
      yield policyLevel(is) < policyLevel(was) ? lowered(path, was, is) : raised(path);
    else if (PROTECTING.test(name) && isOn(was) && !isOn(is)) yield lowered(path, was, is);
    else if (PROTECTING.test(name) && !isOn(was) && isOn(is)) yield raised(path);
    else if (FORCING.test(name) && !isOn(was) && (isOn(is) || is === UNRESOLVED)) yield lowered(path, was, is);
    else if (FORCING.test(name) && isOn(was) && !isOn(is)) yield raised(path);
  }
}

/** A block is a list of one. */
const one = <T>(value: T | T[] | undefined): T | undefined =>
  Array.isArray(value) ? (value.length === 1 ? value[0] : undefined) : value;

const shown = (value: unknown) =>
  value === undefined
    ? 'absent'
    : value === UNRESOLVED
      ? 'a value that is unknown until execution'
      : makeVisibleLine(String(value), 60);
const lowered = (path: string, was: unknown, is: unknown): Mark => ({
  kind: 'unprotect',
  path: makeVisibleLine(path),
  text: `Lowers protection: the resource from a deletion that takes all of it (${makeVisibleLine(path)} ${shown(was)} → ${shown(is)}).`,
});
const raised = (path: string): Mark => ({
  kind: 'protect',
  path: makeVisibleLine(path),
  text: `Raises protection: ${makeVisibleLine(path)}.`,
});

/** What a provider does when the resource is deleted, the mildest last. Absent and unknown: it deletes. */
const POLICIES = ['FORCE', 'DELETE', 'DISABLE', 'ABANDON', 'PREVENT'];
function policyLevel(policy: unknown): number {
  if (policy === UNRESOLVED) return 0;
  const level = POLICIES.indexOf(String(policy).toUpperCase());
  return level < 0 ? 1 : level;
}

/** What protects it, each with a level. */
export function protectionLevels(of: string, values: Values, at = ''): Protection[] {
  return Object.entries(values).flatMap(([name, value]): Protection[] => {
    const [path, inner] = [at === '' ? name : `${at}.${name}`, one(value)];
    if (isMembers(inner)) return protectionLevels(of, inner, path);
    if (name === 'deletion_policy') return [{ of, what: path, level: Math.max(0, policyLevel(value) - 1) }];
    if (PROTECTING.test(name)) return [{ of, what: path, level: isOn(value) ? 1 : 0 }];
    return FORCING.test(name) ? [{ of, what: path, level: isOn(value) ? 0 : 1 }] : [];
  });
}
