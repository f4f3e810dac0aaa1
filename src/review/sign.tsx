/** What a person can do about a change: nothing here decides; a signature does. */
import type { Child } from 'hono/jsx';
import type { Decision, MayDecide, ReviewPorts } from './ports.ts';
import type { Reading } from './reading.ts';
import { Command, Rows } from './rows.tsx';
import { SIGN } from './words.ts';

interface Parts {
  ports: ReviewPorts;
  reading: Reading;
}

export function Decide({ ports, reading }: Parts): Child {
  const { state } = reading.subject.change;
  return (
    <section id="decide" data-living="" class="decide" tabindex={-1}>
      <h2>{SIGN.title}</h2>
      {state === 'pending' ? <Pending ports={ports} reading={reading} /> : <Next ports={ports} reading={reading} />}
      {state === 'approved' ? <Choice ports={ports} reading={reading} decision="reject" /> : null}
    </section>
  );
}

function Next({ ports, reading }: Parts): Child {
  const sections = ports.whatNow(reading.subject);
  if (sections.length === 0) return <p>{SIGN.closed}</p>;
  return (
    <>
      {sections.map(({ title, rows }) => (
        <>
          <h3>{title.charAt(0) + title.slice(1).toLowerCase()}</h3>
          <Rows rows={rows} />
        </>
      ))}
    </>
  );
}

function Pending({ ports, reading }: Parts): Child {
  const { me, may } = reading;
  const mine = may.find(({ person }) => person === me);
  return (
    <>
      <p>{SIGN.saysNothing}</p>
      {me === null ? <p class="row quiet">{SIGN.chooseFirst}</p> : null}
      <Who may={may} me={me} />
      {mine === undefined || mine.may ? <Choice ports={ports} reading={reading} decision="approve" /> : null}
      <Choice ports={ports} reading={reading} decision="reject" />
    </>
  );
}

function Who({ may, me }: { may: readonly MayDecide[]; me: string | null }): Child {
  if (may.length === 0) return <p class="row warn">{SIGN.noPeople}</p>;
  return (
    <div class="who">
      <h3>{SIGN.who}</h3>
      <ul>
        {may.map(({ person, roles, why, may: can }) => (
          <li class={can ? 'can' : 'cannot'}>
            <bdi class="person">{person}</bdi>
            {person === me ? <span class="you">({SIGN.you})</span> : null}
            <span class="roles">{roles.join(', ')}</span>
            <span class="why">{can ? SIGN.may : why}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** By passkey where the person has one for this page; by OpenSSH key in any case. */
function Choice({ ports, reading, decision }: Parts & { decision: Decision }): Child {
  const { me, may, subject } = reading;
  const mine = may.find(({ person }) => person === me);
  const typed = decision === 'approve' ? ports.nameToType(subject) : null;
  return (
    <div class={`choice ${decision}`}>
      {typed === null ? null : (
        <p class="row bad boxed">
          {typed.why} <bdi class="value">{typed.name}</bdi>
        </p>
      )}
      {mine?.hasPasskey ? (
        <form class="by-passkey" data-sign={`/changes/${subject.change.id}`} data-decision={decision} hidden>
          {typed === null ? null : (
            <label>
              {SIGN.type} <input name={`typed-${decision}`} autocomplete="off" spellcheck={false} required />
            </label>
          )}
          {decision === 'reject' ? (
            <label>
              {SIGN.reason} <input name="reason" autocomplete="off" maxlength={500} />
            </label>
          ) : null}
          <button type="submit" class="main">
            {decision === 'approve' ? SIGN.approve : SIGN.reject}
          </button>
          <p class="said" role="status"></p>
        </form>
      ) : null}
      {me !== null && !mine?.hasPasskey && decision === 'approve' ? (
        <p class="hint">
          <a href="/passkeys">{SIGN.noPasskey}</a>
        </p>
      ) : null}
      {mine === undefined || mine.hasSshKey ? <ByKey ports={ports} reading={reading} decision={decision} /> : null}
    </div>
  );
}

function ByKey({ ports, reading: { subject, me }, decision }: Parts & { decision: Decision }): Child {
  const { here, elsewhere } = ports.sshCommands(subject, me, decision);
  return (
    <div class={`by-key ${decision}`}>
      <h3>{decision === 'approve' ? SIGN.withKey : SIGN.rejectWithKey}</h3>
      <Command text={here} />
      <details>
        <summary>{SIGN.elsewhere}</summary>
        <Command text={elsewhere} />
      </details>
    </div>
  );
}
