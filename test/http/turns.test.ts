import { describe, expect, it } from 'vitest';
import { createTurns } from '../../src/http/turns.ts';

const bounds = { ofAgent: 2, ofSponsor: 3, ofAll: 4, waitingOfAgent: 2, waitingOfSponsor: 4, waitMilliseconds: 50 };
const of = (agent: string, sponsor = agent) => ({ agent, sponsor });

describe('turns', () => {
  it('are bounded for an agent, for all agents of a sponsor, and for all', async () => {
    const turns = createTurns(bounds);
    const taken = await Promise.all([
      ...['a', 'a', 'a', 'b', 'b'].map((agent) => turns.take(of(agent, 'alice'))),
      ...['c', 'd'].map((agent) => turns.take(of(agent))),
    ]);
    expect(taken.map((end) => end !== undefined)).toEqual([true, true, false, true, false, true, false]);
    expect(turns.held).toBe(4);
  });

  it('go to whoever waits and may have one, past those who must wait for their own', async () => {
    const turns = createTurns({ ...bounds, waitMilliseconds: 5_000 });
    const [first] = await Promise.all([turns.take(of('noisy')), turns.take(of('noisy'))]);
    const order: string[] = [];
    const waiting = ['noisy', 'noisy'].map((agent) => turns.take(of(agent)).then(() => order.push(agent)));
    await turns.take(of('quiet')).then(() => order.push('quiet'));
    expect(order).toEqual(['quiet']);
    first!();
    await waiting[0];
    expect(order).toEqual(['quiet', 'noisy']);
  });

  it('are refused at once to an agent of whom enough wait', async () => {
    const turns = createTurns({ ...bounds, waitMilliseconds: 60_000 });
    await Promise.all([turns.take(of('a')), turns.take(of('a'))]);
    void turns.take(of('a'));
    void turns.take(of('a'));
    expect(await turns.take(of('a'))).toBeUndefined();
    expect(await turns.take(of('b'))).toBeDefined();
  });

  it('are refused to a sponsor of whom enough wait, whatever number of clients ask, and other sponsors go on', async () => {
    const turns = createTurns({ ...bounds, waitMilliseconds: 60_000 });
    for (let client = 0; client < bounds.ofSponsor; client += 1) await turns.take(of(`${client}`, 'alice'));
    for (let client = 0; client < bounds.waitingOfSponsor; client += 1) void turns.take(of(`w${client}`, 'alice'));
    expect(await turns.take(of('another', 'alice'))).toBeUndefined();
    expect(await turns.take(of('another', 'bob'))).toBeDefined();
  });

  it('end once, however often they are ended', async () => {
    const turns = createTurns(bounds);
    const [end, other] = [await turns.take(of('a')), await turns.take(of('a'))];
    end!();
    end!();
    expect(turns.held).toBe(1);
    other!();
    expect(turns.held).toBe(0);
  });
});
