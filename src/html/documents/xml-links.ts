import { type OpenDetails, openDetails, type WantedDetails } from '../link-details.ts';
import type { LinkRule, LinkTable } from '../link-table.ts';
import type { LinkTarget } from '../link-target.ts';
import { MAX_VALUE_LENGTH } from '../tag-scanner.ts';
import type { XmlHandler } from './xml-scanner.ts';

/** The attribute that stands for an element's text in a selection. */
const TEXT = '#text';

/** Customary prefixes of vocabularies whose elements are others than those of the same name without a prefix. */
const OWN_PREFIXES: ReadonlySet<string> = new Set(['image', 'itunes', 'media', 'news', 'video']);

/**
 * Decides which elements of an XML document carry links, and hands the values to the target.
 *
 * Elements are known by their local names, with the prefix where that is one of the few above. `xml:base` counts on the
 * document element (RFC 4287, 2), not further down. Bound: one value.
 */
export class XmlLinks implements XmlHandler {
  readonly #table: LinkTable;
  readonly #wanted: WantedDetails;
  readonly #target: LinkTarget;
  #isFirst = true;
  /** The rule of the element whose text is read, and what it has so far, in pieces with their references decoded or not. */
  #textRule: LinkRule | undefined;
  #details: OpenDetails | undefined;
  #text = '';

  constructor(table: LinkTable, wanted: WantedDetails, target: LinkTarget) {
    this.#table = table;
    this.#wanted = wanted;
    this.#target = target;
  }

  openTag(name: string, attributes: () => ReadonlyMap<string, string>, isSelfClosing: boolean): void {
    this.#textRule = undefined;
    if (this.#isFirst) {
      this.#isFirst = false;
      const base = attributes().get('xml:base');
      if (base !== undefined) this.#target.addBase(decodeXml(base));
    }
    const rules = this.#table.rulesOf('xml', elementOf(name));
    if (rules === undefined) return;
    const values = attributes();
    const details = openDetails(this.#wanted, (attribute) => {
      const value = values.get(attribute);
      return value === undefined ? null : decodeXml(value);
    });
    for (const [attribute, value] of values) {
      const rule = rules.get(attribute);
      if (rule !== undefined) this.#target.add(rule, decodeXml(value), details);
    }
    if (isSelfClosing) return;
    this.#textRule = rules.get(TEXT);
    this.#details = details;
    this.#text = '';
  }

  closeTag(): void {
    const rule = this.#textRule;
    this.#textRule = undefined;
    if (rule !== undefined && this.#text.length <= MAX_VALUE_LENGTH) {
      this.#target.add(rule, decodeXml(this.#text).trim(), this.#details);
    }
  }

  wantsText(): boolean {
    return this.#textRule !== undefined && this.#text.length <= MAX_VALUE_LENGTH;
  }

  text(text: string, isLiteral: boolean): void {
    this.#text += isLiteral ? text.replaceAll('&', '&amp;') : text;
  }
}

function elementOf(name: string): string {
  const lower = name.toLowerCase();
  const colon = lower.indexOf(':');
  return colon === -1 || OWN_PREFIXES.has(lower.slice(0, colon)) ? lower : lower.slice(colon + 1);
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Decodes the references that XML has without declarations (https://www.w3.org/TR/xml/#sec-references). */
function decodeXml(text: string): string {
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
