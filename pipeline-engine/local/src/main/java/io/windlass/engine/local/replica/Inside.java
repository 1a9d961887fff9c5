package io.windlass.engine.local.replica;

import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.sandbox.Isolation;
import io.windlass.engine.local.sandbox.View;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is seen from inside an image: by its replicas and by its release's command. */
public final class Inside {
  private static final Path TEMPORARY = Path.of("/tmp");

  private final Isolation isolation;

  public Inside(Isolation isolation) {
    this.isolation = isolation;
  }

  /**
   * The view of a process of this image.
   *
   * @param group name of the process's control group
   * @param temporary its own directory
   * @param more variables over those of image and release
   */
  public View view(
      Content content,
      ProcessSpec spec,
      String group,
      Path temporary,
      Map<String, String> more,
      int user) {
    boolean isolates = isolation.sandbox().isolates();
    Path root = Path.of(content.root());
    Map<Path, Path> readable = new HashMap<>();
    isolation.cgroups().directories(group).forEach(d -> readable.put(d, d));
    // A link would show whatever it leads to on this machine.
    if (content.onHost() && Files.isDirectory(root.resolve("app"), LinkOption.NOFOLLOW_LINKS)) {
      readable.put(Path.of("/app"), root.resolve("app"));
    }
    Path workdir = Path.of("/").resolve(content.workdir());
    Map<String, String> env = variables(content, spec, isolates ? TEMPORARY : temporary);
    env.putAll(more);
    return new View(
        content.onHost() ? Optional.empty() : Optional.of(root),
        readable,
        Map.of(TEMPORARY, temporary),
        isolates ? workdir : root.resolve(Path.of("/").relativize(workdir).toString()),
        env,
        user,
        Optional.empty());
  }

  private Map<String, String> variables(Content content, ProcessSpec spec, Path temporary) {
    Map<String, String> env = new HashMap<>();
    env.put("LANG", "C.UTF-8");
    env.put("HOME", temporary.toString());
    env.put("TMPDIR", temporary.toString());
    env.put("PATH", isolation.sandbox().path());
    if (content.onHost()) {
      env.put("JAVA_HOME", System.getProperty("java.home"));
    }
    env.putAll(content.env());
    env.putAll(spec.env());
    env.putAll(spec.secrets().values());
    return env;
  }

  /** What to run: the release's own words, or the image's. */
  static List<String> program(ProcessSpec spec, Content content) {
    return spec.command().isEmpty() ? content.command() : spec.command();
  }
}
