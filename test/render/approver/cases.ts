/** Changes with one thing that a reviewer must refuse, each with its harmless twin: the same but for that thing. */

import type { ApproverCase } from './case.ts';
import { access } from './cases-access.ts';
import { buried } from './cases-buried.ts';
import { code } from './cases-code.ts';
import { settings } from './cases-settings.ts';

export const APPROVER_CASES: readonly ApproverCase[] = [...code, ...access, ...settings, ...buried];
