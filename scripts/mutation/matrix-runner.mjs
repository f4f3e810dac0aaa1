/** Stryker's Vitest runner, answering from what `matrix.setup.ts` found wherever that is enough. */
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { MutantRunStatus } from '@stryker-mutator/api/test-runner';
import { normalizeTestId } from '../../node_modules/@stryker-mutator/vitest-runner/dist/src/vitest-helpers.js';
import { VitestTestRunner } from '../../node_modules/@stryker-mutator/vitest-runner/dist/src/vitest-test-runner.js';

class MatrixRunner extends VitestTestRunner {
  /** By mutant. Undefined in a process that made no first run: there every mutant is run. */
  found;
  async dryRun(options) {
    const result = await super.dryRun(options);
    this.found = {};
    for (const { meta } of this.ctx.state.getFiles()) Object.assign(this.found, meta.found);
    return result;
  }

  async mutantRun(options) {
    const { activeMutant, mutantActivation, testFilter } = options;
    // What was evaluated while its file was loaded needs a new process.
    if (!this.found || mutantActivation !== 'runtime' || !testFilter) return super.mutantRun(options);
    const nrOfTests = testFilter.length;
    const found = this.found[activeMutant.id];
    if (found?.isEndless) return { status: MutantRunStatus.Timeout, reason: found.message };
    if (found) {
      const killedBy = [normalizeTestId(found.test)];
      return { status: MutantRunStatus.Killed, killedBy, failureMessage: found.message, nrOfTests };
    }
    return { status: MutantRunStatus.Survived, nrOfTests };
  }
}

function createMatrixRunner(injector) {
  return injector.provideValue('globalNamespace', '__stryker__').injectClass(MatrixRunner);
}
createMatrixRunner.inject = tokens(commonTokens.injector);

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'matrix', createMatrixRunner)];
