import { detached } from './link-details.ts';

/**
 * How an attribute names its URLs.
 *
 * `hyperlink`: one URL, and an empty value is the document's base URL. `action`: one URL, and an empty value is the document itself.
 * `resource`: one URL, and an empty value is none. `tokens`: URLs with white space between them.
 * `srcset`: image candidates. `refresh`: the URL of `<meta http-equiv=refresh content>`.
 */
export type LinkForm = 'hyperlink' | 'action' | 'resource' | 'tokens' | 'srcset' | 'refresh';

/** One attribute of one element that carries links. */
export interface LinkRule {
  /** Local name in lower case, as it appears in the links found. */
  readonly element: string;
  /** Attribute name in lower case: `href`, `xlink:href`. */
  readonly attribute: string;
  readonly form: LinkForm;
  /** Where it stands, unless that is the document itself. */
  readonly scope?: LinkScope;
}

/** A part of a page whose relative URLs are not resolved as those of the document; their queries are UTF-8. */
export interface LinkScope {
  /** Tells it from the page's other scopes. No URL contains it. */
  readonly key: string;
  /** The scope's base URL, where the document has these. */
  baseUrl(documentUrl: string, documentBase: string): string;
}

/**
 * The languages in which an element can carry links: HTML, SVG, and that of documents which are XML. MathML has none that
 * browsers follow.
 */
export type LinkNamespace = 'html' | 'svg' | 'xml';

/** The attributes to look at, by element. */
export interface LinkTable {
  /** The rules of an element by attribute name, or undefined where it carries no link that is wanted. */
  rulesOf(namespace: LinkNamespace, element: string): ReadonlyMap<string, LinkRule> | undefined;
  /** The elements that have rules, or `any` where all of them have. */
  elementsOf(namespace: LinkNamespace): ReadonlySet<string> | 'any';
  /** The attributes that carry links on any element. */
  readonly attributes: ReadonlySet<string>;
}

/** The selections that have a name. */
const presets = ['hrefs', 'anchors', 'all'] as const;

/**
 * A selection: a preset's name, or pairs such as `a@href`; `*@data-src` means that attribute on every element.
 * In XML, `#text` is the text of an element.
 */
export type Selection = (typeof presets)[number] | readonly string[];

/**
 * Where the pages of XML documents stand: sitemaps and their indexes (https://www.sitemaps.org/protocol.html), with the
 * alternates that search engines take there, RSS 2.0, RSS 1.0 and Atom (RFC 4287, 4.2.7).
 */
const XML_ANCHORS = ['xml:loc@#text', 'xml:link@#text', 'xml:link@href'];
const XML_HREFS = [...XML_ANCHORS, 'xml:enclosure@url'];

/**
 * And what else their URLs are. Elements of these prefixes are others than those of the same name without: the prefixes are
 * the customary ones, since namespaces are not resolved.
 */
const XML_ALL = [
  ...XML_HREFS,
  ...['xml:comments@#text', 'xml:content@src', 'xml:docs@#text', 'xml:icon@#text', 'xml:logo@#text', 'xml:source@url'],
  ...['xml:uri@#text', 'xml:url@#text', 'xml:image:loc@#text', 'xml:itunes:image@href', 'xml:media:content@url'],
  ...['xml:media:player@url', 'xml:media:thumbnail@url', 'xml:video:content_loc@#text'],
  ...['xml:video:player_loc@#text', 'xml:video:thumbnail_loc@#text'],
];

const HTML_ANCHORS = ['a@href', 'area@href', 'svg:a@href', 'svg:a@xlink:href'];
const HTML_HREFS = [...HTML_ANCHORS, 'link@href'];

/**
 * Every attribute that the HTML standard's index (https://html.spec.whatwg.org/#attributes-3) types as a URL, a set of
 * URLs or a srcset, those of its obsolete features (section 16) that hold a URL, and those by which SVG links or loads
 * (SVG 2, 16.1). Left out: names that only look like addresses (itemid, itemtype, usemap), and srcdoc, a document.
 */
const HTML_ALL = [
  ...HTML_HREFS,
  ...['a@ping', 'area@ping', 'base@href', 'link@imagesrcset', 'meta@content', 'form@action'],
  ...['button@formaction', 'input@formaction', 'blockquote@cite', 'del@cite', 'ins@cite', 'q@cite'],
  ...['audio@src', 'embed@src', 'iframe@src', 'img@src', 'img@srcset', 'input@src', 'script@src', 'source@src'],
  ...['source@srcset', 'track@src', 'video@src', 'video@poster', 'object@data'],
  ...['body@background', 'frame@src', 'frame@longdesc', 'head@profile', 'html@manifest', 'iframe@longdesc'],
  ...['img@longdesc', 'img@lowsrc', 'object@archive', 'object@classid', 'object@codebase', 'table@background'],
  ...['thead@background', 'tbody@background', 'tfoot@background', 'tr@background', 'td@background', 'th@background'],
  ...['svg:feimage@href', 'svg:feimage@xlink:href', 'svg:image@href', 'svg:image@xlink:href', 'svg:script@href'],
  ...['svg:script@xlink:href', 'svg:use@href', 'svg:use@xlink:href'],
];

/** Attributes whose value is not one URL that means nothing when empty, by `element@attribute`, or by name alone. */
const FORMS: Readonly<Record<string, LinkForm>> = {
  'a@href': 'hyperlink',
  'area@href': 'hyperlink',
  'base@href': 'hyperlink',
  'form@action': 'action',
  'meta@content': 'refresh',
  'object@archive': 'tokens',
  formaction: 'action',
  imagesrcset: 'srcset',
  ping: 'tokens',
  srcset: 'srcset',
};

const PAIR = /^(?:(svg|xml):)?((?:(?<=^xml:)[a-z][^\s@:,]*:)?[a-z][^\s@:,]*|\*)@([^\s@,/>=]+)$/;

/** Elements whose rules are kept once they have been asked for, where attributes are wanted on every element. */
const MAX_KEPT_ELEMENTS = 512;

/**
 * Gives the table of a selection. A pair without language (`a@href`) means the element wherever it occurs;
 * `svg:a@href` means it in SVG alone, `xml:loc@#text` the element's text in XML. Names are matched without regard to case.
 *
 * Errors: RangeError for what is neither a preset nor a pair.
 */
export function linkTable(selection: Selection): LinkTable {
  return new RuleTable(pairsOf(selection));
}

/**
 * Reads a selection as people write it: a preset's name, pairs joined by commas, or a list of pairs.
 * Gives undefined for anything else.
 */
export function parseSelection(value: string | readonly string[]): Selection | undefined {
  const preset = presets.find((name) => name === value);
  if (preset !== undefined) return preset;
  const pairs = (typeof value === 'string' ? value.split(',') : value).map((pair) => pair.trim().toLowerCase());
  return pairs.length > 0 && pairs.every((pair) => PAIR.test(pair)) ? pairs : undefined;
}

type Rules = Map<string, LinkRule>;

class RuleTable implements LinkTable {
  readonly #byElement: Record<LinkNamespace, Map<string, Rules>> = { html: new Map(), svg: new Map(), xml: new Map() };
  /** The attributes that are wanted on every element. */
  readonly #everywhere: Record<LinkNamespace, string[]> = { html: [], svg: [], xml: [] };
  readonly attributes: ReadonlySet<string>;

  constructor(pairs: readonly Pair[]) {
    this.attributes = new Set(pairs.map(({ attribute }) => attribute));
    for (const { namespaces, element, attribute } of pairs) {
      if (element === '*') for (const namespace of namespaces) this.#everywhere[namespace].push(attribute);
    }
    for (const { namespaces, element, attribute } of pairs) {
      if (element === '*') continue;
      for (const namespace of namespaces) this.#open(namespace, element).set(attribute, linkRule(element, attribute));
    }
  }

  rulesOf(namespace: LinkNamespace, element: string): ReadonlyMap<string, LinkRule> | undefined {
    const rules = this.#byElement[namespace].get(element);
    if (rules !== undefined || this.#everywhere[namespace].length === 0) return rules;
    const name = detached(element);
    // A page can name any number of elements.
    return this.#byElement[namespace].size < MAX_KEPT_ELEMENTS
      ? this.#open(namespace, name)
      : this.#general(namespace, name);
  }

  elementsOf(namespace: LinkNamespace): ReadonlySet<string> | 'any' {
    return this.#everywhere[namespace].length > 0 ? 'any' : new Set(this.#byElement[namespace].keys());
  }

  #open(namespace: LinkNamespace, element: string): Rules {
    const known = this.#byElement[namespace].get(element);
    if (known !== undefined) return known;
    const rules = this.#general(namespace, element);
    this.#byElement[namespace].set(element, rules);
    return rules;
  }

  #general(namespace: LinkNamespace, element: string): Rules {
    return new Map(this.#everywhere[namespace].map((attribute) => [attribute, linkRule(element, attribute)]));
  }
}

interface Pair {
  readonly namespaces: readonly LinkNamespace[];
  readonly element: string;
  readonly attribute: string;
}

function pairsOf(selection: Selection): readonly Pair[] {
  if (selection === 'anchors') return [...HTML_ANCHORS, ...XML_ANCHORS].map(presetPair);
  if (selection === 'hrefs') return [...HTML_HREFS, ...XML_HREFS].map(presetPair);
  if (selection === 'all') return [...HTML_ALL, ...XML_ALL].map(presetPair);
  return selection.map((text) => parsePair(text, ['html', 'svg', 'xml']));
}

/** In the presets, a pair without language is HTML's: `image` and `link` mean other things elsewhere. */
function presetPair(text: string): Pair {
  return parsePair(text, ['html']);
}

function parsePair(text: string, namespaces: readonly LinkNamespace[]): Pair {
  const match = PAIR.exec(text.toLowerCase());
  if (match === null) throw new RangeError(`expected a pair such as a@href, got ${text}`);
  const [, namespace, element = '', attribute = ''] = match;
  return { namespaces: namespace === undefined ? namespaces : [namespace as LinkNamespace], element, attribute };
}

function linkRule(element: string, attribute: string): LinkRule {
  const form = FORMS[`${element}@${attribute}`] ?? (Object.hasOwn(FORMS, attribute) ? FORMS[attribute] : undefined);
  const isSvgLink = element === 'a' && attribute === 'xlink:href';
  return { element, attribute, form: form ?? (isSvgLink ? 'hyperlink' : 'resource') };
}
