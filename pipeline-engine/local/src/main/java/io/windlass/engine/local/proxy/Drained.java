package io.windlass.engine.local.proxy;

/**
 * How a drain ended.
 *
 * @param replica the replica that gets nothing new any more
 * @param unfinished requests that were still under way at the deadline; 0 when all have ended
 */
public record Drained(String replica, long unfinished) {

  public boolean complete() {
    return unfinished == 0;
  }
}
