import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import { fingerprintOf } from '../../../src/core/hashes/fingerprint.ts';

it('a fingerprint is the first 64 bits of the SHA-256 of the text in UTF-8', () => {
  const text = fc.string({ unit: 'binary', maxLength: 50 });
  fc.assert(
    fc.property(text, (given) => {
      const digest = createHash('sha256').update(given).digest();
      assert.deepEqual(fingerprintOf(given), { low: digest.readUInt32LE(0), high: digest.readUInt32LE(4) });
    }),
  );
});
