/** Sentences of the page. */
import type { ChangeState } from '../core/change-states.ts';
import { counted } from '../core/counted.ts';

export const NAME = 'Countersign';

export const ENTRY = {
  opening: 'Opening the page.',
  usedLink: 'This link was used already, or it is not a link of this page.',
  next: 'Use the newest link that countersign review printed.',
  noSession: 'This browser has not opened the page yet.',
} as const;

export const SIGN_IN = {
  opening: 'Opening the page.',
  unreachable: 'The identity provider cannot be reached.',
  notAsked: 'This browser did not ask to sign in, or it took too long.',
  refused: 'The identity provider did not confirm this sign-in.',
  unknown: (as: string) => `No person of the policy signs in as ${as}.`,
  unknownNext: 'The policy owners can add this name to signs_in_as of a person.',
  again: 'Open this page again to sign in.',
} as const;

export const ME = {
  label: 'You are',
  nobody: 'not said',
  say: 'Say who you are',
  set: 'Set',
  signedIn: 'You signed in as this person. Only your signature approves.',
  unproven: 'The page takes your word for this. Only your signature proves it.',
} as const;

export const CARD = {
  decisions: {
    pass: 'passes the guards',
    needs_approval: 'needs approval',
    denied: 'denied',
    plan_only: 'planned only',
    no_change: 'nothing would change',
  },
  hint: 'Values that agents may not see are left out.',
  notProposed: 'This card is for reading. The plan is not proposed, and nothing has changed.',
  howToSign: (id: string) =>
    `This card is for reading: nothing on it approves. It leaves out what agents may not see; people read the whole change, and sign it, with: countersign show ${id}`,
  more: (count: number) =>
    `${counted(count, 'group')} of changes did not fit on this card. describe_plan and countersign show have all of them.`,
} as const;

export const LIST = {
  title: 'Changes',
  yours: 'Waiting for you',
  waiting: 'Waiting for approval',
  others: 'Waiting for others',
  approved: 'Approved, not executed yet',
  running: 'Executing',
  unknown: 'Outcome unknown',
  recent: 'Recent',
  none: 'No change is waiting for approval.',
  noneYet: 'No agent has proposed a change yet.',
  more: 'Older changes are not on this page. List them with: countersign changes',
  halted: 'Everything is halted: no change can be proposed or executed until countersign resume.',
} as const;

export const CHANGE = {
  back: 'All changes',
  picture: 'The picture',
  pictureOf: (nodes: number, uses: number) =>
    `${counted(nodes, 'resource')}${uses > 0 ? '; an arrow points to the resource that is used' : ''}.`,
  grouped: 'Similar resources are drawn as one. The table below has each of them.',
  leftOut: (count: number) =>
    `${counted(count, 'other resource')} of the stack ${count === 1 ? 'is' : 'are'} not drawn: the change does not touch ${count === 1 ? 'it' : 'them'}, and ${count === 1 ? 'it uses' : 'they use'} nothing that it touches.`,
  progress: 'Progress',
  noProgress: 'No progress is recorded yet.',
  outcome: 'Outcome',
  receipt: 'Receipt',
  saveReceipt: 'Save the receipt',
  decide: 'Decide',
  toDecision: 'Go to the decision',
  notFound: 'There is no such change.',
  whole: 'Every value is here and none is cut.',
  columns: { path: 'Property', before: 'Before', after: 'After', value: 'Value' },
} as const;

export const PASSKEYS = {
  link: 'Your keys',
  title: 'Your keys',
  sayFirst: 'Say who you are at the top of the page first.',
  listed: (name: string) => `Keys that the policy lists for ${name}`,
  none: 'The policy lists no key.',
  make: 'Make a passkey',
  how: 'Your browser makes a passkey for this page. It signs nothing until the owners of the policy have added it, so tell one of them its fingerprint yourself.',
  needsScript: 'Passkeys need the script of this page, which this browser does not run.',
  button: 'Make a passkey for this page',
} as const;

export const SIGN = {
  title: 'Your decision',
  saysNothing: 'The page approves nothing: your key signs the exact change that is shown above.',
  approve: 'Approve with your passkey',
  reject: 'Reject with your passkey',
  type: 'Its name:',
  withKey: 'Approve with an OpenSSH key. Run this on your machine:',
  elsewhere: 'From another machine that can reach this one',
  rejectWithKey: 'Reject with an OpenSSH key; --reason TEXT adds a reason, which is signed too:',
  reason: 'Reason (optional; signed, and shown to the agent):',
  noPasskey: 'Make a passkey for this page, to sign in the browser',
  chooseFirst: 'Say who you are at the top of the page to see whether you can approve.',
  signed: 'You have approved this change. It waits for the other approvals.',
  cannot: (why: string) => `You cannot approve this change: ${why}`,
  who: 'Approvers',
  may: 'can approve',
  you: 'you',
  noPeople: 'The policy names no people, so this change cannot be approved.',
  closed: 'There is nothing to decide.',
} as const;

export const STATE_WORDS: Readonly<Record<ChangeState, string>> = {
  denied: 'denied',
  pending: 'waiting for approval',
  approved: 'approved',
  executing: 'executing',
  succeeded: 'succeeded',
  failed: 'failed',
  rolled_back: 'rolled back',
  unknown: 'outcome unknown',
  rejected: 'rejected',
  expired: 'expired',
  stale: 'stale',
  withdrawn: 'withdrawn',
  closed: 'closed',
};
