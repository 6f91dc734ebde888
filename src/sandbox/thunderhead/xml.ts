/** The XML of a hand-over as a tree, read only when somebody asks for its document. */
import { XMLParser } from 'fast-xml-parser';

/** An element: its attributes as `@name`, its text as `#text`, its children by name; a repeated child is an array. */
export interface XmlElement {
  [name: string]: XmlNode | readonly XmlNode[];
}
export type XmlNode = string | XmlElement;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true, // without it &#229; stays as it is
});

/** The root element and its name. Only for what is known to be well-formed (`soap/scan.ts`). */
export function readXml(xml: string): { name: string; root: XmlNode } {
  const [[name, root] = ['Document', '']] = Object.entries(parser.parse(xml) as XmlElement);
  return { name, root: root as XmlNode };
}
