/** Each everyday change has the same verdict as a whole template, by `set`, by parameters, behind functions, and beside another. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ChangesWorld,
  domains,
  type EverydayChange,
  type Json,
  openChangesWorld,
  readDomain,
  type Template,
  type Verdict,
  valueIn,
  withSet,
} from './changes-world.ts';

const verdictOf = ({ needs, heldBy, told }: Verdict) => ({ needs, heldBy, told: needs === 0 ? '' : told.length > 0 });
/** What differs is told with what was said. */
async function same(one: Promise<Verdict>, other: Promise<Verdict>): Promise<void> {
  const [a, b] = [await one, await other];
  expect({ ...verdictOf(b), by: b.told }).toEqual({ ...verdictOf(a), by: b.told });
}

const isScalar = (value: Json | undefined): value is string | number | boolean =>
  value !== undefined && value !== null && typeof value !== 'object';
const wholesale = ({ set = {}, parameters }: EverydayChange) => parameters === undefined && Object.keys(set).length > 0;
/** Values that replace another value. */
const replacing = (template: Template, { set = {} }: EverydayChange) =>
  Object.entries(set).filter(([path, value]) => isScalar(value) && isScalar(valueIn(template, path)));

describe.each(domains())('the everyday changes of %s', (domain) => {
  const { changes, stacks, elsewhere = {} } = readDomain(domain);
  let world: ChangesWorld;
  beforeAll(async () => {
    world = await openChangesWorld('production');
    for (const [name, template] of Object.entries({ ...elsewhere, ...stacks }))
      await world.deploy(`shop-${name}`, template);
  }, 60_000);
  afterAll(() => world.close());
  const plainly = ({ of, set = {} }: EverydayChange) =>
    world.plan({ stack: `shop-${of}`, template: JSON.stringify(withSet(stacks[of]!, set)) });

  it.each(changes.filter((one) => wholesale(one) && Object.values(one.set!).every((value) => value !== null)))(
    '$change: by set',
    async (change) => {
      const set = Object.entries(change.set!).map(([path, value]) => ({ path: editPath(path), value }));
      await same(plainly(change), world.plan({ stack: `shop-${change.of}`, set }));
    },
  );

  const scalar = changes.filter((one) => wholesale(one) && replacing(stacks[one.of]!, one).length > 0);
  it.each(scalar)('$change: behind functions', async (change) => {
    const base = stacks[change.of]!;
    const wrapped = Object.fromEntries(
      replacing(base, change).map(([path, value], index) => {
        const was = valueIn(base, path)!;
        const forms: Json[] = [
          { 'Fn::If': ['Here', value, was] },
          { 'Fn::FindInMap': ['Values', 'here', `v${index}`] },
          { 'Fn::Select': [1, [String(was), String(value)]] },
          { 'Fn::Join': ['', [String(value).slice(0, 1), String(value).slice(1)]] },
        ];
        return [path, forms[(index + String(value).length) % forms.length]!];
      }),
    );
    const after = withSet(base, {
      ...change.set,
      ...wrapped,
      '/Conditions/Here': { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
      '/Mappings/Values/here': Object.fromEntries(
        replacing(base, change).map(([, value], index) => [`v${index}`, value]),
      ),
    });
    await same(plainly(change), world.plan({ stack: `shop-${change.of}`, template: JSON.stringify(after) }));
  });

  it.each(scalar.filter((one) => Object.keys(one.set!).length === replacing(stacks[one.of]!, one).length))(
    '$change: by parameters',
    async (change) => {
      const base = stacks[change.of]!;
      const values = replacing(base, change);
      const referring = withSet(
        base,
        Object.fromEntries(
          values.flatMap(([path], index) => [
            [path, { Ref: `P${index}` }],
            [`/Parameters/P${index}`, { Type: 'String', Default: String(valueIn(base, path)) }],
          ]),
        ),
      );
      const parameters = Object.fromEntries(values.map(([, value], index) => [`P${index}`, String(value)]));
      const twin = `shop-${change.of}-by-parameters-${changes.indexOf(change)}`;
      const beside = await world.deploy(twin, referring).then(
        () => world,
        () => undefined,
      );
      if (beside) return same(plainly(change), beside.plan({ stack: twin, parameters }));
      // Names that the template gives are taken there.
      const lone = await openChangesWorld('production');
      try {
        for (const [name, template] of Object.entries(elsewhere)) await lone.deploy(`shop-${name}`, template);
        await lone.deploy(`shop-${change.of}`, referring);
        await same(plainly(change), lone.plan({ stack: `shop-${change.of}`, parameters }));
      } finally {
        lone.close();
      }
    },
  );

  const pairs = changes
    .slice(1)
    .map((change, index) => [changes[index]!, change] as const)
    .filter(
      ([a, b]) =>
        a.of === b.of &&
        wholesale(a) &&
        wholesale(b) &&
        !Object.keys(a.set!).some((path) =>
          Object.keys(b.set!).some((other) => `${path}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${path}.`)),
        ),
    );
  it.each(pairs)('two in one template are as bad as the worse: %j', async (a, b) => {
    const [one, other] = [await plainly(a), await plainly(b)];
    const both = await plainly({ change: '', of: a.of, set: { ...a.set, ...b.set } });
    const worse = [one, other].some(({ needs }) => needs === 'denied')
      ? 'denied'
      : Math.max(Number(one.needs), Number(other.needs));
    expect({ needs: both.needs, told: both.told }).toEqual({ needs: worse, told: both.told });
    expect(both.heldBy).toEqual(expect.arrayContaining([...one.heldBy, ...other.heldBy]));
  });
});

/** As the tool writes paths. */
function editPath(path: string): string {
  const whole = path.startsWith('/')
    ? path.slice(1).split('/')
    : ['Resources', ...path.split('.').toSpliced(1, 0, ...(path.includes('.') ? ['Properties'] : []))];
  return whole
    .map((part, index) =>
      /^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : /^\w+$/.test(part) ? `.${part}` : `["${part}"]`,
    )
    .join('');
}
