/** Everything the job server refuses, in one table: the code, whose fault it is, and whether trying again helps. */
import { envelope, escaped, field } from '../soap/envelope.ts';
import { wsse } from '../soap/username-token.ts';

interface Kind {
  faultcode: 'soapenv:Client' | 'soapenv:Server' | 'soapenv:VersionMismatch' | 'wsse:FailedAuthentication';
  code: string;
  retryable: boolean;
  message: string;
}

const client = (code: string, message: string, retryable = false): Kind => ({
  ...{ faultcode: 'soapenv:Client', code, retryable, message },
});

const faults = {
  INVALID_REQUEST: client('TH-1001', 'The request was refused.'),
  MALFORMED_XML: client('TH-1002', 'The transaction data is not acceptable XML.'),
  REJECTED: client('TH-1003', 'The batch configuration refused the transaction data (asked for with SANDBOX=reject).'),
  UNKNOWN_FAULT: client('TH-1004', 'SANDBOX names a fault that is not known here.'),
  CLIENT_FAULT: client('TH-1005', 'The request was refused (asked for with SANDBOX=client-fault).'),
  UNREADABLE: client('TH-1006', 'This is not a SOAP message.'),
  OTHER_VERSION: { ...client('TH-1006', 'This is not SOAP 1.1.'), faultcode: 'soapenv:VersionMismatch' },
  NO_SUCH_OPERATION: client('TH-1007', 'There is no such operation.'),
  NO_SUCH_BATCH: client('TH-1404', 'There is no such batch.'),
  NO_SUCH_DOCUMENT: client('TH-1405', 'The batch has no such document.'),
  NOT_READY: client('TH-1411', 'The document is not ready yet.', true),
  PURGED: client('TH-1412', 'The document has been purged.'),
  TOO_LARGE: client('TH-1413', 'A request may have 10 MB.'),
  NOT_AUTHENTICATED: {
    ...{ faultcode: 'wsse:FailedAuthentication', code: 'TH-2501', retryable: false },
    message: 'The security token could not be authenticated.',
  },
  SERVER_ERROR: {
    ...{ faultcode: 'soapenv:Server', code: 'TH-2500', retryable: true },
    message: 'The job server failed; nothing was accepted.',
  },
} as const satisfies Record<string, Kind>;

export type FaultName = keyof typeof faults;

/** A message of the job server about a batch, a transaction, or a request it refused. */
export interface JobMessage {
  msgId: number;
  msgType: 'E';
  category: string;
  msgText: string;
  msgDate?: string;
  transactionNo?: number;
  batchId?: number;
  docId?: number;
  channelId?: number;
  args: readonly string[];
  retryable: boolean;
}

/** An answer that says no. */
export interface JobFault {
  fault: FaultName;
  /** Instead of the usual words. */
  message?: string | undefined;
  messages?: readonly JobMessage[];
}

export const faulty = (fault: FaultName, message?: string, messages: readonly JobMessage[] = []): JobFault => ({
  ...{ fault, message, messages },
});

export function faultEnvelope({ fault, message, messages = [] }: JobFault): string {
  const { faultcode, code, retryable, message: usual } = faults[fault];
  const said = message ?? usual;
  return envelope(
    `<soapenv:Fault><faultcode xmlns:wsse="${wsse}">${faultcode}</faultcode><faultstring>${escaped(said)}</faultstring>` +
      `<detail><job:JobAPIFault>${field('errorCode', code)}${field('message', said)}${field('retryable', retryable)}` +
      `${messages.map((each) => messageXml('jobMessage', each)).join('')}</job:JobAPIFault></detail></soapenv:Fault>`,
  );
}

/** The public names of its fields (`msgID`), in the order of the WSDL. */
export const messageXml = (element: string, message: JobMessage): string =>
  `<${element}>${field('msgID', message.msgId)}${field('msgType', message.msgType)}${field('category', message.category)}` +
  `${field('msgText', message.msgText)}${field('msgDate', message.msgDate)}` +
  `${field('transactionNo', message.transactionNo)}${field('batchID', message.batchId)}` +
  `${field('docID', message.docId)}${field('channelID', message.channelId)}` +
  `${message.args.map((argument) => field('args', argument)).join('')}${field('retryable', message.retryable)}</${element}>`;
