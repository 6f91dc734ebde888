import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { ourProcess } from './our-process.ts';
import { rememberedPorts } from './ports.ts';

/** The world outside, as far as nobody can run it here. */
export type SandboxName = 'thunderhead' | 'oidm';

/** Those that the README's commands name. */
const usualPorts: Record<SandboxName, number> = { thunderhead: 9090, oidm: 9091 };

export interface SandboxOptions {
  directory: string;
  environment: NodeJS.ProcessEnv;
  /** 0: any. */
  port: number;
  /** How long Thunderhead takes for a document. */
  batchMs: number;
  /** Whose tokens Thunderhead's gateway asks for. */
  oidm?: string;
  onChild?: (child: Child) => void;
}

/** Asked for one after the other: two at once might be given the same free port. */
export async function sandboxPorts({
  directory,
  ports,
}: {
  directory: string;
  ports: 'fixed' | 'free';
}): Promise<Record<SandboxName, number>> {
  if (ports === 'free') return { thunderhead: 0, oidm: 0 };
  const remembered = rememberedPorts(join(directory, 'ports.json'));
  return {
    thunderhead: await remembered('thunderhead', usualPorts.thunderhead),
    oidm: await remembered('oidm', usualPorts.oidm),
  };
}

export async function startSandbox(name: SandboxName, options: SandboxOptions): Promise<{ child: Child; url: string }> {
  const { directory, batchMs, oidm, environment, onChild } = options;
  const own = {
    thunderhead: [
      ...['--batch-ms', `${batchMs}`, '--state', join(directory, 'thunderhead.ndjson')],
      ...(oidm ? ['--oidm', oidm] : []),
    ],
    oidm: [],
  };
  const args = [`src/sandbox/${name}/main.ts`, '--port', `${options.port}`, ...own[name]];
  const child = await startChild({ ...ourProcess(name, args, directory), environment });
  onChild?.(child);
  try {
    return { child, url: await child.until(() => /"ready":true,"url":"([^"]+)"/.exec(child.output())?.[1]) };
  } catch (error) {
    await child.stop();
    throw error;
  }
}
