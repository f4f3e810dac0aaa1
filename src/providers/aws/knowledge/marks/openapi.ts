/**
 * Finds methods of an API that answer everybody, in the OpenAPI document of its body.
 *
 * Guarantees: what a method's own `security` or the document's says, in Swagger 2 and OpenAPI 3; a method that had
 * security and has none, or one that may be left out (`{}`), is open; a body that is not known is judged as open where
 * it was not before; a method that comes without security into an API that exists. On updates: a new API opens nothing
 * that was closed; OPTIONS answers browsers.
 * Does not cover: a body in a bucket (BodyS3Location), authorizers that let everybody in.
 */

import type { Json } from '../../../../core/digest.ts';
import { jsonInText } from '../../../../core/input-bounds.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkFinder, ResourceView } from './finder.ts';
import { isMembers, listOf, shown } from './read.ts';

/** Property that holds the document. */
const BODIES: Record<string, string> = {
  'AWS::ApiGateway::RestApi': 'Body',
  'AWS::ApiGatewayV2::Api': 'Body',
  'AWS::Serverless::Api': 'DefinitionBody',
  'AWS::Serverless::HttpApi': 'DefinitionBody',
};
const METHODS = /^(get|put|post|delete|patch|head|x-amazon-apigateway-any-method)$/i;

function bodyOf(view: ResourceView | null): Json | undefined {
  const body = view?.properties[BODIES[view.type] ?? ''];
  if (typeof body !== 'string') return body;
  const json = jsonInText(body);
  return typeof json === 'object' ? (json.value as Json) : undefined;
}

/** Each method by name: is a login asked of every caller? */
function methodsIn(body: Json | undefined): Map<string, boolean> {
  const found = new Map<string, boolean>();
  const { paths, security: everywhere } = isMembers(body) ? body : {};
  for (const [path, item] of Object.entries(isMembers(paths) ? paths : {}))
    for (const [method, operation] of Object.entries(isMembers(item) ? item : {})) {
      if (!METHODS.test(method) || !isMembers(operation)) continue;
      const asked = listOf(operation.security ?? everywhere);
      const closed = asked.length > 0 && asked.every((one) => isMembers(one) && Object.keys(one).length > 0);
      found.set(`${method.toUpperCase()} ${path}`, closed);
    }
  return found;
}

const isPrivate = ({ properties }: ResourceView) =>
  /PRIVATE/.test(JSON.stringify(properties.EndpointConfiguration ?? ''));

export const findOpenedMethods: MarkFinder = (before, after, context) => {
  const property = BODIES[after?.type ?? ''];
  if (!before || !after || property === undefined || isPrivate(after)) return [];
  const path = `Properties.${property}`;
  const was = methodsIn(bodyOf(before));
  const closed = [...was].filter(([, isClosed]) => isClosed).map(([name]) => name);
  const mark = (what: string): Mark => ({
    kind: 'expose',
    path,
    text: `The public can newly call ${what} in the API ${after.logicalId} without a login.`,
    principal: '*',
  });
  const body = after.properties[property];
  if (typeof body === 'string' && context.isUnknown(body))
    return closed.length > 0 ? [mark('methods of a document that is not known yet')] : [];
  const is = methodsIn(bodyOf(after));
  const opened = [...is]
    .filter(([name, isClosed]) => !isClosed && (was.get(name) ?? !name.startsWith('OPTIONS ')))
    .map(([name]) => name);
  return opened.map((name) => mark(`the method ${shown(name)}`)).slice(0, 5);
};
