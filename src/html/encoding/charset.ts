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
  if (Object.hasOwn(OWN_ENCODINGS, name)) return OWN_ENCODINGS[name];
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return undefined;
  }
}

/** Gives the encoding that a Content-Type field names, or undefined. The first `charset` parameter counts (RFC 9110, 5.6.6). */
export function encodingOfContentType(contentType: string): string | undefined {
  const parameter = /;[\t ]*charset=(?:"((?:[^"\\]|\\.)*)"?|([^\t ;"]*))/i.exec(contentType);
  if (parameter === null) return undefined;
  return encodingOf(parameter[1]?.replace(/\\(.)/g, '$1') ?? parameter[2] ?? '');
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
  const label = /charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^"'\t\n\f\r ;][^\t\n\f\r ;]*))/i.exec(
    content,
  );
  return label?.[1] ?? label?.[2] ?? label?.[3];
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
