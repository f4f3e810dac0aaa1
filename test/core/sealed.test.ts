import { expect, it } from 'vitest';
import { seal, unseal } from '../../src/core/sealed.ts';

const VALUE = { template: 'Password: hunter22', tags: { team: 'a' } };

it('is read back with the secret that it was sealed with, and shows nothing of its text', () => {
  const document = seal('a secret', VALUE);
  expect(Buffer.from(document.sealed, 'base64').toString('latin1')).not.toContain('hunter22');
  expect(unseal('a secret', document)).toEqual(VALUE);
});

it('is one document for one text, and another for another or under another secret', () => {
  const { sealed } = seal('a secret', VALUE);
  expect(seal('a secret', { tags: VALUE.tags, template: VALUE.template })).toEqual({ sealed });
  expect(seal('a secret', { ...VALUE, tags: {} }).sealed.slice(0, 16)).not.toBe(sealed.slice(0, 16));
  expect(seal('another', VALUE).sealed).not.toBe(sealed);
});

it('is nothing where it was changed, sealed under another secret, or is no sealed text', () => {
  const document = seal('a secret', VALUE);
  const bytes = Buffer.from(document.sealed, 'base64');
  for (const at of [0, 12, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    expect(unseal('a secret', { sealed: changed.toString('base64') })).toBeUndefined();
  }
  expect(unseal('another', document)).toBeUndefined();
  for (const other of [undefined, {}, { sealed: '!' }, { sealed: '' }, VALUE])
    expect(unseal('a secret', other)).toBeUndefined();
});
