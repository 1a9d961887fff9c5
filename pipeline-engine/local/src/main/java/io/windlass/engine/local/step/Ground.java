package io.windlass.engine.local.step;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.StepStart;
import io.windlass.engine.local.replica.Images;
import io.windlass.engine.local.replica.Inside;
import io.windlass.engine.local.sandbox.Cgroups;
import io.windlass.engine.local.sandbox.HeldNetwork;
import io.windlass.engine.local.sandbox.Isolation;
import io.windlass.engine.local.sandbox.LoopbackFilter;
import io.windlass.engine.local.sandbox.Networks;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.sandbox.Users;
import io.windlass.engine.local.sandbox.View;
import io.windlass.engine.local.state.Releases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a step stands on: its user, its view of the machine, its limits. */
public final class Ground {
  /** Steps give way to replicas: an eighth of their weight, and niced. */
  private static final int WEIGHT = 128;

  static final int NICENESS = 10;
  private static final int PROCESSES = 4096;

  private final Isolation isolation;
  private final Workspaces workspaces;
  private final Images images;
  private final Releases releases;
  private final Inside inside;
  private final Networks networks;

  public Ground(
      Isolation isolation, Users users, Networks networks, Images images, Releases releases) {
    this.isolation = isolation;
    this.networks = networks;
    this.workspaces = new Workspaces(users, isolation.sandbox().dropsUser());
    this.images = images;
    this.releases = releases;
    this.inside = new Inside(isolation);
  }

  /**
   * Where it runs and as whom.
   *
   * @param network of its own; empty: the machine's
   */
  record Place(Path workspace, int user, Optional<HeldNetwork> network) {}

  Place enter(StepStart start, String mark, Path directory) throws IOException {
    Path workspace =
        start.release().isPresent() ? directory.resolve("tmp") : Path.of(start.workspace());
    if (start.release().isEmpty() && !(workspace.isAbsolute() && Files.isDirectory(workspace))) {
      throw new IOException(
          "Tried to run a step in \""
              + workspace
              + "\" but that is no directory; check it out first");
    }
    Trees.passable(directory);
    Trees.own(directory.resolve("tmp"), Optional.empty());
    Files.createDirectories(directory.resolve("tmp/home"));
    int user = workspaces.enter(workspace);
    if (isolation.sandbox().dropsUser()) {
      Trees.give(directory.resolve("tmp"), user);
    }
    try {
      return new Place(workspace, user, network(start, mark, user));
    } catch (IOException e) {
      workspaces.leave(workspace, user);
      throw e;
    }
  }

  private Optional<HeldNetwork> network(StepStart start, String mark, int user) throws IOException {
    if (start.release().isPresent()) {
      isolation.loopback().confine(mark, new LoopbackFilter.Confined(user, Optional.empty(), true));
      return Optional.empty();
    }
    // A step that shares the machine's network must be able to call what it starts itself.
    return networks.take();
  }

  void leave(Place place, String mark) throws IOException {
    place.network().ifPresent(networks::giveBack);
    isolation.loopback().release(mark);
    workspaces.leave(place.workspace(), place.user());
  }

  /** Makes ready what the next step needs. */
  void prepare() {
    networks.prepare();
  }

  List<Path> limit(StepStart start, Place place, String mark, long memoryUnsaid)
      throws IOException {
    long memory = start.resources().memoryBytes();
    List<Path> groups =
        isolation
            .cgroups()
            .create(
                mark,
                new Cgroups.Bounds(
                    WEIGHT,
                    start.resources().cpuMillis(),
                    memory == 0 ? memoryUnsaid : memory,
                    PROCESSES));
    if (place.network().isPresent()) {
      place.network().get().join(groups);
    }
    return groups;
  }

  boolean outOfMemory(String mark) {
    return isolation.cgroups().outOfMemory(mark);
  }

  /** Gives the limits back. */
  void release(String mark) {
    isolation.cgroups().remove(mark);
  }

  View.Command command(StepStart start, String mark, Path directory, Place place)
      throws IOException, ImageException, InterruptedException {
    Path temporary = directory.resolve("tmp").toAbsolutePath();
    View view =
        start.release().isPresent()
            ? inRelease(start, start.release().get(), mark, temporary, place)
            : inWorkspace(start, mark, directory, temporary, place);
    return isolation.sandbox().command(view, start.command(), mark, true);
  }

  private View inRelease(
      StepStart start, StepStart.InRelease in, String mark, Path temporary, Place place)
      throws IOException, ImageException, InterruptedException {
    ProcessSpec spec =
        releases
            .process(in.release(), in.process())
            .orElseThrow(() ->
                new IOException(
                    "Tried to run a command in \""
                        + in.process()
                        + "\" of "
                        + in.release()
                        + " but the keeper does not know it; prepare the release first"));
    Map<String, String> more = new HashMap<>(start.env());
    more.putAll(start.secrets().values());
    more.put("WINDLASS_RELEASE", in.release());
    return inside.view(
        images.prepare(spec.root()), spec, mark, temporary, more, place.user(), NICENESS);
  }

  private View inWorkspace(
      StepStart start, String mark, Path directory, Path temporary, Place place)
      throws IOException {
    boolean isolates = isolation.sandbox().isolates();
    Path seen = isolates ? Path.of("/tmp") : temporary;
    Map<Path, Path> readable = new HashMap<>();
    start.readable().forEach(r -> readable.put(Path.of(r), Path.of(r)));
    isolation.cgroups().directories(mark).forEach(d -> readable.put(d, d));
    // Programs look up the home of their user here, and no account of the machine is ours.
    Path accounts = Files.writeString(directory.resolve("passwd"), accounts(place.user()));
    readable.put(Path.of("/etc/passwd"), accounts.toAbsolutePath());
    Map<String, String> env = new HashMap<>();
    Optional<String> names = isolation.sandbox().resolvConf();
    if (names.isPresent()) {
      Path resolvers = Files.writeString(directory.resolve("resolv.conf"), names.get());
      readable.put(Path.of("/etc/resolv.conf"), resolvers.toAbsolutePath());
    }
    env.put("PATH", isolation.sandbox().path());
    env.put("JAVA_HOME", System.getProperty("java.home"));
    env.put("LANG", "C.UTF-8");
    env.put("HOME", seen.resolve("home").toString());
    env.put("TMPDIR", seen.toString());
    env.put("USER", "windlass");
    env.putAll(start.env());
    env.putAll(start.secrets().values());
    return new View(
        Optional.empty(),
        readable,
        Map.of(Path.of("/tmp"), temporary, place.workspace(), place.workspace()),
        place.workspace(),
        env,
        place.user(),
        NICENESS,
        place.network());
  }

  private static String accounts(int user) {
    return "root:x:0:0:root:/root:/bin/sh\nwindlass:x:"
        + user
        + ":"
        + user
        + ":step:/tmp/home:/bin/sh\n";
  }

  /** All secrets that must not appear in the step's log. */
  List<String> secrets(StepStart start) {
    List<String> secrets = new ArrayList<>(start.secrets().values().values());
    start
        .release()
        .flatMap(in -> releases.process(in.release(), in.process()))
        .ifPresent(spec -> secrets.addAll(spec.secrets().values().values()));
    return secrets;
  }
}
