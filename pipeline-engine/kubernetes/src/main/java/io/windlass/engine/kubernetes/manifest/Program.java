package io.windlass.engine.kubernetes.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.io.ByteStreams;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.run.WrittenTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One of the operator's programs, run over files that cannot be trusted: with no variables but its
 * own, a home of its own, nothing on its PATH that it could start, no proxy that leads anywhere,
 * limits for its time, its memory and what it says, and behind the best {@link Wall} that worked
 * when it was first looked for.
 */
final class Program {
  private static final Duration TIME = Duration.ofSeconds(60);
  private static final int MOST_OUTPUT = 4 << 20;
  private static final int MOST_COMPLAINTS = 64 << 10;
  private static final int COMPLAINT_LINES = 20;

  /**
   * Of addresses, in KiB: Go's programs reserve more than they use; and of the processor's time, so
   * that one ends which outlives the server.
   */
  private static final String LIMITED =
      "ulimit -v 1572864 && ulimit -t 60 && ulimit -c 0 && exec \"$@\"";

  private static final Path NICE = Path.of("/usr/bin/nice");

  /** One at a time, so that many commits take no more of the machine than one. */
  private static final ReentrantLock ONE = new ReentrantLock(true);

  private final Installed installed;
  private final Known known;
  private final Path tree;
  private Standing standing;

  /**
   * One of these.
   *
   * @param tree the directory that it is started in
   */
  Program(Installed installed, Path tree) {
    this.installed = installed;
    this.known = installed.known();
    this.tree = tree;
    this.standing = installed.standing().get();
  }

  /**
   * A program of this machine.
   *
   * @param standing behind what it was found to work. It stays behind that: a wall that does not
   *     work later, say for want of memory, lets it through to nothing
   */
  record Installed(Known known, Path file, AtomicReference<Standing> standing) {
    static Installed of(Known known, Path file) {
      return new Installed(known, file, new AtomicReference<>(Standing.untried()));
    }

    /** Unless it was found before. */
    void found(Standing behind) {
      standing.updateAndGet(before -> before.hasWeaker() ? behind.settled() : before);
    }
  }

  /**
   * A program of which it is known what it reads, and what it can be told to leave alone.
   *
   * @param version the words that make it say its version
   * @param versions those of which it is known, as it writes them
   * @param words what people call these versions
   */
  record Known(String name, List<String> version, Pattern versions, String words) {}

  /** How it ended; {@code late} where it was stopped. */
  private record Ended(int code, Said out, Said complaints, boolean late) {}

  private record Said(String text, boolean tooMuch) {}

  /** What it says of itself; throws where it cannot be run. */
  String version() throws RolloutException, InterruptedException {
    Path home = home();
    try {
      Ended said = run(known.version(), home);
      while (said.code() != 0 && standing.hasWeaker()) {
        standing = standing.weaker(words(said.complaints().text(), said.code()));
        said = run(known.version(), home);
      }
      if (said.code() != 0 || said.late()) {
        throw new RolloutException(
            "Tried to ask \"%s\" for its version but it says: %s; look whether the server may start it"
                .formatted(installed.file(), words(said.complaints().text(), said.code())));
      }
      installed.found(standing);
      return said.out().text().strip();
    } catch (IOException e) {
      throw notRun(e);
    } finally {
      remove(home);
    }
  }

  /** As {@link Standing#open}; known once its version is. */
  Optional<String> open() {
    return standing.open();
  }

  private Path home() {
    return tree.resolveSibling(tree.getFileName() + ".home");
  }

  private RolloutException notRun(IOException e) {
    return new RolloutException(
        "Tried to run \"%s\" but %s; look whether the server may start it"
            .formatted(installed.file(), e.getMessage()),
        e);
  }

  /** What it makes of the files, by this command. */
  Drawing draw(List<String> command) throws RolloutException, InterruptedException {
    ONE.lockInterruptibly();
    try {
      return drawNow(command);
    } finally {
      ONE.unlock();
    }
  }

  private Drawing drawNow(List<String> command) throws RolloutException, InterruptedException {
    String said = version();
    if (!known.versions().matcher(said).matches()) {
      return Drawing.Failed.because(
          "the server has %s \"%s\", and takes %s; let the operator install it"
              .formatted(known.name(), said, known.words()));
    }
    Path home = home();
    try {
      Ended made = run(command, home);
      if (made.late()) {
        return Drawing.Failed.because(
            known.name() + " took longer than " + TIME.toSeconds() + " s, and was stopped");
      }
      if (made.out().tooMuch()) {
        return Drawing.Failed.because(known.name() + " made more than " + MOST_OUTPUT + " bytes");
      }
      if (made.code() != 0) {
        return Drawing.Failed.because(
            known.name() + " says: " + words(made.complaints().text(), made.code()));
      }
      return new Drawing.Text(made.out().text(), known.name() + " " + said);
    } catch (IOException e) {
      throw notRun(e);
    } finally {
      remove(home);
    }
  }

  private static void remove(Path home) throws RolloutException {
    try {
      WrittenTree.remove(home);
    } catch (IOException e) {
      throw new RolloutException("Tried to remove \"" + home + "\" but " + e.getMessage(), e);
    }
  }

  private String words(String complaints, int code) {
    String said =
        complaints
            .replace(standing.wall().work(tree) + "/", "")
            .replaceAll("[\\p{Cntrl}&&[^\n]]", " ");
    List<String> lines =
        said.lines().filter(line -> !line.isBlank()).limit(COMPLAINT_LINES).toList();
    return lines.isEmpty() ? "nothing, and ended with " + code : String.join("\n", lines);
  }

  private Ended run(List<String> arguments, Path home) throws IOException, InterruptedException {
    Files.createDirectories(home);
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", LIMITED, "sh"));
    if (Files.isExecutable(NICE)) {
      command.addAll(List.of(NICE.toString(), "-n", "10"));
    }
    Wall wall = standing.wall();
    command.addAll(wall.around(installed.file(), tree, home));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(tree.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/nonexistent");
    builder.environment().put("HOME", wall.home(home));
    builder.environment().put("TMPDIR", wall.home(home));
    builder.environment().put("GOMEMLIMIT", "768MiB");
    builder.environment().put("GOMAXPROCS", "1");
    builder.environment().put("HTTP_PROXY", "http://127.0.0.1:1");
    builder.environment().put("HTTPS_PROXY", "http://127.0.0.1:1");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      CompletableFuture<Said> out = read(process.getInputStream(), MOST_OUTPUT, process);
      CompletableFuture<Said> complaints = read(process.getErrorStream(), MOST_COMPLAINTS, process);
      boolean inTime = process.waitFor(TIME.toMillis(), TimeUnit.MILLISECONDS);
      stop(process);
      return new Ended(process.waitFor(), out.join(), complaints.join(), !inTime);
    } finally {
      stop(process);
    }
  }

  /** Reads one byte more than is taken, so that it shows; then there is no use in going on. */
  private static CompletableFuture<Said> read(InputStream from, int most, Process process) {
    var read = new CompletableFuture<Said>();
    Thread.ofVirtual()
        .name("output of " + process.pid())
        .start(() -> {
          try (from) {
            byte[] bytes = ByteStreams.limit(from, most + 1L).readAllBytes();
            if (bytes.length > most) {
              process.destroyForcibly();
            }
            read.complete(new Said(new String(bytes, UTF_8), bytes.length > most));
          } catch (IOException e) {
            // It was stopped while it wrote.
            read.complete(new Said("", false));
          }
        });
    return read;
  }

  private static void stop(Process process) {
    Stream.concat(process.descendants(), Stream.of(process.toHandle()))
        .toList()
        .forEach(ProcessHandle::destroyForcibly);
  }
}
