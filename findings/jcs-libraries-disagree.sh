#!/usr/bin/env bash
# Five npm libraries for RFC 8785 or "canonical JSON" on texts that JSON.parse reads.
# canonicalize 5.1.0, json-canonicalize 3.0.1, @truestamp/canonify 2.1.0, json-canon 1.0.1, canonical-json 0.4.0
#
# Guess: on valid JSON all five give the same bytes; what RFC 8785 forbids (a number beyond a double, a lone surrogate)
#   is an error in each.
# Seen: canonical-json does not sort keys that look like numbers; canonify and canonical-json write 1e400 as null, so
#   that two texts of different meaning have one form; three of the five write a lone surrogate as an
#   escape, where RFC 8785 wants an error.
# Why it matters: a digest is only comparable with one of the same library and version; a verifier written with another
#   one refuses good signatures, or finds two documents equal. Refuse such values before they are hashed.
# Date: 2026-11-28
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund canonicalize@5.1.0 json-canonicalize@3.0.1 @truestamp/canonify@2.1.0 \
  json-canon@1.0.1 canonical-json@0.4.0

cat >probe.mjs <<'NODE'
import { canonify } from '@truestamp/canonify';
import canonicalJson from 'canonical-json';
import * as canonicalize from 'canonicalize';
import * as jsonCanon from 'json-canon';
import { canonicalize as jsonCanonicalize } from 'json-canonicalize';

const oneOf = (module, name) => module[name] ?? module.default?.[name] ?? module.default;
const libraries = {
  canonicalize: oneOf(canonicalize, 'canonicalize'),
  'json-canonicalize': jsonCanonicalize,
  canonify,
  'json-canon': oneOf(jsonCanon, 'serialize'),
  'canonical-json': canonicalJson,
};
for (const text of ['{"b":1,"a":1e21,"c":-0}', '{"10":1,"9":2}', '{"n":1e400}', '{"s":"\\ud800"}']) {
  const forms = {};
  for (const [name, form] of Object.entries(libraries)) {
    let told = 'refused';
    try {
      told = form(JSON.parse(text));
    } catch {}
    forms[told] = [...(forms[told] ?? []), name];
  }
  for (const [form, names] of Object.entries(forms)) console.log(`${text} is ${form}: ${names.join(', ')}`);
}
NODE

expected='{"b":1,"a":1e21,"c":-0} is {"a":1e+21,"b":1,"c":0}: canonicalize, json-canonicalize, canonify, json-canon, canonical-json
{"10":1,"9":2} is {"10":1,"9":2}: canonicalize, json-canonicalize, canonify, json-canon
{"10":1,"9":2} is {"9":2,"10":1}: canonical-json
{"n":1e400} is refused: canonicalize, json-canonicalize, json-canon
{"n":1e400} is {"n":null}: canonify, canonical-json
{"s":"\ud800"} is refused: canonicalize, json-canon
{"s":"\ud800"} is {"s":"\ud800"}: json-canonicalize, canonify, canonical-json'
observed=$(node probe.mjs)
printf "%s\n" "$observed"
if ! diff <(printf "%s\n" "$expected") <(printf "%s\n" "$observed"); then
  echo "changed: the lines above differ from what was seen" >&2
  exit 1
fi
