/**
 * What credentials could write, found by asking EC2 for writes with `DryRun: true`: AWS answers whether it would, and
 * does nothing. Each needs no resource that is there.
 */
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { TriedWrite } from '../../core/outside.ts';

/** Of a denial that holds for a whole organisation AWS says so. (IAM user guide, "Troubleshoot access denied error messages") */
const BY_ORGANISATION = /explicit deny in a service control policy/;

export async function tryWrites(client: EC2Client): Promise<TriedWrite[]> {
  const sdk = await import('@aws-sdk/client-ec2');
  const name = 'countersign-doctor';
  const asked = {
    CreateSecurityGroup: new sdk.CreateSecurityGroupCommand({ DryRun: true, GroupName: name, Description: name }),
    CreateKeyPair: new sdk.CreateKeyPairCommand({ DryRun: true, KeyName: name }),
    CreateVpc: new sdk.CreateVpcCommand({ DryRun: true, CidrBlock: '10.255.255.0/28' }),
    AllocateAddress: new sdk.AllocateAddressCommand({ DryRun: true }),
  };
  return Promise.all(
    Object.entries(asked).map(async ([operation, command]): Promise<TriedWrite> => {
      try {
        await client.send(command as InstanceType<typeof sdk.CreateKeyPairCommand>);
        // A dry run never succeeds: what does was no dry run.
        return { operation, answer: 'allowed' };
      } catch (error) {
        return { operation, answer: answerOf(error as { name?: string; message?: string }) };
      }
    }),
  );
}

function answerOf({ name = '', message = '' }: { name?: string; message?: string }): TriedWrite['answer'] {
  if (name === 'DryRunOperation') return 'allowed';
  if (!/^(?:UnauthorizedOperation|AccessDenied)/.test(name)) return 'unknown';
  return BY_ORGANISATION.test(message) ? 'denied_by_organisation' : 'denied';
}
