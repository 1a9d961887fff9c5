package io.windlass.engine.local.keeper;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.local.protocol.Health;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.replica.Images;
import io.windlass.engine.local.replica.Ports;
import io.windlass.engine.local.replica.Prober;
import io.windlass.engine.local.replica.ReplicaLog;
import io.windlass.engine.local.replica.Replicas;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Running;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does for the loop what takes time, each on a virtual thread, and tells it when it is done. While
 * it is busy with a replica, the loop leaves that one alone.
 */
final class Crew implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Crew.class);
  private static final int LINES = 20;

  /** What was done. */
  sealed interface Report {
    /** Something changed that the next round will see. */
    record Seen() implements Report {}

    record Launched(String id, Running running) implements Report {}

    record NotLaunched(String id, Member.Mishap mishap) implements Report {}

    record Cleaned(String id) implements Report {}
  }

  private record Watched(int attempt, Prober prober) {}

  private final Replicas replicas;
  private final Images images;
  private final Ports ports;
  private final Masking masking;
  private final Set<String> busy = ConcurrentHashMap.newKeySet();
  private final Map<String, Watched> probers = new HashMap<>();
  private Consumer<Report> loop = _ -> {};

  Crew(Replicas replicas, Images images, Ports ports, Masking masking) {
    this.replicas = replicas;
    this.images = images;
    this.ports = ports;
    this.masking = masking;
  }

  /** To whom everything is told; set once, before anything is asked for. */
  void report(Consumer<Report> to) {
    this.loop = to;
  }

  boolean busyWith(String id) {
    return busy.contains(id);
  }

  void free(String id) {
    busy.remove(id);
  }

  void launch(Member member, ProcessSpec spec, Set<Integer> taken) {
    busy.add(member.id());
    Thread.ofVirtual()
        .name("launch-" + member.id())
        .start(() -> loop.accept(launched(member, spec, taken)));
  }

  private Report launched(Member member, ProcessSpec spec, Set<Integer> taken) {
    try {
      Optional<Integer> port = spec.serves() ? Optional.of(ports.free(taken)) : Optional.empty();
      Running running =
          replicas.start(
              member,
              spec,
              images.prepare(spec.root()),
              port,
              () -> loop.accept(new Report.Seen()));
      return new Report.Launched(member.id(), running);
    } catch (IOException | ImageException | RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("replica", member.id())
          .setCause(e)
          .log("A replica could not be started");
      return new Report.NotLaunched(
          member.id(), new Member.Mishap(String.valueOf(e.getMessage()), List.of()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Report.NotLaunched(
          member.id(), new Member.Mishap("the keeper was stopped", List.of()));
    }
  }

  /** Begins to look after its health where nobody does yet. */
  void watch(Member member, ProcessSpec spec) {
    Optional<Integer> port = member.running().flatMap(Running::port);
    Watched watched = probers.get(member.id());
    if (watched != null && watched.attempt() == member.attempt()) {
      return;
    }
    unwatch(member.id());
    if (port.isPresent() && spec.health() instanceof Health.Http http) {
      boolean well = member.phase() == Phase.READY;
      Prober prober = new Prober(port.get(), http, well, () -> loop.accept(new Report.Seen()));
      probers.put(member.id(), new Watched(member.attempt(), prober));
    }
  }

  Life.Facts facts(Member member, boolean drained) {
    Watched watched = probers.get(member.id());
    Optional<Prober> prober = Optional.ofNullable(watched).map(Watched::prober);
    boolean alive = member.running().map(r -> r.process().alive()).orElse(false);
    return new Life.Facts(
        alive,
        prober.map(Prober::ready).orElse(false),
        prober.map(Prober::lost).orElse(false),
        drained,
        () -> replicas.end(member),
        () -> lines(member));
  }

  private List<String> lines(Member member) {
    try {
      return masking.masked(member, ReplicaLog.tail(replicas.log(member.id()), LINES));
    } catch (IOException e) {
      return List.of("(its log cannot be read: " + e.getMessage() + ")");
    }
  }

  void terminate(Member member) {
    Thread.ofVirtual()
        .name("terminate-" + member.id())
        .start(() -> member.running().ifPresent(r -> r.family().terminate()));
  }

  void clean(Member member) {
    unwatch(member.id());
    busy.add(member.id());
    Thread.ofVirtual()
        .name("clean-" + member.id())
        .start(() -> {
          try {
            replicas.clean(member);
          } catch (IOException | RuntimeException e) {
            LOG.atWarn()
                .addKeyValue("replica", member.id())
                .setCause(e)
                .log("Something of a replica could not be removed");
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          loop.accept(new Report.Cleaned(member.id()));
        });
  }

  void forget(String id) {
    unwatch(id);
    try {
      replicas.forget(id);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("replica", id).setCause(e).log("A replica's files stay behind");
    }
  }

  /** Stops looking after replicas that are no more. */
  void keepOnly(Set<String> ids) {
    List.copyOf(probers.keySet()).stream().filter(id -> !ids.contains(id)).forEach(this::unwatch);
  }

  private void unwatch(String id) {
    Watched watched = probers.remove(id);
    if (watched != null) {
      watched.prober().close();
    }
  }

  @Override
  public void close() {
    probers.values().forEach(w -> w.prober().close());
    probers.clear();
  }
}
