import type { Clock } from '#processors/engine/clock.ts';
import { done, reject } from '#processors/engine/outcome.ts';
import type { Stage } from '#processors/engine/stage.ts';
import type { DocumentFacts, DocumentItem } from './document.ts';
import { metadataOf } from './document.ts';
import type { ReferenceData } from './ports.ts';

interface Violation {
  code: string;
  category: 'VALIDATION_ERROR' | 'MISSING_DATA';
  description: string;
}

/** May this source ask for this document, and is what it says known? All objections are named at once. */
export const validate = (reference: ReferenceData, clock: Clock): Stage<DocumentItem, DocumentFacts> => ({
  name: 'validate',
  async run(document) {
    const violations = await violationsOf(document, reference, clock.now());
    const [first, ...others] = violations;
    if (!first) return done({ reason: 'valid' });
    const description = others.length === 0 ? first.description : `${first.description}; and ${others.length} more`;
    return reject({ code: first.code, category: first.category, description, details: { violations } });
  },
});

async function violationsOf(document: DocumentItem, reference: ReferenceData, at: Date): Promise<Violation[]> {
  const { documentType, documentName, sourceSystem } = document;
  const keys = document.metadata.map(({ key }) => key);
  const [type, name, source, allowed, ...knownKeys] = await Promise.all([
    reference.find('DOCUMENT_TYPE', documentType, at),
    reference.find('DOCUMENT_NAME', documentName, at),
    reference.find('SOURCE_SYSTEM', sourceSystem, at),
    reference.allows(sourceSystem, documentType, at),
    ...keys.map((key) => reference.find('METADATA_KEY', key, at)),
  ]);
  const violations: Violation[] = [];
  const invalid = (code: string, description: string) =>
    violations.push({ code, category: 'VALIDATION_ERROR', description });
  if (!type) invalid('OMS_DOCUMENT_TYPE_UNKNOWN', `document type ${documentType} is not known`);
  if (!name) invalid('OMS_DOCUMENT_NAME_UNKNOWN', `document name ${documentName} is not known`);
  else if (name.attributes.documentType !== documentType)
    invalid('OMS_NAME_NOT_OF_TYPE', `document name ${documentName} does not belong to type ${documentType}`);
  if (!source) invalid('OMS_SOURCE_UNKNOWN', `source system ${sourceSystem} is not known`);
  else if (type && !allowed)
    invalid(
      'OMS_SOURCE_NOT_ALLOWED',
      `source system ${sourceSystem} may not ask for documents of type ${documentType}`,
    );
  keys.forEach((key, index) => {
    if (!knownKeys[index]) invalid('OMS_METADATA_KEY_UNKNOWN', `metadata key ${key} is not known`);
    if (keys.indexOf(key) !== index) invalid('OMS_METADATA_KEY_TWICE', `metadata key ${key} is given more than once`);
  });
  const footer = metadataOf(document, 'FOOTER_ID');
  if (footer !== undefined && !/^[0-4]$/.test(footer))
    invalid('OMS_FOOTER_UNKNOWN', `metadata key FOOTER_ID must be 0 to 4, not ${footer}`);
  for (const key of type?.attributes.requiredMetadata ?? [])
    if (!metadataOf(document, key))
      violations.push({
        code: 'OMS_METADATA_MISSING',
        category: 'MISSING_DATA',
        description: `metadata key ${key} is required for documents of type ${documentType}`,
      });
  return violations;
}
