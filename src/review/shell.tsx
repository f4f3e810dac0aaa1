/** The document around every page. */
import type { Child } from 'hono/jsx';
import type { Assets } from './assets.ts';
import { ME, NAME, PASSKEYS } from './words.ts';

export interface Frame {
  assets: Assets;
  title: string;
  /** Where the page fetches its living parts when the ledger has grown. Absent: it has none. */
  live?: string | undefined;
  people: readonly string[];
  me: string | null;
  /** An identity provider says who it is. */
  isSignedIn?: boolean;
  /** The path of this page: where the form that says who one is leads back to. */
  here: string;
}

/** Everything up to the first line of `main`: can be sent before it is known what the page says. */
export function opening({ assets, title, live, people, me, isSignedIn = false, here }: Frame): string {
  const head = (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${title} · ${NAME}`}</title>
      <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      <link rel="stylesheet" href={assets.style.path} integrity={assets.style.integrity} />
      <script src={assets.script.path} integrity={assets.script.integrity} defer></script>
    </head>
  );
  const top = (
    <header class="top">
      <a class="brand" href="/">
        {NAME}
      </a>
      {isSignedIn && me !== null ? <SignedIn me={me} /> : <Me people={people} me={me} here={here} />}
    </header>
  );
  return `<!doctype html><html lang="en">${head}<body${live === undefined ? '' : ` data-live="${live}"`}><a class="skip" href="#main">Skip to the content</a>${top}<main id="main">`;
}

export const CLOSING = '</main></body></html>';

function SignedIn({ me }: { me: string }) {
  return (
    <p class="me">
      {`${ME.label} ${me}`} <a href="/passkeys">{PASSKEYS.link}</a> <span class="hint">{ME.signedIn}</span>
    </p>
  );
}

function Me({ people, me, here }: Pick<Frame, 'people' | 'me' | 'here'>) {
  return (
    <form class="me" method="post" action="/me">
      <input type="hidden" name="here" value={here} />
      <label for="person">{ME.label}</label>
      <select id="person" name="person" aria-describedby="unproven">
        <option value="" selected={me === null}>
          {ME.nobody}
        </option>
        {people.map((name) => (
          <option value={name} selected={name === me}>
            {name}
          </option>
        ))}
      </select>
      <button type="submit">{ME.set}</button>
      <a href="/passkeys">{PASSKEYS.link}</a>
      <span id="unproven" class="hint">
        {ME.unproven}
      </span>
    </form>
  );
}

/** A page of one message, for whoever has no session. */
export function Notice({ title, lines, goOn }: { title: string; lines: readonly string[]; goOn?: string }): Child {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {goOn === undefined ? null : <meta http-equiv="refresh" content={`0; url=${goOn}`} />}
        <title>{`${title} · ${NAME}`}</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main id="main" class="notice">
          <h1>{title}</h1>
          {lines.map((line) => (
            <p>{line}</p>
          ))}
          {goOn === undefined ? null : (
            <p>
              <a href={goOn}>{NAME}</a>
            </p>
          )}
        </main>
      </body>
    </html>
  );
}
