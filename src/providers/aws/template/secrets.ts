/**
 * What of a template is never shown: user data, passwords, secret strings, defaults of NoEcho parameters.
 *
 * SECURITY: a mask is never a value. Whoever sends one back is refused, so that masking cannot destroy.
 */
import { isCollection, isMap, isScalar } from 'yaml';
import { editableDocument } from './dialect.ts';

export const MASK = '****';
/** Also what AWS shows for a NoEcho parameter. */
const IS_MASK = /^\*{4,}$/;

/** The last part of a property path that holds a secret. */
const SECRET_NAMES =
  /^(?:UserData|SecretString|SecretAccessKey|AuthToken|ConnectionProperties|ClientSecret|PrivateKey|CertificatePrivateKey|KeyMaterial|PreSharedKey)$|password|passphrase|secret(?!s?(?:Arn|Id|Name|TargetAttachment|sManager))|api_?key$|(?:access|auth|bearer|refresh)_?token/i;
/** Named like a secret, and only pointing at one. */
const NO_SECRETS =
  /(?:Arn|Arns|Id|Name|Length|Enabled|Policy|Rotation|ExcludeCharacters|GenerateSecretString|Version)$/;

export function isSecretPath(path: string): boolean {
  return path.split('.').some((part) => SECRET_NAMES.test(part) && !NO_SECRETS.test(part));
}

export function isMask(value: unknown): boolean {
  return typeof value === 'string' && IS_MASK.test(value);
}

/** One value as it may be shown: masked whole under a secret path, and inside where it is JSON. */
export function maskText(path: string, text: string): string {
  if (isSecretPath(path)) return MASK;
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text, (key, inner) => (isSecretPath(key) && inner !== '' ? MASK : inner)));
  } catch {
    return text;
  }
}

/** The template's text with every literal secret masked; comments and short forms stay. */
export function maskTemplate(text: string): string {
  const document = editableDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  let masked = false;
  const mask = (node: unknown, path: string): void => {
    if (!isMap(node)) return;
    for (const pair of node.items) {
      const at = `${path}.${isScalar(pair.key) ? String(pair.key.value) : ''}`;
      if (isSecretPath(at) && hasLiteral(pair.value)) {
        pair.value = document.createNode(MASK);
        masked = true;
      } else descend(pair.value, at);
    }
  };
  const descend = (node: unknown, path: string): void => {
    if (isMap(node)) mask(node, path);
    else if (isCollection(node)) for (const item of node.items) descend(item, path);
  };
  descend(document.getIn(['Resources'], true), '');
  const parameters = document.getIn(['Parameters'], true);
  for (const { key, value } of isMap(parameters) ? parameters.items : []) {
    if (!isMap(value) || String(value.get('NoEcho')) !== 'true' || !value.has('Default')) continue;
    document.setIn(['Parameters', isScalar(key) ? key.value : key, 'Default'], MASK);
    masked = true;
  }
  return masked ? document.toString({ lineWidth: 0 }) : text;
}

/** A reference to a parameter or a dynamic reference is no secret; text is. */
function hasLiteral(node: unknown): boolean {
  if (isScalar(node)) {
    const text = String(node.value);
    return node.tag !== '!Ref' && node.tag !== '!GetAtt' && text !== '' && !/^\{\{resolve:[^}]+\}\}$/.test(text);
  }
  if (isMap(node))
    return !node.items.every(({ key }) => isScalar(key) && (key.value === 'Ref' || key.value === 'Fn::GetAtt'));
  return isCollection(node);
}

/** Paths at which a template carries a mask instead of a value. */
export function masksIn(value: unknown, path = ''): string[] {
  if (isMask(value)) return [path];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => masksIn(inner, path === '' ? key : `${path}.${key}`));
}
