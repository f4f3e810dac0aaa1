export { requiredCapabilities } from './capabilities.ts';
export { editTemplate, type TemplateEdit } from './edit.ts';
export { asText, hasUnresolved, type Truth, type Use } from './evaluate.ts';
export {
  LANGUAGE_EXTENSIONS,
  type ParameterDeclaration,
  type Template,
  type TemplateOutput,
  type TemplateResource,
  transformsOf,
  UNRESOLVED,
} from './model.ts';
export { defaultText, isListType, isNoEcho, type ResolvedParameter, ssmValueType } from './parameters.ts';
export { parseTemplate } from './parse.ts';
export {
  createResolver,
  type PseudoParameters,
  type ResolveContext,
  type ResolvedOutput,
  type ResolvedResource,
  type ResolvedTemplate,
  type Resolver,
  resolveTemplate,
} from './resolve.ts';
