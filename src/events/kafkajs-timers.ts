import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/**
 * Mends a timer of kafkajs 2.2.4. After its first reply every connection arms one for `-1 - Date.now()` milliseconds:
 * Node warns (`TimeoutNegativeWarning`), makes it 1 ms, and it arms itself again for ever, a thousand times a second.
 * It only has something to do while requests are held back, so only then is it armed.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId) return;
  const throttledMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledMs > 0 ? throttledMs : 10,
  );
};
