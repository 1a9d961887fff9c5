package io.windlass.engine.local.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What this machine can isolate, found out by doing it.
 *
 * @param loopback keeps processes from what listens on this machine, where that works
 * @param notes a sentence for each thing that does not work, with what it means
 */
public record Isolation(
    Sandbox sandbox,
    Cgroups cgroups,
    LoopbackFilter loopback,
    boolean metadataBlocked,
    List<String> notes) {
  private static final String IP = "/usr/sbin/ip";

  /** Where clouds serve the machine's credentials: all of the link-local range. */
  private static final List<List<String>> METADATA =
      List.of(List.of("-4", "169.254.0.0/16"), List.of("-6", "fd00:ec2::254/128"));

  public Isolation {
    notes = List.copyOf(notes);
  }

  /**
   * Tries everything out.
   *
   * @param parent name of the control group that all groups are made in, and of what else the
   *     keeper has of its own on the machine
   * @param firstUser of the user ids that processes may run as
   * @param users how many
   * @param tools that every process may read
   * @param around what no process may see, and what of this machine's services replicas may call
   * @param wanted false: plain processes, whatever works
   */
  public static Isolation probe(
      String parent,
      int firstUser,
      int users,
      List<Path> tools,
      Surroundings around,
      boolean wanted) {
    List<String> notes = new ArrayList<>();
    boolean root = isRoot();
    boolean drops = root && works(List.of("/usr/bin/setpriv", "--reuid=" + firstUser, "/bin/true"));
    boolean bubblewrap = wanted && bubblewrapWorks(drops, firstUser);
    if (!bubblewrap) {
      notes.add(
          wanted
              ? "Bubblewrap does not work here: steps and replicas see the machine's files, and"
                  + " only images whose base is \"host\" are accepted; install bubblewrap and"
                  + " allow user namespaces"
              : "The sandbox is switched off: steps and replicas see the machine's files, and only"
                  + " images whose base is \"host\" are accepted");
    }
    if (!drops) {
      notes.add(
          root
              ? "setpriv does not work here: steps and replicas run as root; install util-linux"
              : "The keeper is not root: steps and replicas run as its own user");
    }
    Cgroups cgroups = root ? cgroups(Path.of("/sys/fs/cgroup"), parent) : new Cgroups.None();
    if (cgroups instanceof Cgroups.None) {
      notes.add(
          "Control groups cannot be made here: memory and processor have no limits, and steps only"
              + " give way to replicas by niceness");
    }
    boolean blocked = drops && blockMetadata(firstUser, firstUser + users - 1);
    if (!blocked) {
      notes.add(
          "The cloud's metadata address cannot be blocked here: a step can ask for the machine's"
              + " credentials; run the keeper as root with iproute2, or close the address in the"
              + " firewall");
    }
    Nameservers nameservers = Nameservers.of(Path.of("/etc/resolv.conf"));
    LoopbackProbe probe =
        new LoopbackProbe(parent, drops ? Optional.of(firstUser) : Optional.empty());
    boolean filters = drops && probe.filters();
    if (!filters) {
      notes.add(
          "Processes cannot be kept from this machine's services: replicas, and steps without a"
              + " network of their own, can call whatever listens on its loopback; run the keeper"
              + " as root with nftables");
    }
    Optional<OwnNetwork> network =
        Optional.of(new OwnNetwork(nameservers)).filter(n -> bubblewrap && probe.separates(n));
    if (network.isEmpty()) {
      notes.add(
          "Steps have no network of their own: they can call whatever listens on this machine's"
              + " loopback; install passt");
    }
    return new Isolation(
        new Sandbox(bubblewrap, drops, network, tools, around.hidden()),
        cgroups,
        LoopbackFilter.of(parent, filters, nameservers.onLoopback(), around.reach()),
        blocked,
        notes);
  }

  /**
   * What an operator says of processes' surroundings.
   *
   * @param hidden directories that no process may see, wherever they are
   * @param reach addresses of this machine that replicas and releases' commands may call
   */
  public record Surroundings(List<Path> hidden, List<InetSocketAddress> reach) {
    public static final Surroundings NONE = new Surroundings(List.of(), List.of());

    public Surroundings {
      hidden = List.copyOf(hidden);
      reach = List.copyOf(reach);
    }
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean bubblewrapWorks(boolean drops, int user) {
    List<String> line = new ArrayList<>();
    if (drops) {
      line.addAll(
          List.of(
              "/usr/bin/setpriv",
              "--reuid=" + user,
              "--regid=" + user,
              "--clear-groups",
              "--no-new-privs",
              "--"));
    }
    line.addAll(
        List.of(
            "/usr/bin/bwrap",
            "--unshare-user",
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-uts",
            "--die-with-parent",
            "--ro-bind",
            "/",
            "/",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--tmpfs",
            "/tmp",
            "/bin/sh",
            "-c",
            // Alone in its process space, and unable to write where it should not.
            "test -e /proc/1 && test \"$(ls -d /proc/[0-9]* | wc -l)\" -lt 8 && ! touch"
                + " /windlass-probe 2>/dev/null"));
    return works(line);
  }

  private static Cgroups cgroups(Path mount, String parent) {
    Cgroups candidate;
    if (CgroupsV2.mounted(mount)) {
      candidate = new CgroupsV2(mount, parent);
    } else if (CgroupsV1.mounted(mount)) {
      candidate = new CgroupsV1(mount, parent);
    } else {
      return new Cgroups.None();
    }
    try {
      List<Path> files = candidate.create("probe", new Cgroups.Bounds(512, 500, 64L << 20, 64));
      StringBuilder join = new StringBuilder();
      files.forEach(f -> join.append("echo $$ > ").append(f).append(" && "));
      boolean joined = works(List.of("/bin/sh", "-c", join + "true"));
      candidate.remove("probe");
      return joined ? candidate : new Cgroups.None();
    } catch (IOException e) {
      return new Cgroups.None();
    }
  }

  /** By a routing rule for our users' packets; it stays when the keeper ends. */
  private static boolean blockMetadata(int first, int last) {
    for (List<String> range : METADATA) {
      String rule = "uidrange " + first + "-" + last + " to " + range.get(1) + " prohibit";
      String family = IP + " " + range.get(0) + " rule ";
      // Its own listing turns the words round and leaves out a mask of one address.
      String listed = range.get(1).replaceFirst("/128$", "") + " uidrange " + first + "-" + last;
      works(
          List.of(
              "/bin/sh",
              "-c",
              family + "show | grep -qF 'to " + listed + "' || " + family + "add " + rule));
    }
    return works(
            List.of(
                "/bin/sh",
                "-c",
                IP + " -4 rule show | grep -q 'uidrange " + first + "-" + last + "'"))
        && !works(List.of(IP, "route", "get", "169.254.169.254", "uid", Integer.toString(first)));
  }

  /** Whether it ends with 0, and soon. */
  static boolean works(List<String> command) {
    return works(command, "");
  }

  /**
   * The same of a command that reads.
   *
   * @param input all of its standard input
   */
  static boolean works(List<String> command, String input) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (OutputStream in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      }
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
