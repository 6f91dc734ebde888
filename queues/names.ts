/** What a stage is called where it is seen from outside. All of it derives from the pipeline and the stage. */
export const namesOf = (pipeline: string, stage: string) => ({
  queue: `${pipeline}-${stage}`,
  topic: `oms.stage.${pipeline}.${stage}`,
  route: `/internal/stages/${pipeline}/${stage}`,
});
