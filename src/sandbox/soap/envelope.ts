/** SOAP 1.1, document/literal wrapped: envelopes and faults, written from templates and read from whatever prefixes. */
import { childOf, type Element, readElement } from './element.ts';

const soapNamespace = 'http://schemas.xmlsoap.org/soap/envelope/';
/** The job API's namespace (sandbox contract: the vendor's WSDL is not public). */
export const jobNamespace = 'urn:oms-sandbox:thunderhead:job';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escaped = (text: string): string =>
  /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (character) => escapes[character] as string) : text;

/** `<name>value</name>`; nothing for what is not there. */
export function field(name: string, value: string | number | boolean | null | undefined): string {
  if (value === undefined || value === null) return '';
  return `<${name}>${typeof value === 'string' ? escaped(value) : value}</${name}>`;
}

/** The body's content may use the prefixes `soapenv` and `job`. */
export const envelope = (body: string, header = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="${soapNamespace}" xmlns:job="${jobNamespace}">` +
  `${header && `<soapenv:Header>${header}</soapenv:Header>`}<soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;

export interface Message {
  header: Element | undefined;
  /** The one element in the body: the operation, its response, or a Fault. */
  content: Element;
}

/** A message, or why it is none. */
export function readMessage(xml: string): Message | { flaw: string; otherVersion?: true } {
  const root = readElement(xml);
  if (typeof root === 'string') return { flaw: root };
  if (root.name !== 'Envelope') return { flaw: `<${root.name}> is not a SOAP envelope` };
  if (root.namespace !== soapNamespace) return { flaw: `this is SOAP 1.1, not ${root.namespace}`, otherVersion: true };
  const body = childOf(root, 'Body');
  const [content, ...more] = body?.children ?? [];
  if (!content || more.length > 0) return { flaw: 'the SOAP body must hold one element' };
  return { header: childOf(root, 'Header'), content };
}
