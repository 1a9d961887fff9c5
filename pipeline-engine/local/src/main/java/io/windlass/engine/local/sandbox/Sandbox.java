package io.windlass.engine.local.sandbox;

import io.windlass.engine.local.process.Launch;
import io.windlass.engine.local.process.Script;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Turns a command and a {@link View} into the command that shows it that view: bubblewrap under an
 * unprivileged user, or the plain process where that does not work on this machine.
 */
public final class Sandbox {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** The machine's programs. Not /etc as a whole, and nothing below /var, /run, /home or /root. */
  private static final List<String> SYSTEM =
      List.of("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32", "/opt");

  /** What programs need to know of the machine's configuration. */
  private static final List<String> SYSTEM_FILES =
      List.of(
          "alternatives",
          "ca-certificates",
          "ca-certificates.conf",
          "debian_version",
          "fonts",
          "gai.conf",
          "gitconfig",
          "group",
          "host.conf",
          "hosts",
          "inputrc",
          "java",
          "java-17-openjdk",
          "java-21-openjdk",
          "java-25-openjdk",
          "ld.so.cache",
          "ld.so.conf",
          "ld.so.conf.d",
          "locale.alias",
          "locale.conf",
          "localtime",
          "magic",
          "maven",
          "mime.types",
          "npmrc",
          "nsswitch.conf",
          "os-release",
          "passwd",
          "perl",
          "pki",
          "profile",
          "protocols",
          "python3",
          "resolv.conf",
          "services",
          "shells",
          "ssl",
          "terminfo",
          "timezone",
          "xml");

  private final boolean bubblewrap;
  private final boolean dropsUser;
  private final Optional<OwnNetwork> ownNetwork;
  private final List<Path> tools;
  private final List<Path> hidden;

  /**
   * With what was found out about this machine.
   *
   * @param bubblewrap whether it was seen to work
   * @param dropsUser whether the keeper is root and can become somebody else
   * @param ownNetwork where processes can be given one
   * @param tools directories beside the system's own that every process may read
   * @param hidden directories that no process may see, wherever they are
   */
  Sandbox(
      boolean bubblewrap,
      boolean dropsUser,
      Optional<OwnNetwork> ownNetwork,
      List<Path> tools,
      List<Path> hidden) {
    this.bubblewrap = bubblewrap;
    this.dropsUser = dropsUser;
    this.ownNetwork = ownNetwork;
    this.tools = List.copyOf(tools);
    this.hidden = List.copyOf(hidden);
  }

  /** Whether processes get a view of their own. */
  public boolean isolates() {
    return bubblewrap;
  }

  /** Whether processes run as another user than the keeper. */
  public boolean dropsUser() {
    return dropsUser;
  }

  /** Whether steps get networks of their own. */
  public boolean ownNetwork() {
    return ownNetwork.isPresent();
  }

  /** What makes these networks, where it works. */
  Optional<OwnNetwork> networks() {
    return ownNetwork;
  }

  /** What such a process must see as its {@code /etc/resolv.conf}; empty: the machine's. */
  public Optional<String> resolvConf() {
    return ownNetwork.flatMap(OwnNetwork::resolvConf);
  }

  /** Programs are looked up here: tools first, the keeper's own Java among them. */
  public String path() {
    StringBuilder path = new StringBuilder();
    for (Path tool : tools) {
      if (Files.isDirectory(tool.resolve("bin"))) {
        path.append(tool.resolve("bin")).append(':');
      }
    }
    return path.append("/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin").toString();
  }

  /**
   * The command that runs {@code program} in this view. Who executes it has entered the view's
   * network.
   *
   * @param mark see {@link Launch#mark}
   * @param ownedByKeeper a step: it may end when its wrapper does; a replica outlives everybody
   */
  public View.Command command(View view, List<String> program, String mark, boolean ownedByKeeper) {
    view.env().forEach(Sandbox::check);
    List<String> line = new ArrayList<>();
    if (dropsUser) {
      line.addAll(
          List.of(
              "/usr/bin/setpriv",
              "--reuid=" + view.user(),
              "--regid=" + view.user(),
              "--clear-groups",
              "--inh-caps=-all",
              "--no-new-privs",
              "--"));
    }
    if (bubblewrap) {
      line.addAll(bubblewrap(view, ownedByKeeper));
      line.addAll(program);
      return new View.Command(line, arguments(view.env()), Path.of("/"), true);
    }
    if (view.root().isPresent()) {
      throw new IllegalStateException(
          "Tried to run an image's own files but this machine cannot isolate; use an image whose"
              + " base is \"host\"");
    }
    // The shell that sets the variables already runs as the process's user.
    line.addAll(
        List.of(
            "/usr/bin/env",
            "-i",
            "/bin/sh",
            "-c",
            "eval \"$(/bin/cat <&3)\"; exec 3<&-; exec \"$@\"",
            "sh"));
    line.addAll(program);
    Map<String, String> env = new TreeMap<>(view.env());
    env.put(Launch.MARK, mark);
    return new View.Command(line, script(env), view.directory(), false);
  }

  private List<String> bubblewrap(View view, boolean ownedByKeeper) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "/usr/bin/bwrap",
                "--unshare-user",
                "--unshare-pid",
                "--unshare-ipc",
                "--unshare-uts",
                "--clearenv"));
    if (view.network().filter(HeldNetwork::inUserSpace).isPresent()) {
      // In pasta's user space everybody is root; inside it is itself again.
      String user = Integer.toString(keeperUser());
      line.addAll(List.of("--uid", user, "--gid", user));
    }
    if (ownedByKeeper) {
      line.add("--die-with-parent");
    }
    if (view.root().isPresent()) {
      line.addAll(List.of("--ro-bind", view.root().get().toString(), "/"));
      shown("/etc/resolv.conf", line);
      shown("/etc/hosts", line);
    } else {
      SYSTEM.forEach(dir -> systemDirectory(Path.of(dir), line));
      SYSTEM_FILES.forEach(file -> shown("/etc/" + file, line));
    }
    line.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/sys"));
    if (view.root().isEmpty()) {
      tools.stream()
          .filter(t -> SYSTEM.stream().noneMatch(s -> t.startsWith(s)))
          .forEach(t -> line.addAll(List.of("--ro-bind-try", t.toString(), t.toString())));
    }
    List<String> covered = view.root().isEmpty() ? covered() : List.of();
    // What lies within one of these and is shown after all is shown over it.
    covered.forEach(h -> line.addAll(List.of("--tmpfs", h)));
    bind("--ro-bind", view.readable(), line);
    bind("--bind", view.writable(), line);
    covered.forEach(h -> line.addAll(List.of("--remount-ro", h)));
    line.addAll(List.of("--remount-ro", "/sys", "--remount-ro", "/"));
    line.addAll(List.of("--chdir", view.directory().toString(), "--args", "3", "--"));
    return line;
  }

  /** The hidden directories that would be seen among the machine's programs. */
  private List<String> covered() {
    return hidden.stream()
        .filter(Files::isDirectory)
        .map(Sandbox::real)
        .filter(h -> SYSTEM.stream().anyMatch(s -> h.startsWith(s)))
        .map(Path::toString)
        .distinct()
        .toList();
  }

  private static Path real(Path directory) {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException("Tried to hide \"" + directory + "\" but could not", e);
    }
  }

  private static int keeperUser() {
    try {
      return Trees.owner(Path.of("/proc/self"));
    } catch (IOException e) {
      throw new UncheckedIOException("Tried to find out who the keeper is but could not", e);
    }
  }

  /** Outer places first, so that what lies within them is shown over them. */
  private static void bind(String how, Map<Path, Path> places, List<String> line) {
    places.entrySet().stream()
        .sorted(Comparator.comparing((Map.Entry<Path, Path> e) -> e.getKey()))
        .forEach(e -> line.addAll(List.of(how, e.getValue().toString(), e.getKey().toString())));
  }

  private static void shown(String file, List<String> line) {
    line.addAll(List.of("--ro-bind-try", file, file));
  }

  /** Merged systems have /bin and /lib as links into /usr. */
  private static void systemDirectory(Path directory, List<String> line) {
    if (Files.isSymbolicLink(directory)) {
      try {
        line.addAll(
            List.of(
                "--symlink", Files.readSymbolicLink(directory).toString(), directory.toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(
            "Tried to read the link \"" + directory + "\" but could not", e);
      }
    } else if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      line.addAll(List.of("--ro-bind", directory.toString(), directory.toString()));
    }
  }

  /** Bubblewrap's own form: it reads these from the descriptor, so they are in no arguments. */
  private static String arguments(Map<String, String> env) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(env)
        .forEach((name, value) ->
            text.append("--setenv\0").append(name).append('\0').append(value).append('\0'));
    return text.toString();
  }

  private static String script(Map<String, String> env) {
    StringBuilder text = new StringBuilder();
    env.forEach((name, value) -> text.append(Script.export(name, value)));
    return text.toString();
  }

  private static void check(String name, String value) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Tried to set the variable \""
              + name
              + "\" but that is no name; use letters, digits and _, no digit first");
    }
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "Tried to set the variable \""
              + name
              + "\" but its value has a NUL character, which no variable can hold");
    }
  }
}
