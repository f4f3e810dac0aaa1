/** The tree of `merkle.ts` with its hashes as texts, for the one who reads all of its rows. */
import { hash } from 'node:crypto';
import { appended, type Hash, leafHash, rootOf } from './merkle.ts';

/** 64 digits, in capital letters: as SQLite's `hex` writes them. */
export type HexHash = string;

export const asHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
export const hexLeaf = (bytes: Buffer): HexHash => asHex(leafHash(bytes));
/** @param text whose UTF-8 bytes are the leaf's. */
export const hexLeafOfText = (text: string): HexHash => hash('sha256', `\0${text}`, 'hex').toUpperCase();
const hexNode = (left: HexHash, right: HexHash): HexHash =>
  hash('sha256', Buffer.from(`01${left}${right}`, 'hex'), 'hex').toUpperCase();

/** As `appendPeak`. */
export const appendHexPeak = (peaks: readonly HexHash[], size: number, leaf: HexHash): HexHash[] =>
  appended(peaks, size, leaf, hexNode);

const bytesOf = (hex: HexHash): Hash => Buffer.from(hex, 'hex');
export const hexRootOf = (peaks: readonly HexHash[]): HexHash => asHex(rootOf(peaks.map(bytesOf)));
export const splitHex = (hex: string): HexHash[] => hex.match(/.{1,64}/g) ?? [];
