/** What every store of the ledger must do, behind the awaited port. Run it with a factory for each store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import type { Ledger } from '../../src/core/ports.ts';

export interface StoreUnderTest {
  /** A handle on the same ledger: as another process would hold one. */
  open(): Ledger & { close(): void };
  /** Removes what the store left. */
  destroy(): void;
}

const progress = (text: string) => ({ kind: 'change.progress' as const, changeId: 'chg_a', body: { text } });
const later = () => new Promise((resolve) => setTimeout(resolve, 20));

export function ledgerContract(name: string, makeStore: () => StoreUnderTest): void {
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
    beforeEach(() => {
      store = makeStore();
      handles = [];
    });
    afterEach(() => {
      for (const handle of handles) handle.close();
      store.destroy();
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

    it('tells only the events whose body has a text, however it is quoted', async () => {
      const ledger = open();
      for (const text of ['unknown', '"text":"unknown"', 'known', 'ünknown']) await ledger.append(progress(text));
      const containing = async (text: string) => (await ledger.events({ containing: text })).map(({ seq }) => seq);
      expect(await containing('"text":"unknown"')).toEqual([1]);
      expect(await containing('ünknown')).toEqual([4]);
      expect(await containing('nothing has it')).toEqual([]);
      expect((await ledger.events({ containing: '"text":"unknown"', kinds: ['change.stale'] })).length).toBe(0);
    });

    it('tells what nothing else is recorded of, however old, as of a moment too', async () => {
      const ledger = open();
      const of = (kind: 'change.withdrawn' | 'change.stale', changeId: string) =>
        ledger.append({ kind, changeId, body: { why: '' } });
      await of('change.withdrawn', 'chg_a');
      await of('change.withdrawn', 'chg_b');
      const { seq } = await of('change.stale', 'chg_a');
      const without = async (untilSeq?: number) =>
        (
          await ledger.events({
            kinds: ['change.withdrawn'],
            withoutKinds: ['change.stale', 'change.closed'],
            ...(untilSeq === undefined ? {} : { untilSeq }),
          })
        ).map(({ changeId }) => changeId);
      expect(await without()).toEqual(['chg_b']);
      expect(await without(seq - 1)).toEqual(['chg_a', 'chg_b']);
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
      let isWritten: (value?: unknown) => void = () => undefined;
      const written = new Promise((resolve) => {
        isWritten = resolve;
      });
      let seenInside: number | undefined;
      const transaction = ledger.transact(async (tx) => {
        await tx.append(progress('inside'));
        seenInside = (await tx.events({ kinds: ['change.progress'] })).length;
        isWritten();
        await later();
      });
      await written;
      const outside = await Promise.all([textsIn(ledger), textsIn(other)]);
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
  });
}
