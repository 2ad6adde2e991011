import { charsetOfContent } from '../encoding/charset.ts';
import type { DocumentDecoder } from '../encoding/document-decoder.ts';
import { TagAttributes } from '../markup/tag-attributes.ts';
import type { TagHandler } from '../markup/tag-scanner.ts';
import type { TextReferences } from '../markup/text-references.ts';
import { specialTags, TreeContext } from '../markup/tree-context.ts';
import { AnchorText, alternativeOf } from './anchor-text.ts';
import { ALT, FOREIGN_ATTRIBUTES, HTML_ATTRIBUTES, NONE, SRCDOC } from './interests.ts';
import { openDetails, type WantedDetails } from './link-details.ts';
import type { LinkRule, LinkTable } from './link-table.ts';
import type { LinkTarget, Mark } from './link-target.ts';

type Rules = ReadonlyMap<string, LinkRule>;

/** What a document's tags are read for. */
export interface HandlerOptions {
  readonly table: LinkTable;
  readonly wanted: WantedDetails;
  readonly references: TextReferences;
  /** False: what stands in `noscript` is left out, as in a browser that runs scripts. */
  readonly noscript: boolean;
  /** True for XHTML: elements have no raw text in them, and a slash ends any. */
  readonly isXml?: boolean;
  /** Told the label in each `meta` that declares an encoding. Absent: no `meta` can. */
  readonly encoding?: Pick<DocumentDecoder, 'declare' | 'needsDeclaration'> | undefined;
  /** Told the document in each `srcdoc` of an `iframe`. Absent: they are left out. */
  readonly readSrcdoc?: ((html: string) => void) | undefined;
}

/** Decides which of a page's tags carry links of the document, and hands the values to the target. */
export class LinkHandler implements TagHandler {
  readonly #target: LinkTarget;
  readonly #options: HandlerOptions;
  readonly #isXml: boolean;
  readonly #tree = new TreeContext();
  readonly #anchor: AnchorText;

  /** The tag in work. */
  #name = '';
  #isHtml = false;
  #isForeign = false;
  #rules: Rules | undefined;
  #special = NONE;
  readonly #attributes = new TagAttributes();
  /** The name of the last tag, where another one of that name comes to the same as long as the tree is plain. */
  #plainName: string | undefined;

  /** Attributes that `html` and `body` have: further such tags only add what is missing. */
  readonly #rootAttributes = new Set<string>();
  /** The mark of what stands before the body, once that begins. */
  #headMark: Mark | undefined;
  #isFrameset = false;

  constructor(target: LinkTarget, options: HandlerOptions) {
    this.#target = target;
    this.#options = options;
    this.#isXml = options.isXml === true;
    this.#anchor = new AnchorText(options.references);
  }

  isForeign(): boolean {
    return this.#isXml || this.#tree.isForeign;
  }

  allowsCdata(): boolean {
    return this.#isXml || this.#tree.allowsCdata;
  }

  isPlain(): boolean {
    return this.#tree.isPlain && !this.#anchor.isOpen && !this.#isXml;
  }

  hasScripting(): boolean {
    return !this.#options.noscript;
  }

  wantsText(): boolean {
    return this.#tree.wantsText || this.#anchor.hasRoom;
  }

  wantsSpace(): boolean {
    return this.#anchor.hasRoom;
  }

  text(text: string): void {
    if (this.#anchor.hasRoom && !this.#tree.isInert) this.#anchor.text(text);
    if (this.#tree.wantsText && /[^\t\n\f\r \0]/.test(text)) this.#tree.text();
  }

  wantsCloseTags(): boolean {
    return this.#anchor.isOpen || this.#tree.wantsCloseTags;
  }

  closeTag(name: string): void {
    if (this.#anchor.isOpen && !this.#tree.isInert) this.#anchor.closeTag(name);
    this.#tree.closeTag(name);
  }

  openTag(name: string): boolean {
    const isPlain = this.isPlain();
    // Most of the tags that matter are anchors. Special ones are placed each time: a form in a form is none.
    if (!isPlain || name !== this.#plainName) this.#placeTag(name);
    this.#plainName = isPlain && !specialTags.has(name) ? name : undefined;
    return this.#rules !== undefined || this.#special !== NONE;
  }

  attributeName(name: string): boolean {
    // Of attributes with the same name, the first counts (https://html.spec.whatwg.org/#attribute-name-state).
    if (this.#attributes.has(name)) return false;
    const rule = this.#rules?.get(name);
    if (rule === undefined && !this.#special.has(name) && !this.#isDetail(name)) return false;
    this.#attributes.add(name, rule);
    return true;
  }

  attributeValue(value: string | null): void {
    this.#attributes.setValue(value);
  }

  endOpenTag(isSelfClosing: boolean): void {
    if (this.#rules !== undefined && this.#attributes.count > 0) this.#collect();
    if (this.#special !== NONE) this.#applySpecial();
    this.#attributes.clear();
    if (isSelfClosing && this.#name === 'a' && (!this.#isHtml || this.#isXml)) this.#anchor.close();
    this.#tree.endOpenTag(isSelfClosing);
    if (!this.#isFrameset && this.#tree.isFrameset) {
      this.#isFrameset = true;
      if (this.#headMark !== undefined) this.#target.truncate(this.#headMark);
    }
  }

  /** The document has ended. */
  end(): void {
    this.#anchor.close();
  }

  /** Finds out what a tag of this name is where it stands. */
  #placeTag(name: string): void {
    this.#rules = undefined;
    const placement = this.#tree.openTag(name);
    this.#isHtml = placement === 'html';
    this.#isForeign = this.#tree.isForeign;
    // https://html.spec.whatwg.org/#parsing-main-inbody: "Don't ask."
    this.#name = this.#isHtml && name === 'image' ? 'img' : name;
    if (placement !== 'nowhere') {
      this.#rules = this.#options.table.rulesOf(placement, this.#name);
      if (this.#anchor.isOpen) this.#anchor.openTag(this.#name);
    }
    this.#special = this.#specialAttributes();
    if (this.#headMark === undefined && this.#tree.hasBody) this.#headMark = this.#target.mark();
  }

  #specialAttributes(): ReadonlySet<string> {
    if (!this.#isHtml) return this.#isForeign ? (FOREIGN_ATTRIBUTES.get(this.#name) ?? NONE) : NONE;
    if (this.#name === 'iframe' && this.#options.readSrcdoc !== undefined) return SRCDOC;
    if (this.#name === 'img' && this.#anchor.isOpen) return ALT;
    // Of the many on a page, most say something else than the encoding, which is known besides.
    const isIdle = this.#rules === undefined && this.#options.encoding?.needsDeclaration !== true;
    return this.#name === 'meta' && isIdle ? NONE : (HTML_ATTRIBUTES.get(this.#name) ?? NONE);
  }

  #applySpecial(): void {
    if (this.#name === 'base') {
      if (this.#attributes.has('href')) this.#target.addBase(this.#attributes.valueOf('href'));
    } else if (this.#name === 'meta') {
      const charset = this.#charset();
      if (charset !== undefined) this.#options.encoding?.declare(charset);
    } else if (this.#name === 'iframe') {
      this.#options.readSrcdoc?.(this.#attributes.valueOf('srcdoc') ?? '');
    } else if (this.#name === 'img') {
      this.#anchor.alternative(this.#attributes.valueOf('alt') ?? '');
    } else if (this.#name === 'font') {
      if ([...this.#special].some((name) => this.#attributes.has(name))) this.#tree.breakOut();
    } else if (/^(?:text\/html|application\/xhtml\+xml)$/i.test(this.#attributes.valueOf('encoding') ?? '')) {
      this.#tree.integrate();
    }
  }

  /** The charset that a `meta` declares (https://html.spec.whatwg.org/#meta-charset-during-parse). */
  #charset(): string | undefined {
    const charset = this.#attributes.valueOf('charset');
    if (charset !== null) return charset;
    if (this.#attributes.valueOf('http-equiv')?.toLowerCase() !== 'content-type') return undefined;
    return charsetOfContent(this.#attributes.valueOf('content') ?? '');
  }

  /** True for an attribute that says something of the links of the tag in work. */
  #isDetail(name: string): boolean {
    if (this.#rules === undefined) return false;
    const { attributes, text } = this.#options.wanted;
    return attributes.has(name) || (text && name === 'alt' && (this.#name === 'img' || this.#name === 'area'));
  }

  #collect(): void {
    const { wanted } = this.#options;
    const hasDetails = wanted.text || wanted.attributes.size > 0;
    const details = hasDetails ? openDetails(wanted, (name) => this.#attributes.valueOf(name)) : undefined;
    if (details !== undefined && wanted.text) {
      if (this.#name === 'a') this.#anchor.open(details);
      else details.text = alternativeOf(this.#attributes.valueOf('alt'));
    }
    for (let index = 0; index < this.#attributes.count; index += 1) {
      const rule = this.#attributes.ruleAt(index);
      const value = this.#attributes.valueAt(index);
      if (rule !== undefined && value !== null && this.#isLink(rule)) this.#target.add(rule, value, details);
    }
  }

  #isLink(rule: LinkRule): boolean {
    if (rule.form === 'refresh') return this.#attributes.valueOf('http-equiv')?.toLowerCase() === 'refresh';
    // SVG 2, 16.1.5: `href` is the one that counts where an element has both.
    if (rule.attribute === 'xlink:href') return !this.#attributes.has('href');
    if (!this.#isHtml || (rule.element !== 'html' && rule.element !== 'body')) return true;
    const attribute = `${rule.element}@${rule.attribute}`;
    if (this.#rootAttributes.has(attribute)) return false;
    this.#rootAttributes.add(attribute);
    return true;
  }
}
