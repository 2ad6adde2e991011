/** How many bytes of a document are looked at for a declaration (https://html.spec.whatwg.org/#determining-the-character-encoding). */
export const PRESCAN_LENGTH = 1024;

/** Encodings of the Encoding standard that Node's TextDecoder doesn't have, by label. */
const OWN_ENCODINGS: Readonly<Record<string, string>> = {
  'x-user-defined': 'x-user-defined',
  'iso-8859-16': 'iso-8859-16',
  replacement: 'replacement',
  csiso2022kr: 'replacement',
  'hz-gb-2312': 'replacement',
  'iso-2022-cn': 'replacement',
  'iso-2022-cn-ext': 'replacement',
  'iso-2022-kr': 'replacement',
};

/**
 * Gives the name of the encoding that a label stands for, in lower case, or undefined where it stands for none
 * (https://encoding.spec.whatwg.org/#concept-encoding-get).
 */
export function encodingOf(label: string): string | undefined {
  const name = label.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '').toLowerCase();
  if (name === 'utf-8') return name;
  // Other characters can have a letter of ASCII as their lower case.
  if (/[^\x21-\x7e]/.test(label.trim())) return undefined;
  if (Object.hasOwn(OWN_ENCODINGS, name)) return OWN_ENCODINGS[name];
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return undefined;
  }
}

/** A parameter: its name, and its value if it has one, in quotes or without. */
const PARAMETER = /;[\t\n\r ]*([^;=]*)(?:=[\t\n\r ]*(?:"((?:[^"\\]|\\.)*)"?|([^\t\n\r ;"]*)))?[^;]*/gs;

/**
 * Gives the encoding that a Content-Type field names, or undefined. The first `charset` parameter counts
 * (https://mimesniff.spec.whatwg.org/#parsing-a-mime-type).
 */
export function encodingOfContentType(contentType: string): string | undefined {
  for (const [, name = '', quoted, plain = ''] of contentType.matchAll(PARAMETER)) {
    if (name.toLowerCase() === 'charset') return encodingOf(quoted?.replace(/\\(.)/gs, '$1') ?? plain);
  }
  return undefined;
}

/** Gives the encoding that a byte order mark names, and the mark's length (https://encoding.spec.whatwg.org/#bom-sniff). */
export function encodingOfMark(bytes: Uint8Array): { encoding: string; length: number } | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', length: 2 };
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', length: 2 };
  return undefined;
}

/**
 * Gives the label in a `content` value such as `text/html; charset=koi8-r`, or undefined
 * (https://html.spec.whatwg.org/#extracting-character-encodings-from-meta-elements).
 */
export function charsetOfContent(content: string): string | undefined {
  const mark = /charset[\t\n\f\r ]*=[\t\n\f\r ]*/i.exec(content);
  if (mark === null) return undefined;
  const value = content.slice(mark.index + mark[0].length);
  const quote = value[0];
  if (quote !== '"' && quote !== "'") return /^[^\t\n\f\r ;]+/.exec(value)?.[0];
  const end = value.indexOf(quote, 1);
  return end === -1 ? undefined : value.slice(1, end);
}

/**
 * Gives the encoding for what a `meta` declares: a document whose `meta` could be read is not UTF-16,
 * and `x-user-defined` means windows-1252 there.
 */
export function encodingOfMeta(label: string): string | undefined {
  const encoding = encodingOf(label);
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return 'utf-8';
  return encoding === 'x-user-defined' ? 'windows-1252' : encoding;
}
