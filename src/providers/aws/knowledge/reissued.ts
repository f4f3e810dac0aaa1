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

/** Only a list that grows: a name that goes is one that somebody may still ask for. */
export function isReissue(
  type: string,
  changed: readonly string[],
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): boolean {
  const rows = REISSUED[type];
  if (!rows || changed.length === 0 || !changed.every((name) => rows.includes(name))) return false;
  const names = ({ SubjectAlternativeNames: list }: Readonly<Record<string, unknown>>) =>
    Array.isArray(list) ? list.map(String) : [];
  return names(before).every((name) => names(after).includes(name));
}
