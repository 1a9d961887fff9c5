package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.workload.Slot;
import java.util.Map;
import java.util.Set;

/**
 * One write to the cluster. Each is safe by itself and may be done twice; what comes next is
 * decided from what is seen then.
 */
sealed interface Action {
  /** Apply all that the release has beside its workloads: services, accounts, routes. */
  record Publish(long release) implements Action {}

  /** Apply the release's certificates, so that they are issued before anything else moves. */
  record Certify(long release) implements Action {}

  /** Make the workload, or give it the release's pod template; its size stays where it is there. */
  record Apply(String process, Slot slot, long release, int size) implements Action {}

  /** Size the workload. */
  record Size(String process, Slot slot, int to) implements Action {}

  /** Take the workload away; it has no pods any more. */
  record Delete(String process, Slot slot) implements Action {}

  /** Let the process' own service select these slots. */
  record Select(String process, Set<Slot> slots) implements Action {
    public Select {
      slots = Set.copyOf(slots);
    }
  }

  /** Make the second service, for this slot, with no weight yet. */
  record Open(String process, Slot slot) implements Action {}

  /** Give the second service this part of the requests. */
  record Weigh(String process, int percent) implements Action {}

  /** Take the second service away; it has no weight any more. */
  record Close(String process) implements Action {}

  /** Take away what earlier releases made and this one does not have. */
  record Prune(long release) implements Action {}

  /** Write down that the release has taken its place. */
  record Conclude() implements Action {}

  /** Write down that all is as wanted, with so many ready replicas of the release by process. */
  record Reach(Map<String, Integer> ready) implements Action {
    public Reach {
      ready = Map.copyOf(ready);
    }
  }
}
