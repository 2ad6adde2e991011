import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { FingerprintSet } from '../../src/core/fingerprint-set.ts';

it('add tells what a Set would, for any texts', () => {
  // Short texts of few characters, so that many are there twice; and long ones of any kind.
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 3 }),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 200 }), (texts) => {
      const set = new Set<string>();
      const fingerprints = new FingerprintSet();
      for (const item of texts) {
        assert.equal(fingerprints.add(item), !set.has(item));
        set.add(item);
        assert.equal(fingerprints.size, set.size);
      }
    }),
  );
});

it('nothing is forgotten while it grows', () => {
  const fingerprints = new FingerprintSet();
  const texts = Array.from({ length: 20_000 }, (_, index) => `https://example.com/${index}`);
  assert.equal(
    texts.every((text) => fingerprints.add(text)),
    true,
  );
  assert.equal(fingerprints.size, 20_000);
  assert.equal(
    texts.every((text) => !fingerprints.add(text)),
    true,
  );
  assert.equal(fingerprints.size, 20_000);
});
