/** Modules of a plan that was made before: from what was kept of it, and from nowhere else. */
import type { WorkspaceSettings } from '../settings.ts';
import { type Source, sha256OfFiles } from '../source.ts';
import { unlikePolicy } from './allowed.ts';
import type { Modules } from './fetch.ts';
import { fileOfManifest, folderOfPackage, foldersIn } from './manifest.ts';
import { moduleRefused } from './refused.ts';

/** @param source as it was kept, with its modules and what was recorded of them. */
export function keptModules(
  { files, modules: records = [] }: Source,
  { module, modules: entries }: Pick<WorkspaceSettings, 'module' | 'modules'>,
): Modules {
  const root = module === '.' ? '' : module;
  const manifest = files.get(fileOfManifest(root));
  const folders = manifest ? foldersIn(manifest.toString('utf8'), root) : new Map<string, string>();
  return {
    async get({ key, address }) {
      const record = records.find((one) => one.key === key && one.source === address.text);
      const folder = folders.get(key);
      const top = `${folderOfPackage(root, key)}/`;
      const own = new Map(
        [...files].flatMap(([path, bytes]) => (path.startsWith(top) ? [[path.slice(top.length), bytes]] : [])),
      );
      const sha256 = sha256OfFiles(own);
      if (!record || folder === undefined || record.sha256 !== sha256)
        throw moduleRefused(`${address.text} is not as it was fetched for this plan`, 'Plan again.');
      const unlike = unlikePolicy(entries, address, { version: record.version, sha256 });
      if (unlike !== undefined) throw moduleRefused(`${address.text} has ${unlike}`, 'Plan again.');
      const { version, from, commit } = record;
      return {
        files: own,
        folder: `${folder}/`.startsWith(top) ? folder.slice(top.length) : '',
        ...(version === undefined ? {} : { version }),
        ...(from === undefined ? {} : { from }),
        ...(commit === undefined ? {} : { commit }),
        sha256,
      };
    },
  };
}
