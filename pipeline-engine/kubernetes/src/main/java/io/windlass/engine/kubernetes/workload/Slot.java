package io.windlass.engine.kubernetes.workload;

/** One of the two workloads that a process can have at a time. */
public enum Slot {
  BLUE("blue", ""),
  GREEN("green", "-green");

  private final String label;
  private final String suffix;

  Slot(String label, String suffix) {
    this.label = label;
    this.suffix = suffix;
  }

  /** The value of {@link Labels#SLOT}. */
  public String label() {
    return label;
  }

  String suffix() {
    return suffix;
  }

  public Slot other() {
    return this == BLUE ? GREEN : BLUE;
  }
}
