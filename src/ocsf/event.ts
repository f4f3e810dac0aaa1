/** The shape of an event of the Open Cybersecurity Schema Framework, of the four classes that an event of ours can be. */

/** Of the schema: https://schema.ocsf.io/1.8.0 */
export const OCSF_VERSION = '1.8.0';

export const CLASSES = {
  base: { uid: 0, category: 0 },
  api: { uid: 6003, category: 6 },
  lifecycle: { uid: 6002, category: 6 },
  entity: { uid: 3004, category: 3 },
} as const;

/** By the schema's own numbers, which differ by class. */
export const ACTIVITIES = {
  base: { other: 99 },
  api: { unknown: 0, create: 1, read: 2, update: 3, delete: 4, other: 99 },
  lifecycle: { start: 3, stop: 4 },
  entity: {
    create: 1,
    read: 2,
    update: 3,
    delete: 4,
    enroll: 6,
    enable: 8,
    disable: 9,
    activate: 10,
    suspend: 12,
    resume: 13,
  },
} as const;
export const SEVERITIES = { informational: 1, low: 2, medium: 3, high: 4 } as const;
export const STATUSES = { unknown: 0, success: 1, failure: 2, other: 99 } as const;

/** Whom or what an event names; absent where the ledger does not say. */
export interface Actor {
  app_name?: string;
  user?: { name: string };
}
export interface Entity {
  type: string;
  /** Where the schema has a number for the type; else it is `Other`. */
  type_id?: 2 | 5;
  uid?: string;
  name?: string;
  policy?: { uid: string };
  user?: { name: string };
}
interface Common {
  severity?: keyof typeof SEVERITIES;
  status?: keyof typeof STATUSES;
  status_code?: string;
  status_detail?: string;
  actor?: Actor;
}
/** What an event of ours says in the schema's words. */
export type Said = Common &
  (
    | { class: 'base'; activity: keyof typeof ACTIVITIES.base }
    | { class: 'api'; activity: keyof typeof ACTIVITIES.api; operation: string; service: string; from: string }
    | { class: 'lifecycle'; activity: keyof typeof ACTIVITIES.lifecycle; app: string }
    | { class: 'entity'; activity: keyof typeof ACTIVITIES.entity; entity: Entity; comment?: string }
  );
