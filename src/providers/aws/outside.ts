/** The ways to AWS that do not come through Countersign: where credentials lie, and other MCP servers. */
import type { Outside } from '../../core/outside.ts';

const SDK = 'https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html';

export const awsOutside: Outside = {
  credentials: {
    secretVariables: ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_BEARER_TOKEN_BEDROCK'],
    fetchedFrom: [
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
      'AWS_WEB_IDENTITY_TOKEN_FILE',
    ],
    files: ['.aws/credentials', '.aws/config', '.aws/sso/cache', '.aws/cli/cache', '.aws/login/cache'],
    metadata: {
      url: 'http://169.254.169.254',
      tokenPath: '/latest/api/token',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '1' },
      addressVariable: 'AWS_EC2_METADATA_SERVICE_ENDPOINT',
      disabledVariable: 'AWS_EC2_METADATA_DISABLED',
      source: 'https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html',
    },
    source: SDK,
  },
  doors: [
    {
      title: 'AWS’s own hosted MCP servers',
      matches: /\bmcp-proxy-for-aws\b|\baws-mcp\.[a-z0-9-]+\.api\.aws\b/i,
      why: 'one tool reaches thousands of API actions with the credentials of this user, without any approval',
      source: 'https://pypi.org/project/mcp-proxy-for-aws/',
    },
    {
      title: 'an AWS Labs MCP server',
      matches: /\bawslabs[./]/i,
      why: 'it calls AWS with the credentials of this user',
      source: 'https://awslabs.github.io/mcp/',
    },
    {
      title: 'a Terraform or OpenTofu MCP server',
      matches:
        /\bterraform[\w-]{0,60}mcp|mcp[\w-]{0,60}terraform|\bopentofu[\w-]{0,60}mcp|hashicorp\/terraform-mcp-server/i,
      why: 'an apply changes the same resources without a plan of Countersign',
      source: 'https://github.com/hashicorp/terraform-mcp-server',
    },
    {
      title: 'a Kubernetes MCP server',
      matches: /\bkubernetes-mcp|mcp-server-kubernetes|kubectl-mcp|\bk8s[\w-]*mcp/i,
      why: 'it changes workloads, and with them their load balancers and volumes',
      source: 'https://github.com/containers/kubernetes-mcp-server',
    },
    {
      title: 'a Pulumi or CDK MCP server',
      matches: /\bpulumi[\w/@-]{0,60}mcp|mcp[\w-]{0,60}pulumi/i,
      why: 'it deploys without a plan of Countersign',
      source: 'https://github.com/pulumi/mcp-server',
    },
    {
      title: 'a shell as an MCP server',
      matches: /\b(?:desktop-commander|mcp-shell|shell-mcp|mcp-server-commands|cli-mcp-server|use_aws_mcp)\b/i,
      why: 'a command line runs any client of the cloud with the credentials of this user',
      source: 'https://github.com/wonderwhy-er/DesktopCommanderMCP',
    },
  ],
};
