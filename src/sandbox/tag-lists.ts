/** What every service refuses in a list of tags, beyond the lengths that the models carry. */
import { SandboxFault } from './service.ts';

const MAX_KEY = 128;
const MAX_VALUE = 256;

export interface GivenTag {
  Key?: string;
  Value?: string;
}

/**
 * @param code of the service.
 * @param keyOf how keys are compared: STS takes `Department` and `department` for one.
 * @throws SandboxFault for a key that stands twice, is AWS's own, or is too long. The words are from memory.
 */
export function refuseTags(code: string, tags: readonly GivenTag[], keyOf = (key: string) => key): void {
  const seen = new Set<string>();
  for (const { Key = '', Value = '' } of tags) {
    if (Key === '') throw new SandboxFault(code, 'Tag keys cannot be empty.');
    if ([...Key].length > MAX_KEY)
      throw new SandboxFault(code, `Tag key exceeds the maximum length of ${MAX_KEY} characters: ${Key}`);
    if ([...Value].length > MAX_VALUE)
      throw new SandboxFault(code, `Tag value exceeds the maximum length of ${MAX_VALUE} characters: ${Value}`);
    if (/^aws:/i.test(Key))
      throw new SandboxFault(code, `Tag keys starting with 'aws:' are reserved for internal use: ${Key}`);
    if (seen.has(keyOf(Key))) throw new SandboxFault(code, `Duplicate tag key '${Key}' specified.`);
    seen.add(keyOf(Key));
  }
}
