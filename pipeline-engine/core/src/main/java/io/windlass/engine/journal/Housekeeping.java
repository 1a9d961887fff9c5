package io.windlass.engine.journal;

/** What a database needs beside its writer. Closed before the writer is. */
interface Housekeeping extends AutoCloseable {
  /** Nothing. */
  Housekeeping NONE =
      new Housekeeping() {
        @Override
        public void committed() {}

        @Override
        public void close() {}
      };

  /** The writer has committed something. Called on its thread: quick, and never throws. */
  void committed();

  @Override
  void close();
}
