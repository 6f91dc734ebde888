/** The job API as a WSDL 1.1 document (sandbox contract: the vendor's is not public), from one table of operations. */
import { jobNamespace } from '../soap/envelope.ts';

type Fields = Readonly<Record<string, string>>;

/** `?`: may be missing; `*`: any number of times. */
const types: Readonly<Record<string, Fields>> = {
  Property: { name: 'xs:string', value: 'xs:string' },
  Properties: { 'property*': 'job:Property' },
  SubmitRequest: {
    ...{ batchConfigResID: 'xs:long', batchName: 'xs:string', 'projectID?': 'xs:int', 'batchCollect?': 'xs:boolean' },
    ...{ 'finOption?': 'xs:string', 'jobType?': 'xs:string', 'priority?': 'xs:int' },
    ...{ transactionData: 'xs:base64Binary', 'transactionRange?': 'xs:string', 'properties?': 'job:Properties' },
  },
  BatchOutcome: {
    ...{ BatchID: 'xs:int', BatchName: 'xs:string', TransCount: 'xs:int', TransCompleted: 'xs:int' },
    ...{ TransErrored: 'xs:int', TransStopped: 'xs:int', TransWorkflow: 'xs:int', ChanJobsCreated: 'xs:int' },
    ...{
      ChanJobsCompleted: 'xs:int',
      ChanJobsErrored: 'xs:int',
      ChanJobsStopped: 'xs:int',
      ChanJobsWorkflow: 'xs:int',
    },
    ...{ Status: 'xs:string', StatusText: 'xs:string', CorrelationID: 'xs:string', TimeStamp: 'xs:dateTime' },
    'Document*': 'job:Document',
  },
  TransactionStatus: {
    ...{ transactionNo: 'xs:int', status: 'xs:string', 'correlationID?': 'xs:string', 'name?': 'xs:string' },
  },
  JobMessage: {
    ...{
      msgID: 'xs:int',
      msgType: 'xs:string',
      category: 'xs:string',
      msgText: 'xs:string',
      'msgDate?': 'xs:dateTime',
    },
    ...{ 'transactionNo?': 'xs:int', 'batchID?': 'xs:int', 'docID?': 'xs:int', 'channelID?': 'xs:int' },
    ...{ 'args*': 'xs:string', retryable: 'xs:boolean' },
  },
  Package: { mimeType: 'xs:string', content: 'xs:base64Binary' },
  JobAPIFault: {
    errorCode: 'xs:string',
    message: 'xs:string',
    retryable: 'xs:boolean',
    'jobMessage*': 'job:JobMessage',
  },
};

const operations: Readonly<Record<string, { request: Fields; response: Fields }>> = {
  submitBatch: { request: { request: 'job:SubmitRequest' }, response: { return: 'xs:int' } },
  findBatches: { request: { correlationID: 'xs:string' }, response: { 'return*': 'job:BatchOutcome' } },
  getBatchStatus: { request: { batchID: 'xs:int' }, response: { return: 'job:BatchOutcome' } },
  getBatchStatuses: {
    request: { 'batchID*': 'xs:int' },
    response: { 'return*': 'job:BatchOutcome', 'notFound*': 'xs:int' },
  },
  getTransactionStatuses: { request: { batchID: 'xs:int' }, response: { 'return*': 'job:TransactionStatus' } },
  getBatchErrors: { request: { batchID: 'xs:int' }, response: { 'return*': 'job:JobMessage' } },
  stopBatch: { request: { batchID: 'xs:int' }, response: { return: 'xs:boolean' } },
  getChannelDocument: { request: { batchID: 'xs:int', documentNo: 'xs:int' }, response: { return: 'job:Package' } },
  executePreview: { request: { request: 'job:SubmitRequest' }, response: { return: 'job:Package' } },
};

const occurrence: Readonly<Record<string, string>> = {
  '?': ' minOccurs="0"',
  '*': ' minOccurs="0" maxOccurs="unbounded"',
};

const sequence = (fields: Fields): string =>
  `<xs:sequence>${Object.entries(fields)
    .map(([key, type]) => {
      const [, name, often = ''] = /^(\w+)([?*]?)$/.exec(key) ?? [];
      return `<xs:element name="${name}" type="${type}"${occurrence[often] ?? ''}/>`;
    })
    .join('')}</xs:sequence>`;

const documentType =
  '<xs:complexType name="Document"><xs:attribute name="no" type="xs:int"/>' +
  '<xs:attribute name="mimeType" type="xs:string"/><xs:attribute name="dmsDocumentID" type="xs:int"/></xs:complexType>';

const element = (name: string, fields: Fields) =>
  `<xs:element name="${name}"><xs:complexType>${sequence(fields)}</xs:complexType></xs:element>`;

const schema = (): string =>
  Object.entries(types)
    .map(([name, fields]) => `<xs:complexType name="${name}">${sequence(fields)}</xs:complexType>`)
    .join('') +
  documentType +
  '<xs:element name="JobAPIFault" type="job:JobAPIFault"/>' +
  each((name, { request, response }) => element(name, request) + element(`${name}Response`, response));

const each = (write: (name: string, operation: (typeof operations)[string]) => string): string =>
  Object.entries(operations)
    .map(([name, operation]) => write(name, operation))
    .join('');

const message = (name: string, content: string) =>
  `<wsdl:message name="${name}"><wsdl:part name="parameters" element="job:${content}"/></wsdl:message>`;

const literal = '<soap:body use="literal"/>';

export const wsdl = (address: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><wsdl:definitions name="JobService" targetNamespace="${jobNamespace}" ` +
  `xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" ` +
  `xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:job="${jobNamespace}">` +
  `<wsdl:types><xs:schema targetNamespace="${jobNamespace}" elementFormDefault="unqualified">${schema()}</xs:schema></wsdl:types>` +
  message('JobAPIFault', 'JobAPIFault') +
  each((name) => message(name, name) + message(`${name}Response`, `${name}Response`)) +
  `<wsdl:portType name="JobAPI">${each(
    (name) =>
      `<wsdl:operation name="${name}"><wsdl:input message="job:${name}"/><wsdl:output message="job:${name}Response"/>` +
      '<wsdl:fault name="JobAPIFault" message="job:JobAPIFault"/></wsdl:operation>',
  )}</wsdl:portType>` +
  '<wsdl:binding name="JobBinding" type="job:JobAPI">' +
  '<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>' +
  `${each(
    (name) =>
      `<wsdl:operation name="${name}"><soap:operation soapAction=""/><wsdl:input>${literal}</wsdl:input>` +
      `<wsdl:output>${literal}</wsdl:output><wsdl:fault name="JobAPIFault"><soap:fault name="JobAPIFault" use="literal"/></wsdl:fault></wsdl:operation>`,
  )}</wsdl:binding>` +
  '<wsdl:service name="JobService"><wsdl:port name="JobPort" binding="job:JobBinding">' +
  `<soap:address location="${address}"/></wsdl:port></wsdl:service></wsdl:definitions>`;
