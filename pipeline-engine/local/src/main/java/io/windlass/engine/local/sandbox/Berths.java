package io.windlass.engine.local.sandbox;

import io.windlass.engine.local.process.Standby;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Berths for steps, each for one step only. To make one takes longer than to start the step in it,
 * so one is made ahead. Thread-safe.
 */
public final class Berths implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Berths.class);
  private static final Executor AHEAD = task -> Thread.ofVirtual().name("berth-ahead").start(task);

  /** Steps give way to replicas: an eighth of their weight, and niced. */
  private static final int WEIGHT = 128;

  private static final String NICENESS = "10";
  private static final int PROCESSES = 4096;

  private final Isolation isolation;
  private final Networks networks;
  private final String keeper;
  private final Path directory;
  private Optional<CompletableFuture<Berth>> ahead = Optional.empty();
  private boolean closed;

  /**
   * None is made yet.
   *
   * @param keeper a name that no other keeper of the machine has
   * @param directory of the steps, where the scripts of wrappers lie
   */
  public Berths(Isolation isolation, Users users, String keeper, Path directory) {
    this.isolation = isolation;
    this.networks = new Networks(isolation, users);
    this.keeper = keeper;
    this.directory = directory;
  }

  /** Begins to make the next one, where none is ahead. */
  public synchronized void prepare() {
    if (!closed && ahead.isEmpty()) {
      ahead = Optional.of(CompletableFuture.supplyAsync(this::makeUnchecked, AHEAD));
    }
  }

  /** The one that was made ahead, or a new one; with a network where this machine can make any. */
  public Berth take() throws IOException {
    Optional<Berth> ready = takeAhead();
    return ready.isPresent() ? ready.get() : make(networks.make());
  }

  /** A new one in the machine's network. */
  public Berth inMachinesNetwork() throws IOException {
    return make(Optional.empty());
  }

  /**
   * Sets what a step in this berth may use.
   *
   * @param cpuMillis thousandths of a core at most; 0: no limit
   */
  public void limit(Berth berth, int cpuMillis, long memoryBytes) throws IOException {
    isolation.cgroups().create(berth.group(), bounds(cpuMillis, memoryBytes));
  }

  /** Ends a berth, when whoever was in it has ended. */
  public void giveBack(Berth berth) {
    berth.wrapper().close();
    berth.network().ifPresent(networks::giveBack);
    isolation.cgroups().remove(berth.group());
  }

  private Optional<Berth> takeAhead() {
    Optional<CompletableFuture<Berth>> mine;
    synchronized (this) {
      mine = ahead;
      ahead = Optional.empty();
    }
    try {
      Optional<Berth> berth = mine.map(CompletableFuture::join);
      if (berth.isPresent() && !berth.get().ready()) {
        giveBack(berth.get());
        return Optional.empty();
      }
      return berth;
    } catch (CompletionException e) {
      LOG.warn("The next step's berth could not be made ahead", e.getCause());
      return Optional.empty();
    }
  }

  private Berth makeUnchecked() {
    try {
      return make(networks.make());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Berth make(Optional<HeldNetwork> network) throws IOException {
    String group = keeper + "-berth-" + UUID.randomUUID();
    boolean done = false;
    try {
      List<Path> groups = isolation.cgroups().create(group, bounds(0, 0));
      if (network.isPresent()) {
        network.get().join(groups);
      }
      List<String> entrance = new ArrayList<>();
      network.ifPresent(n -> entrance.addAll(n.entrance()));
      entrance.addAll(List.of("/usr/bin/nice", "-n", NICENESS));
      Berth berth = new Berth(group, network, Standby.start(group, groups, entrance, directory));
      done = true;
      return berth;
    } finally {
      if (!done) {
        network.ifPresent(networks::giveBack);
        isolation.cgroups().remove(group);
      }
    }
  }

  private static Cgroups.Bounds bounds(int cpuMillis, long memoryBytes) {
    return new Cgroups.Bounds(WEIGHT, cpuMillis, memoryBytes, PROCESSES);
  }

  /** Ends the one that nobody has taken; none is made ahead any more. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    takeAhead().ifPresent(this::giveBack);
  }
}
