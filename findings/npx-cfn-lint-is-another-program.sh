#!/usr/bin/env bash
# cfn-lint 1.9.7 on npm is another program than AWS's cfn-lint, and refuses good templates.
#
# Guess: `npx cfn-lint template.yaml` is AWS's linter, or a wrapper of it, with today's resource types.
# Seen: it is an independent validator with its own commands and specification. With AWS's command line it prints its
#   usage and exits with 1; with its own (`validate`) a type of 2025 and properties of 2021 and 2023 are "critical".
#   Both ways the exit code is that of a template with faults.
# Why it matters: an agent that checks its template with npx "repairs" good templates (drops encryption and deletion
#   protection, for instance), and a pipeline reads a usage text as a finding. AWS's linter comes from Python.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cfn-lint@1.9.7
cat >template.yaml <<'YAML'
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration: [{ BucketKeyEnabled: true }]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Role: arn:aws:iam::111122223333:role/function
      Handler: index.handler
      Runtime: nodejs22.x
      Code: { ZipFile: "exports.handler = async () => 1" }
      LoggingConfig: { LogFormat: JSON }
  Cluster:
    Type: AWS::DSQL::Cluster
    Properties: { DeletionProtectionEnabled: true }
YAML

cat >probe.mjs <<'NODE'
import { spawnSync } from 'node:child_process';

for (const command of [['template.yaml'], ['validate', 'template.yaml']]) {
  const { status, stdout } = spawnSync('node_modules/.bin/cfn-lint', command, { encoding: 'utf8' });
  console.log(`cfn-lint ${command.join(' ')}: exit ${status}${/^Usage/m.test(stdout) ? ', usage' : ''}`);
  const told = stdout.replace(/\u001b\[\d+m/g, '').match(/^Message: .*/gm) ?? [];
  for (const line of told.sort()) console.log(line);
}
NODE

expected='cfn-lint template.yaml: exit 1, usage
cfn-lint validate template.yaml: exit 1
Message: BucketKeyEnabled is not a valid property of AWS::S3::Bucket.ServerSideEncryptionRule
Message: LoggingConfig is not a valid property of AWS::Lambda::Function
Message: Resource Cluster has an invalid Type of AWS::DSQL::Cluster.'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
