#!/usr/bin/env bash
# Four npm readers of CloudFormation's YAML, and one template of everyday values read in four ways.
# @aws-cdk/yaml-cfn 1.204.0, yaml-cfn 0.3.2, js-yaml-cloudformation-schema 1.0.0, cfn-include 1.5.0
#
# Guess: readers made for CloudFormation agree on its short forms, and read values as each other do.
# Seen: `!GetAtt Nested.Outputs.Url` is a text or a pair; `!Condition` becomes Fn::Condition, which does not exist; the
#   CDK's reader drops short forms that it does not know (!ToJsonString, !Length) and keeps their argument as the value,
#   with a warning only; an account id with a leading zero is a number in two of them, a file mode 420 in two others,
#   a time of day a number of seconds; a policy's Version turns into a timestamp.
# Why it matters: a template that was read and written by such a library is another template. Judge the text that is
#   sent, with a reader that refuses unknown tags.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @aws-cdk/yaml-cfn@1.204.0 yaml-cfn@0.3.2 \
  js-yaml-cloudformation-schema@1.0.0 cfn-include@1.5.0

cat >probe.mjs <<'NODE'
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const name = 'js-yaml-cloudformation-schema';
const jsYaml = createRequire(require.resolve(name))('js-yaml');
const readers = {
  cdk: require('@aws-cdk/yaml-cfn').deserialize,
  'yaml-cfn': require('yaml-cfn').yamlParse,
  'js-yaml': (text) => jsYaml.load(text, { schema: require(name).CLOUDFORMATION_SCHEMA }),
  include: require('cfn-include/lib/yaml').load,
};
for (const value of [
  '!GetAtt Nested.Outputs.Url',
  '!Condition IsProduction',
  '!ToJsonString { a: 1 }',
  '!Length [1, 2]',
  '012345678901',
  '0644',
  '22:22',
  '2012-10-17',
]) {
  const read = Object.entries(readers).map(([reader, parse]) => {
    try {
      return `${reader} ${JSON.stringify(parse(`a: ${value}`).a)}`;
    } catch {
      return `${reader} refuses`;
    }
  });
  console.log(`${value}: ${read.join(', ')}`);
}
NODE

expected='!GetAtt Nested.Outputs.Url: cdk {"Fn::GetAtt":"Nested.Outputs.Url"}, yaml-cfn {"Fn::GetAtt":["Nested","Outputs.Url"]}, js-yaml {"Fn::GetAtt":"Nested.Outputs.Url"}, include {"Fn::GetAtt":["Nested","Outputs.Url"]}
!Condition IsProduction: cdk {"Condition":"IsProduction"}, yaml-cfn {"Condition":"IsProduction"}, js-yaml {"Fn::Condition":"IsProduction"}, include {"Condition":"IsProduction"}
!ToJsonString { a: 1 }: cdk {"a":1}, yaml-cfn refuses, js-yaml refuses, include refuses
!Length [1, 2]: cdk [1,2], yaml-cfn refuses, js-yaml refuses, include {"Fn::Length":[1,2]}
012345678901: cdk 12345678901, yaml-cfn 12345678901, js-yaml "012345678901", include "012345678901"
0644: cdk 644, yaml-cfn 644, js-yaml 420, include 420
22:22: cdk "22:22", yaml-cfn "22:22", js-yaml 1342, include 1342
2012-10-17: cdk "2012-10-17", yaml-cfn "2012-10-17", js-yaml "2012-10-17T00:00:00.000Z", include "2012-10-17T00:00:00.000Z"'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
