/** Passkeys on the page: two people in two browser profiles, each with an authenticator of their own. */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openOffers } from '../../src/approvals/offered-keys.ts';
import { needs } from '../needs.ts';
import { DEV_STACK, openTestWorld, proposeFix, type TestWorld } from '../world.ts';
import { hasChromium, launch, type Review, review } from './browser.ts';

interface Seat {
  tab: Page;
  cdp: CDPSession;
  authenticatorId: string;
  line: string;
  fingerprint: string;
}
let browser: Browser;
let world: TestWorld;
let page: Review;
let bob: Seat;
let carol: Seat;

beforeAll(async () => {
  if (hasChromium) browser = await launch();
}, 60_000);
afterAll(() => browser?.close());
/** A ledger and a page of its own for each test; people keep their browsers and passkeys. */
beforeEach(async (context) => {
  needs(context, 'chromium', hasChromium);
  world = await openTestWorld();
  page = await review(world.app, { reopen: async () => world.app });
  bob ??= await enrol('bob');
  carol ??= await enrol('carol');
}, 60_000);
afterEach(async () => {
  await page?.close();
  world?.close();
});

const policy = () =>
  Object.entries({ bob, carol })
    .reduce(
      (text, [name, { line }]) => text.replace(new RegExp(`(${name}: .*keys: \\[)`), `$1"${line}", `),
      world.policyText,
    )
    .concat('seats:\n  development: { reversible: 1, recoverable: 1, irreversible: 2 }\n');
/** The owners have adopted the passkeys, and both people have opened the page. */
async function adopted(): Promise<void> {
  await world.another({ policy: policy() });
  for (const [name, { tab }] of Object.entries({ bob, carol })) {
    await tab.goto(page.links.at(-1)!);
    await tab.waitForURL(`${page.origin}/`);
    await sayWho(tab, name);
  }
}

async function sayWho(tab: Page, name: string): Promise<void> {
  await tab.selectOption('#person', name);
  await tab.click('form.me button');
  await tab.waitForLoadState();
}

/** In a profile of their own, with an authenticator that verifies its user. */
async function enrol(name: string): Promise<Seat> {
  const tab = await page.open(browser, '/passkeys');
  const cdp = await tab.context().newCDPSession(tab);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await sayWho(tab, name);
  await tab.click('form[data-enrol] button');
  await tab.locator('.said', { hasText: /\S/ }).waitFor();
  const said = await tab.innerText('.said');
  const [offer] = await openOffers(world.app.ledger, world.app.policyFile!.people);
  expect(said).toContain(`${offer!.fingerprint}. They run: countersign people enroll ${name} --offer ${offer!.seq}`);
  return { tab, cdp, authenticatorId, line: offer!.line, fingerprint: offer!.fingerprint };
}

const goTo = (seat: Seat, id: string) => seat.tab.goto(`${page.origin}/changes/${id}`);
/** Presses the button, and gives what the page says. */
async function decide({ tab }: Seat, id: string, decision: 'approve' | 'reject', typed?: string): Promise<string> {
  await tab.goto(`${page.origin}/changes/${id}`);
  const form = `form[data-decision="${decision}"]`;
  if (typed !== undefined) await tab.fill(`${form} input`, typed);
  await tab.click(`${form} button`);
  const said = tab.locator(`${form} .said`, { hasText: /\S/ });
  await said
    .or(tab.locator(`#decide:not(:has(${form}))`))
    .first()
    .waitFor();
  return String(await tab.evaluate(`document.querySelector('${form} .said')?.textContent ?? ''`));
}
/** Needs two approvals, and its name typed. */
async function proposeDeletion(): Promise<string> {
  const plan = await world.call('plan_stack_delete', { stack: DEV_STACK });
  const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'clean_up', reason: 'old' });
  return String(change.change_id);
}
const stateOf = async (id: string) => (await world.app.changes.find(id)).state;

/** What a script of the page could send: past the page's own form. */
const ask = (seat: Seat, id: string, body: object = { decision: 'approve' }) =>
  seat.tab.evaluate(
    `fetch('/changes/${id}/ask', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: ${JSON.stringify(JSON.stringify(body))} }).then((r) => r.json())`,
  ) as Promise<Record<string, unknown>>;
const assertion = (seat: Seat, options: unknown) =>
  seat.tab.evaluate(
    `navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)}) }).then((one) => one.toJSON())`,
  ) as Promise<Record<string, unknown>>;
const send = (seat: Seat, id: string, response: unknown, decision = 'approve') =>
  seat.tab.evaluate(
    `fetch('/changes/${id}/sign', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: ${JSON.stringify(JSON.stringify({ decision, response }))} }).then((r) => r.json())`,
  ) as Promise<Record<string, unknown>>;

describe('a passkey that is only offered', () => {
  it('signs nothing, and the page does not ask for it', async () => {
    const fresh = await enrol('bob');
    const id = await proposeFix(world);
    await goTo(fresh, id);
    expect(await fresh.tab.locator('form[data-sign]').count()).toBe(0);
    expect(await fresh.tab.locator('.choice.approve a').innerText()).toContain('Make a passkey');
    expect(await ask(fresh, id)).toMatchObject({ code: 'APPROVAL_KEY_UNKNOWN' });
  });
});

describe('a passkey that the owners have adopted', () => {
  beforeEach(adopted, 60_000);

  it('approves, with its user verified, and the page follows', async () => {
    const id = await proposeFix(world);
    await decide(bob, id, 'approve');
    await bob.tab.waitForSelector('#standing .state.approved');
    expect(await world.app.changes.find(id)).toMatchObject({
      state: 'approved',
      approvals: [{ person: 'bob', keyFingerprint: bob.fingerprint, userVerified: true }],
    });
    expect(await bob.tab.innerText('#standing')).toContain('(touched, user verified)');
    expect(await world.execute(id)).toMatchObject({ state: 'succeeded' });
  });

  it('rejects, also what is approved already', async () => {
    const id = await proposeFix(world);
    await decide(carol, id, 'reject');
    await carol.tab.waitForSelector('#standing .state.rejected');
    const other = await proposeFix(world);
    await decide(bob, other, 'approve');
    await decide(carol, other, 'reject');
    expect([await stateOf(id), await stateOf(other)]).toEqual(['rejected', 'rejected']);
  });

  it('fills one approval of two; another person in another profile the other, and both pages know', async () => {
    const id = await proposeDeletion();
    await goTo(carol, id);
    await decide(bob, id, 'approve', DEV_STACK);
    await carol.tab.locator('#standing', { hasText: 'approvals 1 of 2' }).waitFor();
    expect(await stateOf(id)).toBe('pending');
    await decide(carol, id, 'approve', DEV_STACK);
    await bob.tab.waitForSelector('#standing .state.approved');
    expect(await stateOf(id)).toBe('approved');
  }, 60_000);

  it('wants the name of what cannot be brought back', async () => {
    const id = await proposeDeletion();
    expect(await decide(bob, id, 'approve', 'cost-explorer')).toContain(`Type ${DEV_STACK} to approve it.`);
    expect(await ask(bob, id)).toMatchObject({ code: 'APPROVAL_NOT_CONFIRMED' });
    expect((await world.app.changes.find(id)).approvals).toEqual([]);
    await decide(bob, id, 'approve', DEV_STACK);
    expect((await world.app.changes.find(id)).approvals).toMatchObject([{ person: 'bob' }]);
  });

  it('is one person’s: whoever says to be another signs nothing', async () => {
    const id = await proposeFix(world);
    await sayWho(bob.tab, 'carol');
    await goTo(bob, id);
    // No browser of bob's has what is asked for.
    await expect(assertion(bob, { ...(await ask(bob, id)), timeout: 1_000 })).rejects.toThrow('NotAllowedError');
    // With carol's statement, and a passkey of bob's.
    const options = await ask(bob, id);
    const own = bob.line.split(' ')[1];
    const signed = await assertion(bob, { ...options, allowCredentials: [{ id: own, type: 'public-key' }] });
    expect(await send(bob, id, signed)).toMatchObject({ code: 'APPROVAL_WRONG_STATEMENT' });
    await sayWho(bob.tab, 'alice');
    expect(await bob.tab.locator('.choice.approve').count()).toBe(0);
    await sayWho(bob.tab, 'bob');
    expect(await stateOf(id)).toBe('pending');
  });

  it('signs one change and one decision', async () => {
    const [id, other] = [await proposeFix(world), await proposeFix(world, 2048)];
    await goTo(bob, id);
    const signed = await assertion(bob, await ask(bob, id));
    expect(await send(bob, other, signed)).toMatchObject({ code: 'INPUT_SIGNATURE_INVALID' });
    expect(await send(bob, id, signed, 'reject')).toMatchObject({ code: 'INPUT_SIGNATURE_INVALID' });
    expect(await send(bob, id, signed, 'maybe')).toMatchObject({ code: 'INPUT_INVALID' });
    expect([await stateOf(id), await stateOf(other)]).toEqual(['pending', 'pending']);
    expect(await send(bob, id, signed)).toEqual({ state: 'approved' });
  });

  it('is not taken twice', async () => {
    const id = await proposeDeletion();
    await goTo(bob, id);
    const signed = await assertion(bob, await ask(bob, id, { decision: 'approve', typed: DEV_STACK }));
    const body = JSON.stringify(JSON.stringify({ decision: 'approve', typed: DEV_STACK, response: signed }));
    const again = () =>
      bob.tab.evaluate(
        `fetch('/changes/${id}/sign', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: ${body} }).then((r) => r.json())`,
      );
    expect(await again()).toEqual({ state: 'pending' });
    expect(await again()).toMatchObject({
      code: expect.stringMatching(/STATE_ALREADY_SIGNED|INPUT_SIGNATURE_INVALID/),
    });
    expect((await world.app.changes.find(id)).approvals).toHaveLength(1);
  });

  it.each([
    ['without verifying its user', { isBadUV: true }, 'APPROVAL_USER_VERIFICATION_MISSING'],
    ['without a touch', { isBadUP: true }, 'APPROVAL_USER_PRESENCE_MISSING'],
    ['over something else', { isBogusSignature: true }, 'INPUT_SIGNATURE_INVALID'],
  ])('that signs %s is refused', async (_name, bits, code) => {
    const id = await proposeFix(world);
    await goTo(bob, id);
    const { authenticatorId } = bob;
    await bob.cdp.send('WebAuthn.setResponseOverrideBits', { authenticatorId, ...bits });
    try {
      const signed = await assertion(bob, await ask(bob, id));
      expect(await send(bob, id, signed)).toMatchObject({ code });
      expect(await stateOf(id)).toBe('pending');
    } finally {
      await bob.cdp.send('WebAuthn.setResponseOverrideBits', {
        authenticatorId,
        isBadUV: false,
        isBadUP: false,
        isBogusSignature: false,
      });
    }
  });

  it('under the id of another is refused', async () => {
    const id = await proposeFix(world);
    await goTo(bob, id);
    const signed = await assertion(bob, await ask(bob, id));
    const other = carol.line.split(' ')[1];
    expect(await send(bob, id, { ...signed, id: other, rawId: other })).toMatchObject({
      code: 'INPUT_SIGNATURE_INVALID',
    });
    expect(await send(bob, id, { ...signed, id: 'AAAA', rawId: 'AAAA' })).toMatchObject({
      code: 'APPROVAL_KEY_UNKNOWN',
    });
    expect(await send(bob, id, 'nonsense')).toMatchObject({ code: 'INPUT_SIGNATURE_INVALID' });
  });

  it('asked by a page of another port of this machine is refused', async () => {
    const id = await proposeFix(world);
    await goTo(bob, id);
    const options = await ask(bob, id);
    const other = await review(world.app, { reopen: async () => world.app });
    try {
      await bob.tab.goto(other.links[0]!);
      await bob.tab.waitForURL(`${other.origin}/`);
      const signed = await assertion(bob, options);
      await goTo(bob, id);
      expect(await send(bob, id, signed)).toMatchObject({ code: 'INPUT_SIGNATURE_INVALID' });
      expect(await stateOf(id)).toBe('pending');
    } finally {
      await other.close();
    }
  });

  it('after the time to approve is refused', async () => {
    const id = await proposeFix(world);
    const later = () => new Date(Date.now() + 30 * 3_600_000);
    const late = await world.another({ now: later });
    const other = await review(late, { now: later });
    try {
      await bob.tab.goto(other.links[0]!);
      await bob.tab.waitForURL(`${other.origin}/`);
      await sayWho(bob.tab, 'bob');
      await bob.tab.goto(`${other.origin}/changes/${id}`);
      expect(await bob.tab.innerText('#standing .state')).toContain('expired');
      expect(await bob.tab.locator('form[data-sign]').count()).toBe(0);
      const signed = await assertion(bob, await ask(bob, id));
      expect(await send(bob, id, signed)).toMatchObject({
        code: expect.stringMatching(/^(?:APPROVAL_EXPIRED|STATE_CHANGE_EXPIRED)$/),
      });
    } finally {
      await other.close();
    }
  });

  it('that is revoked signs nothing more, and what it signed no longer counts', async () => {
    const id = await proposeDeletion();
    await decide(carol, id, 'approve', DEV_STACK);
    const signed = await assertion(carol, await ask(carol, id, { decision: 'reject' }));
    await world.another({ policy: policy().replace(`"${carol.line}", `, '') });
    await carol.tab.goto(`${page.origin}/changes/${id}`);
    expect(await carol.tab.innerText('#standing')).toContain('DOES NOT COUNT');
    expect(await carol.tab.innerText('#standing')).toContain('approvals 0 of 2');
    expect(await ask(carol, id)).toMatchObject({ code: expect.stringMatching(/APPROVAL_KEY_UNKNOWN|NOT_CONFIRMED/) });
    expect(await send(carol, id, signed, 'reject')).toMatchObject({ code: 'APPROVAL_KEY_UNKNOWN' });
  }, 60_000);
});

it('is made by the page for whoever a person says they are, and for nobody else', async () => {
  const tab = await page.open(browser, '/passkeys');
  expect(await tab.locator('form[data-enrol]').count()).toBe(0);
  const asked = await tab.evaluate(
    `fetch('/passkeys/ask', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).then((r) => r.json())`,
  );
  expect(asked).toMatchObject({ code: 'INPUT_INVALID' });
  await sayWho(tab, 'bob');
  // An answer to nothing that was asked, or to what was answered already.
  const offered = await tab.evaluate(
    `fetch('/passkeys/offer', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).then((r) => r.json())`,
  );
  expect(offered).toMatchObject({ code: 'INPUT_INVALID' });
});

it('answers no request that is not of a page of ours', async () => {
  const id = await proposeFix(world);
  const { status } = await fetch(`${page.origin}/changes/${id}/ask`, { method: 'POST', body: '{}' });
  expect(status).toBe(403);
  expect(page.defects).toEqual([]);
});
