/**
 * Finds what cfn-init will run: the metadata `AWS::CloudFormation::Init` of a resource that exists.
 *
 * Guarantees: where cfn-hup runs, a change of it runs on the instances within minutes, so it is a deputy as user data
 * are, under the rights of the instance; what cannot be worked out counts as changed.
 * Does not cover: whether cfn-hup runs; what runs when an instance is made, since its user data start that.
 * Source: AWS CloudFormation User Guide, "AWS::CloudFormation::Init" and "cfn-hup".
 */
import type { Mark } from '../../../../core/mark.ts';
import type { MarkFinder, ResourceView } from './finder.ts';
import { isMembers, mayDiffer, valuesAt } from './read.ts';
import { boundOf } from './roles.ts';

const KEYS = ['AWS::CloudFormation::Init', 'AWS::CloudFormation::Authentication'];
/** Where the profile of the instances stands. A type that is not here has instances of whatever rights. */
const PROFILES: Record<string, readonly string[]> = {
  'AWS::EC2::Instance': ['IamInstanceProfile'],
  'AWS::AutoScaling::LaunchConfiguration': ['IamInstanceProfile'],
  'AWS::EC2::LaunchTemplate': [
    'LaunchTemplateData.IamInstanceProfile.Arn',
    'LaunchTemplateData.IamInstanceProfile.Name',
  ],
};

const initOf = (view: ResourceView, key: string) => (isMembers(view.metadata) ? view.metadata[key] : undefined);

export const findInitCommands: MarkFinder = (before, after, context) => {
  if (!before || !after) return [];
  const key = KEYS.find((name) => mayDiffer(initOf(before, name), initOf(after, name), context));
  if (key === undefined) return [];
  const paths = PROFILES[after.type];
  const profiles = (paths ?? []).flatMap((path) => [...valuesAt(after, path, context).values()]);
  // Without a profile what runs has no rights in the cloud; what it names is shown all the same.
  if (paths !== undefined && profiles.length === 0) return [];
  const roles = profiles.map((profile) => boundOf(profile, context));
  const role =
    roles.find(({ bound }) => bound === 'unbounded') ?? roles.find(({ bound }) => bound === 'named') ?? roles[0];
  const mark: Mark = {
    kind: 'deputy',
    path: `Metadata.${key}`,
    bound: role?.bound ?? 'unbounded',
    ...(role === undefined ? {} : { principal: role.principal }),
    text: `cfn-hup applies changes of ${key} on the instances within minutes${role === undefined ? '' : `, under ${role.principal}, which ${role.because}`}.`,
  };
  return [mark];
};
