import { effect, facts, inDevelopment, marked, plan, planWithEffects, vectorsOf } from './builders.ts';

const network = (range: string, fromPort = 22, toPort = fromPort, protocol = 'tcp') => ({
  range,
  protocol,
  fromPort,
  toPort,
});
const to = (...args: Parameters<typeof network>) => planWithEffects(marked('expose', { network: network(...args) }));

const sending = (names: string[], logs = true) => planWithEffects(marked('expose', { receives: { names, logs } }));
const listed = { public_ports: [443] };

vectorsOf('exposure', [
  ['a private range', to('10.0.0.0/8'), facts(), 'pass'],
  ['exactly a /8', to('8.0.0.0/8'), facts(), 'pass'],
  ['wider than a /8', to('8.0.0.0/7'), facts(), 'hold(2)'],
  ['the world', to('0.0.0.0/0'), facts(), 'hold(2)'],
  ['the world in development', to('0.0.0.0/0'), inDevelopment(), 'hold(1)'],
  ['the world on a listed port', to('0.0.0.0/0', 443), facts(), 'pass', { public_ports: [443] }],
  [
    'the world on a port beside a listed one',
    to('0.0.0.0/0', 443, 444),
    facts(),
    'hold(2)',
    { public_ports: [443, 80] },
  ],
  ['the world on two listed ports', to('0.0.0.0/0', 80, 81), facts(), 'pass', { public_ports: [81, 80] }],
  ['the world on all ports', to('0.0.0.0/0', -1), facts(), 'hold(2)', { public_ports: [443] }],
  ['the world by every protocol', to('0.0.0.0/0', 443, 443, '-1'), facts(), 'hold(2)', { public_ports: [443] }],
  ['exactly an IPv6 /32', to('2001:db8::/32'), facts(), 'pass'],
  ['wider than an IPv6 /32', to('2001:db8::/31'), facts(), 'hold(2)'],
  ['the world by IPv6', to('::/0'), facts(), 'hold(2)'],
  ['all unique local addresses', to('fc00::/7'), facts(), 'pass'],
  ['a prefix list', to('pl-12345678'), facts(), 'hold(2)'],
  ['a group elsewhere', to('sg-12345678'), facts(), 'hold(2)'],
  ['a principal', planWithEffects(marked('expose', { principal: '*' })), facts(), 'hold(2)'],
  ['a principal in development', planWithEffects(marked('expose', { principal: '*' })), inDevelopment(), 'hold(1)'],
  ['by its kind alone', planWithEffects(effect({ kind: 'expose' })), facts(), 'hold(2)'],
  [
    'by its kind, for a private range',
    planWithEffects(marked('expose', { network: network('10.0.0.0/8') }, { kind: 'expose' })),
    facts(),
    'pass',
  ],
  ['data to an account of the policy', sending(['111122223333'], false), facts(), 'hold(2)'],
  ['logs to an account of the policy', sending(['111122223333']), facts(), 'pass'],
  ['logs to another account', sending(['210987654321']), facts(), 'hold(2)'],
  ['logs to both', sending(['111122223333', '210987654321']), facts(), 'hold(2)'],
  ['logs to what is not known', sending([]), facts(), 'hold(2)', { destinations: ['*'] }],
  ['logs to a bucket without a name', sending(['']), facts(), 'hold(2)', { destinations: ['*'] }],
  [
    'data to a bucket that the policy names',
    sending(['acme-logs'], false),
    facts(),
    'pass',
    { destinations: ['acme-*'] },
  ],
  ['data to a bucket beside it', sending(['evil-acme-logs'], false), facts(), 'hold(2)', { destinations: ['acme-*'] }],
  [
    'mail to an address of the team',
    sending(['Ops@Acme.example'], false),
    facts(),
    'pass',
    { destinations: ['*@acme.example'] },
  ],
  [
    'mail to a name like it',
    sending(['ops@acme.example.evil.example'], false),
    facts(),
    'hold(2)',
    { destinations: ['*@acme.example'] },
  ],
  ['nothing opened', plan(), facts(), 'pass'],
  ['a name that ends like a range', to('web-10.0.0.0/16'), facts(), 'hold(2)'],
  ['a range with more behind it', to('10.0.0.0/16,0.0.0.0/0'), facts(), 'hold(2)'],
  ['more than all unique local addresses', to('fc00::/6'), facts(), 'hold(2)'],
  ['a group named like one of the same stack', to('sg-\u{27e6}own:Web\u{27e7}'), facts(), 'hold(2)'],
  ['a protocol whose number ends like TCP’s', to('0.0.0.0/0', 443, 443, '116'), facts(), 'hold(2)', listed],
  ['a protocol whose number begins like TCP’s', to('0.0.0.0/0', 443, 443, '60'), facts(), 'hold(2)', listed],
  ['TCP by its number on a listed port', to('0.0.0.0/0', 443, 443, '6'), facts(), 'pass', listed],
  ['an IPv6 range with fc somewhere in it', to('2001:fc00::/16'), facts(), 'hold(2)'],
]);
