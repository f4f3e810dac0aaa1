/** hashicorp/google and hashicorp/google-beta. */
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext } from '../../../aws/knowledge/marks/finder.ts';
import type { Family, Fate, Resource } from '../judgement.ts';
import { deputyMarks } from '../rows/deputies.ts';
import { familyOfRows } from '../rows/family.ts';
import { judgedTypes } from '../rows/holds.ts';
import { firewallMarks } from './firewall.ts';
import { GOOGLE_HOLDS } from './holds.ts';
import { grantMarks, judgedGrant } from './iam.ts';
import { GOOGLE_ROWS } from './rows.ts';

const types = judgedTypes('google', GOOGLE_HOLDS);

/** Types whose deletion leaves the object in the cloud. Source: the page of google_kms_key_ring, e03b762. */
const STAYS: ReadonlySet<string> = new Set(['google_kms_key_ring']);

/** The values of the state decide: `ABANDON` keeps the object, `PREVENT` refuses the deletion. */
function fate({ type, before }: Resource): Fate {
  const values = before ?? {};
  const policy = String(values.deletion_policy ?? '').toUpperCase();
  if (STAYS.has(type)) return { attribute: 'the cloud does not delete it', effective: 'Retain' };
  if (policy === 'ABANDON' || policy === 'DISABLE')
    return { attribute: `deletion_policy ${policy}`, effective: 'Retain' };
  const isOn = (value: unknown) => /^true$/i.test(String(value));
  const settings = (Array.isArray(values.settings) ? values.settings[0] : undefined) as
    | Record<string, unknown>
    | undefined;
  const guards = [
    ...(policy === 'PREVENT' ? ['deletion_policy is PREVENT'] : []),
    ...(isOn(values.deletion_protection) ||
    isOn(values.deletion_protection_enabled) ||
    isOn(settings?.deletion_protection_enabled)
      ? ['Deletion protection is on']
      : []),
    ...(String(values.force_destroy) === 'false' || String(values.delete_contents_on_destroy) === 'false'
      ? ['force_destroy is off, and a deletion fails while something is in it']
      : []),
  ];
  const copy = isOn(values.create_snapshot_before_destroy)
    ? 'create_snapshot_before_destroy'
    : isOn(settings?.retain_backups_on_delete)
      ? 'settings.retain_backups_on_delete'
      : undefined;
  return {
    attribute: copy ?? 'no attribute that keeps it',
    effective: copy === undefined ? 'Delete' : 'Snapshot',
    ...(guards[0] === undefined ? {} : { guardedBy: guards[0] }),
  };
}

const PROTECTS: ReadonlySet<string> = new Set(
  `resource_manager_lien logging_project_sink logging_organization_sink logging_folder_sink org_policy_policy organization_policy
project_organization_policy folder_organization_policy compute_security_policy access_context_manager_service_perimeter
binary_authorization_policy iam_deny_policy gke_backup_backup_plan spanner_backup_schedule firestore_backup_schedule
backup_dr_backup_plan backup_dr_backup_plan_association monitoring_alert_policy scc_notification_config netapp_backup_policy
compute_disk_resource_policy_attachment compute_firewall_policy_association compute_network_firewall_policy_association
compute_security_policy_rule logging_metric`
    .split(/\s+/)
    .map((name) => `google_${name}`),
);

/** Type | what it runs or as whom | where its account stands. Source: the pages of the resources, e03b762. */
const DEPUTIES = `
google_compute_instance | service_account metadata_startup_script metadata.startup-script | service_account.email
google_compute_instance_template | service_account metadata_startup_script metadata.startup-script | service_account.email
google_cloudfunctions_function | source_archive_object source_archive_bucket source_repository service_account_email entry_point | service_account_email
google_cloudfunctions2_function | build_config service_config.service_account_email | service_config.service_account_email
google_cloud_run_v2_service | template.service_account | template.service_account
google_cloud_run_v2_job | template.template.service_account | template.template.service_account
google_cloud_run_service | template.spec.service_account_name | template.spec.service_account_name
google_cloudbuild_trigger | build filename git_file_source service_account | service_account
google_workflows_workflow | source_contents service_account | service_account
google_cloud_scheduler_job | http_target pubsub_target app_engine_http_target | http_target.oauth_token.service_account_email
google_composer_environment | config.node_config.service_account | config.node_config.service_account
google_dataproc_cluster | cluster_config.gce_cluster_config.service_account cluster_config.initialization_action | cluster_config.gce_cluster_config.service_account
google_container_node_pool | node_config.service_account | node_config.service_account
google_dataflow_job | template_gcs_path parameters service_account_email | service_account_email
google_notebooks_instance | service_account post_startup_script | service_account
`;

const deputies = deputyMarks(DEPUTIES);

function besides(resource: Resource, context: MarkContext, all: readonly Resource[]): Mark[] {
  return [...grantMarks(resource, all), ...firewallMarks(resource, context), ...deputies(resource, context)];
}

export const google: Family = familyOfRows({
  prefix: 'google',
  judge: (type) => types.get(type) ?? judgedGrant(type),
  rows: GOOGLE_ROWS,
  fate,
  besides,
  protects: PROTECTS,
});
