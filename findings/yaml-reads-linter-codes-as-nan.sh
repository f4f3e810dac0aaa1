#!/usr/bin/env bash
# yaml 2.9.1 in its YAML 1.1 mode: a linter's code such as E9007 is a number, and that number is NaN.
#
# Guess: YAML 1.1 differs from 1.2 in yes, no, octals and times of day; a word that begins with a letter stays text.
# Seen: with `version: '1.1'` an E that only digits follow is a float without digits before its exponent: NaN. A document
#   that is read and printed again has `.nan` in its place. Codes that begin with W or I are text, and so are all of them
#   with version 1.2, for the CDK's reader and for js-yaml.
# Why it matters: CloudFormation reads YAML 1.1, and templates carry cfn-lint's ignore lists in their Metadata
#   (`ignore_checks: [E9007, W2001]`). JSON has no NaN: JSON.stringify makes null of it, canonical JSON refuses it, and a
#   tool that writes the template back has lost the code.
# Date: 2026-11-29
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund yaml@2.9.1 @aws-cdk/yaml-cfn@1.204.0 js-yaml@4.1.0

cat >probe.mjs <<'NODE'
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const yaml = require('yaml');
const template = 'ignore_checks: [E9007, W2001]\n';
const readers = {
  'yaml, version 1.1': (text) => yaml.parse(text, { version: '1.1' }),
  'yaml, version 1.2': (text) => yaml.parse(text),
  '@aws-cdk/yaml-cfn': require('@aws-cdk/yaml-cfn').deserialize,
  'js-yaml': require('js-yaml').load,
};
for (const [name, read] of Object.entries(readers)) console.log(`${name}: ${read(template).ignore_checks.map(String)}`);
console.log(`printed again: ${yaml.parseDocument(template, { version: '1.1' }).toString().trim()}`);
NODE

expected='yaml, version 1.1: NaN,W2001
yaml, version 1.2: E9007,W2001
@aws-cdk/yaml-cfn: E9007,W2001
js-yaml: E9007,W2001
printed again: ignore_checks: [ .nan, W2001 ]'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if [ "$observed" != "$expected" ]; then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
