/**
 * AWS's own translator of SAM templates (`aws-sam-translator`), where this machine's Python has it: what the transform
 * makes of a template, without AWS.
 *
 * SECURITY: the template is data on the standard input of a process that reads no module, file or setting from the
 * folder that it runs in, and has no credentials.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { CountersignError } from '../core/errors.ts';

const PROGRAM = `
import json, sys
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
class NoPolicies:
    def load(self):
        return {}
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    try:
        told = {"template": transform(asked["template"], asked["parameters"], NoPolicies())}
    except InvalidDocumentException as error:
        told = {"why": "; ".join(cause.message for cause in error.causes)}
    except Exception as error:
        told = {"why": type(error).__name__ + ": " + str(error)}
    print(json.dumps(told), flush=True)
`;

export interface SamTranslator {
  /** @throws INPUT_TEMPLATE_INVALID with the translator's own words. */
  translate(template: object, parameters: Record<string, unknown>): Promise<Record<string, unknown>>;
  close(): void;
}

/** @returns undefined where it is not installed. */
export async function openSamTranslator(region: string, searchPath: string): Promise<SamTranslator | undefined> {
  const child = spawn('python3', ['-I', '-c', PROGRAM], {
    cwd: tmpdir(),
    env: { PATH: searchPath, AWS_DEFAULT_REGION: region, AWS_EC2_METADATA_DISABLED: 'true' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const answers = answersOf(child);
  const ask = async (question?: object): Promise<Record<string, unknown> | undefined> => {
    if (question) child.stdin.write(`${JSON.stringify(question)}\n`);
    const answer = await answers.next();
    return answer.done ? undefined : answer.value;
  };
  if (!(await ask())) return undefined;
  return {
    async translate(template, parameters) {
      const told = await ask({ template, parameters });
      if (told?.template) return told.template as Record<string, unknown>;
      throw new CountersignError(
        'INPUT_TEMPLATE_INVALID',
        `The SAM translator refuses the template: ${told?.why ?? 'it ended'}`,
        'Correct the template.',
      );
    },
    close: () => child.kill(),
  };
}

/** A line each; it ends with the process, whether that could be started or not. */
async function* answersOf(child: ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> }) {
  child.on('error', () => child.stdout.destroy());
  child.stdin?.on('error', () => undefined);
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Record<string, unknown>;
}
