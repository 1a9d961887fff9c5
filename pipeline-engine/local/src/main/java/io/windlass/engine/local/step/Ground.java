package io.windlass.engine.local.step;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.StepStart;
import io.windlass.engine.local.replica.Images;
import io.windlass.engine.local.replica.Inside;
import io.windlass.engine.local.sandbox.Berth;
import io.windlass.engine.local.sandbox.Berths;
import io.windlass.engine.local.sandbox.Isolation;
import io.windlass.engine.local.sandbox.LoopbackFilter;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.sandbox.Users;
import io.windlass.engine.local.sandbox.View;
import io.windlass.engine.local.state.Releases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What a step stands on: its user, its view of the machine, its limits. */
public final class Ground {
  private static final Duration A_STEP_BEGINS = Duration.ofMillis(100);

  private final Isolation isolation;
  private final Workspaces workspaces;
  private final Images images;
  private final Releases releases;
  private final Inside inside;
  private final Berths berths;

  public Ground(Isolation isolation, Users users, Berths berths, Images images, Releases releases) {
    this.isolation = isolation;
    this.berths = berths;
    this.workspaces = new Workspaces(users, isolation.sandbox().dropsUser());
    this.images = images;
    this.releases = releases;
    this.inside = new Inside(isolation);
  }

  /** Where it runs and as whom. */
  record Place(Path workspace, int user, Berth berth) {}

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
    boolean entered = false;
    try {
      Place place = new Place(workspace, user, berth(start, mark, user));
      entered = true;
      return place;
    } finally {
      if (!entered) {
        isolation.loopback().release(mark);
        workspaces.leave(workspace, user);
      }
    }
  }

  private Berth berth(StepStart start, String mark, int user) throws IOException {
    if (start.release().isPresent()) {
      isolation.loopback().confine(mark, new LoopbackFilter.Confined(user, Optional.empty(), true));
      return berths.inMachinesNetwork();
    }
    return berths.take();
  }

  void leave(Place place, String mark) throws IOException {
    berths.giveBack(place.berth());
    isolation.loopback().release(mark);
    workspaces.leave(place.workspace(), place.user());
  }

  /** Makes ready what the next step needs, now that nobody waits for anything. */
  void prepare() {
    berths.prepare();
  }

  /** The same, but not while a step begins: it would wait for its part of the processor. */
  void prepareSoon() {
    CompletableFuture.delayedExecutor(A_STEP_BEGINS.toMillis(), TimeUnit.MILLISECONDS)
        .execute(berths::prepare);
  }

  void limit(StepStart start, Place place, long memoryUnsaid) throws IOException {
    long memory = start.resources().memoryBytes();
    berths.limit(place.berth(), start.resources().cpuMillis(), memory == 0 ? memoryUnsaid : memory);
  }

  boolean outOfMemory(Place place) {
    return isolation.cgroups().outOfMemory(place.berth().group());
  }

  View.Command command(StepStart start, String mark, Path directory, Place place)
      throws IOException, ImageException, InterruptedException {
    Path temporary = directory.resolve("tmp").toAbsolutePath();
    View view =
        start.release().isPresent()
            ? inRelease(start, start.release().get(), temporary, place)
            : inWorkspace(start, directory, temporary, place);
    return isolation.sandbox().command(view, start.command(), mark, true);
  }

  private View inRelease(StepStart start, StepStart.InRelease in, Path temporary, Place place)
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
        images.prepare(spec.root()), spec, place.berth().group(), temporary, more, place.user());
  }

  private View inWorkspace(StepStart start, Path directory, Path temporary, Place place)
      throws IOException {
    boolean isolates = isolation.sandbox().isolates();
    Path seen = isolates ? Path.of("/tmp") : temporary;
    Map<Path, Path> readable = new HashMap<>();
    start.readable().forEach(r -> readable.put(Path.of(r), Path.of(r)));
    isolation.cgroups().directories(place.berth().group()).forEach(d -> readable.put(d, d));
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
        place.berth().network());
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
