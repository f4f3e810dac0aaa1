/**
 * What Stryker leaves alone: text for people. A literal with a blank in it is text, and so are the catalogue's
 * sentences; a condition that only chooses between two texts (or
 * a text and nothing) is text too. What is inside of a template that is text
 * is not mutated either.
 */
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const CATALOGUE = new Set(['rule', 'normally', 'told']);
const hasWords = (text) => text !== ' ' && text.includes(' ');

const isEmpty = (node) => node.type === 'StringLiteral' && node.value === '';

function isText(node) {
  if (node.type === 'StringLiteral') return hasWords(node.value);
  if (node.type === 'TemplateLiteral') return node.quasis.some(({ value }) => hasWords(value.raw));
  if (node.type !== 'ConditionalExpression') return false;
  const { consequent, alternate } = node;
  return isText(consequent) ? isText(alternate) || isEmpty(alternate) : isEmpty(consequent) && isText(alternate);
}

function shouldIgnore({ node, parent }) {
  if (isText(node)) return 'text for people';
  if (parent?.type === 'ObjectProperty' && parent.value === node && CATALOGUE.has(parent.key.name))
    return 'text of the catalogue';
  return undefined;
}

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'text-for-people', { shouldIgnore })];
