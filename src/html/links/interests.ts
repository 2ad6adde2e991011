import { specialTags } from '../markup/tree-context.ts';
import type { NamesOfInterest } from '../scanner/names/name-cache.ts';
import type { WantedDetails } from './link-details.ts';
import type { LinkTable } from './link-table.ts';

/** What is looked for in pages. */
export interface Interest {
  readonly table: LinkTable;
  readonly wanted: WantedDetails;
  /** Whether the documents in `srcdoc` count. */
  readonly srcdoc: boolean;
}

/** No attributes. */
export const NONE: ReadonlySet<string> = new Set();

/** Attributes of elements in HTML that say something else than a link. */
export const HTML_ATTRIBUTES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['base', new Set(['href'])],
  ['meta', new Set(['charset', 'content', 'http-equiv'])],
]);

/** Attributes of elements in foreign content that say how these are read. */
export const FOREIGN_ATTRIBUTES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['font', new Set(['color', 'face', 'size'])],
  ['annotation-xml', new Set(['encoding'])],
]);

/** The attribute of an `iframe` that is a document. */
export const SRCDOC: ReadonlySet<string> = new Set(['srcdoc']);

/** The attribute of an image in an anchor that is part of its text. */
export const ALT: ReadonlySet<string> = new Set(['alt']);

const SPECIAL_ATTRIBUTES: ReadonlySet<string> = new Set(
  [...HTML_ATTRIBUTES.values(), ...FOREIGN_ATTRIBUTES.values(), SRCDOC, ALT].flatMap((names) => [...names]),
);

/** The tags that can matter where the handler's `isPlain` is true. */
export function tagsOfInterest({ table, srcdoc }: Interest): NamesOfInterest {
  const elements = table.elementsOf('html');
  if (elements === 'any') return 'any';
  const images = elements.has('img') ? ['image'] : [];
  const frames = srcdoc ? ['iframe'] : [];
  return new Set([...specialTags, ...HTML_ATTRIBUTES.keys(), ...elements, ...images, ...frames]);
}

/** The attributes whose values can matter, wherever they stand. */
export function attributesOfInterest({ table, wanted }: Interest): NamesOfInterest {
  return new Set([...SPECIAL_ATTRIBUTES, ...table.attributes, ...wanted.attributes]);
}
