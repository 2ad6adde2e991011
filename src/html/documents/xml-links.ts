import { detached, type OpenDetails, openDetails, type WantedDetails } from '../links/link-details.ts';
import type { LinkRule, LinkTable } from '../links/link-table.ts';
import type { LinkTarget } from '../links/link-target.ts';
import { MAX_VALUE_LENGTH } from '../markup/tag-scanner.ts';
import type { XmlHandler } from './xml-scanner.ts';
import { decodeXml, elementOf, undecodedXml } from './xml-text.ts';

/** The attribute that stands for an element's text in a selection. */
const TEXT = '#text';

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
      if (rule !== undefined) this.#target.add(rule, detached(decodeXml(value)), details);
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
      this.#target.add(rule, detached(decodeXml(this.#text).trim()), this.#details);
    }
  }

  wantsText(): boolean {
    return this.#textRule !== undefined && this.#text.length <= MAX_VALUE_LENGTH;
  }

  text(text: string, isLiteral: boolean): void {
    this.#text += undecodedXml(text, isLiteral);
  }
}
