import { hash } from 'node:crypto';

const INITIAL_SLOTS = 1024;
/** Fuller than this, look-ups slow down. */
const MAX_LOAD = 0.75;

/**
 * A set of texts that keeps 64 bits of each text's SHA-256 and nothing else.
 *
 * Memory: 8 bytes a slot, 11 to 21 bytes a text. Odds that one of n texts is taken for another: about n²/2^65,
 * which is 3 in 1,000,000 for ten million.
 */
export class FingerprintSet {
  #slots = new BigUint64Array(INITIAL_SLOTS);
  #size = 0;

  /** How many distinct texts were added. */
  get size(): number {
    return this.#size;
  }

  /** Adds a text; false if it was there before. */
  add(text: string): boolean {
    if (this.#size + 1 > this.#slots.length * MAX_LOAD) this.#grow();
    const digest = hash('sha256', text, 'buffer');
    // Zero marks a free slot.
    const isNew = insert(this.#slots, digest.readBigUInt64LE(0) || 1n);
    if (isNew) this.#size += 1;
    return isNew;
  }

  #grow(): void {
    const larger = new BigUint64Array(this.#slots.length * 2);
    for (const fingerprint of this.#slots) {
      if (fingerprint !== 0n) insert(larger, fingerprint);
    }
    this.#slots = larger;
  }
}

/** Open addressing with linear probing; the length of `slots` is a power of two. */
function insert(slots: BigUint64Array, fingerprint: bigint): boolean {
  const mask = slots.length - 1;
  for (let index = Number(fingerprint & 0xffff_ffffn) & mask; ; index = (index + 1) & mask) {
    const found = slots[index];
    if (found === fingerprint) return false;
    if (found === 0n) {
      slots[index] = fingerprint;
      return true;
    }
  }
}
