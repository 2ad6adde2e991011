import type { Fingerprint } from './fingerprint.ts';

/** Segments, each with a table of its own that grows by itself. */
const SEGMENTS = 64;
const SEGMENT_SHIFT = 26;
/** Slots of a chunk. Small, so that also a small table can grow by little. A power of two, as is `SLAB_CHUNKS`. */
const CHUNK_SHIFT = 8;
const CHUNK_SLOTS = 2 ** CHUNK_SHIFT;
const CHUNK_WORDS = 2 * CHUNK_SLOTS;
const CHUNK_BYTES = 4 * CHUNK_WORDS;
/** Chunks are cut from slabs of 1 MiB: a typed array for each would cost as much as it holds. */
const SLAB_SHIFT = 9;
const SLAB_CHUNKS = 2 ** SLAB_SHIFT;
/** Fuller than this, look-ups slow down. */
const MAX_LOAD = 0.85;
/** Part of a table's chunks by which it grows. */
const GROWTH = 1 / 5;
const WORD_RANGE = 2 ** 32;

/** A table of fingerprints: open addressing with linear probing over its chunks, as if they stood in one row. */
interface Segment {
  /** Numbers of its chunks. */
  chunks: readonly number[];
  slots: number;
  size: number;
}

/**
 * A set of fingerprints.
 *
 * Memory, outside the heap: 9 to 12 bytes a fingerprint from 100,000 on, whatever their number, also while it grows. There
 * are many small tables, each of which grows by a fifth, and what it leaves behind is taken by the next one.
 */
export class FingerprintSet {
  readonly #segments: Segment[] = [];
  readonly #slabs: Uint32Array[] = [];
  /** Chunks that a table has left behind, all zero. */
  readonly #spare: number[] = [];
  /** Chunks cut from the slabs so far. */
  #chunks = 0;
  #size = 0;

  constructor() {
    for (let index = 0; index < SEGMENTS; index += 1) this.#segments.push(this.#segment(1));
  }

  /** How many fingerprints were added. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that it takes. */
  get bytes(): number {
    return this.#chunks * CHUNK_BYTES;
  }

  /** Adds a fingerprint; false if it was there before. */
  add({ low, high }: Fingerprint): boolean {
    const segment = this.#segments[high >>> SEGMENT_SHIFT] as Segment;
    if (!this.#insert(segment, low, high)) return false;
    this.#size += 1;
    if (segment.size > segment.slots * MAX_LOAD) {
      const { length } = segment.chunks;
      this.#grow(segment, length + Math.max(1, Math.floor(length * GROWTH)));
    }
    return true;
  }

  /**
   * Adds many at once, a low and a high word each, in less than half of the time: table by table, so that what is looked at
   * stays near the processor. Some ten thousand or more are worth it.
   */
  addAll(words: Uint32Array): void {
    const sorted = bySegment(words);
    for (let word = 0; word < sorted.length; word += 2) {
      this.add({ low: sorted[word] as number, high: sorted[word + 1] as number });
    }
  }

  /** Makes room for about so many fingerprints, so that adding them costs less. */
  reserve(count: number): void {
    const length = Math.ceil(count / SEGMENTS / MAX_LOAD / CHUNK_SLOTS);
    for (const segment of this.#segments) {
      if (segment.chunks.length < length) this.#grow(segment, length);
    }
  }

  #insert(segment: Segment, low: number, high: number): boolean {
    const { chunks, slots } = segment;
    // Not a remainder: a table may have any length, and its entries stay in their order when it grows. Whole numbers of 32
    // bits throughout, which is faster; no table has as many slots.
    for (let slot = ((low / WORD_RANGE) * slots) >>> 0; ; slot = slot + 1 === slots ? 0 : slot + 1) {
      const chunk = chunks[slot >>> CHUNK_SHIFT] as number;
      const slab = this.#slabs[chunk >>> SLAB_SHIFT] as Uint32Array;
      const word = (chunk & (SLAB_CHUNKS - 1)) * CHUNK_WORDS + (slot & (CHUNK_SLOTS - 1)) * 2;
      const foundLow = slab[word];
      const foundHigh = slab[word + 1];
      if (foundLow === low && foundHigh === high) return false;
      // Both zero mark a free slot: no fingerprint is that.
      if (foundLow === 0 && foundHigh === 0) {
        slab[word] = low;
        slab[word + 1] = high;
        segment.size += 1;
        return true;
      }
    }
  }

  /** `length`: chunks that the table is to have. */
  #grow(segment: Segment, length: number): void {
    const { chunks } = segment;
    const larger = this.#segment(length);
    for (const chunk of chunks) {
      const words = this.#wordsOf(chunk);
      for (let word = 0; word < CHUNK_WORDS; word += 2) {
        const low = words[word] as number;
        const high = words[word + 1] as number;
        if (low !== 0 || high !== 0) this.#insert(larger, low, high);
      }
      words.fill(0);
      this.#spare.push(chunk);
    }
    Object.assign(segment, larger);
  }

  #segment(length: number): Segment {
    const chunks = Array.from({ length }, () => this.#spare.pop() ?? this.#cut());
    return { chunks, slots: length * CHUNK_SLOTS, size: 0 };
  }

  #cut(): number {
    const chunk = this.#chunks;
    this.#chunks += 1;
    if (chunk % SLAB_CHUNKS === 0) this.#slabs.push(new Uint32Array(SLAB_CHUNKS * CHUNK_WORDS));
    return chunk;
  }

  #wordsOf(chunk: number): Uint32Array {
    const slab = this.#slabs[Math.trunc(chunk / SLAB_CHUNKS)] as Uint32Array;
    const start = (chunk % SLAB_CHUNKS) * CHUNK_WORDS;
    return slab.subarray(start, start + CHUNK_WORDS);
  }
}

/** The same fingerprints, those of each segment together. */
function bySegment(words: Uint32Array): Uint32Array {
  /** Where the next one of each segment goes. */
  const places = new Uint32Array(SEGMENTS + 1);
  for (let word = 1; word < words.length; word += 2) {
    const next = ((words[word] as number) >>> SEGMENT_SHIFT) + 1;
    places[next] = (places[next] as number) + 2;
  }
  for (let index = 1; index <= SEGMENTS; index += 1) {
    places[index] = (places[index] as number) + (places[index - 1] as number);
  }
  const sorted = new Uint32Array(words.length);
  for (let word = 0; word < words.length; word += 2) {
    const high = words[word + 1] as number;
    const place = places[high >>> SEGMENT_SHIFT] as number;
    sorted[place] = words[word] as number;
    sorted[place + 1] = high;
    places[high >>> SEGMENT_SHIFT] = place + 2;
  }
  return sorted;
}
