/**
 * Replacements by which nothing is lost that others depend on: the new one is there before the old one goes, holds the
 * same, and what names it in the stack follows. What others import is for the exports' own check.
 *
 * Source: AWS Certificate Manager User Guide, "you can't add or remove domain names from an existing certificate": a new
 * one is requested; that CloudFormation removes the old one last: AWS CloudFormation User Guide, "Replacement".
 */
const REISSUED: Readonly<Record<string, readonly string[]>> = {
  'AWS::CertificateManager::Certificate': ['SubjectAlternativeNames', 'DomainValidationOptions', 'ValidationMethod'],
};

/** A name that goes is one that others may still ask for: a mark of the row in marks/slow-loss-table.ts tells it. */
export function isReissue(type: string, changed: readonly string[]): boolean {
  const rows = REISSUED[type];
  return rows !== undefined && changed.length > 0 && changed.every((name) => rows.includes(name));
}
