package io.windlass.engine.local.sandbox;

import io.windlass.engine.local.process.Launched;
import io.windlass.engine.local.process.Readiness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network that is there until this is closed, or until the keeper ends, however it ends: what
 * holds it waits for the end of its input.
 */
public final class HeldNetwork implements AutoCloseable {
  /** Says that it runs, which pasta lets it when the network is ready, and then holds it. */
  private static final List<String> HOLDER = List.of("/bin/sh", "-c", "echo; read -r _");

  /** Ping for everybody inside, as pasta allows it to its own user. */
  private static final String PING = "echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range";

  private final Process pasta;
  private final DefaultRoutes copied;
  private final String spaces;
  private final boolean asRoot;

  private HeldNetwork(Process pasta, DefaultRoutes copied, long holder, boolean asRoot) {
    this.pasta = pasta;
    this.copied = copied;
    this.spaces = "/proc/" + holder + "/ns/";
    this.asRoot = asRoot;
  }

  /**
   * Starts pasta; returns when the network is ready.
   *
   * @param command to which the command is added that pasta runs inside
   * @param asRoot whether who enters is root yet, or the very user that pasta runs as
   */
  static HeldNetwork start(List<String> command, boolean asRoot) throws IOException {
    ProcessBuilder builder =
        Launched.bare(Stream.of(command, HOLDER).flatMap(List::stream).toList())
            .redirectErrorStream(false)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    DefaultRoutes copied = DefaultRoutes.now();
    Process pasta = builder.start();
    boolean ready = false;
    try {
      boolean said = Readiness.await(pasta);
      long holder = pasta.children().findFirst().map(ProcessHandle::pid).orElse(0L);
      HeldNetwork made = new HeldNetwork(pasta, copied, holder, asRoot);
      ready = said && holder != 0;
      if (ready && asRoot) {
        ready = Isolation.works(made.entering(List.of("/bin/sh", "-c", PING)));
      }
      if (!ready) {
        throw new IOException(
            "Tried to make a network for a step but pasta did not; try `pasta --config-net true`"
                + " as another user than root");
      }
      return made;
    } finally {
      if (!ready) {
        end(pasta);
      }
    }
  }

  /** The command, run inside: by root, who becomes somebody else only then, or by pasta's user. */
  List<String> entering(List<String> command) {
    return Stream.of(entrance(), command).flatMap(List::stream).toList();
  }

  /** What goes inside and then executes the command behind it. */
  List<String> entrance() {
    return asRoot
        ? List.of("/usr/bin/nsenter", "--net=" + spaces + "net", "--")
        : List.of(
            "/usr/bin/nsenter",
            "--user=" + spaces + "user",
            "--net=" + spaces + "net",
            "--preserve-credentials",
            "--");
  }

  /** Whether it is there, and leads where the machine's own does. */
  boolean ready() {
    return pasta.isAlive() && copied.equals(DefaultRoutes.now());
  }

  /** Whether who has entered is in pasta's user space, where everybody is root. */
  boolean inUserSpace() {
    return !asRoot;
  }

  /** Counts what pasta does with whoever is in these groups, by their {@code cgroup.procs}. */
  public void join(List<Path> groups) throws IOException {
    for (Path group : groups) {
      Files.writeString(group, Long.toString(pasta.pid()));
    }
  }

  /** Returns when it is gone. */
  @Override
  public void close() {
    end(pasta);
  }

  private static void end(Process pasta) {
    pasta.destroyForcibly();
    try {
      pasta.getOutputStream().close();
      pasta.waitFor();
    } catch (IOException e) {
      // Its end is closed already.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
