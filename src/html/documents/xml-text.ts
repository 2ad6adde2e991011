/** Customary prefixes of vocabularies whose elements are others than those of the same name without a prefix. */
const OWN_PREFIXES: ReadonlySet<string> = new Set(['image', 'itunes', 'media', 'news', 'video']);

/** The local name of an element in lower case, with its prefix where that is a customary one of another vocabulary. */
export function elementOf(name: string): string {
  const lower = name.toLowerCase();
  const colon = lower.indexOf(':');
  return colon === -1 || OWN_PREFIXES.has(lower.slice(0, colon)) ? lower : lower.slice(colon + 1);
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Decodes the references that XML has without declarations (https://www.w3.org/TR/xml/#sec-references). */
export function decodeXml(text: string): string {
  if (!text.includes('&')) return text.replaceAll('\0', '\ufffd');
  const decoded = text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi,
    (_, hex, decimal, name) => {
      if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? '';
      const codePoint = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return codePoint > 0x10ffff ? '\ufffd' : String.fromCodePoint(codePoint);
    },
  );
  // No character of XML, and what separates URLs further on.
  return decoded.replaceAll('\0', '\ufffd');
}

/** A piece of text as `decodeXml` takes it: in a CDATA section (`isLiteral`) nothing is a reference. */
export function undecodedXml(text: string, isLiteral: boolean): string {
  return isLiteral ? text.replaceAll('&', '&amp;') : text;
}
