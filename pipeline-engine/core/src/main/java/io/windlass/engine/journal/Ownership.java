package io.windlass.engine.journal;

/** That this process, and no other, works on the database. Ends with the process if not before. */
@FunctionalInterface
interface Ownership extends AutoCloseable {
  @Override
  void close();
}
