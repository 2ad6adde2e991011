import type { LinkDetails } from '../../core/record.ts';

/** What is wanted of a link beside its URL, element and attribute. */
export interface WantedDetails {
  /** Attributes of its element: keys of LinkDetails. */
  readonly attributes: ReadonlySet<string>;
  readonly text: boolean;
  readonly position: boolean;
}

/** Details whose text is still to come. */
export type OpenDetails = { -readonly [Name in keyof LinkDetails]: LinkDetails[Name] };

/** Names of the columns that an attribute of the same name fills. */
const ATTRIBUTES = ['rel', 'title', 'hreflang', 'type', 'media'];

/** Gives what the named columns need of each link. */
export function wantedDetails(columns: readonly string[]): WantedDetails {
  const attributes = new Set(ATTRIBUTES.filter((name) => columns.includes(name)));
  if (columns.includes('nofollow')) attributes.add('rel');
  return { attributes, text: columns.includes('text'), position: columns.includes('position') };
}

/** Gives details from an element's attributes, or undefined where none are wanted. `read` gives null for one that isn't there. */
export function openDetails(wanted: WantedDetails, read: (name: string) => string | null): OpenDetails | undefined {
  const { attributes } = wanted;
  if (attributes.size === 0 && !wanted.text) return undefined;
  const textOf = (name: string) => {
    const value = attributes.has(name) ? read(name) : null;
    return value === null ? null : detached(collapsed(value));
  };
  const [rel = null, title = null, hreflang = null, type = null, media = null] = ATTRIBUTES.map(textOf);
  return { rel, title, hreflang, type, media, text: null };
}

/** The text with each run of white space as one space, and none at its ends. */
export function collapsed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A copy of a text. A substring would keep all that it was cut from in memory. */
export function detached(text: string): string {
  return ` ${text}`.slice(1);
}
