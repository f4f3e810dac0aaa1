/**
 * Attributes that name a file which the provider reads where the plan is applied, and sends to the cloud or runs there.
 *
 * Guarantees: a file out of the copied folder is told, since no plan and no signature has its content. Files of the folder
 * are copied and signed.
 * Source: the page of each resource in the documentation of hashicorp/aws 6.25.0, google 6.50.0, azurerm 4.55.0, local 2.5
 * and archive 2.7.
 */
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';
import type { Mark } from '../../../core/mark.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import { byType } from './rows/by-type.ts';

const TABLE = `
source | aws_s3_object aws_s3_bucket_object google_storage_bucket_object azurerm_storage_blob azurerm_storage_share_file local_file local_sensitive_file
filename | aws_lambda_function aws_lambda_layer_version
zip_file | aws_synthetics_canary
zip_deploy_file | azurerm_linux_web_app azurerm_windows_web_app azurerm_linux_function_app azurerm_windows_function_app azurerm_linux_web_app_slot azurerm_windows_web_app_slot
source_file | archive_file
source_dir | archive_file
`;

const attributes: ReadonlyMap<string, readonly string[]> = byType(
  TABLE.trim()
    .split('\n')
    .flatMap((line) => {
      const [name = '', types = ''] = line.split(' | ');
      return types.split(' ').map((type) => [type, name] as const);
    }),
);

/** @param directory where the copy of the root module lies; undefined: no absolute path is in it. */
export function hostFileMarks(
  type: string,
  { before, after }: { before: Json; after: Json },
  directory: string | undefined,
): Mark[] {
  if (!isMembers(after)) return [];
  return (attributes.get(type) ?? []).flatMap((name): Mark[] => {
    const path = after[name];
    if (typeof path !== 'string' || path === '' || !isElsewhere(path, directory)) return [];
    if (isMembers(before) && JSON.stringify(before) === JSON.stringify(after)) return [];
    return [
      {
        kind: 'unpinned',
        path: name,
        reads: 'code',
        text: `The file ${makeVisibleLine(path, 200)} of the host that applies the plan is read then: its content is not signed.`,
      },
    ];
  });
}

function isElsewhere(path: string, directory: string | undefined): boolean {
  if (path.startsWith('~')) return true;
  const isAbsolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined && !isAbsolute) return true;
  }
  return isAbsolute && (directory === undefined || !`/${parts.join('/')}`.startsWith(`${directory}/`));
}
