/** Parameter Store: reading a parameter that was seeded, or that a stack has made. */
import { ssmParameter } from './facts.ts';
import { jsonAnswer, jsonFault, jsonTargetOf, type PlainService } from './plain.ts';

export const ssm: PlainService = {
  operationOf: (request) => jsonTargetOf(request) ?? '',
  respond(world, request, { account, region }) {
    const operation = jsonTargetOf(request) ?? '';
    if (operation !== 'GetParameter')
      return jsonFault('InvalidAction', `The sandbox does not simulate ssm:${operation}.`);
    const { Name } = JSON.parse(request.body || '{}') as { Name?: string };
    if (typeof Name !== 'string' || Name === '') return jsonFault('ValidationException', 'Name must be given.');
    // By name, by ARN, and with a version: `name:2`.
    const path = /^arn:[^:]*:ssm:[^:]*:\d{12}:parameter(\/.*)$/.exec(Name)?.[1] ?? Name;
    const [name = '', version] = path.split(':');
    const found = ssmParameter(world, region, name);
    if (!found) return jsonFault('ParameterNotFound', `The parameter ${name} does not exist.`);
    if (version !== undefined && Number(version) !== found.version)
      return jsonFault('ParameterVersionNotFound', `The sandbox keeps the last version of ${name} only.`);
    const ARN = `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
    const { type, value } = found;
    const Parameter = { Name: name, Type: type, Value: value, Version: found.version, ARN, DataType: 'text' };
    return jsonAnswer({ Parameter });
  },
};
