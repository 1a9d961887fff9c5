package io.windlass.engine.local.keeper;

import io.windlass.engine.local.sandbox.Users;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What an operator chooses for a keeper.
 *
 * @param directory the keeper's own: state, socket, key, logs, unpacked images
 * @param contentStore the server's content store, or empty where only directories are run
 * @param port of the metrics on 127.0.0.1; 0: any free one, which stands in the directory
 * @param routes where the routes are served
 * @param budget what replicas may use of the machine
 * @param sandbox whether to isolate
 * @param tools directories that every process may read beside the system's own; their {@code bin}
 *     is in the PATH. The keeper's own Java is always among them
 * @param around what processes may see and call of this machine
 * @param firstUser of the {@link Users#COUNT} user ids that processes run under, where the keeper
 *     is root
 * @param limits bounds on everything that grows
 */
public record KeeperSettings(
    Path directory,
    Optional<Path> contentStore,
    int port,
    Routes routes,
    Budget budget,
    Sandboxing sandbox,
    List<Path> tools,
    Surroundings around,
    int firstUser,
    Limits limits) {
  public KeeperSettings {
    tools = List.copyOf(tools);
  }

  /** All defaults, routes on a free port of the loopback. */
  public static KeeperSettings of(Path directory) {
    return new KeeperSettings(
        directory,
        Optional.empty(),
        0,
        Routes.on("127.0.0.1", 0),
        Budget.DEFAULT,
        Sandboxing.WHERE_IT_WORKS,
        List.of(),
        Surroundings.NONE,
        Users.FIRST,
        Limits.DEFAULT);
  }

  public KeeperSettings withContentStore(Path store) {
    return with(next -> next.contentStore = Optional.of(store));
  }

  public KeeperSettings withRoutes(Routes listen) {
    return with(next -> next.routes = listen);
  }

  /** Metrics at this port of the loopback. */
  public KeeperSettings withPort(int metrics) {
    return with(next -> next.port = metrics);
  }

  public KeeperSettings withBudget(Budget share) {
    return with(next -> next.budget = share);
  }

  public KeeperSettings withSandbox(Sandboxing sandboxing) {
    return with(next -> next.sandbox = sandboxing);
  }

  public KeeperSettings withLimits(Limits bounds) {
    return with(next -> next.limits = bounds);
  }

  public KeeperSettings withSurroundings(Surroundings surroundings) {
    return with(next -> next.around = surroundings);
  }

  private KeeperSettings with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.made();
  }

  /** Other settings while they are made. */
  private static final class Draft {
    private final Path directory;
    private Optional<Path> contentStore;
    private int port;
    private Routes routes;
    private Budget budget;
    private Sandboxing sandbox;
    private final List<Path> tools;
    private Surroundings around;
    private final int firstUser;
    private Limits limits;

    Draft(KeeperSettings from) {
      this.directory = from.directory;
      this.contentStore = from.contentStore;
      this.port = from.port;
      this.routes = from.routes;
      this.budget = from.budget;
      this.sandbox = from.sandbox;
      this.tools = from.tools;
      this.around = from.around;
      this.firstUser = from.firstUser;
      this.limits = from.limits;
    }

    KeeperSettings made() {
      return new KeeperSettings(
          directory, contentStore, port, routes, budget, sandbox, tools, around, firstUser, limits);
    }
  }

  /**
   * What processes may see and call of this machine.
   *
   * @param hidden directories that no process may see, wherever they are; the keeper's own is
   *     always among them
   * @param reach services of this machine that replicas and releases' commands may call
   */
  public record Surroundings(List<Path> hidden, List<Reach> reach) {
    public static final Surroundings NONE = new Surroundings(List.of(), List.of());

    public Surroundings {
      hidden = List.copyOf(hidden);
      reach = List.copyOf(reach);
    }

    /** One service, by an address and not a name. */
    public record Reach(String address, int port) {}
  }

  /**
   * Where the routes are served.
   *
   * @param listen addresses; port 0 takes a free one, and the same one again after a restart
   * @param inheritSocket also serve the listening socket that is standard input, as a systemd
   *     socket unit hands over a privileged port
   * @param trusted networks ({@code 10.0.0.0/8}) whose forwarding headers are believed
   */
  public record Routes(List<Listen> listen, boolean inheritSocket, List<String> trusted) {
    public Routes {
      listen = List.copyOf(listen);
      trusted = List.copyOf(trusted);
    }

    public static Routes on(String host, int port) {
      return new Routes(List.of(new Listen(host, port)), false, List.of());
    }

    /** One address. */
    public record Listen(String host, int port) {}
  }

  /**
   * Shares of the machine that replicas may ask for together.
   *
   * @param cpuPercent of all cores
   * @param memoryPercent of the memory
   */
  public record Budget(int cpuPercent, int memoryPercent) {
    public static final Budget DEFAULT = new Budget(100, 80);
  }

  /** Whether processes are isolated from each other and from the machine. */
  public enum Sandboxing {
    /** Where it was seen to work at start; else plain processes, and said so. */
    WHERE_IT_WORKS,
    /** A keeper that cannot isolate does not start. */
    REQUIRED,
    /** Plain processes. */
    OFF
  }

  /**
   * Bounds.
   *
   * @param replicaLogBytes of one log file; one older file is kept beside it
   * @param crashLoop failures in a row after which a replica counts as crash looping
   * @param failing failures in a row before its first readiness after which a release counts as
   *     failing
   * @param backoff first pause before a restart; doubled each time
   * @param backoffMost longest pause
   * @param settle how long a new replica must have been ready before an old one is drained for it
   * @param forgiven how long a replica must have been ready for its failures to be forgotten
   * @param measured how long samples are kept, one a second
   * @param steps at the same time at most; more are refused
   * @param imageBytes unpacked images that nothing uses are kept up to this
   * @param workspaceBytes that a step's workspace and temporary files may have together
   * @param freeBytes that are kept free on the disk of steps; below it none starts
   */
  public record Limits(
      long replicaLogBytes,
      int crashLoop,
      int failing,
      Duration backoff,
      Duration backoffMost,
      Duration settle,
      Duration forgiven,
      Duration measured,
      int steps,
      long imageBytes,
      long workspaceBytes,
      long freeBytes) {
    public static final Limits DEFAULT =
        new Limits(
            16L << 20,
            5,
            3,
            Duration.ofMillis(500),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofMinutes(15),
            64,
            2L << 30,
            20L << 30,
            1L << 30);

    public Limits withDisk(long workspaceBytes, long freeBytes) {
      return new Limits(
          replicaLogBytes,
          crashLoop,
          failing,
          backoff,
          backoffMost,
          settle,
          forgiven,
          measured,
          steps,
          imageBytes,
          workspaceBytes,
          freeBytes);
    }
  }
}
