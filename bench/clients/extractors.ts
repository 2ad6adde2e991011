import { Parser, Tokenizer } from 'htmlparser2';
import { SAXParser } from 'parse5-sax-parser';
import type * as Extraction from '../../src/html/link-extractor.ts';
import { compiled } from '../compiled.ts';

const { linkExtraction } = (await import((await compiled('html/link-extractor.ts')).href)) as typeof Extraction;

/** Finds the links of a page in its bytes: the distinct ones, in document order. Gives how many there are. */
export type PageLinks = (chunks: readonly Uint8Array[], base: string) => number;

/** One way to find links. */
export interface Extractor {
  readonly title: string;
  readonly find: PageLinks;
  /** What it is called where all are compared with it. */
  readonly reference?: string;
}

/** The ways that are compared. The simple ones take every `href`, decode UTF-8 and know of no `base`. */
export const contenders: readonly Extractor[] = [
  { title: 'ours, hrefs', find: ours({ select: 'hrefs' }) },
  { title: 'ours, anchors', find: ours({ select: 'anchors' }) },
  { title: 'ours, hrefs, on the Tokenizer', find: ours({ select: 'hrefs', scanner: 'htmlparser2' }) },
  { title: 'htmlparser2 Parser + new URL', find: withParser, reference: 'Parser' },
  { title: 'htmlparser2 Tokenizer + new URL', find: withTokenizer },
  { title: 'parse5-sax-parser + new URL', find: withParse5 },
  { title: 'href="(.*?)" + new URL', find: withExpression, reference: 'href="(.*?)"' },
];

function ours(options: Extraction.LinkOptions): PageLinks {
  const extraction = linkExtraction(options);
  return (chunks, base) => {
    const reader = extraction.open({ finalUrl: base, contentType: 'text/html; charset=utf-8' });
    for (const chunk of chunks) reader.write(chunk);
    return reader.end().length;
  };
}

class Links {
  readonly #base: string;
  readonly #links = new Set<string>();

  constructor(base: string) {
    this.#base = base;
  }

  /** Makes the list of them, which is what is asked for, and gives its length. */
  list(): number {
    return [...this.#links].length;
  }

  add(raw: string): void {
    try {
      const { protocol, href } = new URL(raw, this.#base);
      if (protocol === 'http:' || protocol === 'https:') this.#links.add(href);
    } catch {
      // No link.
    }
  }
}

function withParser(chunks: readonly Uint8Array[], base: string): number {
  const links = new Links(base);
  const parser = new Parser({ onattribute: (name, value) => name === 'href' && links.add(value) });
  const decoder = new TextDecoder();
  for (const chunk of chunks) parser.write(decoder.decode(chunk, { stream: true }));
  parser.end(decoder.decode());
  return links.list();
}

function withTokenizer(chunks: readonly Uint8Array[], base: string): number {
  const links = new Links(base);
  const text = new TextDecoder();
  let piece = '';
  let offset = 0;
  let isHref = false;
  let value = '';
  const none = () => {};
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      // Names that lie across the end of a piece are missed.
      onattribname: (start, end) => {
        isHref = end - start === 4 && piece.slice(start - offset, end - offset) === 'href';
      },
      onattribdata: (start, end) => {
        if (isHref) value += piece.slice(start - offset, end - offset);
      },
      onattribentity: (codePoint) => {
        if (isHref) value += String.fromCodePoint(codePoint);
      },
      onattribend: () => {
        if (!isHref) return;
        links.add(value);
        value = '';
        isHref = false;
      },
      ...{ oncdata: none, onclosetag: none, oncomment: none, ondeclaration: none, onend: none, onopentagend: none },
      ...{
        onopentagname: none,
        onprocessinginstruction: none,
        onselfclosingtag: none,
        ontext: none,
        ontextentity: none,
      },
    },
  );
  for (const chunk of chunks) {
    offset += piece.length;
    piece = text.decode(chunk, { stream: true });
    tokenizer.write(piece);
  }
  tokenizer.end();
  return links.list();
}

function withParse5(chunks: readonly Uint8Array[], base: string): number {
  const links = new Links(base);
  const parser = new SAXParser();
  parser.on('startTag', ({ attrs }) => {
    for (const { name, value } of attrs) if (name === 'href') links.add(value);
  });
  parser.resume();
  const decoder = new TextDecoder();
  for (const chunk of chunks) parser.write(decoder.decode(chunk, { stream: true }));
  parser.end(decoder.decode());
  return links.list();
}

/** As in the tutorial: the whole text first. */
function withExpression(chunks: readonly Uint8Array[], base: string): number {
  const links = new Links(base);
  const text = new TextDecoder().decode(Buffer.concat(chunks));
  for (const [, raw = ''] of text.matchAll(/href="(.*?)"/g)) links.add(raw);
  return links.list();
}
