/** What is known of the types of hashicorp/google, hashicorp/azurerm and the providers that touch no cloud. */
import { describe, expect, it } from 'vitest';
import { AZURERM_HOLDS } from '../../../src/providers/terraform/knowledge/azurerm/holds.ts';
import { AZURERM_ROWS } from '../../../src/providers/terraform/knowledge/azurerm/rows.ts';
import { GOOGLE_HOLDS } from '../../../src/providers/terraform/knowledge/google/holds.ts';
import { GOOGLE_ROWS } from '../../../src/providers/terraform/knowledge/google/rows.ts';
import { VERSIONS } from '../../../src/providers/terraform/knowledge/versions.ts';
import { described, type Row } from './builders.ts';

type Side = NonNullable<Row['before']> | null;
const changed = (at: string, before: Side, after: Side, more: Partial<Row> = {}, over = {}) =>
  described([{ at, before, after, ...more }], over);
const marks = (...given: Parameters<typeof changed>): string[] =>
  changed(...given).effects.flatMap(({ marks: found }) =>
    found.filter(({ kind }) => kind !== 'protect').map(({ kind, text }) => `${kind}: ${text}`),
  );
const block = (features: object) => ({
  configuration: {
    provider_config: {
      azurerm: {
        name: 'azurerm',
        full_name: 'registry.terraform.io/hashicorp/azurerm',
        expressions: { features: [features] },
      },
    },
    root_module: {},
  },
});

const tables = { google: GOOGLE_HOLDS, azurerm: AZURERM_HOLDS };
const typesIn = (name: keyof typeof tables) =>
  tables[name].flatMap(({ types }) =>
    types
      .trim()
      .split(/\s+/)
      .map((type) => `${name}_${type}`),
  );

describe('the tables', () => {
  it.each(['google', 'azurerm'] as const)('%s: a type stands in one row, and many are judged', (name) => {
    const all = typesIn(name);
    expect(all.filter((type, index) => all.indexOf(type) !== index)).toEqual([]);
    for (const holds of ['data', 'identity'] as const)
      expect(
        tables[name].filter((row) => row.holds === holds).flatMap(({ types }) => types.trim().split(/\s+/)).length,
      ).toBeGreaterThan(30);
    for (const { source } of tables[name]) expect(source.length).toBeGreaterThan(20);
  });
  it.each([...GOOGLE_ROWS.trim().split('\n'), ...AZURERM_ROWS.trim().split('\n')])('%s', (line) => {
    const [type = '', path, mark, rule, told] = line.split(' | ');
    expect([...typesIn('google'), ...typesIn('azurerm')]).toContain(type);
    expect(mark).toMatch(/^(?:expose|expire|disable|disconnect|unprotect|overwrite)$/);
    expect([path, rule, told].every((cell) => cell !== undefined && cell !== '')).toBe(true);
  });
  it('has versions of judged types alone', () => {
    for (const { type } of VERSIONS) expect([...typesIn('google'), ...typesIn('azurerm')]).toContain(type);
  });
});

const policy = (...bindings: object[]) => JSON.stringify({ bindings });

describe('what a change does besides', () => {
  it.each<[string, string, Side, Side, RegExp]>([
    [
      'a database becomes public',
      'google_sql_database_instance.a',
      { settings: [{ ip_configuration: [{ ipv4_enabled: false }] }] },
      { settings: [{ ip_configuration: [{ ipv4_enabled: true }] }] },
      /expose: The internet can newly reach the database/,
    ],
    [
      'a database lets in the world',
      'google_sql_database_instance.a',
      { settings: [{ ip_configuration: [{ authorized_networks: [] }] }] },
      { settings: [{ ip_configuration: [{ authorized_networks: [{ name: 'x', value: '0.0.0.0/0' }] }] }] },
      /expose: The public/,
    ],
    [
      'a database loses its protection',
      'google_sql_database_instance.a',
      { deletion_protection: true },
      { deletion_protection: false },
      /unprotect: .*deletion_protection true → false/,
    ],
    [
      'its protection in the API',
      'google_sql_database_instance.a',
      { settings: [{ deletion_protection_enabled: true }] },
      { settings: [{ deletion_protection_enabled: false }] },
      /unprotect: /,
    ],
    [
      'a policy that kept it',
      'google_compute_disk.a',
      { deletion_policy: 'ABANDON' },
      { deletion_policy: 'DELETE' },
      /unprotect: .*ABANDON → DELETE/,
    ],
    [
      'a policy that refused it',
      'google_project.a',
      { deletion_policy: 'PREVENT' },
      { deletion_policy: 'DELETE' },
      /unprotect: /,
    ],
    [
      'a bucket may be emptied',
      'google_storage_bucket.a',
      { force_destroy: false },
      { force_destroy: true },
      /unprotect: /,
    ],
    [
      'a bucket is no longer kept from the public',
      'google_storage_bucket.a',
      { public_access_prevention: 'enforced' },
      { public_access_prevention: 'inherited' },
      /expose: /,
    ],
    [
      'objects expire',
      'google_storage_bucket.a',
      { lifecycle_rule: [] },
      { lifecycle_rule: [{ action: [{ type: 'Delete' }], condition: [{ age: 1 }] }] },
      /expire: /,
    ],
    [
      'everybody may read a bucket',
      'google_storage_bucket_iam_member.a',
      null,
      { bucket: 'b', role: 'roles/storage.objectViewer', member: 'allUsers' },
      /expose: The public can newly act on the storage bucket b/,
    ],
    [
      'an owner of a project',
      'google_project_iam_member.a',
      null,
      { project: 'p', role: 'roles/owner', member: 'user:x@example.com' },
      /expose: user:x@example\.com can newly act on the project p with roles\/owner/,
    ],
    [
      'a binding is authoritative',
      'google_project_iam_binding.a',
      null,
      { project: 'p', role: 'roles/viewer', members: ['user:x@example.com'] },
      /overwrite: /,
    ],
    [
      'a binding that goes',
      'google_project_iam_binding.a',
      { project: 'p', role: 'roles/viewer', members: ['user:x@example.com'] },
      null,
      /disable: The role roles\/viewer on the project p is removed for everyone/,
    ],
    [
      'a policy that goes',
      'google_project_iam_policy.a',
      { project: 'p', policy_data: policy({ role: 'roles/owner', members: ['user:x@example.com'] }) },
      null,
      /disable: An empty policy/,
    ],
    [
      'a policy that opens',
      'google_storage_bucket_iam_policy.a',
      { bucket: 'b', policy_data: policy() },
      { bucket: 'b', policy_data: policy({ role: 'roles/storage.admin', members: ['allAuthenticatedUsers'] }) },
      /expose: The public/,
    ],
    [
      'a firewall lets in the world',
      'google_compute_firewall.a',
      null,
      { name: 'a', direction: 'INGRESS', source_ranges: ['0.0.0.0/0'], allow: [{ protocol: 'tcp', ports: ['22'] }] },
      /expose: Allows traffic from 0\.0\.0\.0\/0, tcp 22/,
    ],
    [
      'a firewall without a source',
      'google_compute_firewall.a',
      null,
      { name: 'a', allow: [{ protocol: 'all' }] },
      /expose: Allows traffic from 0\.0\.0\.0\/0, all protocols/,
    ],
    [
      'a denial that goes',
      'google_compute_firewall.a',
      { name: 'a', direction: 'INGRESS', source_ranges: ['0.0.0.0/0'], deny: [{ protocol: 'tcp', ports: ['3389'] }] },
      null,
      /expose: No longer denies/,
    ],
    [
      'a denial that is switched off',
      'google_compute_firewall.a',
      { direction: 'INGRESS', source_ranges: ['0.0.0.0/0'], deny: [{ protocol: 'tcp' }], disabled: false },
      { direction: 'INGRESS', source_ranges: ['0.0.0.0/0'], deny: [{ protocol: 'tcp' }], disabled: true },
      /expose: No longer denies/,
    ],
    [
      'a machine with a public address',
      'google_compute_instance.a',
      null,
      { network_interface: [{ access_config: [{}] }] },
      /expose: The internet can newly reach the machine/,
    ],
    [
      'a cluster that is open to all',
      'google_container_cluster.a',
      { master_authorized_networks_config: [{ cidr_blocks: [{ cidr_block: '10.0.0.0/8' }] }] },
      { master_authorized_networks_config: [] },
      /expose: The internet can newly reach the API/,
    ],
    [
      'a key of an account',
      'google_service_account_key.a',
      null,
      { service_account_id: 'x@p' },
      /expose: Every holder of the key/,
    ],
    [
      'a version of a key is destroyed',
      'google_kms_crypto_key_version.a',
      { state: 'ENABLED' },
      { state: 'DESTROYED' },
      /disable: /,
    ],
    [
      'a lien that goes',
      'google_resource_manager_lien.a',
      { parent: 'projects/1' },
      null,
      /unprotect: .*protects or records, is deleted/,
    ],
    [
      'a function under an account',
      'google_cloudfunctions2_function.a',
      null,
      { service_config: [{ service_account_email: 'admin@p' }], build_config: [{ source: 'x' }] },
      /deputy: It runs under admin@p/,
    ],
    [
      'a storage account opens',
      'azurerm_storage_account.a',
      { public_network_access_enabled: false },
      { public_network_access_enabled: true },
      /expose: The internet/,
    ],
    [
      'blobs of it may be public',
      'azurerm_storage_account.a',
      { allow_nested_items_to_be_public: false },
      { allow_nested_items_to_be_public: true },
      /expose: The public/,
    ],
    [
      'a container is public',
      'azurerm_storage_container.a',
      null,
      { name: 'c', container_access_type: 'blob' },
      /expose: The public/,
    ],
    [
      'a vault can be purged',
      'azurerm_key_vault.a',
      { purge_protection_enabled: true },
      { purge_protection_enabled: false },
      /unprotect: /,
    ],
    [
      'a vault lets in the world',
      'azurerm_key_vault.a',
      { network_acls: [{ default_action: 'Deny' }] },
      { network_acls: [{ default_action: 'Allow' }] },
      /expose: /,
    ],
    [
      'a security rule for the world',
      'azurerm_network_security_rule.a',
      null,
      {
        access: 'Allow',
        direction: 'Inbound',
        protocol: 'Tcp',
        source_address_prefix: '*',
        destination_port_range: '22',
      },
      /expose: Allows traffic from 0\.0\.0\.0\/0, tcp 22/,
    ],
    [
      'a rule within its group',
      'azurerm_network_security_group.a',
      { security_rule: [] },
      {
        security_rule: [
          {
            access: 'Allow',
            direction: 'Inbound',
            protocol: '*',
            source_address_prefixes: ['Internet'],
            destination_port_range: '*',
          },
        ],
      },
      /expose: Allows traffic from 0\.0\.0\.0\/0/,
    ],
    [
      'a firewall of a database',
      'azurerm_mssql_firewall_rule.a',
      null,
      { start_ip_address: '0.0.0.0', end_ip_address: '255.255.255.255' },
      /expose: Allows traffic from 0\.0\.0\.0\/0/,
    ],
    [
      'all of Azure',
      'azurerm_postgresql_flexible_server_firewall_rule.a',
      null,
      { start_ip_address: '0.0.0.0', end_ip_address: '0.0.0.0' },
      /expose: Allows traffic from 0\.0\.0\.0\/0/,
    ],
    [
      'a role on a subscription',
      'azurerm_role_assignment.a',
      null,
      { scope: '/subscriptions/x', role_definition_name: 'Owner', principal_id: 'p' },
      /expose: Principal p can newly act on \/subscriptions\/x with the role Owner/,
    ],
    ['a lock that goes', 'azurerm_management_lock.a', { lock_level: 'CanNotDelete' }, null, /unprotect: /],
    [
      'logs are kept for less long',
      'azurerm_log_analytics_workspace.a',
      { retention_in_days: 90 },
      { retention_in_days: 30 },
      /expire: /,
    ],
    [
      'a cluster that is no longer private',
      'azurerm_kubernetes_cluster.a',
      { private_cluster_enabled: true },
      { private_cluster_enabled: false },
      /expose: /,
    ],
    [
      'an identity for workloads of others',
      'azurerm_federated_identity_credential.a',
      null,
      { subject: 'repo:evil/x', issuer: 'https://token', parent_id: 'id' },
      /expose: Workloads of repo:evil\/x/,
    ],
    [
      'what nobody judged loses its protection',
      'other_thing.a',
      { deletion_protection: true },
      { deletion_protection: false },
      /unprotect: /,
    ],
  ])('%s', (_what, at, before, after, expected) => {
    expect(marks(at, before, after).join('\n')).toMatch(expected);
  });
  it.each<[string, string, Side, Side]>([
    [
      'a database grows',
      'google_sql_database_instance.a',
      { deletion_protection: true, settings: [{ disk_size: 10 }] },
      { deletion_protection: true, settings: [{ disk_size: 20 }] },
    ],
    ['labels of a bucket', 'google_storage_bucket.a', { labels: { a: 'x' } }, { labels: { a: 'y' } }],
    [
      'a firewall for the own network',
      'google_compute_firewall.a',
      { direction: 'INGRESS', source_ranges: ['10.0.0.0/8'], allow: [{ protocol: 'tcp' }] },
      { direction: 'INGRESS', source_ranges: ['10.0.0.0/8'], allow: [{ protocol: 'tcp' }], description: 'x' },
    ],
    [
      'a firewall by tags',
      'google_compute_firewall.a',
      null,
      { direction: 'INGRESS', source_tags: ['web'], allow: [{ protocol: 'tcp' }] },
    ],
    [
      'a machine of another size',
      'azurerm_linux_virtual_machine.a',
      { size: 'Standard_B1s' },
      { size: 'Standard_B2s' },
    ],
    [
      'a storage account that stays closed',
      'azurerm_storage_account.a',
      { public_network_access_enabled: false, account_tier: 'Standard' },
      { public_network_access_enabled: false, account_tier: 'Standard', min_tls_version: 'TLS1_2' },
    ],
    [
      'a rule for the own network',
      'azurerm_network_security_rule.a',
      null,
      {
        access: 'Allow',
        direction: 'Inbound',
        protocol: 'Tcp',
        source_address_prefix: 'VirtualNetwork',
        destination_port_range: '22',
      },
    ],
    ['a password of random', 'random_password.a', null, { length: 20 }],
  ])('nothing: %s', (_what, at, before, after) => {
    expect(marks(at, before, after)).toEqual([]);
  });
  it('a value that is not known could open', () => {
    const unknown = { settings: [{ ip_configuration: [{ ipv4_enabled: true }] }] };
    const found = marks(
      'google_sql_database_instance.a',
      { settings: [{ ip_configuration: [{ ipv4_enabled: false }] }] },
      { settings: [{ ip_configuration: [{}] }] },
      { unknown, written: { settings: [{ ip_configuration: [{ ipv4_enabled: { references: ['var.x'] } }] }] } },
    );
    expect(found.join('\n')).toMatch(/expose: The internet/);
  });
});

describe('a loss', () => {
  it.each<[string, string, Side, object, object]>([
    [
      'of a database',
      'google_sql_database_instance.a',
      { id: 'i' },
      { holds: 'data', reversibility: 'irreversible' },
      {},
    ],
    [
      'of a disk that the cloud keeps',
      'google_compute_disk.a',
      { deletion_policy: 'ABANDON' },
      { reversibility: 'recoverable', retention: { attribute: 'deletion_policy ABANDON', effective: 'Retain' } },
      {},
    ],
    [
      'of a disk with a snapshot',
      'google_compute_disk.a',
      { create_snapshot_before_destroy: true },
      { reversibility: 'recoverable' },
      {},
    ],
    [
      'of a protected cluster',
      'google_container_cluster.a',
      { deletion_protection: true },
      { reversibility: 'irreversible', why: expect.stringContaining('expected to be refused') },
      {},
    ],
    ['of a key ring, which stays', 'google_kms_key_ring.a', { name: 'k' }, { reversibility: 'recoverable' }, {}],
    [
      'of an account',
      'google_service_account.a',
      { email: 'a@p' },
      { holds: 'identity', reversibility: 'irreversible' },
      {},
    ],
    [
      'of a binding',
      'google_folder_iam_binding.a',
      { role: 'r', members: [] },
      { holds: 'identity', reversibility: 'irreversible' },
      {},
    ],
    ['of one member', 'google_folder_iam_member.a', { role: 'r', member: 'user:x' }, { holds: 'nothing' }, {}],
    ['of a vault that is purged', 'azurerm_key_vault.a', { name: 'k' }, { reversibility: 'irreversible' }, block({})],
    [
      'of a vault that stays for a while',
      'azurerm_key_vault.a',
      { name: 'k' },
      {
        reversibility: 'recoverable',
        retention: { attribute: 'features.key_vault.purge_soft_delete_on_destroy is false' },
      },
      block({ key_vault: [{ purge_soft_delete_on_destroy: { constant_value: false } }] }),
    ],
    [
      'of a vault, by a switch that is not written out',
      'azurerm_key_vault.a',
      { name: 'k' },
      { reversibility: 'irreversible' },
      block({ key_vault: [{ purge_soft_delete_on_destroy: { references: ['var.x'] } }] }),
    ],
    [
      'of a workspace without a block',
      'azurerm_log_analytics_workspace.a',
      { name: 'k' },
      { reversibility: 'irreversible' },
      {},
    ],
    [
      'of a workspace with its defaults',
      'azurerm_log_analytics_workspace.a',
      { name: 'k' },
      { reversibility: 'recoverable' },
      block({}),
    ],
    [
      'of a resource group',
      'azurerm_resource_group.a',
      { name: 'k' },
      {
        holds: 'data',
        reversibility: 'irreversible',
        why: expect.stringContaining('prevent_deletion_if_contains_resources'),
      },
      block({}),
    ],
    [
      'of a machine, with its disk',
      'azurerm_linux_virtual_machine.a',
      { name: 'k' },
      { reversibility: 'irreversible' },
      block({}),
    ],
    ['of a password', 'random_password.a', { length: 3 }, { holds: 'identity', noBackup: true }, {}],
    ['of nothing', 'null_resource.a', { id: '1' }, { holds: 'nothing' }, {}],
  ])('%s', (_what, at, before, expected, over) => {
    expect(changed(at, before, null, {}, over).effects[0]).toMatchObject({ kind: 'delete', ...expected });
  });
  it('remembers what protects', () => {
    const { protections } = changed(
      'google_sql_database_instance.a',
      { deletion_protection: true, force_destroy: false },
      null,
    );
    expect(protections).toEqual([
      { of: 'google_sql_database_instance.a', what: 'deletion_protection', level: 1 },
      { of: 'google_sql_database_instance.a', what: 'force_destroy', level: 1 },
    ]);
  });
});
