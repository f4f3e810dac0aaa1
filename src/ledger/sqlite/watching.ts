/** Wakes whoever waits when the file was written, by whichever process: the system's notice of it. */
import { type FSWatcher, watch } from 'node:fs';
import { LEDGER_FILE } from './database.ts';

/** Where the system gives no notice. */
const LOOKS_MILLISECONDS = 500;

export function watchFile(home: string): (onNew: () => void) => () => void {
  return (onNew) => {
    let timer: NodeJS.Timeout | undefined;
    const look = () => {
      timer ??= setInterval(onNew, LOOKS_MILLISECONDS).unref();
    };
    let watcher: FSWatcher | undefined;
    try {
      watcher = watch(home, { persistent: false }, (_event, name) => {
        if (name === null || String(name).startsWith(LEDGER_FILE)) onNew();
      });
      watcher.on('error', look);
    } catch {
      look();
    }
    return () => {
      watcher?.close();
      clearInterval(timer);
    };
  };
}
