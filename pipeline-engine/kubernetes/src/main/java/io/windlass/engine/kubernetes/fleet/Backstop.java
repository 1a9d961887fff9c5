package io.windlass.engine.kubernetes.fleet;

/** What the operator says of another autoscaler on a workload that Windlass sizes. */
public enum Backstop {
  /** Two hands on one size fight: nothing is written until the other is gone. */
  REFUSE,
  /** One that can only grow the workload is let be, for when Windlass is away. */
  ALLOW
}
