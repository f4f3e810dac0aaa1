/** What agents are told: plans and refusals, for the pipeline. */
import type { AgentWording } from '../../core/wording.ts';
import { answerPlan } from './answer.ts';
import { refusalOf } from './next.ts';

export const agentWording: AgentWording = { plan: answerPlan, refusal: refusalOf };
