/** For which service and region a request is, who signed it and when: the headers of Signature Version 4. */
import { SERVICES, type Service } from '../providers/aws/call-classes.ts';

export interface From {
  region: string;
  accessKeyId: string;
  /** Epoch milliseconds. undefined: the request does not say. */
  signedAt: number | undefined;
}

/** `named`: the service, whatever it is; `service`: one that is simulated with the SDK's own schemas. */
export function addressOf(headers: Record<string, string>): From & { service?: Service; named: string } {
  const header = (wanted: string) => Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
  const [, accessKeyId = '', region = '', named = ''] =
    /Credential=([^/\s]{1,200})\/\d{1,20}\/([^/\s]{1,100})\/([^/\s]{1,100})\//.exec(header('authorization')) ?? [];
  const from = { region, accessKeyId, named, signedAt: signedAtIn(header('x-amz-date')) };
  return (SERVICES as readonly string[]).includes(named) ? { ...from, service: named as Service } : from;
}

function signedAtIn(date: string): number | undefined {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  if (parts.length === 0) return undefined;
  const [year = 0, month = 1, ...rest] = parts.map(Number);
  return Date.UTC(year, month - 1, ...rest);
}
