import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Decoding, TagHandler } from '../../../src/html/markup/tag-scanner.ts';
import { ByteScanner } from '../../../src/html/scanner/byte-scanner.ts';
import { ATTRIBUTE_NAME_CODES, TAG_NAME_CODES } from '../../../src/html/scanner/bytes.ts';
import { rawElements } from '../../../src/html/scanner/content/raw-text-reader.ts';
import { NameCache } from '../../../src/html/scanner/names/name-cache.ts';
import { JsMarkupSkipper, markupSkipper } from '../../../src/html/scanner/skipper/markup-skipper.ts';

/** What does not stand for itself, as long as it is not decoded, looks another way than afterwards. */
const decoding: Decoding = { text: (raw) => raw, value: (raw) => raw.replaceAll(/[&\0\x80-\xff]/g, '*') };
/** With scripts of interest, and without. */
const interests = [['a', 'link', 'form', 'svg'], ['a', 'script', 'table'], ['style']].map((tags) => {
  const names = {
    tags: new NameCache(TAG_NAME_CODES, new Set(tags), rawElements),
    attributes: new NameCache(ATTRIBUTE_NAME_CODES, new Set(['href', 'src', 'rel'])),
  };
  return { tags: new Set(tags), names, wasm: markupSkipper(names), js: new JsMarkupSkipper(names.tags) };
});

/**
 * Wants what it likes: which that is depends on what it has been told so far and on nothing else, so that two scanners that
 * tell it the same are asked for the same.
 */
class MoodyHandler implements TagHandler {
  readonly told: string[] = [];
  readonly #seed: number;
  readonly #tags: ReadonlySet<string>;

  constructor(seed: number, tags: ReadonlySet<string>) {
    this.#seed = seed;
    this.#tags = tags;
  }

  isForeign = () => !this.isPlain() && this.#mood(1, 4) === 0;
  allowsCdata = () => !this.isPlain() && this.#mood(2, 2) === 0;
  isPlain = () => this.#mood(3, 4) > 0;
  hasScripting = () => this.#seed % 2 === 0;
  wantsText = () => this.#mood(4, 4) === 0;
  wantsSpace = () => this.#mood(8, 2) === 0;
  wantsCloseTags = () => this.#mood(5, 3) === 0;
  text = (text: string) => {
    // How text is cut into pieces is the scanner's business.
    const last = this.told.at(-1);
    if (last?.startsWith('text ')) this.told.splice(-1, 1, last + text);
    else this.told.push(`text ${text}`);
  };
  openTag = (name: string) => this.#tell(`<${name}`) && this.#mood(6, 4) > 0;
  attributeName = (name: string) => this.#tell(name) && this.#mood(7, 4) > 0;
  attributeValue = (value: string | null) => void this.#tell(`= ${value}`);
  endOpenTag = (isSelfClosing: boolean) => void this.#tell(isSelfClosing ? '/>' : '>');
  closeTag = (name: string) => {
    // Of others it need not be told.
    if (!this.isPlain() || this.#tags.has(name)) this.#tell(`</${name}`);
  };

  #tell(what: string): true {
    this.told.push(what);
    return true;
  }

  #mood(question: number, answers: number): number {
    const { length } = this.told;
    return (Math.imul(this.#seed + question * 7919 + (length >> 2), 2_654_435_761) >>> 8) % answers;
  }
}

function toldOf(pieces: readonly Uint8Array[], seed: number, kind: 'wasm' | 'js'): readonly string[] {
  const { tags, names, [kind]: skipper } = interests[seed % interests.length] ?? assert.fail();
  const handler = new MoodyHandler(seed, tags);
  const scanner = new ByteScanner(handler, names, skipper, decoding);
  for (const piece of pieces) scanner.write(Buffer.from(piece));
  scanner.end();
  return handler.told;
}

describe('with WebAssembly, the handler is told the same as without', () => {
  it('of any markup, whatever it wants', () => {
    const value = fc.string({ unit: fc.constantFrom(...'abcdefgh&\0é'), maxLength: 40 });
    const anchor = value.map((text) => `<a href="${text}">`);
    const part = fc.oneof(fc.constantFrom(...MARKS), fc.constantFrom(...TAGS), anchor);
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), fc.nat(1e6), fc.nat(2000), (parts, seed, cut) => {
        const bytes = Buffer.from(`${PADDING}${parts.join('')}${seed % 2 === 0 ? PADDING : ''}`, 'latin1');
        const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
        assert.deepEqual(toldOf(pieces, seed, 'wasm'), toldOf(pieces, seed, 'js'));
      }),
      { numRuns: 3000 },
    );
  });

  it('of real pages, however they are cut', () => {
    const folder = join(dirname(createRequire(import.meta.url).resolve('htmlparser-benchmark')), 'files');
    const pages = readdirSync(folder).filter((name) => name.endsWith('.html'));
    assert.ok(pages.length > 250);
    let tags = 0;
    for (const [index, name] of pages.entries()) {
      const page = readFileSync(join(folder, name));
      const size = 500 + ((index * 7919) % 60_000);
      const pieces = Array.from({ length: Math.ceil(page.length / size) }, (_, n) =>
        page.subarray(n * size, (n + 1) * size),
      );
      const told = toldOf(pieces, index, 'wasm');
      assert.deepEqual(told, toldOf(pieces, index, 'js'), name);
      tags += told.filter((what) => what.startsWith('<')).length;
    }
    assert.ok(tags > 10_000, 'and it was told of many');
  });
});

/** Long enough for WebAssembly. */
const PADDING = 'x'.repeat(256);
const MARKS = [
  ...'<>"\'=/!-? \t\n\v\f\r\0&é'.split(''),
  ...['<!--', '-->', '--!>', '<!', '<?', '</', '="', "='", ' = ', '/>', 'x'.repeat(20), '<![CDATA[', ']]>'],
];
const TAGS = [
  ...['<a href="1">', "<a rel=x href='2' href=3>", '<a href=4/>', '<A HREF>', '<link/href= "5"/ >', '<a =href=6>'],
  ...['<b>', '<p title="<a>">', '<form>', '</form>', '</a>', '<table>', '<svg><a href=7>', '<arel href=8>'],
  ...['<script>', '</script>', '<SCRIPT src=9>', '</script\n>', '<style>', '</STYLE/>', '<title>', '</title>'],
  ...['<a href="&amp;">', '<a href="é">', '<a href="\0">', '<a hr\0ef=1>', '<a href="0123456789abcdef&">', '<scripts>'],
];
