package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.windlass.engine.kubernetes.apply.ObjectRef;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.environment.Place;
import io.windlass.engine.kubernetes.environment.Watches;
import io.windlass.engine.kubernetes.environment.WishStore.Kept;
import io.windlass.engine.kubernetes.rollout.Certification.State;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Workloads;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.engine.secret.Masker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Says how far an environment is, from what is seen; asks for events and logs only of the sick. */
final class Progress {
  private static final int LINES = 40;
  private static final Duration FRESH = Duration.ofSeconds(5);

  private final Cluster cluster;
  private final Watches watches;
  private final Patience patience;
  private final InstantSource clock;
  private final Map<String, Told> told = new ConcurrentHashMap<>();

  /** What was asked of a pod or a set, and when. */
  private record Told(List<Event> events, Instant at) {}

  Progress(Cluster cluster, Watches watches, Patience patience, InstantSource clock) {
    this.cluster = cluster;
    this.watches = watches;
    this.patience = patience;
    this.clock = clock;
  }

  /**
   * How far the wish is.
   *
   * @param trouble what keeps the work on it from going on
   * @param masker for all that a replica says: the lines of its log, and its words in a cause
   */
  RolloutProgress of(
      Place place,
      Kept kept,
      Observed observed,
      Optional<ClusterException> trouble,
      Masker masker) {
    Instant now = clock.instant();
    int ready = ready(observed);
    int wanted = Steps.wanted(observed);
    Optional<String> stale = watches.trouble(place.namespace());
    if (stale.isEmpty() && Steps.settled(observed)) {
      return new RolloutProgress.Settled(ready);
    }
    if (trouble.isPresent() && isFinal(trouble.get())) {
      return new RolloutProgress.Failing(masker.mask(trouble.get().reason()), List.of());
    }
    if (Steps.awaitsCertificates(observed)) {
      return certificates(observed, masker);
    }
    Finding finding = finding(place, observed, now);
    if (finding instanceof Finding.Broken(var cause, var witness)) {
      return new RolloutProgress.Failing(
          masker.mask(cause), witness.map(pod -> lines(pod, masker)).orElse(List.of()));
    }
    Optional<String> obstacle =
        trouble
            .map(ClusterException::reason)
            .or(() -> stale.map(why -> "the cluster cannot be seen: " + why))
            .or(() ->
                switch (finding) {
                  case Finding.Obstacle(var what) -> Optional.of(what);
                  case Finding.Broken(var cause, var _) -> Optional.of(cause);
                  case Finding.Well well -> Optional.empty();
                });
    return new RolloutProgress.Progressing(
        ready, wanted, detail(observed), obstacle.map(masker::mask));
  }

  private static RolloutProgress certificates(Observed observed, Masker masker) {
    Optional<Certification> failed =
        observed.certificates().stream().filter(c -> c.state() == State.FAILED).findFirst();
    if (failed.isPresent()) {
      return new RolloutProgress.Failing(masker.mask(failed.get().text()), List.of());
    }
    String waits =
        observed.certificates().stream()
            .filter(c -> c.state() != State.ISSUED)
            .map(Certification::text)
            .collect(Collectors.joining("; "));
    return new RolloutProgress.Progressing(
        ready(observed),
        Steps.wanted(observed),
        "nothing moves before its certificates are there",
        Optional.of(masker.mask(waits)));
  }

  /** Whether only somebody can help: the cluster was understood, and says no. */
  static boolean isFinal(ClusterException trouble) {
    return switch (trouble.kind()) {
      case REFUSED, FORBIDDEN, NOT_FOUND -> true;
      case CONFLICT -> !trouble.conflicts().isEmpty();
      case UNREACHABLE, UNAUTHORISED, THROTTLED, SERVER -> false;
    };
  }

  private static int ready(Observed observed) {
    return observed.processes().keySet().stream()
        .mapToInt(process -> ready(observed, process))
        .sum();
  }

  private static int ready(Observed observed, String process) {
    return observed
        .fleet(process)
        .in(observed.wish().slot())
        .filter(w -> w.release() == observed.wish().to())
        .map(Seen.Workload::proved)
        .orElse(0);
  }

  private static String detail(Observed observed) {
    for (String process : new TreeSet<>(observed.processes().keySet())) {
      ProcessSteps steps = new ProcessSteps(observed, process);
      if (observed.total(process).isEmpty()) {
        return "waits for the size of \"" + process + "\"";
      }
      if (!steps.arrived()) {
        Seen.Workload here =
            observed
                .fleet(process)
                .in(observed.wish().slot())
                .orElse(new Seen.Workload(0, 0, 0, 0, 0));
        return here.proved()
            + " of "
            + steps.ofRelease()
            + " replicas of \""
            + process
            + "\" are ready, "
            + here.pods()
            + " pods are there";
      }
    }
    return "under way";
  }

  /** What is the matter with the wanted release: with its worst process, of several. */
  private Finding finding(Place place, Observed observed, Instant now) {
    long release = observed.wish().to();
    String number = Long.toString(release);
    List<Pod> pods =
        watches.of(Pod.class, place).stream()
            .filter(p -> isReplica(p.getMetadata().getLabels(), number))
            .toList();
    List<HasMetadata> sets = new ArrayList<>();
    watches.of(ReplicaSet.class, place).stream()
        .filter(s -> isReplica(s.getMetadata().getLabels(), number))
        .filter(s -> s.getSpec().getReplicas() > 0)
        .forEach(sets::add);
    List<StatefulSet> empty =
        watches.of(StatefulSet.class, place).stream()
            .filter(s -> Observer.release(s) == release && Workloads.size(s) > 0)
            .filter(s -> pods.stream().noneMatch(p -> sameProcess(p, s)))
            .toList();
    sets.addAll(empty);
    Map<String, List<Event>> events = new HashMap<>();
    empty.forEach(set -> events.put(set.getMetadata().getName(), events(set, now)));
    Diagnosis.suspects(pods, now)
        .forEach(pod -> events.put(pod.getMetadata().getName(), events(pod, now)));
    List<Finding> findings = new ArrayList<>();
    for (String process : new TreeSet<>(observed.processes().keySet())) {
      Patience mine = hasGrown(observed, process) ? patience.withoutNeedOfRoom() : patience;
      Finding finding = Diagnosis.of(of(process, pods), of(process, sets), events, mine, now);
      findings.add(
          finding instanceof Finding.Broken(var cause, var _) && serves(observed, process)
              ? new Finding.Obstacle(cause)
              : finding);
    }
    List<Pod> replicas =
        watches.of(Pod.class, place).stream()
            .filter(p -> p.getMetadata().getLabels().containsKey(Labels.SLOT))
            .toList();
    findings.add(Diagnosis.leftBehind(replicas, now));
    return Diagnosis.worst(findings);
  }

  /** A release that has proved itself is not given up for a replica that came later. */
  private static boolean serves(Observed observed, String process) {
    return !observed.wish().onTrial() && ready(observed, process) > 0;
  }

  /**
   * Whether the release has come to what was wanted of it and still has that, so that what is
   * missing is growth. Where that finds no room nothing is worse than before, and a return would
   * find none either.
   */
  private static boolean hasGrown(Observed observed, String process) {
    int ready = ready(observed, process);
    return ready > 0 && ready >= observed.wish().reached().getOrDefault(process, Integer.MAX_VALUE);
  }

  private static <T extends HasMetadata> List<T> of(String process, List<T> objects) {
    return objects.stream().filter(o -> Labels.isOf(o, process)).toList();
  }

  private static boolean isReplica(Map<String, String> labels, String release) {
    return labels.containsKey(Labels.SLOT) && release.equals(labels.get(Labels.RELEASE));
  }

  private static boolean sameProcess(HasMetadata one, HasMetadata other) {
    return Observer.process(one).equals(Observer.process(other));
  }

  private List<Event> events(HasMetadata of, Instant now) {
    told.values().removeIf(old -> old.at().plus(FRESH.multipliedBy(12)).isBefore(now));
    String uid = of.getMetadata().getUid();
    Told known = told.get(uid);
    if (known != null && now.isBefore(known.at().plus(FRESH))) {
      return known.events();
    }
    List<Event> events;
    try {
      events =
          cluster
              .read(
                  "read the events of " + ObjectRef.of(of),
                  client ->
                      client
                          .v1()
                          .events()
                          .inNamespace(of.getMetadata().getNamespace())
                          .withField("involvedObject.uid", uid)
                          .list())
              .getItems();
    } catch (ClusterException e) {
      // They only say more of what is known without them.
      events = known == null ? List.of() : known.events();
    }
    told.put(uid, new Told(events, now));
    return events;
  }

  private List<String> lines(Pod pod, Masker masker) {
    // Beside the process may stand what is well.
    String container =
        pod.getStatus().getContainerStatuses().stream()
            .filter(status -> !Boolean.TRUE.equals(status.getReady()))
            .map(ContainerStatus::getName)
            .findFirst()
            .orElseGet(() -> pod.getSpec().getContainers().getFirst().getName());
    Optional<ContainerStatus> status =
        pod.getStatus().getContainerStatuses().stream()
            .filter(c -> c.getName().equals(container))
            .findFirst();
    boolean running = status.filter(c -> c.getState().getRunning() != null).isPresent();
    boolean again = status.filter(c -> c.getRestartCount() > 0).isPresent();
    // One that has just been started again has said nothing yet; what it said before it ended is
    // asked for then.
    List<Boolean> previous =
        running && again ? List.of(true, false) : again ? List.of(false, true) : List.of(false);
    return previous.stream()
        .map(ended -> log(pod, container, ended))
        .filter(log -> !log.isBlank())
        .findFirst()
        .map(log -> masker.mask(log).lines().toList())
        .orElse(List.of());
  }

  /** Empty where it cannot be had. */
  private String log(Pod pod, String container, boolean ended) {
    try {
      return cluster.read(
          "read the log of Pod " + pod.getMetadata().getName(),
          client -> {
            var logs =
                client
                    .pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .inContainer(container);
            return ended
                ? logs.terminated().tailingLines(LINES).getLog()
                : logs.tailingLines(LINES).getLog();
          });
    } catch (ClusterException e) {
      return "";
    }
  }
}
