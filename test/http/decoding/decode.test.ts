import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { contentCodings, createDecoder } from '../../../src/http/decoding/decode.ts';

/** Feeds the chunks as an exchange does, waiting for room where there is none. Gives what came out, and how often it had to wait. */
function decode(codings: readonly string[], chunks: readonly Uint8Array[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let index = 0;
    const feed = () => {
      while (index < chunks.length) {
        const chunk = chunks[index] ?? Buffer.alloc(0);
        index += 1;
        if (!decoder.write(chunk)) return;
      }
      if (index === chunks.length) {
        index += 1;
        decoder.end();
      }
    };
    const sink = {
      write: (chunk: Uint8Array) => {
        pieces.push(Buffer.from(chunk));
        return true;
      },
      end: () => resolve(Buffer.concat(pieces)),
    };
    const decoder = createDecoder(codings, sink, { onRoom: feed, onError: reject });
    feed();
  });
}

const encoders: Readonly<Record<string, (body: Uint8Array) => Buffer>> = {
  gzip: zlib.gzipSync,
  'x-gzip': zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: (body) => zlib.brotliCompressSync(body, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 3 } }),
};

function cut(body: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts.map((at) => at % (body.length + 1)), body.length].sort((a, b) => a - b);
  return ends.map((end, index) => body.subarray(ends[index - 1] ?? 0, end));
}

describe('the codings of a Content-Encoding', () => {
  test('are undone from the last to the first, identity left out', () => {
    assert.deepEqual(contentCodings('gzip'), ['gzip']);
    assert.deepEqual(contentCodings(' Deflate , BR,identity,'), ['br', 'deflate']);
    assert.deepEqual(contentCodings(['gzip', 'br']), ['br', 'gzip']);
    for (const none of [undefined, '', 'identity', 'utf-8', '__proto__']) assert.deepEqual(contentCodings(none), []);
  });

  test('are none that we take where one is not, and where there are more than five', () => {
    assert.equal(contentCodings('gzip, sdch'), undefined);
    assert.equal(contentCodings('compress'), undefined);
    assert.equal(contentCodings(Array(5).fill('gzip').join())?.length, 5);
    assert.equal(contentCodings(Array(6).fill('gzip').join()), undefined);
  });
});

describe('a body', () => {
  test('comes out as it went in, by any codings, in whatever chunks', async () => {
    const coding = fc.constantFrom(...Object.keys(encoders));
    const cuts = fc.array(fc.nat(10_000), { maxLength: 6 });
    const body = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.constant(new Uint8Array(200_000)));
    await fc.assert(
      fc.asyncProperty(fc.array(coding, { minLength: 1, maxLength: 3 }), cuts, body, async (codings, at, plain) => {
        let encoded: Buffer = Buffer.from(plain);
        for (const name of codings) encoded = encoders[name]?.(encoded) ?? encoded;
        const decoded = await decode(contentCodings(codings.join(', ')) ?? [], cut(encoded, at));
        assert.deepEqual(decoded, Buffer.from(plain));
      }),
      { numRuns: 60 },
    );
  });

  test('byte by byte comes out as at once', async () => {
    const plain = Buffer.from('page '.repeat(50));
    for (const [name, encode] of Object.entries(encoders)) {
      const bytes = Array.from(encode(plain), (byte) => Uint8Array.of(byte));
      assert.equal(String(await decode([name], bytes)), String(plain), name);
    }
  });

  test('in bare deflate is told from one in the zlib format', async () => {
    for (const level of [0, 1, 9]) {
      const raw = zlib.deflateRawSync('page', { level });
      assert.equal(String(await decode(['deflate'], [raw.subarray(0, 1), raw.subarray(1)])), 'page');
    }
  });

  test('that is empty is an empty page', async () => {
    for (const name of Object.keys(encoders)) assert.equal((await decode([name], [Buffer.alloc(0)])).length, 0);
  });

  test('that is cut off anywhere does not decode, the trailer of gzip excepted', async () => {
    const encoded = zlib.gzipSync('a page of some length, for it to have a middle');
    for (let length = 1; length < encoded.length - 8; length += 1) {
      await assert.rejects(decode(['gzip'], [encoded.subarray(0, length)]), Error, `${length} bytes`);
    }
    assert.match(String(await decode(['gzip'], [encoded.subarray(0, -8)])), /^a page/);
  });

  test('that is garbage does not decode, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('gzip', 'deflate', 'br'),
        fc.uint8Array({ minLength: 1 }),
        async (name, bytes) => {
          await decode([name], [bytes]).catch((error: unknown) => assert.ok(error instanceof Error));
        },
      ),
    );
  });
});

describe('gzip', () => {
  const members = [zlib.gzipSync('one '), zlib.gzipSync(''), zlib.gzipSync('two')];

  test('of several members is one body, wherever it is cut, with zeros between them', async () => {
    const encoded = Buffer.concat([...members, Buffer.alloc(5), zlib.gzipSync(' three')]);
    for (let at = 0; at <= encoded.length; at += 1) {
      assert.equal(String(await decode(['gzip'], cut(encoded, [at]))), 'one two three', `cut at ${at}`);
    }
  });

  test('is complete whatever follows that is no member', async () => {
    for (const garbage of ['x', 'garbage', '\x1f', '\x1f\x8b', '\x1f\x8b\x07', '\0\0garbage', '\x1f\x8b\x08\xff']) {
      const encoded = Buffer.concat([...members, Buffer.from(garbage, 'latin1')]);
      for (const at of [encoded.length, encoded.length - garbage.length, encoded.length - garbage.length - 8]) {
        assert.equal(String(await decode(['gzip'], cut(encoded, [at]))), 'one two');
      }
    }
  });

  test('may have a name, a comment, extra fields and a header checksum', async () => {
    const [plain] = members;
    assert.ok(plain);
    const fields: readonly (readonly [number, string])[] = [
      [0x08, 'name\0'],
      [0x10, 'comment\0'],
      [0x18, 'name\0comment\0'],
      [0x04, '\x03\0abc'],
      [0x04, '\0\0'],
      [0x02, 'xy'],
      [0x1e, '\x01\0zname\0comment\0xy'],
    ];
    for (const [flags, extra] of fields) {
      const header = Buffer.from(plain.subarray(0, 10));
      header[3] = flags;
      const encoded = Buffer.concat([header, Buffer.from(extra, 'latin1'), plain.subarray(10)]);
      for (const at of [0, 5, 11, 12]) assert.equal(String(await decode(['gzip'], cut(encoded, [at]))), 'one ');
    }
  });
});
