/** hashicorp/aws and hashicorp/awscc: judged by what is known of CloudFormation's types. */
import type { Mark } from '../../../../core/mark.ts';
import { holdsOf, isRevisionType, recoveryOf } from '../../../aws/knowledge/index.ts';
import { loweredIn, protectionsIn } from '../../../aws/knowledge/marks/protections.ts';
import { readable } from '../alias.ts';
import { commonMarks } from '../common.ts';
import type { Family, Resource } from '../judgement.ts';
import { presentIn } from '../present.ts';
import { fateOf } from './fates.ts';
import { ownMarks } from './own-rows.ts';
import { PART_OF } from './parts.ts';
import { ROWS } from './rows.ts';
import { cloudFormationType } from './types.ts';
import { type Judging, judgingOf, marksIn } from './views.ts';

export const aws: Family = {
  isOf: (type) => /^aws(?:cc)?_/.test(type),
  judge(type) {
    const own = ROWS.get(type);
    if (own) return own;
    const known = PART_OF.has(type) ? undefined : cloudFormationType(type);
    if (known === undefined)
      return { holds: PART_OF.has(type) ? 'nothing' : 'unknown', revision: false, noBackup: false };
    return { holds: holdsOf(known), revision: isRevisionType(known), noBackup: recoveryOf(known) === 'retain_only' };
  },
  fate: fateOf,
  judgeAll(resources, account) {
    const judging = judgingOf(resources, account);
    const told = ({ of, ...rest }: { of: string }) => ({ of: readable(of, judging.addresses), ...rest });
    return {
      marks: new Map(resources.map((resource) => [resource.address, withoutTwice(marksOf(resource, judging))])),
      protections: protectionsIn(judging.context, '').map((one) => ({ ...one, ...told(one) })),
      lowered: loweredIn(judging.context, '').map((one) => ({ ...one, ...told(one) })),
    };
  },
};

/** What neither changes nor is taken over or moved is judged nowhere. */
const marksOf = (resource: Resource, judging: Judging): Mark[] =>
  resource.isUntouched
    ? []
    : [
        ...commonMarks(resource.before, resource.after),
        ...marksIn(resource, judging),
        ...ownMarks(presentIn(resource)),
      ];

/** One fact under both names of an attribute is told once, as Terraform has it. */
function withoutTwice(marks: Mark[]): Mark[] {
  const seen = new Set<string>();
  return marks.filter(({ kind, path, network, text }) => {
    const last = path
      .split('.')
      .at(-1)!
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, '');
    const key = JSON.stringify([kind, kind === 'protect' || kind === 'unprotect' ? last : [path, text, network]]);
    return !seen.has(key) && seen.add(key);
  });
}
