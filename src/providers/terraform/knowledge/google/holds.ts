/**
 * What types of hashicorp/google hold.
 *
 * Source `page`: schema and page of each resource in hashicorp/terraform-provider-google at e03b762 (7.46.0-dev,
 * 2026-08-21); each name was checked against 6.50.0 (@cdktf/provider-google 16.12.1). What is lost with a type: from memory
 * of the services' documentation where the page does not say it.
 */
import type { HoldsRow } from '../rows/holds.ts';

const PAGE = 'schema and page of each resource, hashicorp/google e03b762 (7.46.0-dev, 2026-08-21)';
const MEMORY = 'names of hashicorp/google 6.50.0; what they hold, from memory of the documentation of Google Cloud';

export const GOOGLE_HOLDS: readonly HoldsRow[] = [
  {
    holds: 'data',
    noBackup: false,
    source: PAGE,
    types: `
      alloydb_cluster alloydb_instance artifact_registry_repository backup_dr_backup_vault bigquery_dataset bigquery_table
      bigtable_instance bigtable_table compute_disk compute_instance compute_region_disk container_cluster
      dataproc_metastore_service filestore_instance firestore_database firestore_document healthcare_dataset
      logging_project_bucket_config memorystore_instance netapp_volume project pubsub_subscription pubsub_topic
      redis_cluster redis_instance secret_manager_secret secret_manager_secret_version secure_source_manager_repository
      spanner_database spanner_instance sql_database sql_database_instance storage_bucket storage_bucket_object
      storage_managed_folder`,
  },
  {
    holds: 'data',
    noBackup: true,
    source: `The resource is itself a recovery point: ${PAGE}`,
    types: 'alloydb_backup compute_image compute_snapshot filestore_backup',
  },
  {
    holds: 'data',
    noBackup: false,
    source: MEMORY,
    types: `
      apigee_environment_keyvaluemaps apigee_environment_keyvaluemaps_entries apigee_organization biglake_catalog biglake_database
      biglake_table cloudbuildv2_repository composer_environment compute_instance_from_template compute_storage_pool
      container_aws_cluster container_azure_cluster container_registry dataplex_lake dataplex_zone dataproc_cluster datastream_stream
      dialogflow_agent dialogflow_cx_agent discovery_engine_data_store document_ai_processor eventarc_message_bus
      firebase_data_connect_service gke_backup_backup_plan gkeonprem_bare_metal_cluster gkeonprem_vmware_cluster
      healthcare_consent_store healthcare_dicom_store healthcare_fhir_store healthcare_hl7_v2_store healthcare_workspace
      logging_billing_account_bucket_config logging_folder_bucket_config logging_organization_bucket_config looker_instance
      lustre_instance managed_kafka_cluster managed_kafka_topic ml_engine_model monitoring_dashboard netapp_backup_vault
      netapp_storage_pool notebooks_instance notebooks_runtime oracle_database_autonomous_database
      oracle_database_cloud_vm_cluster parallelstore_instance parameter_manager_parameter parameter_manager_parameter_version
      parameter_manager_regional_parameter parameter_manager_regional_parameter_version pubsub_lite_subscription
      pubsub_lite_topic secret_manager_regional_secret secret_manager_regional_secret_version secure_source_manager_instance
      sourcerepo_repository spanner_instance_partition storage_folder vertex_ai_dataset vertex_ai_feature_online_store
      vertex_ai_featurestore vertex_ai_featurestore_entitytype vertex_ai_index vertex_ai_tensorboard vmwareengine_cluster
      vmwareengine_private_cloud workbench_instance`,
  },
  {
    holds: 'data',
    noBackup: true,
    source: `The resource is itself a recovery point: ${MEMORY}`,
    types: 'compute_instant_snapshot filestore_snapshot netapp_backup netapp_volume_snapshot',
  },
  {
    holds: 'identity',
    noBackup: true,
    source: PAGE,
    types: `
      apikeys_key cloud_identity_group_membership compute_address compute_project_metadata compute_ssl_certificate
      dns_managed_zone dns_record_set folder iam_deny_policy iam_workload_identity_pool_provider kms_crypto_key
      kms_crypto_key_version kms_key_ring privateca_ca_pool privateca_certificate_authority service_account
      service_account_key sql_user storage_bucket_acl storage_hmac_key`,
  },
  {
    holds: 'identity',
    noBackup: true,
    source: MEMORY,
    types: `
      access_context_manager_access_policy active_directory_domain alloydb_user apigee_envgroup apigee_environment apigee_instance
      apigee_nat_address app_engine_application bigquery_connection certificate_manager_certificate
      certificate_manager_dns_authorization cloud_identity_group cloud_run_domain_mapping clouddomains_registration
      compute_backend_bucket_signed_url_key compute_backend_service_signed_url_key compute_external_vpn_gateway
      compute_global_address compute_ha_vpn_gateway compute_interconnect compute_interconnect_attachment
      compute_managed_ssl_certificate compute_public_advertised_prefix compute_public_delegated_prefix
      compute_region_ssl_certificate compute_vpn_gateway endpoints_service gke_hub_fleet gke_hub_membership iam_oauth_client
      iam_workforce_pool iam_workforce_pool_provider iam_workload_identity_pool iap_brand iap_client identity_platform_config
      identity_platform_oauth_idp_config identity_platform_tenant kms_ekm_connection os_login_ssh_public_key
      privateca_certificate public_ca_external_account_key recaptcha_enterprise_key spanner_instance_config sql_ssl_cert
      tags_tag_key tags_tag_value vertex_ai_endpoint vertex_ai_index_endpoint vmwareengine_external_address vpc_access_connector`,
  },
  {
    holds: 'nothing',
    noBackup: false,
    source: PAGE,
    types: `
      access_context_manager_service_perimeter cloud_run_v2_job cloud_run_v2_service cloudfunctions2_function
      cloudfunctions_function compute_firewall compute_firewall_policy_rule compute_forwarding_rule
      compute_global_forwarding_rule compute_network compute_security_policy compute_subnetwork container_node_pool
      logging_project_sink memcache_instance org_policy_policy project_service resource_manager_lien`,
  },
  {
    holds: 'nothing',
    noBackup: false,
    source: `Configuration only: ${MEMORY}`,
    types: `
      access_context_manager_access_level access_context_manager_service_perimeter_resource app_engine_firewall_rule
      billing_budget bigquery_data_transfer_config bigquery_reservation bigquery_reservation_assignment bigquery_routine bigtable_app_profile
      bigtable_gc_policy binary_authorization_attestor binary_authorization_policy certificate_manager_certificate_map
      certificate_manager_certificate_map_entry cloud_run_service cloud_scheduler_job cloud_tasks_queue cloudbuild_trigger
      cloudbuild_worker_pool clouddeploy_delivery_pipeline clouddeploy_target compute_attached_disk compute_autoscaler
      compute_backend_bucket compute_backend_service compute_disk_resource_policy_attachment compute_firewall_policy
      compute_firewall_policy_association compute_global_network_endpoint compute_global_network_endpoint_group
      compute_health_check compute_http_health_check compute_https_health_check compute_instance_group
      compute_instance_group_manager compute_instance_template compute_network_endpoint compute_network_endpoint_group
      compute_network_firewall_policy compute_network_firewall_policy_association compute_network_firewall_policy_rule
      compute_network_peering compute_network_peering_routes_config compute_packet_mirroring compute_project_metadata_item
      compute_region_autoscaler compute_region_backend_service compute_region_health_check
      compute_region_instance_group_manager compute_region_network_endpoint_group compute_region_network_firewall_policy
      compute_region_network_firewall_policy_rule compute_region_security_policy compute_region_ssl_policy
      compute_region_target_http_proxy compute_region_target_https_proxy compute_region_url_map compute_reservation
      compute_resource_policy compute_resource_policy_attachment compute_route compute_router compute_router_interface
      compute_router_nat compute_router_peer compute_security_policy_rule compute_service_attachment
      compute_shared_vpc_host_project compute_shared_vpc_service_project compute_ssl_policy compute_target_grpc_proxy
      compute_target_http_proxy compute_target_https_proxy compute_target_instance compute_target_pool
      compute_target_ssl_proxy compute_target_tcp_proxy compute_url_map compute_vpn_tunnel dataflow_job
      dataproc_autoscaling_policy dataproc_workflow_template dns_policy dns_response_policy dns_response_policy_rule
      eventarc_trigger firebaserules_release firebaserules_ruleset firestore_backup_schedule firestore_field firestore_index
      folder_organization_policy iap_settings logging_folder_sink logging_log_view logging_metric
      logging_organization_exclusion logging_organization_sink logging_project_exclusion monitoring_alert_policy
      monitoring_custom_service monitoring_group monitoring_metric_descriptor monitoring_notification_channel monitoring_slo
      monitoring_uptime_check_config netapp_backup_policy network_connectivity_hub network_connectivity_spoke
      network_security_authz_policy network_services_gateway org_policy_custom_constraint organization_policy
      os_config_patch_deployment project_default_service_accounts project_organization_policy pubsub_schema
      scc_notification_config service_networking_connection spanner_backup_schedule storage_notification storage_transfer_job
      tags_tag_binding workflows_workflow storage_default_object_acl storage_object_acl storage_bucket_access_control
      storage_object_access_control storage_default_object_access_control bigquery_dataset_access`,
  },
];
