/** `init aws`: writes the roles for an account, for people to review; it calls nothing and overwrites nothing. */
import { writeFileSync } from 'node:fs';
import { awsRoles } from '../compose.ts';
import { CountersignError } from '../core/errors.ts';

export type RolesAsked = {
  out: string;
  prefix: string;
  scopes: string;
  breakGlass?: string;
};
/** Within what IAM allows in a name that gets a suffix, and CloudFormation in a logical id. */
const NAME = /^[a-z][a-z0-9-]{0,23}$/;
const ROLE_ARN = /^arn:[a-z*-]+:(?:iam|sts)::[\d*]+:(?:role|assumed-role)\/\S+$/;

const refuse = (message: string, remedy: string) => new CountersignError('CONFIG_INVALID', message, remedy);

/** @returns the files that were written, and a sentence for each statement that its file cannot explain itself. */
export async function writeRoles(asked: RolesAsked): Promise<{ written: string[]; sentences: string[] }> {
  const { prefix, breakGlass } = asked;
  const scopes = asked.scopes.split(',').map((scope) => scope.trim());
  const wrong = [prefix, ...scopes].find((name) => !NAME.test(name));
  if (wrong !== undefined || new Set(scopes).size < scopes.length)
    throw refuse(
      wrong === undefined ? 'A scope is named twice.' : `“${wrong}” cannot be part of the name of a role.`,
      'Use lower-case letters, digits and hyphens, at most 24, and name each scope once.',
    );
  if (breakGlass !== undefined && !ROLE_ARN.test(breakGlass))
    throw refuse('--break-glass is not the ARN of a role.', 'Write it like arn:aws:iam::*:role/break-glass.');
  const { rolesTemplate, serviceControlPolicy } = await awsRoles();
  const control = breakGlass === undefined ? undefined : serviceControlPolicy({ prefix, breakGlass });
  const files = [
    { name: asked.out, text: rolesTemplate({ prefix, scopes }) },
    ...(control ? [{ name: asked.out.replace(/(?:\.ya?ml)?$/, '.scp.json'), text: control.text }] : []),
  ];
  for (const { name, text } of files) writeNew(name, text);
  return { written: files.map(({ name }) => name), sentences: control?.sentences ?? [] };
}

function writeNew(name: string, text: string): void {
  try {
    writeFileSync(name, text, { flag: 'wx' });
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST')
      throw refuse(`${name} already exists.`, 'Remove it, or name another file with --out.');
    throw refuse(`${name} cannot be written.`, 'Name a file in a writable folder with --out.');
  }
}
