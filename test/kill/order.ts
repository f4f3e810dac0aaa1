/** What an executor process is told, and what it tells. */
export interface Order {
  home: string;
  ledgerUrl: string | undefined;
  policyPath: string;
  /** Of the simulated cloud, as plans name it. */
  worldId: string;
  url: string;
  changeId: string;
  dieAtWrite?: { number: number; when: 'before' | 'after' };
}
export type Told = { isReady: true } | { write: number } | { state: string } | { code: string };
