/** By which failures are grouped; each code's is in `processors/README.md`. */
export const failureCategories = [
  'VALIDATION_ERROR',
  'MISSING_DATA',
  'THUNDERHEAD_ERROR',
  'TIMEOUT',
  'INTERNAL_ERROR',
] as const;
