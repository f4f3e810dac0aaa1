/** What a template would have been when its author's tools sent it: its files uploaded, SAM translated. */

import { asJson } from '../providers/aws/template/body.ts';
import { transformsOf } from '../providers/aws/template/inspect.ts';
import { parseTemplate } from '../providers/aws/template/parse.ts';
import { packaged } from './packaged.ts';
import { REHEARSAL_BUCKET, valuesFor } from './rehearsal.ts';
import { openSamTranslator, type SamTranslator } from './sam-translator.ts';

export interface DeployTools {
  /** Without the translator a SAM template is left as it is. @throws INPUT_TEMPLATE_INVALID. */
  sent(text: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * The translator is started with the first SAM template.
 *
 * @param searchPath folders of programs, as in `PATH`.
 */
export function deployTools(region: string, searchPath: string): DeployTools {
  let translator: Promise<SamTranslator | undefined> | undefined;
  return {
    async sent(text) {
      const ready = packaged(text, REHEARSAL_BUCKET);
      if (!isSam(ready)) return ready;
      translator ??= openSamTranslator(region, searchPath);
      const sam = await translator;
      return sam ? translated(ready, sam) : ready;
    },
    async close() {
      (await translator)?.close();
    },
  };
}

const SAM = 'AWS::Serverless-2016-10-31';
/** Of this transform alone: others would be left, and the simulated cloud has none. */
const isSam = (text: string): boolean => text.includes(SAM) && transformsOf(parseTemplate(text)).join() === SAM;

/** The text as it was where it has loops, which the translator does not know. */
async function translated(text: string, translator: SamTranslator): Promise<string> {
  const json = asJson(parseTemplate(text));
  if (json === undefined) return text;
  const template = JSON.parse(json) as { Parameters?: Record<string, { Default?: unknown }> };
  const defaults = Object.entries(template.Parameters ?? {}).map(([name, { Default }]) => [name, Default]);
  const parameters = { ...Object.fromEntries(defaults), ...valuesFor(text) };
  return JSON.stringify(await translator.translate(template, parameters));
}
