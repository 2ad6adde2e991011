import { hash } from 'node:crypto';

/** 64 bits of a text's SHA-256, as two unsigned words of 32 bits that are not both zero. */
export interface Fingerprint {
  readonly low: number;
  readonly high: number;
}

/**
 * Gives the fingerprint of a text, the same one in every run.
 *
 * Odds that one of n texts is taken for another: about n²/2^65, which is 3 in 1,000,000 for ten million. SHA-256, since a list
 * of somebody else's making could bring two texts of one fingerprint at will where the hash is a weaker one.
 */
export function fingerprintOf(text: string): Fingerprint {
  // As a text of a character a byte: a Buffer for each digest would cost more than the hash.
  const digest = hash('sha256', text, 'binary');
  const low = wordAt(digest, 0);
  const high = wordAt(digest, 4);
  return { low: low === 0 && high === 0 ? 1 : low, high };
}

function wordAt(digest: string, start: number): number {
  const bits =
    digest.charCodeAt(start) |
    (digest.charCodeAt(start + 1) << 8) |
    (digest.charCodeAt(start + 2) << 16) |
    (digest.charCodeAt(start + 3) << 24);
  return bits >>> 0;
}
