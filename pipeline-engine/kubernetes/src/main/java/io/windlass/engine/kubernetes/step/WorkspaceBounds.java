package io.windlass.engine.kubernetes.step;

/**
 * The most that a workspace may be, on its way into a pod and back.
 *
 * @param bytes of its files and for its entries
 * @param indexBytes of the list of its entries; some 150 for each
 * @param depth of folders in folders; each is held open while the ones in it are read
 */
record WorkspaceBounds(long bytes, long indexBytes, int depth) {
  static final long INDEX_BYTES = 64L << 20;
  private static final int DEPTH = 200;

  static WorkspaceBounds of(long bytes) {
    return new WorkspaceBounds(bytes, INDEX_BYTES, DEPTH);
  }
}
