/**
 * What types of hashicorp/azurerm hold.
 *
 * Source `page`: schema and page of each resource in hashicorp/terraform-provider-azurerm at 69697b7 (5.2.0, 2026-08-21);
 * each name was checked against 4.55.0 (@cdktf/provider-azurerm 14.23.1). What is lost with a type: from memory of the services' documentation
 * where the page does not say it.
 */
import type { HoldsRow } from '../rows/holds.ts';

const PAGE = 'schema and page of each resource, hashicorp/azurerm 69697b7 (5.2.0, 2026-08-21)';
const MEMORY = 'names of hashicorp/azurerm 4.55.0; what they hold, from memory of the documentation of Azure';

export const AZURERM_HOLDS: readonly HoldsRow[] = [
  {
    holds: 'data',
    noBackup: false,
    source: PAGE,
    types: `
      app_configuration backup_protected_vm container_registry cosmosdb_account cosmosdb_sql_container cosmosdb_sql_database
      data_protection_backup_vault databricks_workspace eventhub eventhub_namespace key_vault_secret kubernetes_cluster
      kusto_cluster linux_virtual_machine log_analytics_workspace machine_learning_workspace managed_disk managed_redis
      mongo_cluster mssql_database mssql_managed_instance mssql_server mysql_flexible_database mysql_flexible_server
      netapp_volume postgresql_flexible_server postgresql_flexible_server_database recovery_services_vault redis_cache
      resource_group search_service servicebus_namespace servicebus_queue shared_image_gallery storage_account storage_blob
      storage_container storage_data_lake_gen2_filesystem storage_management_policy storage_queue storage_share storage_table
      subscription synapse_workspace virtual_machine windows_virtual_machine`,
  },
  {
    holds: 'data',
    noBackup: true,
    source: `The resource is itself a recovery point: ${PAGE}`,
    types: 'snapshot',
  },
  {
    holds: 'data',
    noBackup: false,
    source: MEMORY,
    types: `
      analysis_services_server application_insights backup_container_storage_account backup_protected_file_share
      backup_policy_vm_workload cosmosdb_cassandra_cluster cosmosdb_cassandra_keyspace cosmosdb_cassandra_table
      cosmosdb_gremlin_database cosmosdb_gremlin_graph cosmosdb_mongo_collection cosmosdb_mongo_database
      cosmosdb_postgresql_cluster cosmosdb_table data_protection_backup_instance_blob_storage
      data_protection_backup_instance_disk data_protection_backup_instance_postgresql dashboard_grafana dev_center
      digital_twins_instance elastic_cloud_elasticsearch hdinsight_hadoop_cluster hdinsight_hbase_cluster
      hdinsight_interactive_query_cluster hdinsight_kafka_cluster hdinsight_spark_cluster healthcare_dicom_service
      healthcare_fhir_service healthcare_workspace image kusto_database mariadb_database mariadb_server monitor_workspace
      mssql_managed_database mysql_database mysql_server netapp_account netapp_pool netapp_volume_group_sap_hana
      oracle_autonomous_database orbital_spacecraft postgresql_database postgresql_server purview_account
      redhat_openshift_cluster redis_enterprise_cluster redis_enterprise_database sentinel_watchlist service_fabric_cluster
      servicebus_subscription servicebus_topic shared_image shared_image_version storage_data_lake_gen2_path
      storage_share_directory storage_share_file storage_sync storage_table_entity synapse_sql_pool
      virtual_machine_scale_set vmware_private_cloud linux_virtual_machine_scale_set windows_virtual_machine_scale_set
      elastic_san elastic_san_volume managed_lustre_file_system`,
  },
  {
    holds: 'data',
    noBackup: true,
    source: `The resource is itself a recovery point: ${MEMORY}`,
    types: 'netapp_snapshot virtual_machine_restore_point virtual_machine_restore_point_collection',
  },
  {
    holds: 'identity',
    noBackup: true,
    source: PAGE,
    types: `
      api_management automation_account cognitive_account disk_encryption_set dns_zone federated_identity_credential iothub
      key_vault key_vault_access_policy key_vault_certificate key_vault_key key_vault_managed_hardware_security_module
      private_dns_zone public_ip role_assignment role_definition user_assigned_identity`,
  },
  {
    holds: 'identity',
    noBackup: true,
    source: MEMORY,
    types: `
      aadb2c_directory active_directory_domain_service api_management_certificate api_management_subscription app_service_certificate
      app_service_certificate_order app_service_custom_hostname_binding app_service_managed_certificate attestation_provider
      bastion_host bot_service_azure_bot cdn_endpoint cdn_frontdoor_endpoint cdn_frontdoor_profile cdn_profile
      communication_service confidential_ledger custom_ip_prefix email_communication_service express_route_circuit
      express_route_circuit_authorization express_route_gateway express_route_port firewall frontdoor iothub_dps
      key_vault_certificate_issuer key_vault_managed_hardware_security_module_key lb local_network_gateway
      maps_account nat_gateway network_interface notification_hub notification_hub_namespace point_to_site_vpn_gateway
      private_endpoint private_link_service public_ip_prefix relay_namespace servicebus_namespace_authorization_rule
      signalr_service ssh_public_key static_site static_web_app storage_account_local_user traffic_manager_profile
      virtual_hub virtual_network_gateway virtual_wan vpn_gateway vpn_site web_pubsub application_gateway
      eventhub_authorization_rule eventhub_namespace_authorization_rule servicebus_queue_authorization_rule
      servicebus_topic_authorization_rule`,
  },
  {
    holds: 'nothing',
    noBackup: false,
    source: PAGE,
    types: `
      batch_account container_app container_group data_factory eventgrid_topic firewall_policy_rule_collection_group
      linux_web_app management_lock mssql_firewall_rule mysql_flexible_server_firewall_rule network_security_group
      network_security_rule postgresql_flexible_server_firewall_rule storage_account_network_rules
      storage_container_immutability_policy subnet virtual_network`,
  },
  {
    holds: 'nothing',
    noBackup: false,
    source: `Configuration only: ${MEMORY}`,
    types: `
      app_service_plan app_service_source_control app_service_virtual_network_swift_connection application_security_group
      automation_job_schedule automation_runbook automation_schedule availability_set backup_policy_file_share backup_policy_vm
      cdn_frontdoor_firewall_policy cdn_frontdoor_origin cdn_frontdoor_origin_group cdn_frontdoor_route cdn_frontdoor_rule
      cdn_frontdoor_rule_set cdn_frontdoor_security_policy container_app_environment cosmosdb_sql_role_assignment
      cosmosdb_sql_role_definition data_factory_pipeline data_factory_trigger_schedule data_protection_backup_policy_disk
      dns_a_record dns_aaaa_record dns_caa_record dns_cname_record dns_mx_record dns_ns_record dns_ptr_record dns_srv_record
      dns_txt_record eventgrid_event_subscription eventgrid_system_topic eventhub_consumer_group firewall_policy
      function_app function_app_function kubernetes_cluster_node_pool lb_backend_address_pool lb_nat_rule lb_outbound_rule lb_probe
      lb_rule linux_function_app linux_function_app_slot linux_web_app_slot log_analytics_saved_search log_analytics_solution
      logic_app_workflow maintenance_configuration management_group_policy_assignment monitor_action_group
      monitor_activity_log_alert monitor_autoscale_setting monitor_data_collection_rule monitor_diagnostic_setting
      monitor_metric_alert monitor_scheduled_query_rules_alert_v2 mssql_elasticpool mssql_virtual_network_rule
      mysql_flexible_server_configuration nat_gateway_public_ip_association
      network_interface_application_security_group_association network_interface_backend_address_pool_association
      network_interface_security_group_association network_watcher network_watcher_flow_log policy_definition
      policy_set_definition portal_dashboard postgresql_flexible_server_configuration private_dns_a_record
      private_dns_cname_record private_dns_zone_virtual_network_link proximity_placement_group redis_firewall_rule
      resource_group_policy_assignment resource_policy_assignment resource_provider_registration route route_table
      security_center_auto_provisioning security_center_contact security_center_setting security_center_subscription_pricing
      sentinel_alert_rule_scheduled service_plan servicebus_subscription_rule storage_account_customer_managed_key
      storage_encryption_scope subnet_nat_gateway_association subnet_network_security_group_association
      subnet_route_table_association subscription_policy_assignment traffic_manager_azure_endpoint
      traffic_manager_external_endpoint virtual_machine_data_disk_attachment virtual_machine_extension
      virtual_network_dns_servers virtual_network_peering web_application_firewall_policy windows_function_app windows_web_app
      windows_web_app_slot mssql_server_extended_auditing_policy mssql_server_security_alert_policy
      mssql_database_extended_auditing_policy eventgrid_domain advanced_threat_protection security_center_storage_defender`,
  },
];
