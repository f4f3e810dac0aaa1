/**
 * Every call that a plan of a workspace may make: one file is applied, and everything that could make it another apply
 * is in the call, so that it is signed.
 *
 * INVARIANT: what is not listed is refused (`change-set-only`): no target, no replacement by hand, no destroy mode.
 */
import type { AllowedCall } from '../../core/subject.ts';

const SHA256 = { pattern: '^sha256:[0-9a-f]{64}$', else: 'a digest that is not one of SHA-256' };

/** Its class is `write`; planning and reading are done by the planner's own processes. */
export const APPLY = { provider: 'terraform', service: 'workspace', operation: 'Apply' } as const;

export const ALLOWED_CALLS: readonly AllowedCall[] = [
  {
    ...APPLY,
    actions: ['create', 'update', 'delete'],
    inputs: {
      workspace: null,
      plan: SHA256,
      state: SHA256,
      configuration: SHA256,
      lockFile: SHA256,
      settings: SHA256,
      directory: { pattern: '^/', else: 'a working directory that is not absolute' },
      arguments: {
        pattern: '^apply -input=false -json -no-color -lock-timeout=0s plan\\.tfplan$',
        else: 'arguments other than those of one apply of one plan file',
      },
      environment: { pattern: '^[A-Z0-9_,]*$', else: 'an environment that is not a list of names' },
      version: { pattern: '^(?:terraform|tofu) \\d+\\.\\d+\\.\\d+$', else: 'an unknown version' },
    },
  },
];
