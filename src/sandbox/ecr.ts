/** The container registry: which repositories the stacks have made. */
import { resourcesOf } from './made-resources.ts';
import { jsonAnswer, jsonFault, jsonTargetOf, type PlainService } from './plain.ts';

export const ecr: PlainService = {
  operationOf: (request) => jsonTargetOf(request) ?? '',
  respond(world, request, { account, region }) {
    const operation = jsonTargetOf(request) ?? '';
    if (operation !== 'DescribeRepositories')
      return jsonFault('InvalidAction', `The sandbox does not simulate ecr:${operation}.`);
    const { repositoryNames } = JSON.parse(request.body || '{}') as { repositoryNames?: string[] };
    const made = resourcesOf(world, 'AWS::ECR::Repository').filter((repository) => repository.region === region);
    const names = made.map(({ physicalId }) => physicalId);
    const missing = repositoryNames?.find((name) => !names.includes(name));
    if (missing !== undefined)
      return jsonFault(
        'RepositoryNotFoundException',
        `The repository with name '${missing}' does not exist in the registry with id '${account}'`,
      );
    const repositories = (repositoryNames ?? names).map((repositoryName) => ({
      repositoryName,
      registryId: account,
      repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`,
      repositoryUri: `${account}.dkr.ecr.${region}.amazonaws.com/${repositoryName}`,
    }));
    return jsonAnswer({ repositories });
  },
};
