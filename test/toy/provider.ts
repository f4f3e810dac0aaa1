/** A second cloud, as small as one can be: shelves of books in a JSON file. Nothing in src/ knows of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Call } from '../../src/core/call.ts';
import type { Effect } from '../../src/core/effect.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { admit } from '../../src/core/permit.ts';
import type { PlanDraft } from '../../src/core/plan.ts';
import type { Provider } from '../../src/core/ports.ts';
import type { Rights } from '../../src/core/rights.ts';
import { UNSEEN } from '../../src/core/subject.ts';
import { type DescribePorts, defineTool, type Tool } from '../../src/core/tool.ts';

/** By shelf: what it holds, and whether it is chained to the wall. */
export type Shelves = Record<string, { books: string[]; chained?: boolean }>;
type Reader = (shelf: string) => Shelves[string] | undefined;
const request = z.strictObject({ shelf: z.string(), book: z.string(), remove: z.boolean() });
type Request = z.infer<typeof request>;
const OWN: Rights = { credentials: 'unconfined', notLimited: [] };
const BOOK = 'Toy::Library::Book';

export function createToy(path: string, place: { account: string; region: string }): Provider & { writes(): Call[] } {
  const shelves = (): Shelves => JSON.parse(readFileSync(path, 'utf8'));
  const written: Call[] = [];
  const draft = ({ shelf, book, remove }: Request): PlanDraft => {
    const there = shelves()[shelf];
    if (!there) throw new CountersignError('INPUT_NOT_FOUND', `There is no shelf ${shelf}.`, 'describe_shelf looks.');
    const call = { step: 'step1', provider: 'toy', service: 'library', operation: remove ? 'TakeOut' : 'PutIn' };
    return {
      target: { kind: 'stack', ...place, name: shelf, ids: [shelf] },
      action: remove ? 'delete' : 'update',
      calls: [{ ...call, input: { shelf, book }, ...place }],
      effects: [effectOn(shelf, book, remove)],
      subject: {
        ...UNSEEN,
        lifecycle: 'live',
        itself: { type: 'Toy::Library::Shelf', ids: [shelf] },
        resourceCount: there.books.length,
        protectedFrom: there.chained ? ['delete'] : [],
      },
      actor: { account: place.account, name: 'librarian', role: null },
      observed: { shelf: there },
      dryRun: { kind: 'synthesised', succeeded: true },
      recipe: { planner: 'books', input: { shelf, book, remove } },
      notes: [],
    };
  };
  const classify: Provider['classify'] = ({ operation }) => (operation === 'Look' ? 'read' : 'write');
  return {
    name: 'toy',
    targets: ['stack'],
    hosts: { isOwn: () => false, holdsNames: () => false, isShared: () => false },
    factsOf: () => ({
      allowedCalls: [
        {
          provider: 'toy',
          service: 'library',
          operation: 'PutIn',
          actions: ['update'],
          inputs: { shelf: null, book: null },
        },
        {
          provider: 'toy',
          service: 'library',
          operation: 'TakeOut',
          actions: ['delete'],
          inputs: { shelf: null, book: null },
        },
      ],
      toolFor: {
        update: 'plan_book',
        delete: 'plan_book',
        copy: 'plan_book',
        tag: 'plan_book',
        roll_back: 'plan_book',
      },
      retainBy: 'a chain',
    }),
    completePlan: () => {
      throw new Error('the toy has no earlier plans');
    },
    actionOf: () => 'update',
    machineType: BOOK,
    describeEffects: (effects) => [...effects],
    holdsOf: () => 'data',
    isRevisionType: () => false,
    knownTypes: async () => ({ isKnownType: (type) => type === BOOK, isKnownService: () => true }),
    classify,
    placeOf: () => ({}),
    whereToLook: ({ name }) => [`look at the shelf ${name}`],
    endpoint: async () => 'toy',
    identity: async () => ({ ...place, name: 'librarian', role: null }),
    reader: ((shelf) => shelves()[shelf]) satisfies Reader,
    planners: [{ name: 'books', input: request, plan: async (asked) => draft(asked as Request) }],
    recompute: async ({ recipe }) => draft(request.parse(recipe.input)),
    leftoverOf: () => null,
    removalOf: async () => ({ why: 'plans leave nothing here' }),
    discard: async () => undefined,
    ownRights: async () => OWN,
    takeRights: async () => OWN,
    widenRights: async () => null,
    signing: async () => ({ signedAt: new Date().toISOString() }),
    refusedFrom: ({ signedAt }) => ({ ofAge: new Date(signedAt), ofCredentials: null }),
    clock: async () => new Date(),
    rehearse: async () => ({ kind: 'not_needed' }),
    async send(call, permit) {
      admit(call, permit, { class: classify(call) });
      const { shelf, book } = call.input as { shelf: string; book: string };
      const all = shelves();
      const rest = all[shelf]!.books.filter((one) => one !== book);
      all[shelf]!.books = call.operation === 'PutIn' ? [...rest, book] : rest;
      written.push(call);
      writeFileSync(path, JSON.stringify(all));
      return { kind: 'done', output: {} };
    },
    settle: async () => ({ kind: 'done', output: {} }),
    madeBy: () => [],
    differences: async () => [],
    find: async () => undefined,
    lookBack: async () => ({ detail: 'it stands there', ended: { call: 'done', state: 'succeeded' } }),
    follow: async () => ({ state: 'succeeded', detail: 'It stands there.' }),
    writes: () => written,
  };
}

const effectOn = (shelf: string, book: string, remove: boolean): Effect => ({
  kind: remove ? 'delete' : 'create',
  type: BOOK,
  logicalId: book,
  physicalId: `${shelf}/${book}`,
  owner: { kind: 'stack', name: shelf },
  holds: 'data',
  interrupts: 'no',
  reversibility: remove ? 'irreversible' : 'reversible',
  ...(remove ? { retention: { attribute: 'the chain', effective: 'Delete' } } : {}),
  revision: false,
  properties: [],
  marks: [],
  why: remove ? 'There is no other copy.' : 'It can be taken out again.',
});

export const toyTools: Tool[] = [
  defineTool({
    name: 'describe_shelf',
    effect: 'describe',
    title: 'Describe a shelf',
    description: 'What is on it.',
    input: z.strictObject({ shelf: z.string() }),
    output: z.looseObject({ books: z.array(z.string()) }),
    run: async ({ shelf }, { cloud }: DescribePorts<Reader>) => ({ books: cloud(shelf)?.books ?? [] }),
  }),
  defineTool({
    name: 'plan_book',
    effect: 'plan',
    title: 'Plan a book',
    description: 'Puts a book in, or takes it out.',
    input: request,
    action: ({ remove }) => (remove ? 'delete' : 'update'),
    target: ({ shelf }) => ({ kind: 'stack', name: shelf }),
    run: (input, { plan }) => plan('books', input),
  }),
];
