/** Two ways in which a module is not had: it may not be used, or it could not be fetched. */
import { CountersignError } from '../../../core/errors.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';

/** @param what begins with the module or its address. */
export const moduleRefused = (what: string, remedy: string) =>
  new CountersignError('INPUT_CONFIGURATION_REFUSED', makeVisibleLine(`${what}.`, 800), makeVisibleLine(remedy, 600));

export const moduleUnreachable = (what: string) =>
  new CountersignError('WORKSPACE_MODULE_UNREACHABLE', makeVisibleLine(`${what}.`, 800), {
    agent: 'Plan again; if it keeps failing, tell the user. Modules are fetched without credentials.',
    person:
      'Check that the host serves this module to everyone: it is fetched by https, without credentials and proxies. Otherwise copy the module into the folder of the workspace.',
  });
