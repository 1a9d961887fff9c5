package io.windlass.engine.local.replica;

import io.windlass.engine.local.process.Launch;
import io.windlass.engine.local.process.Launched;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.sandbox.Cgroups;
import io.windlass.engine.local.sandbox.Isolation;
import io.windlass.engine.local.sandbox.LoopbackFilter;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.sandbox.Users;
import io.windlass.engine.local.sandbox.View;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts and ends the processes of replicas. Each has a directory of its own:
 *
 * <pre>
 * ID/out.log    what it writes; readable by the keeper only, because it is not masked
 * ID/exit.N     exit code of its Nth process
 * ID/tmp        its /tmp, the only place that it can write to
 * </pre>
 */
public final class Replicas {
  /** Weight of one core asked for, as cgroups count. */
  private static final int WEIGHT = 1024;

  private static final int PROCESSES = 8192;

  private final Path directory;
  private final String keeper;
  private final Isolation isolation;
  private final Users users;
  private final Inside inside;

  /**
   * Keeps replicas' directories below this one.
   *
   * @param keeper a name that no other keeper of the machine has
   */
  public Replicas(Path directory, String keeper, Isolation isolation, Users users)
      throws IOException {
    this.directory = Trees.passable(directory);
    this.keeper = keeper;
    this.isolation = isolation;
    this.users = users;
    this.inside = new Inside(isolation);
  }

  /** The text by which a replica's process is found; also its control group's name. */
  public String mark(String id) {
    return keeper + "-" + id;
  }

  /**
   * Starts the process of this attempt.
   *
   * @param ended is run when it has ended
   */
  public Running start(
      Member member, ProcessSpec spec, Content content, Optional<Integer> port, Runnable ended)
      throws IOException {
    Path home = Trees.passable(directory.resolve(member.id()));
    int user = users.acquire(member.environment());
    Trees.own(
        home.resolve("tmp"),
        isolation.sandbox().dropsUser() ? Optional.of(user) : Optional.empty());
    Path log = log(member.id());
    if (Files.notExists(log)) {
      Files.createFile(log, Privately.FILE);
    }
    Files.deleteIfExists(exitFile(member));
    String mark = mark(member.id());
    List<Path> groups = isolation.cgroups().create(mark, bounds(spec));
    View view =
        inside.view(
            content, spec, mark, home.resolve("tmp").toAbsolutePath(), names(member, port), user);
    List<String> program = Inside.program(spec, content);
    if (program.isEmpty()) {
      throw new IOException(
          "Tried to start \""
              + member.process()
              + "\" but neither the release nor its image says what to run; give it a `run`");
    }
    View.Command command = isolation.sandbox().command(view, program, mark, false);
    isolation.loopback().confine(mark, new LoopbackFilter.Confined(user, port, true));
    Launched launched =
        Launched.start(
            new Launch(
                mark,
                exitFile(member),
                Optional.of(log),
                groups,
                0,
                command.command(),
                command.input(),
                command.directory()));
    launched.ended().thenRun(ended);
    return new Running(launched.id(), mark, port, command.sandboxed(), user);
  }

  private static Cgroups.Bounds bounds(ProcessSpec spec) {
    int millis = spec.resources().cpuMillis();
    // Processor time is shared by weight and not capped: a replica may use what nobody else wants.
    return new Cgroups.Bounds(
        millis == 0 ? WEIGHT : (int) Math.max(2, (long) millis * WEIGHT / 1000),
        0,
        spec.resources().memoryBytes(),
        PROCESSES);
  }

  private static Map<String, String> names(Member member, Optional<Integer> port) {
    Map<String, String> env = new HashMap<>();
    env.put("WINDLASS_FLEET", member.fleet());
    env.put("WINDLASS_RELEASE", member.release());
    env.put("WINDLASS_REPLICA", member.id());
    port.ifPresent(p -> env.put("PORT", Integer.toString(p)));
    return env;
  }

  /** After a restart of the keeper: it lives on as that user. */
  public void found(Member member) {
    users.acquire(member.environment());
    member.running().ifPresent(r -> isolation.loopback().found(mark(member.id()), confined(r)));
  }

  private static LoopbackFilter.Confined confined(Running running) {
    return new LoopbackFilter.Confined(running.user(), running.port(), true);
  }

  /**
   * Ends whatever is left of its process and gives back what it held. Blocks; may be called again.
   */
  public void clean(Member member) throws IOException, InterruptedException {
    Optional<Running> running = member.running();
    if (running.isPresent()) {
      running.get().family().kill();
      users.release(running.get().user());
    }
    Files.deleteIfExists(exitFile(member));
    isolation.loopback().release(mark(member.id()));
    isolation.cgroups().remove(mark(member.id()));
    Trees.remove(directory.resolve(member.id()).resolve("tmp"));
  }

  /** How the process of this attempt ended, in words. */
  public String end(Member member) {
    return Ends.describe(
        Launched.exitCode(exitFile(member)), isolation.cgroups().outOfMemory(mark(member.id())));
  }

  /** Forgets a replica whose process is gone. */
  public void forget(String id) throws IOException {
    Trees.remove(directory.resolve(id));
  }

  public Path log(String id) {
    return directory.resolve(id).resolve("out.log");
  }

  /** Ids of the replicas that have a directory. */
  public List<String> known() throws IOException {
    List<String> ids = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(directory)) {
      entries.forEach(e -> ids.add(e.getFileName().toString()));
    }
    return ids;
  }

  private Path exitFile(Member member) {
    return directory.resolve(member.id()).resolve("exit." + member.attempt());
  }
}
