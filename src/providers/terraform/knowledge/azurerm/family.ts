/** hashicorp/azurerm. */
import type { Mark } from '../../../../core/mark.ts';
import { makeVisibleLine } from '../../../../core/render-safe.ts';
import type { MarkContext } from '../../../aws/knowledge/marks/finder.ts';
import type { Family, Resource } from '../judgement.ts';
import { deputyMarks } from '../rows/deputies.ts';
import { familyOfRows } from '../rows/family.ts';
import { judgedTypes } from '../rows/holds.ts';
import { isUnknown } from '../unknown-value.ts';
import { fateOf } from './fates.ts';
import { firewallMarks } from './firewall.ts';
import { AZURERM_HOLDS } from './holds.ts';
import { AZURERM_ROWS } from './rows.ts';

const types = judgedTypes('azurerm', AZURERM_HOLDS);

const PROTECTS: ReadonlySet<string> = new Set(
  `management_lock monitor_diagnostic_setting monitor_metric_alert monitor_activity_log_alert network_watcher_flow_log
backup_policy_vm backup_policy_file_share backup_protected_vm data_protection_backup_policy_disk policy_definition
subscription_policy_assignment resource_group_policy_assignment resource_policy_assignment management_group_policy_assignment
security_center_subscription_pricing web_application_firewall_policy cdn_frontdoor_firewall_policy
cdn_frontdoor_security_policy subnet_network_security_group_association network_interface_security_group_association
storage_container_immutability_policy mssql_server_extended_auditing_policy mssql_server_security_alert_policy
advanced_threat_protection storage_account_network_rules security_center_auto_provisioning security_center_setting
security_center_storage_defender mssql_database_extended_auditing_policy storage_account_customer_managed_key`
    .split(/\s+/)
    .map((name) => `azurerm_${name}`),
);

/** Type | what it runs or as whom | where its identity stands. Source: the pages of the resources, 69697b7 (5.2.0). */
const DEPUTIES = `
azurerm_linux_virtual_machine | identity custom_data user_data | identity.identity_ids
azurerm_windows_virtual_machine | identity custom_data user_data | identity.identity_ids
azurerm_virtual_machine_extension | settings protected_settings publisher type | virtual_machine_id
azurerm_virtual_machine_run_command | source | virtual_machine_id
azurerm_linux_web_app | identity | identity.identity_ids
azurerm_windows_web_app | identity | identity.identity_ids
azurerm_linux_function_app | identity | identity.identity_ids
azurerm_windows_function_app | identity | identity.identity_ids
azurerm_container_app | identity | identity.identity_ids
azurerm_container_group | identity | identity.identity_ids
azurerm_automation_runbook | content publish_content_link | automation_account_name
azurerm_logic_app_workflow | identity workflow_parameters | identity.identity_ids
azurerm_data_factory | identity | identity.identity_ids
azurerm_kubernetes_cluster | identity | identity.identity_ids
azurerm_resource_deployment_script_azure_cli | script_content primary_script_uri identity | identity.identity_ids
azurerm_resource_deployment_script_azure_power_shell | script_content primary_script_uri identity | identity.identity_ids
`;
const deputies = deputyMarks(DEPUTIES);

/** Source: azurerm_role_assignment, 69697b7 (5.2.0): an assignment adds, and is replaced by any change. */
function assignmentMarks({ type, before, after }: Resource): Mark[] {
  if (type !== 'azurerm_role_assignment') return [];
  const text = (value: unknown) =>
    value === undefined || isUnknown(value as never)
      ? 'what is unknown until execution'
      : makeVisibleLine(String(value));
  if (after === null)
    return [
      {
        kind: 'disable',
        path: 'role_definition_name',
        text: `${text(before?.principal_id)} can no longer act on ${text(before?.scope)} with ${text(before?.role_definition_name ?? before?.role_definition_id)}.`,
      },
    ];
  if (
    before !== null &&
    ['principal_id', 'scope', 'role_definition_name', 'role_definition_id'].every(
      (name) => before[name] === after[name],
    )
  )
    return [];
  const principal = text(after.principal_id);
  return [
    {
      kind: 'expose',
      path: 'role_definition_name',
      text: `Principal ${principal} can newly act on ${text(after.scope)} with the role ${text(after.role_definition_name ?? after.role_definition_id)}.`,
      principal,
    },
  ];
}

const besides = (resource: Resource, context: MarkContext): Mark[] => [
  ...assignmentMarks(resource),
  ...firewallMarks(resource, context),
  ...deputies(resource, context),
];

export const azurerm: Family = familyOfRows({
  prefix: 'azurerm',
  judge: (type) => types.get(type),
  rows: AZURERM_ROWS,
  fate: fateOf,
  besides,
  protects: PROTECTS,
});
