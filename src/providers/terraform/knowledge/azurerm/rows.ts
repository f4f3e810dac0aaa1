/**
 * Attributes of hashicorp/azurerm that open, expire, protect or cut something: type | attribute | mark | rule | what goes
 * or who gains | + (on creation too). Rules are in aws/knowledge/marks/rows.ts.
 *
 * Source: schema and page of each resource in hashicorp/terraform-provider-azurerm at 69697b7 (5.2.0, 2026-08-21); each
 * attribute was checked against 4.55.0 (@cdktf/provider-azurerm 14.23.1), or is of an earlier version. Defaults differ between 4.x and 5.0 (`allow_nested_items_to_be_public`): a plan has
 * the values with the defaults of its own version, so that no row depends on it.
 */
const PUBLIC = `
storage_account key_vault key_vault_managed_hardware_security_module cosmosdb_account mssql_server
postgresql_flexible_server redis_cache managed_disk container_registry servicebus_namespace eventhub_namespace
eventgrid_topic eventgrid_domain recovery_services_vault search_service cognitive_account machine_learning_workspace
databricks_workspace synapse_workspace kusto_cluster linux_web_app windows_web_app linux_function_app windows_function_app
api_management iothub automation_account batch_account snapshot signalr_service web_pubsub
mysql_server postgresql_server mariadb_server dashboard_grafana monitor_workspace
`;

const byNetwork = PUBLIC.trim()
  .split(/\s+/)
  .map(
    (name) =>
      `azurerm_${name} | public_network_access_enabled | expose | becomes true | The internet can newly reach the endpoint of {it}, where its keys and rules allow it | +`,
  )
  .join('\n');

export const AZURERM_ROWS = `${byNetwork}
azurerm_app_configuration | public_network_access | expose | becomes Enabled | The internet can newly reach the endpoint of {it} | +
azurerm_purview_account | public_network_enabled | expose | becomes true | The internet can newly reach the endpoint of {it} | +
azurerm_managed_redis | public_network_access | expose | becomes Enabled | The internet can newly reach the endpoint of {it} | +
azurerm_mongo_cluster | public_network_access | expose | becomes Enabled | The internet can newly reach the endpoint of {it} | +
azurerm_mysql_flexible_server | public_network_access | expose | becomes Enabled | The internet can newly reach the endpoint of {it} | +
azurerm_data_factory | public_network_enabled | expose | becomes true | The internet can newly reach the endpoint of {it} | +
azurerm_storage_account | allow_nested_items_to_be_public | expose | becomes true | The public can newly read containers of {it} that are public | +
azurerm_storage_account | network_rules.default_action | expose | becomes Allow | The internet can newly reach the endpoint of {it} | +
azurerm_storage_account | network_rules | expose | removed | The internet can newly reach the endpoint of {it}
azurerm_storage_account | network_rules.ip_rules | expose | more | Addresses of {is} can newly reach the endpoint of {it}
azurerm_storage_account | shared_access_key_enabled | expose | becomes true | Every holder of a key of {it} can newly read and write all of it
azurerm_storage_account | sftp_enabled | expose | becomes true | Local users can newly reach {it} by SFTP | +
azurerm_storage_account | https_traffic_only_enabled | expose | off on | Clients can newly reach {it} without encryption
azurerm_storage_account | enable_https_traffic_only | expose | off on | Clients can newly reach {it} without encryption
azurerm_storage_account | cross_tenant_replication_enabled | expose | becomes true | Accounts of other tenants can newly replicate from {it}
azurerm_storage_account | blob_properties.versioning_enabled | expire | off off | earlier versions of what is overwritten or deleted
azurerm_storage_account | blob_properties.delete_retention_policy.days | expire | shorter 7 | deleted blobs, sooner
azurerm_storage_account | blob_properties.container_delete_retention_policy.days | expire | shorter 7 | deleted containers, sooner
azurerm_storage_account | share_properties.retention_policy.days | expire | shorter 7 | deleted shares, sooner
azurerm_storage_account | immutability_policy | unprotect | removed | blobs from being changed
azurerm_storage_account_network_rules | default_action | expose | becomes Allow | The internet can newly reach the endpoint of {storage_account_id} | +
azurerm_storage_account_network_rules | ip_rules | expose | more | Addresses of {is} can newly reach the endpoint of {storage_account_id} | +
azurerm_storage_container | container_access_type | expose | becomes blob,container | The public can newly read the blobs of {it} | +
azurerm_storage_management_policy | rule | expire | sooner | blobs that its rules match | +
azurerm_storage_container_immutability_policy | immutability_period_in_days | unprotect | shorter 0 | blobs from being changed before that time
azurerm_storage_share | quota | expire | shorter never | files beyond the quota
azurerm_key_vault | network_acls.default_action | expose | becomes Allow | The internet can newly reach the endpoint of {it} | +
azurerm_key_vault | network_acls | expose | removed | The internet can newly reach the endpoint of {it}
azurerm_key_vault | access_policy | expose | more | {is} can newly use keys and secrets of {it}
azurerm_key_vault | access_policy | disable | fewer | whoever used the vault by a policy that goes
azurerm_key_vault | soft_delete_retention_days | unprotect | shorter 90 | what is deleted, from being gone
azurerm_key_vault_access_policy | object_id | expose | set | The principal {is} can newly use keys and secrets of {key_vault_id} | +
azurerm_key_vault_access_policy | key_permissions | expose | more | The principal {object_id} can newly {is} keys of {key_vault_id}
azurerm_key_vault_access_policy | secret_permissions | expose | more | The principal {object_id} can newly {is} secrets of {key_vault_id}
azurerm_key_vault_key | expiration_date | disable | set | everything that is encrypted with the key, at that time
azurerm_key_vault_secret | expiration_date | disable | set | whoever reads the secret, at that time
azurerm_cosmosdb_account | ip_range_filter | expose | removed | The internet can newly reach the endpoint of {it}
azurerm_cosmosdb_account | local_authentication_disabled | expose | off off | Every holder of a key of {it} can newly read and write all of it
azurerm_cosmosdb_account | backup.retention_in_hours | expire | shorter 8 | older backups
azurerm_cosmosdb_account | backup.type | expire | becomes Periodic | recovery to a point in time
azurerm_cosmosdb_account | geo_location | expire | fewer | a region with its copy
azurerm_cosmosdb_sql_container | default_ttl | expire | shorter never | items older than that | +
azurerm_cosmosdb_mongo_collection | default_ttl_seconds | expire | shorter never | items older than that | +
azurerm_mssql_managed_instance | public_data_endpoint_enabled | expose | becomes true | The internet can newly reach the instance {it} | +
azurerm_mssql_database | short_term_retention_policy.retention_days | expire | shorter 7 | older points to recover to
azurerm_mssql_database | long_term_retention_policy | expire | fewer | backups of weeks, months and years
azurerm_mssql_database | geo_backup_enabled | expire | off on | the backup in another region
azurerm_mssql_database | transparent_data_encryption_enabled | unprotect | off on | the data from being read on its disks
azurerm_mssql_server | minimum_tls_version | expose | becomes Disabled | Clients can newly reach {it} without encryption
azurerm_mssql_server_extended_auditing_policy | enabled | unprotect | off on | the record of who read or changed what
azurerm_postgresql_flexible_server | backup_retention_days | expire | shorter 7 | older backups
azurerm_postgresql_flexible_server | geo_redundant_backup_enabled | expire | off off | the backup in another region
azurerm_mysql_flexible_server | backup_retention_days | expire | shorter 7 | older backups
azurerm_redis_cache | non_ssl_port_enabled | expose | becomes true | Clients can newly reach {it} without encryption | +
azurerm_redis_cache | enable_non_ssl_port | expose | becomes true | Clients can newly reach {it} without encryption | +
azurerm_managed_disk | network_access_policy | expose | becomes AllowAll | Every holder of a link can newly export the disk {it} | +
azurerm_snapshot | network_access_policy | expose | becomes AllowAll | Every holder of a link can newly export the snapshot {it} | +
azurerm_shared_image_gallery | sharing.permission | expose | becomes Community,Groups | Others can newly use images of {it} | +
azurerm_kubernetes_cluster | private_cluster_enabled | expose | off off | The internet can newly reach the API of the cluster {it}
azurerm_kubernetes_cluster | api_server_access_profile.authorized_ip_ranges | expose | more | Addresses of {is} can newly reach the API of the cluster {it}
azurerm_kubernetes_cluster | api_server_access_profile.authorized_ip_ranges | expose | removed | The internet can newly reach the API of the cluster {it}
azurerm_kubernetes_cluster | api_server_access_profile | expose | removed | The internet can newly reach the API of the cluster {it}
azurerm_kubernetes_cluster | local_account_disabled | expose | off off | Every holder of the local account can newly act in the cluster {it}
azurerm_kubernetes_cluster | role_based_access_control_enabled | expose | off on | Every user with a login can newly act in the cluster {it}
azurerm_kubernetes_cluster | default_node_pool.node_count | disable | cut | most of its nodes
azurerm_kubernetes_cluster_node_pool | node_count | disable | cut | most of its nodes
azurerm_kubernetes_cluster_node_pool | max_count | disable | cut | most of its nodes
azurerm_container_registry | anonymous_pull_enabled | expose | becomes true | The public can newly read the images of {it} | +
azurerm_container_registry | admin_enabled | expose | becomes true | Every holder of the admin password can newly act on {it} | +
azurerm_container_registry | network_rule_set.default_action | expose | becomes Allow | The internet can newly reach the endpoint of {it}
azurerm_container_registry | retention_policy_in_days | expire | shorter never | untagged images after that time
azurerm_servicebus_namespace | local_auth_enabled | expose | becomes true | Every holder of a key of {it} can newly send and read messages
azurerm_servicebus_queue | auto_delete_on_idle | expire | set | the queue, when it is unused for that time
azurerm_servicebus_queue | default_message_ttl | expire | changed | messages older than that
azurerm_servicebus_queue | status | disable | becomes Disabled,SendDisabled,ReceiveDisabled | the queue
azurerm_eventhub | message_retention | expire | shorter 7 | messages older than that
azurerm_eventhub | retention_description.retention_time_in_hours | expire | shorter 24 | messages older than that
azurerm_role_definition | permissions | expose | more | Whoever has the role {it} can newly do {is}
azurerm_federated_identity_credential | subject | expose | set | Workloads of {is} can newly act as {parent_id} | +
azurerm_federated_identity_credential | issuer | expose | changed | Workloads of another issuer can newly act as {parent_id}
azurerm_recovery_services_vault | immutability | unprotect | becomes Disabled,Unlocked | backups from being deleted early
azurerm_recovery_services_vault | soft_delete_enabled | unprotect | off on | backups that are deleted, from being gone
azurerm_data_protection_backup_vault | immutability | unprotect | becomes Disabled,Unlocked | backups from being deleted early
azurerm_data_protection_backup_vault | soft_delete | unprotect | becomes Off | backups that are deleted, from being gone
azurerm_backup_policy_vm | retention_daily.count | expire | shorter 180 | older backups
azurerm_backup_protected_vm | backup_policy_id | unprotect | changed | the machine, by another plan for backups
azurerm_log_analytics_workspace | retention_in_days | expire | shorter 30 | logs older than that
azurerm_log_analytics_workspace | internet_query_enabled | expose | becomes true | The internet can newly query {it}, where logins allow it
azurerm_log_analytics_workspace | daily_quota_gb | expire | shorter never | logs beyond the quota
azurerm_application_insights | retention_in_days | expire | shorter 90 | telemetry older than that
azurerm_app_configuration | local_auth_enabled | expose | becomes true | Every holder of a key of {it} can newly read and write it
azurerm_cognitive_account | local_auth_enabled | expose | becomes true | Every holder of a key of {it} can newly call it
azurerm_databricks_workspace | custom_parameters.no_public_ip | expose | off on | Machines of {it} get public addresses
azurerm_linux_web_app | enabled | disable | off on | the site
azurerm_windows_web_app | enabled | disable | off on | the site
azurerm_linux_web_app | https_only | expose | off off | Clients can newly reach {it} without encryption
azurerm_windows_web_app | https_only | expose | off off | Clients can newly reach {it} without encryption
azurerm_linux_web_app | auth_settings_v2.auth_enabled | expose | off off | Callers without a login can newly use {it}
azurerm_linux_web_app | auth_settings.enabled | expose | off off | Callers without a login can newly use {it}
azurerm_linux_web_app | site_config.ip_restriction | expose | more | {is} can newly reach {it}
azurerm_linux_web_app | site_config.ip_restriction | expose | removed | The internet can newly reach {it}
azurerm_container_app | ingress.external_enabled | expose | becomes true | The internet can newly reach {it} | +
azurerm_container_app | template.max_replicas | disable | cut | most of its capacity
azurerm_container_group | ip_address_type | expose | becomes Public | The internet can newly reach {it} | +
azurerm_iothub | network_rule_set.default_action | expose | becomes Allow | The internet can newly reach the endpoint of {it}
azurerm_netapp_volume | export_policy_rule.*.allowed_clients | expose | more | Hosts of {is} can newly mount {it} | +
azurerm_netapp_volume | snapshot_directory_visible | expose | becomes true | Hosts can newly read the snapshots of {it}
azurerm_virtual_machine | delete_os_disk_on_termination | unprotect | becomes true | its disk, which goes with the machine
azurerm_virtual_machine | delete_data_disks_on_termination | unprotect | becomes true | its data disks, which go with the machine
azurerm_linux_virtual_machine | disable_password_authentication | expose | off on | Holders of a password can newly log in to {it}
azurerm_linux_virtual_machine | admin_ssh_key | expose | more | Holders of another key can newly log in to {it}
azurerm_linux_virtual_machine_scale_set | instances | disable | cut | most of its machines
azurerm_windows_virtual_machine_scale_set | instances | disable | cut | most of its machines
azurerm_network_interface | ip_configuration.*.public_ip_address_id | expose | set | The internet can newly reach {it} at a public address | +
azurerm_virtual_network_peering | remote_virtual_network_id | expose | set | Hosts of the network {is} can newly reach {virtual_network_name} | +
azurerm_virtual_network_peering | allow_gateway_transit | expose | becomes true | The peered network can newly use the gateway of {virtual_network_name}
azurerm_subnet_network_security_group_association | network_security_group_id | unprotect | changed | the subnet, by the rules of the other group
azurerm_network_interface_security_group_association | network_security_group_id | unprotect | changed | the interface, by the rules of the other group
azurerm_subnet_route_table_association | route_table_id | disconnect | changed | traffic by the routes of the other table
azurerm_route | next_hop_type | expose | becomes Internet | Opens a route to the internet for {route_table_name} | +
azurerm_dns_a_record | records | disconnect | fewer | traffic to what the record named
azurerm_dns_cname_record | record | disconnect | changed | traffic to what the record named
azurerm_monitor_diagnostic_setting | enabled_log | unprotect | fewer | the record of some events
azurerm_monitor_diagnostic_setting | log | unprotect | fewer | the record of some events
azurerm_monitor_metric_alert | enabled | unprotect | off on | the alert
azurerm_monitor_activity_log_alert | enabled | unprotect | off on | the alert
azurerm_monitor_action_group | enabled | unprotect | off on | people who are told of the alerts
azurerm_network_watcher_flow_log | enabled | unprotect | off on | the record of traffic
azurerm_network_watcher_flow_log | retention_policy.days | expire | shorter never | flow logs older than that
azurerm_security_center_subscription_pricing | tier | unprotect | becomes Free | what Defender for Cloud finds
azurerm_management_lock | lock_level | unprotect | becomes CanNotDelete | what is below it from being changed
azurerm_firewall_policy | threat_intelligence_mode | unprotect | becomes Off,Alert | traffic of known attackers
azurerm_web_application_firewall_policy | policy_settings.enabled | unprotect | off on | requests that a rule blocked
azurerm_web_application_firewall_policy | policy_settings.mode | unprotect | becomes Detection | requests that a rule blocked
azurerm_cdn_frontdoor_firewall_policy | enabled | unprotect | off on | requests that a rule blocked
azurerm_cdn_frontdoor_firewall_policy | mode | unprotect | becomes Detection | requests that a rule blocked
azurerm_cosmosdb_sql_role_assignment | principal_id | expose | set | The principal {is} can newly act on data of {account_name} | +
azurerm_cosmosdb_sql_role_definition | permissions | expose | more | Whoever has the role {it} can newly do {is}
azurerm_eventgrid_event_subscription | webhook_endpoint.url | expose | set | {is} can newly receive events of {scope} | +
azurerm_mssql_virtual_network_rule | subnet_id | expose | set | Hosts of {is} can newly reach the server {server_id} | +
azurerm_app_service_source_control | repo_url | expose | set | Code of {is} can newly run in {app_id} | +
azurerm_app_service_source_control | branch | expose | set | Code of the branch {is} can newly run in {app_id}
`;
