package io.windlass.engine.local.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A process that this keeper started.
 *
 * <p>It is the leader of a session of its own ({@code setsid}; the JDK cannot make one) and a small
 * shell, the <em>wrapper</em>, whose child is the program: so its exit code reaches the disk also
 * while no keeper lives, and no signal to the program's group is needed to end it. The wrapper's
 * environment is empty: variables of an application ({@code LD_PRELOAD}) must not reach what runs
 * as root before the sandbox. They travel through file descriptor 3 instead, which nothing else can
 * read.
 */
public final class Launched {
  /** Arguments: mark, exit file, oom score, cgroup files, "--", command. */
  private static final String WRAPPER =
      """
      exit_file=$2; oom=$3; shift 3
      trap : TERM INT HUP QUIT
      echo "$oom" 2>/dev/null >/proc/self/oom_score_adj
      while [ "$1" != -- ]; do echo $$ >"$1" || exit 125; shift; done
      shift
      "$@" 3<&0 0</dev/null
      code=$?
      echo $code >"$exit_file"
      exit $code
      """;

  /** What fits into a pipe at once, so that a reader gets all of it or the writer never wrote. */
  public static final int INPUT_LIMIT = 60 * 1024;

  private final Process process;
  private final ProcessId id;

  private Launched(Process process, ProcessId id) {
    this.process = process;
    this.id = id;
  }

  /** Starts it; returns once its session exists. */
  public static Launched start(Launch launch) throws IOException {
    String input = checked(launch.input());
    List<String> line = new ArrayList<>(List.of("/usr/bin/setsid"));
    line.addAll(wrapper(launch));
    ProcessBuilder builder = bare(line).directory(launch.directory().toFile());
    launch
        .output()
        .ifPresent(f -> builder.redirectOutput(ProcessBuilder.Redirect.appendTo(f.toFile())));
    builder.environment().put(Launch.MARK, launch.mark());
    return of(builder.start(), input);
  }

  /** Nothing of the keeper's environment reaches what this starts. */
  public static ProcessBuilder bare(List<String> line) {
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.PIPE);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    return builder;
  }

  /** The wrapper's command. */
  static List<String> wrapper(Launch launch) {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("/bin/sh", "-c", WRAPPER, "windlass-process"));
    line.add(launch.mark());
    line.add(launch.exitFile().toString());
    line.add(Integer.toString(launch.oomScore()));
    launch.groups().forEach(g -> line.add(g.toString()));
    line.add("--");
    line.addAll(launch.command());
    return line;
  }

  static String checked(String input) throws IOException {
    if (input.getBytes(StandardCharsets.UTF_8).length > INPUT_LIMIT) {
      throw new IOException(
          "Tried to start a process but its environment is longer than "
              + INPUT_LIMIT
              + " bytes; make it shorter, or put long values into a file");
    }
    return input;
  }

  /** A wrapper that runs, once it has its input. */
  static Launched of(Process process, String input) throws IOException {
    Optional<ProcessId> id = ProcessStat.of(process.pid()).map(ProcessStat::id);
    // Gone before it could be looked at: its number alone will never be mistaken for a live one.
    Launched launched = new Launched(process, id.orElse(new ProcessId(process.pid(), 0)));
    launched.feed(input.getBytes(StandardCharsets.UTF_8));
    return launched;
  }

  private void feed(byte[] input) throws IOException {
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write(input);
    } catch (IOException e) {
      if (process.isAlive()) {
        process.destroyForcibly();
        throw e;
      } // else it ended at once, and its exit code says more than a broken pipe
    }
  }

  public ProcessId id() {
    return id;
  }

  /** Its output where that goes through a pipe. */
  public InputStream output() {
    return process.getInputStream();
  }

  /** Completes when the wrapper has ended. */
  public CompletionStage<?> ended() {
    return process.onExit();
  }

  /** What the wrapper wrote at the end; empty while it runs or when it was killed itself. */
  public static Optional<Integer> exitCode(Path exitFile) {
    try {
      String text = Files.readString(exitFile);
      return text.endsWith("\n") ? Optional.of(Integer.valueOf(text.strip())) : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
