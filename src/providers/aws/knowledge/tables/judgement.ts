/** What a type holds: contents of its own, an identity that others point at, or only what its template says. */
export type Holds = 'data' | 'identity' | 'nothing' | 'unknown';

/**
 * How what it holds can be kept through a loss. `snapshot`: DeletionPolicy Snapshot works. `backup`: AWS Backup or the
 * service's own backups can have it, which somebody must have set up. `retain_only`: nothing but keeping the resource
 * itself. `none_needed`: it holds nothing.
 */
export type Recovery = 'snapshot' | 'backup' | 'retain_only' | 'none_needed' | 'unknown';

export interface Judgement {
  holds: Exclude<Holds, 'unknown'>;
  recovery: Exclude<Recovery, 'unknown'>;
  /** Where it is from: what was looked up, or `from memory`. */
  source: string;
  types: TypeLines;
}

/** Lines of a service and its types, both without `AWS::`. */
export type TypeLines = string;

/** `AWS::Service::Type` of each type that a row lists. */
export function typesOf({ types }: { types: TypeLines }): string[] {
  return types
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [service, ...names] = line.trim().split(' ');
      return names.map((name) => `AWS::${service}::${name}`);
    });
}
