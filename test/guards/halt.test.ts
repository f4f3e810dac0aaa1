import { facts, plan, vectorsOf } from './builders.ts';

vectorsOf('halt', [
  ['running', plan(), facts(), 'pass'],
  ['halted', plan(), facts({ halt: 'halted' }), 'deny'],
  ['unreadable', plan(), facts({ halt: 'unreadable' }), 'deny'],
]);
