// Made from /openapi.json by test/typed-client/generate.ts.

export interface paths {
    "/document-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Requests, newest first, page by page
         * @description All filters that are given must be true of a request. A client sees the requests of its own source systems. Pages are stable: what arrives while you read on does not shift them. A page looks at 10,000 requests at most, so with filters that hardly ever meet it may be short, even empty: read on until `next` is null. So does counting: with `totalCapped` there may be more than `total` says.
         *
         *     Needs the scope `oms.request` or `oms.read`.
         */
        get: operations["listDocumentRequests"];
        put?: never;
        /**
         * Ask for a document
         * @description When it is answered the request is on disk. The same request again, by its source system and correlation id, is answered with the first; another body under the same correlation id with 409. So a request without an answer may simply be sent again; an `Idempotency-Key` is for clients that want the very same answer.
         *
         *     Needs the scope `oms.request`.
         */
        post: operations["createDocumentRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/document-requests/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for many documents
         * @description Each request is taken in or refused for itself, as if it had been posted alone.
         *
         *     **As a JSON array** of up to 1,000: the answer is 200 with an entry for each, in their order, whatever became of them.
         *
         *     **As lines** (`application/x-ndjson`, one request a line), as many as you like: each is answered with a line of its own, in their order. Lines may be compressed with gzip; blank ones are passed over. When the answers come depends on what you call:
         *
         *     * The API itself answers while you are still sending. Read the answers while you send: some 50,000 of them are kept for you, then nothing more is read until you do.
         *     * Through the edge they begin when your upload has ended, and you need not read before. They are kept on disk until then: 256 MB of them, some 1.7 million; an upload that is longer is read no further, as a last line with `"line": null` says.
         *
         *     So read while you send, but do not wait for an answer before you send on.
         *
         *     What was answered with 202 is on disk and stays accepted, also when the connection breaks. To go on after a break, send everything that was not answered again, or simply everything: the same request under the same correlation id is taken in once (`repeated`). When the database cannot be reached, the lines that were read are answered with 503, a last line with `"line": null` says how far that was, and the answers end. So they do, with 401, when your token ends during the upload.
         *
         *     Needs the scope `oms.request`.
         */
        post: operations["createDocumentRequests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/document-requests/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many requests stand where
         * @description Counts per status, per stage and per source system, and the age of the oldest request in flight at each stage, all of one moment (`countedAt`) and limited to the source systems of the caller. Counting is shared by all who ask and repeated as often as it is cheap: at once while there are few requests, every few seconds with a million.
         *
         *     Needs the scope `oms.request` or `oms.read`.
         */
        get: operations["getDocumentRequestSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/document-requests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where a request stands
         * @description Needs the scope `oms.request` or `oms.read`.
         */
        get: operations["getDocumentRequest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/document-requests/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every step a request has made
         * @description Needs the scope `oms.request` or `oms.read`.
         */
        get: operations["getDocumentRequestHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/document-requests/{id}/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every hand-over of a request to Thunderhead
         * @description One for each attempt that got so far: a request that is set going again after its batch was spoilt is handed over anew.
         *
         *     Needs the scope `oms.request` or `oms.read`.
         */
        get: operations["getDocumentRequestBatches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/document-requests/{id}/document": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The finished document
         * @description Needs the scope `oms.request` or `oms.read`.
         */
        get: operations["getDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/document-requests/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a request back
         * @description Before the hand-over to Thunderhead the request ends as `CANCELLED` and no document is ever made. After it Thunderhead is asked to stop: the request ends as `CANCELLED` when it did, and as it would have ended otherwise when the document was faster. Either way the final status is published. Repeating it changes nothing.
         *
         *     Needs the scope `oms.request` or `oms.admin`.
         */
        post: operations["cancelDocumentRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The secret that signs what is posted to your `callbackUrl`s
         * @description A request may name a `callbackUrl` on one of the hosts that are allowed for its client: its final status is posted there as a CloudEvent, signed according to Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`). The id is that of the event and stays the same when the call is repeated. A callback is a courtesy that may be lost; the feed is the promise.
         *
         *     Needs the scope `oms.request`.
         */
        get: operations["getCallbackSecret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Final statuses, in the order in which they were published
         * @description As a page, or with `Accept: text/event-stream` as a stream that goes on. A stream begins with an event `position`, so that a client that is cut off before anything happened misses nothing either; each final status is an event with the type of its CloudEvent, the cursor as its id, and the entry of the page as its data. A stream ends with the token it was opened with: connect again with another one.
         *
         *     Needs the scope `oms.request` or `oms.read`.
         */
        get: operations["listStatusEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/document-requests/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The life of one request: its steps, and its final status
         * @description As a page, or with `Accept: text/event-stream` as a stream of events `step`, until `status` says how it ended. Who connects again after that is answered 204, which tells an EventSource to stay away.
         *
         *     Needs the scope `oms.request` or `oms.read`.
         */
        get: operations["listDocumentRequestEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List reference rows
         * @description In the order of what they are about, then of time. Without `at`: rows of any time.
         *
         *     Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["listReferenceRows"];
        put?: never;
        /**
         * Create a reference row
         * @description Needs the scope `oms.reference`.
         */
        post: operations["createReferenceRow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/rows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one reference row
         * @description Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["getReferenceRow"];
        /**
         * Replace a reference row
         * @description Needs the scope `oms.reference`.
         */
        put: operations["replaceReferenceRow"];
        post?: never;
        /**
         * Delete a reference row
         * @description It stays readable with `includeDeleted`, and as it was with `knownAt`.
         *
         *     Needs the scope `oms.reference`.
         */
        delete: operations["deleteReferenceRow"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/rows/{id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed this reference row, when, from what to what
         * @description Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["listReferenceRowChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/source-permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List source permissions
         * @description In the order of what they are about, then of time. Without `at`: rows of any time.
         *
         *     Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["listSourcePermissions"];
        put?: never;
        /**
         * Create a source permission
         * @description Needs the scope `oms.reference`.
         */
        post: operations["createSourcePermission"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/source-permissions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one source permission
         * @description Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["getSourcePermission"];
        /**
         * Replace a source permission
         * @description Needs the scope `oms.reference`.
         */
        put: operations["replaceSourcePermission"];
        post?: never;
        /**
         * Delete a source permission
         * @description It stays readable with `includeDeleted`, and as it was with `knownAt`.
         *
         *     Needs the scope `oms.reference`.
         */
        delete: operations["deleteSourcePermission"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/source-permissions/{id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed this source permission, when, from what to what
         * @description Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["listSourcePermissionChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/document-configurations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List document configurations
         * @description In the order of what they are about, then of time. Without `at`: rows of any time.
         *
         *     Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["listDocumentConfigurations"];
        put?: never;
        /**
         * Create a document configuration
         * @description Needs the scope `oms.reference`.
         */
        post: operations["createDocumentConfiguration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/document-configurations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one document configuration
         * @description Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["getDocumentConfiguration"];
        /**
         * Replace a document configuration
         * @description Needs the scope `oms.reference`.
         */
        put: operations["replaceDocumentConfiguration"];
        post?: never;
        /**
         * Delete a document configuration
         * @description It stays readable with `includeDeleted`, and as it was with `knownAt`.
         *
         *     Needs the scope `oms.reference`.
         */
        delete: operations["deleteDocumentConfiguration"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/document-configurations/{id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed this document configuration, when, from what to what
         * @description Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["listDocumentConfigurationChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which document configuration applies, and why
         * @description Tried are the document name, the prefix of its type, and *; for each the footer, and then footer 0. An old request is explained with the time of its processing as both `at` and `knownAt`.
         *
         *     Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["resolveDocumentConfiguration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what, when, from what to what
         * @description Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["listReferenceChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/snapshot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All rows at once, for programs that keep them
         * @description Ask again with If-None-Match as often as you like: nearly always the answer is an empty 304.
         *
         *     Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["getReferenceSnapshot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All reference data as a file
         * @description A line for each row that is not deleted. Sent back to the import it changes nothing.
         *
         *     Needs the scope `oms.reference` or `oms.read`.
         */
        get: operations["exportReferenceData"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reference-data/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take reference data from a file
         * @description A line replaces the row with the same key and the same effectiveFrom, or creates one; other rows stay. All of the file is taken, or nothing.
         *
         *     Needs the scope `oms.reference`.
         */
        post: operations["importReferenceData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        MetadataEntry: {
            /**
             * @description a reference code of METADATA_KEY; some are required, depending on the document type
             * @example CUSTOMER_ID
             */
            key: string;
            /**
             * @description what it says of this document
             * @example C-204711
             */
            value: string;
        };
        /** @description a document that is asked for */
        DocumentRequest: {
            /**
             * @description a reference code of DOCUMENT_TYPE
             * @example INVOICE
             */
            documentType: string;
            /**
             * @description a reference code of DOCUMENT_NAME; belongs to the document type
             * @example IVZRECPA
             */
            documentName: string;
            /**
             * @description the language of the document (BCP 47)
             * @example nl-BE
             */
            documentLanguage: string;
            /**
             * @description a reference code of SOURCE_SYSTEM; one that the client speaks for
             * @example ARCADE
             */
            sourceSystem: string;
            /**
             * @description the environment of the source system
             * @example TEST
             * @enum {string}
             */
            sourceEnvironment: "DEV" | "TEST" | "ACC" | "PROD";
            /**
             * @description the source system's own id of this request; the same request under it is taken in once, another one is refused
             * @example ARCADE-2026-000017
             */
            requestCorrelationId: string;
            /** @description what is known of the document beside its content */
            documentMetadata: components["schemas"]["MetadataEntry"][];
            /**
             * @description becomes the XML the document is made of: `@name` is an attribute, `#text` the text beside attributes, an array repeats its element; other names must be XML names. Nested 64 deep at the most.
             * @example {
             *       "Invoice": {
             *         "ID": "F-17",
             *         "PayableAmount": {
             *           "@currencyID": "EUR",
             *           "#text": "206.00"
             *         }
             *       }
             *     }
             */
            documentContent: {
                [key: string]: unknown;
            };
            /**
             * @description handed to Thunderhead as it is; 9 is the most urgent. From 5 on the request also passes those below 5 that wait here
             * @default 0
             * @example 0
             */
            priority?: number;
            /**
             * Format: date-time
             * @description work on it starts then (RFC 3339, with its offset)
             * @example 2026-11-21T08:00:00Z
             */
            notBefore?: string;
            /** @description an https: address on one of the hosts that are allowed for the client; the final status is posted there, signed (see `/callbacks/secret`) */
            callbackUrl?: string;
        };
        /** @description the latest hand-over to Thunderhead; null before the first */
        LatestBatch: {
            /**
             * Format: uuid
             * @description our own id of it
             * @example 019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10
             */
            id: string;
            /**
             * @description Thunderhead's number of it; null until it is confirmed that Thunderhead has it
             * @example 76647
             */
            thunderheadBatchId: number | null;
            /** @description the name it has at Thunderhead */
            name: string;
            /** @description which of the documents that travel in it */
            transactionNo: number;
            /** @description how many documents travel in it */
            transactionCount: number;
            /**
             * @description where it stands; an end is Thunderhead's last word on it. PROCESSING_OMS: intended, and not confirmed; FAILED_OMS: not accepted
             * @enum {string}
             */
            status: "PROCESSING_OMS" | "PROCESSING_THUNDERHEAD" | "STOPPED_THUNDERHEAD" | "FAILED_OMS" | "FAILED_THUNDERHEAD" | "COMPLETED";
            /**
             * @description of the finished document; null until there is one
             * @example 8888
             */
            dmsDocumentId: number | null;
        };
        StageError: {
            /**
             * @description where it went wrong
             * @example poll
             */
            stage: string;
            /**
             * @description groups the codes
             * @example THUNDERHEAD_ERROR
             */
            category: string;
            /**
             * @description stable; for programs
             * @example OMS_BATCH_ERRORED
             */
            code: string;
            /** @description one sentence; for people */
            description: string;
            /** @description what else is known; differs by code */
            details: unknown;
            /** @description how often it went wrong there */
            attempts: number;
            /**
             * Format: date-time
             * @description when it went wrong first
             * @example 2026-11-21T08:00:00.000Z
             */
            firstFailedAt: string;
            /**
             * Format: date-time
             * @description when it went wrong last
             * @example 2026-11-21T08:00:00.000Z
             */
            lastFailedAt: string;
            /**
             * Format: date-time
             * @description when it is tried again; null: it was given up
             * @example 2026-11-21T08:00:00.000Z
             */
            nextRetryAt: string | null;
            /**
             * @description the same for all failures of one cause; null: from before there were fingerprints
             * @example 9b6c40d1e8937a92
             */
            fingerprint: string | null;
        };
        /** @description where to go on from here */
        RequestLinks: {
            /**
             * Format: uri
             * @description where the request stands
             */
            self: string;
            /**
             * Format: uri
             * @description every step it has made
             */
            history: string;
            /**
             * Format: uri
             * @description its hand-overs to Thunderhead
             */
            batches: string;
            /**
             * Format: uri
             * @description its steps as they happen
             */
            events: string;
            /**
             * Format: uri
             * @description the PDF
             */
            document: string;
            /**
             * Format: uri
             * @description takes it back, with a POST
             */
            cancel: string;
        };
        RequestView: {
            /**
             * Format: uuid
             * @description of the request
             * @example 019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10
             */
            id: string;
            /**
             * @description where it stands; an end is shown once its event was published
             * @enum {string}
             */
            status: "QUEUED" | "PROCESSING" | "COMPLETED" | "REJECTED" | "FAILED" | "STOPPED" | "CANCELLED";
            /**
             * @description the stage it stands at, or stood at last
             * @example poll
             */
            stage: string;
            /**
             * @description as it was asked for
             * @example INVOICE
             */
            documentType: string;
            /**
             * @description as it was asked for
             * @example IVZRECPA
             */
            documentName: string;
            /**
             * @description BCP 47
             * @example nb-NO
             */
            documentLanguage: string;
            /**
             * @description which system asked
             * @example ARCADE
             */
            sourceSystem: string;
            /**
             * @description and where it runs
             * @enum {string}
             */
            sourceEnvironment: "DEV" | "TEST" | "ACC" | "PROD";
            /** @description the client's own id; one for each source system */
            requestCorrelationId: string;
            /** @description 0 to 9 */
            priority: number;
            /**
             * Format: date-time
             * @description not worked on before; null: at once
             * @example 2026-11-21T08:00:00.000Z
             */
            notBefore: string | null;
            /** @description 1, and one more each time an operator sets it going again */
            attempt: number;
            /**
             * Format: date-time
             * @description when it was taken in
             * @example 2026-11-21T08:00:00.000Z
             */
            receivedAt: string;
            /**
             * Format: date-time
             * @description when its end was published; null while it is under way
             * @example 2026-11-21T08:00:00.000Z
             */
            endedAt: string | null;
            batch: components["schemas"]["LatestBatch"] | null;
            /** @description why it does not get on, or did not: newest first */
            errors: components["schemas"]["StageError"][];
            links: components["schemas"]["RequestLinks"];
        };
        /** @description the request is on disk, and is worked on */
        AcceptedRequest: {
            /**
             * Format: uuid
             * @description the id of the request
             * @example 019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10
             */
            id: string;
            /**
             * @description QUEUED; or how far it has come, when the same request had been taken in before
             * @example QUEUED
             * @enum {string}
             */
            status: "QUEUED" | "PROCESSING" | "COMPLETED" | "REJECTED" | "FAILED" | "STOPPED" | "CANCELLED";
            links: components["schemas"]["RequestLinks"];
        };
        /**
         * @description A problem document (RFC 9457). Its codes:
         *
         *     | code | status | meaning |
         *     |---|---|---|
         *     | `OMS_BODY_NOT_JSON` | 400 | The body is not JSON |
         *     | `OMS_BODY_INVALID` | 400 | The body does not fit its schema |
         *     | `OMS_BODY_TEXT_INVALID` | 400 | The body holds text or numbers that a document cannot carry |
         *     | `OMS_BODY_TOO_DEEP` | 400 | The body is nested too deeply |
         *     | `OMS_BODY_TOO_LARGE` | 413 | The body is too large |
         *     | `OMS_MEDIA_TYPE_NOT_SUPPORTED` | 415 | The body must be application/json in UTF-8 |
         *     | `OMS_TOKEN_MISSING` | 401 | A bearer token is needed |
         *     | `OMS_TOKEN_INVALID` | 401 | The token is not valid |
         *     | `OMS_SCOPE_INSUFFICIENT` | 403 | The token is not good for this |
         *     | `OMS_SOURCE_FORBIDDEN` | 403 | The source system is not one of this client |
         *     | `OMS_SECURITY_UNAVAILABLE` | 503 | Nobody can vouch for the token at the moment |
         *     | `OMS_CALLBACK_FORBIDDEN` | 400 | The callback address is not allowed |
         *     | `OMS_CALLBACKS_NOT_CONFIGURED` | 404 | This OMS calls nobody back |
         *     | `OMS_IDEMPOTENCY_KEY_INVALID` | 400 | The Idempotency-Key is not valid |
         *     | `OMS_IDEMPOTENCY_KEY_REUSED` | 422 | The Idempotency-Key was used with another body |
         *     | `OMS_IDEMPOTENCY_KEY_IN_USE` | 409 | A request with this Idempotency-Key is being answered |
         *     | `OMS_REQUEST_NOT_CANCELLABLE` | 409 | The request cannot be cancelled any more |
         *     | `OMS_HEAD_INVALID` | 400 | The head of the request cannot be read |
         *     | `OMS_BODY_TOO_SLOW` | 408 | The body came too slowly |
         *     | `OMS_UNREACHABLE` | 503 | The service behind the edge is out of reach |
         *     | `OMS_RATE_LIMITED` | 429 | Too many requests from this client |
         *     | `OMS_OVERLOADED` | 503 | Too much work at once; nothing was accepted |
         *     | `OMS_REFERENCE_NOT_FOUND` | 404 | There is no such reference row |
         *     | `OMS_REFERENCE_CONFLICT` | 409 | The row contradicts another one |
         *     | `OMS_IMPORT_REFUSED` | 422 | Lines of the file are refused; nothing was changed |
         *     | `OMS_PRECONDITION_FAILED` | 412 | Somebody else has changed it meanwhile |
         *     | `OMS_PRECONDITION_REQUIRED` | 428 | Say with If-Match which version you change |
         *     | `OMS_PARAMETER_INVALID` | 400 | A parameter of the address is not valid |
         *     | `OMS_REQUEST_NOT_FOUND` | 404 | There is no such document request |
         *     | `OMS_ROUTE_NOT_FOUND` | 404 | There is nothing at this address |
         *     | `OMS_METHOD_NOT_ALLOWED` | 405 | This address does not answer that method |
         *     | `OMS_CORRELATION_ID_TAKEN` | 409 | The correlation id belongs to a request with another body |
         *     | `OMS_DOCUMENT_NOT_READY` | 409 | The document is not there (yet) |
         *     | `OMS_DOCUMENT_GONE` | 410 | Thunderhead does not keep this document any more |
         *     | `OMS_THUNDERHEAD_UNAVAILABLE` | 502 | Thunderhead is out of reach |
         *     | `OMS_DATABASE_UNAVAILABLE` | 503 | The database is out of reach |
         *     | `OMS_INTERNAL_ERROR` | 500 | Something went wrong on our side |
         */
        Problem: {
            /**
             * Format: uri
             * @description `urn:oms:problem:` and the code
             */
            type: string;
            /** @description what the code means */
            title: string;
            /** @description the HTTP status */
            status: number;
            /**
             * @description stable; go by this
             * @enum {string}
             */
            code: "OMS_BODY_NOT_JSON" | "OMS_BODY_INVALID" | "OMS_BODY_TEXT_INVALID" | "OMS_BODY_TOO_DEEP" | "OMS_BODY_TOO_LARGE" | "OMS_MEDIA_TYPE_NOT_SUPPORTED" | "OMS_TOKEN_MISSING" | "OMS_TOKEN_INVALID" | "OMS_SCOPE_INSUFFICIENT" | "OMS_SOURCE_FORBIDDEN" | "OMS_SECURITY_UNAVAILABLE" | "OMS_CALLBACK_FORBIDDEN" | "OMS_CALLBACKS_NOT_CONFIGURED" | "OMS_IDEMPOTENCY_KEY_INVALID" | "OMS_IDEMPOTENCY_KEY_REUSED" | "OMS_IDEMPOTENCY_KEY_IN_USE" | "OMS_REQUEST_NOT_CANCELLABLE" | "OMS_HEAD_INVALID" | "OMS_BODY_TOO_SLOW" | "OMS_UNREACHABLE" | "OMS_RATE_LIMITED" | "OMS_OVERLOADED" | "OMS_REFERENCE_NOT_FOUND" | "OMS_REFERENCE_CONFLICT" | "OMS_IMPORT_REFUSED" | "OMS_PRECONDITION_FAILED" | "OMS_PRECONDITION_REQUIRED" | "OMS_PARAMETER_INVALID" | "OMS_REQUEST_NOT_FOUND" | "OMS_ROUTE_NOT_FOUND" | "OMS_METHOD_NOT_ALLOWED" | "OMS_CORRELATION_ID_TAKEN" | "OMS_DOCUMENT_NOT_READY" | "OMS_DOCUMENT_GONE" | "OMS_THUNDERHEAD_UNAVAILABLE" | "OMS_DATABASE_UNAVAILABLE" | "OMS_INTERNAL_ERROR";
            /** @description what it was this time; for people */
            detail: string;
            /** @description what is wrong with the input, and where; the first twenty */
            errors?: {
                /** @example documentMetadata[0].key */
                field: string;
                message: string;
            }[];
        };
        BulkItem: {
            /**
             * @description its place in the array, from 0
             * @example 0
             */
            index: number;
            /**
             * @description 202: taken in; else the status of the problem
             * @example 202
             */
            status: number;
            /**
             * Format: uuid
             * @description the id of the request, when it was taken in
             * @example 019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10
             */
            id?: string;
            /** @description there when it was taken in */
            links?: {
                /**
                 * Format: uri
                 * @description where the request stands
                 */
                self: string;
            };
            /**
             * @description the same request had been taken in before
             * @enum {boolean}
             */
            repeated?: true;
            problem?: components["schemas"]["Problem"];
        };
        BulkResult: {
            /**
             * @description how many were taken in
             * @example 1
             */
            accepted: number;
            /**
             * @description how many were not
             * @example 0
             */
            rejected: number;
            /** @description what became of each, in the order they were sent */
            items: components["schemas"]["BulkItem"][];
        };
        /** @description one of these on each line */
        BulkLine: {
            /**
             * @description the line it was sent in, from 1; null on a last line that says why the stream was not read to its end
             * @example 1
             */
            line: number | null;
            /**
             * @description 202: taken in; else the status of the problem
             * @example 202
             */
            status: number;
            /**
             * Format: uuid
             * @description the id of the request, when it was taken in
             * @example 019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10
             */
            id?: string;
            /** @description there when it was taken in */
            links?: {
                /**
                 * Format: uri
                 * @description where the request stands
                 */
                self: string;
            };
            /**
             * @description the same request had been taken in before
             * @enum {boolean}
             */
            repeated?: true;
            problem?: components["schemas"]["Problem"];
        };
        RequestPage: {
            /** @description newest first */
            items: components["schemas"]["RequestView"][];
            /**
             * @description send it back as `after` to read on; null at the end. A page may be short, even empty, and yet have a `next`
             * @example AZqlsm8cfD6dQT9qLJt-EA
             */
            next: string | null;
            /** @description how many there are in all; only when asked for with `total=true` */
            total?: number;
            /** @description true: there may be more than `total`, they were not all counted */
            totalCapped?: boolean;
            /** @description this page, and the next one */
            links: {
                /** Format: uri */
                self: string;
                /** Format: uri */
                next: string | null;
            };
        };
        /** @description how many have which status */
        CountsByStatus: {
            QUEUED: number;
            PROCESSING: number;
            COMPLETED: number;
            REJECTED: number;
            FAILED: number;
            STOPPED: number;
            CANCELLED: number;
        };
        StageSummary: {
            /**
             * @description in the order they are passed
             * @example poll
             */
            stage: string;
            /** @description how many stand there and have not ended */
            inFlight: number;
            /**
             * Format: date-time
             * @description when the oldest of them was received; null when there is none
             * @example 2026-11-21T08:00:00.000Z
             */
            oldestReceivedAt: string | null;
            /** @description how long ago that was */
            oldestAgeSeconds: number | null;
        };
        SourceSummary: {
            /**
             * @description which system asked
             * @example ARCADE
             */
            sourceSystem: string;
            /** @description all of its requests */
            total: number;
            statuses: components["schemas"]["CountsByStatus"];
        };
        RequestSummary: {
            /**
             * Format: date-time
             * @description the moment that all numbers are of
             * @example 2026-11-21T08:00:00.000Z
             */
            countedAt: string;
            /** @description all requests that the caller may see */
            total: number;
            statuses: components["schemas"]["CountsByStatus"];
            /** @description what is in flight */
            stages: components["schemas"]["StageSummary"][];
            /** @description each source system that has requests, by name */
            sources: components["schemas"]["SourceSummary"][];
        };
        HistoryEntry: {
            /**
             * @description a stage, or the result it had ended with; null for the first
             * @example submit
             */
            from: string | null;
            /**
             * @description a stage, or the result it ended with
             * @example poll
             */
            to: string;
            /**
             * @description the stage that moved it
             * @example submit
             */
            stage: string;
            /** @description why; for people */
            reason: string;
            /**
             * @description who moved it
             * @example worker
             */
            actor: string;
            /**
             * Format: date-time
             * @description when
             * @example 2026-11-21T08:00:00.000Z
             */
            at: string;
        };
        History: {
            /** @description oldest first */
            items: components["schemas"]["HistoryEntry"][];
        };
        Batch: {
            /**
             * Format: uuid
             * @description our own id of it
             * @example 019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10
             */
            id: string;
            /**
             * @description Thunderhead's number of it; null until it is confirmed that Thunderhead has it
             * @example 76647
             */
            thunderheadBatchId: number | null;
            /** @description the name it has at Thunderhead */
            name: string;
            /** @description which of the documents that travel in it */
            transactionNo: number;
            /** @description how many documents travel in it */
            transactionCount: number;
            /**
             * @description where it stands; an end is Thunderhead's last word on it. PROCESSING_OMS: intended, and not confirmed; FAILED_OMS: not accepted
             * @enum {string}
             */
            status: "PROCESSING_OMS" | "PROCESSING_THUNDERHEAD" | "STOPPED_THUNDERHEAD" | "FAILED_OMS" | "FAILED_THUNDERHEAD" | "COMPLETED";
            /**
             * @description of the finished document; null until there is one
             * @example 8888
             */
            dmsDocumentId: number | null;
            /** @description the attempt of the request that made it */
            attempt: number;
            /** @description Thunderhead's own words */
            statusText: string;
            /** @description how its transactions went; null until it is final */
            transactions: {
                count: number;
                completed: number;
                errored: number;
                stopped: number;
                workflow: number;
            } | null;
            /** @description how its channel jobs went; null until it is final */
            channelJobs: {
                created: number;
                completed: number;
                errored: number;
                stopped: number;
                workflow: number;
            } | null;
            /**
             * Format: date-time
             * @description when it was intended
             * @example 2026-11-21T08:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description when it was sent; null when it was not, or when it is not known yet
             * @example 2026-11-21T08:00:00.000Z
             */
            sentAt: string | null;
            /**
             * Format: date-time
             * @description when it was left without an answer that tells whether it was accepted; null: never
             * @example 2026-11-21T08:00:00.000Z
             */
            unknownAt: string | null;
            /**
             * Format: date-time
             * @description when Thunderhead was heard to have it
             * @example 2026-11-21T08:00:00.000Z
             */
            confirmedAt: string | null;
            /**
             * Format: date-time
             * @description when its status was learnt
             * @example 2026-11-21T08:00:00.000Z
             */
            updatedAt: string;
        };
        Batches: {
            /** @description oldest first */
            items: components["schemas"]["Batch"][];
        };
        StatusEvent: {
            /**
             * @description Its place in the feed
             * @example 70514-1042
             */
            cursor: string;
            /**
             * Format: uuid
             * @description The id of the CloudEvent; the same however often the event is published
             */
            id: string;
            /** @example com.oms.document.status.final.v1 */
            type: string;
            /**
             * Format: uuid
             * @description The id of the request
             */
            subject: string;
            /**
             * @description The Kafka topic it was published to
             * @example oms.invoice-documents
             */
            topic: string;
            /** @description Null when there is no broker */
            partition: number | null;
            offset: string | null;
            /** Format: date-time */
            publishedAt: string;
            data: {
                /** Format: uuid */
                requestId: string;
                correlationId: string;
                sourceSystem: string;
                documentType: string;
                documentName: string;
                /** @enum {string} */
                status: "COMPLETED" | "REJECTED" | "FAILED" | "STOPPED" | "CANCELLED";
                /** @description The hand-over to Thunderhead; null when there was none */
                batch: {
                    /** Format: uuid */
                    id: string;
                    thunderheadBatchId: number;
                    name: string;
                } | null;
                dmsDocumentId: number | null;
                errors: {
                    stage: string;
                    category: string;
                    code: string;
                    description: string;
                }[];
                attempt: number;
                /** @description Grows with every retrigger */
                statusVersion: number;
                /** Format: date-time */
                occurredAt: string;
            };
        };
        FeedPage: {
            items: components["schemas"]["StatusEvent"][];
            /**
             * @description Send it back as `after` to read on; null when nothing was ever read
             * @example 70514-1042
             */
            next: string | null;
        };
        RequestEvent: {
            /**
             * @description Send it back as `after` or `Last-Event-ID` to read on
             * @example 5117
             */
            id: string;
            /** @enum {string} */
            event: "step" | "status";
            /** @description Of a step: from, to, stage, reason, actor, at. Of a status: the request, as it is read by its id */
            data: {
                [key: string]: unknown;
            };
        };
        RequestEvents: {
            items: components["schemas"]["RequestEvent"][];
            /**
             * @description Send it back as `after` or `Last-Event-ID` to read on
             * @example 5117
             */
            next: string | null;
            /** @description The request has ended, and nothing comes after these */
            final: boolean;
        };
        ReferenceRow: {
            /**
             * @description what the code is: DOCUMENT_TYPE, DOCUMENT_NAME, SOURCE_SYSTEM, METADATA_KEY, CLIENT, or a type of your own
             * @example DOCUMENT_NAME
             */
            type: string;
            /**
             * @description for a CLIENT its name at OIDM
             * @example IVZRECPA
             */
            code: string;
            /**
             * @description for people
             * @example Invoice, private
             */
            description: string;
            attributes: {
                /** @description document configurations of this prefix apply to the type */
                specPrefix: string;
                /**
                 * @description metadata keys without which a request is rejected
                 * @default []
                 */
                requiredMetadata?: string[];
                /** @description how long its documents may take at Thunderhead before the request fails with TIMEOUT; when not said as long as the configuration says */
                deadlineSeconds?: number;
            } | {
                /** @description the type that documents of this name have */
                documentType: string;
            } | {
                /** @description its share of the calls to Thunderhead when not all can go at once; 1 when not said */
                weight?: number;
            } | {
                /** @description the source systems it speaks for */
                sourceSystems: string[];
                /**
                 * @description hosts at which it may be called back: `*.example.com` is all below it; each at the usual port of its scheme, or the one named
                 * @default []
                 */
                callbackHosts?: string[];
            } | {
                [key: string]: unknown;
            };
            /**
             * @description the first day on which the row applies
             * @example 2026-01-01
             */
            effectiveFrom: string;
            /**
             * @description the first day on which it does not apply any more; 4712-12-31 is never
             * @default 4712-12-31
             * @example 2026-01-01
             */
            effectiveTo?: string;
            /**
             * Format: uuid
             * @description the row, whatever its content
             */
            id: string;
            /** @description counts the changes of the row; its ETag is this in quotes */
            version: number;
            /**
             * Format: date-time
             * @description when it was deleted; null for a row that is there
             */
            deletedAt: string | null;
        };
        ReferenceRowPage: {
            items: components["schemas"]["ReferenceRow"][];
            /** @description the `after` of the next page; null after the last */
            next: string | null;
        };
        ReferenceChange: {
            /** @description grows in the order in which changes were made */
            id: string;
            /** @enum {string} */
            collection: "rows" | "source-permissions" | "document-configurations";
            /** Format: uuid */
            rowId: string;
            /**
             * @description removed: somebody has deleted the row itself, with SQL
             * @enum {string}
             */
            action: "created" | "replaced" | "deleted" | "restored" | "removed";
            /**
             * @description client/subject; sql/user for what was done by hand
             * @example ops/ops
             */
            actor: string;
            /**
             * Format: date-time
             * @description when
             */
            at: string;
            /** @description the whole row; null when it was created */
            before: Record<string, never> | null;
            /** @description the whole row; null when it was removed */
            after: Record<string, never> | null;
        };
        ReferenceChanges: {
            /** @description oldest first */
            items: components["schemas"]["ReferenceChange"][];
            /** @description send it back as `after` to read on, now or later */
            next: string | null;
        };
        SourcePermission: {
            /**
             * @description who may ask
             * @example IVZRECPA
             * @example ARCADE
             */
            sourceSystem: string;
            /**
             * @description for documents of which type
             * @example IVZRECPA
             * @example INVOICE
             */
            documentType: string;
            /**
             * @description the first day on which the row applies
             * @example 2026-01-01
             */
            effectiveFrom: string;
            /**
             * @description the first day on which it does not apply any more; 4712-12-31 is never
             * @default 4712-12-31
             * @example 2026-01-01
             */
            effectiveTo?: string;
            /**
             * Format: uuid
             * @description the row, whatever its content
             */
            id: string;
            /** @description counts the changes of the row; its ETag is this in quotes */
            version: number;
            /**
             * Format: date-time
             * @description when it was deleted; null for a row that is there
             */
            deletedAt: string | null;
        };
        SourcePermissionPage: {
            items: components["schemas"]["SourcePermission"][];
            /** @description the `after` of the next page; null after the last */
            next: string | null;
        };
        DocumentConfiguration: {
            /**
             * @description what is configured
             * @enum {string}
             */
            code: "SIGNEE_1" | "SIGNEE_2" | "BATCH_CONFIG_ID" | "TOPIC_NAME";
            /**
             * @description a document name, the prefix of a document type, or * for all
             * @example IV
             */
            spec: string | "*";
            /**
             * @description 0 applies where no row names the footer
             * @example 0
             */
            footerId: number;
            /** @example Head of Collections */
            value: (string & (unknown & unknown)) | (string & (unknown & unknown)) | string;
            /**
             * @description the first day on which the row applies
             * @example 2026-01-01
             */
            effectiveFrom: string;
            /**
             * @description the first day on which it does not apply any more; 4712-12-31 is never
             * @default 4712-12-31
             * @example 2026-01-01
             */
            effectiveTo?: string;
            /**
             * Format: uuid
             * @description the row, whatever its content
             */
            id: string;
            /** @description counts the changes of the row; its ETag is this in quotes */
            version: number;
            /**
             * Format: date-time
             * @description when it was deleted; null for a row that is there
             */
            deletedAt: string | null;
        };
        DocumentConfigurationPage: {
            items: components["schemas"]["DocumentConfiguration"][];
            /** @description the `after` of the next page; null after the last */
            next: string | null;
        };
        ConfigurationCandidate: {
            /** @enum {string} */
            matchedBy: "name" | "type prefix" | "any";
            spec: string;
            footerId: number;
            /** @enum {string} */
            outcome: "won" | "outranked" | "not effective" | "no row";
            /** @description why, in a sentence */
            reason: string;
            row: components["schemas"]["DocumentConfiguration"] | null;
        };
        ConfigurationResolution: {
            /** @description what applies; null when nothing does */
            value: string | null;
            /** @description of the type of the document name; null when not known */
            specPrefix: string | null;
            /**
             * Format: date-time
             * @description the moment that was asked about
             */
            at: string;
            /** @description the database is away, and rows that may be out of date have answered */
            stale: boolean;
            /** @description in the order in which they were tried */
            candidates: components["schemas"]["ConfigurationCandidate"][];
        };
        SnapshotReferenceRow: {
            /**
             * Format: uuid
             * @description the row, whatever its content
             */
            id: string;
            /** @description counts the changes of the row; its ETag is this in quotes */
            version: number;
            /**
             * Format: date-time
             * @description when it was deleted; null for a row that is there
             */
            deletedAt: string | null;
            type: string;
            code: string;
            description: string;
            attributes: {
                [key: string]: unknown;
            };
            /** @example 2026-01-01 */
            effectiveFrom: string;
            /** @example 2026-01-01 */
            effectiveTo: string;
        };
        SnapshotSourcePermission: {
            /**
             * Format: uuid
             * @description the row, whatever its content
             */
            id: string;
            /** @description counts the changes of the row; its ETag is this in quotes */
            version: number;
            /**
             * Format: date-time
             * @description when it was deleted; null for a row that is there
             */
            deletedAt: string | null;
            sourceSystem: string;
            documentType: string;
            /** @example 2026-01-01 */
            effectiveFrom: string;
            /** @example 2026-01-01 */
            effectiveTo: string;
        };
        SnapshotDocumentConfiguration: {
            /**
             * Format: uuid
             * @description the row, whatever its content
             */
            id: string;
            /** @description counts the changes of the row; its ETag is this in quotes */
            version: number;
            /**
             * Format: date-time
             * @description when it was deleted; null for a row that is there
             */
            deletedAt: string | null;
            code: string;
            spec: string;
            footerId: number;
            value: string;
            /** @example 2026-01-01 */
            effectiveFrom: string;
            /** @example 2026-01-01 */
            effectiveTo: string;
        };
        ReferenceSnapshot: {
            /** @description another one after every change */
            version: string;
            rows: components["schemas"]["SnapshotReferenceRow"][];
            "source-permissions": components["schemas"]["SnapshotSourcePermission"][];
            "document-configurations": components["schemas"]["SnapshotDocumentConfiguration"][];
        };
        /** @description one row: the name of its collection, and what would be posted there */
        ReferenceFileRow: {
            /** @enum {string} */
            collection: "rows" | "source-permissions" | "document-configurations";
        };
        ReferenceImportReport: {
            dryRun: boolean;
            created: number;
            replaced: number;
            unchanged: number;
            /** @description only in a dry run: otherwise one is enough to refuse them all */
            refused: number;
            lines: {
                /** @description in the file, from 1 */
                line: number;
                /** @enum {string} */
                result: "created" | "replaced" | "unchanged" | "refused";
                /**
                 * Format: uuid
                 * @description the row that was there before
                 */
                id?: string;
                errors?: {
                    field: string;
                    message: string;
                }[];
            }[];
        };
    };
    responses: {
        /**
         * @description `OMS_SOURCE_FORBIDDEN`: The source system is not one of this client
         *
         *     `OMS_SCOPE_INSUFFICIENT`: The token is not good for this
         */
        "OMS_SCOPE_INSUFFICIENT.OMS_SOURCE_FORBIDDEN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_SOURCE_FORBIDDEN",
                 *       "title": "The source system is not one of this client",
                 *       "status": 403,
                 *       "code": "OMS_SOURCE_FORBIDDEN",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `OMS_CALLBACK_FORBIDDEN`: The callback address is not allowed
         *
         *     `OMS_IDEMPOTENCY_KEY_INVALID`: The Idempotency-Key is not valid
         *
         *     `OMS_BODY_NOT_JSON`: The body is not JSON
         *
         *     `OMS_BODY_INVALID`: The body does not fit its schema
         *
         *     `OMS_BODY_TEXT_INVALID`: The body holds text or numbers that a document cannot carry
         *
         *     `OMS_BODY_TOO_DEEP`: The body is nested too deeply
         */
        "OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP.OMS_CALLBACK_FORBIDDEN.OMS_IDEMPOTENCY_KEY_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_CALLBACK_FORBIDDEN",
                 *       "title": "The callback address is not allowed",
                 *       "status": 400,
                 *       "code": "OMS_CALLBACK_FORBIDDEN",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `OMS_CORRELATION_ID_TAKEN`: The correlation id belongs to a request with another body
         *
         *     `OMS_IDEMPOTENCY_KEY_IN_USE`: A request with this Idempotency-Key is being answered
         */
        "OMS_CORRELATION_ID_TAKEN.OMS_IDEMPOTENCY_KEY_IN_USE": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_CORRELATION_ID_TAKEN",
                 *       "title": "The correlation id belongs to a request with another body",
                 *       "status": 409,
                 *       "code": "OMS_CORRELATION_ID_TAKEN",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_IDEMPOTENCY_KEY_REUSED`: The Idempotency-Key was used with another body */
        OMS_IDEMPOTENCY_KEY_REUSED: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_IDEMPOTENCY_KEY_REUSED",
                 *       "title": "The Idempotency-Key was used with another body",
                 *       "status": 422,
                 *       "code": "OMS_IDEMPOTENCY_KEY_REUSED",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_BODY_TOO_LARGE`: The body is too large */
        OMS_BODY_TOO_LARGE: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_BODY_TOO_LARGE",
                 *       "title": "The body is too large",
                 *       "status": 413,
                 *       "code": "OMS_BODY_TOO_LARGE",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_MEDIA_TYPE_NOT_SUPPORTED`: The body must be application/json in UTF-8 */
        OMS_MEDIA_TYPE_NOT_SUPPORTED: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_MEDIA_TYPE_NOT_SUPPORTED",
                 *       "title": "The body must be application/json in UTF-8",
                 *       "status": 415,
                 *       "code": "OMS_MEDIA_TYPE_NOT_SUPPORTED",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `OMS_TOKEN_MISSING`: A bearer token is needed
         *
         *     `OMS_TOKEN_INVALID`: The token is not valid
         */
        "OMS_TOKEN_INVALID.OMS_TOKEN_MISSING": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_TOKEN_MISSING",
                 *       "title": "A bearer token is needed",
                 *       "status": 401,
                 *       "code": "OMS_TOKEN_MISSING",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_RATE_LIMITED`: Too many requests from this client */
        OMS_RATE_LIMITED: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_RATE_LIMITED",
                 *       "title": "Too many requests from this client",
                 *       "status": 429,
                 *       "code": "OMS_RATE_LIMITED",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_INTERNAL_ERROR`: Something went wrong on our side */
        OMS_INTERNAL_ERROR: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_INTERNAL_ERROR",
                 *       "title": "Something went wrong on our side",
                 *       "status": 500,
                 *       "code": "OMS_INTERNAL_ERROR",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `OMS_SECURITY_UNAVAILABLE`: Nobody can vouch for the token at the moment
         *
         *     `OMS_DATABASE_UNAVAILABLE`: The database is out of reach
         *
         *     `OMS_OVERLOADED`: Too much work at once; nothing was accepted
         */
        "OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_SECURITY_UNAVAILABLE",
                 *       "title": "Nobody can vouch for the token at the moment",
                 *       "status": 503,
                 *       "code": "OMS_SECURITY_UNAVAILABLE",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `OMS_IDEMPOTENCY_KEY_INVALID`: The Idempotency-Key is not valid
         *
         *     `OMS_BODY_NOT_JSON`: The body is not JSON
         *
         *     `OMS_BODY_INVALID`: The body does not fit its schema
         *
         *     `OMS_BODY_TEXT_INVALID`: The body holds text or numbers that a document cannot carry
         *
         *     `OMS_BODY_TOO_DEEP`: The body is nested too deeply
         */
        "OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP.OMS_IDEMPOTENCY_KEY_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_IDEMPOTENCY_KEY_INVALID",
                 *       "title": "The Idempotency-Key is not valid",
                 *       "status": 400,
                 *       "code": "OMS_IDEMPOTENCY_KEY_INVALID",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_IDEMPOTENCY_KEY_IN_USE`: A request with this Idempotency-Key is being answered */
        OMS_IDEMPOTENCY_KEY_IN_USE: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_IDEMPOTENCY_KEY_IN_USE",
                 *       "title": "A request with this Idempotency-Key is being answered",
                 *       "status": 409,
                 *       "code": "OMS_IDEMPOTENCY_KEY_IN_USE",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_SCOPE_INSUFFICIENT`: The token is not good for this */
        OMS_SCOPE_INSUFFICIENT: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_SCOPE_INSUFFICIENT",
                 *       "title": "The token is not good for this",
                 *       "status": 403,
                 *       "code": "OMS_SCOPE_INSUFFICIENT",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_PARAMETER_INVALID`: A parameter of the address is not valid */
        OMS_PARAMETER_INVALID: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_PARAMETER_INVALID",
                 *       "title": "A parameter of the address is not valid",
                 *       "status": 400,
                 *       "code": "OMS_PARAMETER_INVALID",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_REQUEST_NOT_FOUND`: There is no such document request */
        OMS_REQUEST_NOT_FOUND: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_REQUEST_NOT_FOUND",
                 *       "title": "There is no such document request",
                 *       "status": 404,
                 *       "code": "OMS_REQUEST_NOT_FOUND",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_DOCUMENT_NOT_READY`: The document is not there (yet) */
        OMS_DOCUMENT_NOT_READY: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_DOCUMENT_NOT_READY",
                 *       "title": "The document is not there (yet)",
                 *       "status": 409,
                 *       "code": "OMS_DOCUMENT_NOT_READY",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_DOCUMENT_GONE`: Thunderhead does not keep this document any more */
        OMS_DOCUMENT_GONE: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_DOCUMENT_GONE",
                 *       "title": "Thunderhead does not keep this document any more",
                 *       "status": 410,
                 *       "code": "OMS_DOCUMENT_GONE",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_THUNDERHEAD_UNAVAILABLE`: Thunderhead is out of reach */
        OMS_THUNDERHEAD_UNAVAILABLE: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_THUNDERHEAD_UNAVAILABLE",
                 *       "title": "Thunderhead is out of reach",
                 *       "status": 502,
                 *       "code": "OMS_THUNDERHEAD_UNAVAILABLE",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_REQUEST_NOT_CANCELLABLE`: The request cannot be cancelled any more */
        OMS_REQUEST_NOT_CANCELLABLE: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_REQUEST_NOT_CANCELLABLE",
                 *       "title": "The request cannot be cancelled any more",
                 *       "status": 409,
                 *       "code": "OMS_REQUEST_NOT_CANCELLABLE",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `OMS_BODY_INVALID`: The body does not fit its schema
         *
         *     `OMS_PARAMETER_INVALID`: A parameter of the address is not valid
         *
         *     `OMS_BODY_NOT_JSON`: The body is not JSON
         *
         *     `OMS_BODY_TEXT_INVALID`: The body holds text or numbers that a document cannot carry
         *
         *     `OMS_BODY_TOO_DEEP`: The body is nested too deeply
         */
        "OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP.OMS_PARAMETER_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_BODY_INVALID",
                 *       "title": "The body does not fit its schema",
                 *       "status": 400,
                 *       "code": "OMS_BODY_INVALID",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_CALLBACKS_NOT_CONFIGURED`: This OMS calls nobody back */
        OMS_CALLBACKS_NOT_CONFIGURED: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_CALLBACKS_NOT_CONFIGURED",
                 *       "title": "This OMS calls nobody back",
                 *       "status": 404,
                 *       "code": "OMS_CALLBACKS_NOT_CONFIGURED",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_REFERENCE_NOT_FOUND`: There is no such reference row */
        OMS_REFERENCE_NOT_FOUND: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_REFERENCE_NOT_FOUND",
                 *       "title": "There is no such reference row",
                 *       "status": 404,
                 *       "code": "OMS_REFERENCE_NOT_FOUND",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `OMS_BODY_INVALID`: The body does not fit its schema
         *
         *     `OMS_BODY_NOT_JSON`: The body is not JSON
         *
         *     `OMS_BODY_TEXT_INVALID`: The body holds text or numbers that a document cannot carry
         *
         *     `OMS_BODY_TOO_DEEP`: The body is nested too deeply
         */
        "OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_BODY_INVALID",
                 *       "title": "The body does not fit its schema",
                 *       "status": 400,
                 *       "code": "OMS_BODY_INVALID",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_REFERENCE_CONFLICT`: The row contradicts another one */
        OMS_REFERENCE_CONFLICT: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_REFERENCE_CONFLICT",
                 *       "title": "The row contradicts another one",
                 *       "status": 409,
                 *       "code": "OMS_REFERENCE_CONFLICT",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_PRECONDITION_REQUIRED`: Say with If-Match which version you change */
        OMS_PRECONDITION_REQUIRED: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_PRECONDITION_REQUIRED",
                 *       "title": "Say with If-Match which version you change",
                 *       "status": 428,
                 *       "code": "OMS_PRECONDITION_REQUIRED",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_PRECONDITION_FAILED`: Somebody else has changed it meanwhile */
        OMS_PRECONDITION_FAILED: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_PRECONDITION_FAILED",
                 *       "title": "Somebody else has changed it meanwhile",
                 *       "status": 412,
                 *       "code": "OMS_PRECONDITION_FAILED",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `OMS_IMPORT_REFUSED`: Lines of the file are refused; nothing was changed */
        OMS_IMPORT_REFUSED: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:oms:problem:OMS_IMPORT_REFUSED",
                 *       "title": "Lines of the file are refused; nothing was changed",
                 *       "status": 422,
                 *       "code": "OMS_IMPORT_REFUSED",
                 *       "detail": "what it was this time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listDocumentRequests: {
        parameters: {
            query?: {
                status?: ("QUEUED" | "PROCESSING" | "COMPLETED" | "REJECTED" | "FAILED" | "STOPPED" | "CANCELLED")[];
                stage?: ("validate" | "submit" | "poll" | "publish")[];
                /** @description the source system that asked */
                sourceSystem?: string;
                documentType?: string;
                documentName?: string;
                /** @description the client's own id */
                requestCorrelationId?: string;
                /** @description the code of one of its errors */
                errorCode?: string;
                /** @description received then or later */
                receivedFrom?: string;
                /** @description received before then */
                receivedTo?: string;
                /** @description how many a page may have */
                limit?: number;
                /** @description the `next` of the page before */
                after?: string;
                /** @description count them too */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestPage"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    createDocumentRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description A key of your own for this request, a UUID for example, bare or as a quoted string. Sent again with the same body in the next 24 hours, the request is answered as it was the first time; keys are yours alone. Errors are not kept: the corrected request may use the same key. */
                "Idempotency-Key"?: string;
                /** @description RFC 7240: `wait=N` waits up to N seconds (30 at the most) until the request is final, or, with `wait-for=validated`, until it is validated; `Preference-Applied` says what was honoured */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DocumentRequest"];
            };
        };
        responses: {
            /** @description Taken in, and within the time that `Prefer: wait` gave it has got as far as was asked: the request */
            200: {
                headers: {
                    /** @description The preference that was honoured */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestView"];
                };
            };
            /** @description Taken in */
            202: {
                headers: {
                    /** @description Where the request stands */
                    Location?: string;
                    /** @description The answer is that of an earlier request with the same Idempotency-Key */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedRequest"];
                };
            };
            400: components["responses"]["OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP.OMS_CALLBACK_FORBIDDEN.OMS_IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT.OMS_SOURCE_FORBIDDEN"];
            409: components["responses"]["OMS_CORRELATION_ID_TAKEN.OMS_IDEMPOTENCY_KEY_IN_USE"];
            413: components["responses"]["OMS_BODY_TOO_LARGE"];
            415: components["responses"]["OMS_MEDIA_TYPE_NOT_SUPPORTED"];
            422: components["responses"]["OMS_IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    createDocumentRequests: {
        parameters: {
            query?: never;
            header?: {
                /** @description A key of your own for this request, a UUID for example, bare or as a quoted string. Sent again with the same body in the next 24 hours, the request is answered as it was the first time; keys are yours alone. Errors are not kept: the corrected request may use the same key. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DocumentRequest"][];
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description What became of each */
            200: {
                headers: {
                    /** @description The answer is that of an earlier request with the same Idempotency-Key */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResult"];
                    "application/x-ndjson": components["schemas"]["BulkLine"];
                };
            };
            400: components["responses"]["OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP.OMS_IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            409: components["responses"]["OMS_IDEMPOTENCY_KEY_IN_USE"];
            413: components["responses"]["OMS_BODY_TOO_LARGE"];
            415: components["responses"]["OMS_MEDIA_TYPE_NOT_SUPPORTED"];
            422: components["responses"]["OMS_IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    getDocumentRequestSummary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestSummary"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    getDocumentRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description RFC 7240: `wait=N` waits up to N seconds (30 at the most) until the request is final, or, with `wait-for=validated`, until it is validated; `Preference-Applied` says what was honoured */
                Prefer?: string;
            };
            path: {
                /** @description the id of the request, as the POST answered it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request */
            200: {
                headers: {
                    /** @description The preference that was honoured */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestView"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REQUEST_NOT_FOUND"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    getDocumentRequestHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of the request, as the POST answered it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REQUEST_NOT_FOUND"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    getDocumentRequestBatches: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of the request, as the POST answered it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batches"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REQUEST_NOT_FOUND"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    getDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of the request, as the POST answered it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REQUEST_NOT_FOUND"];
            409: components["responses"]["OMS_DOCUMENT_NOT_READY"];
            410: components["responses"]["OMS_DOCUMENT_GONE"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            502: components["responses"]["OMS_THUNDERHEAD_UNAVAILABLE"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    cancelDocumentRequest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of the request, as the POST answered it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Why; kept in the history of the request
                     * @default no reason given
                     */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The wish is noted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        /**
                         * @description `PROCESSING` until it is decided; follow the request to learn how it ends
                         * @enum {string}
                         */
                        status: "QUEUED" | "PROCESSING" | "CANCELLED";
                        links: components["schemas"]["RequestLinks"];
                    };
                };
            };
            400: components["responses"]["OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP.OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REQUEST_NOT_FOUND"];
            409: components["responses"]["OMS_REQUEST_NOT_CANCELLABLE"];
            413: components["responses"]["OMS_BODY_TOO_LARGE"];
            415: components["responses"]["OMS_MEDIA_TYPE_NOT_SUPPORTED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    getCallbackSecret: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This client's own secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * @description Base64 after `whsec_`, as the libraries of Standard Webhooks take it
                         * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
                         */
                        secret: string;
                    };
                };
            };
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_CALLBACKS_NOT_CONFIGURED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    listStatusEvents: {
        parameters: {
            query?: {
                /** @description The cursor of the last entry that was read: what comes after it is answered. Without it the feed is read from its beginning; `now` leaves out all that is there already */
                after?: "now" | string;
                /** @description The most that one page holds */
                limit?: number;
            };
            header?: {
                /** @description Of a stream that was cut: the id of the last event that arrived. It goes before `after` */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedPage"];
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    listDocumentRequestEvents: {
        parameters: {
            query?: {
                /** @description The id of the last event that was read; without it all are answered */
                after?: string;
                /** @description The most that one page holds */
                limit?: number;
            };
            header?: {
                /** @description Of a stream that was cut: the id of the last event that arrived. It goes before `after` */
                "Last-Event-ID"?: string;
            };
            path: {
                /** @description the id of the request, as the POST answered it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or the stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestEvents"];
                    "text/event-stream": string;
                };
            };
            /** @description The stream has been read to its end */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REQUEST_NOT_FOUND"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    listReferenceRows: {
        parameters: {
            query?: {
                /** @description what the code is: DOCUMENT_TYPE, DOCUMENT_NAME, SOURCE_SYSTEM, METADATA_KEY, CLIENT, or a type of your own */
                type?: string;
                code?: string;
                /** @description only rows that apply on this day, or at this moment (days begin at midnight UTC); without it, rows of any time */
                at?: string;
                /** @description the rows as they were known at this moment: corrections and deletions that were made later are left out. Without it, as they are known today */
                knownAt?: string;
                /** @description deleted rows too */
                includeDeleted?: boolean;
                /** @description the `next` of the page before */
                after?: string;
                /** @description rows in a page, at the most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *           "version": 1,
                     *           "type": "DOCUMENT_NAME",
                     *           "code": "IVREMIND",
                     *           "description": "Payment reminder",
                     *           "attributes": {
                     *             "documentType": "INVOICE"
                     *           },
                     *           "effectiveFrom": "2026-01-01",
                     *           "effectiveTo": "4712-12-31",
                     *           "deletedAt": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["ReferenceRowPage"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    createReferenceRow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReferenceRow"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description the version of the row, for If-Match */
                    ETag?: string;
                    /** @description its address */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *       "version": 1,
                     *       "type": "DOCUMENT_NAME",
                     *       "code": "IVREMIND",
                     *       "description": "Payment reminder",
                     *       "attributes": {
                     *         "documentType": "INVOICE"
                     *       },
                     *       "effectiveFrom": "2026-01-01",
                     *       "effectiveTo": "4712-12-31",
                     *       "deletedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["ReferenceRow"];
                };
            };
            400: components["responses"]["OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            409: components["responses"]["OMS_REFERENCE_CONFLICT"];
            413: components["responses"]["OMS_BODY_TOO_LARGE"];
            415: components["responses"]["OMS_MEDIA_TYPE_NOT_SUPPORTED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    getReferenceRow: {
        parameters: {
            query?: {
                /** @description the rows as they were known at this moment: corrections and deletions that were made later are left out. Without it, as they are known today */
                knownAt?: string;
                /** @description also when it was deleted */
                includeDeleted?: boolean;
            };
            header?: {
                /** @description an ETag that is known */
                "If-None-Match"?: string;
            };
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row */
            200: {
                headers: {
                    /** @description the version of the row, for If-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *       "version": 1,
                     *       "type": "DOCUMENT_NAME",
                     *       "code": "IVREMIND",
                     *       "description": "Payment reminder",
                     *       "attributes": {
                     *         "documentType": "INVOICE"
                     *       },
                     *       "effectiveFrom": "2026-01-01",
                     *       "effectiveTo": "4712-12-31",
                     *       "deletedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["ReferenceRow"];
                };
            };
            /** @description It is as the ETag says */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REFERENCE_NOT_FOUND"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    replaceReferenceRow: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of the row as it was read */
                "If-Match": string;
            };
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReferenceRow"];
            };
        };
        responses: {
            /** @description Replaced */
            200: {
                headers: {
                    /** @description the version of the row, for If-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *       "version": 1,
                     *       "type": "DOCUMENT_NAME",
                     *       "code": "IVREMIND",
                     *       "description": "Payment reminder",
                     *       "attributes": {
                     *         "documentType": "INVOICE"
                     *       },
                     *       "effectiveFrom": "2026-01-01",
                     *       "effectiveTo": "4712-12-31",
                     *       "deletedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["ReferenceRow"];
                };
            };
            400: components["responses"]["OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP.OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REFERENCE_NOT_FOUND"];
            409: components["responses"]["OMS_REFERENCE_CONFLICT"];
            412: components["responses"]["OMS_PRECONDITION_FAILED"];
            413: components["responses"]["OMS_BODY_TOO_LARGE"];
            415: components["responses"]["OMS_MEDIA_TYPE_NOT_SUPPORTED"];
            428: components["responses"]["OMS_PRECONDITION_REQUIRED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    deleteReferenceRow: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of the row as it was read */
                "If-Match": string;
            };
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REFERENCE_NOT_FOUND"];
            412: components["responses"]["OMS_PRECONDITION_FAILED"];
            428: components["responses"]["OMS_PRECONDITION_REQUIRED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    listReferenceRowChanges: {
        parameters: {
            query?: {
                /** @description the `next` of the page before */
                after?: string;
                /** @description rows in a page, at the most */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReferenceChanges"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    listSourcePermissions: {
        parameters: {
            query?: {
                sourceSystem?: string;
                documentType?: string;
                /** @description only rows that apply on this day, or at this moment (days begin at midnight UTC); without it, rows of any time */
                at?: string;
                /** @description the rows as they were known at this moment: corrections and deletions that were made later are left out. Without it, as they are known today */
                knownAt?: string;
                /** @description deleted rows too */
                includeDeleted?: boolean;
                /** @description the `next` of the page before */
                after?: string;
                /** @description rows in a page, at the most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *           "version": 1,
                     *           "sourceSystem": "ARCADE",
                     *           "documentType": "POLICY",
                     *           "effectiveFrom": "2026-01-01",
                     *           "effectiveTo": "4712-12-31",
                     *           "deletedAt": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["SourcePermissionPage"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    createSourcePermission: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourcePermission"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description the version of the row, for If-Match */
                    ETag?: string;
                    /** @description its address */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *       "version": 1,
                     *       "sourceSystem": "ARCADE",
                     *       "documentType": "POLICY",
                     *       "effectiveFrom": "2026-01-01",
                     *       "effectiveTo": "4712-12-31",
                     *       "deletedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["SourcePermission"];
                };
            };
            400: components["responses"]["OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            409: components["responses"]["OMS_REFERENCE_CONFLICT"];
            413: components["responses"]["OMS_BODY_TOO_LARGE"];
            415: components["responses"]["OMS_MEDIA_TYPE_NOT_SUPPORTED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    getSourcePermission: {
        parameters: {
            query?: {
                /** @description the rows as they were known at this moment: corrections and deletions that were made later are left out. Without it, as they are known today */
                knownAt?: string;
                /** @description also when it was deleted */
                includeDeleted?: boolean;
            };
            header?: {
                /** @description an ETag that is known */
                "If-None-Match"?: string;
            };
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row */
            200: {
                headers: {
                    /** @description the version of the row, for If-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *       "version": 1,
                     *       "sourceSystem": "ARCADE",
                     *       "documentType": "POLICY",
                     *       "effectiveFrom": "2026-01-01",
                     *       "effectiveTo": "4712-12-31",
                     *       "deletedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["SourcePermission"];
                };
            };
            /** @description It is as the ETag says */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REFERENCE_NOT_FOUND"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    replaceSourcePermission: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of the row as it was read */
                "If-Match": string;
            };
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourcePermission"];
            };
        };
        responses: {
            /** @description Replaced */
            200: {
                headers: {
                    /** @description the version of the row, for If-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *       "version": 1,
                     *       "sourceSystem": "ARCADE",
                     *       "documentType": "POLICY",
                     *       "effectiveFrom": "2026-01-01",
                     *       "effectiveTo": "4712-12-31",
                     *       "deletedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["SourcePermission"];
                };
            };
            400: components["responses"]["OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP.OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REFERENCE_NOT_FOUND"];
            409: components["responses"]["OMS_REFERENCE_CONFLICT"];
            412: components["responses"]["OMS_PRECONDITION_FAILED"];
            413: components["responses"]["OMS_BODY_TOO_LARGE"];
            415: components["responses"]["OMS_MEDIA_TYPE_NOT_SUPPORTED"];
            428: components["responses"]["OMS_PRECONDITION_REQUIRED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    deleteSourcePermission: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of the row as it was read */
                "If-Match": string;
            };
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REFERENCE_NOT_FOUND"];
            412: components["responses"]["OMS_PRECONDITION_FAILED"];
            428: components["responses"]["OMS_PRECONDITION_REQUIRED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    listSourcePermissionChanges: {
        parameters: {
            query?: {
                /** @description the `next` of the page before */
                after?: string;
                /** @description rows in a page, at the most */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReferenceChanges"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    listDocumentConfigurations: {
        parameters: {
            query?: {
                /** @description what is configured */
                code?: "SIGNEE_1" | "SIGNEE_2" | "BATCH_CONFIG_ID" | "TOPIC_NAME";
                spec?: string | "*";
                /** @description 0 applies where no row names the footer */
                footerId?: number;
                /** @description only rows that apply on this day, or at this moment (days begin at midnight UTC); without it, rows of any time */
                at?: string;
                /** @description the rows as they were known at this moment: corrections and deletions that were made later are left out. Without it, as they are known today */
                knownAt?: string;
                /** @description deleted rows too */
                includeDeleted?: boolean;
                /** @description the `next` of the page before */
                after?: string;
                /** @description rows in a page, at the most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *           "version": 1,
                     *           "code": "SIGNEE_1",
                     *           "spec": "IV",
                     *           "footerId": 2,
                     *           "value": "Head of Collections",
                     *           "effectiveFrom": "2026-01-01",
                     *           "effectiveTo": "4712-12-31",
                     *           "deletedAt": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["DocumentConfigurationPage"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    createDocumentConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DocumentConfiguration"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description the version of the row, for If-Match */
                    ETag?: string;
                    /** @description its address */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *       "version": 1,
                     *       "code": "SIGNEE_1",
                     *       "spec": "IV",
                     *       "footerId": 2,
                     *       "value": "Head of Collections",
                     *       "effectiveFrom": "2026-01-01",
                     *       "effectiveTo": "4712-12-31",
                     *       "deletedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["DocumentConfiguration"];
                };
            };
            400: components["responses"]["OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            409: components["responses"]["OMS_REFERENCE_CONFLICT"];
            413: components["responses"]["OMS_BODY_TOO_LARGE"];
            415: components["responses"]["OMS_MEDIA_TYPE_NOT_SUPPORTED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    getDocumentConfiguration: {
        parameters: {
            query?: {
                /** @description the rows as they were known at this moment: corrections and deletions that were made later are left out. Without it, as they are known today */
                knownAt?: string;
                /** @description also when it was deleted */
                includeDeleted?: boolean;
            };
            header?: {
                /** @description an ETag that is known */
                "If-None-Match"?: string;
            };
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row */
            200: {
                headers: {
                    /** @description the version of the row, for If-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *       "version": 1,
                     *       "code": "SIGNEE_1",
                     *       "spec": "IV",
                     *       "footerId": 2,
                     *       "value": "Head of Collections",
                     *       "effectiveFrom": "2026-01-01",
                     *       "effectiveTo": "4712-12-31",
                     *       "deletedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["DocumentConfiguration"];
                };
            };
            /** @description It is as the ETag says */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REFERENCE_NOT_FOUND"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    replaceDocumentConfiguration: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of the row as it was read */
                "If-Match": string;
            };
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DocumentConfiguration"];
            };
        };
        responses: {
            /** @description Replaced */
            200: {
                headers: {
                    /** @description the version of the row, for If-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d",
                     *       "version": 1,
                     *       "code": "SIGNEE_1",
                     *       "spec": "IV",
                     *       "footerId": 2,
                     *       "value": "Head of Collections",
                     *       "effectiveFrom": "2026-01-01",
                     *       "effectiveTo": "4712-12-31",
                     *       "deletedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["DocumentConfiguration"];
                };
            };
            400: components["responses"]["OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP.OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REFERENCE_NOT_FOUND"];
            409: components["responses"]["OMS_REFERENCE_CONFLICT"];
            412: components["responses"]["OMS_PRECONDITION_FAILED"];
            413: components["responses"]["OMS_BODY_TOO_LARGE"];
            415: components["responses"]["OMS_MEDIA_TYPE_NOT_SUPPORTED"];
            428: components["responses"]["OMS_PRECONDITION_REQUIRED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    deleteDocumentConfiguration: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of the row as it was read */
                "If-Match": string;
            };
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            404: components["responses"]["OMS_REFERENCE_NOT_FOUND"];
            412: components["responses"]["OMS_PRECONDITION_FAILED"];
            428: components["responses"]["OMS_PRECONDITION_REQUIRED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    listDocumentConfigurationChanges: {
        parameters: {
            query?: {
                /** @description the `next` of the page before */
                after?: string;
                /** @description rows in a page, at the most */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the id of the row, as the list tells it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReferenceChanges"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    resolveDocumentConfiguration: {
        parameters: {
            query: {
                documentName: string;
                /** @description 0 applies where no row names the footer */
                footerId?: number;
                /** @description what is configured */
                code: "SIGNEE_1" | "SIGNEE_2" | "BATCH_CONFIG_ID" | "TOPIC_NAME";
                /** @description when it shall apply; without it, now */
                at?: string;
                /** @description the rows as they were known at this moment: corrections and deletions that were made later are left out. Without it, as they are known today */
                knownAt?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The value, and all candidates */
            200: {
                headers: {
                    /** @description RFC 9211. A negative `ttl`: the database is away, and rows that may be out of date answer */
                    "Cache-Status"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigurationResolution"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    listReferenceChanges: {
        parameters: {
            query?: {
                /** @description changes of this collection only */
                collection?: "rows" | "source-permissions" | "document-configurations";
                /** @description changes by this one only: client/subject */
                actor?: string;
                /** @description the `next` of the page before */
                after?: string;
                /** @description rows in a page, at the most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReferenceChanges"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    getReferenceSnapshot: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag of what is kept */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rows */
            200: {
                headers: {
                    /** @description the version of all rows */
                    ETag?: string;
                    /** @description RFC 9211. A negative `ttl`: the database is away, and rows that may be out of date answer */
                    "Cache-Status"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReferenceSnapshot"];
                };
            };
            /** @description Nothing was changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    exportReferenceData: {
        parameters: {
            query?: {
                /** @description the rows as they were known at this moment: corrections and deletions that were made later are left out. Without it, as they are known today */
                knownAt?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description NDJSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example {"collection":"rows","type":"DOCUMENT_NAME","code":"IVANNUAL","description":"Annual statement","attributes":{"documentType":"INVOICE"},"effectiveFrom":"2026-01-01","effectiveTo":"4712-12-31"} */
                    "application/x-ndjson": components["schemas"]["ReferenceFileRow"];
                };
            };
            400: components["responses"]["OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
    importReferenceData: {
        parameters: {
            query?: {
                /** @description only say what would happen */
                dryRun?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-ndjson": components["schemas"]["ReferenceFileRow"];
            };
        };
        responses: {
            /** @description What happened, or would happen, line by line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReferenceImportReport"];
                };
            };
            400: components["responses"]["OMS_BODY_INVALID.OMS_BODY_NOT_JSON.OMS_BODY_TEXT_INVALID.OMS_BODY_TOO_DEEP.OMS_PARAMETER_INVALID"];
            401: components["responses"]["OMS_TOKEN_INVALID.OMS_TOKEN_MISSING"];
            403: components["responses"]["OMS_SCOPE_INSUFFICIENT"];
            413: components["responses"]["OMS_BODY_TOO_LARGE"];
            415: components["responses"]["OMS_MEDIA_TYPE_NOT_SUPPORTED"];
            422: components["responses"]["OMS_IMPORT_REFUSED"];
            429: components["responses"]["OMS_RATE_LIMITED"];
            500: components["responses"]["OMS_INTERNAL_ERROR"];
            503: components["responses"]["OMS_DATABASE_UNAVAILABLE.OMS_OVERLOADED.OMS_SECURITY_UNAVAILABLE"];
        };
    };
}
