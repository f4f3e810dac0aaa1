/** What every store of the ledger must do, behind the awaited port. Run it with a factory for each store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import type { EventQuery } from '../../src/core/events.ts';
import { tagged } from '../../src/core/kept.ts';
import type { Target } from '../../src/core/plan.ts';
import type { Ledger } from '../../src/core/ports.ts';
import type { OpenLedger } from '../../src/ledger/ledger.ts';
import { verifyConsistency, verifyInclusion } from '../../src/ledger/merkle.ts';
import { exportedFrom, verifyLedger } from '../../src/ledger/open.ts';

export interface StoreUnderTest {
  place: string;
  /** A handle on the same ledger: as another process would hold one. */
  open(): OpenLedger;
  /** Removes what the store left. */
  destroy(): void;
}

const progress = (text: string) => ({ kind: 'change.progress' as const, changeId: 'chg_a', body: { text } });
const targetOf = (name: string, ...ids: string[]): Target => ({
  kind: 'stack',
  account: '1',
  region: 'r1',
  name,
  ids,
});
/** Of what is kept; `day` of January 2026: until then it can be approved. */
const proposal = (changeId: string, target: Target, sponsor: string | null, day = 1) => {
  const judgement = { decision: 'needs_approval', verdicts: [], seats: 1, roles: [] };
  const [proposedAt, approveBy] = ['2026-01-01T00:00:00.000Z', `2026-01-0${day}T08:00:00.000Z`];
  const body = { target, sponsor, judgement, proposedAt, approveBy } as never;
  return { kind: 'change.proposed' as const, changeId, body };
};
const executing = (changeId: string, target: Target) => ({
  kind: 'change.executing' as const,
  changeId,
  body: { target } as never,
});
const finished = (changeId: string, target: Target, state: string) => ({
  kind: 'change.finished' as const,
  changeId,
  body: { target, outcome: { state } } as never,
});
const later = () => new Promise((resolve) => setTimeout(resolve, 20));

export function ledgerContract(name: string, makeStore: () => StoreUnderTest | Promise<StoreUnderTest>): void {
  describe(`the ledger in ${name}`, () => {
    let store: StoreUnderTest;
    let handles: ReturnType<StoreUnderTest['open']>[];
    const open = () => {
      const handle = store.open();
      handles.push(handle);
      return handle;
    };
    const textsIn = async (ledger: Ledger) =>
      (await ledger.events({ kinds: ['change.progress'] })).map(({ body }) => (body as { text: string }).text);
    beforeEach(async () => {
      handles = [];
      store = await makeStore();
    });
    afterEach(() => {
      for (const handle of handles) handle.close();
      store?.destroy();
    });

    it('lets one at a time run what is for one alone, and the next when that has ended, however it ends', async () => {
      const [one, two] = [open(), open()];
      let end: () => void = () => undefined;
      const ends = new Promise<void>((resolve) => {
        end = resolve;
      });
      let begins: () => void = () => undefined;
      const begun = new Promise<void>((resolve) => {
        begins = resolve;
      });
      const running = one.alone('telling', async () => {
        begins();
        await ends;
        return 'one';
      });
      await begun;
      expect(await two.alone('telling', async () => 'two')).toBeUndefined();
      end();
      expect(await running).toBe('one');
      const failing = two.alone('telling', async () => Promise.reject(new Error('it fails')));
      await expect(failing).rejects.toThrow('it fails');
      await expect.poll(() => one.alone('telling', async () => 'one again')).toBe('one again');
    });

    it('keeps appends in the order in which they were asked for, numbered from 1 without a gap', async () => {
      const ledger = open();
      const texts = Array.from({ length: 30 }, (_, turn) => `t${turn}`);
      const appended = await Promise.all(texts.map((text) => ledger.append(progress(text))));
      expect(appended.map(({ seq }) => seq)).toEqual(texts.map((_, turn) => turn + 1));
      expect(await textsIn(ledger)).toEqual(texts);
    });

    it('lets a name be claimed once, by whichever handle asks first', async () => {
      const claims = [open(), open(), open()].map((ledger) => ledger.transact((tx) => tx.claim('nonce/1')));
      expect((await Promise.all(claims)).filter((won) => won)).toHaveLength(1);
      expect(await open().transact((tx) => tx.claim('nonce/1'))).toBe(false);
    });

    it('loses no append that is made while a transaction awaits and throws, and keeps nothing of that', async () => {
      const ledger = open();
      const document = { plan: 'of a transaction that fails' };
      let appends: Promise<unknown>[] = [];
      const failing = ledger.transact(async (tx) => {
        await tx.append(progress('lost'));
        await tx.claim('nonce/lost');
        await tx.putDocument(document);
        await later();
        throw new Error('decided otherwise');
      });
      appends = Array.from({ length: 50 }, (_, turn) => ledger.append(progress(`kept ${turn}`)));
      await expect(failing).rejects.toThrow('decided otherwise');
      await Promise.all(appends);
      expect(await textsIn(ledger)).toEqual(Array.from({ length: 50 }, (_, turn) => `kept ${turn}`));
      expect(await ledger.document(digestOf(document))).toBeUndefined();
      expect(await ledger.transact((tx) => tx.claim('nonce/lost'))).toBe(true);
    });

    it('finds events by their tags, within a time, and what cannot be read by every tag', async () => {
      const ledger = open();
      const [one, two] = [targetOf('one', 'i-1', 'i-2'), targetOf('two', 'i-2')];
      await ledger.append(proposal('chg_1', one, 'ann'));
      await ledger.transact((tx) => tx.append(executing('chg_1', one)));
      const { at } = await ledger.append(proposal('chg_2', two, null));
      await ledger.append(proposal('chg_3', { ...one, region: 'r2' }, 'bob'));
      const seqs = async (tags: string[], more: EventQuery = {}) =>
        (await open().events({ tags, ...more })).map(({ seq }) => seq);
      expect(await seqs(tagged.target(one))).toEqual([1, 2, 3]);
      expect(await seqs(tagged.target(targetOf('two')))).toEqual([3]);
      expect(await seqs(tagged.target(targetOf('other', 'i-1')), { newestFirst: true, limit: 1 })).toEqual([2]);
      expect(await seqs(tagged.target(one), { kinds: ['change.executing'], changeId: 'chg_1' })).toEqual([2]);
      expect(await seqs(tagged.target(one), { sinceAt: at, untilAt: at, sinceSeq: 2 })).toEqual([3]);
      expect(await seqs(tagged.target(one), { sinceAt: '9999' })).toEqual([]);
      expect(await seqs(tagged.sponsor('proposed', 'ann'))).toEqual([1]);
      expect(await seqs(tagged.sponsor('proposed', null))).toEqual([3]);
      await ledger.append({ ...executing('chg_4', one), body: { target: 'elsewhere' } as never });
      for (const tags of [tagged.target(two), tagged.sponsor('proposed', 'ann'), tagged.observed()])
        expect((await seqs(tags)).at(-1)).toBe(5);
    });

    it('finds events of those whose id begins so, and of no other', async () => {
      const ledger = open();
      for (const id of ['chg_ab', 'chg_abc', 'chg_abd', 'chg_ac', 'chg_aB', 'chg_a%'])
        await ledger.append(proposal(id, targetOf('one'), null));
      await ledger.append({ kind: 'plan.left_nothing', planId: 'chg_ab', body: {} });
      const found = async (query: EventQuery) => (await ledger.events(query)).map(({ changeId }) => changeId);
      expect(await found({ changeIdPrefix: 'chg_ab' })).toEqual(['chg_ab', 'chg_abc', 'chg_abd']);
      expect(await found({ changeIdPrefix: 'chg_ab', newestFirst: true, limit: 2 })).toEqual(['chg_abd', 'chg_abc']);
      expect(await found({ changeIdPrefix: 'chg_a%' })).toEqual(['chg_a%']);
      expect(await found({ changeIdPrefix: 'chg_ab', kinds: ['change.approved'] })).toEqual([]);
      expect((await ledger.events({ planIdPrefix: 'chg_' })).map(({ planId }) => planId)).toEqual(['chg_ab']);
    });

    it('tells how changes stand, of which the time is not over, and page by page', async () => {
      const ledger = open();
      const target = targetOf('one');
      const of = (kind: 'change.withdrawn' | 'change.closed', changeId: string) =>
        ledger.append({ kind, changeId, body: { why: '', by: '' } as never });
      for (const turn of [1, 2, 3, 4, 5]) await ledger.append(proposal(`chg_${turn}`, target, 'ann', turn));
      const standing = async (query: EventQuery) => (await open().events(query)).map(({ changeId }) => changeId);
      const waiting = { states: ['waiting'] as const };
      expect(await standing({ standing: waiting, newestFirst: true, limit: 2, untilSeq: 4 })).toEqual([
        'chg_4',
        'chg_3',
      ]);
      expect(await standing({ standing: { ...waiting, at: '2026-01-04T00:00:00.000Z' } })).toEqual(['chg_4', 'chg_5']);
      await of('change.withdrawn', 'chg_2');
      await ledger.append(executing('chg_3', target));
      expect(await standing({ standing: waiting })).toEqual(['chg_1', 'chg_4', 'chg_5']);
      const begun = { states: ['executing', 'unknown'] as const, at: '2026-02-01T00:00:00.000Z' };
      expect(await standing({ standing: begun, tags: tagged.target(target) })).toEqual(['chg_3']);
      expect(await standing({ standing: begun, tags: tagged.target(targetOf('two')) })).toEqual([]);
      await ledger.append(finished('chg_3', target, 'unknown'));
      expect(await standing({ standing: begun, tags: tagged.target(target) })).toEqual(['chg_3']);
      const ended = { states: ['withdrawn', 'closed', 'unknown'] as const };
      expect(await standing({ standing: ended, tags: tagged.sponsor('proposed', 'ann'), sinceAt: '2026' })).toEqual([
        'chg_2',
        'chg_3',
      ]);
      await of('change.withdrawn', 'chg_3');
      expect(await standing({ standing: begun })).toEqual(['chg_3']);
      await of('change.closed', 'chg_3');
      expect(await standing({ standing: begun })).toEqual([]);
    });

    it('undoes of what is asked for at one moment only the part that throws, with what is kept of it', async () => {
      const ledger = open();
      const target = targetOf('one');
      const asked = ['a', 'b', 'thrown', 'c', 'unwritable', 'd'].map((name) => {
        if (name === 'unwritable') return ledger.append({ ...progress(name), body: { text: Number.NaN as never } });
        return ledger.transact(async (tx) => {
          await tx.append(proposal(`chg_${name}`, target, 'ann'));
          await tx.claim(`nonce/${name}`);
          await later();
          if (name === 'thrown') throw new Error('decided otherwise');
        });
      });
      const ends = await Promise.allSettled(asked);
      expect(ends.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, false, true]);
      const kept = { tags: tagged.target(target), standing: { states: ['waiting'] as const } };
      for (const query of [{}, kept])
        expect((await open().events(query)).map(({ seq, changeId }) => [seq, changeId])).toEqual([
          [1, 'chg_a'],
          [2, 'chg_b'],
          [3, 'chg_c'],
          [4, 'chg_d'],
        ]);
      expect(await ledger.transact((tx) => tx.claim('nonce/thrown'))).toBe(true);
      expect(await ledger.transact((tx) => tx.claim('nonce/c'))).toBe(false);
    });

    it('lets transactions that await read, decide and append one after the other', async () => {
      const ledger = open();
      const addOne = () =>
        ledger.transact(async (tx) => {
          const count = (await tx.events({ kinds: ['change.progress'] })).length;
          await later();
          await tx.append(progress(`after ${count}`));
        });
      await Promise.all(Array.from({ length: 5 }, addOne));
      expect(await textsIn(ledger)).toEqual(['after 0', 'after 1', 'after 2', 'after 3', 'after 4']);
    });

    it('lets transactions of two handles wait for one another', async () => {
      const handles = [open(), open()];
      const addOne = (ledger: Ledger) =>
        ledger.transact(async (tx) => {
          const count = (await tx.events({ kinds: ['change.progress'] })).length;
          await later();
          await tx.append(progress(`after ${count}`));
        });
      await Promise.all([...handles, ...handles].map(addOne));
      expect(await textsIn(handles[0]!)).toEqual(['after 0', 'after 1', 'after 2', 'after 3']);
    });

    it('shows nobody what is not committed, and the transaction its own', async () => {
      const [ledger, other] = [open(), open()];
      await ledger.append(progress('before'));
      const [written, looked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let seenInside: number | undefined;
      const transaction = ledger.transact(async (tx) => {
        await tx.append(progress('inside'));
        seenInside = (await tx.events({ kinds: ['change.progress'] })).length;
        written.resolve();
        await looked.promise;
      });
      await written.promise;
      const outside = await Promise.all([textsIn(ledger), textsIn(other)]).finally(looked.resolve);
      await transaction;
      expect(outside).toEqual([['before'], ['before']]);
      expect(seenInside).toBe(2);
      expect(await textsIn(other)).toEqual(['before', 'inside']);
    });

    it('keeps of a decision that is run again only what its last run did', async () => {
      const ledger = open();
      const runs: boolean[] = [];
      const decide = async (tx: Parameters<Parameters<Ledger['transact']>[0]>[0]) => {
        runs.push(await tx.claim('nonce/again'));
        await tx.append(progress('decided'));
      };
      await expect(
        ledger.transact(async (tx) => {
          await decide(tx);
          throw new Error('run it again');
        }),
      ).rejects.toThrow('run it again');
      await ledger.transact(decide);
      expect(runs).toEqual([true, true]);
      expect(await textsIn(ledger)).toEqual(['decided']);
    });

    it('lets two handles append at once, and each sees all of both', async () => {
      const [one, two] = [open(), open()];
      await Promise.all(
        Array.from({ length: 20 }, (_, turn) => [
          one.append(progress(`1/${turn}`)),
          two.append(progress(`2/${turn}`)),
        ]).flat(),
      );
      const texts = await textsIn(one);
      expect(texts).toEqual(await textsIn(two));
      for (const name of ['1', '2'])
        expect(texts.filter((text) => text.startsWith(name))).toEqual(
          Array.from({ length: 20 }, (_, turn) => `${name}/${turn}`),
        );
      expect((await one.events()).map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    });

    it('keeps a document under the digest of its content, whoever puts it again', async () => {
      const ledger = open();
      const put = (document: unknown) => ledger.transact((tx) => tx.putDocument(document));
      const digest = await put({ b: 1, a: [2] });
      expect(digest).toBe(digestOf({ a: [2], b: 1 }));
      expect(await put({ a: [2], b: 1 })).toBe(digest);
      expect(await put({ a: [3], b: 1 })).not.toBe(digest);
      expect(await open().document(digest)).toEqual({ a: [2], b: 1 });
    });

    it('refuses, and does not wait for ever for, whoever uses it beside the transaction that it is in', async () => {
      const ledger = open();
      const defect = expect.objectContaining({ code: 'INTERNAL' });
      const other = open();
      for (const beside of [
        () => ledger.append(progress('beside')),
        () => other.append(progress('beside')),
        () => ledger.events(),
        () => ledger.document('sha256:x'),
        () => ledger.transact(async () => undefined),
      ])
        await expect(
          ledger.transact(async (tx) => {
            await tx.append(progress('lost'));
            await beside();
          }),
        ).rejects.toThrow(defect);
      expect(await textsIn(ledger)).toEqual([]);
    });

    it('refuses a transaction that is used after its end', async () => {
      const ledger = open();
      const kept = await ledger.transact(async (tx) => ({ append: tx.append }));
      await expect(kept.append(progress('late'))).rejects.toThrow(expect.objectContaining({ code: 'INTERNAL' }));
      expect(await textsIn(ledger)).toEqual([]);
    });

    it('is verified whole, proves its events and its own past, and is exported as it was hashed', async () => {
      const ledger = open();
      const heads = [await ledger.head()];
      const digest = await ledger.putDocument({ plan: 1 });
      for (let turn = 1; turn <= 13; turn += 1) {
        await ledger.append({
          kind: 'test.turn',
          changeId: 'chg_ä😀',
          body: { text: `${turn}\0"\n`, document: digest },
        });
        heads.push(await ledger.head());
      }
      await ledger.append(proposal('chg_1', targetOf('one', 'i-1'), 'ann'));
      const { size, rootHash } = await ledger.head();
      expect(await verifyLedger(store.place)).toEqual({ ok: true, size, rootHash, anchored: 'nothing' });
      const old = { origin: await ledger.origin(), ...heads[5]! };
      expect(await verifyLedger(store.place, old)).toMatchObject({ ok: true, anchored: 'checkpoint' });
      const root = Buffer.from(rootHash, 'hex');
      for (const { size: count, rootHash: before } of heads) {
        const past = { size: count, root: Buffer.from(before, 'hex') };
        expect(verifyConsistency(past, { size, root }, await ledger.consistencyProof(count))).toBe(true);
        if (count === 0) continue;
        const { bytes, hash } = await ledger.leaf(count);
        expect(JSON.parse(String(bytes)).seq).toBe(count);
        expect(verifyInclusion(hash, count - 1, size, await ledger.inclusionProof(count), root)).toBe(true);
      }
      const missing = expect.objectContaining({ code: 'INPUT_NOT_FOUND' });
      await expect(ledger.leaf(size + 1)).rejects.toThrow(missing);
      await expect(ledger.inclusionProof(3, 2)).rejects.toThrow(missing);
      const exported: string[] = [];
      for await (const line of exportedFrom(store.place, { kinds: ['test.turn'], changeId: 'chg_ä😀' }))
        exported.push(line);
      expect(exported).toHaveLength(13);
      expect(exported[4]).toBe(String((await ledger.leaf(5)).bytes));
    });

    it('takes texts that a column cannot have, and finds them again', async () => {
      const ledger = open();
      const strange = ['chg_a\0b', `chg_${'x'.repeat(5_000)}`];
      expect(await ledger.events({ changeId: 'chg_\ud800' })).toEqual([]);
      for (const id of strange) await ledger.append(proposal(id, targetOf(`name ${id}`), `for ${id}`));
      for (const [index, id] of strange.entries()) {
        expect((await ledger.events({ changeId: id })).map(({ seq }) => seq)).toEqual([index + 1]);
        const tags = tagged.sponsor('proposed', `for ${id}`);
        expect((await ledger.events({ tags })).map(({ seq }) => seq)).toEqual([index + 1]);
      }
      expect(await verifyLedger(store.place)).toMatchObject({ ok: true, size: 2 });
    });

    it('tells whoever watches it of what another handle appends, until that is called off', async () => {
      const [watched, other] = [open(), open()];
      await other.append(progress('before'));
      let told = 0;
      let wake: () => void = () => undefined;
      const stop = watched.watch(() => {
        told += 1;
        wake();
      });
      const seen = async (text: string) => {
        for (let known = told; !(await textsIn(watched)).includes(text); known = told)
          if (told === known)
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
      };
      for (const text of ['one', 'two', 'three']) {
        const waiting = seen(text);
        await other.append(progress(text));
        await waiting;
      }
      expect(told).toBeGreaterThan(0);
      stop();
      await later();
      const before = told;
      await other.append(progress('after'));
      await later();
      expect(told).toBe(before);
    });
  });
}
