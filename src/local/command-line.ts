/** What stands on the command line; or the usage and the end: code 0 for `--help`, 2 with the complaint for what nobody knows. */
export function readCommandLine<Read extends { values: { help?: boolean } }>(read: () => Read, usage: string): Read {
  try {
    const given = read();
    if (!given.values.help) return given;
  } catch (error) {
    // The first sentence; the second one explains `--` to people who know it from npm.
    process.stderr.write(`${(error as Error).message.split('. ')[0]}\n\n${usage}\n`);
    process.exit(2);
  }
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
