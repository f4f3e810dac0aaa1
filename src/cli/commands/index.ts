/** Every command, in the order of `--help`. */
import type { Command } from '../command.ts';
import { approve } from './approve.ts';
import { auditAnchor } from './audit-anchor.ts';
import { auditCheckpoint } from './audit-checkpoint.ts';
import { auditExport } from './audit-export.ts';
import { auditKey } from './audit-key.ts';
import { auditRebuild } from './audit-rebuild.ts';
import { auditReceipt } from './audit-receipt.ts';
import { auditReconcile } from './audit-reconcile.ts';
import { auditReport } from './audit-report.ts';
import { auditShow } from './audit-show.ts';
import { auditTiles } from './audit-tiles.ts';
import { auditVerify } from './audit-verify.ts';
import { breakGlassClose } from './break-glass-close.ts';
import { breakGlassOpen } from './break-glass-open.ts';
import { changes } from './changes.ts';
import { ci } from './ci.ts';
import { clean } from './clean.ts';
import { close } from './close.ts';
import { complete } from './complete.ts';
import { completion } from './completion.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { execute } from './execute.ts';
import { halt } from './halt.ts';
import { init } from './init.ts';
import { initAws } from './init-aws.ts';
import { ledgerCopy } from './ledger-copy.ts';
import { ledgerMigrate } from './ledger-migrate.ts';
import { man } from './man.ts';
import { peopleAdd } from './people-add.ts';
import { peopleEnroll } from './people-enroll.ts';
import { peopleRevoke } from './people-revoke.ts';
import { peopleRotate } from './people-rotate.ts';
import { plans } from './plans.ts';
import { policyAdopt } from './policy-adopt.ts';
import { policyCheck } from './policy-check.ts';
import { policyExplain } from './policy-explain.ts';
import { policyRehearse } from './policy-rehearse.ts';
import { policyReplay } from './policy-replay.ts';
import { policySchema } from './policy-schema.ts';
import { policySign } from './policy-sign.ts';
import { policyTest } from './policy-test.ts';
import { reconcile } from './reconcile.ts';
import { reject } from './reject.ts';
import { resume } from './resume.ts';
import { review } from './review.ts';
import { run } from './run.ts';
import { sandbox } from './sandbox.ts';
import { serve } from './serve.ts';
import { show } from './show.ts';
import { ssh } from './ssh.ts';
import { status } from './status.ts';
import { tell } from './tell.ts';
import { tool } from './tool.ts';

export const GROUPS = {
  'break-glass': 'an emergency that one person answers for, and its review',
  audit: 'read, verify, prove, export, anchor and rebuild the ledger',
  ledger: 'make a ledger in PostgreSQL, and move one there',
  people: 'add people to the policy, and give, replace or take their keys',
  policy: 'check, test, explain and adopt the policy file',
} as const;

export const commands: readonly Command[] = [
  serve,
  demo,
  sandbox,
  tool,
  ci,
  plans,
  changes,
  show,
  review,
  approve,
  reject,
  execute,
  run,
  reconcile,
  close,
  clean,
  halt,
  resume,
  breakGlassOpen,
  breakGlassClose,
  status,
  doctor,
  ssh,
  tell,
  auditShow,
  auditReport,
  auditExport,
  auditReconcile,
  auditVerify,
  auditKey,
  auditCheckpoint,
  auditReceipt,
  auditAnchor,
  auditTiles,
  auditRebuild,
  ledgerMigrate,
  ledgerCopy,
  policyCheck,
  policyExplain,
  policyRehearse,
  policyReplay,
  policySchema,
  policyTest,
  policyAdopt,
  policySign,
  peopleAdd,
  peopleEnroll,
  peopleRotate,
  peopleRevoke,
  init,
  initAws,
  completion,
  man,
  complete,
];
