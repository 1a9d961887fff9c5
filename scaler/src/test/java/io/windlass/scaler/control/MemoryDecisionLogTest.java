package io.windlass.scaler.control;

class MemoryDecisionLogTest extends DecisionLogContract {
  private final MemoryDecisionLog log = new MemoryDecisionLog();

  @Override
  protected DecisionLog log() {
    return log;
  }
}
