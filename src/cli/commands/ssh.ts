import { overKeyOf } from '../../core/caller.ts';
import { CountersignError } from '../../core/errors.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import type { Command, Context, Result } from '../command.ts';
import { approve } from './approve.ts';
import { changes } from './changes.ts';
import { reject } from './reject.ts';
import { serve } from './serve.ts';
import { show } from './show.ts';
import { status } from './status.ts';

/** `text`: the words at the end, which ssh hands over without their quotes. */
type Run = (context: Context, person: string, id: string, text: string) => Promise<Result>;
/** What a person may ask for over a key of their own, each word as it is typed. `ID` is a change, `TEXT` the rest. */
const ALLOWED: readonly { words: string; run: Run }[] = [
  { words: 'serve', run: (context) => serve.run(context, {}) },
  { words: 'changes', run: (context) => changes.run(context, {}) },
  { words: 'status', run: (context) => status.run(context, {}) },
  { words: 'show ID', run: (context, _, change) => show.run(context, { change }) },
  { words: 'show ID --bundle -', run: (context, _, change) => show.run(context, { change, bundle: '-' }) },
  { words: 'show ID --statement', run: (context, as, change) => show.run(context, { change, statement: true, as }) },
  {
    words: 'show ID --statement --reject',
    run: (context, as, change) => show.run(context, { change, statement: true, as, reject: true }),
  },
  {
    words: 'show ID --statement --reject --reason TEXT',
    run: (context, as, change, reason) => show.run(context, { change, statement: true, as, reject: true, reason }),
  },
  {
    words: 'approve ID --signature -',
    run: (context, as, change) => approve.run(context, { change, as, signature: '-' }),
  },
  {
    words: 'reject ID --signature -',
    run: (context, as, change) => reject.run(context, { change, as, signature: '-' }),
  },
  {
    words: 'reject ID --signature - --reason TEXT',
    run: (context, as, change, reason) => reject.run(context, { change, as, signature: '-', reason }),
  },
];

/**
 * The forced command of one person's key. SECURITY: the person stands in the command line, which only the owner of
 * authorized_keys writes; the client’s words are compared with the table and reach no shell.
 */
export const ssh: Command<{ person: string }> = {
  name: 'ssh',
  summary: 'the forced command of one person’s ssh key: serve, show, approve and reject as that person, nothing else',
  afterHelp: `In authorized_keys: command="countersign ssh NAME",restrict ssh-ed25519 …\nThe client may ask for: ${ALLOWED.map(({ words }) => `countersign ${words}`).join(' · ')}`,
  options: [],
  arguments: [
    {
      name: 'person',
      syntax: '<person>',
      summary: 'the name in the policy of the person whose key it is',
      completes: 'person',
    },
  ],
  async run(context, { person }) {
    const asked = context.config.sshOriginalCommand ?? '';
    const words = asked
      .trim()
      .replace(/^countersign\s+/, '')
      .split(/\s+/);
    const id = words[1] ?? '';
    const last = words.indexOf('--reason') + 1;
    const text = last > 0 ? words.slice(last).join(' ') : '';
    const typed = (text === '' ? words : [...words.slice(0, last), 'TEXT'])
      .map((word, index) => (index === 1 && /^chg_[\da-f]+$/.test(word) ? 'ID' : word))
      .join(' ');
    const found = ALLOWED.find((one) => one.words === typed);
    if (!found)
      throw new CountersignError(
        'INPUT_INVALID',
        asked === '' ? 'This key gives no shell.' : `This key cannot run: ${makeVisibleLine(asked, 200)}`,
        `It runs: ${ALLOWED.map((one) => `countersign ${one.words}`).join(', ')}.`,
      );
    const config = overKeyOf(person, context.config);
    const as: Context = { ...context, config, withApp: (use, given = config) => context.withApp(use, given) };
    return found.run(as, person, id, text);
  },
};
