/** The files of a policy's own rules. */
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * The texts by the name of the file, from the folder of the policy, in the order of the globs.
 *
 * @param problem is told what is not there, with the position of its glob.
 */
export function ruleTexts(
  globs: readonly string[],
  folder: string,
  problem: (index: number, message: string) => void,
): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [index, pattern] of globs.entries()) {
    const found = globSync(pattern, { cwd: folder }).sort();
    if (found.length === 0) problem(index, `no file matches ${pattern} in the folder of the policy`);
    for (const name of found) {
      try {
        texts.set(name, readFileSync(resolve(folder, name), 'utf8'));
      } catch (error) {
        problem(index, `${name} cannot be read (${(error as { code?: string }).code})`);
      }
    }
  }
  return texts;
}
