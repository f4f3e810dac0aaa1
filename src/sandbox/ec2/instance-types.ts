/** Instance types: some families, with what decides a resize. */
import { type Operation, pageOf, SandboxFault } from '../service.ts';
import { filterPattern } from './listing.ts';

/**
 * A line: family, architecture, then sizes as vCPUs/memory in GiB, and /instance store in GB where there is one.
 * From the answers of DescribeInstanceTypes that moto 5.2 carries; bare-metal sizes are left out.
 */
const FACTS = `
t1 x86_64: micro=1/0.61
t2 x86_64: nano=1/0.5 micro=1/1 small=1/2 medium=2/4 large=2/8 xlarge=4/16 2xlarge=8/32
t3 x86_64: nano=2/0.5 micro=2/1 small=2/2 medium=2/4 large=2/8 xlarge=4/16 2xlarge=8/32
t3a x86_64: nano=2/0.5 micro=2/1 small=2/2 medium=2/4 large=2/8 xlarge=4/16 2xlarge=8/32
t4g arm64: nano=2/0.5 micro=2/1 small=2/2 medium=2/4 large=2/8 xlarge=4/16 2xlarge=8/32
m1 x86_64: small=1/1.7/160 medium=1/3.7/410 large=2/7.5/840 xlarge=4/15/1680
m3 x86_64: medium=1/3.75/4 large=2/7.5/32 xlarge=4/15/80 2xlarge=8/30/160
m4 x86_64: large=2/8 xlarge=4/16 2xlarge=8/32 4xlarge=16/64 10xlarge=40/160 16xlarge=64/256
m5 x86_64: large=2/8 xlarge=4/16 2xlarge=8/32 4xlarge=16/64 8xlarge=32/128 12xlarge=48/192 16xlarge=64/256
m5 x86_64: 24xlarge=96/384
m5a x86_64: large=2/8 xlarge=4/16 2xlarge=8/32 4xlarge=16/64 8xlarge=32/128 12xlarge=48/192 16xlarge=64/256
m5a x86_64: 24xlarge=96/384
m5d x86_64: large=2/8/75 xlarge=4/16/150 2xlarge=8/32/300 4xlarge=16/64/600 8xlarge=32/128/1200 12xlarge=48/192/1800
m5d x86_64: 16xlarge=64/256/2400 24xlarge=96/384/3600
m6g arm64: medium=1/4 large=2/8 xlarge=4/16 2xlarge=8/32 4xlarge=16/64 8xlarge=32/128 12xlarge=48/192
m6g arm64: 16xlarge=64/256
m6gd arm64: medium=1/4/59 large=2/8/118 xlarge=4/16/237 2xlarge=8/32/474 4xlarge=16/64/950 8xlarge=32/128/1900
m6gd arm64: 12xlarge=48/192/2850 16xlarge=64/256/3800
m6i x86_64: large=2/8 xlarge=4/16 2xlarge=8/32 4xlarge=16/64 8xlarge=32/128 12xlarge=48/192 16xlarge=64/256
m6i x86_64: 24xlarge=96/384 32xlarge=128/512
m6id x86_64: large=2/8/118 xlarge=4/16/237 2xlarge=8/32/474 4xlarge=16/64/950 8xlarge=32/128/1900
m6id x86_64: 12xlarge=48/192/2850 16xlarge=64/256/3800 24xlarge=96/384/5700 32xlarge=128/512/7600
m7g arm64: medium=1/4 large=2/8 xlarge=4/16 2xlarge=8/32 4xlarge=16/64 8xlarge=32/128 12xlarge=48/192
m7g arm64: 16xlarge=64/256
m7gd arm64: medium=1/4/59 large=2/8/118 xlarge=4/16/237 2xlarge=8/32/474 4xlarge=16/64/950 8xlarge=32/128/1900
m7gd arm64: 12xlarge=48/192/2850 16xlarge=64/256/3800
m7i x86_64: large=2/8 xlarge=4/16 2xlarge=8/32 4xlarge=16/64 8xlarge=32/128 12xlarge=48/192 16xlarge=64/256
m7i x86_64: 24xlarge=96/384 48xlarge=192/768
m8g arm64: medium=1/4 large=2/8 xlarge=4/16 2xlarge=8/32 4xlarge=16/64 8xlarge=32/128 12xlarge=48/192
m8g arm64: 16xlarge=64/256 24xlarge=96/384 48xlarge=192/768
c1 x86_64: medium=2/1.7/350 xlarge=8/7/1680
c3 x86_64: large=2/3.75/32 xlarge=4/7.5/80 2xlarge=8/15/160 4xlarge=16/30/320 8xlarge=32/60/640
c4 x86_64: large=2/3.75 xlarge=4/7.5 2xlarge=8/15 4xlarge=16/30 8xlarge=36/60
c5 x86_64: large=2/4 xlarge=4/8 2xlarge=8/16 4xlarge=16/32 9xlarge=36/72 12xlarge=48/96 18xlarge=72/144
c5 x86_64: 24xlarge=96/192
c5d x86_64: large=2/4/50 xlarge=4/8/100 2xlarge=8/16/200 4xlarge=16/32/400 9xlarge=36/72/900 12xlarge=48/96/1800
c5d x86_64: 18xlarge=72/144/1800 24xlarge=96/192/3600
c5n x86_64: large=2/5.25 xlarge=4/10.5 2xlarge=8/21 4xlarge=16/42 9xlarge=36/96 18xlarge=72/192
c6g arm64: medium=1/2 large=2/4 xlarge=4/8 2xlarge=8/16 4xlarge=16/32 8xlarge=32/64 12xlarge=48/96 16xlarge=64/128
c6i x86_64: large=2/4 xlarge=4/8 2xlarge=8/16 4xlarge=16/32 8xlarge=32/64 12xlarge=48/96 16xlarge=64/128
c6i x86_64: 24xlarge=96/192 32xlarge=128/256
c6id x86_64: large=2/4/118 xlarge=4/8/237 2xlarge=8/16/474 4xlarge=16/32/950 8xlarge=32/64/1900 12xlarge=48/96/2850
c6id x86_64: 16xlarge=64/128/3800 24xlarge=96/192/5700 32xlarge=128/256/7600
c7g arm64: medium=1/2 large=2/4 xlarge=4/8 2xlarge=8/16 4xlarge=16/32 8xlarge=32/64 12xlarge=48/96 16xlarge=64/128
c7i x86_64: large=2/4 xlarge=4/8 2xlarge=8/16 4xlarge=16/32 8xlarge=32/64 12xlarge=48/96 16xlarge=64/128
c7i x86_64: 24xlarge=96/192 48xlarge=192/384
r3 x86_64: large=2/15/32 xlarge=4/30.5/80 2xlarge=8/61/160 4xlarge=16/122/320 8xlarge=32/244/640
r4 x86_64: large=2/15.25 xlarge=4/30.5 2xlarge=8/61 4xlarge=16/122 8xlarge=32/244 16xlarge=64/488
r5 x86_64: large=2/16 xlarge=4/32 2xlarge=8/64 4xlarge=16/128 8xlarge=32/256 12xlarge=48/384 16xlarge=64/512
r5 x86_64: 24xlarge=96/768
r5d x86_64: large=2/16/75 xlarge=4/32/150 2xlarge=8/64/300 4xlarge=16/128/600 8xlarge=32/256/1200
r5d x86_64: 12xlarge=48/384/1800 16xlarge=64/512/2400 24xlarge=96/768/3600
r6g arm64: medium=1/8 large=2/16 xlarge=4/32 2xlarge=8/64 4xlarge=16/128 8xlarge=32/256 12xlarge=48/384
r6g arm64: 16xlarge=64/512
r6i x86_64: large=2/16 xlarge=4/32 2xlarge=8/64 4xlarge=16/128 8xlarge=32/256 12xlarge=48/384 16xlarge=64/512
r6i x86_64: 24xlarge=96/768 32xlarge=128/1024
r6id x86_64: large=2/16/118 xlarge=4/32/237 2xlarge=8/64/474 4xlarge=16/128/950 8xlarge=32/256/1900
r6id x86_64: 12xlarge=48/384/2850 16xlarge=64/512/3800 24xlarge=96/768/5700 32xlarge=128/1024/7600
r7g arm64: medium=1/8 large=2/16 xlarge=4/32 2xlarge=8/64 4xlarge=16/128 8xlarge=32/256 12xlarge=48/384
r7g arm64: 16xlarge=64/512
r7gd arm64: medium=1/8/59 large=2/16/118 xlarge=4/32/237 2xlarge=8/64/474 4xlarge=16/128/950 8xlarge=32/256/1900
r7gd arm64: 12xlarge=48/384/2850 16xlarge=64/512/3800
r7i x86_64: large=2/16 xlarge=4/32 2xlarge=8/64 4xlarge=16/128 8xlarge=32/256 12xlarge=48/384 16xlarge=64/512
r7i x86_64: 24xlarge=96/768 48xlarge=192/1536
x1 x86_64: 16xlarge=64/976/1920 32xlarge=128/1952/3840
i2 x86_64: xlarge=4/30.5/800 2xlarge=8/61/1600 4xlarge=16/122/3200 8xlarge=32/244/6400
i3 x86_64: large=2/15.25/475 xlarge=4/30.5/950 2xlarge=8/61/1900 4xlarge=16/122/3800 8xlarge=32/244/7600
i3 x86_64: 16xlarge=64/488/15200
i3en x86_64: large=2/16/1250 xlarge=4/32/2500 2xlarge=8/64/5000 3xlarge=12/96/7500 6xlarge=24/192/15000
i3en x86_64: 12xlarge=48/384/30000 24xlarge=96/768/60000
i4i x86_64: large=2/16/468 xlarge=4/32/937 2xlarge=8/64/1875 4xlarge=16/128/3750 8xlarge=32/256/7500
i4i x86_64: 12xlarge=48/384/11250 16xlarge=64/512/15000 24xlarge=96/768/22500 32xlarge=128/1024/30000
d2 x86_64: xlarge=4/30.5/6144 2xlarge=8/61/12288 4xlarge=16/122/24576 8xlarge=36/244/49152
d3 x86_64: xlarge=4/32/5940 2xlarge=8/64/11880 4xlarge=16/128/23760 8xlarge=32/256/47520
h1 x86_64: 2xlarge=8/32/2000 4xlarge=16/64/4000 8xlarge=32/128/8000 16xlarge=64/256/16000
g4dn x86_64: xlarge=4/16/125 2xlarge=8/32/225 4xlarge=16/64/225 8xlarge=32/128/900 12xlarge=48/192/900
g4dn x86_64: 16xlarge=64/256/900
g5 x86_64: xlarge=4/16/250 2xlarge=8/32/450 4xlarge=16/64/600 8xlarge=32/128/900 12xlarge=48/192/3800
g5 x86_64: 16xlarge=64/256/1900 24xlarge=96/384/3800 48xlarge=192/768/7600
a1 arm64: medium=1/2 large=2/4 xlarge=4/8 2xlarge=8/16 4xlarge=16/32
z1d x86_64: large=2/16/75 xlarge=4/32/150 2xlarge=8/64/300 3xlarge=12/96/450 6xlarge=24/192/900 12xlarge=48/384/1800
`;

export interface InstanceType {
  name: string;
  architecture: 'x86_64' | 'arm64';
  vcpus: number;
  memoryGib: number;
  /** Zero: EBS only. What is on an instance store is lost when the instance stops. */
  instanceStoreGb: number;
}

const TYPES = new Map(
  FACTS.trim()
    .split('\n')
    .flatMap((line): [string, InstanceType][] => {
      const [, family, architecture, sizes = ''] = /^(\S+) (\S+): (.*)$/.exec(line) ?? [];
      return sizes.split(' ').map((entry) => {
        const [size, facts = ''] = entry.split('=');
        const [vcpus = 0, memoryGib = 0, instanceStoreGb = 0] = facts.split('/').map(Number);
        const name = `${family}.${size}`;
        return [name, { name, architecture: architecture as 'x86_64', vcpus, memoryGib, instanceStoreGb }];
      });
    }),
);

export const findInstanceType = (name: string): InstanceType | undefined => TYPES.get(name);

const PAGE = 100;

export const instanceTypeOperations: Record<string, Operation> = {
  DescribeInstanceTypes(_world, input) {
    const names: string[] = input.InstanceTypes?.length ? input.InstanceTypes : [...TYPES.keys()];
    const missing = names.filter((name) => !TYPES.has(name));
    if (missing.length > 0)
      throw new SandboxFault(
        'InvalidInstanceType',
        `The following supplied instance types do not exist: [${missing.join(', ')}]`,
      );
    const filters: { Name: string; Values: string[] }[] = input.Filters ?? [];
    const unknown = filters.find(({ Name }) => Name !== 'instance-type');
    if (unknown)
      throw new SandboxFault('InvalidParameterValue', `The sandbox does not filter instance types by ${unknown.Name}`);
    const found = names.filter((name) =>
      filters.every(({ Values }) => Values.some((value) => filterPattern(value).test(name))),
    );
    const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? PAGE, 'InvalidNextToken');
    return { InstanceTypes: page.map((name) => show(TYPES.get(name)!)), NextToken: next };
  },
};

const show = ({ name, architecture, vcpus, memoryGib, instanceStoreGb }: InstanceType) => ({
  InstanceType: name,
  InstanceStorageSupported: instanceStoreGb > 0,
  ...(instanceStoreGb > 0 ? { InstanceStorageInfo: { TotalSizeInGB: instanceStoreGb } } : {}),
  SupportedRootDeviceTypes: ['ebs'],
  EbsInfo: { EncryptionSupport: 'supported' },
  ProcessorInfo: { SupportedArchitectures: [architecture] },
  VCpuInfo: { DefaultVCpus: vcpus },
  MemoryInfo: { SizeInMiB: Math.round(memoryGib * 1024) },
});
