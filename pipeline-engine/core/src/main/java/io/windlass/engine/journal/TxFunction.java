package io.windlass.engine.journal;

/** What is done in one transaction. */
@FunctionalInterface
public interface TxFunction<T> {
  T apply(Tx tx);
}
