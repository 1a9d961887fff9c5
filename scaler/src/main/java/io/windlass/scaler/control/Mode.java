package io.windlass.scaler.control;

/** What the loop does with its decisions for a fleet. */
public enum Mode {
  /** Decides, records and resizes. */
  ACT,
  /** Decides and records, and writes nothing to a fleet that has its first replicas. */
  OBSERVE
}
