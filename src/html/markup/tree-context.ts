/** Where the elements of a start tag belong: to HTML, to SVG, or nowhere as far as links go. */
export type Placement = 'html' | 'svg' | 'nowhere';

/** An open element that changes how its content is read. */
interface Level {
  readonly name: string;
  /** What a start tag in it makes: foreign elements, or HTML ones (integration points, templates). */
  readonly content: 'svg' | 'math' | 'html';
}

/** Levels kept at most: more than pages have, and few enough to be looked through for each end tag. */
const MAX_LEVELS = 128;

const SVG_INTEGRATION: ReadonlySet<string> = new Set(['foreignobject', 'desc', 'title']);
const MATHML_INTEGRATION: ReadonlySet<string> = new Set(['mi', 'mo', 'mn', 'ms', 'mtext']);

/** Start tags that end foreign content (https://html.spec.whatwg.org/#parsing-main-inforeign). */
const BREAKOUT: ReadonlySet<string> = new Set(
  (
    'b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta ' +
    'nobr ol p pre ruby s small span strong strike sub sup table tt u ul var'
  ).split(' '),
);

/** Start tags that leave the document in its head. */
const HEAD_CONTENT: ReadonlySet<string> = new Set(
  'html head base basefont bgsound link meta noframes noscript script style template title frameset'.split(' '),
);

/** Start tags after which a frameset is no longer accepted (the standard's frameset-ok flag; hidden inputs don't count there). */
const ENDS_FRAMESET_OK: ReadonlySet<string> = new Set(
  (
    'body pre listing dd dt li button applet marquee object area br embed img image keygen wbr input hr textarea xmp ' +
    'iframe select table template'
  ).split(' '),
);

/** End tags that make what is missing before them. */
const ENDS_BEGINNING: ReadonlySet<string> = new Set(['head', 'body', 'html', 'br']);

/** Start tags that are not simply placed in HTML content: those that matter where the tree is plain. */
export const specialTags: ReadonlySet<string> = new Set(
  ['svg', 'math', 'template', 'form', 'frame', 'frameset', 'head'], //
);

/**
 * Knows as much of the tree as decides whether a tag's links are links of the document: foreign content, templates,
 * nested forms and framesets (https://html.spec.whatwg.org/#tree-construction). It builds no tree; elements that only
 * nest are not tracked.
 *
 * Bound: 128 levels; what a tag costs does not depend on the document.
 */
export class TreeContext {
  readonly #levels: Level[] = [];
  #top: Level | undefined;
  /** Templates that are open, those beyond the levels kept included. */
  #templates = 0;
  #uncountedTemplates = 0;
  #isFormOpen = false;
  #isBeforeHead = true;
  #hasBody = false;
  #acceptsFrameset = true;
  /** Framesets that are open, or -1 while the document has none. */
  #framesets = -1;
  /** The level that the tag in work opens if it is not self-closing. */
  #opens: Level | undefined;

  /** True where a start tag makes a foreign element. */
  get isForeign(): boolean {
    return this.#top !== undefined && this.#top.content !== 'html';
  }

  /** True where the element that is open is foreign, an integration point included. */
  get allowsCdata(): boolean {
    return this.#top !== undefined && this.#top.name !== 'template';
  }

  /** True where only tags that are special change how the document is read, and any other is placed in HTML content. */
  get isPlain(): boolean {
    if (this.#top !== undefined || this.#templates > 0 || this.isFrameset) return false;
    return this.#hasBody && !this.#acceptsFrameset && !this.#isBeforeHead;
  }

  /** True in a template: what stands there is not in the document. */
  get isInert(): boolean {
    return this.#templates > 0;
  }

  /** True while text would change how the document is read. */
  get wantsText(): boolean {
    return this.#mayBeFrameset;
  }

  /** True while an end tag would change how the document is read. */
  get wantsCloseTags(): boolean {
    return this.#mayBeFrameset || this.#top !== undefined || this.#isFormOpen || this.#framesets > 0;
  }

  /** True while a frameset would be accepted: always in the place of the body, later as long as nothing stands there that matters. */
  get #mayBeFrameset(): boolean {
    return this.#acceptsFrameset || !this.#hasBody;
  }

  /** True once something belongs to the body. */
  get hasBody(): boolean {
    return this.#hasBody;
  }

  /** True once the document is a frameset: its body is gone, with all that was in it. */
  get isFrameset(): boolean {
    return this.#framesets >= 0;
  }

  /** There is text that is not white space. */
  text(): void {
    this.#acceptsFrameset = false;
    this.#isBeforeHead = false;
    this.#hasBody = true;
  }

  /** Takes a start tag's name and gives where its element goes. `endOpenTag` follows, unless the document ends. */
  openTag(name: string): Placement {
    this.#opens = undefined;
    const top = this.#top;
    if (top !== undefined && top.content !== 'html') {
      if (!BREAKOUT.has(name)) return this.#openForeign(name, top.content);
      this.breakOut();
    }
    const placement = this.#openHtml(name);
    return this.#templates > 0 ? 'nowhere' : placement;
  }

  /** The tag in work is one that ends foreign content after all: `<font color>`. */
  breakOut(): void {
    this.#opens = undefined;
    while (this.#top !== undefined && this.#top.content !== 'html') this.#pop();
  }

  /** The tag in work is an `annotation-xml` whose encoding makes its content HTML, if it is one of MathML. */
  integrate(): void {
    if (this.#opens?.content === 'math') this.#opens = { name: 'annotation-xml', content: 'html' };
  }

  /** The start tag in work is complete. */
  endOpenTag(isSelfClosing: boolean): void {
    const level = this.#opens;
    this.#opens = undefined;
    // The slash means something on foreign elements only.
    if (level === undefined || (isSelfClosing && level.name !== 'template')) return;
    const isTemplate = level.name === 'template';
    if (isTemplate) this.#templates += 1;
    if (this.#levels.length < MAX_LEVELS) {
      this.#levels.push(level);
      this.#top = level;
    } else if (isTemplate) {
      this.#uncountedTemplates += 1;
    }
  }

  /** Takes an end tag's name. */
  closeTag(name: string): void {
    if (this.#mayBeFrameset && this.#top === undefined) this.#endBeginning(name);
    if (name === 'form') {
      if (this.#templates === 0) this.#isFormOpen = false;
    } else if (name === 'frameset') {
      if (this.#framesets > 0) this.#framesets -= 1;
    } else if (this.isForeign && (name === 'p' || name === 'br')) {
      this.breakOut();
    } else if (name === 'template' && this.#uncountedTemplates > 0) {
      this.#uncountedTemplates -= 1;
      this.#templates -= 1;
    } else {
      this.#close(name);
    }
  }

  #openForeign(name: string, content: 'svg' | 'math'): Placement {
    if (name === content) this.#opens = { name, content };
    else if (content === 'math' && name === 'annotation-xml') this.#opens = { name, content };
    else if (name === 'svg' && this.#top?.name === 'annotation-xml') return this.#openSpecial(name, false);
    else if ((content === 'svg' ? SVG_INTEGRATION : MATHML_INTEGRATION).has(name))
      this.#opens = { name, content: 'html' };
    return content === 'svg' && this.#templates === 0 ? 'svg' : 'nowhere';
  }

  #openHtml(name: string): Placement {
    if (this.isFrameset) return this.#openInFrameset(name);
    const isBeforeHead = this.#isBeforeHead;
    if (name !== 'html') this.#isBeforeHead = false;
    if (this.#acceptsFrameset && ENDS_FRAMESET_OK.has(name)) this.#acceptsFrameset = false;
    if (!this.#hasBody && !HEAD_CONTENT.has(name)) this.#hasBody = true;
    return specialTags.has(name) ? this.#openSpecial(name, isBeforeHead) : 'html';
  }

  #openSpecial(name: string, isBeforeHead: boolean): Placement {
    if (name === 'head') return isBeforeHead ? 'html' : 'nowhere';
    if (name === 'form') return this.#openForm();
    if (name === 'frame') return 'nowhere';
    if (name === 'frameset') {
      if (this.#mayBeFrameset && this.#top === undefined) this.#framesets = 1;
      return 'nowhere';
    }
    this.#opens = { name, content: name === 'template' ? 'html' : (name as 'svg' | 'math') };
    return name === 'svg' ? 'svg' : 'nowhere';
  }

  /** A form in a form is dropped (https://html.spec.whatwg.org/#form-element-pointer). */
  #openForm(): Placement {
    if (this.#templates > 0 || this.#isFormOpen) return 'nowhere';
    this.#isFormOpen = true;
    return 'html';
  }

  #openInFrameset(name: string): Placement {
    if (name === 'frameset' && this.#framesets > 0) this.#framesets += 1;
    // An html tag adds its attributes to the document element, wherever it stands.
    return name === 'html' || (name === 'frame' && this.#framesets > 0) ? 'html' : 'nowhere';
  }

  /**
   * An end tag comes before any content: some of them do what start tags would
   * (https://html.spec.whatwg.org/#the-before-head-insertion-mode, https://html.spec.whatwg.org/#the-after-head-insertion-mode).
   */
  #endBeginning(name: string): void {
    if (!ENDS_BEGINNING.has(name) || this.isFrameset) return;
    this.#isBeforeHead = false;
    if (name !== 'head') this.#hasBody = true;
    // It makes an element.
    if (name === 'br') this.#acceptsFrameset = false;
  }

  /** Closes the nearest level of that name and what is open in it. A template can only be left by its own end tag. */
  #close(name: string): void {
    for (let index = this.#levels.length - 1; index >= 0; index -= 1) {
      const level = this.#levels[index];
      if (level?.name === name) {
        while (this.#levels.length > index) this.#pop();
        return;
      }
      if (level?.name === 'template') return;
    }
  }

  #pop(): void {
    if (this.#levels.pop()?.name === 'template') this.#templates -= 1;
    this.#top = this.#levels.at(-1);
  }
}
