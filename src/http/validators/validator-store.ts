import { hash } from 'node:crypto';
import { ETAG_MAX_LENGTH, type Validators } from './validators.ts';

const INITIAL_SLOTS = 1024;
/** Fuller than this, look-ups slow down. */
const MAX_LOAD = 0.75;
const BLOCK_BYTES = 1_048_576;
/** Length of the ETag, and the Last-Modified in seconds; zero where there is none. */
const ENTRY_HEAD_BYTES = 5;
/** What an offset of 32 bits reaches. */
const BLOCKS_MAX = 4_096;

/**
 * The validators of the pages of an earlier run, by input line and final URL.
 *
 * Memory, outside the heap: 5 bytes and the ETag's length a page, and 16 to 32 for finding it: some 50 MB a million pages.
 * Bound: 4 GiB of ETags; what comes after that is not taken, so those pages are fetched as if they were new.
 * Of a line and URL only 64 bits of their SHA-256 are kept. Where two have the same, one is asked for with the other's
 * validators, which its server doesn't know. A Last-Modified is kept where it is a date as RFC 9110 (5.6.7) has it.
 */
export class ValidatorStore {
  /** Open addressing with linear probing; zero marks a free slot. */
  #keys = new BigUint64Array(INITIAL_SLOTS);
  #places = new Uint32Array(INITIAL_SLOTS);
  readonly #blocks: Buffer[] = [];
  /** First free byte of the last block. */
  #free = BLOCK_BYTES;
  #size = 0;

  /** Pages with validators. */
  get size(): number {
    return this.#size;
  }

  /** Adds a page; the last one of a line and URL counts. What has no validators is not kept. */
  set(sourceUrl: string, finalUrl: string, { etag = '', lastModified = '' }: Validators): void {
    const seconds = secondsOf(lastModified);
    const tag = etag.length <= ETAG_MAX_LENGTH ? Buffer.from(etag, 'latin1') : Buffer.alloc(0);
    if (tag.length === 0 && seconds === 0) return;
    const place = this.#write(tag, seconds);
    if (place === undefined) return;
    if (this.#size + 1 > this.#keys.length * MAX_LOAD) this.#grow();
    const key = keyOf(sourceUrl, finalUrl);
    const slot = slotOf(this.#keys, key);
    if (this.#keys[slot] === 0n) this.#size += 1;
    this.#keys[slot] = key;
    this.#places[slot] = place;
  }

  /** The validators to ask with for the URL that this line led to; undefined where there are none. */
  get(sourceUrl: string, finalUrl: string): Validators | undefined {
    const slot = slotOf(this.#keys, keyOf(sourceUrl, finalUrl));
    return this.#keys[slot] === 0n ? undefined : this.#read(this.#places[slot] ?? 0);
  }

  #write(etag: Buffer, seconds: number): number | undefined {
    const length = ENTRY_HEAD_BYTES + etag.length;
    if (this.#free + length > BLOCK_BYTES) {
      if (this.#blocks.length === BLOCKS_MAX) return undefined;
      this.#blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
      this.#free = 0;
    }
    const block = this.#blocks.at(-1);
    if (block === undefined) throw new Error('no block');
    const place = (this.#blocks.length - 1) * BLOCK_BYTES + this.#free;
    block.writeUInt8(etag.length, this.#free);
    block.writeUInt32LE(seconds, this.#free + 1);
    etag.copy(block, this.#free + ENTRY_HEAD_BYTES);
    this.#free += length;
    return place;
  }

  #read(place: number): Validators {
    const block = this.#blocks[Math.floor(place / BLOCK_BYTES)];
    if (block === undefined) throw new Error('no such block');
    const start = place % BLOCK_BYTES;
    const length = block.readUInt8(start);
    const seconds = block.readUInt32LE(start + 1);
    const tagStart = start + ENTRY_HEAD_BYTES;
    return {
      ...(length === 0 ? {} : { etag: block.toString('latin1', tagStart, tagStart + length) }),
      ...(seconds === 0 ? {} : { lastModified: new Date(seconds * 1_000).toUTCString() }),
    };
  }

  #grow(): void {
    const keys = new BigUint64Array(this.#keys.length * 2);
    const places = new Uint32Array(keys.length);
    for (const [index, key] of this.#keys.entries()) {
      if (key === 0n) continue;
      const slot = slotOf(keys, key);
      keys[slot] = key;
      places[slot] = this.#places[index] ?? 0;
    }
    this.#keys = keys;
    this.#places = places;
  }
}

function keyOf(sourceUrl: string, finalUrl: string): bigint {
  // No line has a line end.
  return hash('sha256', `${sourceUrl}\n${finalUrl}`, 'buffer').readBigUInt64LE(0) || 1n;
}

/** The slot of a key, or the free one where it would go. The number of slots is a power of two. */
function slotOf(keys: BigUint64Array, key: bigint): number {
  const mask = keys.length - 1;
  let index = Number(key & 0xffff_ffffn) & mask;
  while (keys[index] !== 0n && keys[index] !== key) index = (index + 1) & mask;
  return index;
}

/** Seconds since 1970, or 0 for what is not written back as it came. */
function secondsOf(lastModified: string): number {
  const seconds = Date.parse(lastModified) / 1_000;
  if (!(seconds > 0 && seconds < 2 ** 32)) return 0;
  return new Date(seconds * 1_000).toUTCString() === lastModified ? seconds : 0;
}
