package io.windlass.engine.journal;

/** What is done in one transaction and has no result. */
@FunctionalInterface
public interface TxAction {
  void apply(Tx tx);
}
