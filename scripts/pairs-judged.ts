/** Denials and holds for two approvals of the pairs campaign that were read by hand and found to be too much, and why. */
export const TOO_MUCH: Readonly<Record<string, string>> = {
  '054':
    'The association names the same address by its allocation instead of its IP; nothing is cut for longer than the moment of the change.',
  '100':
    'The corpus puts “value” for the ARN of an event bus, which is then taken for a foreign target; with a real ARN it is none.',
};
