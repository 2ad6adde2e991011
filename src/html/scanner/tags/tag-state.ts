/** Where a chunk may end within a tag; the names are those of the standard's states. */
export type TagState =
  | 'tagName'
  | 'beforeAttributeName'
  | 'attributeName'
  | 'afterAttributeName'
  | 'beforeValue'
  | 'value'
  | 'selfClosing';
