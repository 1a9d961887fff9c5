package io.windlass.engine.kubernetes.step;

import io.windlass.engine.kubernetes.step.WorkspaceArchive.Item;

/**
 * The most that a workspace may be, on its way into a pod and back.
 *
 * @param bytes of its files and for its entries
 * @param indexBytes of the list of its entries as it is sent; some 150 for each
 * @param memory that all entries which are known of it at a time take, in bytes; some 450 for each,
 *     as {@link #memory(String, Item)} counts them
 * @param depth of folders in folders; each is held open while the ones in it are read
 */
record WorkspaceBounds(long bytes, long indexBytes, long memory, int depth) {
  static final long INDEX_BYTES = 64L << 20;

  /** Leaves a server with 512 MiB of heap what it needs for the rest. */
  private static final long MEMORY = 128L << 20;

  private static final int DEPTH = 200;

  /** What an archive may take for its entries, beside the bytes of the files. */
  private static final long AROUND = 1L << 30;

  /** An item, its hash, what names both in tables, and where its bytes lie. */
  private static final long ENTRY_MEMORY = 224;

  static WorkspaceBounds of(long bytes) {
    return new WorkspaceBounds(bytes, INDEX_BYTES, MEMORY, DEPTH);
  }

  /** The most that comes out of a pod. */
  long streamBytes() {
    return bytes + indexBytes + AROUND;
  }

  /** What one entry takes, in bytes, where each character takes two. */
  static long memory(String name, Item item) {
    return ENTRY_MEMORY + 2L * name.length() + 2L * item.content().length();
  }
}
