/**
 * The Cedar schema that own rules are validated against, published as `docs/countersign.cedarschema`.
 *
 * Closed vocabularies are enumerated entity types, so that a typo (`Environment::"prodution"`) is an error at load and
 * not a rule that silently never matches.
 */

import { EFFECT_KINDS, REVERSIBILITIES } from '../../core/effect.ts';
import { ENVIRONMENTS } from '../../core/environment.ts';
import { GOALS } from '../../core/goals.ts';
import { MARK_KINDS } from '../../core/mark.ts';

const enumerated = (name: string, values: readonly string[]) =>
  `entity ${name} enum [${values.map((value) => `"${value}"`).join(', ')}];`;

export const CEDAR_SCHEMA = `// What a rule of a Countersign policy can ask. One request is made for each effect of a plan.
// Written by \`countersign policy schema --cedar\`.

// The person that the agent works for.
entity Sponsor = {
  roles: Set<String>,
};

// resource in Type::"AWS::RDS::DBInstance", resource in Service::"AWS::RDS"
entity Service;
entity Type in [Service];

// What the effect happens to. Tags are those of the stack, or of a resource that no stack owns, before the plan:
// resource.hasTag("team") && resource.getTag("team") == "payments". A key that a rule reads cannot be set by a plan.
entity Resource in [Type, Service] = {
  logicalId?: String,
  physicalId?: String,
} tags String;

${enumerated('Environment', ENVIRONMENTS)}
${enumerated('Kind', EFFECT_KINDS)}
${enumerated('Reversibility', REVERSIBILITIES)}
${enumerated('Answer', ['yes', 'no', 'unknown'])}
${enumerated('Holds', ['data', 'identity', 'nothing', 'unknown'])}
${enumerated('Mark', MARK_KINDS)}
${enumerated('Goal', GOALS)}
${enumerated('Weekday', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])}

// Of the whole plan. Revisions (task definitions, Lambda versions …) count as updated.
type Counts = {
  created: Long,
  updated: Long,
  lost: Long,
  total: Long,
};

type Effect = {
  // CloudFormation type; the same as the resource's Type, for \`like\`.
  type: String,
  // The same as the action.
  kind: Kind,
  reversibility: Reversibility,
  // Restarts, fails over, or is away for a while.
  interrupts: Answer,
  holds: Holds,
  // What it does besides its kind: expire, disable, expose, deputy …
  marks: Set<Mark>,
  // Replaced by design; its kind is update.
  revision: Bool,
  // Instance type or class that it will have.
  size?: String,
  environment: Environment,
  // Account id.
  account: String,
  region: String,
  stack?: String,
  workspace?: String,
  sponsor: String,
  // The MCP client's own name, as it claims.
  agent?: String,
  // Absent in a preview.
  goal?: Goal,
  // 0 to 23, in the policy's zone.
  hour: Long,
  weekday: Weekday,
  counts: Counts,
};

action ${EFFECT_KINDS.map((kind) => `"${kind}"`).join(', ')} appliesTo {
  principal: Sponsor,
  resource: Resource,
  context: Effect,
};
`;
