/** Addresses of databases: told without their password, and used only where nobody on the way reads what is sent. */
import { CountersignError } from '../../core/errors.ts';

/** Of a text that is given as the place of a ledger. */
export const isAddress = (place: string): boolean => /^postgres(?:ql)?:/i.test(place);

/** `postgres://host:port/database`: no user, no password, no option. */
export function shownAddress(url: string): string {
  if (!URL.canParse(url)) return 'a database';
  const { host, pathname } = new URL(url);
  return `postgres://${host || 'socket'}${pathname}`;
}

const HERE: readonly string[] = ['', 'localhost', '127.0.0.1', '[::1]'];

/**
 * SECURITY: without TLS, whoever is on the way reads the password and the ledger; that is never so by default.
 *
 * @throws CONFIG_INVALID; the message has nothing of the address.
 */
export function requirePrivate(url: string): void {
  if (!/^postgres(?:ql)?:\/\/./i.test(url) || !URL.canParse(url))
    throw new CountersignError(
      'CONFIG_INVALID',
      'The address of the ledger is not a postgres:// URL.',
      'Pass one such as postgres://USER@HOST/DATABASE?sslmode=verify-full, and encode special characters of the password.',
    );
  const { hostname, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? hostname;
  if (HERE.includes(host) || host.startsWith('/') || searchParams.has('sslmode')) return;
  throw new CountersignError(
    'CONFIG_INVALID',
    'The address of the ledger names another machine, and no encryption of the connection.',
    'Add sslmode=verify-full to it, or sslmode=disable where the network itself is private.',
  );
}
