/** The page of a person's own keys, on which they make a passkey and offer it. */
import type { Child } from 'hono/jsx';
import type { OwnKey } from './ports.ts';
import { PASSKEYS } from './words.ts';

export function Passkeys({ me, keys }: { me: string | null; keys: readonly OwnKey[] }): Child {
  return (
    <div class="keys">
      <h1>{PASSKEYS.title}</h1>
      {me === null ? (
        <p class="row quiet">{PASSKEYS.sayFirst}</p>
      ) : (
        <>
          <h2>{PASSKEYS.listed(me)}</h2>
          {keys.length === 0 ? <p>{PASSKEYS.none}</p> : null}
          <ul>
            {keys.map(({ fingerprint, kind, place }) => (
              <li>
                {kind}
                {place === null ? '' : ` for ${place}`} <code class="value">{fingerprint}</code>
              </li>
            ))}
          </ul>
          <h2>{PASSKEYS.make}</h2>
          <p>{PASSKEYS.how}</p>
          <noscript>
            <p class="row warn">{PASSKEYS.needsScript}</p>
          </noscript>
          <form data-enrol="/passkeys" hidden>
            <button type="submit" class="main">
              {PASSKEYS.button}
            </button>
            <p class="said" role="status"></p>
          </form>
        </>
      )}
    </div>
  );
}
