/**
 * The script of the page. Without it everything can be read; with it lists and progress keep themselves up to date, and
 * commands can be copied.
 */
import { enrol, sign } from './passkey.ts';

const RETRY_MILLISECONDS = 5_000;
/** Clocks go on, also when nothing is recorded. */
const REFRESH_MILLISECONDS = 60_000;

/** By id: each living part as the server made it. */
const shown = new Map<string, string>();
let isRefreshing = false;
/** Somebody signs: what they look at stays. */
let isBusy = false;

async function whileBusy(work: () => Promise<unknown>): Promise<void> {
  isBusy = true;
  try {
    await work();
  } finally {
    isBusy = false;
  }
  await refresh();
}

async function refresh(): Promise<void> {
  const from = document.body.dataset.live;
  if (from === undefined || isRefreshing || isBusy) return;
  isRefreshing = true;
  try {
    const answer = await fetch(from, { headers: { Accept: 'text/html' } });
    if (answer.ok) replaceLiving(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    else if (answer.status === 401) location.reload();
  } catch {
    // The server is gone for now; the next event or minute asks again.
  } finally {
    isRefreshing = false;
  }
}

/** What differs is replaced; what a person typed or opened there stays. */
function replaceLiving(fresh: Document): void {
  if (isBusy) return;
  for (const old of document.querySelectorAll<HTMLElement>('[data-living]')) {
    const next = fresh.getElementById(old.id);
    if (!next || next.innerHTML === shown.get(old.id)) continue;
    shown.set(old.id, next.innerHTML);
    const focused = old.contains(document.activeElement) ? pathOf(old, document.activeElement!) : undefined;
    keepTyped(old, next);
    old.replaceWith(document.importNode(next, true));
    const placed = document.getElementById(old.id)!;
    if (focused) placed.querySelector<HTMLElement>(focused)?.focus();
    prepare(placed);
  }
}

function keepTyped(old: HTMLElement, next: HTMLElement): void {
  for (const field of old.querySelectorAll<HTMLInputElement>('input[name], textarea[name]')) {
    const same = next.querySelector<HTMLInputElement>(`[name="${CSS.escape(field.name)}"]`);
    if (same && field.type !== 'hidden') same.setAttribute('value', field.value);
  }
  const said = [...old.querySelectorAll('.said')];
  next.querySelectorAll('.said').forEach((one, index) => {
    one.textContent = said[index]?.textContent ?? '';
    one.className = said[index]?.className ?? one.className;
  });
  const opened = [...old.querySelectorAll('details')];
  next.querySelectorAll('details').forEach((one, index) => {
    if (opened[index]?.open) one.open = true;
  });
}

/** A selector of this element below that one. */
function pathOf(root: Element, element: Element): string {
  const steps: string[] = [];
  for (let at = element; at !== root && at.parentElement; at = at.parentElement)
    steps.unshift(`:nth-child(${[...at.parentElement.children].indexOf(at) + 1})`);
  return `:scope > ${steps.join(' > ')}`;
}

/** A form that needs the script is shown by it: when it runs, all of the page was delivered. */
function prepareForms(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>('form[data-sign], form[data-enrol]')) {
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void whileBusy(() => (form.dataset.sign === undefined ? enrol(form) : sign(form)));
    });
  }
}

function prepare(root: ParentNode): void {
  prepareForms(root);
  for (const command of root.querySelectorAll<HTMLElement>('[data-copy]')) {
    if (command.querySelector('button')) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(command.querySelector('code')?.textContent ?? '');
      button.textContent = 'Copied';
    });
    command.append(button);
  }
}

let events: EventSource | undefined;
/** Six open connections of one server stop even page loads, so a page that is not seen has none. */
function follow(): void {
  events?.close();
  events = undefined;
  if (document.visibilityState === 'hidden' || document.body.dataset.live === undefined) return;
  events = new EventSource('/events');
  events.addEventListener('grown', () => void refresh());
  events.addEventListener('error', () => {
    if (events?.readyState === EventSource.CLOSED) setTimeout(follow, RETRY_MILLISECONDS);
  });
}

document.addEventListener('visibilitychange', () => {
  follow();
  if (document.visibilityState === 'visible') void refresh();
});
window.addEventListener('pagehide', () => events?.close());
setInterval(() => {
  if (document.visibilityState === 'visible') void refresh();
}, REFRESH_MILLISECONDS);
for (const part of document.querySelectorAll('[data-living]')) shown.set(part.id, part.innerHTML);
prepare(document);
follow();
