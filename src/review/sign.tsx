/** What a person can do about a change: nothing here decides; a signature does. */
import type { Child } from 'hono/jsx';
import type { Decision, MayDecide, ReviewPorts } from './ports.ts';
import type { Reading } from './reading.ts';
import { Command, Rows } from './rows.tsx';
import { SIGN } from './words.ts';

export function Decide({ ports, reading }: { ports: ReviewPorts; reading: Reading }): Child {
  const { subject, me } = reading;
  const { state } = subject.change;
  return (
    <section id="decide" data-living="" class="decide" tabindex={-1}>
      <h2>{SIGN.title}</h2>
      {state === 'pending' ? <Pending ports={ports} reading={reading} /> : <Next ports={ports} reading={reading} />}
      {state === 'approved' ? <ByKey ports={ports} reading={reading} me={me} decision="reject" /> : null}
    </section>
  );
}

function Next({ ports, reading }: { ports: ReviewPorts; reading: Reading }): Child {
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

function Pending({ ports, reading }: { ports: ReviewPorts; reading: Reading }): Child {
  const { me, may } = reading;
  const mine = may.find(({ person }) => person === me);
  return (
    <>
      <p>{SIGN.saysNothing}</p>
      {me === null ? <p class="row quiet">{SIGN.chooseFirst}</p> : null}
      <Who may={may} me={me} />
      {mine === undefined || mine.may ? <ByKey ports={ports} reading={reading} me={me} decision="approve" /> : null}
      <ByKey ports={ports} reading={reading} me={me} decision="reject" />
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

interface ByKeyOf {
  ports: ReviewPorts;
  reading: Reading;
  me: string | null;
  decision: Decision;
}

function ByKey({ ports, reading: { subject }, me, decision }: ByKeyOf): Child {
  const { here, elsewhere } = ports.sshCommands(subject, me, decision);
  const typed = decision === 'approve' ? ports.nameToType(subject) : null;
  return (
    <div class={`by-key ${decision}`}>
      <h3>{decision === 'approve' ? SIGN.withKey : SIGN.rejectWithKey}</h3>
      {typed === null ? null : (
        <p class="row bad">
          {typed.why} <bdi class="value">{typed.name}</bdi>
        </p>
      )}
      <Command text={here} />
      <details>
        <summary>{SIGN.elsewhere}</summary>
        <Command text={elsewhere} />
      </details>
    </div>
  );
}
