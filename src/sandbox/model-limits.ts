/**
 * What AWS's own models forbid in a request, refused before the operation runs: members that must be there, bounds,
 * lengths, patterns, enums. The data is generated (`npm run sandbox-models`); what the models leave to the
 * documentation stands here.
 */
import type { Service } from '../core/call.ts';
import file from './data/models.json' with { type: 'json' };
import { SandboxFault } from './service.ts';

/** A structure has `members`, a list has `member`; min and max are of a number, a text's or a list's length. */
export interface ShapeLimits {
  required?: string[];
  members?: Record<string, string>;
  member?: string;
  min?: number;
  max?: number;
  /** For the whole text, with the flag `u`. */
  pattern?: string;
  enum?: string[];
}
export interface ServiceModel {
  operations: Record<string, { input?: string | undefined; output?: string | undefined }>;
  /** Shapes that limit nothing are left out. */
  shapes: Record<string, ShapeLimits>;
}
export interface Models {
  source: string;
  services: Record<string, ServiceModel>;
}
export const models = file as unknown as Models;

export interface Violation {
  /** As a query names it: `tags.1.member.key`. */
  path: string;
  kind: 'missing' | 'length' | 'range' | 'size' | 'pattern' | 'enum' | 'number' | 'characters';
  value: unknown;
  /** CloudFormation's and STS's words. */
  constraint: string;
}

/** What an XML 1.0 answer cannot carry. */
const NOT_IN_XML = /[\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{fffe}\u{ffff}]|\p{Cs}/u;

/** API reference, "Pagination": a page of EC2 has 5 to 1,000 items; the models leave it out of these operations. */
const EC2_PAGE: ShapeLimits = { min: 5, max: 1000 };

/** Everything that a shape's limits forbid in a value, a request's or an answer's. */
export function violationsIn(service: Service, shapeName: string | undefined, value: unknown): Violation[] {
  const { shapes } = models.services[service]!;
  const visit = (name: string | undefined, at: string, found: unknown): Violation[] => {
    const limits = name === undefined ? undefined : shapes[name];
    if (found === undefined || found === null) return [];
    if (Array.isArray(found)) {
      const inner = found.flatMap((item, index) => visit(limits?.member, `${at}.${index + 1}.member`, item));
      return [...bounds(at, found, found.length, 'size', limits), ...inner];
    }
    if (typeof found === 'string') return ofText(at, found, limits);
    if (typeof found === 'number') {
      if (Number.isFinite(found)) return bounds(at, found, found, 'range', limits);
      return [{ path: at, kind: 'number', value: found, constraint: 'Member must be a number' }];
    }
    if (typeof found !== 'object' || found instanceof Date || found instanceof Uint8Array) return [];
    const given = found as Record<string, unknown>;
    const path = (member: string) => `${at === '' ? '' : `${at}.`}${member.charAt(0).toLowerCase()}${member.slice(1)}`;
    const missing = (limits?.required ?? []).filter((member) => isMissing(service, given[member]));
    return [
      ...missing.map((member) => refusedAs('missing', path(member), null, 'Member must not be null')),
      ...Object.entries(given).flatMap(([member, inner]) => visit(limits?.members?.[member], path(member), inner)),
    ];
  };
  return visit(shapeName, '', value);
}

/** An empty list is nothing on EC2's wire. */
const isMissing = (service: Service, value: unknown) =>
  value === undefined || value === null || (service === 'ec2' && Array.isArray(value) && value.length === 0);

const refusedAs = (kind: Violation['kind'], path: string, value: unknown, constraint: string): Violation => ({
  kind,
  path,
  value,
  constraint,
});

const MEASURES = {
  length: ['have length greater than or equal to', 'have length less than or equal to'],
  size: ['have length greater than or equal to', 'have length less than or equal to'],
  range: ['have value greater than or equal to', 'have value less than or equal to'],
} as const;

function bounds(
  path: string,
  value: unknown,
  measured: number,
  kind: keyof typeof MEASURES,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: ShapeLimits = {},
): Violation[] {
  const [least, most] = MEASURES[kind];
  if (measured < min) return [refusedAs(kind, path, value, `Member must ${least} ${min}`)];
  if (measured > max) return [refusedAs(kind, path, value, `Member must ${most} ${max}`)];
  return [];
}

function ofText(path: string, text: string, limits: ShapeLimits = {}): Violation[] {
  const found = bounds(path, text, [...text].length, 'length', limits);
  if (limits.pattern !== undefined && !new RegExp(`^(?:${limits.pattern})$`, 'u').test(text))
    found.push(refusedAs('pattern', path, text, `Member must satisfy regular expression pattern: ${limits.pattern}`));
  if (limits.enum !== undefined && !limits.enum.includes(text))
    found.push(refusedAs('enum', path, text, `Member must satisfy enum value set: [${limits.enum.join(', ')}]`));
  if (NOT_IN_XML.test(text))
    found.push(refusedAs('characters', path, text, 'Member must not hold characters that XML cannot carry'));
  return found;
}

/** @throws SandboxFault with the code that the service gives to a request of a wrong form. */
export function refuseWrongForm(service: Service, operation: string, input: Record<string, unknown>): void {
  const known = models.services[service]?.operations[operation];
  if (!known) return;
  const found = violationsIn(service, known.input, input);
  if (service === 'ec2') {
    const page = found.length === 0 && typeof input.MaxResults === 'number' ? input.MaxResults : undefined;
    const isLimited = models.services.ec2?.shapes[known.input ?? '']?.members?.MaxResults !== undefined;
    if (page !== undefined && !isLimited) found.push(...bounds('maxResults', page, page, 'range', EC2_PAGE));
    if (found[0]) throw ec2Fault(found[0]);
    return;
  }
  if (found.length === 0) return;
  const texts = found.map(({ path, value, constraint, kind }) => {
    const shown = kind === 'missing' ? ' null' : kind === 'size' || kind === 'characters' ? '' : ` '${value}'`;
    return `Value${shown} at '${path}' failed to satisfy constraint: ${constraint}`;
  });
  const heading = `${found.length} validation error${found.length === 1 ? '' : 's'} detected: `;
  throw new SandboxFault('ValidationError', `${heading}${texts.join('; ')}`);
}

/** The codes are those of the EC2 API reference, "Error codes"; the words are from memory. */
function ec2Fault({ kind, path, value, constraint }: Violation): SandboxFault {
  const last = path.split('.').at(-1)!;
  if (kind === 'missing') return new SandboxFault('MissingParameter', `The request must contain the parameter ${path}`);
  if (kind === 'characters' || kind === 'size')
    return new SandboxFault('InvalidParameterValue', `The parameter ${path} is invalid. ${constraint}.`);
  return new SandboxFault(
    'InvalidParameterValue',
    `Value ( ${value} ) for parameter ${last} is invalid. ${constraint}.`,
  );
}
