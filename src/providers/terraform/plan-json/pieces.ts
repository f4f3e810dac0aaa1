/**
 * Reads one JSON text as it comes, and hands out the items of some of its lists one by one, so that neither the text nor
 * those lists are ever held as a whole.
 *
 * Guarantees: what JSON.parse refuses is refused; each item is parsed by JSON.parse itself; all else is one value at the
 * end, in which those lists are empty. The items of such a list are objects.
 */

/** Where a value stands: the names of its members, and `[]` for an item of a list, joined by zero bytes. */
export type At = string;

const [QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [...'"\\,:{}[]'].map((one) =>
  one.charCodeAt(0),
) as [number, number, number, number, number, number, number, number];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isOpening = (byte: number): boolean => byte === OPEN || byte === OPEN_LIST;
const isClosing = (byte: number): boolean => byte === CLOSE || byte === CLOSE_LIST;
/** No list whose items are handed out is deeper. */
const MAX_DEPTH = 200;
const fault = (what: string) => new SyntaxError(what);

interface Frame {
  isList: boolean;
  key: string;
  isKeyNext: boolean;
}

export class JsonPieces {
  readonly #isItems: (at: At) => boolean;
  readonly #take: (at: At, item: unknown) => void;
  readonly #frames: Frame[] = [];
  readonly #rest: Buffer[] = [];
  /** What chunks before this one have of the item, or of the key. */
  #begun: Buffer[] = [];
  #isInText = false;
  #isEscaped = false;
  #isKey = false;
  /** The list whose items are handed out. */
  #items: At | undefined;
  /** How many are open within the item; 0: between items. */
  #depth = 0;
  /** What that list takes next. */
  #next: 'item or end' | 'item' | 'comma or end' = 'item or end';

  constructor(isItems: (at: At) => boolean, take: (at: At, item: unknown) => void) {
    this.#isItems = isItems;
    this.#take = take;
  }

  /** @throws SyntaxError, and what the taker throws. */
  push(chunk: Buffer): void {
    // Of what is not kept yet, and of the item or key in it.
    let [rest, part] = [this.#items === undefined ? 0 : -1, 0];
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (this.#isInText) {
        if (this.#endsText(byte) && this.#isKey) this.#endKey(chunk.subarray(part, at));
      } else if (byte === QUOTE) {
        if (this.#items !== undefined && this.#depth === 0) throw fault('a list has a text where objects stand');
        this.#isInText = true;
        this.#isKey = this.#items === undefined && (this.#frames.at(-1)?.isKeyNext ?? false);
        if (this.#isKey) part = at + 1;
      } else if (this.#depth > 0) {
        if (isOpening(byte)) this.#depth += 1;
        else if (isClosing(byte)) this.#depth -= 1;
        if (this.#depth === 0) this.#endItem(chunk.subarray(part, at + 1));
      } else if (this.#items !== undefined) {
        if (this.#between(byte)) part = at;
        if (this.#items === undefined) rest = at;
      } else if (this.#structure(byte)) {
        this.#rest.push(chunk.subarray(rest, at + 1));
        rest = -1;
      }
    }
    if (this.#depth > 0 || (this.#isInText && this.#isKey)) this.#begun.push(chunk.subarray(part));
    if (this.#items === undefined) this.#rest.push(chunk.subarray(rest));
  }

  /** @throws SyntaxError */
  end(): unknown {
    if (this.#items !== undefined || this.#isInText) throw fault('it is cut off');
    return JSON.parse(Buffer.concat(this.#rest).toString('utf8'));
  }

  #endsText(byte: number): boolean {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) {
      this.#isInText = false;
      return true;
    }
    return false;
  }

  #whole(last: Buffer): string {
    const text = this.#begun.length === 0 ? last : Buffer.concat([...this.#begun, last]);
    this.#begun = [];
    return text.toString('utf8');
  }

  #endKey(last: Buffer): void {
    this.#frames.at(-1)!.key = JSON.parse(`"${this.#whole(last)}"`) as string;
    this.#isKey = false;
  }

  #endItem(last: Buffer): void {
    const item: unknown = JSON.parse(this.#whole(last));
    this.#next = 'comma or end';
    this.#take(this.#items!, item);
  }

  /** In a list whose items are handed out. @returns an item begins. */
  #between(byte: number): boolean {
    if (isSpace(byte)) return false;
    if (byte === COMMA && this.#next === 'comma or end') this.#next = 'item';
    else if (byte === CLOSE_LIST && this.#next !== 'item') {
      this.#items = undefined;
      this.#frames.pop();
    } else if (byte === OPEN && this.#next !== 'comma or end') {
      this.#depth = 1;
      return true;
    } else throw fault('a list has something else than objects in it');
    return false;
  }

  /** Of all else. @returns a list begins whose items are handed out. */
  #structure(byte: number): boolean {
    const top = this.#frames.at(-1);
    if (isClosing(byte)) this.#frames.pop();
    else if (byte === COMMA && top) top.isKeyNext = !top.isList;
    else if (byte === COLON && top) top.isKeyNext = false;
    else if (isOpening(byte)) {
      const isList = byte === OPEN_LIST;
      const isFar = this.#frames.length > MAX_DEPTH;
      const at = isList && !isFar ? this.#frames.map((frame) => (frame.isList ? '[]' : frame.key)).join('\0') : '';
      this.#frames.push({ isList, key: '', isKeyNext: !isList });
      if (!isList || !this.#isItems(at)) return false;
      this.#items = at;
      this.#next = 'item or end';
      return true;
    }
    return false;
  }
}
