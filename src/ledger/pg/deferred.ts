/** A ledger in PostgreSQL, whose store is loaded, and whose database is asked, when it is used. */
import type { OpenLedger } from '../ledger.ts';
import { requirePrivate } from './address.ts';

/** @throws CONFIG_INVALID for an address that is none, or that others on the way could read. */
export function deferredLedger(url: string, now: () => Date, fingerprint?: () => string | undefined): OpenLedger {
  requirePrivate(url);
  let opened: Promise<OpenLedger> | undefined;
  const store = (): Promise<OpenLedger> => {
    opened ??= import('./store.ts').then(({ openPgLedger }) => openPgLedger(url, now, fingerprint));
    return opened;
  };
  return {
    origin: async () => (await store()).origin(),
    transact: async (decide) => (await store()).transact(decide),
    append: async (event) => (await store()).append(event),
    putDocument: async (document) => (await store()).putDocument(document),
    events: async (query) => (await store()).events(query),
    document: async (digest) => (await store()).document(digest),
    movedTo: async () => null,
    alone: async (what, run) => (await store()).alone(what, run),
    ready: async () => (await store()).ready(),
    head: async () => (await store()).head(),
    leaf: async (seq) => (await store()).leaf(seq),
    inclusionProof: async (seq, size) => (await store()).inclusionProof(seq, size),
    consistencyProof: async (from, to) => (await store()).consistencyProof(from, to),
    keepAgain: async () => (await store()).keepAgain(),
    watch(onNew) {
      let stop: (() => void) | undefined;
      let isStopped = false;
      store().then(
        (ledger) => {
          if (!isStopped) stop = ledger.watch(onNew);
        },
        () => undefined,
      );
      return () => {
        isStopped = true;
        stop?.();
      };
    },
    close: () => void opened?.then((ledger) => ledger.close()),
  };
}
