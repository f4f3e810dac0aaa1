/**
 * Attributes of hashicorp/google that open, expire, protect or cut something: type | attribute | mark | rule | what goes
 * or who gains | + (on creation too). Rules are in aws/knowledge/marks/rows.ts.
 *
 * Source: schema and page of each resource in hashicorp/terraform-provider-google at e03b762 (7.46.0-dev, 2026-08-21);
 * each attribute was checked against 6.50.0 (@cdktf/provider-google 16.12.1). Defaults differ between versions
 * (`versions.ts`): a plan has the values with the defaults of its own version, so that no row depends on it.
 */
export const GOOGLE_ROWS = `
google_sql_database_instance | settings.ip_configuration.ipv4_enabled | expose | becomes true | The internet can newly reach the database {it} at a public address, from the networks that it authorizes | +
google_sql_database_instance | settings.ip_configuration.authorized_networks.*.value | expose | becomes 0.0.0.0/0,::/0,0.0.0.0/1,128.0.0.0/1 | The public can newly reach the database {it} from {is} | +
google_sql_database_instance | settings.ip_configuration.ssl_mode | expose | becomes ALLOW_UNENCRYPTED_AND_ENCRYPTED | Clients can newly reach the database {it} without encryption
google_sql_database_instance | settings.ip_configuration.require_ssl | expose | off off | Clients can newly reach the database {it} without encryption
google_sql_database_instance | settings.backup_configuration.enabled | expire | off off | its daily backups
google_sql_database_instance | settings.backup_configuration.point_in_time_recovery_enabled | expire | off off | recovery to a point in time
google_sql_database_instance | settings.backup_configuration.binary_log_enabled | expire | off off | recovery to a point in time
google_sql_database_instance | settings.backup_configuration.backup_retention_settings.retained_backups | expire | shorter 7 | older backups
google_sql_database_instance | settings.backup_configuration.transaction_log_retention_days | expire | shorter 7 | older points to recover to
google_sql_database_instance | settings.activation_policy | disable | becomes NEVER | the database
google_sql_database_instance | settings.availability_type | unprotect | becomes ZONAL | the instance from the loss of a zone
google_sql_database_instance | database_version | disable | changed | clients that need the old version
google_storage_bucket | public_access_prevention | expose | becomes inherited | The public can newly reach {it} wherever its grants or access lists allow it
google_storage_bucket | uniform_bucket_level_access | expose | off off | Access lists of single objects count newly in {it}
google_storage_bucket | versioning.enabled | expire | off off | earlier versions of what is overwritten or deleted
google_storage_bucket | lifecycle_rule | expire | sooner | objects that its lifecycle rules match
google_storage_bucket | retention_policy.retention_period | unprotect | shorter 0 | objects from being deleted before that time
google_storage_bucket | retention_policy | unprotect | removed | objects from being deleted before their time
google_storage_bucket | soft_delete_policy.retention_duration_seconds | expire | shorter 604800 | objects that were deleted, sooner
google_storage_bucket | logging | unprotect | removed | its access logs
google_storage_bucket_acl | predefined_acl | expose | becomes publicRead,publicReadWrite,authenticatedRead | The public can newly read {bucket} by its access list | +
google_storage_default_object_acl | role_entity | expose | more | {is} can newly reach every new object of {bucket} | +
google_storage_bucket_acl | role_entity | expose | more | {is} can newly reach {bucket} | +
google_storage_bucket_access_control | entity | expose | becomes allUsers,allAuthenticatedUsers | The public can newly reach {bucket} | +
google_storage_object_access_control | entity | expose | becomes allUsers,allAuthenticatedUsers | The public can newly reach {object} of {bucket} | +
google_storage_default_object_access_control | entity | expose | becomes allUsers,allAuthenticatedUsers | The public can newly reach every new object of {bucket} | +
google_bigquery_dataset | access.*.special_group | expose | becomes allAuthenticatedUsers | The public can newly reach the dataset {it} | +
google_bigquery_dataset | access.*.iam_member | expose | becomes allUsers,allAuthenticatedUsers | The public can newly reach the dataset {it} | +
google_bigquery_dataset | access | expose | more | {is} can newly reach the dataset {it}
google_bigquery_dataset | default_table_expiration_ms | expire | shorter never | new tables after that time | +
google_bigquery_dataset | default_partition_expiration_ms | expire | shorter never | new partitions after that time | +
google_bigquery_dataset | max_time_travel_hours | expire | shorter 168 | older points to go back to
google_bigquery_dataset_access | special_group | expose | becomes allAuthenticatedUsers | The public can newly reach the dataset {dataset_id} | +
google_bigquery_dataset_access | iam_member | expose | becomes allUsers,allAuthenticatedUsers | The public can newly reach the dataset {dataset_id} | +
google_bigquery_table | expiration_time | expire | shorter never | the table, at that time
google_bigquery_table | time_partitioning.expiration_ms | expire | shorter never | partitions after that time
google_bigtable_gc_policy | max_age | expire | set | older cells
google_bigtable_gc_policy | max_version | expire | set | older versions of cells
google_bigtable_gc_policy | gc_rules | expire | set | cells that the rules match
google_bigtable_table | column_family | expire | fewer | a column family with its data
google_spanner_database | version_retention_period | expire | changed | older versions of rows
google_spanner_instance | num_nodes | disable | cut | most of its capacity
google_spanner_instance | processing_units | disable | cut | most of its capacity
google_firestore_database | point_in_time_recovery_enablement | expire | becomes POINT_IN_TIME_RECOVERY_DISABLED | recovery to a point in time
google_alloydb_cluster | automated_backup_policy.enabled | expire | off on | its automated backups
google_alloydb_cluster | automated_backup_policy.quantity_based_retention.count | expire | shorter 14 | older backups
google_alloydb_cluster | continuous_backup_config.enabled | expire | off on | recovery to a point in time
google_alloydb_cluster | continuous_backup_config.recovery_window_days | expire | shorter 14 | older points to recover to
google_alloydb_instance | network_config.enable_public_ip | expose | becomes true | The internet can newly reach the database {it} at a public address | +
google_alloydb_instance | network_config.authorized_external_networks.*.cidr_range | expose | becomes 0.0.0.0/0,::/0,0.0.0.0/1,128.0.0.0/1 | The public can newly reach the database {it} from {is} | +
google_redis_instance | auth_enabled | expose | off off | Clients without a password can newly use {it}
google_redis_instance | transit_encryption_mode | expose | becomes DISABLED | Clients can newly use {it} without encryption
google_redis_cluster | authorization_mode | expose | becomes AUTH_MODE_DISABLED | Clients without a password can newly use {it}
google_memorystore_instance | authorization_mode | expose | becomes AUTH_DISABLED | Clients without a password can newly use {it}
google_filestore_instance | file_shares.nfs_export_options.*.ip_ranges | expose | more | Hosts of {is} can newly mount {it}
google_filestore_instance | file_shares.nfs_export_options.*.squash_mode | expose | becomes NO_ROOT_SQUASH | Hosts can newly act as root in {it} | +
google_netapp_volume | export_policy.rules.*.allowed_clients | expose | becomes 0.0.0.0/0 | The public can newly mount {it}, where the network lets it | +
google_compute_instance | network_interface.*.access_config | expose | more | The internet can newly reach the machine {it} at a public address | +
google_compute_instance | network_interface.*.ipv6_access_config | expose | more | The internet can newly reach the machine {it} at a public address | +
google_compute_instance | metadata.serial-port-enable | expose | becomes true,1 | Holders of a key can newly reach the serial console of {it} | +
google_compute_instance | metadata.ssh-keys | expose | changed | Holders of other keys can newly log in to {it}
google_compute_instance | metadata.enable-oslogin | expose | off off | Holders of keys in the metadata can newly log in to {it}
google_compute_instance | desired_status | disable | becomes TERMINATED,SUSPENDED | the machine
google_compute_instance | scheduling.preemptible | disable | becomes true | the machine, whenever the cloud needs it
google_compute_instance_template | network_interface.*.access_config | expose | more | The internet can newly reach machines of {it} at public addresses | +
google_compute_project_metadata | metadata.ssh-keys | expose | set | Holders of {is} can newly log in to machines of the project | +
google_compute_project_metadata | metadata.enable-oslogin | expose | off off | Holders of keys in the metadata can newly log in to machines of the project
google_compute_project_metadata | metadata | overwrite | fewer | metadata of the project that the plan does not have
google_compute_project_metadata_item | value | expose | set | The setting {key} of all machines of the project is {is} | +
google_compute_forwarding_rule | load_balancing_scheme | expose | becomes EXTERNAL,EXTERNAL_MANAGED | The internet can newly reach the targets of {it} | +
google_compute_global_forwarding_rule | load_balancing_scheme | expose | becomes EXTERNAL,EXTERNAL_MANAGED | The internet can newly reach the targets of {it} | +
google_compute_forwarding_rule | target | disconnect | changed | traffic to the old target
google_compute_global_forwarding_rule | target | disconnect | changed | traffic to the old target
google_compute_backend_service | security_policy | unprotect | removed | the filter before its targets
google_compute_backend_service | security_policy | unprotect | changed | requests that the other policy blocked
google_compute_backend_service | iap | expose | removed | Callers without a login can newly reach the targets of {it}
google_compute_backend_service | iap.enabled | expose | off off | Callers without a login can newly reach the targets of {it}
google_compute_security_policy | rule | unprotect | fewer | requests that a rule blocked
google_compute_subnetwork | log_config | unprotect | removed | its flow logs
google_compute_address | address_type | expose | becomes EXTERNAL | The internet can newly reach what has the address {it}
google_compute_autoscaler | autoscaling_policy.max_replicas | disable | cut | most of its machines
google_compute_instance_group_manager | target_size | disable | cut | most of its machines
google_compute_region_instance_group_manager | target_size | disable | cut | most of its machines
google_compute_network_peering | peer_network | expose | set | Hosts of the network {is} can newly reach {network} | +
google_compute_shared_vpc_service_project | service_project | expose | set | The project {is} can newly use networks of {host_project} | +
google_compute_router_nat | nat_ips | disconnect | fewer | traffic that others know by its addresses
google_container_cluster | private_cluster_config.enable_private_endpoint | expose | off off | The internet can newly reach the API of the cluster {it}
google_container_cluster | private_cluster_config.enable_private_nodes | expose | off off | Nodes of the cluster {it} get public addresses
google_container_cluster | master_authorized_networks_config | expose | removed | The internet can newly reach the API of the cluster {it}
google_container_cluster | master_authorized_networks_config.cidr_blocks.*.cidr_block | expose | becomes 0.0.0.0/0 | The internet can newly reach the API of the cluster {it} | +
google_container_cluster | enable_legacy_abac | expose | becomes true | Every holder of a token can newly act in the cluster {it} | +
google_container_cluster | logging_service | unprotect | becomes none | its logs
google_container_cluster | network_policy.enabled | unprotect | off off | traffic between its workloads that policies block
google_container_cluster | binary_authorization.evaluation_mode | unprotect | becomes DISABLED | the cluster from images without an attestation
google_container_cluster | remove_default_node_pool | disable | becomes true | workloads on its default nodes
google_container_node_pool | node_count | disable | cut | most of its nodes
google_container_node_pool | autoscaling.max_node_count | disable | cut | most of its nodes
google_artifact_registry_repository | cleanup_policies | expire | more | images and packages that the policies match
google_artifact_registry_repository | cleanup_policy_dry_run | expire | off off | images and packages that its policies match
google_artifact_registry_repository | docker_config.immutable_tags | unprotect | off off | tags from being moved
google_dns_managed_zone | visibility | expose | becomes public | The public can newly read the names of {it}
google_dns_managed_zone | dnssec_config.state | unprotect | becomes off | answers from being forged
google_dns_record_set | rrdatas | disconnect | fewer | traffic to what the record named
google_pubsub_subscription | push_config.push_endpoint | expose | set | {is} can newly receive the messages of {topic} | +
google_pubsub_subscription | message_retention_duration | expire | changed | messages older than that
google_pubsub_subscription | retain_acked_messages | expire | off off | messages that were acknowledged
google_pubsub_subscription | filter | expire | set | messages that the filter does not match
google_pubsub_topic | message_retention_duration | expire | removed | messages that could be read again
google_cloud_run_service | metadata.annotations.run.googleapis.com/ingress | expose | becomes all | The internet can newly reach {it}
google_cloud_run_v2_service | ingress | expose | becomes INGRESS_TRAFFIC_ALL | The internet can newly reach {it}, where its grants allow it
google_cloud_run_v2_service | invoker_iam_disabled | expose | becomes true | The public can newly call {it} | +
google_cloud_run_v2_service | template.scaling.max_instance_count | disable | cut | most of its capacity
google_cloudfunctions_function | ingress_settings | expose | becomes ALLOW_ALL | The internet can newly reach {it}, where its grants allow it
google_cloudfunctions_function | https_trigger_security_level | expose | becomes SECURE_OPTIONAL | Callers can newly reach {it} without encryption
google_cloudfunctions2_function | service_config.ingress_settings | expose | becomes ALLOW_ALL | The internet can newly reach {it}, where its grants allow it
google_project_service | disable_on_destroy | unprotect | becomes true | the API from being switched off for the whole project | +
google_project | billing_account | disable | changed | everything that is paid by the other account
google_project | auto_create_network | expose | becomes true | The project {it} gets a network with open default rules | +
google_kms_crypto_key | rotation_period | unprotect | removed | the rotation
google_kms_crypto_key | destroy_scheduled_duration | expire | changed | the time in which a destroyed version can be restored
google_kms_crypto_key_version | state | disable | becomes DISABLED,DESTROYED,DESTROY_SCHEDULED | everything that is encrypted with this version
google_secret_manager_secret | expire_time | expire | set | the secret, at that time
google_secret_manager_secret | ttl | expire | set | the secret, after that time | +
google_secret_manager_secret_version | enabled | disable | off on | whoever reads this version
google_service_account | disabled | disable | becomes true | whatever acts as this account
google_service_account_key | service_account_id | expose | set | Every holder of the key {it} can newly act as {is} | +
google_storage_hmac_key | service_account_email | expose | set | Every holder of the key {it} can newly act as {is} | +
google_iam_workload_identity_pool_provider | attribute_condition | expose | removed | Identities of its issuer can newly act without the condition of {it}
google_iam_workload_identity_pool_provider | attribute_condition | expose | changed | Identities that another condition allows can newly act through {it}
google_iam_workload_identity_pool_provider | oidc.issuer_uri | expose | set | Identities of {is} can newly act through {it} | +
google_iam_workload_identity_pool_provider | disabled | disable | becomes true | whoever comes through it
google_iam_deny_policy | rules | expose | fewer | Principals that a denial of {it} names can newly do what it denied
google_org_policy_policy | spec.rules.*.enforce | unprotect | becomes false | what the policy enforced
google_org_policy_policy | spec.rules.*.allow_all | unprotect | becomes true | what the policy did not allow | +
google_organization_policy | boolean_policy.enforced | unprotect | off off | what the policy enforced
google_logging_project_sink | filter | unprotect | changed | the record of some events
google_logging_project_sink | exclusions | unprotect | more | the record of some events
google_logging_project_sink | disabled | disable | becomes true | the record of events
google_logging_project_sink | destination | expose | set | {is} can newly receive logs of the project | +
google_logging_organization_sink | destination | expose | set | {is} can newly receive logs of the organization | +
google_logging_folder_sink | destination | expose | set | {is} can newly receive logs of the folder | +
google_logging_project_exclusion | filter | unprotect | set | the record of events that it matches | +
google_logging_project_bucket_config | retention_days | expire | shorter 30 | logs older than that
google_backup_dr_backup_vault | access_restriction | expose | becomes UNRESTRICTED | Every account can newly restore from {it}, where grants allow it | +
google_backup_dr_backup_vault | backup_minimum_enforced_retention_duration | unprotect | changed | backups from being deleted early
google_apikeys_key | restrictions | expose | removed | Every holder of the key {it} can newly call every API
google_cloud_identity_group_membership | roles | expose | more | {preferred_member_key.id} is newly {is} of {group} | +
google_access_context_manager_service_perimeter | status.restricted_services | expose | fewer | Callers outside of the perimeter can newly reach services of {it}
google_access_context_manager_service_perimeter | status.resources | expose | fewer | Callers outside of the perimeter can newly reach projects of {it}
google_privateca_certificate_authority | skip_grace_period | unprotect | becomes true | the authority from being gone at once
google_privateca_certificate_authority | desired_state | disable | becomes DISABLED | certificates that need it
google_sql_user | password | disconnect | changed | clients that log in with the old password
google_cloud_scheduler_job | paused | disable | becomes true | what runs on this schedule
google_cloud_scheduler_job | http_target.uri | expose | set | {is} is newly called on a schedule | +
google_monitoring_alert_policy | enabled | unprotect | off on | the alerts
google_monitoring_alert_policy | notification_channels | unprotect | fewer | people who are told of the alerts
google_binary_authorization_policy | default_admission_rule.evaluation_mode | unprotect | becomes ALWAYS_ALLOW | clusters from images without an attestation | +
google_storage_object_access_control | entity | expose | set | {is} can newly act on the object {object} of {bucket} | +
google_storage_object_acl | role_entity | expose | more | {is} can newly act on the object {object} of {bucket} | +
google_storage_object_acl | predefined_acl | expose | set | Those of {is} can newly act on the object {object} of {bucket} | +
google_storage_bucket_access_control | entity | expose | set | {is} can newly act on the bucket {bucket} | +
google_storage_default_object_access_control | entity | expose | set | {is} can newly act on every new object of {bucket} | +
google_app_engine_firewall_rule | action | expose | becomes ALLOW | Hosts of {source_range} can newly reach the application | +
google_firebaserules_ruleset | source | expose | set | Callers can newly do what the new rules allow | +
google_firebaserules_release | ruleset_name | expose | set | Callers can newly do what the rules {is} allow | +
google_dns_response_policy_rule | local_data | expose | set | Hosts that look up {dns_name} can newly be sent elsewhere | +
google_storage_transfer_job | transfer_spec.transfer_options.delete_objects_from_source_after_transfer | expire | becomes true | objects of the source, after they are copied | +
google_storage_transfer_job | transfer_spec.transfer_options.delete_objects_unique_in_sink | expire | becomes true | objects that only the sink has | +
google_storage_transfer_job | transfer_spec.transfer_options.overwrite_objects_already_existing_in_sink | expire | becomes true | objects of the sink that have the same name | +
google_project_default_service_accounts | action | disable | becomes DELETE,DISABLE,DEPRIVILEGE | what runs as the default accounts of the project | +
google_compute_service_attachment | connection_preference | expose | becomes ACCEPT_AUTOMATIC | Every project can newly connect to {it} | +
google_compute_service_attachment | consumer_accept_lists | expose | more | {is} can newly connect to {it} | +
google_compute_vpn_tunnel | peer_ip | expose | set | Hosts behind {is} can newly reach the network, where routes and rules allow it | +
google_compute_packet_mirroring | collector_ilb | expose | set | {is} can newly receive copies of traffic | +
google_access_context_manager_access_level | basic | expose | changed | Callers that other conditions allow can newly have the level {it}
google_compute_security_policy_rule | action | unprotect | becomes allow | requests that the rule blocked
google_compute_route | next_hop_gateway | expose | set | Opens a route to the internet for {network} | +
`;
