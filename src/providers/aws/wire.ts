/**
 * The wire protocols of the sandbox, from the SDK's own schemas: what a client sends is decoded into the input
 * shape, what an operation returns is written in the XML that SDKs, the AWS CLI and boto3 parse.
 * The schema API of the SDK is not promised to stay; the SDK's version is pinned.
 */
import { randomUUID } from 'node:crypto';
import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { Service } from './call-classes.ts';

export interface Wire {
  decode(body: string): { operation: string; input: Record<string, unknown> };
  encode(operation: string, output: Record<string, unknown>): string;
  encodeFault(code: string, message: string): string;
}

const NAMESPACES: Record<Service, { xml: string; shape: string }> = {
  cloudformation: {
    xml: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    shape: 'com.amazonaws.cloudformation',
  },
  ec2: { xml: 'http://ec2.amazonaws.com/doc/2016-11-15', shape: 'com.amazonaws.ec2' },
  sts: { xml: 'https://sts.amazonaws.com/doc/2011-06-15/', shape: 'com.amazonaws.sts' },
};

const wires = new Map<Service, Promise<Wire>>();

export function wireFor(service: Service): Promise<Wire> {
  const known = wires.get(service);
  if (known) return known;
  const made = schemasOf(service).then((schemas) => createWire(service, schemas));
  wires.set(service, made);
  return made;
}

async function schemasOf(service: Service): Promise<Record<string, unknown>> {
  switch (service) {
    case 'cloudformation':
      return import('@aws-sdk/client-cloudformation');
    case 'ec2':
      return import('@aws-sdk/client-ec2');
    case 'sts':
      return import('@aws-sdk/client-sts');
  }
}

type OperationSchema = [9, string, string, unknown, unknown, unknown];

function createWire(service: Service, schemas: Record<string, unknown>): Wire {
  const { xml, shape } = NAMESPACES[service];
  const isEc2 = service === 'ec2';
  const schemaOf = (operation: string) => {
    const schema = schemas[`${operation}$`] as OperationSchema | undefined;
    return Array.isArray(schema) && schema[0] === 9 ? schema : undefined;
  };
  return {
    decode(body) {
      const form = new URLSearchParams(body);
      const operation = form.get('Action') ?? '';
      const schema = schemaOf(operation);
      const root = treeOf(form);
      const input = schema
        ? (decodeValue(NormalizedSchema.of(schema[4] as never), root, isEc2) as Record<string, unknown>)
        : {};
      return { operation, input: input ?? {} };
    },
    encode(operation, output) {
      const schema = schemaOf(operation);
      const inner = schema ? encodeStruct(NormalizedSchema.of(schema[5] as never), output, xml, shape) : '';
      const id = randomUUID();
      return isEc2
        ? `<${operation}Response xmlns="${xml}"><requestId>${id}</requestId>${inner}</${operation}Response>`
        : `<${operation}Response xmlns="${xml}"><${operation}Result>${inner}</${operation}Result><ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></${operation}Response>`;
    },
    encodeFault(code, message) {
      const error = `<Error>${isEc2 ? '' : '<Type>Sender</Type>'}<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`;
      return isEc2
        ? `<Response><Errors>${error}</Errors><RequestID>${randomUUID()}</RequestID></Response>`
        : `<ErrorResponse xmlns="${xml}">${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
    },
  };
}

const escapeXml = (text: string) => text.replace(/[<>&"']/g, (character) => `&#${character.codePointAt(0)};`);

/** Serialises the members only: the element around them is the protocol's. */
function encodeStruct(
  schema: NormalizedSchema,
  value: Record<string, unknown>,
  xmlNamespace: string,
  serviceNamespace: string,
): string {
  if (!schema.isStructSchema()) return '';
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: false,
    xmlNamespace,
    serviceNamespace,
  } as never);
  serializer.setSerdeContext({
    base64Encoder: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64'),
  } as never);
  serializer.write(schema as never, value);
  const text = String(serializer.flush());
  return text
    .replace(/^<[^>]*?\/>$/, '')
    .replace(/^<[^>]+>/, '')
    .replace(/<\/[^<>]+>$/, '');
}

type Tree = { text?: string; children: Map<string, Tree> };

/** `A.member.1.B=x` as a tree of names. */
function treeOf(form: URLSearchParams): Tree {
  const root: Tree = { children: new Map() };
  for (const [name, text] of form) {
    let at = root;
    for (const part of name.split('.')) {
      const next = at.children.get(part) ?? { children: new Map() };
      at.children.set(part, next);
      at = next;
    }
    at.text = text;
  }
  return root;
}

function decodeValue(schema: NormalizedSchema, tree: Tree, isEc2: boolean): unknown {
  if (schema.isStructSchema()) {
    const result: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      const traits = member.getMergedTraits() as { xmlName?: string; ec2QueryName?: string };
      const capitalised =
        traits.xmlName === undefined ? undefined : traits.xmlName.charAt(0).toUpperCase() + traits.xmlName.slice(1);
      const wireName = isEc2 ? (traits.ec2QueryName ?? capitalised ?? name) : (traits.xmlName ?? name);
      const child = tree.children.get(wireName);
      if (child) result[name] = decodeValue(member, child, isEc2);
    }
    return result;
  }
  if (schema.isListSchema()) {
    const items = tree.children.get('member') ?? tree.children.get('item') ?? tree;
    return [...items.children.entries()]
      .filter(([key]) => /^\d+$/.test(key))
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, item]) => decodeValue(schema.getValueSchema(), item, isEc2));
  }
  const text = tree.text ?? '';
  if (schema.isBooleanSchema()) return text === 'true';
  if (schema.isNumericSchema()) return Number(text);
  if (schema.isTimestampSchema()) return new Date(text);
  if (schema.isBlobSchema()) return Buffer.from(text, 'base64');
  return text;
}
