/**
 * Policy documents that IAM or the service refuses: words that are no element, an effect that is none, a statement without
 * action, resource or principal where it needs one.
 *
 * Source: IAM User Guide, "IAM JSON policy elements reference" and "Grammar of the IAM JSON policy language".
 */
import { isRecord, type Value } from './parse.ts';

const OF_DOCUMENT = ['Version', 'Id', 'Statement'];
const OF_STATEMENT = 'Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition'.split(' ');
const VERSIONS = ['2012-10-17', '2008-10-17'];
/** Documents that say who, on a thing of their own. */
const NEEDS_PRINCIPAL = new Set([
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::SecretsManager::ResourcePolicy',
  'AWS::KMS::Key',
  'AWS::ECR::Repository',
]);
const DOCUMENT = /^(?:\w*PolicyDocument|ResourcePolicy|KeyPolicy|RepositoryPolicyText)$/;
const MAX_DEPTH = 6;

/** @param isUnknown of a value that is not known yet. */
export function policyFaults(
  type: string,
  properties: Readonly<Record<string, Value>>,
  isUnknown: (value: Value) => boolean,
): string[] {
  const documents = documentsIn(properties, []);
  const isIam = type.startsWith('AWS::IAM::');
  return documents.flatMap(({ path, document }) => {
    const isTrust = path.endsWith('AssumeRolePolicyDocument');
    const { Version: version, Statement } = document;
    const statements = [Statement ?? []].flat() as Value[];
    return [
      ...extra(document, OF_DOCUMENT, path),
      ...(version !== undefined && !isUnknown(version) && !VERSIONS.includes(String(version).slice(0, 10))
        ? [`${path}.Version is ${String(version).slice(0, 40)}, and must be one of ${VERSIONS.join(', ')}`]
        : []),
      ...(statements.length === 0 ? [`${path} has no Statement`] : []),
      ...statements.flatMap((statement, index) =>
        isRecord(statement)
          ? statementFaults(statement as Record<string, Value>, `${path}.Statement.${index}`, isUnknown, {
              // A trust policy is of its role; who may use a thing must be said where the policy is of a thing.
              resource: isIam && !isTrust,
              principal: isTrust || NEEDS_PRINCIPAL.has(type),
              noPrincipal: isIam && !isTrust,
            })
          : [],
      ),
    ];
  });
}

function statementFaults(
  statement: Record<string, Value>,
  path: string,
  isUnknown: (value: Value) => boolean,
  needs: { resource: boolean; principal: boolean; noPrincipal: boolean },
): string[] {
  const { Effect: effect } = statement;
  const has = (...names: string[]) => names.some((name) => Object.hasOwn(statement, name));
  const wrongEffect = effect !== undefined && !isUnknown(effect) && effect !== 'Allow' && effect !== 'Deny';
  return [
    ...extra(statement, OF_STATEMENT, path),
    ...(effect === undefined ? [`${path} has no Effect`] : []),
    ...(wrongEffect ? [`${path}.Effect is ${String(effect).slice(0, 40)}, and must be Allow or Deny`] : []),
    ...(has('Action', 'NotAction') ? [] : [`${path} has no Action`]),
    ...(needs.resource && !has('Resource', 'NotResource') ? [`${path} has no Resource`] : []),
    ...(needs.principal && !has('Principal', 'NotPrincipal') ? [`${path} has no Principal`] : []),
    ...(needs.noPrincipal && has('Principal', 'NotPrincipal')
      ? [`${path} has a Principal, and is the policy of one`]
      : []),
  ];
}

const extra = (value: object, known: readonly string[], path: string): string[] =>
  Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `${path}.${key.slice(0, 60)} is no element of a policy`);

interface Found {
  path: string;
  document: Record<string, Value>;
}

function documentsIn(value: Value | Readonly<Record<string, Value>>, at: string[]): Found[] {
  if (at.length > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => documentsIn(item, [...at, String(index)]));
  if (!isRecord(value)) return [];
  return Object.entries(value as Record<string, Value>).flatMap(([name, inner]) =>
    DOCUMENT.test(name) && isRecord(inner)
      ? [{ path: [...at, name].join('.'), document: inner as Record<string, Value> }]
      : documentsIn(inner, [...at, name]),
  );
}
