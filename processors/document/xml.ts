import { XMLBuilder } from 'fast-xml-parser';

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  suppressBooleanAttributes: false,
  suppressEmptyNode: true,
});

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>';

/**
 * The document's content as the XML that Thunderhead receives: `@name` is an attribute, `#text` the text beside
 * attributes, an array repeats its element. Content with one key has that as its root; otherwise the root is `Document`.
 */
export const toXml = (content: Record<string, unknown>): string => xmlDeclaration + toElement(content);

/** The same without a declaration: a part of a larger document. */
export function toElement(content: Record<string, unknown>): string {
  const [root, ...others] = Object.entries(content);
  const hasRoot =
    root !== undefined && others.length === 0 && !/^[@#]/.test(root[0]) && root[1] !== null && !Array.isArray(root[1]);
  return builder.build(hasRoot ? content : { Document: content });
}
