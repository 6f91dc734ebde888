/**
 * From now on this process believes that it is `byMs` later: what it would see on a machine whose clock is wrong. Durations
 * (`performance.now`) are right, as they are there.
 */
export function setClockWrong(byMs: number): void {
  const Right = Date;
  const now = () => Right.now() + byMs;
  globalThis.Date = new Proxy(Right, {
    construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
    apply: () => new Right(now()).toString(),
    get: (target, name, self) => (name === 'now' ? now : Reflect.get(target, name, self)),
  });
}
