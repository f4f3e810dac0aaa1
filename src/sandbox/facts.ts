/** What is looked up in services that are not simulated: it is there because it was seeded. */
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

export function putSsmParameter(world: World, parameter: Omit<SsmParameter, 'version'>): void {
  const { region, name } = parameter;
  const version = (ssmParameter(world, region, name)?.version ?? 0) + 1;
  world.put<SsmParameter>(SSM_PARAMETER, `${region}:${name}`, { ...parameter, version });
}
export const ssmParameter = (world: World, region: string, name: string): SsmParameter | undefined =>
  world.get<SsmParameter>(SSM_PARAMETER, `${region}:${name}`);

/** The body of a template in S3, by its exact URL; every account reads the same. */
export const putTemplateObject = (world: World, url: string, body: string): void =>
  world.shared.put(TEMPLATE_OBJECT, url, { url, body });
export const templateObject = (world: World, url: string): string | undefined =>
  world.shared.get<{ body: string }>(TEMPLATE_OBJECT, url)?.body;
