package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.environment.Wish;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.rollout.Division;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A cluster in memory with one process, whose controllers do something at random when they are let.
 * Every object has a version, and a write that was decided on an older one is refused.
 */
final class ModelCluster {
  static final String PROCESS = "web";

  private static final class Pod {
    final long release;
    boolean ready;
    boolean leaving;

    Pod(long release) {
      this.release = release;
    }
  }

  private static final class Deployment {
    long release;
    int size;
    int version;
    final List<Pod> pods = new ArrayList<>();

    List<Pod> staying() {
      return pods.stream().filter(p -> !p.leaving).toList();
    }

    int ready() {
      return (int) pods.stream().filter(p -> p.ready && !p.leaving).count();
    }
  }

  /** What was seen at one moment, and of which versions. */
  record Snapshot(Observed observed, Map<String, Integer> versions) {}

  private final Random random;
  private final boolean weighs;
  private final Map<Slot, Deployment> deployments = new EnumMap<>(Slot.class);
  private final Set<Long> broken = new HashSet<>();
  private Wish wish;
  private int wishVersion;
  private Optional<Set<Slot>> selected = Optional.empty();
  private Set<Slot> endpoints = EnumSet.noneOf(Slot.class);
  private Optional<Slot> next = Optional.empty();
  private boolean nextReached;
  private int percent;
  private int requestsVersion;
  private int floor;
  private int total;
  private boolean everEmpty;
  private boolean endpointsEverThere;

  ModelCluster(Random random, boolean weighs, int total) {
    this.random = random;
    this.weighs = weighs;
    this.total = total;
    this.wish = Wish.first(1, Map.of(PROCESS, total));
  }

  /** The pods of this release never become ready. */
  void breaks(long release) {
    broken.add(release);
  }

  Wish wish() {
    return wish;
  }

  int total() {
    return total;
  }

  void shift(long to, Division division) {
    Map<String, Integer> sizes = new TreeMap<>();
    Optional.ofNullable(deployments.get(wish.slot())).ifPresent(d -> sizes.put(PROCESS, d.size));
    wish = wish.shifted(to, division, sizes);
    wishVersion++;
  }

  /** The scaler's hand. */
  void resize(int to) {
    Deployment serving = deployments.get(wish.slot());
    if (wish.divided() || !wish.totals().isEmpty() || serving == null) {
      wish = wish.sized(PROCESS, to);
      wishVersion++;
    } else {
      serving.size = to;
      serving.version++;
    }
    total = to;
    everEmpty |= to == 0;
    floor = Math.min(floor, to);
  }

  Snapshot look() {
    Map<Slot, Seen.Workload> workloads = new EnumMap<>(Slot.class);
    Map<String, Integer> versions = new HashMap<>();
    deployments.forEach((slot, d) -> {
      int proved =
          (int)
              d.pods.stream().filter(p -> p.ready && !p.leaving && p.release == d.release).count();
      workloads.put(slot, new Seen.Workload(d.release, d.size, d.pods.size(), d.ready(), proved));
      versions.put(slot.name(), d.version);
    });
    versions.put("wish", wishVersion);
    versions.put("requests", requestsVersion);
    Optional<Requests> requests =
        selected.map(s ->
            new Requests(
                s,
                reached(),
                next.map(slot -> new Requests.Next(slot, percent, nextReached ? ready(slot) : 0))));
    Seen seen = new Seen(workloads, requests, weighs);
    return new Snapshot(new Observed(wish, Map.of(PROCESS, true), Map.of(PROCESS, seen)), versions);
  }

  private Map<Slot, Integer> reached() {
    Map<Slot, Integer> reached = new EnumMap<>(Slot.class);
    endpoints.stream()
        .filter(slot -> ready(slot) > 0)
        .forEach(slot -> reached.put(slot, ready(slot)));
    return reached;
  }

  private int ready(Slot slot) {
    return Optional.ofNullable(deployments.get(slot)).map(Deployment::ready).orElse(0);
  }

  /** Writes, unless what the decision rested on has changed meanwhile. */
  boolean write(Action action, Snapshot seen) {
    if (seen.versions().get("wish") != wishVersion) {
      return false;
    }
    switch (action) {
      case Action.Certify certify -> throw new AssertionError("no route here asks for tls");
      case Action.Publish(var release) -> {
        if (selected.isEmpty()) {
          selected = Optional.of(Set.of(wish.slot()));
          requestsVersion++;
        }
        if (wish.to() == release) {
          wish = wish.published(release);
        }
        return true;
      }
      case Action.Apply(var process, var slot, var release, var size) -> {
        Deployment there = deployments.get(slot);
        if (!same(slot, seen)) {
          return false;
        }
        if (there == null) {
          there = new Deployment();
          there.size = size;
          deployments.put(slot, there);
        }
        there.release = release;
        there.version++;
        return true;
      }
      case Action.Size(var process, var slot, var to) -> {
        Deployment there = deployments.get(slot);
        if (there == null || !same(slot, seen)) {
          return false;
        }
        there.size = to;
        there.version++;
        return true;
      }
      case Action.Delete(var process, var slot) -> {
        return same(slot, seen) && deployments.remove(slot) != null;
      }
      case Action.Prune prune -> {
        return true;
      }
      case Action.Conclude conclude -> {
        wish = wish.concluded(Set.of("web"));
        wishVersion++;
        return true;
      }
      case Action.Reach(var ready) -> {
        wish = wish.reached(ready);
        wishVersion++;
        return true;
      }
      case Action.Select select -> {
        return requests(seen, () -> selected = Optional.of(select.slots()));
      }
      case Action.Open(var process, var slot) -> {
        return requests(
            seen,
            () -> {
              next = Optional.of(slot);
              nextReached = false;
              percent = 0;
            });
      }
      case Action.Weigh(var process, var to) -> {
        return requests(seen, () -> percent = to);
      }
      case Action.Close close -> {
        return requests(seen, () -> next = Optional.empty());
      }
    }
  }

  private boolean same(Slot slot, Snapshot seen) {
    Integer now = Optional.ofNullable(deployments.get(slot)).map(d -> d.version).orElse(null);
    return Objects.equals(seen.versions().get(slot.name()), now);
  }

  private boolean requests(Snapshot seen, Runnable write) {
    if (seen.versions().get("requests") != requestsVersion) {
      return false;
    }
    write.run();
    requestsVersion++;
    return true;
  }

  /** One of the cluster's controllers, or one pod, does one thing. */
  void step() {
    List<Deployment> all = List.copyOf(deployments.values());
    switch (random.nextInt(4)) {
      case 0 -> {
        selected.ifPresent(s -> endpoints = s);
        nextReached = next.isPresent();
      }
      case 1 -> all.forEach(this::replicate);
      case 2 ->
          all.forEach(d ->
              d.pods.stream()
                  .filter(p -> !p.ready && !broken.contains(p.release) && random.nextBoolean())
                  .findFirst()
                  .ifPresent(p -> p.ready = true));
      default -> all.forEach(d -> d.pods.removeIf(p -> p.leaving && random.nextBoolean()));
    }
    // What is there only because it is not gone yet is nothing to build on.
    int kept = deployments.values().stream().mapToInt(d -> Math.min(d.size, d.ready())).sum();
    floor = Math.max(floor, Math.min(total, kept));
  }

  /** As the Deployment's controller with a surge of one and nothing unavailable. */
  private void replicate(Deployment deployment) {
    List<Pod> staying = deployment.staying();
    List<Pod> older = staying.stream().filter(p -> p.release != deployment.release).toList();
    int newer = staying.size() - older.size();
    int most = deployment.size + (older.isEmpty() ? 0 : 1);
    if (staying.size() < most && newer < deployment.size) {
      deployment.pods.add(new Pod(deployment.release));
      return;
    }
    if (staying.size() <= deployment.size && (older.isEmpty() || newer >= deployment.size)) {
      return;
    }
    boolean spare = deployment.ready() > deployment.size;
    staying.stream()
        .filter(p -> !p.ready && (p.release != deployment.release || staying.size() > most))
        .findFirst()
        .or(() -> older.stream().filter(p -> spare).findFirst())
        .or(() -> staying.stream().filter(p -> staying.size() > most && !p.ready).findFirst())
        .or(() -> staying.stream().filter(p -> staying.size() > most).findFirst())
        .ifPresent(p -> p.leaving = true);
  }

  int ready() {
    return ready(Slot.BLUE) + ready(Slot.GREEN);
  }

  long readyOf(long release) {
    return deployments.values().stream()
        .flatMap(d -> d.pods.stream())
        .filter(p -> p.ready && !p.leaving && p.release == release)
        .count();
  }

  /** What must be true at every moment; empty where it is. */
  Optional<String> broken() {
    if (ready() < floor) {
      return Optional.of(ready() + " replicas are ready where " + floor + " were: " + this);
    }
    if (selected.isPresent() && ready() > 0 && !everEmpty && endpointsEverThere) {
      int main = next.isPresent() ? 100 - percent : 100;
      if (main > 0 && reached().isEmpty()) {
        return Optional.of(main + "% of the requests go to a service without endpoints: " + this);
      }
      if (next.isPresent() && percent > 0 && (!nextReached || ready(next.get()) == 0)) {
        return Optional.of(percent + "% of the requests go to a slot without replicas: " + this);
      }
    }
    endpointsEverThere |= !reached().isEmpty();
    return Optional.empty();
  }

  @Override
  public String toString() {
    return look().toString() + " endpoints " + endpoints;
  }
}
