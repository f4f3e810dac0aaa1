/** An instant in a sentence for people: `2026-11-28 16:20 UTC`. Text that is no instant stays as it is. */
export const absoluteTime = (iso: string): string =>
  Number.isNaN(Date.parse(iso)) ? iso : `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
