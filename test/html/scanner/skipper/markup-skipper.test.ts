import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Chunk, TAG_NAME_CODES } from '../../../../src/html/scanner/bytes.ts';
import { NameCache } from '../../../../src/html/scanner/names/name-cache.ts';
import {
  JsMarkupSkipper,
  markupSkipper,
  WasmMarkupSkipper,
} from '../../../../src/html/scanner/skipper/markup-skipper.ts';
import { assembleMarkupSkipper, MARKUP_SKIPPER_MODULE } from '../../../helpers/scanner/assemble-markup-skipper.ts';

const names = new NameCache(TAG_NAME_CODES, new Set(['a', 'link', 'base', 'img']));
const reference = new JsMarkupSkipper(names);
const skipper = markupSkipper(names);

/** Long enough for WebAssembly, and without markup. */
const PADDING = Buffer.alloc(256, 'x');

/** The positions at which a skipper stops, from these on, both where end tags matter and where they don't. */
function assertEqual(chunk: Chunk, starts: Iterable<number>): void {
  for (const from of starts) {
    for (const skipsEndTags of [true, false]) {
      const expected = reference.skip(chunk, from, skipsEndTags);
      assert.equal(skipper.skip(chunk, from, skipsEndTags), expected, `from ${from}`);
    }
  }
}

describe('markupSkipper', () => {
  it('is what its text says (npm run wasm)', async () => {
    assert.equal(readFileSync(MARKUP_SKIPPER_MODULE, 'utf8'), await assembleMarkupSkipper());
  });

  it('is the one in WebAssembly here, and the one in JavaScript where that is missing or knows no vectors', () => {
    class Old {
      readonly exports = {};

      constructor() {
        throw new Error('no vectors');
      }
    }
    assert.ok(skipper instanceof WasmMarkupSkipper);
    assert.ok(markupSkipper(names, { Module: Old, Instance: Old }) instanceof JsMarkupSkipper);
    assert.ok(markupSkipper(names, null) instanceof JsMarkupSkipper);
  });

  it('stops where the one in JavaScript does, from each position of any markup', () => {
    const pieces = [
      ...'<>"\'=/!-? \t\n\v\f\r\0aé'.split(''),
      ...['<a', '</a', '<b ', '</b', '<LINK', '<!--', '-->', '--!>', '="', "='", ' = ', '<!doctype', 'x'.repeat(40)],
      ...['<b c="', '<div id=x>', '<x =">', '<img', `<${'y'.repeat(33)}`],
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), fc.boolean(), (chosen, isLast) => {
        const markup = Buffer.from(chosen.join(''), 'latin1');
        const chunk = new Chunk(Buffer.concat(isLast ? [PADDING, markup] : [markup, PADDING]));
        assertEqual(chunk, isLast ? range(PADDING.length - 2, chunk.length) : range(0, markup.length));
      }),
      { numRuns: 1000 },
    );
  });

  it('stops where the one in JavaScript does in real pages, however they are cut', () => {
    const folder = join(dirname(createRequire(import.meta.url).resolve('htmlparser-benchmark')), 'files');
    const pages = readdirSync(folder).filter((name) => name.endsWith('.html'));
    assert.ok(pages.length > 250);
    for (const [index, name] of pages.entries()) {
      const page = readFileSync(join(folder, name));
      const cut = 1000 + ((index * 7919) % 60_000);
      for (let at = 0; at < page.length; at += cut) {
        const chunk = new Chunk(page.subarray(at, at + cut));
        assertEqual(chunk, stops(chunk));
      }
    }
  });

  it('knows a chunk again only while no other one has come and it was not released', () => {
    const first = new Chunk(Buffer.concat([PADDING, Buffer.from('<a>')]));
    const second = new Chunk(Buffer.concat([Buffer.from('<a>'), PADDING]));
    for (const chunk of [first, second, first]) assertEqual(chunk, [0, 3]);
    skipper.release();
    assertEqual(first, [0]);
  });

  it('takes chunks of all sizes, those that end where the memory does too', () => {
    for (const length of [0, 1, 255, 256, 130_543, 130_544, 130_545, 300_000]) {
      const bytes = Buffer.alloc(length, 'x');
      if (length > 3) bytes.write('<a>', length - 3);
      assertEqual(new Chunk(bytes), [0, length]);
    }
  });
});

function* range(start: number, end: number): Generator<number> {
  for (let at = start; at <= end; at += 1) yield at;
}

/** Where a scanner would begin to skip: behind each stop. */
function* stops(chunk: Chunk): Generator<number> {
  for (let at = 0; at < chunk.length; at = reference.skip(chunk, at, false) + 1) yield at;
}
