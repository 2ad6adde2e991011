import { openDetails, type WantedDetails } from '../links/link-details.ts';
import type { LinkRule, LinkScope } from '../links/link-table.ts';
import type { LinkTarget } from '../links/link-target.ts';
import type { PageHead } from '../page-head.ts';
import { parseLinkField } from './link-field.ts';

/** Which links of an answer's head are wanted. */
export interface AnswerOptions {
  readonly redirects: boolean;
  readonly linkHeader: boolean;
  readonly wanted: WantedDetails;
}

/** The head of an answer: its links are relative to the page's URL, whatever the page says of its base (RFC 8288, 3.2). */
const scope: LinkScope = { key: 'header', baseUrl: (documentUrl) => documentUrl };
const location: LinkRule = { element: 'header', attribute: 'location', form: 'hyperlink', scope };
const link: LinkRule = { element: 'header', attribute: 'link', form: 'hyperlink', scope };

/** Hands over the links that an answer has in its head: where its redirects led, and those of its `Link` fields (RFC 8288). */
export function readAnswer(page: PageHead, options: AnswerOptions, target: LinkTarget): void {
  if (options.redirects) {
    for (const redirect of page.redirects ?? []) {
      target.add(
        location,
        redirect.location,
        openDetails(options.wanted, () => null),
      );
    }
  }
  if (!options.linkHeader) return;
  for (const field of page.linkFields ?? []) {
    for (const { target: url, parameters } of parseLinkField(utf8Of(field))) {
      target.add(
        link,
        url,
        openDetails(options.wanted, (name) => parameters.get(name) ?? null),
      );
    }
  }
}

/** Field values come as Latin-1; what servers put there beyond ASCII is UTF-8. */
function utf8Of(field: string): string {
  const text = Buffer.from(field, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? field : text;
}
