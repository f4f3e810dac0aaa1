/**
 * `npm run campaign:model`: the larger configurations of test/model/road.pml, and that each row of test/model/rules.ts
 * comes up in it. Needs spin and a C compiler, about 4 GB and some minutes. Fails if something is not as expected.
 */
import { checkModel, LARGER } from '../test/model/check.ts';
import { everyRow, rulesOfModel } from '../test/model/rules.ts';

let isBad = false;
const say = (what: string, result: string, states: number, isExpected: boolean) => {
  isBad ||= !isExpected;
  process.stdout.write(`${isExpected ? 'as expected' : 'NOT AS EXPECTED'}: ${what}: ${result} (${states} states)\n`);
};
for (const row of everyRow()) {
  const { result, states } = await checkModel([], { rules: rulesOfModel(row), level: '-O1' });
  say(`without ${row.recorded} in ${row.row}`, result, states, /assertion violated/.test(result));
}
for (const options of LARGER) {
  const { result, states } = await checkModel(options);
  say(options.join(' ') || '(as built)', result, states, result === 'holds');
}
process.exitCode = isBad ? 1 : 0;
