/** Ends a URL in text: white space, quotes, brackets that URLs don't have, and the marks of Chinese and Japanese text. */
export function endsUrl(code: number): boolean {
  if (code < 0x80) return ENDING_ASCII[code] === 1;
  if (code < 0x3000) return ENDING_MARKS.has(code);
  return code <= 0x303f || ENDING_MARKS.has(code);
}

const ENDING_ASCII = Uint8Array.from({ length: 0x80 }, (_, code) =>
  code <= 0x20 || code === 0x7f || '<>"`{}|\\^'.includes(String.fromCharCode(code)) ? 1 : 0,
);
const ENDING_MARKS: ReadonlySet<number> = new Set(
  Array.from('\u0085\u00a0\u1680\u2028\u2029\u202f\u205f“”„«»（），：；？！｛｝', (mark) => mark.charCodeAt(0)),
);

/** Marks that end a sentence or a quotation rather than a URL. */
const TRAILING: ReadonlySet<string> = new Set([...".,;:!?'*_~…’‘"]);

/** Brackets belong to a URL where it has both of a pair. */
const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** No scheme that names a host is longer. */
const MAX_SCHEME_LENGTH = 32;

/**
 * Gives the URLs in a text, in order: a scheme, `://`, and what follows up to white space, a quote or an angle bracket,
 * without the punctuation behind it. A closing bracket is left out unless the URL has the one that opens it.
 * Behind a comma or a semicolon, another URL may follow at once.
 *
 * Linear time.
 */
export function textUrls(text: string): string[] {
  const urls: string[] = [];
  let from = 0;
  for (;;) {
    const colon = text.indexOf('://', from);
    if (colon === -1) return urls;
    const start = startOfScheme(text, colon, from);
    from = colon + 3;
    if (start === colon) continue;
    const end = endOfUrl(text, from);
    const trimmed = trimmedEnd(text, start, end);
    if (trimmed > from) urls.push(text.slice(start, trimmed));
    from = end;
  }
}

/** Where the scheme before the colon begins; the colon's position where there is none. */
function startOfScheme(text: string, colon: number, from: number): number {
  const first = Math.max(from, colon - MAX_SCHEME_LENGTH);
  const scheme = /[a-z][a-z0-9+.-]*$/i.exec(text.slice(first, colon));
  return scheme === null ? colon : first + scheme.index;
}

function endOfUrl(text: string, from: number): number {
  let end = from;
  while (end < text.length && !endsUrl(text.charCodeAt(end))) {
    if ((text[end] === ',' || text[end] === ';') && /^[a-z]{1,10}:\/\//i.test(text.slice(end + 1, end + 14)))
      return end;
    end += 1;
  }
  return end;
}

function trimmedEnd(text: string, start: number, end: number): number {
  const open = bracketsOpen(text.slice(start, end));
  let trimmed = end;
  for (; trimmed > start; trimmed -= 1) {
    const last = text[trimmed - 1] ?? '';
    const opening = OPENING[last];
    if (opening === undefined) {
      if (!TRAILING.has(last)) return trimmed;
    } else {
      const balance = open.get(opening) ?? 0;
      if (balance >= 0) return trimmed;
      open.set(opening, balance + 1);
    }
  }
  return trimmed;
}

/** How many brackets of each kind are opened and not closed; less than 0 where more are closed. */
function bracketsOpen(url: string): Map<string, number> {
  const open = new Map<string, number>();
  for (const character of url) {
    const opening = OPENING[character] ?? character;
    if (opening !== '(' && opening !== '[') continue;
    open.set(opening, (open.get(opening) ?? 0) + (character === opening ? 1 : -1));
  }
  return open;
}
