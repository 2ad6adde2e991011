import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { type Fingerprint, fingerprintOf } from '../../../src/core/hashes/fingerprint.ts';
import { FingerprintSet } from '../../../src/core/hashes/fingerprint-set.ts';

it('add tells what a Set would, for any fingerprints', () => {
  // Few different words, at both ends of their range, so that many are there twice and many want the same place.
  const word = fc.oneof(fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 31), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  const fingerprint = fc.record({ low: word, high: word }).filter(({ low, high }) => low !== 0 || high !== 0);
  fc.assert(
    fc.property(fc.array(fingerprint, { maxLength: 200 }), (given) => {
      const set = new Set<string>();
      const fingerprints = new FingerprintSet();
      for (const item of given) {
        const key = `${item.low} ${item.high}`;
        assert.equal(fingerprints.add(item), !set.has(key));
        set.add(key);
        assert.equal(fingerprints.size, set.size);
      }
    }),
  );
});

it('nothing is forgotten while it grows, and nothing is taken for what it is not', () => {
  const fingerprints = new FingerprintSet();
  const given = Array.from({ length: 100_000 }, (_, index) => fingerprintOf(`https://example.com/${index}`));
  assert.deepEqual([given.every((item) => fingerprints.add(item)), fingerprints.size], [true, given.length]);
  assert.deepEqual([given.some((item) => fingerprints.add(item)), fingerprints.size], [false, given.length]);
});

it('many added at once are those that are added one by one', () => {
  const word = fc.oneof(fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 31), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  const fingerprint = fc.record({ low: word, high: word }).filter(({ low, high }) => low !== 0 || high !== 0);
  fc.assert(
    fc.property(fc.array(fc.array(fingerprint, { maxLength: 400 }), { maxLength: 4 }), (batches) => {
      const [single, joint] = [new FingerprintSet(), new FingerprintSet()];
      for (const batch of batches) {
        for (const item of batch) single.add(item);
        joint.addAll(Uint32Array.from(batch.flatMap(({ low, high }) => [low, high])));
        assert.equal(joint.size, single.size);
      }
      assert.equal(
        batches.flat().some((item) => joint.add(item)),
        false,
      );
    }),
  );
});

it('a fingerprint takes 9 to 12 bytes at every size from 100,000 on', () => {
  const fingerprints = new FingerprintSet();
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (let index = 0; index < 1_000_000; index += 1) {
    fingerprints.add(scattered(index));
    if (index < 100_000) continue;
    least = Math.min(least, fingerprints.bytes / fingerprints.size);
    most = Math.max(most, fingerprints.bytes / fingerprints.size);
  }
  assert.equal(fingerprints.size, 1_000_000);
  assert.ok(least > 9 && most < 12, `${least} to ${most} bytes`);
});

it('with room made beforehand it takes no more memory, and nothing is forgotten', () => {
  const fingerprints = new FingerprintSet();
  fingerprints.add(scattered(0));
  fingerprints.reserve(200_000);
  const { bytes } = fingerprints;
  for (let index = 1; index < 200_000; index += 1) fingerprints.add(scattered(index));
  assert.deepEqual([fingerprints.add(scattered(0)), fingerprints.size], [false, 200_000]);
  assert.ok(bytes > 9 * 200_000 && fingerprints.bytes < 12 * 200_000, `${bytes}, then ${fingerprints.bytes} bytes`);
});

it('the memory that it names is the memory that it takes', () => {
  const before = process.memoryUsage().arrayBuffers;
  const fingerprints = new FingerprintSet();
  for (let index = 0; index < 500_000; index += 1) fingerprints.add(scattered(index));
  const taken = process.memoryUsage().arrayBuffers - before;
  // The last slab of 1 MiB is not used up.
  assert.ok(taken < fingerprints.bytes + 2 ** 20 + 50_000, `${taken} bytes for ${fingerprints.bytes}`);
});

it('fingerprints that all want the same place are told apart all the same', () => {
  const fingerprints = new FingerprintSet();
  const given = Array.from({ length: 3_000 }, (_, index) => ({ low: 2 ** 32 - 1, high: index }));
  assert.equal(
    given.every((item) => fingerprints.add(item)),
    true,
  );
  assert.equal(
    given.some((item) => fingerprints.add(item)),
    false,
  );
});

/** A different fingerprint for each number, scattered over the range as those of texts are. */
function scattered(index: number): Fingerprint {
  return { low: Math.imul(index + 1, 0x9e37_79b1) >>> 0, high: Math.imul(index + 1, 0x85eb_ca6b) >>> 0 };
}
