/**
 * Protections whose default, or whose being there, depends on the version of the provider. A plan has the values that its
 * own version fills in, and judgements read those: these rows are for people, and for the documentation.
 *
 * Source: schema and upgrade guides of hashicorp/google e03b762 (7.46.0-dev) and hashicorp/azurerm 69697b7 (5.2.0),
 * 2026-08-21.
 */
export interface VersionRow {
  type: string;
  attribute: string;
  standard: string;
  since: string;
}

const TABLE = `
google_sql_database_instance | deletion_protection | true, in the provider alone | 3.44.0
google_sql_database_instance | settings.deletion_protection_enabled | false, in the API | 4.48.0
google_bigquery_table | deletion_protection | true, in the provider alone | 3.58.0
google_bigtable_instance | deletion_protection | true, in the provider alone | 3.22.0
google_spanner_database | deletion_protection | true, in the provider alone | 3.45.0
google_alloydb_cluster | deletion_protection | true | 7.0.0
google_redis_instance | deletion_protection | unset, which does not protect although the page says so | 7.8.0
google_redis_cluster | deletion_protection_enabled | true, in the API | 6.0.0
google_memcache_instance | deletion_protection | unset, which does not protect | 7.7.0
google_filestore_instance | deletion_protection_enabled | unset, in the API | 6.4.0
google_container_cluster | deletion_protection | true, in the provider alone | 5.0.0
google_cloud_run_v2_service | deletion_protection | true | 6.0.0
google_cloud_run_v2_job | deletion_protection | true | 6.0.0
google_secret_manager_secret | deletion_protection | false | 6.43.0
google_project | deletion_policy | PREVENT | 6.0.0
google_folder | deletion_protection | true | 6.0.0
google_project_service | disable_on_destroy | true until 6.x, unset since | 7.0.0
google_storage_bucket_object | deletion_policy | DELETE; ABANDON keeps the object | 6.47.0
google_compute_disk | deletion_policy | DELETE; on nearly every type | 7.33.0
google_firestore_database | deletion_policy | ABANDON: the plan says delete, the cloud keeps it | any
google_privateca_certificate_authority | deletion_protection | true | 4.20.0
google_dataproc_metastore_service | deletion_protection | unset, in the API | 6.4.0
google_secure_source_manager_repository | deletion_policy | PREVENT; DELETE before | 7.0.0
azurerm_storage_account | allow_nested_items_to_be_public | true until 4.x, false since | 5.0.0
azurerm_key_vault | rbac_authorization_enabled | required; enable_rbac_authorization before | 5.0.0
azurerm_recovery_services_vault | soft_delete_enabled | removed | 5.0.0
azurerm_databricks_workspace | custom_parameters.no_public_ip | true | 4.0.0
`;

export const VERSIONS: readonly VersionRow[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [type = '', attribute = '', standard = '', since = ''] = line.split(' | ');
    return { type, attribute, standard, since };
  });
