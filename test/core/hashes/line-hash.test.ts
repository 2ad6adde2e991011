import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { lineHash } from '../../../src/core/hashes/line-hash.ts';

it('a line is known by the first 22 characters of its SHA-256 in base64url', () => {
  const line = 'https://user:secret@é.example/';
  assert.equal(lineHash(line), createHash('sha256').update(line).digest('base64url').slice(0, 22));
});
