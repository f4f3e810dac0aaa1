import { type Command, JSON_OPTION, LOG_KEY_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

type Args = { file?: string; git?: string; branch?: string; witness?: string; witnessKey?: string; key?: string };

export const auditAnchor: Command<Args> = {
  name: 'audit anchor',
  summary:
    'keep a signed checkpoint in a file, a git repository or with a witness, if the ledger continues the one there',
  afterHelp: `Needs a key (countersign audit key), and --file, --git or --witness, or several: with a witness (C2SP tlog-witness) the
file and the repository keep the checkpoint that it cosigned. In a repository, git writes a commit on a branch
of its own and runs no hook; push the branch to a place that users of the state folder cannot rewrite.`,
  exits: { pass: 'anchored', failed: 'not anchored: the ledger does not continue the checkpoint there, or an error' },
  options: [
    { flags: '--file <file>', summary: 'a file that holds the newest checkpoint', completes: 'file' },
    { flags: '--git <folder>', summary: 'a git repository', completes: 'folder' },
    { flags: '--branch <name>', summary: 'the branch (default: countersign- and the id of the ledger)' },
    { flags: '--witness <url>', summary: 'the submission prefix of a witness' },
    { flags: '--witness-key <vkey>', summary: 'the verifier key of that witness' },
    LOG_KEY_OPTION,
    JSON_OPTION,
  ],
  arguments: [],
  run: (context, args) =>
    context.withApp(async ({ ledger }) => {
      const { anchorAll, anchoredText } = await import('../audit-anchor.ts');
      const anchored = await anchorAll(ledger, context.config.home, args);
      return { text: anchored.map(anchoredText).join('\n'), json: anchored, exit: EXIT.pass };
    }),
};
