/** What is looked up in services that are not simulated: it is there because it was seeded, in one account. */
import type { World } from './world.ts';

export interface SsmParameter {
  region: string;
  name: string;
  type: 'String' | 'StringList' | 'SecureString';
  value: string;
  version: number;
}

const SSM_PARAMETER = 'ssm_parameter';
const TEMPLATE_OBJECT = 'template_object';
const parameterId = ({ account }: World, region: string, name: string) => `${account}/${region}/${name}`;

export function putSsmParameter(world: World, parameter: Omit<SsmParameter, 'version'>): void {
  const { region, name } = parameter;
  const version = (ssmParameter(world, region, name)?.version ?? 0) + 1;
  world.put<SsmParameter>(SSM_PARAMETER, parameterId(world, region, name), { ...parameter, version });
}
export const ssmParameter = (world: World, region: string, name: string): SsmParameter | undefined =>
  world.get<SsmParameter>(SSM_PARAMETER, parameterId(world, region, name));

/** The body of a template in S3, by its exact URL. */
export const putTemplateObject = (world: World, url: string, body: string): void =>
  world.put(TEMPLATE_OBJECT, url, { url, body });
export const templateObject = (world: World, url: string): string | undefined =>
  world.get<{ body: string }>(TEMPLATE_OBJECT, url)?.body;
