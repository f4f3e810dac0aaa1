/** The template that an agent asks for, checked before anything is sent. */
import { readWithin } from '../../../bounded-file.ts';
import { canonicalJson } from '../../../core/digest.ts';
import { CountersignError } from '../../../core/errors.ts';
import type { WantedTemplate } from '../change-sets.ts';
import type { StackUpdateRequest } from '../ports.ts';
import { localAssets } from '../template/assets.ts';
import { MAX_BODY_BYTES } from '../template/body.ts';
import { editTemplate } from '../template/edit.ts';
import { transformsOf } from '../template/inspect.ts';
import { MAX_TEMPLATE_BYTES, parseTemplate, type Template } from '../template/parse.ts';
import { isMask, MASK, masksIn, maskTemplate } from '../template/secrets.ts';
import { isInS3, readFromS3 } from '../template-object.ts';
import type { PlannerContext } from './context.ts';
import { needsPackage, needsPrepared, needsUpload } from './packaging.ts';

/** AWS's own transforms: they run nothing of the account's. Any other is a macro, a function that would run at once. */
const AWS_TRANSFORMS = new Set([
  'AWS::LanguageExtensions',
  'AWS::Serverless-2016-10-31',
  'AWS::Include',
  'AWS::SecretsManager-2020-07-23',
  'AWS::SecretsManager-2024-09-16',
  'AWS::CodeDeployBlueGreen',
]);

/**
 * Where nothing is given, the deployed template is kept.
 *
 * @throws INPUT_INVALID, INPUT_TEMPLATE_FILE_OUTSIDE, INPUT_TOO_LARGE, AWS_NOT_FOUND.
 */
export async function wantedTemplate(
  context: Pick<PlannerContext, 'identity' | 'objects' | 'templateBuckets' | 'templateRoots'>,
  request: StackUpdateRequest,
  deployed: () => string,
): Promise<WantedTemplate> {
  const { template, templateFile, set, changeSet } = request;
  if ([template, templateFile, set, changeSet].filter((source) => source !== undefined).length > 1)
    throw new CountersignError(
      'INPUT_INVALID',
      'template, template_file, change_set and set exclude one another.',
      'Send one of them.',
    );
  if (templateFile !== undefined && isInS3(templateFile)) return readFromS3(context, templateFile);
  const sent = templateFile === undefined ? template : readTemplateFile(templateFile, context.templateRoots);
  if (sent !== undefined) return { text: isDescribed(sent, deployed) ? deployed() : sent };
  return { text: set ? editTemplate(deployed(), set) : deployed() };
}

/** A template that was described, its secrets masked, and is sent back as it was: the deployed one. */
function isDescribed(sent: string, deployed: () => string): boolean {
  if (!sent.includes(MASK)) return false;
  const described = readable(() => maskTemplate(deployed()));
  return described !== undefined && described === readable(() => sent);
}

/** undefined where there is no template, or none that can be read. */
function readable(text: () => string): string | undefined {
  try {
    return canonicalJson(parseTemplate(text()));
  } catch {
    return undefined;
  }
}

function readTemplateFile(path: string, roots: string[]): string {
  const text = readWithin(path, roots, MAX_TEMPLATE_BYTES, 'template_file')?.toString('utf8');
  if (text !== undefined) return text;
  throw new CountersignError(
    'INPUT_TEMPLATE_FILE_OUTSIDE',
    'template_file is not a readable file below the working directory.',
    'Use a path below it, or ask the user to set COUNTERSIGN_TEMPLATE_ROOTS.',
  );
}

/** @throws INPUT_TEMPLATE_INVALID, INPUT_MASKED_VALUE, INPUT_NEEDS_PACKAGING. */
export function checkedTemplate(context: PlannerContext, { text, url }: WantedTemplate, stack: string): Template {
  // Looked at before it is read: what cannot be sent is not worked on.
  if (Buffer.byteLength(text) > MAX_BODY_BYTES && url === undefined) throw needsUpload(context, { text, stack });
  const template = parseTemplate(text);
  const { Resources, Outputs = {}, Mappings = {}, Metadata = {}, Parameters = {} } = template;
  const [masked] = masksIn({ Resources, Outputs, Mappings, Metadata, Parameters });
  if (masked)
    throw new CountersignError(
      'INPUT_MASKED_VALUE',
      `${masked} is a masked value, and sending it would overwrite the real one.`,
      'Change the template with set instead: set keeps everything that it does not name.',
    );
  const [asset] = localAssets(template);
  if (asset) throw needsPackage(template, `${asset.logicalId}.${asset.property}`);
  const transforms = transformsOf(template);
  const macro = transforms.find((name) => !AWS_TRANSFORMS.has(name));
  // SECURITY: creating a change set runs a macro's function at once, before anybody has judged it.
  if (macro) throw needsPrepared(macro, stack);
  if (transforms.length > 0 && !context.hasPolicy)
    throw new CountersignError(
      'CONFIG_NO_POLICY',
      'Without a policy, templates with a transform cannot be sent to AWS.',
      {
        agent: 'Tell the user to run `countersign init`, which writes a policy.',
        person: 'Write a policy with: countersign init',
      },
    );
  return template;
}

const NESTED = new Set(['AWS::CloudFormation::Stack', 'AWS::Serverless::Application']);
/** Also by what a transform makes of it. A change set that is not asked for them tells nothing of nested stacks. */
export const hasNestedStacks = ({ Resources }: Template): boolean =>
  Object.values(Resources).some(({ Type }) => NESTED.has(Type));

export function refuseMaskedParameters(parameters: Record<string, string> | undefined): void {
  const masked = Object.entries(parameters ?? {}).find(([, value]) => isMask(value));
  if (masked)
    throw new CountersignError(
      'INPUT_MASKED_VALUE',
      `The value of ${masked[0]} is a mask.`,
      'Leave it out to keep the current value.',
    );
}
