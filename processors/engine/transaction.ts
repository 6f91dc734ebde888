import type { Pool, PoolClient } from 'pg';

/** Runs `work` in one transaction on one connection; rolls back when it throws. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const lose = (lost: Error) => {
    broken = lost;
  };
  // Nobody else listens while the connection is ours: one that the server closes would otherwise end the process.
  client.on('error', lose);
  try {
    await client.query('begin');
    const answer = await work(client);
    await client.query('commit');
    return answer;
  } catch (error) {
    await client.query('rollback').catch(lose);
    throw error;
  } finally {
    client.off('error', lose);
    client.release(broken);
  }
}

/** No answer from the server, rather than an answer we do not like: connection refused, reset, shutting down. */
export function isUnreachable(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  if (code && /^(08...|57P0[123]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)$/.test(code))
    return true;
  return /Connection terminated|timeout exceeded when trying to connect|connection timeout|not queryable/i.test(
    message ?? '',
  );
}

/** Two transactions got in each other's way; nothing happened, and it may simply be tried again. */
const isConflict = (error: unknown): boolean => /^(40001|40P01)$/.test((error as { code?: string }).code ?? '');

/** The content of a row is to blame (class 22, 23, 54 of SQLSTATE, or a value that cannot be written at all). */
export const isPoison = (error: unknown): boolean =>
  /^(22|23|54)/.test((error as { code?: string }).code ?? '') ||
  error instanceof TypeError ||
  error instanceof RangeError;

/** Tries again while the server is away or the statement lost a conflict. Only for statements that are guarded. */
export async function persistently<T>(
  statement: () => Promise<T>,
  { giveUpAfterMs = 20_000, pauseMs = 200 } = {},
): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    try {
      return await statement();
    } catch (error) {
      const transient = isUnreachable(error) || isConflict(error);
      if (!transient || performance.now() - startedAt > giveUpAfterMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
