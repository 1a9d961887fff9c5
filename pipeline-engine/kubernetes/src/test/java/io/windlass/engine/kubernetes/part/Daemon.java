package io.windlass.engine.kubernetes.part;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that runs beside the tests and ends with them, also when their JVM is killed: a shell
 * between the two waits on a pipe that only the JVM holds.
 */
final class Daemon implements AutoCloseable {
  private static final String SUPERVISE =
      "log=$1; signal=$2; shift 2; \"$@\" >>\"$log\" 2>&1 </dev/null & child=$!; echo $child;"
          + " read -r _; kill -$signal $child 2>/dev/null; kill -CONT $child 2>/dev/null; wait $child";

  private final Process supervisor;
  private final ProcessHandle child;
  private final Path log;

  private Daemon(Process supervisor, ProcessHandle child, Path log) {
    this.supervisor = supervisor;
    this.child = child;
    this.log = log;
  }

  /** Starts a program whose output goes to a file. */
  static Daemon start(Path log, List<String> command) throws IOException {
    return start(log, "TERM", command);
  }

  /** The same for a program that is stopped by another signal than {@code TERM}. */
  static Daemon start(Path log, String signal, List<String> command) throws IOException {
    var line = new ArrayList<>(List.of("/bin/sh", "-c", SUPERVISE, "sh", log.toString(), signal));
    line.addAll(command);
    Process supervisor =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var output =
        new BufferedReader(
            new InputStreamReader(supervisor.getInputStream(), StandardCharsets.US_ASCII));
    String pid = output.readLine();
    if (pid == null) {
      throw new IOException("Tried to start " + command.getFirst() + " but no shell ran");
    }
    ProcessHandle child =
        ProcessHandle.of(Long.parseLong(pid))
            .orElseThrow(() -> new IOException(command.getFirst() + " ended at once, see " + log));
    return new Daemon(supervisor, child, log);
  }

  boolean alive() {
    return child.isAlive();
  }

  /** Stops its time: connections stay open and nothing answers. */
  void pause() {
    signal("STOP");
  }

  /** Goes on after {@link #pause}. */
  void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(child.pid())).start().waitFor();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Ends it at once, as a crash would. */
  void kill() {
    child.destroyForcibly();
    child.onExit().join();
  }

  /** The last lines of what it wrote. */
  String tail() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    } catch (IOException e) {
      return "(no output: " + e.getMessage() + ")";
    }
  }

  @Override
  public void close() {
    try (var pipe = supervisor.getOutputStream()) {
      pipe.flush();
    } catch (IOException e) {
      // The shell is gone already.
    }
    try {
      if (!supervisor.waitFor(10, TimeUnit.SECONDS)) {
        child.destroyForcibly();
        supervisor.destroyForcibly();
      }
    } catch (InterruptedException e) {
      child.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
