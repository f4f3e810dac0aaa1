/** A remedy speaks to its reader: an agent has tools and a user, a person has commands. */
import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../src/core/errors.ts';
import { asCountersignError } from '../../src/providers/aws/errors.ts';
import { openTestWorld } from '../world.ts';

const FOR_AGENTS = /tell the user|\b(?:describe|plan|propose)_\w/i;
const FOR_PEOPLE = /\bcountersign (?:changes|show|approve)\b/;

describe('what AWS answered', () => {
  it.each([
    'ExpiredTokenException',
    'SignatureDoesNotMatch',
    'CredentialsProviderError',
    'AccessDeniedException',
    'Throttling',
    'TimeoutError',
    'ECONNREFUSED',
    'ResourceNotFoundException',
    'ValidationError',
    'SomethingElse',
  ])('%s is told to a person without tools and to an agent without our commands', (name) => {
    const { remedy, remedyForPeople } = asCountersignError({ name, message: 'no' });
    expect(remedyForPeople).not.toMatch(FOR_AGENTS);
    expect(remedy).not.toMatch(FOR_PEOPLE);
  });
});

it('a change that is not there: a person lists them by a command, an agent by a tool', async () => {
  const world = await openTestWorld();
  try {
    await world.app.changes.find('chg_none');
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(CountersignError);
    const { remedy, remedyForPeople } = error as CountersignError;
    expect(remedy).toBe('List changes with describe_changes.');
    expect(remedyForPeople).toBe('List changes with: countersign changes');
  } finally {
    world.close();
  }
});
