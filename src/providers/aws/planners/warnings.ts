/**
 * What CloudFormation will refuse of a wanted template, as far as the schemas and the grammar tell: notes of its plan. They
 * deny nothing, and say nothing of what the deployed template has in the same way already.
 */
import { canonicalJson, type Json } from '../../../core/digest.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import type { Knowledge } from '../knowledge/index.ts';
import { snapshotSupported } from '../knowledge/index.ts';
import type { MarkContext, ResourceView } from '../knowledge/marks/finder.ts';
import { loadTemplateRules } from '../knowledge/template-rules.ts';
import { faultsOfTemplate, type Known } from '../template/faults.ts';
import { transformsOf } from '../template/inspect.ts';
import { parseTemplate } from '../template/parse.ts';
import { policyFaults } from '../template/policy-faults.ts';
import { isMask } from '../template/secrets.ts';

const SHOWN = 4;
const MAX_WARNING = 300;
const MAX_REST = 1_500;

/** @param texts the template as it was sent, as transforms made it, and the deployed one; @param views resolved. */
export async function warningsOf(
  knowledge: Knowledge,
  texts: { sent: string; processed: string; deployed: string | undefined },
  views: MarkContext,
): Promise<string[]> {
  const known = knownOf(knowledge);
  const before = new Set(texts.deployed === undefined ? [] : grammarFaults(texts.deployed, known));
  const grammar = [...new Set([texts.sent, texts.processed])].flatMap((text) => grammarFaults(text, known));
  const faults = [...grammar.filter((fault) => !before.has(fault)), ...(await valueFaults(knowledge, views))];
  return asNotes([...new Set(faults)].map((fault) => makeVisibleLine(fault).slice(0, MAX_WARNING)));
}

/** What a macro will make of a template is told of what it made. */
function grammarFaults(text: string, known: Known): string[] {
  const template = parseTemplate(text);
  const isRaw = transformsOf(template).some((name) => name !== 'AWS::LanguageExtensions');
  return isRaw ? [] : faultsOfTemplate(template, known);
}

function knownOf(knowledge: Knowledge): Known {
  const isOwnName = (type: string) => type.startsWith('Custom::') || type.endsWith('::MODULE');
  // Of these the template, or whoever answers for it, says which attributes there are.
  const isOpen = (type: string) =>
    /^AWS::CloudFormation::(?:Stack|CustomResource|Macro|WaitCondition)$|^AWS::Serverless/.test(type);
  return {
    isKnownType: (type) => isOwnName(type) || knowledge.isKnownType(type),
    attributesOf: (type) =>
      isOwnName(type) || isOpen(type) || !knowledge.isKnownType(type) ? undefined : knowledge.attributesOf(type),
    snapshotSupported,
  };
}

/** Of resources that are new, or whose definition changes. */
async function valueFaults(knowledge: Knowledge, { before, after, isUnknown }: MarkContext): Promise<string[]> {
  // Placeholders for what the stack itself makes stand inside texts; a mask is none of the values.
  const isOpen = (value: Json) =>
    isUnknown(value) || /[\u{27e6}\u{fffd}]|\{\{resolve:/u.test(JSON.stringify(value)) || isMask(value as string);
  const rules = await loadTemplateRules({
    isUnknown: (value) => (value !== null && typeof value === 'object' ? false : isOpen(value as Json)),
    hasPath: (type, path) => knowledge.replacementOf(type, path) !== 'unknown',
  });
  const faults = ({ type, properties }: ResourceView) => [
    ...rules.faultsIn(type, properties),
    ...policyFaults(type, properties, (value) => isOpen(value as Json)),
  ];
  return Object.entries(after).flatMap(([id, view]) => {
    const was = before[id];
    const isSame = was?.type === view.type && canonicalJson(was.properties) === canonicalJson(view.properties);
    if (isSame) return [];
    const old = new Set(was?.type === view.type ? faults(was) : []);
    return faults(view)
      .filter((fault) => !old.has(fault))
      .map((fault) => `${id}.${fault}`);
  });
}

/** All are told: what has no note of its own stands in the last. */
function asNotes(faults: readonly string[]): string[] {
  const told = (text: string) => `CloudFormation is expected to refuse this: ${text}.`;
  if (faults.length <= SHOWN) return faults.map(told);
  const rest = faults.slice(SHOWN - 1).join('; ');
  const cut = rest.length > MAX_REST ? `${rest.slice(0, MAX_REST)}… (${faults.length} in all)` : rest;
  return [...faults.slice(0, SHOWN - 1).map(told), told(cut)];
}
