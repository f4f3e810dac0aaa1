/**
 * Finds secrets that something which runs code newly takes: stored secrets and parameters that are not of this stack.
 *
 * Guarantees: each way of the table, and dynamic references to secrets in environments and start-up commands; a secret
 * of another account is told as one whose holder decides the value; one that the resource named before is not told.
 * Does not cover: what code reads by itself (policies.ts has what its role may read); values that are no secrets.
 * Source: CloudFormation template reference, the types below; "Get a secret or secret value from Secrets Manager"
 * (CloudFormation User Guide).
 */
import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { exposeMark } from './gain-words.ts';
import { foreignAccountsIn } from './openings.ts';
import { isMembers, listOf, shown, stringsIn, valuesAt, written } from './read.ts';
import { whoseIs } from './refs.ts';

interface Row {
  /** Where names of secrets stand. */
  paths: readonly string[];
  /** As whom it reads them. */
  role: string;
  who: string;
}
const container = (prefix: string, role: string): Row => ({
  paths: [
    `${prefix}.Secrets.*.ValueFrom`,
    `${prefix}.LogConfiguration.SecretOptions.*.ValueFrom`,
    `${prefix}.RepositoryCredentials.CredentialsParameter`,
  ],
  role,
  who: 'Containers',
});
const ROWS: Record<string, Row> = {
  'AWS::ECS::TaskDefinition': container('ContainerDefinitions.*', 'ExecutionRoleArn'),
  'AWS::Batch::JobDefinition': container('ContainerProperties', 'ContainerProperties.ExecutionRoleArn'),
  'AWS::AppRunner::Service': {
    paths: [
      'SourceConfiguration.ImageRepository.ImageConfiguration.RuntimeEnvironmentSecrets.*.Value',
      'SourceConfiguration.CodeRepository.CodeConfiguration.CodeConfigurationValues.RuntimeEnvironmentSecrets.*.Value',
    ],
    role: 'InstanceConfiguration.InstanceRoleArn',
    who: 'Containers',
  },
  'AWS::CodeBuild::Project': { paths: ['Environment.EnvironmentVariables.*'], role: 'ServiceRole', who: 'Builds' },
  'AWS::Lambda::Function': { paths: [], role: 'Role', who: 'The code' },
  'AWS::EC2::Instance': { paths: [], role: 'IamInstanceProfile', who: 'The start-up commands' },
  'AWS::EC2::LaunchTemplate': {
    paths: [],
    role: 'LaunchTemplateData.IamInstanceProfile.Arn',
    who: 'Start-up commands',
  },
};
/** Where dynamic references reach code. */
const REACHES_CODE = /Environment|UserData/;
const REFERENCE =
  /\{\{resolve:(?:secretsmanager|ssm-secure):((?:arn:(?:[^:}]*:){5}[^:}]+(?::[^:}]+)?)|\u{27e6}[^\u{27e7}]{1,300}\u{27e7}|[^:}]+)/gu;

/** The variable of a build says what its value names. */
const nameIn = (value: Json): Json | undefined =>
  isMembers(value) ? (/^(SECRETS_MANAGER|PARAMETER_STORE)$/.test(String(value.Type)) ? value.Value : undefined) : value;

function secretsIn(view: ResourceView | null, row: Row, context: MarkContext): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of row.paths)
    for (const [at, value] of valuesAt(view, path, context)) {
      const name = nameIn(value);
      if (name !== undefined) found.set(bare(String(name)), at);
    }
  for (const [at, text] of stringsIn((view?.properties ?? {}) as Json, 'Properties'))
    if (REACHES_CODE.test(at)) for (const [, name] of text.matchAll(REFERENCE)) found.set(bare(name!), at);
  return found;
}

/** Without the key, stage and version of a secret. */
const bare = (name: string): string =>
  /^(arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]*)/.exec(name)?.[1] ?? name.replace(/(?<=\u{27e7}):.*$/su, '');

export const findTakenSecrets: MarkFinder = (before, after, context) => {
  const row = ROWS[after?.type ?? ''];
  if (!after || !row) return [];
  const was = secretsIn(before, row, context);
  return [...secretsIn(after, row, context)]
    .filter(([name]) => !was.has(name))
    .flatMap(([name, path]): Mark[] => {
      const accounts = foreignAccountsIn(name, context);
      if (accounts.length > 0) {
        const who = `Account ${accounts.join(', ')}`;
        const principal = accounts.join(', ');
        const gains = `${who} can newly decide the values that ${row.who.toLowerCase()} of ${after.logicalId} take as secrets.`;
        return [exposeMark(path, { who, principal }, gains)];
      }
      if (whoseIs(name, context).kind === 'own') return [];
      const [role] = listOf(valuesAt(after, row.role, context).values().next().value).map((one) =>
        written(one).replace(/\.Arn$/, ''),
      );
      const secret = context.isUnknown(name) ? 'a secret that is unknown until execution' : `the secret ${shown(name)}`;
      const gains = `${row.who} of ${after.logicalId}${role === undefined ? '' : `, under ${role},`} can newly read ${secret} (outside this stack).`;
      return [exposeMark(path, { who: row.who, principal: role ?? after.logicalId }, gains)];
    });
};
