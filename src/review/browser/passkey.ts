/** Signs with a passkey, and makes one. Whatever a browser answers is judged by the server. */
import { startAuthentication, startRegistration } from '@simplewebauthn/browser';

interface Refusal {
  message: string;
  remedy: string;
}
const isRefusal = (answer: object): answer is Refusal => 'message' in answer && 'remedy' in answer;

class Refused extends Error {}

async function post<T extends object>(path: string, body: object): Promise<T> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const said = (await answer.json().catch(() => ({ message: 'The server did not answer.', remedy: '' }))) as
    | T
    | Refusal;
  if (isRefusal(said)) throw new Refused(`${said.message} ${said.remedy}`.trim());
  return said;
}

/** Browsers give few reasons, so that pages do not learn who has which passkey. */
const REASONS: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The passkey was not used: it was cancelled, it took too long, it is not on this device, or it could not verify you.',
  InvalidStateError: 'This device has a passkey of yours for this page already.',
  SecurityError:
    'Passkeys do not work at this address. Open the page under the address that countersign review printed.',
  OperationError: 'Another passkey request is still open.',
  NotSupportedError: 'This browser or device cannot make a passkey of the kind that is needed.',
};

const reasonOf = (error: unknown): string => {
  if (error instanceof Refused) return error.message;
  const { name = '', cause } = error as { name?: string; cause?: { name?: string } };
  return REASONS[cause?.name ?? name] ?? REASONS[name] ?? `The browser failed on this (${name}).`;
};

/** @param work does what the form is for. @returns whether it was done. */
async function tried(form: HTMLFormElement, work: () => Promise<string>): Promise<boolean> {
  const said = form.querySelector<HTMLElement>('.said');
  const button = form.querySelector('button');
  const say = (text: string, isBad: boolean) => {
    if (!said) return;
    said.textContent = text;
    said.classList.toggle('bad', isBad);
  };
  if (button) button.disabled = true;
  say('', false);
  try {
    say(await work(), false);
    return true;
  } catch (error) {
    say(reasonOf(error), true);
    return false;
  } finally {
    if (button) button.disabled = false;
  }
}

type AuthenticationOptions = Parameters<typeof startAuthentication>[0]['optionsJSON'];
type RegistrationOptions = Parameters<typeof startRegistration>[0]['optionsJSON'];

export function sign(form: HTMLFormElement): Promise<boolean> {
  const { sign: path = '', decision = '' } = form.dataset;
  const typedIn = (name: string) => form.querySelector<HTMLInputElement>(`input[name^="${name}"]`)?.value;
  const asked = { decision, typed: typedIn('typed'), reason: typedIn('reason') };
  return tried(form, async () => {
    const optionsJSON = await post<AuthenticationOptions>(`${path}/ask`, asked);
    const response = await startAuthentication({ optionsJSON });
    const { state } = await post<{ state: string }>(`${path}/sign`, { ...asked, response });
    return `Signed. The change is ${state}.`;
  });
}

export function enrol(form: HTMLFormElement): Promise<boolean> {
  const { enrol: path = '' } = form.dataset;
  return tried(form, async () => {
    const optionsJSON = await post<RegistrationOptions>(`${path}/ask`, {});
    const response = await startRegistration({ optionsJSON });
    const { fingerprint, command } = await post<{ fingerprint: string; command: string }>(`${path}/offer`, {
      response,
    });
    return `The passkey is made and offered. Tell an owner of the policy its fingerprint, ${fingerprint}. They run: ${command}`;
  });
}
