/**
 * What keeps a resource of hashicorp/azurerm that is deleted: it stands in the `features` of the provider's block, outside
 * of the resource.
 *
 * INVARIANT: without the block, or where a value in it is not written out, nothing keeps anything.
 * Source: the page "features block" of hashicorp/azurerm 69697b7 (5.2.0, 2026-08-21) and its defaults.
 */
import { isMembers } from '../../../../core/leaves.ts';
import type { Fate, Resource, Values } from '../judgement.ts';

/** Types | path in `features` | default | value that keeps it | what then stays. */
const TABLE = `
key_vault | key_vault.purge_soft_delete_on_destroy | true | false | Snapshot
key_vault_key | key_vault.purge_soft_deleted_keys_on_destroy | true | false | Snapshot
key_vault_secret | key_vault.purge_soft_deleted_secrets_on_destroy | true | false | Snapshot
key_vault_certificate | key_vault.purge_soft_deleted_certificates_on_destroy | true | false | Snapshot
key_vault_managed_hardware_security_module | key_vault.purge_soft_deleted_hardware_security_modules_on_destroy | true | false | Snapshot
api_management | api_management.purge_soft_delete_on_destroy | true | false | Snapshot
app_configuration | app_configuration.purge_soft_delete_on_destroy | true | false | Snapshot
cognitive_account | cognitive_account.purge_soft_delete_on_destroy | true | false | Snapshot
log_analytics_workspace | log_analytics_workspace.permanently_delete_on_destroy | false | false | Snapshot
machine_learning_workspace | machine_learning.purge_soft_deleted_workspace_on_destroy | false | false | Snapshot
backup_protected_vm | recovery_service.vm_backup_stop_protection_and_retain_data_on_destroy | false | true | Retain
linux_virtual_machine windows_virtual_machine | virtual_machine.delete_os_disk_on_deletion | true | false | Retain
subscription | subscription.prevent_cancellation_on_destroy | false | true | Retain
`;
/** The same, of what refuses the deletion. */
const GUARDS = `
resource_group | resource_group.prevent_deletion_if_contains_resources | true | true | features.resource_group.prevent_deletion_if_contains_resources is on, and a deletion fails while something is in it
netapp_volume | netapp.prevent_volume_destruction | true | true | features.netapp.prevent_volume_destruction is on
`;

interface Row {
  path: string;
  standard: string;
  keeps: string;
  then: string;
}
const rowsOf = (table: string): ReadonlyMap<string, Row> =>
  new Map(
    table
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [types = '', path = '', standard = '', keeps = '', then = ''] = line.split(' | ');
        return types.split(' ').map((name): [string, Row] => [`azurerm_${name}`, { path, standard, keeps, then }]);
      }),
  );
const keeping = rowsOf(TABLE);
const guarding = rowsOf(GUARDS);

/** A block is a list of one. */
const blockIn = (value: unknown, name: string): unknown => {
  const block = Array.isArray(value) ? value[0] : value;
  return isMembers(block) ? block[name] : undefined;
};

function holdsOf({ provider }: Resource, row: Row | undefined): boolean {
  if (row === undefined || provider.features === undefined) return false;
  const value = row.path.split('.').reduce<unknown>(blockIn, provider.features);
  return String(value ?? row.standard) === row.keeps;
}

export function fateOf(resource: Resource): Fate {
  const [row, guard] = [keeping.get(resource.type), guarding.get(resource.type)];
  const before: Values = resource.before ?? {};
  const guardedBy = holdsOf(resource, guard) ? { guardedBy: guard!.then } : {};
  if (row && holdsOf(resource, row) && !isPurged(before))
    return {
      attribute: `features.${row.path} is ${row.keeps}`,
      effective: row.then as Fate['effective'],
      ...guardedBy,
    };
  // The other way round: disks of the old type stay, unless it says otherwise.
  if (
    resource.type === 'azurerm_virtual_machine' &&
    isOff(before.delete_os_disk_on_termination) &&
    isOff(before.delete_data_disks_on_termination)
  )
    return { attribute: 'delete_os_disk_on_termination is false', effective: 'Retain' };
  return { attribute: 'no attribute that keeps it', effective: 'Delete', ...guardedBy };
}

const isOff = (value: unknown): boolean => value === undefined || String(value) === 'false';
/** A vault that was made without soft deletion has none. */
const isPurged = ({ soft_delete_enabled: soft }: Values): boolean => String(soft) === 'false';
