/**
 * The nodes of a JSON text with their places, as `readSource` gives them: JSON needs no reader of YAML, which takes fifty
 * times as long.
 *
 * Guarantees: the same ranges as YAML's reader finds in strict JSON, with every member where one is written twice, under
 * its own name whatever that is. Numbers keep their digits: only places are taken from here.
 */
import { Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

type JsonNode = Scalar | YAMLMap | YAMLSeq;

/** @param text that JSON.parse takes. */
export function readJsonSource(text: string): { contents: JsonNode } {
  return { contents: new Reader(text).value() };
}

const BLANK = /[ \t\n\r]/;
const ENDS = /[,\]}\s]/;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): JsonNode {
    this.#blanks();
    const first = this.#text[this.#at];
    if (first === '{') return this.#map();
    if (first === '[') return this.#list();
    return this.#scalar();
  }

  #blanks(): void {
    while (BLANK.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  /** Past this character, with the blanks before it. @returns whether it stood there. */
  #takes(character: string): boolean {
    this.#blanks();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #map(): YAMLMap {
    const start = this.#at;
    const map = new YAMLMap();
    map.flow = true;
    this.#at += 1;
    while (!this.#takes('}')) {
      this.#blanks();
      const key = this.#scalar();
      this.#blanks();
      const pair = new Pair(key, undefined as unknown) as Pair;
      pair.srcToken = { start: [], sep: [{ type: 'map-value-ind', offset: this.#at, indent: 0, source: ':' }] };
      this.#at += 1;
      pair.value = this.value();
      map.items.push(pair);
      this.#takes(',');
    }
    map.range = [start, this.#at, this.#at];
    return map;
  }

  #list(): YAMLSeq {
    const start = this.#at;
    const list = new YAMLSeq();
    list.flow = true;
    this.#at += 1;
    while (!this.#takes(']')) {
      list.items.push(this.value());
      this.#takes(',');
    }
    const items = list.items.map(() => ({ start: [] }));
    const token = { type: 'flow-collection', offset: start, indent: 0, items, end: [] };
    list.srcToken = token as unknown as NonNullable<YAMLSeq['srcToken']>;
    list.range = [start, this.#at, this.#at];
    return list;
  }

  #scalar(): Scalar {
    const start = this.#at;
    if (this.#text[start] === '"') {
      for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1) if (this.#text[this.#at] === '\\') this.#at += 1;
      this.#at += 1;
    } else while (this.#at < this.#text.length && !ENDS.test(this.#text[this.#at]!)) this.#at += 1;
    const scalar = new Scalar(JSON.parse(this.#text.slice(start, this.#at)));
    scalar.range = [start, this.#at, this.#at];
    return scalar;
  }
}
