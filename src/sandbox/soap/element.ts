/** XML as a tree of elements with their namespaces: what a SOAP message is read into, whatever prefixes it chose. */
import { type Attributes, scan, textOf } from './scan.ts';

export interface Element {
  /** Without its prefix. */
  name: string;
  namespace: string;
  /** With their prefixes. */
  attributes: Attributes;
  children: readonly Element[];
  /** Empty when it has children. */
  text: string;
}

type Prefixes = Readonly<Record<string, string>>;
type Growing = Element & { children: Element[]; prefixes: Prefixes; from: number };

const noPrefixes: Prefixes = Object.freeze(Object.create(null));

/** The root element, or what keeps the text from being XML. */
export function readElement(xml: string): Element | string {
  const open: Growing[] = [];
  let root: Growing | undefined;
  const flaw = scan(xml, {
    open(qualified, attributes, to) {
      const parent = open.at(-1);
      const prefixes = declared(attributes, parent?.prefixes ?? noPrefixes);
      const colon = qualified.indexOf(':');
      const name = colon === -1 ? qualified : qualified.slice(colon + 1);
      const namespace = prefixes[colon === -1 ? '' : qualified.slice(0, colon)] ?? '';
      const element: Growing = { name, namespace, attributes, children: [], text: '', prefixes, from: to };
      if (parent) parent.children.push(element);
      else root = element;
      open.push(element);
    },
    close(from) {
      const element = open.pop() as Growing;
      if (element.children.length === 0) element.text = textOf(xml.slice(element.from, from));
    },
  });
  return flaw ?? (root as Growing);
}

function declared(attributes: Attributes, inherited: Prefixes): Prefixes {
  let prefixes = inherited;
  if (attributes.size === 0) return prefixes;
  for (const [key, value] of attributes) {
    if (key === 'xmlns') prefixes = { ...prefixes, '': value };
    else if (key.startsWith('xmlns:')) prefixes = { ...prefixes, [key.slice(6)]: value };
  }
  return prefixes;
}

export const childOf = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find((child) => child.name === name);

export const childrenOf = (element: Element | undefined, name: string): Element[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** The text of a child; undefined when there is none of that name. */
export const fieldOf = (element: Element | undefined, name: string): string | undefined => childOf(element, name)?.text;
