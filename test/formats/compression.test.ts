import assert from 'node:assert/strict';
import { it } from 'node:test';
import zlib from 'node:zlib';
import { ConfigError } from '../../src/core/errors.ts';
import {
  compressionOf,
  compressor,
  decompressor,
  requireCompression,
  withoutCompression,
} from '../../src/formats/compression.ts';

const hasZstandard = 'createZstdCompress' in zlib;

it('the extension tells the compression, in any case', () => {
  assert.equal(compressionOf('a/found.tsv.gz'), 'gz');
  assert.equal(compressionOf('FOUND.TSV.GZ'), 'gz');
  assert.equal(compressionOf('found.tsv.zst'), 'zst');
  for (const path of ['found.tsv', 'gz', 'found.gz.tsv', 'found.gzip', '-'])
    assert.equal(compressionOf(path), undefined);
});

it('a path without its compression has its own extension last', () => {
  assert.equal(withoutCompression('a.b/found.tsv.gz'), 'a.b/found.tsv');
  assert.equal(withoutCompression('found.csv.ZST'), 'found.csv');
  assert.equal(withoutCompression('found.csv'), 'found.csv');
});

it('gzip that was compressed is what it was, also in several members', async () => {
  const members = Buffer.concat([zlib.gzipSync('one '), zlib.gzipSync('two')]);
  assert.equal(await throughStream(decompressor('gz'), members), 'one two');
  const compressed = await bytesThrough(compressor('gz'), Buffer.from('three'));
  assert.equal(zlib.gunzipSync(compressed).toString(), 'three');
});

it('Zstandard works where Node has it', { skip: hasZstandard ? false : 'this Node has no Zstandard' }, async () => {
  requireCompression('zst');
  const compressed = await bytesThrough(compressor('zst'), Buffer.from('one two'));
  assert.equal(await throughStream(decompressor('zst'), compressed), 'one two');
});

it('Zstandard is wrong usage where Node lacks it', { skip: hasZstandard ? 'this Node has it' : false }, () => {
  for (const make of [requireCompression, compressor, decompressor]) {
    assert.throws(
      () => make('zst'),
      (error) => error instanceof ConfigError && /Node 22\.15/.test(error.message),
    );
  }
});

async function bytesThrough(stream: ReturnType<typeof compressor>, bytes: Buffer): Promise<Buffer> {
  stream.end(bytes);
  const chunks: Buffer[] = await stream.toArray();
  return Buffer.concat(chunks);
}

async function throughStream(stream: ReturnType<typeof compressor>, bytes: Buffer): Promise<string> {
  return (await bytesThrough(stream, bytes)).toString();
}
