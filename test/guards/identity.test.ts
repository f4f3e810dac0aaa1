import { facts, observedStack, plan, vectorsOf } from './builders.ts';

const main = { alias: 'main', id: '1', regions: ['r'] };
const asUser = plan({
  observed: { ...observedStack({}).observed, identity: { account: '1', arn: 'arn:aws:iam::1:user/planner' } },
});

vectorsOf('identity', [
  ['the account and region are named', plan(), facts(), 'pass'],
  ['the account is not named', plan(), facts({ account: null }), 'deny'],
  ['the region is not named', plan(), facts({ account: { alias: 'm', id: '1', regions: ['x'] } }), 'deny'],
  ['any region is allowed', plan(), facts({ account: { alias: 'm', id: '1', regions: ['*'] } }), 'pass'],
  ['the credentials are of another account', plan({ target: { ...plan().target, account: '2' } }), facts(), 'deny'],
  ['a management account', plan(), facts({ account: { ...main, management: true } }), 'deny'],
  ['the role that the policy names', plan(), facts({ account: { ...main, plannerRole: 'planner' } }), 'pass'],
  ['another role', plan(), facts({ account: { ...main, plannerRole: 'other' } }), 'deny'],
  ['a user where a role is named', asUser, facts({ account: { ...main, plannerRole: 'planner' } }), 'deny'],
]);
