#!/usr/bin/env bash
# @aws-cdk/aws-service-spec 0.1.216: `isStateful` marks 29 resource types of 1,828.
#
# Guess: the field says which resource types hold data, so that the others can be replaced.
# Seen: it is a short list of well-known types. Stores of data are missing: DSQL clusters, Keyspaces and Timestream tables,
#   MemoryDB, S3 directory buckets and S3 tables, MSK, DocumentDB's elastic clusters, ECR, identity pools, hosted zones.
# Why it matters: absence is no statement. A guard against the loss of data needs a table of its own, with "unknown" for a
#   type without a row.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @aws-cdk/aws-service-spec@0.1.216

cat >probe.mjs <<'NODE'
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';

const all = [...(await loadAwsServiceSpec()).all('resource')];
const stateful = new Set(all.filter(({ isStateful }) => isStateful).map(({ cloudFormationType }) => cloudFormationType));
console.log(`${stateful.size} of ${all.length} types`);
const names =
  'DynamoDB::Table RDS::DBCluster SQS::Queue DSQL::Cluster Cassandra::Table Timestream::Table ' +
  'MemoryDB::Cluster S3::Bucket S3Express::DirectoryBucket S3Tables::Table MSK::Cluster DocDB::DBCluster DocDBElastic::Cluster ' +
  'Cognito::UserPool Cognito::IdentityPool Route53::HostedZone ECR::Repository';
for (const name of names.split(' ')) {
  if (!all.some(({ cloudFormationType }) => cloudFormationType === `AWS::${name}`)) throw new Error(`no ${name}`);
  console.log(`${name}: ${stateful.has(`AWS::${name}`) ? 'stateful' : '-'}`);
}
NODE

expected='29 of 1828 types
DynamoDB::Table: stateful
RDS::DBCluster: stateful
SQS::Queue: stateful
DSQL::Cluster: -
Cassandra::Table: -
Timestream::Table: -
MemoryDB::Cluster: -
S3::Bucket: stateful
S3Express::DirectoryBucket: -
S3Tables::Table: -
MSK::Cluster: -
DocDB::DBCluster: stateful
DocDBElastic::Cluster: -
Cognito::UserPool: stateful
Cognito::IdentityPool: -
Route53::HostedZone: -
ECR::Repository: -'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
