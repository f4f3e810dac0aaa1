/** What an endpoint, or a proxy before it, says in place of the answer. */
import type { WireResponse } from '../../src/sandbox/cloud.ts';

const page = (status: number): WireResponse => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html><body><h1>Please sign in</h1></body></html>',
});

export const ANSWERS: readonly { name: string; answer: WireResponse | 'drops' }[] = [
  { name: 'a dropped connection', answer: 'drops' },
  { name: 'a page of 407', answer: page(407) },
  { name: 'a page of 429', answer: page(429) },
  { name: 'a page of 503', answer: page(503) },
  { name: 'a page of 200', answer: page(200) },
  { name: 'an empty 500', answer: { status: 500, headers: {}, body: '' } },
];
