package io.windlass.engine.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The runtime contract of an application in one environment.
 *
 * @param env for every process; values may hold expressions
 * @param secrets names; a release pins their versions
 * @param processes by name, at least one
 * @param release run once per release before its first replica
 */
public record App(
    Map<String, String> env,
    List<String> secrets,
    Map<String, ProcessSpec> processes,
    Optional<ReleaseSpec> release) {
  public App {
    env = Ordered.copy(env);
    secrets = List.copyOf(secrets);
    processes = Ordered.copy(processes);
  }

  /**
   * One kind of program.
   *
   * @param run shell text; empty for the image's own entry point
   * @param port the port to listen on, given as {@code PORT}; empty: it serves nothing
   * @param health empty where a process that runs counts as ready
   * @param drain how long requests under way get before it is stopped
   * @param cpuMillis thousandths of a core that it asks for
   * @param memoryBytes the memory that it may use
   * @param volumes directories that outlive replicas and releases
   */
  public record ProcessSpec(
      String name,
      Optional<String> run,
      Optional<Integer> port,
      Optional<HealthSpec> health,
      Duration drain,
      Optional<Integer> cpuMillis,
      Optional<Long> memoryBytes,
      List<VolumeSpec> volumes) {
    public ProcessSpec {
      volumes = List.copyOf(volumes);
    }
  }

  /**
   * A directory that outlives replicas and releases.
   *
   * @param path where a replica finds it
   * @param bytes how much it is to hold at least
   * @param shared one for all replicas of all processes; else it is one replica's own
   */
  public record VolumeSpec(String name, String path, long bytes, boolean shared) {}

  /**
   * How a replica shows that it is well.
   *
   * @param ready path that answers 2xx when it may get traffic; empty: an open port is enough
   * @param live path that answers 2xx while it need not be restarted; empty: running is enough
   * @param interval between two looks
   * @param startup how long a new replica may take until it is first ready
   */
  public record HealthSpec(
      Optional<String> ready, Optional<String> live, Duration interval, Duration startup) {}

  /** A command run once per release; never retried by itself. */
  public record ReleaseSpec(String run, Duration timeout) {}
}
