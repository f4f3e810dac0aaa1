/** A template as the text of a call. */
import type { Template } from './parse.ts';

/** Of `TemplateBody`, in CloudFormation's API; a longer template is read from S3. */
export const MAX_BODY_BYTES = 51_200;

/** Without layout and comments; undefined for a template with loops, which is not kept as it was written. */
export function asJson({ Loops, ...template }: Template): string | undefined {
  return Loops ? undefined : JSON.stringify(template);
}
