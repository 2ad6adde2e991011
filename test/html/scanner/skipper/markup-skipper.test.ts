import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ATTRIBUTE_NAME_CODES, Chunk, TAG_NAME_CODES } from '../../../../src/html/scanner/bytes.ts';
import { NameCache } from '../../../../src/html/scanner/names/name-cache.ts';
import {
  JsMarkupSkipper,
  markupSkipper,
  WasmMarkupSkipper,
} from '../../../../src/html/scanner/skipper/markup-skipper.ts';
import type { TagTable } from '../../../../src/html/scanner/skipper/tag-table.ts';
import { assembleMarkupSkipper, MARKUP_SKIPPER_MODULE } from '../../../helpers/scanner/assemble-markup-skipper.ts';

const names = {
  tags: new NameCache(TAG_NAME_CODES, new Set(['a', 'link', 'base', 'img'])),
  attributes: new NameCache(ATTRIBUTE_NAME_CODES, new Set(['href'])),
};
const reference = new JsMarkupSkipper(names.tags);
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

  it('goes on behind whole scripts and style sheets where only their content is passed over', () => {
    const raw = { ...names, tags: new NameCache(TAG_NAME_CODES, new Set(['a']), new Set(['script', 'style'])) };
    const withRaw = markupSkipper(raw);
    const stopOf = (markup: string) => withRaw.skip(new Chunk(Buffer.from(`${markup}<a>${PADDING}`)), 0, true);
    const passed = [
      '<script>"<a>" < "</scriptx>" < "<a>"</script>',
      '<SCRIPT src="<a>">"</scrip"</sCRIPT/><style>/* <!-- <a> */</style >',
      '<script><! <a></script\n><scripts>',
    ];
    for (const markup of passed) assert.equal(stopOf(markup), markup.length, markup);
    const stopped = ['<script><!-- <a></script>', '<style></script>', '<script>"<a>"'];
    for (const markup of stopped) assert.ok(stopOf(markup) < markup.length, markup);
    for (const markup of ['<script>1</script', '<script>1', '<script']) {
      const end = new Chunk(Buffer.from(`${PADDING}${markup}`));
      assert.equal(withRaw.skip(end, 0, true), PADDING.length, 'its end tag is cut, or not there');
    }
  });

  it('has read the start tag that it stops at, if that is whole', () => {
    const tagOf = (tag: string) => {
      const at = skipper.skip(new Chunk(Buffer.from(`${PADDING}${tag}`)), 0, true);
      assert.equal(at, PADDING.length);
      return skipper.tag === undefined ? undefined : contents(`${PADDING}${tag}`, skipper.tag);
    };
    const cases: readonly (readonly [tag: string, ...contents: readonly (string | boolean)[]])[] = [
      ['<a>', 'a'],
      ['<a/>', 'a', '/'],
      ['<a / >', 'a'],
      ['<a href>', 'a', 'href='],
      ['<a href=>', 'a', 'href='],
      ["<a x='>' HREF = \"1'2\" y>", 'a', "HREF=1'2", true],
      ['<a href="1&amp;2">', 'a', 'href=1&amp;2'],
      ['<a href=1/>', 'a', 'href=1/'],
      ['<a =href="1" href==2>', 'a', 'href==2'],
      ['<a href="1"href=\'2\'>', 'a', 'href=1', true, 'href=2', true],
      ['<img\n/href=\t1\f/>', 'img', '/', 'href=1'],
    ];
    for (const [tag, ...expected] of cases) assert.deepEqual(tagOf(tag), expected, tag);
    for (const cut of ['<a', '<a ', '<a/', '<a href', '<a href=', '<a href="1', '<a href="1"', '<a href=1']) {
      assert.equal(tagOf(cut), undefined, cut);
    }
    const most = ' href=1'.repeat(164);
    assert.equal(tagOf(`<a${most}>`)?.length, 165);
    assert.equal(tagOf(`<a${most} href=1>`), undefined);
  });

  it('has read no tag where it stops at something else, and forgets the one before', () => {
    for (const rest of ['</a>', '<!doctype html>', '', '<a']) {
      skipper.skip(new Chunk(Buffer.from(`${PADDING}<a>`)), 0, true);
      assert.notEqual(skipper.tag, undefined);
      skipper.skip(new Chunk(Buffer.from(`${PADDING}${rest}`)), 0, false);
      assert.equal(skipper.tag, undefined, rest);
    }
    skipper.skip(new Chunk(Buffer.from('<a>')), 0, true);
    assert.equal(skipper.tag, undefined, 'a chunk that JavaScript skips in');
  });
});

/** The tag's name, a slash if it is self-closing, and each of its attributes, with `true` behind those that are plain. */
function contents(markup: string, tag: TagTable): (string | boolean)[] {
  const attributes = Array.from({ length: tag.attributeCount }, (_, index) => {
    const name = markup.slice(tag.nameStartOf(index), tag.nameEndOf(index));
    const text = `${name}=${markup.slice(tag.valueStartOf(index), tag.valueEndOf(index))}`;
    return tag.isPlain(index) && tag.valueEndOf(index) > 0 ? [text, true] : [text];
  });
  assert.equal(tag.end, markup.length);
  return [markup.slice(PADDING.length + 1, tag.nameEnd), ...(tag.isSelfClosing ? ['/'] : []), ...attributes.flat()];
}

function* range(start: number, end: number): Generator<number> {
  for (let at = start; at <= end; at += 1) yield at;
}

/** Where a scanner would begin to skip: behind each stop. */
function* stops(chunk: Chunk): Generator<number> {
  for (let at = 0; at < chunk.length; at = reference.skip(chunk, at, false) + 1) yield at;
}
