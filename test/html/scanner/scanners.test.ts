import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Link } from '../../../src/core/record.ts';
import { type LinkExtraction, type LinkOptions, linkExtraction } from '../../../src/html/link-extractor.ts';
import { DOCUMENT, markupCases } from '../../fixtures/html/markup-cases.ts';

const everything: LinkOptions = {
  select: ['*@href', '*@src', 'meta@content', 'img@srcset', '*@é', 'a@ping'],
  schemes: 'any',
  allOccurrences: true,
  srcdoc: true,
  columns: ['text', 'rel', 'position'],
};
const selections: readonly LinkOptions[] = [everything, { select: 'all' }, { select: 'hrefs' }, { noscript: false }];
const pairs = selections.map((options) => ({
  ours: linkExtraction({ ...options, scanner: 'bytes' }),
  reference: linkExtraction({ ...options, scanner: 'htmlparser2' }),
}));

const CONTENT_TYPES = ['utf-8', 'windows-1252', 'euc-jp', 'shift_jis', 'gb18030'].map(
  (name) => `text/html;charset=${name}`,
);

describe('our scanner and the tokenizer of htmlparser2 find the same', () => {
  it('in the real pages, wherever they are cut', () => {
    const folder = join(dirname(createRequire(import.meta.url).resolve('htmlparser-benchmark/package.json')), 'files');
    for (const [index, name] of readdirSync(folder).entries()) {
      const bytes = readFileSync(join(folder, name));
      const { ours, reference } = pairs[index % pairs.length] ?? pairs[0] ?? assert.fail();
      const cuts = Array.from({ length: index % 50 }, (_, n) => (n * 2_654_435_761 + index * 40_503) % bytes.length);
      assert.deepEqual(read(ours, cut(bytes, cuts)), read(reference, [bytes]), name);
    }
  });

  it('in the markup cases, also where these are damaged, wherever they are cut', () => {
    const documents = Object.values(markupCases).flatMap((cases) => cases.map(({ html }) => html));
    const part = fc.oneof(fc.constantFrom(...documents), fc.constantFrom(...MARKS), fc.constantFrom(...MARKS));
    const damage = fc.array(fc.tuple(fc.nat(5000), fc.nat(3), fc.constantFrom('', ...MARKS)), { maxLength: 6 });
    const cuts = fc.array(fc.nat(5000), { maxLength: 20 });
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }),
        damage,
        cuts,
        fc.constantFrom(...pairs),
        fc.constantFrom(...CONTENT_TYPES),
        (parts, damages, positions, { ours, reference }, contentType) => {
          const html = damaged(parts.join(''), damages);
          fc.pre(!DIFFERENCES.some((pattern) => pattern.test(html)));
          const bytes = Buffer.from(html);
          assert.deepEqual(read(ours, cut(bytes, positions), contentType), read(reference, [bytes], contentType));
          assert.deepEqual(read(ours, cut(bytes, positions), contentType), read(ours, [bytes], contentType));
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('where that tokenizer does not do as the standard says, ours does', () => {
  const cases: readonly (readonly [title: string, html: string, links: readonly string[]])[] = [
    [
      'end tags have attributes (https://html.spec.whatwg.org/#tag-name-state)',
      '</p title="><a href=0>"><a href=1>',
      ['1'],
    ],
    ['also those of raw text elements', '<title></title x=">"><a href=1>', ['1']],
    [
      'a slash with space behind closes no tag (https://html.spec.whatwg.org/#self-closing-start-tag-state)',
      '<svg><foreignObject / ><title><a href=0></title><a href=1>',
      ['1'],
    ],
    [
      'only letters have two cases (https://html.spec.whatwg.org/#rcdata-end-tag-name-state)',
      '<title>\x1c\x0ftitle><a href=0></title><a href=1>',
      ['1'],
    ],
    [
      'and only those of ASCII (https://html.spec.whatwg.org/#tag-name-state)',
      '<lin\u212a href=0><link href=1>',
      ['1'],
    ],
  ];
  for (const [title, html, links] of cases) {
    it(title, () => {
      const base = DOCUMENT.slice(0, DOCUMENT.lastIndexOf('/') + 1);
      for (const cuts of [[], Array.from({ length: html.length }, (_, index) => index)]) {
        const found = read(linkExtraction(), cut(Buffer.from(html), cuts));
        assert.deepEqual(
          found.map(({ url }) => url),
          links.map((link) => base + link),
        );
      }
    });
  }
});

describe('encodings', () => {
  it('second bytes that look like markup are none', () => {
    // 0x5C, 0x5D and 0x7C are second bytes in these encodings.
    for (const [charset, hex, text] of [
      ['shift_jis', '955c', '表'],
      ['gbk', '815d', '乚'],
      ['big5', 'a55d', '包'],
    ] as const) {
      const html = Buffer.concat([
        Buffer.from('<svg><![CDATA['),
        Buffer.from(hex, 'hex'),
        Buffer.from(']><a href=0>]]></svg><a href="'),
        Buffer.from(hex, 'hex'),
        Buffer.from('">'),
      ]);
      const found = read(linkExtraction(), [html], `text/html; charset=${charset}`);
      assert.deepEqual(
        found.map(({ url }) => decodeURI(url).at(-1)),
        [text],
        charset,
      );
    }
  });
});

/** What the tokenizer gets wrong, see above; and names with a CDATA mark, which our use of it changes. */
const DIFFERENCES = [/<[a-z][^>]*<!\[CDATA\[/i, /\/[\t\n\f\r ]+>/, /<\/[a-z][^>]*["']/i];

/** What splits badly. */
const MARKS = [
  ...['<', '>', '"', "'", '=', ' ', '/', '\n', '\0', '&', '-', '!', ']', '<!--', '-->', '--!>', '<!', '<?', '</'],
  ...['<![CDATA[', ']]>', '<script>', '</script>', '<svg>', '</svg>', '<math>', '<title>', '</title>', '<textarea>'],
  ...['<template>', '</template>', '<frameset>', '<noscript>', '</noscript>', '<plaintext>', '<style>', '</style>'],
  ...[
    '<a href=',
    '</a>',
    '<a href="',
    '<base href="/b/">',
    '<p>',
    'text',
    'é',
    '日本',
    '\u00a0',
    '&amp;',
    '&eacute;',
    ' é=x',
  ],
];

function damaged(html: string, damages: readonly (readonly [number, number, string])[]): string {
  let text = html;
  for (const [position, length, insert] of damages) {
    const at = position % (text.length + 1);
    text = text.slice(0, at) + insert + text.slice(at + length);
  }
  return text;
}

function read(
  extraction: LinkExtraction,
  chunks: readonly Uint8Array[],
  contentType = CONTENT_TYPES[0] ?? null,
): Link[] {
  const reader = extraction.open({ finalUrl: DOCUMENT, contentType });
  for (const chunk of chunks) reader.write(chunk);
  return reader.end();
}

function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const edges = [0, ...positions.map((position) => position % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}
